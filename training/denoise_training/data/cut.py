"""A prepared folder -> shards: one with all that is held out, and all rooms, for every process; the rest dealt evenly.

Notable: a voice, or a noise recording, is whole in one shard; each collection is spread over all shards as evenly as
its recordings let it, so that every share sounds like the whole.
"""

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from .prepared import KINDS, Clip, Prepared, write_index
from .shards import INDEX, SHARDS

HELD = "held"


def cut(folders: Sequence[str | Path], out: Path, count: int) -> list[tuple[Path, list[Clip]]]:
    """Writes `count` shards beside the one for all, and `shards.csv` last. Returns folders and what is in each."""
    data = Prepared(folders)
    shards = [[c for c in data.clips if not trains(c)], *spread([c for c in data.clips if trains(c)], count)]
    names = [HELD, *(f"train-{i:03d}" for i in range(count))]
    out.mkdir(parents=True, exist_ok=True)
    (out / SHARDS).unlink(missing_ok=True)
    written = [(out / name, write_shard(data, clips, out / name)) for name, clips in zip(names, shards, strict=True)]
    part = out / f"{SHARDS}.part"
    with open(part, "w", newline="") as file:
        csv.writer(file).writerows(
            [("folder", "readers"), *((name, "all" if name == HELD else "share") for name in names)]
        )
    part.rename(out / SHARDS)
    return written


def trains(clip: Clip) -> bool:
    return clip.split == "train" and clip.kind != "rir"


def spread(clips: list[Clip], count: int) -> list[list[Clip]]:
    """Whole recordings, the longest of a collection first, each to the shard that has least of the collection yet, then
    of its kind.
    """
    lengths: dict[tuple[str, str, str], int] = defaultdict(int)
    for clip in clips:
        lengths[clip.kind, clip.folder, clip.recording] += clip.samples
    for kind in ("speech", "noise"):
        recordings = sum(k == kind for k, _, _ in lengths)
        if recordings < count:
            raise ValueError(
                f"{recordings} {kind} recordings train: expected one for each of {count} shards: take fewer shards"
            )
    of_folder, of_kind = ([defaultdict(int) for _ in range(count)] for _ in range(2))
    place: dict[tuple[str, str], int] = {}
    for (kind, folder, recording), samples in sorted(lengths.items(), key=lambda item: (-item[1], item[0])):
        # An empty shard first: each needs a voice and a noise, however unlike the collections are.
        to = min(range(count), key=lambda i: (of_kind[i][kind] > 0, of_folder[i][kind, folder], of_kind[i][kind], i))
        of_folder[to][kind, folder] += samples
        of_kind[to][kind] += samples
        place[kind, folder, recording] = to
    shards: list[list[Clip]] = [[] for _ in range(count)]
    for clip in clips:
        shards[place[clip.kind, clip.folder, clip.recording]].append(clip)
    return shards


def write_shard(data: Prepared, clips: list[Clip], folder: Path) -> list[Clip]:
    folder.mkdir(exist_ok=True)
    (folder / INDEX).unlink(missing_ok=True)
    moved = []
    for kind in KINDS:
        offset = 0
        with open(folder / f"{kind}.i16.part", "wb") as file:
            for clip in (c for c in clips if c.kind == kind):
                sound = data.audio[kind][clip.offset : clip.offset + clip.samples]
                file.write(np.ascontiguousarray(sound).tobytes())
                moved.append(replace(clip, offset=offset))
                offset += clip.samples
        (folder / f"{kind}.i16.part").rename(folder / f"{kind}.i16")
    write_index(folder, moved)
    return moved
