"""Compares networks of different kinds at equal compute, in one table.

python3 -m scripts.compare --data PREPARED --out TABLE.md --tera 1.5
"""

import argparse
from pathlib import Path

import torch

from denoise_training.run.compare import compare


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare networks at equal compute.")
    parser.add_argument("--config", type=Path, default=Path("configs/base.toml"))
    parser.add_argument("--data", required=True, help="prepared folder")
    parser.add_argument("--out", type=Path, required=True, help="where the table goes (Markdown)")
    parser.add_argument("--tera", type=float, default=1.5, help="multiply-adds of each forward pass, in units of 1e12")
    parser.add_argument("--only", action="append", help="names of trials; default: all")
    args = parser.parse_args()
    torch.set_flush_denormal(True)
    compare(args.config, args.data, args.tera, args.only, args.out)


if __name__ == "__main__":
    main()
