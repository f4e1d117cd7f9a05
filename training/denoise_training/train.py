"""The training loop: time-boxed, resumable at any step, the same on one process or many.

    python3 -m denoise_training.train --config configs/base.toml --data PREPARED --out RUN --minutes 60
    torchrun --nproc-per-node 2 -m denoise_training.train ...

Notable: the learning rate follows the share of the time that is used up, so a run that is given an hour anneals in that hour
whatever the machine. A run that stops (power, Ctrl-C) goes on from its last checkpoint: weights, average, optimizer, clock and
carried states are in it, and examples depend only on (seed, step), so nothing else needs to be.
"""

import argparse
import dataclasses
import math
import os
import signal
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor

from .augment import Mixer
from .config import TrainConfig, load_config, override
from .data import Prepared
from .losses import DenoiseLoss
from .models import Mixer as Network
from .scores import estoi, pesq_wb, si_sdr
from .stft import Stft, compressed_features


def enhance(network: Network, stft: Stft, noisy: Tensor, states: list[Tensor] | None = None) -> tuple[Tensor, list[Tensor]]:
    """Noisy waves -> enhanced waves, which lag by `overlap` samples; [B, N] -> [B, N]."""
    with torch.no_grad():
        spectrum = stft.forward(noisy).transpose(0, 1)  # [T, B, bins]
        features = compressed_features(spectrum)
    mask, states = network(features, states)
    enhanced = torch.complex(mask[:, :, 0], mask[:, :, 1]) * spectrum
    return stft.inverse(enhanced.transpose(0, 1)), states


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


class Run:
    """Everything that a checkpoint holds, and one step of training."""

    def __init__(
        self,
        config: TrainConfig,
        data: Prepared,
        rank: int = 0,
        processes: int = 1,
        device: str = "cpu",
        network: torch.nn.Module | None = None,  # instead of the config's own
    ):
        if config.batch % processes:
            raise ValueError(f"batch {config.batch} does not divide among {processes} processes: choose a multiple")
        self.config, self.rank, self.processes, self.device = config, rank, processes, device
        torch.manual_seed(config.seed)
        self.network = (network or Network(config.model)).to(device)
        self.average = Average(self.network, config.ema)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), config.learning_rate, config.betas, weight_decay=config.weight_decay
        )
        self.stft = Stft(config.framing, device)
        self.loss = DenoiseLoss(config.loss, config.framing.rate_hz)
        self.mixer = Mixer(data, "train", config.mix, config.seed)
        share = config.batch // processes
        self.indices = range(rank * share, (rank + 1) * share)
        self.step, self.seconds, self.best = 0, 0.0, -math.inf
        self.earlier = {"hours": 0.0, "minutes": 0.0}  # heard and spent by the runs that this one began with
        self.norms: list[float] = []
        self.states = self.network.initial_states(share)

    def rate(self, progress: float) -> float:
        """Learning rate after this share of the run: linear warm-up, a plateau, then a cosine."""
        c = self.config
        if progress < c.warmup:
            return c.learning_rate * max(progress, 0.02 * c.warmup) / c.warmup
        begin = max(c.warmup, c.hold)
        along = min(1.0, max(0.0, progress - begin) / (1 - begin))
        return c.learning_rate * (c.final_rate + (1 - c.final_rate) * 0.5 * (1 + math.cos(math.pi * along)))

    def train_step(self, progress: float) -> dict[str, float]:
        c = self.config
        noisy, clean, _ = self.mixer.batch(self.step, self.indices)
        noisy, clean = noisy.to(self.device), clean.to(self.device)
        keep = [np.random.default_rng((c.seed, self.step, i, 1)).random() < c.carry for i in self.indices]
        keep = torch.tensor(keep, dtype=torch.float32, device=self.device)[:, None, None]
        enhanced, states = enhance(self.network, self.stft, noisy, [s * keep for s in self.states])
        self.states = [s.detach() for s in states]
        lag = c.framing.overlap
        loss, terms = self.loss(enhanced[:, lag:], clean[:, : enhanced.shape[1] - lag], noisy)
        self.optimizer.zero_grad()
        loss.backward()
        parameters = list(self.network.parameters())
        if self.processes > 1:
            flat = torch.cat([p.grad.flatten() for p in parameters])
            dist.all_reduce(flat)
            flat /= self.processes
            for p, g in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
                p.grad = g.view_as(p)
        # The norm falls by an order of magnitude over a run; a fixed limit would clip everything first and nothing later.
        limit = c.clip_norm * float(np.median(self.norms)) if len(self.norms) >= 10 else 1e9
        norm = float(torch.nn.utils.clip_grad_norm_(parameters, max(limit, 1e-3)))
        if not math.isfinite(norm):
            self.step += 1
            return {"skipped": 1.0}
        self.norms = [*self.norms, norm][-200:]
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate(progress)
        self.optimizer.step()
        self.average.update(self.network)
        self.step += 1
        return {"loss": loss.item(), **terms, "norm": norm, "rate": self.rate(progress)}

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
            "norms": self.norms,
            "states": self.states,
        }

    def begin_with(self, saved: dict) -> None:
        """Weights of another run; clock, optimizer and average start anew."""
        self.network.load_state_dict(saved["average"])
        self.average = Average(self.network, self.config.ema)
        self.earlier = {"hours": hours_heard(saved), "minutes": minutes_spent(saved)}

    def restore(self, saved: dict) -> None:
        self.network.load_state_dict(saved["network"])
        self.average.weights = saved["average"]
        self.average.count = saved["average_count"]
        self.optimizer.load_state_dict(saved["optimizer"])
        self.step, self.seconds, self.best = saved["step"], saved["seconds"], saved["best"]
        self.norms, self.earlier = saved["norms"], saved.get("earlier", self.earlier)

    def take_states(self, saved: dict | None) -> None:
        """Carries on with a process's own streams, which begin empty where it saved none, others, or at another step."""
        if saved and saved["step"] == self.step and saved["states"][0].shape == self.states[0].shape:
            self.states = saved["states"]


