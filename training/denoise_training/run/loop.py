"""The loop around every training: time-boxed, resumable at any step, interruptible at any moment.

In:  a training (network, optimizer, clock), which takes one step at a time
Out: `last.pt` to go on from, `best.pt` with the averaged weights of the best score, log.txt and TensorBoard

Notable: the learning rate follows the share of the time that is used up, so a run that is given an hour anneals in that
hour whatever the machine. A run that stops (power, Ctrl-C) goes on from its last checkpoint: weights, average,
optimizer and clock are in it, and examples depend only on (seed, step), so nothing else needs to be.
"""

import dataclasses
import math
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

LAST = "last.pt"  # of the first process; the first of every other machine writes last.RANK.pt
LOG_SECONDS = 30.0
LEAST_GAIN = 1e-3  # of a score; the same weights can differ by rounding from one validation to the next


@dataclass
class Course:
    """Where a run begins, how long it goes on, and where it leaves what it makes."""

    data: str | list[str]  # prepared folder, or several that are met as one
    out: Path  # checkpoints, log, TensorBoard
    minutes: float | None = None  # over all its interruptions
    steps: int | None = None  # instead of minutes
    valid_minutes: float = 8.0  # from one validation to the next; 0: none, and the last weights count as the best
    init: str | None = None  # checkpoint whose averaged weights a new run begins with
    save_seconds: float = 120.0  # from one checkpoint to the next
    workers: int = 0  # processes that draw mixtures while this one computes
    shares: int = 0  # in which the shards of the folders are dealt out to the processes; 0: every process reads all
    preload: bool = False  # read all sound first instead of mapping it


class Average:
    """Exponential moving average of the weights; young averages follow faster."""

    def __init__(self, network: torch.nn.Module, decay: float):
        self.decay, self.count = decay, 0
        self.weights = {k: v.detach().clone() for k, v in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: torch.nn.Module) -> None:
        self.count += 1
        share = 1 - min(self.decay, (1 + self.count) / (10 + self.count))
        weights = list(self.weights.values())
        torch._foreach_lerp_(weights, list(network.state_dict().values()), share)


