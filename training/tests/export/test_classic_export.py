"""What the exporter writes of classic models, and that tfjs agrees with PyTorch about it."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from support import TRAINING, needs_tfjs, small_classic

from denoise_training.classic.config import ClassicConfig
from denoise_training.classic.models import ClassicModelConfig, make_network
from denoise_training.classic.train import network_of
from denoise_training.export.classic import BYTE_WEIGHTS, ClassicModel, lifted
from denoise_training.export.exporter import export, round_weights
from denoise_training.settings import load


@needs_tfjs
@pytest.mark.parametrize("name", ["unet-8k", "stft-unet", "noise-subtract", "mel-latent"])
def test_exported_graph_equals_pytorch_in_tfjs(name: str, tmp_path: Path):
    torch.manual_seed(0)
    config = load(ClassicConfig, TRAINING / "configs" / f"{name}.toml")
    network = network_of(config)
    saved = {"config": dataclasses.asdict(config), "average": network.state_dict()}
    wave = 0.1 * torch.randn(48000, generator=torch.Generator().manual_seed(1)).numpy()
    head = {"version": "0.0.0", "licence": "MIT", "description": "test"}
    result = export(ClassicModel(saved, wave), tmp_path / name, head)
    assert result["maxRelative"] <= 1e-4
    other = "griffin-lim"
    export(ClassicModel(saved, wave, rebuild=other), tmp_path / name, head, variant=other, shared=True)
    manifest, variant = (json.loads((tmp_path / name / f"{n}.json").read_text()) for n in ("manifest", other))
    assert variant["files"] == manifest["files"] and variant["rebuild"]["kind"] == other
    assert manifest["name"] == name and variant["name"] == f"{name}/{other}"
    vectors = json.loads((tmp_path / name / "golden" / "golden.json").read_text())
    for entry in vectors["files"].values():
        data = np.fromfile(tmp_path / name / "golden" / entry["file"], "<f4")
        assert data.size == np.prod(entry["shape"]) and np.isfinite(data).all()
    assert vectors["files"]["noisy"]["shape"] == [2 * config.front.advance] == vectors["files"]["enhanced"]["shape"]
    # What the variant has in common with its model is there once.
    shared = json.loads((tmp_path / name / "golden" / other / "golden.json").read_text())["files"]
    assert [entry["file"] for entry in shared.values()] == [f"../{stage}.f32" for stage in shared]


def test_only_estimates_in_decibels_can_be_lifted():
    front = load(ClassicConfig, TRAINING / "configs" / "mel-latent-feature-level.toml").front
    assert lifted(front, 6.0).output_range == (-54.0, 46.0) and lifted(front, 6.0).input_range == (-60.0, 40.0)
    with pytest.raises(ValueError, match="an estimate can be lifted where it is in decibels"):
        lifted(load(ClassicConfig, TRAINING / "configs" / "stft-unet.toml").front, 6.0)


@needs_tfjs
def test_a_variant_cannot_share_weights_that_are_not_there(tmp_path: Path):
    config = small_classic()
    head = {"version": "0.0.0", "licence": "MIT", "description": "test"}
    wave = np.zeros(48000, np.float32)
    torch.manual_seed(0)
    first = {"config": dataclasses.asdict(config), "average": network_of(config).state_dict()}
    export(ClassicModel(first, wave), tmp_path / "m", head)
    torch.manual_seed(1)
    other = {"config": dataclasses.asdict(config), "average": network_of(config).state_dict()}
    with pytest.raises(ValueError, match=r"weights\.bin is not of this checkpoint"):
        export(ClassicModel(other, wave), tmp_path / "m", head, variant="v", shared=True)


def test_byte_weights_are_within_half_a_step():
    network = make_network(ClassicModelConfig(kind="mel-latent", latent=8), 148, 109)
    before = network.encode.weight.detach().clone()
    after = round_weights(network, BYTE_WEIGHTS).encode.weight
    step = (before.max() - before.min()) / 255
    assert (before - after).abs().max() <= 0.51 * step
    assert len(after.unique()) <= 256