class Validation:
    """A fixed set of mixtures of voices and noises that training never meets, scored by what the ear-like measures say.

    The stated score is the mean of PESQ-WB / 0.10, ESTOI / 0.03 and SI-SDR / 1.5 dB: three measures in comparable steps.
    """

    def __init__(self, config: TrainConfig, data: Prepared):
        mix = dataclasses.replace(
            config.mix, seconds=config.valid_seconds, snr_db=(-5.0, 20.0), snr_wide=0, clean=0, silence=0, clip=0, low_pass=0,
            match_band=0, room=0.2, level_dbfs=(-30, -20), transient=0.05, babble=0, coloured=0, speed=0, eq=0,
        )  # fmt: skip
        mixer = Mixer(data, "valid", mix, seed=1234, simulated_rooms=8)
        self.noisy, self.clean, _ = mixer.batch(0, range(config.valid_examples))

    @torch.no_grad()
    def score(self, network: Network, stft: Stft, perceptual: bool = True) -> dict[str, float]:
        lag = stft.framing.overlap
        enhanced = torch.cat([enhance(network, stft, part)[0] for part in self.noisy.split(8)])[:, lag:]
        clean = self.clean[:, : enhanced.shape[1]]
        pairs = list(zip(clean.numpy(), enhanced.cpu().numpy(), strict=True))
        result = {"si_sdr": float(np.mean([si_sdr(c, e) for c, e in pairs]))}
        if perceptual:
            result["pesq"] = float(np.nanmean([pesq_wb(c, e) for c, e in pairs]))
            result["estoi"] = float(np.nanmean([estoi(c, e) for c, e in pairs]))
            result["score"] = (result["pesq"] / 0.1 + result["estoi"] / 0.03 + result["si_sdr"] / 1.5) / 3
        return result


def weights_only(saved: dict) -> dict:
    """What a checkpoint needs for export and for a new run: a third of its size."""
    return {k: saved[k] for k in ("config", "average", "step", "seconds", "earlier", "valid") if k in saved}


def hours_heard(saved: dict) -> float:
    """Hours of mixtures behind a checkpoint, with those of the runs before it."""
    config = saved["config"]
    own = saved["step"] * config["batch"] * config["mix"]["seconds"] / 3600
    return own + saved.get("earlier", {}).get("hours", 0.0)


def minutes_spent(saved: dict) -> float:
    return saved["seconds"] / 60 + saved.get("earlier", {}).get("minutes", 0.0)


def save(saved: dict, path: Path) -> None:
    """Written beside, then renamed: a checkpoint is whole or the old one."""
    part = path.with_suffix(".part")
    torch.save(saved, part)
    os.replace(part, path)


def averaged_network(saved: dict, config: TrainConfig) -> Network:
    network = Network(config.model)
    network.load_state_dict(saved["average"])
    return network.eval()


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a denoiser.")
    parser.add_argument("--config", required=True)
    parser.add_argument("--data", required=True, help="prepared folder")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run: checkpoints, log, TensorBoard")
    parser.add_argument("--minutes", type=float, help="length of the run, over all its interruptions")
    parser.add_argument("--steps", type=int, help="length of the run in steps instead")
    parser.add_argument("--valid-minutes", type=float, default=8.0)
    parser.add_argument("--init", help="checkpoint whose averaged weights a new run begins with")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], help="setting=value over the config, as in model.channels=48")
    args = parser.parse_args()
    if (args.minutes is None) == (args.steps is None):
        parser.error("give --minutes or --steps")
    config = load_config(args.config)
    try:
        override(config, args.set)
    except ValueError as error:
        parser.error(str(error))
    if args.threads:
        torch.set_num_threads(args.threads)
    processes = int(os.environ.get("WORLD_SIZE", 1))
    rank = int(os.environ.get("RANK", 0))
    device = "cpu"
    if torch.cuda.is_available():
        device = f"cuda:{os.environ.get('LOCAL_RANK', 0)}"
    if processes > 1:
        dist.init_process_group("nccl" if device != "cpu" else "gloo")
    torch.set_flush_denormal(True)
    train(config, args, rank, processes, device)
    if processes > 1:
        dist.destroy_process_group()


