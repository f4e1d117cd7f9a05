"""What the processes of one run, on one machine or many, tell each other besides gradients.

Notable: machines need no disk in common. The first process of each keeps the whole run, streams and all, at one step of
all; whoever comes back, as whatever rank, brings its checkpoint, and the one that got furthest counts for all.
"""

import os
from dataclasses import astuple
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor

from .loop import Turn

# A machine that vanishes without a word is missed after this long; validation, for which the others wait, is shorter.
PATIENCE = timedelta(minutes=20)
AGAIN = 75  # exit status (EX_TEMPFAIL in sysexits.h): another process was stopped, so start this one again beside it


def furthest_in(out: Path) -> dict | None:
    """This machine's checkpoint of the highest step, whichever process wrote it."""
    found = [torch.load(path, weights_only=True, map_location="cpu") for path in sorted(out.glob("last*.pt"))]
    return max(found, key=lambda saved: saved["step"], default=None)


def gathered(part: Tensor, processes: int) -> Tensor:
    """The parts of all processes end to end along the first axis, for all."""
    parts = [torch.empty_like(part) for _ in range(processes)]
    dist.all_gather(parts, part.contiguous())
    return torch.cat(parts)


class Processes:
    """All that share a run, as one of them sees them; alone, it agrees with itself."""

    def __init__(self, rank: int, processes: int, device: str):
        self.rank, self.processes, self.device = rank, processes, device
        self.first_here = int(os.environ.get("LOCAL_RANK", rank)) == 0

    def furthest(self, saved: dict | None) -> dict | None:
        """The checkpoint of the highest step of all machines; None where there is none anywhere."""
        if self.processes == 1:
            return saved
        step = torch.tensor([saved["step"] if saved else -1], device=self.device)
        steps = gathered(step, self.processes).tolist()
        shared = [saved]
        dist.broadcast_object_list(shared, steps.index(max(steps)))
        return shared[0]

    def agree(self, turn: Turn) -> Turn:
        if self.processes == 1:
            return turn
        mine = [float(value) for value in astuple(turn)]
        if self.rank:
            mine[:3] = 0.0, 0.0, 0.0  # the first one's clock counts
        shared = torch.tensor(mine, dtype=torch.float64, device=self.device)
        dist.all_reduce(shared)
        progress, *flags = shared.tolist()
        return Turn(progress, *(flag > 0 for flag in flags))
