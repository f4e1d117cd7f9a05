"""A prepared folder: what `prepare` writes, and every run maps into memory."""

import csv
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

KINDS = ("speech", "noise", "rir")
# `unseen-…`: voices of corpora that training has nothing else of, for a second look beside the first validation and
# evaluation.
UNSEEN_SIDES = ("unseen-valid", "unseen-eval")
SIDES = ("train", "valid", "eval", *UNSEEN_SIDES)
EVERY_SIDE = "every"  # of room responses


@dataclass
class Clip:
    """One prepared clip: a line of index.csv."""

    kind: str
    label: str
    recording: str
    folder: str
    split: str  # one of SIDES, or EVERY_SIDE for a room response
    bandwidth_hz: int
    licence: str
    licence_flag: str
    offset: int  # first sample in <kind>.i16
    samples: int  # length
    file: str  # where it came from


class Prepared:
    """A prepared folder: mapped into memory, or read whole (`preload`), which spares a page fault for each read."""

    def __init__(self, folder: str | Path, licence_flags: tuple[str, ...] | None = None, preload: bool = False):
        folder = Path(folder)
        if not (folder / "index.csv").exists():
            raise FileNotFoundError(f"{folder} holds no index.csv: expected a folder written by `prepare`")
        types = {f.name: f.type for f in fields(Clip)}
        with open(folder / "index.csv", newline="") as file:
            clips = [
                Clip(**{k: int(v) if types[k] is int else v for k, v in row.items()}) for row in csv.DictReader(file)
            ]
        self.clips = [c for c in clips if licence_flags is None or c.licence_flag in licence_flags]
        self.audio = {
            kind: np.fromfile(folder / f"{kind}.i16", np.int16)
            if preload
            else np.memmap(folder / f"{kind}.i16", np.int16, "r")
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