def of_first_process(saved: dict | None) -> dict | None:
    """The first process's checkpoint, for all: each saves by its own clock, and one that is new has none."""
    shared = [saved]
    dist.broadcast_object_list(shared, 0)
    return shared[0]


def train(config: TrainConfig, args: argparse.Namespace, rank: int, processes: int, device: str) -> None:
    args.out.mkdir(parents=True, exist_ok=True)
    data = Prepared(args.data, config.licence_flags, preload=True)
    run = Run(config, data, rank, processes, device)
    own = args.out / (f"last.{rank}.pt" if rank else "last.pt")
    saved = torch.load(own, weights_only=True) if own.exists() else None
    shared = of_first_process(saved) if processes > 1 else saved
    if shared:
        run.restore(shared)
        run.take_states(saved)
    elif args.init:
        run.begin_with(torch.load(args.init, weights_only=True))
    lead = rank == 0
    validation = Validation(config, data) if lead else None
    board = None
    if lead:
        from torch.utils.tensorboard import SummaryWriter

        board = SummaryWriter(args.out / "board")
    log_file = open(args.out / "log.txt", "a") if lead else None

    def log(text: str) -> None:
        if lead:
            line = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}"
            print(line, flush=True)
            print(line, file=log_file, flush=True)

    stop = []
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.append(1))

    parameters = sum(p.numel() for p in run.network.parameters())
    begins = "resumed" if run.step else "started"
    log(f"{begins} {config.model.name}: {parameters} parameters, step {run.step}, {run.seconds:.0f} s done")
    begun, before = time.time(), run.seconds
    last_valid = last_save = last_log = time.time()
    sums: dict[str, float] = {}
    counted, audio_seconds = 0, config.batch * config.mix.seconds
    log_step = run.step

    def validate() -> None:
        scored = averaged_network(run.checkpoint(), config).to(device)
        result = validation.score(scored, run.stft)
        log("valid " + " ".join(f"{k} {v:.4f}" for k, v in result.items()))
        for name, value in result.items():
            board.add_scalar(f"valid/{name}", value, run.step)
        if result["score"] > run.best:
            run.best = result["score"]
            best = {**run.checkpoint(), "valid": result}
            save(best, args.out / "best.pt")
            save(weights_only(best), args.out / "weights.pt")

    while True:
        run.seconds = before + time.time() - begun
        progress = run.step / args.steps if args.steps else run.seconds / (60 * args.minutes)
        halt = bool(stop) or progress >= 1
        if processes > 1:
            shared = torch.tensor([progress, float(halt)], dtype=torch.float64, device=device)
            dist.broadcast(shared, 0)
            progress, halt = shared[0].item(), bool(shared[1].item())
        if halt:
            break
        terms = run.train_step(progress)
        if "skipped" in terms:
            log(f"step {run.step}: gradient not finite, skipped")
            continue
        counted += 1
        for name, value in terms.items():
            sums[name] = sums.get(name, 0.0) + value
        now = time.time()
        if now - last_log > 30:
            means = {name: value / counted for name, value in sums.items()}
            speed = (run.step - log_step) * audio_seconds / (now - last_log)
            log(
                f"step {run.step} {100 * progress:.1f}% audio {run.step * audio_seconds / 3600:.2f} h at {speed:.1f} s/s "
                + " ".join(f"{name} {value:.4g}" for name, value in means.items())
            )
            if lead:
                for name, value in means.items():
                    board.add_scalar(f"train/{name}", value, run.step)
            sums, counted, log_step, last_log = {}, 0, run.step, now
        if now - last_save > 120:
            save(run.checkpoint(), own)
            last_save = now
        if lead and now - last_valid > 60 * args.valid_minutes:
            validate()
            last_valid = time.time()
    save(run.checkpoint(), own)
    if lead and progress >= 1:
        validate()
        save(run.checkpoint(), own)
    ends = "ended" if progress >= 1 else "interrupted"
    log(f"{ends} at step {run.step}, {run.seconds:.0f} s, {run.step * audio_seconds / 3600:.2f} h of audio")


if __name__ == "__main__":
    main()
