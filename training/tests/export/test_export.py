"""The exported graph, its costs and its files. Parity needs node and the tfjs packages of the repository."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from support import TRAINING, needs_tfjs

from denoise_training.export.exporter import check, export
from denoise_training.export.graphdef import to_bytes
from denoise_training.export.streaming import StreamingModel, round_products, write_graph
from denoise_training.network.models import MaskNetwork, ModelConfig
from denoise_training.run.config import TrainConfig
from denoise_training.settings import load


@pytest.mark.parametrize(("name", "ops", "macs"), [("base", 80, 10e6), ("tiny", 60, 2e6)])
def test_shipped_models_keep_their_budget(name: str, ops: int, macs: float):
    graph = write_graph(MaskNetwork(load(TrainConfig, TRAINING / "configs" / f"{name}.toml").model))
    assert graph.operations() <= ops
    assert graph.macs <= macs


def test_graph_uses_only_cheap_operations():
    graph = write_graph(MaskNetwork(ModelConfig()))
    allowed = {
        "_FusedMatMul",
        "MatMul",
        "_FusedConv2D",
        "AddV2",
        "Mul",
        "Sub",
        "Tanh",
        "Relu",
        "ConcatV2",
        "Reshape",
        "Transpose",
    }
    assert set(graph.count) <= allowed


def test_products_have_a_byte_for_each_weight_and_nothing_is_lost_when_they_are_stored():
    torch.manual_seed(0)
    network = MaskNetwork(ModelConfig(narrow_bands=32, bands=64, encoder_channels=8, channels=16, blocks=2))
    before = {name: weight.copy() for name, weight in write_graph(network).weights.items()}
    round_products(network)
    for name, weight in write_graph(network).weights.items():
        if weight.ndim < 2:
            assert np.array_equal(weight, before[name]), name
            continue
        levels, low, scale = to_bytes(weight)
        assert np.abs(levels * scale + low - weight).max() < 1e-6, name
        assert 0 < np.abs(weight - before[name]).max() <= 0.51 * np.ptp(before[name]) / 255, name


@needs_tfjs
def test_exported_model_equals_pytorch_in_tfjs(tmp_path: Path):
    torch.manual_seed(0)
    model = ModelConfig(name="small", narrow_bands=32, bands=64, encoder_channels=8, channels=16, blocks=2)
    network = MaskNetwork(model)
    saved = {"config": dataclasses.asdict(TrainConfig(model=model)), "average": network.state_dict()}
    wave = 0.1 * torch.randn(48000, generator=torch.Generator().manual_seed(1))
    exported = StreamingModel(saved, wave[:19200], wave)
    result = export(exported, tmp_path / "small", {"version": "0.0.0", "licence": "MIT", "description": "test"})
    assert result["maxError"] <= 1e-4 and result["maxErrorTwoStreams"] <= 1e-4
    golden = json.loads((tmp_path / "small" / "golden" / "golden.json").read_text())
    for entry in golden["files"].values():
        data = np.fromfile(tmp_path / "small" / "golden" / entry["file"], "<f4")
        assert data.size == np.prod(entry["shape"])

    weights = (tmp_path / "small" / "weights.bin").read_bytes()
    (tmp_path / "small" / "weights.bin").write_bytes(weights[:100] + b"\x00\x40" * 50 + weights[200:])
    with pytest.raises(RuntimeError, match="differs from PyTorch"):
        check(tmp_path / "small", "manifest.json", exported)
