"""The training loop of the classic models: time-boxed, resumable, with early stopping.

Notable: run/loop.py is the loop around it; its checkpoints are not those of run/train.py. A run ends when its time is
used up, or when its score on held-out voices and noises has not risen for `patience` validations. The score is the mean
of ESTOI / 0.03 and SI-SDR / 1.5 dB, at the model's own rate: nothing above its band counts.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..data.prepared import Prepared
from ..framing import RATE_HZ
from ..loss.losses import DenoiseLoss
from ..measures import si_sdr
from ..run.config import TrainConfig
from ..run.loop import Course, Log, Training, run_loop
from ..run.validation import Validation
from ..settings import build
from .blocks import enhance_stream
from .config import ClassicConfig
from .models import make_network
from .recipes import Blocks, resampled
from .spectrogram import FrontEnd


def network_of(config: ClassicConfig) -> torch.nn.Module:
    return make_network(config.model, config.front.rows, config.front.frames)


def averaged_network(saved: dict) -> tuple[ClassicConfig, torch.nn.Module]:
    """Settings and averaged weights of a checkpoint of this loop."""
    if "front" not in saved["config"]:
        raise ValueError("this checkpoint is not one of a classic model")
    config = build(ClassicConfig, saved["config"])
    network = network_of(config)
    network.load_state_dict(saved["average"])
    return config, network.eval()


class ClassicRun(Training):
    """A training of a network on images of blocks."""

    def __init__(self, config: ClassicConfig, data: Prepared | None):
        torch.manual_seed(config.seed)
        super().__init__(config, network_of(config), betas=(0.9, 0.98))
        self.front = FrontEnd(config.front)
        self.wave_loss = DenoiseLoss(config.loss, config.front.rate_hz)
        self.blocks = Blocks(data, "train", config.data, config.front.rate_hz, config.front.block, config.seed)

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
        self.update(progress)
        return {"loss": loss.item(), **terms, "norm": norm, "rate": self.rate(progress)}


class ClassicValidation:
    """The mixtures on which `train` validates too, at the model's rate."""

    def __init__(self, config: ClassicConfig, data: Prepared):
        mixed = Validation(TrainConfig(valid_examples=config.valid_examples, valid_seconds=config.valid_seconds), data)
        rate = config.front.rate_hz
        self.rate_hz = rate
        self.noisy, self.clean = (
            [resampled(w, RATE_HZ, rate) for w in waves.numpy()] for waves in (mixed.noisy, mixed.clean)
        )

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


def train(config: ClassicConfig, course: Course) -> None:
    data = Prepared(course.data, config.licence_flags, course.preload)
    run = ClassicRun(config, data)
    if (course.out / "last.pt").exists():
        run.restore(torch.load(course.out / "last.pt", weights_only=True))
    elif course.init:
        run.begin_with(torch.load(course.init, weights_only=True))
    validation, log = ClassicValidation(config, data), Log(course.out)
    if not run.step:
        log.figures("noisy", "noisy", validation.score(None, run.front), 0)
    run_loop(run, course, log, lambda checkpoint: validation.score(averaged_network(checkpoint)[1], run.front))
