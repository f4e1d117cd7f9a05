"""The data recipes of the classic models: blocks of (noisy, clean, noise) at the model's own rate.

    blend    speech and noise cut into blocks, noise at a hop of its own, added at a random gain
    ms-snsd  both brought to -25 dBFS, noise then to one of a few fixed SNRs
             (C. K. A. Reddy et al., 2019, arXiv:1909.08050)
    paired   folders noisy/ and clean/ of WAV files with equal names, as written by `mix`

Notable: as in data/mixing.py every example has its own generator, seeded by (seed, step, index), so a run resumes
exactly. Recordings are brought to the model's rate when they are first drawn. `noisy` is exactly `clean` + `noise`.
"""

from dataclasses import dataclass
from math import gcd
from pathlib import Path

import numpy as np
import soundfile
import torch
from scipy.signal import resample_poly
from torch import Tensor

from ..data.drawing import WeightedClips, resample_speed
from ..data.prepared import Clip, Prepared
from ..framing import RATE_HZ

RECIPES = ("blend", "ms-snsd", "paired")
SNSD_DBFS = -25.0


@dataclass
class ClassicData:
    """How blocks are drawn; dB and Hz as said."""

    recipe: str = "blend"
    speech_folders: tuple[str, ...] = ()  # of the prepared folder; none: all
    noise_folders: tuple[str, ...] = ()
    pairs: str = ""  # paired: folder with noisy/ and clean/; --pairs of the command overrides it
    gains: tuple[float, float] = (0.2, 0.8)  # blend: of the noise, uniform
    noise_hop: int = 5000  # blend: noise blocks begin at multiples of this, in samples of the model's rate
    snrs_db: tuple[float, ...] = (0.0, 10.0, 20.0, 30.0, 40.0)  # ms-snsd: steps, equally often
    mix_seconds: float = 4.0  # ms-snsd: stretch over which levels are measured; the block is cut from it
    level_db: tuple[float, float] = (0.0, 0.0)  # common gain of the finished example
    speed: float = 0.0  # share of speech that is played 0.88-1.14 times as fast: more voices than speakers
    # Spread of a smooth random equaliser, for speech and noise apart: more rooms and microphones than recordings.
    eq_db: float = 0.0

    def __post_init__(self) -> None:
        if self.recipe not in RECIPES:
            raise ValueError(f"data.recipe is {self.recipe!r}: expected one of {', '.join(RECIPES)}")
        if self.noise_hop < 1:
            raise ValueError(f"data.noise_hop is {self.noise_hop}: expected 1 sample or more")


