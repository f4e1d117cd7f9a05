"""Spectrogram images as librosa makes them, in PyTorch: the front ends and rebuilds of the classic models.

Notable: everything is one block at a time. A block is transformed centred, with zeros round it, so its image has a
fixed size: rows are frequencies, the lowest first, columns are frames. Values equal librosa 0.11's
(tests/classic/test_spectrogram.py), so a picture drawn with librosa shows what a network sees; `stft.py` is for streams
and has other windows.

    wave [B, N] -> spectrum [B, bins, frames] -> image [B, rows, frames] -> features (scaled) -> network
    wave [B, N] <- spectrum <- gain or Griffin-Lim <- image <- estimate (scaled back) <-
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

FEATURES = ("magnitude", "log-magnitude-db", "mel-mfcc")
NORMALISATIONS = ("none", "fixed", "image")
ESTIMATES = ("noise-magnitude", "clean-magnitude", "clean-features")
REBUILDS = ("noisy-phase", "mel-gain", "griffin-lim")


@dataclass
class Front:
    """Everything between sound and network. Samples at the model's rate; ranges in units of the image."""

    rate_hz: int = 8000
    block: int = 8064  # samples of one image
    overlap: int = 1008  # samples that two blocks share, crossfaded; 0: blocks side by side
    hop: int = 63
    fft: int = 255  # also the window's length; may be odd
    features: str = "log-magnitude-db"
    rows: int = 128  # of the image; for bins one less than there are leaves out the highest
    exponent: float = 1.0  # of magnitudes
    amin: float = 1e-5  # floor of the logarithm: an amplitude, for mel a power
    mels: int = 0
    mfccs: int = 0
    normalisation: str = "fixed"
    input_range: tuple[float, float] = (-70.0, 30.0)  # becomes `to`, and is clipped there
    output_range: tuple[float, float] = (-70.0, 30.0)  # what `to` means in the estimate
    mfcc_range: tuple[float, float] = (-1.0, 1.0)  # the same for the cepstral rows, input and estimate
    to: tuple[float, float] = (-1.0, 1.0)
    estimate: str = "noise-magnitude"
    rebuild: str = "noisy-phase"
    gain_floor: float = 0.0  # mel-gain: the least gain
    iterations: int = 32  # of Griffin-Lim
    momentum: float = 0.99

    def __post_init__(self) -> None:
        for name, known in (
            ("features", FEATURES),
            ("normalisation", NORMALISATIONS),
            ("estimate", ESTIMATES),
            ("rebuild", REBUILDS),
        ):
            if getattr(self, name) not in known:
                raise ValueError(f"front.{name} is {getattr(self, name)!r}: expected one of {', '.join(known)}")
        if not 0 <= 2 * self.overlap <= self.block:
            raise ValueError(f"front.overlap is {self.overlap}: expected 0 to half a block, {self.block // 2}")
        rows = (self.mels + self.mfccs,) if self.on_mels else (self.bins, self.bins - 1)
        if self.rows not in rows:
            raise ValueError(f"front.rows is {self.rows}: expected {' or '.join(map(str, rows))}")
        if self.on_mels != (self.estimate == "clean-features"):
            raise ValueError(
                f"front.estimate is {self.estimate!r}: mel images estimate clean-features, others a magnitude"
            )

    @property
    def on_mels(self) -> bool:
        return self.features == "mel-mfcc"

    @property
    def bins(self) -> int:
        return self.fft // 2 + 1

    @property
    def frames(self) -> int:
        return 1 + (self.block + 2 * (self.fft // 2) - self.fft) // self.hop

    @property
    def advance(self) -> int:
        """New samples that each block brings."""
        return self.block - self.overlap


# ---- logarithms, mel bands, cepstrum ---------------------------------------------------------------------------------


def amplitude_to_db(amplitude: Tensor, amin: float = 1e-5) -> Tensor:
    """20 log10 of it, not below `amin`; librosa.amplitude_to_db(ref=1, top_db=None)."""
    return 20 * torch.log10(amplitude.clamp_min(amin))


def power_to_db(power: Tensor, amin: float = 1e-10) -> Tensor:
    """10 log10 of it, not below `amin`; librosa.power_to_db(ref=1, top_db=None)."""
    return 10 * torch.log10(power.clamp_min(amin))


def hz_to_mel(hz: np.ndarray | float) -> np.ndarray:
    """Slaney's scale: linear to 1 kHz, then 27 steps for each factor of 6.4 (Auditory Toolbox, 1998)."""
    hz = np.asarray(hz, np.float64)
    return np.where(hz < 1000, hz * 3 / 200, 15 + 27 * np.log(np.maximum(hz, 1000) / 1000) / math.log(6.4))


def mel_to_hz(mel: np.ndarray) -> np.ndarray:
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * math.log(6.4) / 27))


