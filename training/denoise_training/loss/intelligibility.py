"""How alike the envelopes of two voices are: ESTOI with gradients.

    waves -> magnitudes of 15 third-octave bands, 25.6 ms -> without silent frames -> segments of 30 frames
          -> each band, then each frame, without mean and at length one -> mean of products

Notable: the measure is that of J. Jensen and C. Taal, 2016 ("An Algorithm for Predicting the Intelligibility of Speech
Masked by Modulated Noise Maskers"). Silent frames are left out as spectra, where the reference code joins the rest of
the wave again, and there is no resampling to 10 kHz: a transform of 50 ms has nearly the reference's bins.
`test_intelligibility.py` compares with pystoi.
"""

import torch
from torch import Tensor

from .power import power

FIRST_BAND_HZ, BANDS = 150, 15
SEGMENT = 30  # frames
SILENCE_DB = 40  # below the loudest frame of the clean voice


class Intelligibility:
    """In: two waves [B, N] of at least 0.5 s. Out: ESTOI of each, [B]; NaN-free:
    0 where fewer than 30 frames have a voice."""

    def __init__(self, rate_hz: int):
        self.size = round(0.0256 * rate_hz) // 2 * 2
        self.transform = round(0.05 * rate_hz)
        self.window = torch.hann_window(self.size + 2)[1:-1]
        hz = torch.arange(self.transform // 2 + 1) * rate_hz / self.transform
        centres = FIRST_BAND_HZ * 2 ** (torch.arange(BANDS) / 3)
        nearest = [(hz[None] - (centres * 2**step)[:, None]).abs().argmin(1) for step in (-1 / 6, 1 / 6)]
        index = torch.arange(int(nearest[1][-1]))  # of bins that lie in a band, or below
        within = (index >= nearest[0][:, None]) & (index < nearest[1][:, None])
        self.to_bands = within.float().t()  # [bins, 15]

    def to(self, device: torch.device | str) -> "Intelligibility":
        self.window, self.to_bands = self.window.to(device), self.to_bands.to(device)
        return self

    def __call__(self, enhanced: Tensor, clean: Tensor) -> Tensor:
        heard, wanted = (wave.unfold(-1, self.size, self.size // 2) * self.window for wave in (enhanced, clean))
        energy_db = 20 * torch.log10(wanted.norm(dim=-1) + 1e-12)  # [B, T]
        spoken = energy_db > energy_db.amax(-1, keepdim=True) - SILENCE_DB
        bands = [
            (power(torch.fft.rfft(x, self.transform)[..., : len(self.to_bands)]) @ self.to_bands + 1e-10).sqrt()
            for x in (heard, wanted)
        ]
        return torch.stack([correlation(a[keep], b[keep]) for a, b, keep in zip(*bands, spoken, strict=True)])


def correlation(heard: Tensor, wanted: Tensor) -> Tensor:
    """Bands over time, [T, 15] each -> mean over all segments and frames."""
    if len(heard) < SEGMENT:
        return heard.sum() * 0
    rows = [unit(x.unfold(0, SEGMENT, 1), -1) for x in (heard, wanted)]  # [segments, 15, 30]
    a, b = (unit(x, -2) for x in rows)
    return (a * b).sum(-2).mean()


def unit(x: Tensor, along: int) -> Tensor:
    x = x - x.mean(along, keepdim=True)
    return x / (x.square().sum(along, keepdim=True) + 1e-10).sqrt()
