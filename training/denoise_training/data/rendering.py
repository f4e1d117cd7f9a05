"""A batch of draws becomes a batch of mixtures: filters, rooms, levels, on the device where the draws are."""

import dataclasses
import math
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from ..framing import RATE_HZ

EQ_POINTS = 10  # gains of an equaliser, even in log frequency from 60 Hz to the highest


@dataclass
class Recipe:
    """What one example was made of; a line of the CSV that `mix` writes."""

    speaker: str = ""
    noise: str = ""
    noise_kind: str = ""
    snr_db: float = 0.0
    level_dbfs: float = 0.0
    bandwidth_hz: int = RATE_HZ // 2
    room: bool = False


@dataclass
class Draws:
    """What the examples of a batch are rendered from."""

    speech: Tensor  # [B, samples] float32, full scale 1
    noise: Tensor  # [B, samples], RMS about 1
    hiss: Tensor  # [B, samples], at its own level
    speech_eq_db: Tensor  # [B, EQ_POINTS]
    noise_eq_db: Tensor  # [B, EQ_POINTS]
    cutoff_hz: Tensor  # [B]; half the rate: none
    room: Tensor  # [B] int64; -1: none
    snr_db: Tensor  # [B]; infinite: no noise, minus infinite: no speech
    level_dbfs: Tensor  # [B], RMS of the mixture
    clip_at: Tensor  # [B], share of the peak; infinite: none
    recipes: list[Recipe] = field(default_factory=list)

    @classmethod
    def empty(cls, size: int, samples: int) -> "Draws":
        waves = [torch.zeros(size, samples) for _ in range(3)]
        gains = [torch.zeros(size, EQ_POINTS) for _ in range(2)]
        return cls(*waves, *gains, torch.zeros(size), torch.zeros(size, dtype=torch.int64), *torch.zeros(3, size))

    def put(self, index: int, recipe: Recipe, rows: dict[str, np.ndarray | float], values: dict[str, float]) -> None:
        for name, row in rows.items():
            getattr(self, name)[index] = torch.as_tensor(row)
        for name, value in values.items():
            getattr(self, name)[index] = value
        self.recipes.append(recipe)

    @classmethod
    def joined(cls, parts: "list[Draws]") -> "Draws":
        """One batch of the examples of several."""
        names = [f.name for f in dataclasses.fields(cls) if f.name != "recipes"]
        tensors = {name: torch.cat([getattr(part, name) for part in parts]) for name in names}
        return cls(**tensors, recipes=[recipe for part in parts for recipe in part.recipes])

    def map(self, change) -> "Draws":
        tensors = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "recipes"}
        return Draws(**{name: change(tensor) for name, tensor in tensors.items()}, recipes=self.recipes)

    def pin_memory(self) -> "Draws":
        """A DataLoader calls it by this name."""
        return self.map(Tensor.pin_memory)

    def to(self, device: torch.device | str) -> "Draws":
        return self.map(lambda tensor: tensor.to(device, non_blocking=True))


class Renderer:
    """Filters of all examples as one product of spectra."""

    def __init__(self, samples: int, fft: int, rooms: Tensor):
        self.samples, self.fft = samples, fft
        self.rooms = rooms  # [rooms, 2, fft / 2 + 1]: early part, whole response
        frequency = np.fft.rfftfreq(fft, 1 / RATE_HZ)
        place = np.clip(np.log(np.maximum(frequency, 60) / 60) / np.log(RATE_HZ / 2 / 60), 0, 1) * (EQ_POINTS - 1)
        self.eq_left = torch.from_numpy(np.minimum(place.astype(np.int64), EQ_POINTS - 2))
        self.eq_blend = torch.from_numpy((place - np.minimum(place.astype(np.int64), EQ_POINTS - 2)).astype(np.float32))
        self.frequency = torch.from_numpy(frequency.astype(np.float32))

    def to(self, device: torch.device | str) -> "Renderer":
        for name in ("rooms", "eq_left", "eq_blend", "frequency"):
            setattr(self, name, getattr(self, name).to(device))
        return self

    def eq(self, points_db: Tensor) -> Tensor:
        """Gain curve, [B, EQ_POINTS] -> [B, fft / 2 + 1]."""
        left, right = points_db[:, self.eq_left], points_db[:, self.eq_left + 1]
        return torch.pow(10.0, (left + (right - left) * self.eq_blend) / 20)

    def low_pass(self, cutoff_hz: Tensor) -> Tensor:
        """Raised-cosine edge, 12 % of the cutoff wide, that ends at the cutoff; [B] -> [B, fft / 2 + 1]."""
        edge = (cutoff_hz[:, None] - self.frequency) / (0.12 * cutoff_hz[:, None])
        return torch.where(cutoff_hz[:, None] >= RATE_HZ / 2, 1.0, 0.5 - 0.5 * torch.cos(math.pi * edge.clamp(0, 1)))

    def render(self, draws: Draws) -> tuple[Tensor, Tensor]:
        """Noisy and clean waves, [B, samples] float32."""
        n = self.samples
        speech_spectrum = torch.fft.rfft(draws.speech, n=self.fft) * self.eq(draws.speech_eq_db)
        noise_spectrum = torch.fft.rfft(draws.noise, n=self.fft) * self.eq(draws.noise_eq_db)
        pass_band = self.low_pass(draws.cutoff_hz)
        speech_spectrum = speech_spectrum * pass_band
        noise = torch.fft.irfft(noise_spectrum * pass_band, n=self.fft)[:, :n]
        early = torch.fft.irfft(speech_spectrum, n=self.fft)[:, :n]
        whole = early.clone()
        wet = torch.nonzero(draws.room >= 0)[:, 0]
        if len(wet):
            pairs = self.rooms[draws.room[wet]]  # [wet, 2, fft / 2 + 1]
            both = torch.fft.irfft(speech_spectrum[wet][:, None] * pairs, n=self.fft)[..., :n]
            early[wet], whole[wet] = both[:, 0], both[:, 1]
        snr = draws.snr_db[:, None]
        speech_on, noise_on = (snr != -math.inf).float(), (snr != math.inf).float()
        noise = set_snr(whole, noise, torch.nan_to_num(snr, posinf=0.0, neginf=0.0)) * noise_on
        early, noisy = early * speech_on, whole * speech_on + noise
        gain = 10 ** (draws.level_dbfs[:, None] / 20) / rms(noisy)
        gain = torch.minimum(gain, 0.99 / noisy.abs().amax(1, keepdim=True).clamp_min(1e-6))
        noisy, early = noisy * gain + draws.hiss, early * gain
        limit = draws.clip_at[:, None] * noisy.abs().amax(1, keepdim=True)
        noisy = torch.where(torch.isfinite(limit), torch.minimum(torch.maximum(noisy, -limit), limit), noisy)
        return noisy, early


def rms(wave: Tensor) -> Tensor:
    return wave.square().mean(-1, keepdim=True).sqrt().clamp_min(1e-7)


def set_snr(speech: Tensor, noise: Tensor, snr_db: Tensor) -> Tensor:
    """The noise at the level that gives the ratio of energies, over the whole length."""
    return noise * (rms(speech) / rms(noise) * 10 ** (-snr_db / 20))
