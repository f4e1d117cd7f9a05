"""Mixtures made on the fly: speech and noise never meet twice in the same way.

Notable: every example has its own random generator, seeded by (seed, step, index), so a batch depends on nothing that
came before it. An interrupted run resumes exactly, and several processes can share a batch and see what one would have
seen. Draws are made example by example, here (cheap, and in as many processes as there are cores); all filtering is one
multiplication in the frequency domain for the whole batch, on whatever device (rendering.py).

    speech -> speed -> EQ -> room -+-> early part ------------------> low-pass -> gain -> clean (the target)
                                   +-> whole response -> + noise ---> low-pass -> gain -> clip -> noisy
"""

import copy
from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from ..framing import RATE_HZ
from .drawing import WeightedClips, resample_speed
from .noises import NOISE_KINDS, TRANSIENT_WORDS, noise_kind
from .prepared import Clip, Prepared
from .rendering import Draws, Recipe, Renderer
from .rooms import ROOM_SAMPLES, room_pairs


@dataclass
class MixConfig:
    """How mixtures are drawn. Probabilities are for each example; ranges are uniform unless said."""

    seconds: float = 2.0  # length of an example
    snr_db: tuple[float, float] = (-5.0, 20.0)  # speech over noise, energies of the whole example
    snr_wide: float = 0.15  # share of examples whose range is 6 dB wider at both ends
    level_dbfs: tuple[float, float] = (-38.0, -12.0)  # RMS of the noisy mixture
    speech_weights: dict[str, float] = field(
        # Most speech ends at 8 kHz; the few full-band voices are met more often than their hours would give.
        default_factory=lambda: {
            "librispeech": 0.52, "picovoice": 0.16,
            "kerstin": 0.12, "gcompris_gd": 0.11, "audiocmn_cw": 0.06, "gcompris_en": 0.03,
        }
    )  # fmt: skip
    even_voices: bool = False  # inside a folder every voice is met as often as any other, however much there is of it
    second_noise: float = 0.30  # two noises at once
    transient: float = 0.15  # keys, clicks or knocks added on top
    babble: float = 0.06  # noise made of other voices of the training set
    coloured: float = 0.10  # noise made of shaped white noise, some with mains hum
    speed: float = 0.6  # speech played 0.88-1.14 times as fast, which also moves its pitch: more voices than speakers
    eq: float = 0.7  # random smooth equaliser, for speech and noise apart
    room: float = 0.4  # room response on the speech
    early_ms: float = 40.0  # reflections up to here stay in the target
    low_pass: float = 0.30  # band-limited call: noisy and target cut at one of `cutoffs_hz`
    cutoffs_hz: tuple[int, ...] = (4000, 8000, 11000, 16000)
    match_band: float = (
        0.6  # of speech that ends at 8 kHz: mixture cut there too, so that noise above says nothing about it
    )
    clip: float = 0.06  # noisy driven into clipping
    clean: float = 0.11  # no noise added: the voice must come through
    silence: float = 0.06  # no speech: the noise must go
    early_fade_ms: float = 5.0


