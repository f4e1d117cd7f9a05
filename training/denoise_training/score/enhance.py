"""Enhances WAV files with a checkpoint in PyTorch: to check on a run in progress.

Notable: scores that are published come from the shipped engine, not from here. Output is shifted back by the delay, so
it lines up with the input.
"""

from pathlib import Path

import soundfile
import torch

from ..network.enhance import enhance
from ..network.stft import Stft
from ..run.config import TrainConfig
from ..run.train import averaged_network
from ..settings import build
from .sounds import read


def enhance_folder(saved: dict, folder: Path, out: Path) -> None:
    config = build(TrainConfig, saved["config"])
    network, stft = averaged_network(saved, config), Stft(config.framing)
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.glob("*.wav")):
        wave = torch.from_numpy(read(path))
        lag = config.framing.overlap
        padded = torch.nn.functional.pad(wave, (0, lag + config.framing.hop))
        with torch.no_grad():
            enhanced, _ = enhance(network, stft, padded[None])
        enhanced = enhanced[0, lag : lag + len(wave)].numpy()
        soundfile.write(out / path.name, enhanced, config.framing.rate_hz, subtype="PCM_24")
        print(f"\r{path.name}", end="", flush=True)
    print()