def resampled(wave: np.ndarray, from_hz: int, to_hz: int) -> np.ndarray:
    if from_hz == to_hz:
        return wave
    common = gcd(from_hz, to_hz)
    return resample_poly(wave, to_hz // common, from_hz // common).astype(np.float32)


def cut(wave: np.ndarray, start: int, samples: int) -> np.ndarray:
    """A piece of the wave, which is played again from its beginning where it ends too early."""
    if start + samples > len(wave):
        wave = np.tile(wave, -(-(start + samples) // len(wave)))
    return wave[start : start + samples]


def blend(clean: np.ndarray, noise: np.ndarray, gain: float) -> np.ndarray:
    """The noise as it is added to the speech."""
    return noise * np.float32(gain)


def snsd_mix(clean: np.ndarray, noise: np.ndarray, snr_db: float) -> tuple[np.ndarray, np.ndarray]:
    """Speech at -25 dBFS (RMS) and noise at the ratio of energies under it."""
    speech_gain = 10 ** (SNSD_DBFS / 20) / rms(clean)
    noise_gain = 10 ** ((SNSD_DBFS - snr_db) / 20) / rms(noise)
    return (clean * speech_gain).astype(np.float32), (noise * noise_gain).astype(np.float32)


def rms(wave: np.ndarray) -> float:
    return max(float(np.sqrt(np.mean(np.square(wave, dtype=np.float64)))), 1e-7)


class Blocks:
    """Batches of blocks from one split of a prepared folder, or from pairs of files."""

    def __init__(self, prepared: Prepared | None, split: str, config: ClassicData, rate_hz: int, block: int, seed: int):
        self.prepared, self.config, self.rate_hz, self.block, self.seed = prepared, config, rate_hz, block, seed
        self.waves: dict[tuple[str, int], np.ndarray] = {}
        if config.recipe == "paired":
            self.pairs = read_pairs(Path(config.pairs), rate_hz, block)
            self.edges = np.cumsum([len(clean) for _, clean in self.pairs])
            return
        if prepared is None:
            raise ValueError(f"recipe {config.recipe} needs a prepared folder: give --data")
        self.speech = self.clips("speech", split, config.speech_folders)
        self.noise = self.clips("noise", split, config.noise_folders)

    def clips(self, kind: str, split: str, folders: tuple[str, ...]) -> WeightedClips:
        clips = self.prepared.select(kind, split)
        missing = sorted(set(folders) - {c.folder for c in clips})
        if missing or not clips:
            known = ", ".join(sorted({c.folder for c in clips})) or "none"
            raise ValueError(f"no {kind} of folder {', '.join(missing) or 'any'} in split {split!r}: there is {known}")
        return WeightedClips({"all": [c for c in clips if not folders or c.folder in folders]}, {"all": 1.0})

    def read(self, clip: Clip) -> np.ndarray:
        """The whole clip at the model's rate, remembered as 16-bit samples."""
        key = (clip.kind, clip.offset)
        if key not in self.waves:
            wave = resampled(self.prepared.read(clip), RATE_HZ, self.rate_hz)
            self.waves[key] = np.round(wave.clip(-1, 1) * 32767).astype(np.int16)
        return self.waves[key].astype(np.float32) / 32767

    def draw_speech(self, rng: np.random.Generator, samples: int) -> np.ndarray:
        wave = self.read(self.speech.draw(rng))
        speed = rng.uniform(0.88, 1.14) if rng.random() < self.config.speed else 1.0
        taken = round(samples * speed)
        wave = cut(wave, int(rng.integers(0, max(1, len(wave) - taken))), taken)
        return self.coloured(rng, wave if speed == 1.0 else resample_speed(wave, speed, samples))

    def draw_noise(self, rng: np.random.Generator, samples: int, hop: int) -> np.ndarray:
        wave = self.read(self.noise.draw(rng))
        return self.coloured(
            rng, cut(wave, hop * int(rng.integers(0, max(1, (len(wave) - samples) // hop + 1))), samples)
        )

    def coloured(self, rng: np.random.Generator, wave: np.ndarray) -> np.ndarray:
        """The wave through six random gains, which are spread over its frequencies as octaves are."""
        if not self.config.eq_db:
            return wave
        octaves = np.log2(np.maximum(np.arange(len(wave) // 2 + 1) / len(wave) * self.rate_hz, 60) / 60)
        gains_db = np.interp(octaves, np.linspace(0, octaves[-1], 6), rng.normal(0, self.config.eq_db, 6))
        return np.fft.irfft(np.fft.rfft(wave) * 10 ** (gains_db / 20), len(wave)).astype(np.float32)

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Clean speech and noise of one example, [block] each."""
        c = self.config
        if c.recipe == "paired":
            noisy, clean = self.pairs[int(np.searchsorted(self.edges, rng.random() * self.edges[-1], "right"))]
            start = int(rng.integers(0, len(clean) - self.block + 1))
            clean = clean[start : start + self.block]
            noise = noisy[start : start + self.block] - clean
        elif c.recipe == "blend":
            clean = self.draw_speech(rng, self.block)
            noise = blend(clean, self.draw_noise(rng, self.block, c.noise_hop), rng.uniform(*c.gains))
        else:
            samples = max(self.block, round(c.mix_seconds * self.rate_hz))
            clean, noise = self.draw_speech(rng, samples), self.draw_noise(rng, samples, 1)
            clean, noise = snsd_mix(clean, noise, float(rng.choice(c.snrs_db)))
            start = int(rng.integers(0, samples - self.block + 1))
            clean, noise = clean[start : start + self.block], noise[start : start + self.block]
        gain = np.float32(10 ** (rng.uniform(*c.level_db) / 20))
        return clean * gain, noise * gain

    def batch(self, step: int, indices: range) -> tuple[Tensor, Tensor, Tensor]:
        """Noisy, clean and noise, [B, block] float32 each."""
        drawn = [self.draw(np.random.default_rng((self.seed, step, i))) for i in indices]
        clean, noise = (torch.from_numpy(np.stack(waves)) for waves in zip(*drawn, strict=True))
        return clean + noise, clean, noise


def read_pairs(folder: Path, rate_hz: int, block: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """(noisy, clean) of every file that both folders hold, at the model's rate; errors name the file."""
    names = sorted(p.name for p in (folder / "noisy").glob("*.wav"))
    if not names:
        raise FileNotFoundError(
            f"{folder}/noisy holds no WAV files: expected noisy/ and clean/ with equal names, as mix writes"
        )
    pairs = []
    for name in names:
        waves = []
        for side in ("noisy", "clean"):
            path = folder / side / name
            if not path.exists():
                raise FileNotFoundError(f"{path} is missing: every file of noisy/ needs its clean one")
            wave, rate = soundfile.read(path, dtype="float32", always_2d=True)
            waves.append(resampled(wave.mean(1), rate, rate_hz))
        if len(waves[0]) != len(waves[1]):
            raise ValueError(f"{name}: noisy and clean differ in length, {len(waves[0])} and {len(waves[1])} samples")
        if len(waves[0]) < block:
            raise ValueError(
                f"{name} holds {len(waves[0])} samples at {rate_hz} Hz: expected at least one block of {block}"
            )
        pairs.append((waves[0], waves[1]))
    return pairs