def mel_filters(rate_hz: int, fft: int, mels: int) -> np.ndarray:
    """Triangles of equal area from 0 Hz to half the rate, [mels, bins] float64; librosa.filters.mel."""
    edges = mel_to_hz(np.linspace(0, hz_to_mel(rate_hz / 2), mels + 2))
    bins = np.arange(fft // 2 + 1) * rate_hz / fft
    rise = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    return np.maximum(0, np.minimum(rise, fall)) * (2 / (edges[2:] - edges[:-2]))[:, None]


def dct_matrix(outputs: int, inputs: int) -> np.ndarray:
    """First rows of the orthonormal DCT-II, [outputs, inputs]."""
    k, n = np.arange(outputs)[:, None], np.arange(inputs)
    matrix = np.cos(np.pi * k * (2 * n + 1) / (2 * inputs)) * math.sqrt(2 / inputs)
    matrix[0] /= math.sqrt(2)
    return matrix


# ---- the front end ---------------------------------------------------------------------------------------------------


class FrontEnd:
    """Blocks of sound to images and back."""

    def __init__(self, config: Front):
        self.config = config
        self.window = torch.hann_window(config.fft, periodic=True)

    @cached_property
    def filters(self) -> Tensor:
        return torch.from_numpy(mel_filters(self.config.rate_hz, self.config.fft, self.config.mels)).float()

    @cached_property
    def cosines(self) -> Tensor:
        return torch.from_numpy(dct_matrix(self.config.mfccs, self.config.mels)).float()

    def stft(self, wave: Tensor) -> Tensor:
        """[B, N] -> complex [B, bins, 1 + N // hop or so]; zeros stand before and after the block."""
        c = self.config
        return torch.stft(wave, c.fft, c.hop, window=self.window, center=True, pad_mode="constant", return_complex=True)

    def istft(self, spectrum: Tensor, samples: int | None = None) -> Tensor:
        c = self.config
        return torch.istft(spectrum, c.fft, c.hop, window=self.window, center=True, length=samples or c.block)

    def mel_power(self, spectrum: Tensor) -> Tensor:
        return self.filters @ spectrum.abs().square()

    def mel_image(self, power: Tensor) -> Tensor:
        """Mel powers [B, mels, frames] -> their decibels, and below them the cepstral coefficients of these."""
        decibels = power_to_db(power, self.config.amin)
        return torch.cat([decibels, self.cosines @ decibels], -2)

    def image(self, spectrum: Tensor) -> Tensor:
        """[B, bins, frames] -> [B, rows, frames], not scaled yet."""
        c = self.config
        if c.on_mels:
            return self.mel_image(self.mel_power(spectrum))
        magnitude = spectrum[:, : c.rows].abs()
        return magnitude**c.exponent if c.features == "magnitude" else amplitude_to_db(magnitude, c.amin)

    # ---- scaling -----------------------------------------------------------------------------------------------------

    def bounds(self, image: Tensor, output: bool = False) -> tuple[Tensor, Tensor]:
        """Lowest and highest value that become `to`, as [B or 1, rows or 1, 1].
        `image` is the noisy one, for estimates too."""
        c = self.config
        if c.normalisation == "image":
            low = image.amin((-2, -1), keepdim=True)
            return low, torch.maximum(image.amax((-2, -1), keepdim=True), low + 1e-3)
        main = c.output_range if output else c.input_range
        pairs = torch.tensor([main] * (c.mels or 1) + [c.mfcc_range] * c.mfccs)
        return pairs[None, :, :1], pairs[None, :, 1:]

    def normalise(self, image: Tensor, noisy: Tensor, output: bool = False) -> Tensor:
        """Image (of anything) -> what the network reads or, with `output`, should write."""
        c = self.config
        if c.normalisation == "none":
            return image
        low, high = self.bounds(noisy, output)
        scaled = c.to[0] + (image - low) * ((c.to[1] - c.to[0]) / (high - low))
        return scaled.clamp(*c.to) if c.normalisation == "fixed" else scaled

    def denormalise(self, estimate: Tensor, noisy: Tensor) -> Tensor:
        c = self.config
        if c.normalisation == "none":
            return estimate
        low, high = self.bounds(noisy, output=True)
        return low + (estimate - c.to[0]) * ((high - low) / (c.to[1] - c.to[0]))

    # ---- estimate -> sound -------------------------------------------------------------------------------------------

    def gain(self, estimate: Tensor, noisy: Tensor) -> Tensor:
        """Estimated and noisy image, neither scaled, -> real gain in gain_floor...1 for each bin, [B, bins, frames]."""
        c = self.config
        if c.on_mels:
            half = ((estimate - noisy)[:, : c.mels] / 20).clamp(max=0.0)
            return (self.mel_to_bins @ torch.pow(10.0, half)).clamp_min(c.gain_floor)
        if c.features == "magnitude":
            magnitude = noisy.clamp_min(1e-30) ** (1 / c.exponent)
            ratio = estimate.clamp_min(0) ** (1 / c.exponent) / magnitude.clamp_min(1e-8)
        else:
            # The limit only keeps 10^x finite; the gain is clipped far below it.
            ratio = torch.pow(10.0, ((estimate - noisy) / 20).clamp(max=3.0))
        gain = (1 - ratio if c.estimate == "noise-magnitude" else ratio).clamp(0, 1)
        return torch.cat([gain, gain[:, -1:]], 1) if c.rows < c.bins else gain

    @cached_property
    def mel_to_bins(self) -> Tensor:
        """Mean of the gains of the bands that a bin lies in, weighed by their filters, [bins, mels];
        0 Hz lies in none."""
        total = self.filters.sum(0)
        return torch.where(total > 0, self.filters / total.clamp_min(1e-12), torch.zeros(())).t().contiguous()

    def magnitude(self, estimate: Tensor, noisy_image: Tensor, noisy: Tensor) -> Tensor:
        """Estimated image, not scaled, -> magnitudes [B, bins, frames], for Griffin-Lim."""
        if not self.config.on_mels:
            return self.gain(estimate, noisy_image) * noisy.abs()
        power = torch.pow(10.0, estimate[:, : self.config.mels] / 10)
        return invert_mel(power, self.filters).sqrt()

    def enhance(self, network: torch.nn.Module, noisy: Tensor) -> Tensor:
        """Blocks [B, block] -> enhanced blocks, rebuilt as the configuration says."""
        spectrum = self.stft(noisy)
        image = self.image(spectrum)
        estimate = self.denormalise(network(self.normalise(image, image)), image)
        if self.config.rebuild != "griffin-lim":
            return self.istft(self.gain(estimate, image) * spectrum, noisy.shape[-1])
        magnitude = self.magnitude(estimate, image, spectrum)
        phase = torch.rand(magnitude.shape, generator=torch.Generator().manual_seed(1)) * 2 * math.pi
        return self.griffin_lim(magnitude, torch.polar(torch.ones_like(phase), phase), noisy.shape[-1])

    def griffin_lim(self, magnitude: Tensor, phase: Tensor, samples: int) -> Tensor:
        """Wave whose magnitudes come close to the given ones (N. Perraudin et al., 2013);
        `phase` are unit complex numbers."""
        momentum = self.config.momentum / (1 + self.config.momentum)
        before = torch.zeros((), dtype=phase.dtype)
        for _ in range(self.config.iterations):
            rebuilt = self.stft(self.istft(magnitude * phase, samples))
            phase = rebuilt - momentum * before
            phase = phase / (phase.abs() + 1e-38)
            before = rebuilt
        return self.istft(magnitude * phase, samples)


def invert_mel(power: Tensor, filters: Tensor, updates: int = 30) -> Tensor:
    """Powers of bins, none below zero, whose mel powers are near the given ones; [B, mels, T] -> [B, bins, T].

    Multiplicative updates of non-negative least squares (D. Lee and H. Seung, 2001), which cannot leave the positive
    side.
    """
    back, gram = filters.t() @ power, filters.t() @ filters
    result = back.clamp_min(1e-10)
    for _ in range(updates):
        result = result * back / (gram @ result).clamp_min(1e-20)
    return result


def spectral_convergence_db(magnitude: Tensor, rebuilt: Tensor) -> float:
    """How far magnitudes are from the wanted ones: 20 log10 of the relative error."""
    return 20 * math.log10(float((magnitude - rebuilt).norm() / magnitude.norm().clamp_min(1e-12)) + 1e-12)
