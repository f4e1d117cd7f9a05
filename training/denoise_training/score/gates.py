"""Gates against damage: sounds that a denoiser must leave alone, and a stream that must end as it began.

| gate | what goes in | what must come out |
|---|---|---|
| clean | speech without noise | SI-SDR of at least 25 dB |
| quiet | the same at -40 dBFS | at least 90 % of the active energy |
| narrow | the same cut at 4 kHz | at least 90 % of the active energy |
| wide | full-band voice in full-band noise at 5 dB | log-spectral distance in 8-20 kHz smaller than the noisy sound's |
| stream | ten minutes whose last one repeats the first | PESQ-WB within 0.05 of the first |
"""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
import torch

from ..data.mixing import MixtureSource
from ..data.mixtures import EVALUATION
from ..data.prepared import Prepared
from ..framing import RATE_HZ
from ..measures import log_spectral_distance_high, pesq_wb, si_sdr
from .engine import engine_digest, enhance
from .shipped import named
from .sounds import read, read_enhanced

CLIPS, SECONDS = 12, 6.0
MINUTE = 10  # mixtures of SECONDS in a minute


def at_level(wave: np.ndarray, dbfs: float) -> np.ndarray:
    return (wave * (10 ** (dbfs / 20) / np.sqrt(np.mean(wave**2) + 1e-12))).astype(np.float32)


def write(data: Prepared, out: Path, seed: int) -> None:
    for name in ("noisy", "clean"):
        (out / name).mkdir(parents=True, exist_ok=True)

    def put(name: str, noisy: np.ndarray, clean: np.ndarray) -> None:
        for kind, wave in (("noisy", noisy), ("clean", clean)):
            soundfile.write(out / kind / f"{name}.wav", wave, RATE_HZ, subtype="FLOAT")

    mixer = MixtureSource(data, "eval", replace(EVALUATION, seconds=SECONDS, room=0), seed, simulated_rooms=8)
    for index in range(CLIPS):
        _, voice, _ = mixer.batch(0, range(index, index + 1))
        voice = voice[0].numpy()
        put(f"clean-{index:02d}", clean := at_level(voice, -23), clean)
        put(f"quiet-{index:02d}", quiet := at_level(voice, -40), quiet)
        spectrum = torch.fft.rfft(torch.from_numpy(voice))
        place = torch.fft.rfftfreq(len(voice), 1 / RATE_HZ)
        edge = ((4000 - place) / 400).clamp(0, 1)
        narrow = torch.fft.irfft(spectrum * (0.5 - 0.5 * torch.cos(torch.pi * edge)), n=len(voice)).numpy()
        put(f"narrow-{index:02d}", narrow := at_level(narrow, -23), narrow)
    # One recorded noise in three ends somewhere between 8 and 20 kHz; noise that is made does not.
    voices = {"gcompris_en": 1.0}
    wide = replace(EVALUATION, seconds=SECONDS, room=0, snr_db=(5.0, 5.0), coloured=1, speech_weights=voices)
    wide_mixer = MixtureSource(data, "eval", wide, seed, simulated_rooms=8)
    for index in range(CLIPS):
        noisy, clean, _ = wide_mixer.batch(0, range(index, index + 1))
        put(f"wide-{index:02d}", noisy[0].numpy(), clean[0].numpy())
    mixer.config = replace(mixer.config, snr_db=(5.0, 5.0))
    noisy, clean, _ = mixer.batch(1, range(9 * MINUTE))
    order = [*range(9 * MINUTE), *range(MINUTE)]
    put("stream", noisy[order].flatten().numpy(), clean[order].flatten().numpy())


def active_energy_kept(clean: np.ndarray, enhanced: np.ndarray) -> float:
    """Share of the energy of frames (20 ms) within 30 dB of the loudest, of what is in phase with the clean voice."""
    size = RATE_HZ // 50
    frames = len(clean) // size
    clean, enhanced = (w[: frames * size].reshape(frames, size).astype(np.float64) for w in (clean, enhanced))
    energy = (clean**2).sum(1)
    active = energy > energy.max() * 1e-3
    return float((enhanced[active] ** 2).sum() / energy[active].sum())


def score(folder: Path, enhanced_folder: Path) -> dict[str, float | bool]:
    result = {}
    pairs = {}
    for path in sorted((folder / "clean").glob("*.wav")):
        clean = read(path)
        pairs[path.stem] = (clean, read_enhanced(enhanced_folder / path.name, clean))

    def over(kind: str, measure) -> list[float]:
        return [measure(*pair) for name, pair in pairs.items() if name.startswith(kind)]

    result["clean_si_sdr"] = float(np.mean(over("clean", si_sdr)))
    result["clean_si_sdr_worst"] = float(np.min(over("clean", si_sdr)))
    result["quiet_kept"] = float(np.mean(over("quiet", active_energy_kept)))
    result["narrow_kept"] = float(np.mean(over("narrow", active_energy_kept)))
    wide = {name: clean for name, (clean, _) in pairs.items() if name.startswith("wide")}
    if not wide:
        raise ValueError(f"{folder} holds no wide-*.wav: it is of an older version; write the gates again")
    noisy = {name: read(folder / "noisy" / f"{name}.wav") for name in wide}
    result["wide_lsd_noisy"] = float(
        np.mean([log_spectral_distance_high(clean, noisy[name]) for name, clean in wide.items()])
    )
    result["wide_lsd"] = float(np.mean(over("wide", log_spectral_distance_high)))
    clean, enhanced = pairs["stream"]
    samples = int(SECONDS * RATE_HZ)

    def minute(first: int) -> float:
        parts = [slice(i * samples, (i + 1) * samples) for i in range(first, first + MINUTE)]
        return float(np.nanmean([pesq_wb(clean[p], enhanced[p]) for p in parts]))

    result["stream_first_pesq"], result["stream_last_pesq"] = minute(0), minute(9 * MINUTE)
    result["passes"] = bool(
        result["clean_si_sdr"] >= 25
        and result["quiet_kept"] >= 0.9
        and result["narrow_kept"] >= 0.9
        and result["wide_lsd"] < result["wide_lsd_noisy"]
        and abs(result["stream_last_pesq"] - result["stream_first_pesq"]) <= 0.05
    )
    return result


def run(data: str, model: str, work: Path, seed: int) -> dict[str, float | bool]:
    """Writes the gates unless they are there, sends them through the engine and scores what comes out."""
    folder = work / "gates"
    key = hashlib.sha256(repr((data, seed, CLIPS, SECONDS, MINUTE)).encode()).hexdigest()[:16]
    sounds = folder / key
    if not sounds.exists():
        unfinished = folder / f"{key}.part"
        write(Prepared(data), unfinished, seed)
        unfinished.rename(sounds)
    shipped = named(model)
    out = folder / f"{key}-enhanced" / shipped.slug
    enhance(sounds / "noisy", out, shipped.argument, repr((engine_digest(), shipped.digest())))
    return score(sounds, out)
