"""Rooms, recorded and simulated, as pairs of spectra: what the target keeps of a room, and all of it."""

import math

import numpy as np
import torch
from torch import Tensor

from ..framing import RATE_HZ
from .prepared import Prepared

ROOM_SAMPLES = 35072  # 0.73 s: with it, 2 s of sound fill 2^17 points exactly


def simulated_room(rng: np.random.Generator, length: int) -> np.ndarray:
    """A room as noise that decays exponentially, with sparse early reflections (J. D. Polack's model)."""
    rt60 = rng.uniform(0.12, 0.9)
    t = np.arange(length) / RATE_HZ
    tail = rng.standard_normal(length) * 10 ** (-3 * t / rt60)
    # Walls and air swallow high frequencies first: the later, the duller.
    kernel = np.hanning(int(rng.integers(3, 12)) * 2 + 1)
    dull = np.convolve(tail, kernel / np.sqrt((kernel**2).sum()), mode="same")
    blend = np.clip(t / (0.3 * rt60), 0, 1)
    tail = tail * (1 - blend) + dull * blend
    onset = int(rng.uniform(0.002, 0.012) * RATE_HZ)
    tail[:onset] = 0
    for _ in range(int(rng.integers(3, 9))):
        tail[onset + int(rng.exponential(0.008) * RATE_HZ) % (length - onset)] += rng.choice((-1, 1)) * rng.uniform(
            1, 4
        )
    response = tail * 10 ** (-rng.uniform(-2, 14) / 20) / math.sqrt((tail**2).sum() + 1e-9)
    response[0] = 1.0
    return response.astype(np.float32)


def room_pairs(
    prepared: Prepared, split: str, early_ms: float, fade_ms: float, fft: int, simulated: int, seed: int
) -> Tensor:
    """Spectra of (early part, whole response) for recorded and simulated rooms, [rooms, 2, fft / 2 + 1] complex64.

    The early part ends after `early_ms` and fades out within `fade_ms`.
    """
    rng = np.random.default_rng((seed, 77))
    length = ROOM_SAMPLES
    responses = []
    for clip in prepared.select("rir", split):
        wave = prepared.read(clip)
        direct = int(np.abs(wave).argmax())
        wave = wave[max(0, direct - 8) :][:length]
        responses += [wave / np.sqrt((wave**2).sum())] * 2  # recorded ones count twice
    responses += [simulated_room(rng, length) for _ in range(simulated)]
    pairs = np.zeros((len(responses), 2, fft), np.float32)
    edge, fade = int(early_ms * RATE_HZ / 1000), int(fade_ms * RATE_HZ / 1000)
    window = np.zeros(length, np.float32)
    window[:edge] = 1
    window[edge : edge + fade] = np.linspace(1, 0, fade)
    for pair, response in zip(pairs, responses, strict=True):
        pair[0, : len(response)] = response * window[: len(response)]
        pair[1, : len(response)] = response
    return torch.cat([torch.fft.rfft(p) for p in torch.from_numpy(pairs).split(8)])
