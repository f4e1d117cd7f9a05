"""Clips drawn by weight, and sound played at another speed."""

import bisect
from collections import Counter

import numpy as np

from ..framing import RATE_HZ
from .prepared import Clip


class WeightedClips:
    """Clips drawn by weight of their group, and inside a group in proportion to (length capped at 20 s).

    `even`: each recording of a group (a voice) is as likely as any other, and its clips by their length.
    """

    def __init__(self, groups: dict[str, list[Clip]], weights: dict[str, float], even: bool = False):
        names = [n for n in groups if groups[n] and weights.get(n, 0) > 0]
        self.groups = [groups[n] for n in names]
        self.group_edges = np.cumsum([weights[n] for n in names])
        self.clip_edges = [np.cumsum(clip_shares(clips, even)) for clips in self.groups]

    def draw(self, rng: np.random.Generator) -> Clip:
        g = bisect.bisect_right(self.group_edges, rng.random() * self.group_edges[-1])
        edges = self.clip_edges[g]
        return self.groups[g][bisect.bisect_right(edges, rng.random() * edges[-1])]


def clip_shares(clips: list[Clip], even: bool) -> list[float]:
    lengths = [min(c.samples, 20 * RATE_HZ) for c in clips]
    if not even:
        return lengths
    totals = Counter()
    for clip, length in zip(clips, lengths, strict=True):
        totals[clip.recording] += length
    return [length / totals[clip.recording] for clip, length in zip(clips, lengths, strict=True)]


def resample_speed(wave: np.ndarray, speed: float, samples: int) -> np.ndarray:
    """`samples` samples of the wave played `speed` times as fast; cubic Hermite interpolation (Catmull-Rom)."""
    position = np.arange(samples, dtype=np.float64) * speed + 1
    whole = position.astype(np.int64)
    x = (position - whole).astype(np.float32)
    p = np.pad(wave, (1, max(0, int(whole[-1]) + 3 - len(wave) - 1)))
    a, b, c, d = p[whole - 1], p[whole], p[whole + 1], p[whole + 2]
    return b + 0.5 * x * (c - a + x * (2 * a - 5 * b + 4 * c - d + x * (3 * (b - c) + d - a)))
