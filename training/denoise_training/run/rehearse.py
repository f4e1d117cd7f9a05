"""What a machine can do, before a run is paid for: sound per second, waiting, memory, and the greatest batch.

In:  a config and a prepared folder, on the machine that will train
Out: one line for each batch, and the one to take
"""

import dataclasses
import resource
import time
from dataclasses import dataclass

import torch

from ..data.prepared import Prepared
from .config import TrainConfig
from .train import Run

WARM_UP_STEPS = 3  # kernels are compiled and chosen in the first ones
ENOUGH = 0.95  # of the highest speed: a smaller batch takes more steps for the same sound, which learns more


@dataclass
class Rehearsal:
    batch: int
    audio_per_second: float  # seconds of sound heard in a second
    waiting: float  # share of the time in which no mixture was ready
    step_ms: float
    memory_gib: float  # peak, of the GPU where there is one, else of this process


def rehearse(
    config: TrainConfig, data: Prepared, batches: list[int], seconds: float, device: str = "cpu", workers: int = 0
) -> list[Rehearsal]:
    """Tries batches from the smallest on, up to the first that does not fit. Raises where none does."""
    tried = []
    for batch in sorted(batches):
        try:
            tried.append(try_batch(config.scaled_to(batch), data, seconds, device, workers))
        except torch.cuda.OutOfMemoryError:
            torch.cuda.empty_cache()
            break
        print(line(tried[-1]), flush=True)
    if not tried:
        raise MemoryError(f"a batch of {min(batches)} does not fit on {device}: give a smaller one with --batches")
    return tried


def try_batch(config: TrainConfig, data: Prepared, seconds: float, device: str, workers: int) -> Rehearsal:
    on_gpu = torch.device(device).type == "cuda"
    if on_gpu:
        torch.cuda.reset_peak_memory_stats()
    run = Run(config, data, device=device, workers=workers)
    for _ in range(WARM_UP_STEPS):
        run.train_step(0.0)
    begun, waited, first = time.perf_counter(), run.ahead.waited_seconds, run.step
    while time.perf_counter() - begun < seconds:
        run.train_step(0.0)
    spent, steps = time.perf_counter() - begun, run.step - first
    # Linux tells it in KiB.
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Rehearsal(
        config.batch,
        steps * config.batch * config.mix.seconds / spent,
        (run.ahead.waited_seconds - waited) / spent,
        1000 * spent / steps,
        (torch.cuda.max_memory_allocated() if on_gpu else own) / 2**30,
    )


def best(tried: list[Rehearsal]) -> Rehearsal:
    """The smallest batch that is about as fast as any."""
    fastest = max(r.audio_per_second for r in tried)
    return next(r for r in tried if r.audio_per_second >= ENOUGH * fastest)


def line(r: Rehearsal) -> str:
    return (
        f"batch {r.batch}: {r.audio_per_second:.0f} s of sound per second, {100 * r.waiting:.0f} % waiting for "
        f"mixtures, {r.step_ms:.0f} ms a step, {r.memory_gib:.1f} GiB"
    )


def advice(config: TrainConfig, tried: list[Rehearsal]) -> str:
    """The arguments to train with."""
    chosen = best(tried)
    scaled = dataclasses.replace(config).scaled_to(chosen.batch)
    hours = chosen.audio_per_second / 60
    return (
        f"--batch {chosen.batch} (rate {scaled.learning_rate:.2g}, ema {scaled.ema:.4g}): {hours:.1f} h of mixtures in "
        "a minute"
    )