class Training:
    """What every checkpoint holds; subclasses take the steps.
    The settings it reads are in both kinds of config."""

    def __init__(self, config, network: torch.nn.Module, betas: tuple[float, float]):
        self.config, self.network = config, network
        self.average = Average(network, config.ema)
        self.optimizer = torch.optim.AdamW(
            network.parameters(), config.learning_rate, betas, weight_decay=config.weight_decay
        )
        self.step, self.seconds, self.best, self.stale = 0, 0.0, -math.inf, 0
        self.earlier = {"hours": 0.0, "minutes": 0.0}  # heard and spent by the runs that this one began with

    def train_step(self, progress: float) -> dict[str, float]:
        raise NotImplementedError

    def rate(self, progress: float) -> float:
        """Learning rate after this share of the run: linear warm-up, a plateau, then a cosine."""
        c = self.config
        if progress < c.warmup:
            return c.learning_rate * max(progress, 0.02 * c.warmup) / c.warmup
        begin = max(c.warmup, c.hold)
        along = min(1.0, max(0.0, progress - begin) / (1 - begin))
        return c.learning_rate * (c.final_rate + (1 - c.final_rate) * 0.5 * (1 + math.cos(math.pi * along)))

    def update(self, progress: float) -> None:
        """One step down the gradient, and the average after it."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate(progress)
        self.optimizer.step()
        self.average.update(self.network)

    def checkpoint(self) -> dict:
        return {
            "config": dataclasses.asdict(self.config),
            "network": self.network.state_dict(),
            "average": self.average.weights,
            "average_count": self.average.count,
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "earlier": self.earlier,
            "best": self.best,
            "stale": self.stale,
        }

    def to_go_on_from(self) -> dict:
        """The checkpoint of the whole run; where several processes share it, all ask for it at the same step."""
        return self.checkpoint()

    def restore(self, saved: dict) -> None:
        self.network.load_state_dict(saved["network"])
        self.average.weights, self.average.count = saved["average"], saved["average_count"]
        self.optimizer.load_state_dict(saved["optimizer"])
        self.step, self.seconds, self.best = saved["step"], saved["seconds"], saved["best"]
        self.stale, self.earlier = saved.get("stale", 0), saved.get("earlier", self.earlier)

    def begin_with(self, saved: dict) -> None:
        """Averaged weights of another run of the same network; clock, optimizer and average start anew."""
        self.network.load_state_dict(saved["average"])
        self.average = Average(self.network, self.config.ema)
        self.earlier = {"hours": hours_heard(saved), "minutes": minutes_spent(saved)}

    def judge(self, score: float) -> bool:
        """Notes a validation; true where it is the best so far."""
        better = score > self.best + LEAST_GAIN
        self.best, self.stale = (score, 0) if better else (self.best, self.stale + 1)
        return better

    @property
    def stalled(self) -> bool:
        return bool(self.config.patience) and self.stale >= self.config.patience


def weights_only(saved: dict) -> dict:
    """What a checkpoint needs for export and for a new run: a third of its size."""
    return {k: saved[k] for k in ("config", "average", "step", "seconds", "earlier", "valid") if k in saved}


def step_seconds(config: dict) -> float:
    """Sound in one step, of the settings in a checkpoint."""
    front = config.get("front")
    return config["batch"] * (front["block"] / front["rate_hz"] if front else config["mix"]["seconds"])


def hours_heard(saved: dict) -> float:
    """Hours of mixtures behind a checkpoint, with those of the runs before it."""
    return saved["step"] * step_seconds(saved["config"]) / 3600 + saved.get("earlier", {}).get("hours", 0.0)


def minutes_spent(saved: dict) -> float:
    return saved["seconds"] / 60 + saved.get("earlier", {}).get("minutes", 0.0)


def moved(tree, device: str):
    """The same dicts and lists, with all tensors on the device."""
    if isinstance(tree, torch.Tensor):
        return tree.to(device)
    if isinstance(tree, dict):
        return {key: moved(value, device) for key, value in tree.items()}
    return [moved(value, device) for value in tree] if isinstance(tree, list) else tree


def save(saved: dict, path: Path) -> None:
    """Written beside, then renamed: a checkpoint is whole or the old one. It can be read where there is no GPU."""
    part = path.with_suffix(".part")
    torch.save(moved(saved, "cpu"), part)
    os.replace(part, path)


class Log:
    """The plain log and TensorBoard of one run; silent in all processes but the first."""

    def __init__(self, out: Path, lead: bool = True):
        self.file = self.board = None
        if lead:
            from torch.utils.tensorboard import SummaryWriter

            out.mkdir(parents=True, exist_ok=True)
            self.board, self.file = SummaryWriter(out / "board"), open(out / "log.txt", "a")

    def __call__(self, text: str) -> None:
        if self.file:
            line = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}"
            print(line, flush=True)
            print(line, file=self.file, flush=True)

    def figures(self, kind: str, text: str, values: dict[str, float], step: int) -> None:
        self(f"{text} " + " ".join(f"{name} {value:.5g}" for name, value in values.items()))
        if self.board:
            for name, value in values.items():
                self.board.add_scalar(f"{kind}/{name}", value, step)


@dataclass
class Turn:
    """What is decided before each step, by all processes alike: the first one's clock, and anyone's signal to stop."""

    progress: float
    over: bool  # the time is up, or nothing gets better
    due: bool  # a checkpoint is
    stopped: bool  # by SIGINT or SIGTERM


def run_loop(
    training: Training,
    course: Course,
    log: Log,
    score: Callable[[dict], dict[str, float]]
    | None,  # measures of a checkpoint, "score" among them; None: not this process's
    agree: Callable[[Turn], Turn] = lambda turn: turn,
    last: str | None = LAST,  # None: another process writes this machine's checkpoint
) -> bool:
    """Trains until the time is up, nothing gets better, or it is asked to stop. False: another process was asked."""
    score = score if course.valid_minutes else None
    stop = []
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.append(1))

    def validate() -> None:
        checkpoint = training.checkpoint()
        result = score(checkpoint)
        log.figures("valid", "valid", result, training.step)
        if training.judge(result["score"]):
            save(weights_only({**checkpoint, "valid": result}), course.out / "best.pt")

    def keep() -> None:
        checkpoint = training.to_go_on_from()
        if last:
            save(checkpoint, course.out / last)
        if not course.valid_minutes and last == LAST:
            save(weights_only(checkpoint), course.out / "best.pt")

    audio_seconds = step_seconds(dataclasses.asdict(training.config))
    parameters = sum(p.numel() for p in training.network.parameters())
    begins = "resumed" if training.step else "started"
    done = f"step {training.step}, {training.seconds:.0f} s done"
    log(f"{begins} {training.config.model.name}: {parameters} parameters, {done}")
    begun, before = time.time(), training.seconds
    last_valid = last_save = last_log = begun
    log_step, counted, sums = training.step, 0, {}
    while True:
        training.seconds = before + time.time() - begun
        progress = training.step / course.steps if course.steps else training.seconds / (60 * course.minutes)
        due = time.time() - last_save > course.save_seconds
        turn = agree(Turn(progress, progress >= 1 or training.stalled, due, bool(stop)))
        if turn.over or turn.stopped:
            break
        if turn.due:
            keep()
            last_save = time.time()
        terms = training.train_step(turn.progress)
        if "skipped" in terms:
            log(f"step {training.step}: gradient not finite, skipped")
            continue
        counted += 1
        for name, value in terms.items():
            sums[name] = sums.get(name, 0.0) + value
        now = time.time()
        if now - last_log > LOG_SECONDS:
            hours, speed = (
                training.step * audio_seconds / 3600,
                (training.step - log_step) * audio_seconds / (now - last_log),
            )
            head = f"step {training.step} {100 * turn.progress:.1f}% audio {hours:.2f} h at {speed:.1f} s/s"
            log.figures("train", head, {name: value / counted for name, value in sums.items()}, training.step)
            sums, counted, log_step, last_log = {}, 0, training.step, now
        if score and now - last_valid > 60 * course.valid_minutes:
            validate()
            last_valid = time.time()
    if score and not turn.stopped and not training.stalled:
        validate()
    keep()
    ends = (
        "interrupted"
        if turn.stopped
        else "ended early, no better for a while"
        if training.stalled and turn.progress < 1
        else "ended"
    )
    hours = training.step * audio_seconds / 3600
    log(f"{ends} at step {training.step}, {training.seconds:.0f} s, {hours:.2f} h of audio")
    return bool(stop) or not turn.stopped
