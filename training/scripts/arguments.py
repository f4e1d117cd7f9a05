"""What every training program can be told."""

import argparse
import os
from pathlib import Path

import torch

from denoise_training.run.loop import Course
from denoise_training.settings import Settings, load, override


def device_here() -> str:
    """The GPU of this process where there is one; sets up its arithmetic."""
    if not torch.cuda.is_available():
        return "cpu"
    # Products in TF32: ten bits of every factor, sums in float32.
    torch.set_float32_matmul_precision("high")
    device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}"
    # What processes send each other goes through the current one.
    torch.cuda.set_device(device)
    return device


def add_workers(parser: argparse.ArgumentParser) -> None:
    # A GPU waits for every core there is; on a CPU the network itself takes them.
    default = max(1, len(os.sched_getaffinity(0)) - 1) if torch.cuda.is_available() else 0
    parser.add_argument("--workers", type=int, default=default, help="processes that draw mixtures (%(default)s here)")


def add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", required=True, action="append", help="prepared folder, or folder of shards; again for another"
    )
    parser.add_argument(
        "--preload", action="store_true", help="read all sound into memory first, where a disk is slow to read pieces"
    )


def make_parser(description: str, valid_minutes: float) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--config", required=True)
    add_data(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder of the run: checkpoints, log, TensorBoard")
    parser.add_argument("--minutes", type=float, help="length of the run, over all its interruptions")
    parser.add_argument("--steps", type=int, help="length of the run in steps instead")
    parser.add_argument("--valid-minutes", type=float, default=valid_minutes)
    parser.add_argument("--init", help="checkpoint whose averaged weights a new run begins with")
    parser.add_argument("--save-seconds", type=float, default=120.0, help="from one checkpoint to the next")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], help="setting=value over the config, as in loss.sdr=0.01")
    return parser


def parse(parser: argparse.ArgumentParser, kind: type[Settings]) -> tuple[argparse.Namespace, Settings, Course]:
    """Arguments, and the settings and course that they come to; sets the process up for them."""
    args = parser.parse_args()
    if (args.minutes is None) == (args.steps is None):
        parser.error("give --minutes or --steps")
    try:
        config = override(load(kind, args.config), args.set)
    except ValueError as error:
        parser.error(str(error))
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    args.out.mkdir(parents=True, exist_ok=True)
    course = Course(
        args.data,
        args.out,
        args.minutes,
        args.steps,
        args.valid_minutes,
        args.init,
        args.save_seconds,
        getattr(args, "workers", 0),
        getattr(args, "shares", 0),
        args.preload,
    )
    return args, config, course
