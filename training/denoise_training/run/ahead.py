"""Mixtures of the steps to come: drawn by other processes, rendered where the network is.

Notable: a batch depends on the run's seed and its step alone, so it is the same whoever draws it, and a run that is
resumed, with more processes or fewer, hears what it would have heard.
"""

import time
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ..data.mixing import MixtureSource
from ..data.rendering import Draws
from ..data.shares import SharedSource

# Batches that each process has ready: the longest draw takes a few times as long as most.
READY = 2


class DrawnSteps(Dataset):
    """The draws of any step."""

    def __init__(self, mixer: MixtureSource | SharedSource, indices: range):
        self.mixer, self.indices = mixer, indices

    def __getitem__(self, step: int) -> Draws:
        return self.mixer.draw(step, self.indices)


class Ahead:
    """Batches in the order of their steps. `workers`: processes that draw; 0 draws when it is asked."""

    def __init__(
        self,
        mixer: MixtureSource | SharedSource,
        indices: range,
        device: torch.device | str = "cpu",
        workers: int = 0,
    ):
        self.steps = DrawnSteps(mixer, indices)
        self.renderer = mixer.renderer.to(device)
        self.device, self.workers = device, workers
        self.coming: Iterator[Draws] | None = None
        self.next_step = -1
        self.waited_seconds = 0.0  # for draws, since the beginning

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        """Noisy and clean waves on the device, [B, samples] float32."""
        begun = time.perf_counter()
        draws = self.drawn(step) if self.workers else self.steps[step]
        self.waited_seconds += time.perf_counter() - begun
        return self.renderer.render(draws.to(self.device))

    def drawn(self, step: int) -> Draws:
        if self.coming is None or step != self.next_step:
            loader = DataLoader(
                self.steps,
                batch_size=None,
                sampler=range(step, step + 2**40),
                num_workers=self.workers,
                prefetch_factor=READY,
                pin_memory=torch.device(self.device).type == "cuda",
                # The sound is shared with the children as it lies in memory, not copied into each.
                multiprocessing_context="fork",
            )
            self.coming = iter(loader)
        self.next_step = step + 1
        return next(self.coming)
