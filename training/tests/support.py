"""What several tests share: where things are, whether tfjs is there, and a recorded voice with noise."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from denoise_training.framing import RATE_HZ

TRAINING = Path(__file__).parent.parent
TFJS = TRAINING.parent / "node_modules" / "@tensorflow" / "tfjs-backend-wasm"
needs_tfjs = pytest.mark.skipif(not TFJS.exists() or not shutil.which("node"), reason="npm packages are not installed")


def speech() -> np.ndarray:
    """Some four seconds of a clean voice."""
    wave, rate = soundfile.read(TRAINING.parent / "test/fixtures/clean-speech.wav", dtype="float32")
    assert rate == RATE_HZ
    return np.tile(wave, max(1, round(4 * RATE_HZ / len(wave))))


def noisy(clean: np.ndarray, snr_db: float, colour: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal(len(clean)).astype(np.float32)
    noise = np.convolve(noise, np.ones(colour) / colour, "same")
    return clean + noise * np.sqrt(np.mean(clean**2) / np.mean(noise**2)) * 10 ** (-snr_db / 20)
