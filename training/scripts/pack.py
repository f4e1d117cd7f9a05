"""Packs a prepared folder into parts that travel, or unpacks them again.

python3 -m scripts.pack PREPARED PACKED          # Opus, parts of at most 40 MB
python3 -m scripts.pack --unpack PACKED PREPARED
"""

import argparse
from pathlib import Path

from denoise_training.data.pack import KBITS, PART_BYTES, pack, unpack


def main() -> None:
    parser = argparse.ArgumentParser(description="A prepared folder in parts that travel.")
    parser.add_argument("source", type=Path, help="prepared folder, or a packed one with --unpack")
    parser.add_argument("target", type=Path)
    parser.add_argument("--unpack", action="store_true")
    parser.add_argument("--part-megabytes", type=float, default=PART_BYTES / 1e6, help="most bytes of a part")
    parser.add_argument("--kbits", type=float, default=KBITS, help="Opus, per second of voice or noise, in thousands")
    args = parser.parse_args()
    if args.unpack:
        unpack(args.source, args.target)
        return
    for path in pack(args.source, args.target, round(args.part_megabytes * 1e6), args.kbits):
        print(f"{path}  {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
