"""Recordings in any format -> one prepared folder that training maps into memory.

A prepared folder holds `speech.i16`, `noise.i16`, `rir.i16` (48 kHz mono, all clips end to end), `rate.txt` and
`index.csv` (one line for each clip). It can be carried to another machine, and nothing is decoded while training.

Notable: the split is by voice and by noise recording, never by clip: pieces of one recording, or sentences of one
speaker, are on one side. Each clip is scaled to a peak of 0.9, so that quiet recordings keep their resolution in 16
bits; the mixer sets levels anyway.
"""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from ..framing import RATE_HZ
from .layouts import Source
from .prepared import KINDS, Clip, write_index
from .sides import split_recordings

PEAK = 0.9


# ---- decoding --------------------------------------------------------------------------------------------------------


def decode(path: str) -> tuple[np.ndarray, int]:
    """Mono float32 at 48 kHz, and the rate of the file itself."""
    wave, rate = soundfile.read(path, dtype="float32", always_2d=True)
    wave = wave.mean(axis=1)
    if rate != RATE_HZ:
        wave = resample_poly(wave, RATE_HZ, rate).astype(np.float32)
    return wave, rate


def decode_source(source: Source, least_range_db: float = 0.0) -> tuple[Source, np.ndarray | None, str]:
    """Samples as int16, or None and the reason why the file was dropped.

    `least_range_db`: speech whose loud and quiet 20 ms frames (95th and 5th percentile) are closer than this is too
    noisy.
    """
    try:
        wave, rate = decode(source.path)
        if source.minus:
            other, _ = decode(source.minus)
            wave = wave[: len(other)] - other[: len(wave)]
    except Exception as error:  # soundfile raises several kinds; each means the same to us
        return source, None, f"unreadable ({type(error).__name__})"
    source.bandwidth_hz = source.bandwidth_hz or rate // 2
    if not np.isfinite(wave).all():
        return source, None, "not finite"
    if source.kind == "rir":
        peak = int(np.abs(wave).argmax()) if len(wave) else 0
        wave = wave[max(0, peak - RATE_HZ // 400) :][: 2 * RATE_HZ]  # begins 2.5 ms before the direct sound
    shortest = {"speech": 0.5, "noise": 0.15, "rir": 0.01}[source.kind]
    if len(wave) < shortest * RATE_HZ:
        return source, None, "too short"
    peak = float(np.abs(wave).max())
    if peak < 1e-4:
        return source, None, "silent"
    if source.kind == "speech" and np.mean(np.abs(wave) > 0.998) > 0.005:
        return source, None, "clipped"
    if source.kind == "speech" and least_range_db and level_range_db(wave) < least_range_db:
        return source, None, "too noisy"
    wave = wave - wave.mean() if source.kind != "rir" else wave
    return source, np.round(wave * (PEAK * 32767 / peak)).astype(np.int16), ""


def level_range_db(wave: np.ndarray) -> float:
    size = RATE_HZ // 50  # 20 ms
    frames = wave[: len(wave) // size * size].reshape(-1, size)
    low, high = np.percentile(10 * np.log10(np.mean(frames**2, axis=1) + 1e-10), (5, 95))
    return float(high - low)


# ---- split -----------------------------------------------------------------------------------------------------------


# ---- prepare and load ------------------------------------------------------------------------------------------------


def prepare(
    sources: list[Source],
    out: Path,
    seed: int,
    shares: dict[str, float],
    pinned: dict[str, str],
    jobs: int,
    least_range_db: float = 0.0,
    whole: dict[str, str] | None = None,
) -> None:
    """Decodes all sources, writes the prepared folder, and prints hours of each side and what was dropped and why."""
    out.mkdir(parents=True, exist_ok=True)
    sides = split_recordings(sources, seed, shares, pinned, whole)
    dropped, clips, seconds = Counter(), [], Counter()
    files = {kind: open(out / f"{kind}.i16.part", "wb") for kind in KINDS}
    offsets = Counter()
    with ProcessPoolExecutor(jobs) as pool:
        for done, (source, wave, reason) in enumerate(
            pool.map(decode_source, sources, [least_range_db] * len(sources), chunksize=16), 1
        ):
            if done % 200 == 0 or done == len(sources):
                print(f"\r{done}/{len(sources)} files", end="", flush=True)
            if wave is None:
                dropped[(source.kind, reason)] += 1
                continue
            files[source.kind].write(wave.tobytes())
            clips.append(
                Clip(
                    kind=source.kind,
                    label=source.label,
                    recording=source.recording,
                    folder=source.folder,
                    split=sides[source.recording],
                    bandwidth_hz=min(source.bandwidth_hz, RATE_HZ // 2),
                    licence=source.licence,
                    licence_flag=source.licence_flag,
                    offset=offsets[source.kind],
                    samples=len(wave),
                    file=source.path,
                )
            )
            offsets[source.kind] += len(wave)
            seconds[(source.kind, sides[source.recording])] += len(wave) / RATE_HZ
    print()
    for kind, file in files.items():
        file.close()
        (out / f"{kind}.i16.part").rename(out / f"{kind}.i16")
    write_index(out, clips)
    for (kind, side), total in sorted(seconds.items()):
        print(f"{kind:7s} {side:6s} {total / 3600:6.2f} h")
    for (kind, reason), count in sorted(dropped.items()):
        print(f"dropped {count} {kind}: {reason}")
