"""Recordings in any format -> one prepared folder that training maps into memory.

A prepared folder holds `speech.i16`, `noise.i16`, `rir.i16` (48 kHz mono, all clips end to end) and `index.csv` (one line
for each clip). It can be carried to another machine, and nothing is decoded while training.

Notable: the split is by voice and by noise recording, never by clip: pieces of one recording, or sentences of one speaker,
are on one side. Each clip is scaled to a peak of 0.9, so that quiet recordings keep their resolution in 16 bits; the mixer
sets levels anyway.
"""

import csv
import random
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

from ..framing import RATE_HZ
from .layouts import Source

KINDS = ("speech", "noise", "rir")
PEAK = 0.9
# `unseen-…`: voices of corpora that training has nothing else of, for a second look beside the first validation and evaluation.
SIDES = ("train", "valid", "eval", "unseen-valid", "unseen-eval")
EVERY_SIDE = "every"  # of room responses


@dataclass
class Clip:
    """One prepared clip: a line of index.csv."""

    kind: str
    label: str
    recording: str
    folder: str
    split: str  # one of SIDES; of a room response EVERY_SIDE, too
    bandwidth_hz: int
    licence: str
    licence_flag: str
    offset: int  # first sample in <kind>.i16
    samples: int  # length
    file: str  # where it came from


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

    `least_range_db`: speech whose loud and quiet 20 ms frames (95th and 5th percentile) are closer than this is too noisy.
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


def split_recordings(
    sources: list[Source], seed: int, shares: dict[str, float], pinned: dict[str, str], whole: dict[str, str] | None = None
) -> dict[str, str]:
    """Side of every recording. Within each folder recordings are shuffled and the held-out shares are cut off.

    `pinned` sends chosen recordings (whole speakers, say) to a side; a folder with a pinned one is not cut further.
    `whole` sends whole folders to a side, so that a collection can grow while what was held out of it stays as it was.
    Room responses are few and say nothing about the voice or the noise: they are met on every side, unless pinned.
    """
    whole = whole or {}
    unknown = sorted(set(whole) - {source.folder for source in sources})
    if unknown:
        raise ValueError(f"--whole names the folder {unknown[0]!r}: expected one that holds recordings")
    by_folder = defaultdict(set)
    for source in sources:
        by_folder[(source.kind, source.folder)].add(source.recording)
    sides = {}
    for (kind, folder), recordings in sorted(by_folder.items()):
        names = sorted(recordings)
        if kind == "rir":
            sides.update({name: pinned.get(name, EVERY_SIDE) for name in names})
            continue
        if folder in whole:
            sides.update(dict.fromkeys(names, whole[folder]))
            continue
        if any(name in pinned for name in names):
            sides.update({name: pinned.get(name, "train") for name in names})
            continue
        random.Random(seed).shuffle(names)
        start = 0
        for side, share in shares.items():
            count = round(share * len(names)) if len(names) > 2 else 0
            sides.update(dict.fromkeys(names[start : start + count], side))
            start += count
        sides.update(dict.fromkeys(names[start:], "train"))
    return sides


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
    with open(out / "index.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Clip)])
        writer.writeheader()
        writer.writerows(asdict(clip) for clip in clips)
    for (kind, side), total in sorted(seconds.items()):
        print(f"{kind:7s} {side:6s} {total / 3600:6.2f} h")
    for (kind, reason), count in sorted(dropped.items()):
        print(f"dropped {count} {kind}: {reason}")


class Prepared:
    """A prepared folder: mapped into memory, or read whole (`preload`), which spares a page fault for each read."""

    def __init__(self, folder: str | Path, licence_flags: tuple[str, ...] | None = None, preload: bool = False):
        folder = Path(folder)
        if not (folder / "index.csv").exists():
            raise FileNotFoundError(f"{folder} holds no index.csv: expected a folder written by `prepare`")
        types = {f.name: f.type for f in fields(Clip)}
        with open(folder / "index.csv", newline="") as file:
            clips = [Clip(**{k: int(v) if types[k] is int else v for k, v in row.items()}) for row in csv.DictReader(file)]
        self.clips = [c for c in clips if licence_flags is None or c.licence_flag in licence_flags]
        self.audio = {
            kind: np.fromfile(folder / f"{kind}.i16", np.int16) if preload else np.memmap(folder / f"{kind}.i16", np.int16, "r")
            for kind in KINDS
            if (folder / f"{kind}.i16").exists() and (folder / f"{kind}.i16").stat().st_size
        }

    def select(self, kind: str, split: str) -> list[Clip]:
        """Clips of one side; the unseen sides are voices alone, and meet the noises of the side beside them."""
        if kind != "speech":
            split = split.removeprefix("unseen-")
        return [c for c in self.clips if c.kind == kind and c.split in (split, EVERY_SIDE)]

    def read(self, clip: Clip, start: int = 0, samples: int | None = None) -> np.ndarray:
        """Float32 samples of a clip; a copy."""
        stop = clip.samples if samples is None else min(clip.samples, start + samples)
        return self.audio[clip.kind][clip.offset + start : clip.offset + stop].astype(np.float32) / 32768


def parse_sides(text: str) -> dict[str, str]:
    """`eval:a,b valid:c` -> {"a": "eval", "b": "eval", "c": "valid"}."""
    pinned = {}
    for part in text.split():
        side, _, names = part.partition(":")
        if side not in SIDES or not names:
            raise ValueError(f"expected side:name,name with a side of {', '.join(SIDES)}; got {part!r}")
        pinned.update(dict.fromkeys(names.split(","), side))
    return pinned
