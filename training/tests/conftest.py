"""Recordings made by arithmetic, so that the tests need no data: voices are gliding harmonics in syllables."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from denoise_training.data.layouts import manifest
from denoise_training.data.prepare import prepare
from denoise_training.data.sides import parse_sides

RATE = 48000
torch.set_num_threads(2)


def voice(rng: np.random.Generator, seconds: float, pitch: float) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    glide = pitch * (1 + 0.1 * np.sin(2 * np.pi * rng.uniform(1, 3) * t))
    phase = 2 * np.pi * np.cumsum(glide) / RATE
    wave = sum(np.sin(k * phase + rng.random()) / k for k in range(1, 25))
    syllables = np.clip(np.sin(2 * np.pi * rng.uniform(2.5, 4) * t), 0, 1)
    return (0.2 * wave * syllables).astype(np.float32)


def write_recordings(root: Path) -> None:
    """A folder in the manifest layout: 4 speakers, 8 noises, one room."""
    rng = np.random.default_rng(0)
    rows = []

    def add(kind: str, folder: str, name: str, wave: np.ndarray, label: str) -> None:
        path = Path(kind) / folder / f"{name}.wav"
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(root / path, wave, RATE)
        row = {
            "path": path,
            "kind": kind,
            "speaker_or_class": label,
            "sample_rate": RATE,
            "licence": "CC0",
            "licence_flag": "ok",
        }
        rows.append(row)

    for speaker in range(4):
        for clip in range(3):
            add("speech", "voices", f"s{speaker}_{clip}", voice(rng, 3.0, 100 + 40 * speaker), f"speaker{speaker}")
    for noise in range(8):
        coloured = np.cumsum(rng.standard_normal(3 * RATE)) if noise % 2 else rng.standard_normal(3 * RATE)
        coloured -= np.convolve(coloured, np.ones(480) / 480, "same")
        add("noise", "sounds", f"fan{noise}_0", (0.1 * coloured / coloured.std()).astype(np.float32), "fan")
    room = np.zeros(RATE // 4, np.float32)
    room[100] = 1
    room[200:] = 0.05 * rng.standard_normal(len(room) - 200) * np.exp(-np.arange(len(room) - 200) / 3000)
    add("rir", "rooms", "room", room, "room")
    with open(root / "MANIFEST.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("recordings")
    write_recordings(root)
    return root


@pytest.fixture(scope="session")
def prepared_folder(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("prepared")
    pinned = parse_sides("eval:speaker3 valid:speaker2")
    prepare(manifest(recordings), out, 1, {"eval": 0.2, "valid": 0.2}, pinned, 1)
    return out


SMALL = """
seed = 3
batch = 4
learning_rate = 4e-3
valid_examples = 2
[model]
name = "small"
narrow_bands = 32
bands = 64
encoder_channels = 8
channels = 16
blocks = 2
[mix]
seconds = 0.5
second_noise = 0.0
speed = 0.0
silence = 0.0
low_pass = 0.0
"""


@pytest.fixture(scope="session")
def config_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("config") / "small.toml"
    path.write_text(SMALL)
    return path
