"""A prepared folder: what `prepare` writes, and every run maps into memory; or several, as one."""

import bisect
import csv
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from itertools import accumulate
from pathlib import Path

import numpy as np

from ..framing import RATE_HZ
from .shards import INDEX, Shard, check_there, deal, list_shards

KINDS = ("speech", "noise", "rir")
# `unseen-…`: voices of corpora that training has nothing else of, for a second look beside the first validation and
# evaluation.
UNSEEN_SIDES = ("unseen-valid", "unseen-eval")
SIDES = ("train", "valid", "eval", *UNSEEN_SIDES)
EVERY_SIDE = "every"  # of room responses
RATE = "rate.txt"  # Hz of the sound; folders without it are older, and of this rate


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
    """Prepared folders: mapped into memory, or read whole (`preload`) where a disk is slow to read here and there.

    `folders`: one, or several that are met as one; each may be one of shards. `share`: (which, of how many), for sound
    of which a process reads a part. What is held out is the same in every share.
    """

    def __init__(
        self,
        folders: str | Path | Sequence[str | Path],
        licence_flags: tuple[str, ...] | None = None,
        preload: bool = False,
        share: tuple[int, int] | None = None,
    ):
        shards = list_shards([folders] if isinstance(folders, (str, Path)) else folders)
        shards = deal(shards, *share) if share else shards
        check_there(shards)
        parts = [(shard, read_index(shard.folder)) for shard in shards]
        if share:
            for shard, clips in parts:
                check_dealt(shard, clips)
        check_sides(parts)
        self.clips: list[Clip] = []
        sounds: dict[str, list[np.ndarray]] = {kind: [] for kind in KINDS}
        for shard, clips in parts:
            before = {kind: sum(map(len, sounds[kind])) for kind in KINDS}
            for kind, sound in open_sound(shard.folder, clips, preload).items():
                sounds[kind].append(sound)
            for clip in clips:
                clip.offset += before[clip.kind]
            self.clips += [c for c in clips if licence_flags is None or c.licence_flag in licence_flags]
        self.audio = {kind: found[0] if len(found) == 1 else Joined(found) for kind, found in sounds.items() if found}

    def select(self, kind: str, split: str) -> list[Clip]:
        """Clips of one side; the unseen sides are voices alone, and meet the noises of the side beside them."""
        if kind != "speech":
            split = split.removeprefix("unseen-")
        return [c for c in self.clips if c.kind == kind and c.split in (split, EVERY_SIDE)]

    def read(self, clip: Clip, start: int = 0, samples: int | None = None) -> np.ndarray:
        """Float32 samples of a clip; a copy."""
        stop = clip.samples if samples is None else min(clip.samples, start + samples)
        return self.audio[clip.kind][clip.offset + start : clip.offset + stop].astype(np.float32) / 32768


class Joined:
    """Sound of several folders as one row of samples, of which a slice never crosses from one into the next."""

    def __init__(self, sounds: list[np.ndarray]):
        self.sounds = sounds
        self.starts = list(accumulate(map(len, sounds[:-1]), initial=0))

    def __getitem__(self, place: slice) -> np.ndarray:
        which = bisect.bisect_right(self.starts, place.start) - 1
        start = self.starts[which]
        return self.sounds[which][place.start - start : place.stop - start]


# ---- one folder ------------------------------------------------------------------------------------------------------


def read_index(folder: Path) -> list[Clip]:
    types = {f.name: f.type for f in fields(Clip)}
    with open(folder / INDEX, newline="") as file:
        try:
            clips = [
                Clip(**{k: int(v) if types[k] is int else v for k, v in row.items()}) for row in csv.DictReader(file)
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{folder / INDEX} is broken ({error}): expected the columns {', '.join(types)}: copy it again"
            ) from error
    unknown = sorted({clip.kind for clip in clips} - set(KINDS))
    if unknown:
        raise ValueError(f"{folder / INDEX} holds clips of kind {unknown[0]!r}: expected {', '.join(KINDS)}")
    return clips


def write_index(folder: Path, clips: list[Clip]) -> None:
    """Last of all that is written: a folder without an index is none."""
    (folder / RATE).write_text(f"{RATE_HZ}\n")
    part = folder / f"{INDEX}.part"
    with open(part, "w", newline="") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Clip)])
        writer.writeheader()
        writer.writerows(asdict(clip) for clip in clips)
    part.rename(folder / INDEX)


def open_sound(folder: Path, clips: list[Clip], preload: bool) -> dict[str, np.ndarray]:
    """Samples of each kind that there is, once it is sure that they are all there."""
    check_rate(folder)
    found = {}
    for kind in KINDS:
        path = folder / f"{kind}.i16"
        held = path.stat().st_size // 2 if path.exists() else 0
        needed = max((clip.offset + clip.samples for clip in clips if clip.kind == kind), default=0)
        if held < needed:
            raise ValueError(f"{path} holds {held} samples, and its index names {needed}: copy it again")
        if held:
            found[kind] = np.fromfile(path, np.int16) if preload else np.memmap(path, np.int16, "r")
    return found


def check_rate(folder: Path) -> None:
    rate = (folder / RATE).read_text().strip() if (folder / RATE).exists() else str(RATE_HZ)
    if rate != str(RATE_HZ):
        raise ValueError(
            f"{folder} holds sound at {rate!r} Hz: expected {RATE_HZ} Hz, in every shard: prepare its recordings again"
        )


# ---- several ---------------------------------------------------------------------------------------------------------


def check_dealt(shard: Shard, clips: list[Clip]) -> None:
    """What is dealt out trains: validation must hear the same whoever reads what."""
    other = next((c for c in clips if c.kind == "rir" or c.split != "train"), None)
    if shard.dealt and other:
        raise ValueError(
            f"{shard.folder} is dealt out and holds {other.kind} of the side {other.split!r}: expected speech and "
            "noise that train; what is held out, and rooms, belong in a shard with the readers `all`"
        )


def check_sides(parts: list[tuple[Shard, list[Clip]]]) -> None:
    """A voice that one folder trains with and another holds out would be known to the score."""
    sides: dict[tuple[str, str], tuple[str, Path]] = {}
    for shard, clips in parts:
        for clip in clips:
            side, folder = sides.setdefault((clip.kind, clip.recording), (clip.split, shard.folder))
            if side != clip.split:
                raise ValueError(
                    f"{clip.recording} is on the side {side!r} in {folder} and {clip.split!r} in {shard.folder}: "
                    "expected one side for each voice, noise and room: prepare one of them again with --pin"
                )
