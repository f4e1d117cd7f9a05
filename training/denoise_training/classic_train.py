"""The training loop of the classic models: time-boxed, resumable, with early stopping.

    python3 -m denoise_training.classic_train --config configs/unet-8k.toml --data PREPARED --out RUN --minutes 12

Notable: what train.py says of its loop holds here; a checkpoint of one loop is not one of the other. A run ends when its time is
used up, or when its score on held-out voices and noises has not risen for `patience` validations. The score is the mean of
ESTOI / 0.03 and SI-SDR / 1.5 dB, at the model's own rate: nothing above its band counts.
"""

import argparse
import dataclasses
import math
import signal
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .blocks import enhance_stream
from .classic_config import ClassicConfig, build_classic, load_classic, plain
from .classic_data import Blocks, resampled
from .classic_models import make_network
from .config import TrainConfig, override
from .data import RATE_HZ, Prepared
from .losses import DenoiseLoss
from .scores import si_sdr
from .spectrogram import FrontEnd
from .train import Average, Validation, minutes_spent, save


def network_of(config: ClassicConfig) -> torch.nn.Module:
    return make_network(config.model, config.front.rows, config.front.frames)


def averaged_network(saved: dict) -> tuple[ClassicConfig, torch.nn.Module]:
    """Settings and averaged weights of a checkpoint of this loop."""
    if "front" not in saved["config"]:
        raise ValueError("this checkpoint is not one of classic_train: export it with export_tfjs")
    config = build_classic(saved["config"])
    network = network_of(config)
    network.load_state_dict(saved["average"])
    return config, network.eval()


