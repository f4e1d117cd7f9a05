"""What several tests share: where things are, whether tfjs is there, and a recorded voice with noise."""

import dataclasses
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
import soundfile

from denoise_training.classic.config import ClassicConfig
from denoise_training.framing import RATE_HZ
from denoise_training.settings import load

TRAINING = Path(__file__).parent.parent
TFJS = TRAINING.parent / "node_modules" / "@tensorflow" / "tfjs-backend-wasm"
needs_tfjs = pytest.mark.skipif(not TFJS.exists() or not shutil.which("node"), reason="npm packages are not installed")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def speech() -> np.ndarray:
    """Some four seconds of a clean voice."""
    wave, rate = soundfile.read(TRAINING.parent / "test/fixtures/clean-speech.wav", dtype="float32")
    assert rate == RATE_HZ
    return np.tile(wave, max(1, round(4 * RATE_HZ / len(wave))))


def noisy(clean: np.ndarray, snr_db: float, colour: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal(len(clean)).astype(np.float32)
    noise = np.convolve(noise, np.ones(colour) / colour, "same")
    return clean + noise * np.sqrt(np.mean(clean**2) / np.mean(noise**2)) * 10 ** (-snr_db / 20)


def small_classic(**changes) -> ClassicConfig:
    """unet-8k with a narrow network, for the folders that the tests make."""
    config = load(ClassicConfig, TRAINING / "configs" / "unet-8k.toml")
    data = dataclasses.replace(config.data, speech_folders=(), noise_folders=())
    model = dataclasses.replace(config.model, channels=(4, 8, 8))
    return dataclasses.replace(config, **{"batch": 4, "data": data, "model": model, "valid_examples": 2, **changes})
