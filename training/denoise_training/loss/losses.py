"""Loss between the enhanced and the clean wave.

Notable: everything is measured on the wave that the engine would emit, through a second transform with another window,
so the spectrum is consistent by construction. Compressed magnitudes (exponent 0.3) weigh quiet partials as hearing
does; the asymmetric term makes a missing part of the voice cost more than a remainder of noise, because damaged speech
is what people complain of after noise (the idea of S. E. Eskimez et al., 2021, arXiv:2110.05267; the compressed terms
follow A. Ephrat et al., 2018 and S. Braun and I. Tashev, 2020, arXiv:2009.12286).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .intelligibility import Intelligibility
from .perceptual import PerceptualDistance
from .power import power


@dataclass
class LossConfig:
    """Weights of the terms."""

    magnitude: float = 0.7  # compressed magnitude
    complex: float = 0.3  # compressed complex spectrum
    attenuation: float = 0.35  # magnitude missing from the voice
    excess: float = (
        0.0  # magnitude beyond the voice's, in its first power: squares forget what is quiet, as noise in pauses
    )
    residue: float = 0.0  # for each dB that is left where the voice is not heard
    sdr: float = 0.005  # for each dB of signal to distortion ratio
    perceptual: float = 0.0  # of the distance of perceptual.py; rates that are multiples of 16 kHz
    intelligibility: float = 0.0  # of what is missing to an ESTOI of one
    exponent: float = 0.3
    floor: float = 1e-5  # of power, where mixtures have 0.06 RMS: what is 50 dB below them counts no more
    high_weight: float = 0.4  # weight of bins above 8 kHz, which are two thirds of all
    window: int = 1024  # of the loss's own transform
    hop: int = 480


def compressed(spectrum: Tensor, squared: Tensor, exponent: float, floor: float) -> tuple[Tensor, Tensor]:
    """|X|^c and X |X|^(c-1) as [..., 2], of X and its power; the floor keeps the gradient finite in silence."""
    floored = squared + floor
    magnitude = floored ** (exponent / 2)
    return magnitude, torch.view_as_real(spectrum) * (magnitude / floored.sqrt())[..., None]


class DenoiseLoss:
    def __init__(self, config: LossConfig, rate_hz: int):
        self.config = config
        self.window = torch.hann_window(config.window)
        frequency = torch.fft.rfftfreq(config.window, 1 / rate_hz)
        weight = torch.where(frequency <= 8000, 1.0, config.high_weight)
        self.weight = weight / weight.mean()
        self.perceptual = PerceptualDistance(rate_hz) if config.perceptual else None
        self.intelligibility = Intelligibility(rate_hz) if config.intelligibility else None

    def spectrum(self, wave: Tensor) -> Tensor:
        frames = wave.unfold(-1, self.config.window, self.config.hop)
        return torch.fft.rfft(frames * self.window.to(wave.device))  # [B, T, bins]

    def __call__(self, enhanced: Tensor, clean: Tensor, noisy: Tensor) -> tuple[Tensor, dict[str, float]]:
        """Waves [B, N], aligned with one another -> the loss, and its terms for the log."""
        c = self.config
        # Level must not decide how much an example counts.
        gain = 0.06 / noisy.square().mean(-1, keepdim=True).sqrt().clamp_min(1e-4)
        enhanced, clean = enhanced * gain, clean * gain
        weight = self.weight.to(enhanced.device)
        with torch.no_grad():
            clean_spectrum = self.spectrum(clean)
            clean_power = power(clean_spectrum)
            clean_magnitude, clean_parts = compressed(clean_spectrum, clean_power, c.exponent, c.floor)
        spectrum = self.spectrum(enhanced)
        squared = power(spectrum)
        magnitude, parts = compressed(spectrum, squared, c.exponent, c.floor)
        error = clean_magnitude - magnitude  # [B, T, bins]
        terms = {
            "magnitude": (error.square() * weight).mean(),
            "complex": ((clean_parts - parts).square().sum(-1) * weight).mean(),
            "attenuation": (error.clamp_min(0).square() * weight).mean(),
            "excess": (error.clamp_max(0).neg() * weight).mean(),
            "residue": (residue_db(squared, clean_power) * weight).mean(),
            "sdr": -sdr_db(enhanced, clean).mean(),
        }
        if self.perceptual:
            terms["perceptual"] = torch.where(
                voiced(clean), self.perceptual.to(clean.device)(enhanced, clean), 0.0
            ).mean()
        if self.intelligibility:
            alike = self.intelligibility.to(clean.device)(enhanced, clean)
            terms["intelligibility"] = torch.where(voiced(clean), 1 - alike, 0.0).mean()
        total = sum(getattr(c, name) * value for name, value in terms.items())
        return total, {name: value.item() for name, value in terms.items()}


def residue_db(enhanced: Tensor, clean: Tensor, below_db: float = 50.0) -> Tensor:
    """What is left in power spectra [B, T, bins] where the voice is `below_db` under its loudest; zero elsewhere. In dB
    above a floor that is 50 dB below mixtures at 0.06.

    A ratio pays for each further dB alike. Compressed magnitudes pay little for the last ones, by which a listener
    tells a black pause from a hiss.
    """
    loudest = clean.amax((1, 2), keepdim=True)
    silent = clean < 10 ** (-below_db / 10) * loudest.clamp_min(1e-2)
    left = 10 * torch.log10(1 + enhanced / 1e-5)
    return torch.where(silent, left, 0.0)


def sdr_db(enhanced: Tensor, clean: Tensor, limit_db: float = 35.0) -> Tensor:
    """SDR of each wave, [B]; zero where there is no voice, soft above the limit so clean input has an end.

    Not the scale-invariant one: a gain that costs nothing drifts to where the mask's tanh is most linear (see LOG.md).
    """
    signal, rest = clean.square().sum(-1), (enhanced - clean).square().sum(-1)
    value = 10 * torch.log10((signal + 1e-6) / (rest + 10 ** (-limit_db / 10) * signal + 1e-6))
    return torch.where(voiced(clean), value.clamp_min(-10), 0.0)


def voiced(clean: Tensor) -> Tensor:
    """Whether there is a voice to speak of in each wave, whose mixture was scaled to 0.06: [B]."""
    return clean.square().sum(-1) > 1e-4 * clean.shape[-1] * 0.06**2
