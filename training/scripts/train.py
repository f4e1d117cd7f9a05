"""Trains the streaming network: time-boxed, resumable at any step, the same on one process or many.

python3 -m scripts.train --config configs/base.toml --data PREPARED --out RUN --minutes 60
torchrun --nproc-per-node 2 -m scripts.train ...
"""

import os

import torch.distributed as dist

from denoise_training.run.config import TrainConfig
from denoise_training.run.hosts import AGAIN, PATIENCE
from denoise_training.run.train import train

from .arguments import add_workers, device_here, make_parser, parse


def main() -> None:
    parser = make_parser("Train a denoiser.", valid_minutes=8.0)
    parser.add_argument("--batch", type=int, help="another batch than the config's, with the rate that belongs to it")
    parser.add_argument(
        "--shares", type=int, default=0, help="deal the shards out in so many shares: each process reads only its own"
    )
    add_workers(parser)
    args, config, course = parse(parser, TrainConfig)
    if args.batch:
        config = config.scaled_to(args.batch)
    processes = int(os.environ.get("WORLD_SIZE", 1))
    rank = int(os.environ.get("RANK", 0))
    device = device_here()
    if processes > 1:
        dist.init_process_group("nccl" if device != "cpu" else "gloo", timeout=PATIENCE)
    ended = train(config, course, rank, processes, device)
    if processes > 1:
        dist.destroy_process_group()
    if not ended:
        raise SystemExit(AGAIN)


if __name__ == "__main__":
    main()
