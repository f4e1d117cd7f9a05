"""Writes mixtures to disk: noisy, clean and noise as WAV, and a CSV that says what each was made of.

python3 -m scripts.mix --data PREPARED --out EVAL --split eval --count 120
"""

import argparse
from pathlib import Path

from denoise_training.data.mixtures import SNRS_DB, write_mixtures
from denoise_training.data.prepared import SIDES, Prepared


def main() -> None:
    parser = argparse.ArgumentParser(description="Write mixtures of speech and noise.")
    parser.add_argument("--data", required=True, help="prepared folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--split", choices=SIDES, default="eval")
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--snr", type=float, nargs="*", default=SNRS_DB, help="dB; none: as in training")
    parser.add_argument("--seed", type=int, default=2024)
    args = parser.parse_args()
    write_mixtures(Prepared(args.data), args.out, args.split, args.count, args.seconds, args.snr, args.seed)


if __name__ == "__main__":
    main()
