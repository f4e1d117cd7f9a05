"""Trains a classic model: time-boxed, resumable, with early stopping.

python3 -m scripts.train_classic --config configs/unet-8k.toml --data PREPARED --out RUN --minutes 12
"""

import dataclasses

from denoise_training.classic.config import ClassicConfig
from denoise_training.classic.train import train

from .arguments import make_parser, parse


def main() -> None:
    parser = make_parser("Train a classic model.", valid_minutes=2.0)
    parser.add_argument(
        "--pairs", help="recipe paired: folder with noisy/ and clean/; --data is for validation only then"
    )
    args, config, course = parse(parser, ClassicConfig)
    if args.pairs:
        config.data = dataclasses.replace(config.data, pairs=args.pairs)
    train(config, course)


if __name__ == "__main__":
    main()
