"""The training loop: time-boxed, resumable at any step, the same on one process or many.

Notable: loop.py is the loop around it. Examples are continued in long streams: half of them begin with the state in
which another one ended, so checkpoints hold those states, too.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
import torch.distributed as dist

from ..data.mixing import MixtureSource
from ..data.prepared import Prepared
from ..data.shares import SharedSource
from ..loss.losses import DenoiseLoss
from ..network.enhance import enhance
from ..network.models import MaskNetwork
from ..network.native import half_products
from ..network.stft import Stft
from .ahead import Ahead
from .config import TrainConfig
from .hosts import Processes, furthest_in, gathered
from .loop import LAST, Course, Log, Training, moved, run_loop
from .validation import Validation


class Run(Training):
    """A training of the streaming network; one of `processes` that share every batch."""

    def __init__(
        self,
        config: TrainConfig,
        data: Prepared | Sequence[Prepared],  # or this process's shares of sound that is dealt out
        rank: int = 0,
        processes: int = 1,
        device: str = "cpu",
        network: torch.nn.Module | None = None,  # instead of the config's own
        workers: int = 0,  # processes that draw mixtures ahead
    ):
        if config.batch % processes:
            raise ValueError(f"batch {config.batch} does not divide among {processes} processes: choose a multiple")
        torch.manual_seed(config.seed)
        super().__init__(config, (network or MaskNetwork(config.model)).to(device), config.betas)
        self.processes, self.device = processes, device
        self.stft = Stft(config.framing, device)
        self.loss = DenoiseLoss(config.loss, config.framing.rate_hz)
        share = config.batch // processes
        self.indices = range(rank * share, (rank + 1) * share)
        if isinstance(data, Prepared):
            mixer = MixtureSource(data, "train", config.mix, config.seed)
        else:
            mixer = SharedSource(data, "train", config.mix, config.seed, self.indices)
        self.ahead = Ahead(mixer, self.indices, device, workers)
        self.norms: list[float] = []
        self.states = self.network.initial_states(share)

    def train_step(self, progress: float) -> dict[str, float]:
        c = self.config
        noisy, clean = self.ahead.batch(self.step)
        keep = [np.random.default_rng((c.seed, self.step, i, 1)).random() < c.carry for i in self.indices]
        keep = torch.tensor(keep, dtype=torch.float32, device=self.device)[:, None, None]
        self.optimizer.zero_grad()
        with half_products(c.half_products):
            enhanced, states = enhance(self.network, self.stft, noisy, [s * keep for s in self.states])
            lag = c.framing.overlap
            loss, terms = self.loss(enhanced[:, lag:], clean[:, : enhanced.shape[1] - lag], noisy)
            loss.backward()
        self.states = [s.detach() for s in states]
        parameters = list(self.network.parameters())
        if self.processes > 1:
            flat = torch.cat([p.grad.flatten() for p in parameters])
            dist.all_reduce(flat)
            flat /= self.processes
            for p, g in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
                p.grad = g.view_as(p)
        # The norm falls by an order of magnitude over a run; a fixed limit would clip everything first and nothing
        # later.
        limit = c.clip_norm * float(np.median(self.norms)) if len(self.norms) >= 10 else 1e9
        norm = float(torch.nn.utils.clip_grad_norm_(parameters, max(limit, 1e-3)))
        if not math.isfinite(norm):
            self.step += 1
            return {"skipped": 1.0}
        self.norms = [*self.norms, norm][-200:]
        self.update(progress)
        self.step += 1
        return {"loss": loss.item(), **terms, "norm": norm, "rate": self.rate(progress)}

    def checkpoint(self) -> dict:
        return {**super().checkpoint(), "norms": self.norms, "states": self.states}

    def to_go_on_from(self) -> dict:
        """With the streams of the whole batch, so that a run may go on with another number of processes."""
        if self.processes == 1:
            return self.checkpoint()
        # Only the first process validates, and another's checkpoint may be the one that is left.
        judged = torch.tensor([self.best, self.stale], dtype=torch.float64, device=self.device)
        dist.broadcast(judged, 0)
        self.best, self.stale = judged[0].item(), int(judged[1].item())
        return {**self.checkpoint(), "states": [gathered(state, self.processes) for state in self.states]}

    def restore(self, saved: dict) -> None:
        super().restore(moved(saved, self.device))
        self.norms = saved["norms"]

    def take_states(self, saved: dict) -> None:
        """Carries on with this process's part of the streams, which begin empty where the batch was another."""
        if len(saved["states"][0]) == self.config.batch:
            self.states = [s[self.indices.start : self.indices.stop].to(self.device) for s in saved["states"]]


def averaged_network(saved: dict, config: TrainConfig) -> MaskNetwork:
    network = MaskNetwork(config.model)
    network.load_state_dict(saved["average"])
    return network.eval()


def shares_of(config: TrainConfig, course: Course, rank: int, processes: int) -> list[Prepared]:
    """What this process reads of sound that is dealt out."""
    shares = course.shares
    if shares < 1 or shares % processes or config.batch % shares:
        raise ValueError(
            f"{shares} shares, {processes} processes, batch {config.batch}: expected shares that divide among the "
            "processes, and a batch that divides among the shares: choose multiples"
        )
    own = shares // processes
    return [
        Prepared(course.data, config.licence_flags, course.preload, (share, shares))
        for share in range(rank * own, (rank + 1) * own)
    ]


def train(config: TrainConfig, course: Course, rank: int, processes: int, device: str) -> bool:
    """False: it stopped because another process was asked to."""
    if course.shares:
        data = shares_of(config, course, rank, processes)
    else:
        data = Prepared(course.data, config.licence_flags, course.preload)
    run = Run(config, data, rank, processes, device, workers=course.workers)
    others = Processes(rank, processes, device)
    saved = others.furthest(furthest_in(course.out))
    if saved:
        run.restore(saved)
        run.take_states(saved)
    elif course.init:
        run.begin_with(torch.load(course.init, weights_only=True, map_location=device))
    # What is held out is the same in every share.
    held_out = data[0] if course.shares else data
    validation = Validation(config, held_out, device) if rank == 0 and course.valid_minutes else None

    def score(checkpoint: dict) -> dict[str, float]:
        return validation.score(averaged_network(checkpoint, config).to(device), run.stft)

    last = LAST if rank == 0 else f"last.{rank}.pt" if others.first_here else None
    return run_loop(run, course, Log(course.out, rank == 0), score if validation else None, others.agree, last)
