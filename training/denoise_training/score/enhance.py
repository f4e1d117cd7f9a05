"""Enhances WAV files with a checkpoint in PyTorch: for looking at a run while it goes on.

    python3 -m denoise_training.score.enhance RUN/best.pt IN_DIR -o OUT_DIR

Notable: scores that are published come from the shipped engine, not from here. Output is shifted back by the delay, so it
lines up with the input.
"""

import argparse
from pathlib import Path

import soundfile
import torch

from ..network.stft import Stft
from ..run.config import TrainConfig
from ..run.train import averaged_network, enhance
from ..settings import build
from .evaluate import read


def main() -> None:
    parser = argparse.ArgumentParser(description="Enhance WAV files with a checkpoint.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    saved = torch.load(args.checkpoint, weights_only=True, map_location="cpu")
    config = build(TrainConfig, saved["config"])
    network, stft = averaged_network(saved, config), Stft(config.framing)
    args.out.mkdir(parents=True, exist_ok=True)
    for path in sorted(args.folder.glob("*.wav")):
        wave = torch.from_numpy(read(path))
        lag = config.framing.overlap
        padded = torch.nn.functional.pad(wave, (0, lag + config.framing.hop))
        with torch.no_grad():
            enhanced, _ = enhance(network, stft, padded[None])
        enhanced = enhanced[0, lag : lag + len(wave)].numpy()
        soundfile.write(args.out / path.name, enhanced, config.framing.rate_hz, subtype="PCM_24")
        print(f"\r{path.name}", end="", flush=True)
    print()


if __name__ == "__main__":
    main()
