"""Cuts prepared folders into shards: one that every process of a run reads, and others that are dealt out.

python3 -m scripts.shard PREPARED --count 8 --out SHARDED
"""

import argparse
from collections import Counter
from pathlib import Path

from denoise_training.data.cut import cut
from denoise_training.framing import RATE_HZ


def main() -> None:
    parser = argparse.ArgumentParser(description="Cut prepared folders into shards.")
    parser.add_argument("source", nargs="+", help="prepared folder")
    parser.add_argument("--out", type=Path, required=True, help="folder of shards to write")
    parser.add_argument("--count", type=int, required=True, help="shards to deal out, beside the one for all")
    args = parser.parse_args()
    if args.count < 1:
        parser.error("--count is below 1: expected a shard for each process that will read its own")
    for folder, clips in cut(args.source, args.out, args.count):
        hours = Counter()
        for clip in clips:
            hours[clip.kind] += clip.samples / RATE_HZ / 3600
        print(f"{folder}  " + ", ".join(f"{kind} {hours[kind]:.2f} h" for kind in ("speech", "noise", "rir")))


if __name__ == "__main__":
    main()
