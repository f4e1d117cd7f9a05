"""What a system made of a folder of mixtures: read, checked and lined up with the clean voices."""

import csv
from pathlib import Path

import numpy as np
import soundfile

from ..framing import RATE_HZ

# Farthest that a system's output may be late or early, and differ in length from what went in.
REACH = 4800


def read(path: Path) -> np.ndarray:
    try:
        wave, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ValueError(f"{path} is not readable audio: {error}") from error
    if rate != RATE_HZ:
        raise ValueError(f"{path} is at {rate} Hz: expected {RATE_HZ}; let the system write the rate it was given")
    return wave[:, 0]


def read_enhanced(path: Path, clean: np.ndarray) -> np.ndarray:
    """What a system made, lined up with the clean wave; ValueError where it is plainly not the whole, audible file."""
    enhanced = read(path)
    if abs(len(enhanced) - len(clean)) > REACH:
        raise ValueError(f"{path} has {len(enhanced)} samples, expected about {len(clean)}: enhance it again")
    if not np.isfinite(enhanced).all():
        raise ValueError(f"{path} holds samples that are not numbers")
    if clean.any() and not enhanced.any():
        raise ValueError(f"{path} is silent, and the clean voice is not: the system did not run")
    return align(clean, enhanced)


def align(clean: np.ndarray, enhanced: np.ndarray, reach: int = REACH) -> np.ndarray:
    """The enhanced wave shifted by the lag (at most `reach` samples) at which it resembles the clean one most."""
    size = 1 << (len(clean) + len(enhanced)).bit_length()
    product = np.fft.irfft(np.fft.rfft(enhanced, size) * np.conj(np.fft.rfft(clean, size)), size)
    lags = np.concatenate([product[: reach + 1], product[-reach:]])
    best = int(np.argmax(lags))
    lag = best if best <= reach else best - len(lags)
    shifted = enhanced[lag:] if lag >= 0 else np.concatenate([np.zeros(-lag, enhanced.dtype), enhanced])
    return np.pad(shifted, (0, max(0, len(clean) - len(shifted))))[: len(clean)]


def mixtures_in(folder: Path) -> list[dict[str, str]]:
    with open(folder / "mixtures.csv", newline="") as file:
        return list(csv.DictReader(file))


def check_complete(folder: Path, system: str, sounds: Path) -> None:
    """FileNotFoundError unless `sounds` has a file for every mixture in `folder`."""
    mixtures = mixtures_in(folder)
    missing = [m["file"] for m in mixtures if not (sounds / m["file"]).exists()]
    if missing:
        raise FileNotFoundError(f"{system}: {sounds} lacks {len(missing)} of {len(mixtures)} files, first {missing[0]}")
