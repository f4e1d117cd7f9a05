"""Sides of the split: what trains, what validates, what evaluates. Whole voices and noise recordings, never clips."""

import random
from collections import defaultdict

from .layouts import Source
from .prepared import EVERY_SIDE, SIDES


def split_recordings(
    sources: list[Source],
    seed: int,
    shares: dict[str, float],
    pinned: dict[str, str],
    whole: dict[str, str] | None = None,
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


def parse_sides(text: str) -> dict[str, str]:
    """`eval:a,b valid:c` -> {"a": "eval", "b": "eval", "c": "valid"}."""
    pinned = {}
    for part in text.split():
        side, _, names = part.partition(":")
        if side not in SIDES or not names:
            raise ValueError(f"expected side:name,name with a side of {', '.join(SIDES)}; got {part!r}")
        pinned.update(dict.fromkeys(names.split(","), side))
    return pinned