class MixtureSource:
    """Batches of (noisy, clean) from one split of a prepared folder."""

    def __init__(self, prepared: Prepared, split: str, config: MixConfig, seed: int, simulated_rooms: int = 120):
        self.config, self.seed, self.split = config, seed, split
        self.samples = round(config.seconds * RATE_HZ)
        self.fft = 1 << (self.samples + ROOM_SAMPLES - 1).bit_length()  # no filter wraps round
        self.take(prepared)
        rooms = room_pairs(prepared, split, config.early_ms, config.early_fade_ms, self.fft, simulated_rooms, seed)
        self.room_count = len(rooms)
        self.renderer = Renderer(self.samples, self.fft, rooms)

    def take(self, prepared: Prepared) -> None:
        """What is drawn from: voices and noises of the split, by their weights."""
        self.prepared = prepared
        speech = prepared.select("speech", self.split)
        noise = prepared.select("noise", self.split)
        if not speech or not noise:
            counts = f"{len(speech)} speech and {len(noise)} noise clips"
            raise ValueError(f"split {self.split!r} has {counts}: expected at least one of each")
        folders = sorted({c.folder for c in speech})
        groups = {f: [c for c in speech if c.folder == f] for f in folders}
        weights = {f: self.config.speech_weights.get(f, 0.0) for f in folders}
        if not any(weights.values()):
            weights = dict.fromkeys(folders, 1.0)
        self.speech = WeightedClips(groups, weights, self.config.even_voices)
        self.by_recording: dict[str, list[Clip]] = {}
        for clip in speech:
            # Voices without labels follow one another only with themselves.
            self.by_recording.setdefault(clip.recording, []).append(clip)
        kinds = {name: [c for c in noise if noise_kind(c) == name] for name, _, _ in NOISE_KINDS}
        self.noise = WeightedClips(kinds, {name: weight for name, weight, _ in NOISE_KINDS})
        sharp = [c for c in noise if any(w in c.label.lower() for w in TRANSIENT_WORDS)] or noise
        self.transients = WeightedClips({"all": sharp}, {"all": 1.0})

    def beside(self, prepared: Prepared) -> "MixtureSource":
        """The same mixtures of other voices and noises; rooms stay."""
        other = copy.copy(self)
        other.take(prepared)
        return other

    # ---- draws, one example at a time --------------------------------------------------------------------------------

    def draw_speech(self, rng: np.random.Generator) -> tuple[np.ndarray, Clip]:
        """Sentences of one voice, with pauses, for the whole length."""
        first = clip = self.speech.draw(rng)
        speed = rng.uniform(0.88, 1.14) if rng.random() < self.config.speed else 1.0
        needed = int(self.samples * speed) + 4
        parts, filled = [], 0
        if rng.random() < 0.25:
            parts.append(np.zeros(int(rng.uniform(0.05, 0.5) * RATE_HZ), np.float32))
            filled = len(parts[0])
        while filled < needed:
            start = int(rng.integers(0, max(1, clip.samples - RATE_HZ)))
            part = self.prepared.read(clip, start, needed - filled)
            parts += [part, np.zeros(int(rng.uniform(0.05, 0.4) * RATE_HZ), np.float32)]
            filled += len(part) + len(parts[-1])
            siblings = self.by_recording[first.recording]
            clip = siblings[int(rng.integers(len(siblings)))]
        wave = np.concatenate(parts)[:needed]
        return (wave[: self.samples] if speed == 1.0 else resample_speed(wave, speed, self.samples)), first

    def draw_noise_clip(self, rng: np.random.Generator, clips: WeightedClips) -> tuple[np.ndarray, Clip]:
        """One recording, looped when it is shorter than the example."""
        for _ in range(4):
            clip = clips.draw(rng)
            speed = rng.uniform(0.8, 1.25) if rng.random() < 0.5 else 1.0
            needed = int(self.samples * speed) + 4
            start = int(rng.integers(0, max(1, clip.samples - needed // 2)))
            wave = self.prepared.read(clip, start, needed)
            if len(wave) < needed:
                whole = self.prepared.read(clip)
                gap = np.zeros(int(rng.uniform(0.0, 0.5) * RATE_HZ), np.float32)
                loop = np.concatenate([whole, gap])
                wave = np.concatenate([wave, np.tile(loop, -(-(needed - len(wave)) // len(loop)))])[:needed]
            wave = wave[: self.samples] if speed == 1.0 else resample_speed(wave, speed, self.samples)
            if np.mean(wave**2) > 1e-8:
                break
        return wave, clip

    def draw_coloured(self, rng: np.random.Generator) -> np.ndarray:
        """White noise with a random slope (-9...+3 dB an octave), some with mains hum; level drifts slowly."""
        spectrum = np.fft.rfft(rng.standard_normal(self.samples).astype(np.float32))
        frequency = np.maximum(np.arange(len(spectrum)) * RATE_HZ / self.samples, 30.0)
        wave = np.fft.irfft(spectrum * (frequency / 1000) ** (rng.uniform(-9, 3) / 6.02), self.samples).astype(
            np.float32
        )
        wave /= np.sqrt(np.mean(wave**2)) + 1e-9
        if rng.random() < 0.3:
            t = np.arange(self.samples, dtype=np.float32) / RATE_HZ
            mains = rng.choice((50.0, 60.0)) * rng.uniform(0.99, 1.01)
            for harmonic in range(1, int(rng.integers(3, 12))):
                strength = rng.uniform(0, 1.5) / harmonic**0.5
                wave += strength * np.sin(2 * np.pi * (mains * harmonic * t + rng.random())).astype(np.float32)
        drift = np.interp(np.arange(self.samples), np.linspace(0, self.samples, 5), rng.uniform(-3, 3, 5))
        return wave * (10 ** (drift / 20)).astype(np.float32)

    def draw_babble(self, rng: np.random.Generator) -> np.ndarray:
        wave = np.zeros(self.samples, np.float32)
        for _ in range(int(rng.integers(3, 8))):
            voice, _ = self.draw_speech(rng)
            wave += voice * (10 ** (rng.uniform(-6, 6) / 20) / (np.sqrt(np.mean(voice**2)) + 1e-9))
        return wave

    def draw_noise(self, rng: np.random.Generator) -> tuple[np.ndarray, str, str]:
        choice = rng.random()
        if choice < self.config.coloured:
            wave, name, kind = self.draw_coloured(rng), "coloured", "coloured"
        elif choice < self.config.coloured + self.config.babble:
            wave, name, kind = self.draw_babble(rng), "babble", "people"
        else:
            wave, clip = self.draw_noise_clip(rng, self.noise)
            name, kind = f"{clip.folder}/{clip.label}", noise_kind(clip)
        wave = wave / (np.sqrt(np.mean(wave**2)) + 1e-9)
        for share, clips, low, high in (
            (self.config.second_noise, self.noise, -10, 4),
            (self.config.transient, self.transients, -6, 6),
        ):
            if rng.random() < share:
                other, clip = self.draw_noise_clip(rng, clips)
                wave = wave + other * (10 ** (rng.uniform(low, high) / 20) / (np.sqrt(np.mean(other**2)) + 1e-9))
                name += f" + {clip.folder}/{clip.label}"
        return wave, name, kind

    # ---- the batch ---------------------------------------------------------------------------------------------------

    def batch(self, step: int, indices: range) -> tuple[Tensor, Tensor, list[Recipe]]:
        """Noisy and clean waves, [B, samples] float32, and what they were made of."""
        draws = self.draw(step, indices)
        return *self.renderer.render(draws), draws.recipes

    def draw(self, step: int, indices: range) -> Draws:
        """Everything random about a batch."""
        c, n = self.config, self.samples
        draws = Draws.empty(len(indices), n)
        for i, index in enumerate(indices):
            rng = np.random.default_rng((self.seed, step, index))
            speech, voice = self.draw_speech(rng)
            noise, name, kind = self.draw_noise(rng)
            speech_eq = rng.uniform(-6, 6, 10) if rng.random() < c.eq else 0.0
            noise_eq = rng.uniform(-10, 10, 10) if rng.random() < c.eq else 0.0
            room = int(rng.integers(self.room_count)) if rng.random() < c.room else -1
            cutoff = int(rng.choice(c.cutoffs_hz)) if rng.random() < c.low_pass else RATE_HZ // 2
            if voice.bandwidth_hz <= 8000 and rng.random() < c.match_band:
                cutoff = min(cutoff, 8000)
            widen = 6 if rng.random() < c.snr_wide else 0
            snr = rng.uniform(c.snr_db[0] - widen, c.snr_db[1] + widen)
            level = rng.uniform(*c.level_dbfs)
            special = rng.random()
            if special < c.clean:
                kind, snr = "none", np.inf
            elif special < c.clean + c.silence:
                snr = -np.inf
            clip_at = rng.uniform(0.25, 0.8) if rng.random() < c.clip else np.inf
            # Every microphone hisses a little.
            hiss = rng.standard_normal(n, dtype=np.float32) * 10 ** (rng.uniform(-95, -65) / 20)
            draws.put(
                i,
                Recipe(voice.recording, name, kind, snr, level, min(cutoff, voice.bandwidth_hz), room >= 0),
                {"speech": speech, "noise": noise, "hiss": hiss, "speech_eq_db": speech_eq, "noise_eq_db": noise_eq},
                {"cutoff_hz": cutoff, "room": room, "snr_db": snr, "level_dbfs": level, "clip_at": clip_at},
            )
        return draws
