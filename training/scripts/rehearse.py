"""Says what this machine can do with a config, in half a minute, before a run is begun.

python3 -m scripts.rehearse --config configs/base.toml --data PREPARED
"""

import argparse

import torch

from denoise_training.data.prepared import Prepared
from denoise_training.run.config import TrainConfig
from denoise_training.run.rehearse import advice, rehearse
from denoise_training.settings import load, override

from .arguments import add_data, add_workers, device_here


def main() -> None:
    parser = argparse.ArgumentParser(description="Sound per second, waiting, memory and the greatest batch.")
    parser.add_argument("--config", required=True)
    add_data(parser)
    parser.add_argument("--batches", type=int, nargs="+", help="by default 8, and on a GPU 32 to 1024")
    parser.add_argument("--seconds", type=float, default=4.0, help="for each batch")
    parser.add_argument("--set", action="append", default=[], help="setting=value over the config")
    add_workers(parser)
    args = parser.parse_args()
    torch.set_flush_denormal(True)
    config = override(load(TrainConfig, args.config), args.set)
    device = device_here()
    print(f"{torch.cuda.get_device_name() if device != 'cpu' else 'CPU'}, {args.workers} processes draw mixtures")
    batches = args.batches or ([8] if device == "cpu" else [32, 64, 128, 256, 512, 1024])
    data = Prepared(args.data, config.licence_flags, args.preload)
    print(advice(config, rehearse(config, data, batches, args.seconds, device, args.workers)))


if __name__ == "__main__":
    main()
