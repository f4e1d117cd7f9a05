"""Enhances WAV files with a checkpoint in PyTorch: to check on a run in progress.

python3 -m scripts.enhance RUN/best.pt IN_DIR -o OUT_DIR
"""

import argparse
from pathlib import Path

import torch

from denoise_training.score.enhance import enhance_folder


def main() -> None:
    parser = argparse.ArgumentParser(description="Enhance WAV files with a checkpoint.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    enhance_folder(torch.load(args.checkpoint, weights_only=True, map_location="cpu"), args.folder, args.out)


if __name__ == "__main__":
    main()
