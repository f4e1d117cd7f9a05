"""Window and transform: the reference that the TypeScript engine follows.

Notable: the two windows are asymmetric, so the delay is the short overlap (5 ms) and not the long window (32 ms). The
analysis window rises slowly over the past, which resolves the harmonics of a voice, and falls quickly at the newest
samples. The synthesis window is zero except on the last hop + overlap samples. Their product overlap-adds to exactly
one. Idea: D. Mauler and R. Martin, "A low delay, variable resolution, perfect reconstruction spectral
analysis-synthesis system for speech enhancement", EUSIPCO 2007.

Frame k ends at the newest sample e = hop * (k + 1); after it the samples [e - hop - overlap, e - overlap) are final.
"""

import math

import torch
from torch import Tensor

from ..framing import FEATURES, Features, Framing


def asymmetric_windows(framing: Framing) -> tuple[Tensor, Tensor]:
    """Analysis and synthesis window, [window] float32 each, computed in float64."""
    n, hop, m = framing.window, framing.hop, framing.overlap
    rise = torch.sin(math.pi / 2 * (torch.arange(n - m, dtype=torch.float64) + 0.5) / (n - m))
    quarter = math.pi / 2 * (torch.arange(m, dtype=torch.float64) + 0.5) / m
    analysis = torch.cat([rise, torch.cos(quarter)])
    product = torch.cat([torch.sin(quarter) ** 2, torch.ones(hop - m, dtype=torch.float64), torch.cos(quarter) ** 2])
    synthesis = torch.zeros(n, dtype=torch.float64)
    synthesis[n - hop - m :] = product / analysis[n - hop - m :]
    return analysis.float(), synthesis.float()


class Stft:
    """Transform pair of one framing; the signal before the first sample is silence."""

    def __init__(self, framing: Framing, device: torch.device | str = "cpu"):
        self.framing = framing
        self.analysis, self.synthesis = (w.to(device) for w in asymmetric_windows(framing))

    def forward(self, wave: Tensor) -> Tensor:
        """Spectrum of every whole hop of the wave."""
        f = self.framing
        hops = wave.shape[-1] // f.hop
        padded = torch.nn.functional.pad(wave[..., : hops * f.hop], (f.history, 0))
        frames = padded.unfold(-1, f.window, f.hop)  # [..., T, window]
        return torch.fft.rfft(frames * self.analysis)  # [..., T, bins]

    def inverse(self, spectrum: Tensor) -> Tensor:
        """Wave as the engine emits it: delayed by `overlap` samples against the input of `forward`."""
        f = self.framing
        used = f.hop + f.overlap
        frames = torch.fft.irfft(spectrum, n=f.window)[..., -used:]  # [..., T, hop + overlap]
        frames = frames * self.synthesis[-used:]
        head, tail = frames[..., : f.hop], frames[..., f.hop :]  # [..., T, hop], [..., T, overlap]
        tail = torch.nn.functional.pad(tail[..., :-1, :], (0, f.hop - f.overlap, 1, 0))  # [..., T, hop]
        return (head + tail).flatten(-2)  # [..., T * hop]


def compressed_features(spectrum: Tensor, features: Features = FEATURES) -> Tensor:
    """Network input: planes |X|^c, Re X |X|^(c-1), Im X |X|^(c-1), which keep phase and shrink the range of level."""
    magnitude = spectrum.abs()
    shrink = magnitude.clamp_min(features.floor) ** (features.exponent - 1)
    return torch.stack([magnitude * shrink, spectrum.real * shrink, spectrum.imag * shrink], dim=-2)  # [..., 3, bins]
