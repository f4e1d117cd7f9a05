"""One exporter for both kinds of model: what is shipped can be made again, bit for bit."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from support import TRAINING

from denoise_training.export.classic import ClassicModel
from denoise_training.export.exporter import files_of
from denoise_training.export.streaming import StreamingModel
from denoise_training.score.shipped import MODELS

CHECKPOINTS = TRAINING / "checkpoints"
# Checkpoint, folder in models/, variant.
SHIPPED = [
    ("base", "base", ""),
    ("tiny", "tiny", ""),
    ("noise-subtract", "classic/noise-subtract", ""),
    ("stft-unet", "classic/stft-unet", ""),
    ("unet-8k", "classic/unet-8k", ""),
    ("unet-8k-noise", "classic/unet-8k", "noise"),
]


@pytest.mark.parametrize(("checkpoint", "folder", "variant"), SHIPPED, ids=[name for name, *_ in SHIPPED])
def test_a_shipped_checkpoint_gives_the_shipped_files(checkpoint: str, folder: str, variant: str):
    saved = torch.load(CHECKPOINTS / f"{checkpoint}.pt", weights_only=True, map_location="cpu")
    silence = np.zeros(48000, np.float32)
    if "front" in saved["config"]:
        model = ClassicModel(saved, silence)
    else:
        model = StreamingModel(saved, torch.from_numpy(silence), torch.from_numpy(silence))
    expected = json.loads((MODELS / folder / f"{variant or 'manifest'}.json").read_text())
    head = {name: expected[name] for name in ("version", "licence", "description")}
    manifest, contents = files_of(model, Path(folder).name, head, variant)
    assert json.dumps(manifest) == json.dumps(expected)
    for file, data in contents.items():
        assert (MODELS / folder / file).read_bytes() == data, file
