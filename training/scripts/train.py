"""Trains the streaming network: time-boxed, resumable at any step, the same on one process or many.

python3 -m scripts.train --config configs/base.toml --data PREPARED --out RUN --minutes 60
torchrun --nproc-per-node 2 -m scripts.train ...
"""

import os

import torch
import torch.distributed as dist

from denoise_training.run.config import TrainConfig
from denoise_training.run.train import train

from .arguments import make_parser, parse


def main() -> None:
    _, config, course = parse(make_parser("Train a denoiser.", valid_minutes=8.0), TrainConfig)
    processes = int(os.environ.get("WORLD_SIZE", 1))
    rank = int(os.environ.get("RANK", 0))
    device = "cpu"
    if torch.cuda.is_available():
        device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}"
    if processes > 1:
        dist.init_process_group("nccl" if device != "cpu" else "gloo")
    train(config, course, rank, processes, device)
    if processes > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