class ClassicRun:
    """Everything that a checkpoint holds, and one step of training."""

    def __init__(self, config: ClassicConfig, data: Prepared | None):
        self.config = config
        torch.manual_seed(config.seed)
        self.front = FrontEnd(config.front)
        self.network = network_of(config)
        self.average = Average(self.network, config.ema)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), config.learning_rate, (0.9, 0.98), weight_decay=config.weight_decay
        )
        self.wave_loss = DenoiseLoss(config.loss, config.front.rate_hz)
        self.blocks = Blocks(data, "train", config.data, config.front.rate_hz, config.front.block, config.seed)
        self.step, self.seconds, self.best, self.stale = 0, 0.0, -math.inf, 0
        self.earlier = {"hours": 0.0, "minutes": 0.0}  # heard and spent by the run that this one began with

    def rate(self, progress: float) -> float:
        """Learning rate after this share of the run: linear warm-up, then a cosine."""
        c = self.config
        if progress < c.warmup:
            return c.learning_rate * max(progress / c.warmup, 0.05)
        along = min(1.0, (progress - c.warmup) / (1 - c.warmup))
        return c.learning_rate * (c.final_rate + (1 - c.final_rate) * 0.5 * (1 + math.cos(math.pi * along)))

    def images(self, noisy: Tensor, clean: Tensor, noise: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Spectrum and image of the noisy blocks, features for the network, and what it should answer."""
        front, c = self.front, self.config
        spectrum, clean_spectrum = front.stft(noisy), front.stft(clean)
        if c.feature_level:
            # Powers of uncorrelated sounds add; no wave ever holds this sum.
            image = front.mel_image(front.mel_power(clean_spectrum) + front.mel_power(front.stft(noise)))
        else:
            image = front.image(spectrum)
        features = front.normalise(image, image)
        if c.feature_level:
            rng = torch.Generator().manual_seed(c.seed * 1_000_003 + self.step)
            low, high = c.feature_noise
            deviation = low + (high - low) * torch.rand(len(image), 1, 1, generator=rng)
            features = (features + deviation * torch.randn(image.shape, generator=rng)).clamp(*front.config.to)
        wanted = front.stft(noise) if front.config.estimate == "noise-magnitude" else clean_spectrum
        return spectrum, image, features, front.normalise(front.image(wanted), image, output=True)

    def losses(self, noisy: Tensor, clean: Tensor, noise: Tensor) -> tuple[Tensor, dict[str, float]]:
        c = self.config
        with torch.no_grad():
            spectrum, image, features, target = self.images(noisy, clean, noise)
        estimate = self.network(features)
        measure = F.mse_loss if c.image_loss == "mse" else lambda a, b: F.huber_loss(a, b, delta=0.1) * 10
        loss = c.image_weight * measure(estimate, target)
        terms = {"image": loss.item()}
        if c.wave_weight:
            gain = self.front.gain(self.front.denormalise(estimate, image), image)
            rebuilt = self.front.istft(gain * spectrum)
            heard, parts = self.wave_loss(rebuilt, clean, noisy)
            loss = loss + c.wave_weight * heard
            terms |= parts
        return loss, terms

    def train_step(self, progress: float) -> dict[str, float]:
        noisy, clean, noise = self.blocks.batch(self.step, range(self.config.batch))
        loss, terms = self.losses(noisy, clean, noise)
        self.optimizer.zero_grad()
        loss.backward()
        norm = float(torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0))
        self.step += 1
        if not math.isfinite(norm):
            return {"skipped": 1.0}
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate(progress)
        self.optimizer.step()
        self.average.update(self.network)
        return {"loss": loss.item(), **terms, "norm": norm, "rate": self.rate(progress)}

    def checkpoint(self) -> dict:
        return {
            "config": plain(self.config),
            "network": self.network.state_dict(),
            "average": self.average.weights,
            "average_count": self.average.count,
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "best": self.best,
            "stale": self.stale,
            "earlier": self.earlier,
        }

    def begin_with(self, saved: dict) -> None:
        """Averaged weights of another run of the same network; clock, optimizer and average start anew."""
        self.network.load_state_dict(saved["average"])
        self.average = Average(self.network, self.config.ema)
        self.earlier = {"hours": hours_heard(saved), "minutes": minutes_spent(saved)}

    def restore(self, saved: dict) -> None:
        self.network.load_state_dict(saved["network"])
        self.average.weights, self.average.count = saved["average"], saved["average_count"]
        self.optimizer.load_state_dict(saved["optimizer"])
        self.step, self.seconds, self.best, self.stale = (saved[k] for k in ("step", "seconds", "best", "stale"))
        self.earlier = saved.get("earlier", self.earlier)

    def judge(self, score: float) -> bool:
        """Notes a validation; true where it is the best so far."""
        better = score > self.best
        self.best, self.stale = (score, 0) if better else (self.best, self.stale + 1)
        return better

    @property
    def stalled(self) -> bool:
        return self.stale >= self.config.patience


class ClassicValidation:
    """The mixtures on which `train` validates too, at the model's rate."""

    def __init__(self, config: ClassicConfig, data: Prepared):
        mixed = Validation(TrainConfig(valid_examples=config.valid_examples, valid_seconds=config.valid_seconds), data)
        rate = config.front.rate_hz
        self.rate_hz = rate
        self.noisy, self.clean = ([resampled(w, RATE_HZ, rate) for w in waves.numpy()] for waves in (mixed.noisy, mixed.clean))

    def score(self, network: torch.nn.Module | None, front: FrontEnd) -> dict[str, float]:
        """Means over the mixtures; without a network, those of the noisy input."""
        from pystoi import stoi

        sums = {"si_sdr": [], "estoi": []}
        for noisy, clean in zip(self.noisy, self.clean, strict=True):
            heard = enhance_stream(network, front, torch.from_numpy(noisy)).numpy() if network else noisy
            sums["si_sdr"].append(si_sdr(clean, heard))
            sums["estoi"].append(float(stoi(clean, heard, self.rate_hz, extended=True)))
        result = {name: float(np.mean(values)) for name, values in sums.items()}
        return {**result, "score": (result["estoi"] / 0.03 + result["si_sdr"] / 1.5) / 2}


def weights_only(saved: dict) -> dict:
    """What a checkpoint needs for export."""
    return {k: saved[k] for k in ("config", "average", "step", "seconds", "earlier", "valid") if k in saved}


def hours_heard(saved: dict) -> float:
    """Hours of blocks behind a checkpoint of this loop, with those of the run that it began with."""
    config = saved["config"]
    own = saved["step"] * config["batch"] * config["front"]["block"] / config["front"]["rate_hz"] / 3600
    return own + saved.get("earlier", {}).get("hours", 0.0)


def train(config: ClassicConfig, args: argparse.Namespace) -> None:
    from torch.utils.tensorboard import SummaryWriter

    args.out.mkdir(parents=True, exist_ok=True)
    data = Prepared(args.data, config.licence_flags)
    run = ClassicRun(config, data)
    if (args.out / "last.pt").exists():
        run.restore(torch.load(args.out / "last.pt", weights_only=True))
    elif args.init:
        run.begin_with(torch.load(args.init, weights_only=True))
    validation = ClassicValidation(config, data)
    board, log_file = SummaryWriter(args.out / "board"), open(args.out / "log.txt", "a")

    def log(text: str) -> None:
        line = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}"
        print(line, flush=True)
        print(line, file=log_file, flush=True)

    def validate() -> None:
        scored = network_of(config)
        scored.load_state_dict(run.average.weights)
        result = validation.score(scored.eval(), run.front)
        log("valid " + " ".join(f"{k} {v:.4f}" for k, v in result.items()))
        for name, value in result.items():
            board.add_scalar(f"valid/{name}", value, run.step)
        if run.judge(result["score"]):
            save(weights_only({**run.checkpoint(), "valid": result}), args.out / "best.pt")

    stop = []
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.append(1))
    parameters = sum(p.numel() for p in run.network.parameters())
    log(f"{'resumed' if run.step else 'started'} {config.model.name}: {parameters} parameters, step {run.step}")
    if not run.step:
        log("noisy " + " ".join(f"{k} {v:.4f}" for k, v in validation.score(None, run.front).items()))
    begun, before = time.time(), run.seconds
    last_valid = last_save = last_log = begun
    sums: dict[str, float] = {}
    counted, audio_seconds = 0, config.batch * config.front.block / config.front.rate_hz
    while True:
        run.seconds = before + time.time() - begun
        progress = run.step / args.steps if args.steps else run.seconds / (60 * args.minutes)
        if stop or progress >= 1 or run.stalled:
            break
        terms = run.train_step(progress)
        if "skipped" in terms:
            log(f"step {run.step}: gradient not finite, skipped")
            continue
        counted += 1
        for name, value in terms.items():
            sums[name] = sums.get(name, 0.0) + value
        now = time.time()
        if now - last_log > 20:
            means = {name: value / counted for name, value in sums.items()}
            log(
                f"step {run.step} {100 * progress:.1f}% audio {run.step * audio_seconds / 3600:.2f} h at "
                f"{counted * audio_seconds / (now - last_log):.1f} s/s " + " ".join(f"{k} {v:.4g}" for k, v in means.items())
            )
            for name, value in means.items():
                board.add_scalar(f"train/{name}", value, run.step)
            sums, counted, last_log = {}, 0, now
        if now - last_save > 60:
            save(run.checkpoint(), args.out / "last.pt")
            last_save = now
        if now - last_valid > 60 * args.valid_minutes:
            validate()
            last_valid = time.time()
    if not stop and not run.stalled:
        validate()
    save(run.checkpoint(), args.out / "last.pt")
    ends = "interrupted" if stop else "ended early, no better for a while" if run.stalled and progress < 1 else "ended"
    log(f"{ends} at step {run.step}, {run.seconds:.0f} s, {run.step * audio_seconds / 3600:.2f} h of audio")


def main() -> None:
    parser = argparse.ArgumentParser(description="Train a classic model.")
    parser.add_argument("--config", required=True)
    parser.add_argument("--data", required=True, help="prepared folder; for recipe paired it is for validation only")
    parser.add_argument("--pairs", help="recipe paired: folder with noisy/ and clean/")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run: checkpoints, log, TensorBoard")
    parser.add_argument("--minutes", type=float, help="length of the run, over all its interruptions")
    parser.add_argument("--steps", type=int, help="length of the run in steps instead")
    parser.add_argument("--valid-minutes", type=float, default=2.0)
    parser.add_argument("--init", help="checkpoint whose averaged weights a new run begins with")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--set", action="append", default=[], help="setting=value over the config, as in loss.sdr=0.01")
    args = parser.parse_args()
    if (args.minutes is None) == (args.steps is None):
        parser.error("give --minutes or --steps")
    config = load_classic(args.config)
    try:
        override(config, args.set)
    except ValueError as error:
        parser.error(str(error))
    if args.pairs:
        config.data = dataclasses.replace(config.data, pairs=args.pairs)
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    train(config, args)


if __name__ == "__main__":
    main()
