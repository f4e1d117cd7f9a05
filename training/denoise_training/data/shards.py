"""The shards of a prepared folder that is too large for one disk, and who reads which.

An index `shards.csv` names folders, each a prepared one, relative to itself, and their readers: `all`, or `share` for
folders that are dealt out, so that each process of a run needs only its own.

Notable: the folders of other shares need not be on this machine.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

INDEX = "index.csv"  # of one prepared folder
SHARDS = "shards.csv"  # of a folder of shards
READERS = ("all", "share")


@dataclass(frozen=True)
class Shard:
    folder: Path
    dealt: bool  # read by one share, not by all


def list_shards(folders: Sequence[str | Path]) -> list[Shard]:
    """The shards of all these folders, each a prepared one or one with an index of shards, in their order."""
    shards = [shard for folder in folders for shard in shards_of(Path(folder))]
    twice = [shard.folder for i, shard in enumerate(shards) if shard.folder in [s.folder for s in shards[:i]]]
    if twice:
        raise ValueError(f"{twice[0]} is named twice: expected each prepared folder once")
    return shards


def shards_of(folder: Path) -> list[Shard]:
    if not (folder / SHARDS).exists():
        return [Shard(folder, False)]
    with open(folder / SHARDS, newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or any(not row.get("folder") or row.get("readers") not in READERS for row in rows):
        raise ValueError(
            f"{folder / SHARDS} is broken: expected the columns folder and readers, and readers to be "
            f"{' or '.join(READERS)}: copy it again, or write it anew with `shard`"
        )
    return [Shard(folder / row["folder"], row["readers"] == "share") for row in rows]


def deal(shards: list[Shard], share: int, shares: int) -> list[Shard]:
    """What one of `shares` reads: the shards for all, and of those that are dealt out every so many-th."""
    dealt = [shard for shard in shards if shard.dealt]
    if len(dealt) < shares:
        raise ValueError(
            f"{shares} shares of {len(dealt)} shards that are dealt out: expected a shard for each share at least: "
            f"cut the sound into more (`shard --count {shares}`), or take fewer shares and processes"
        )
    own = set(dealt[share::shares])
    return [shard for shard in shards if not shard.dealt or shard in own]


def check_there(shards: list[Shard]) -> None:
    missing = [str(shard.folder) for shard in shards if not (shard.folder / INDEX).exists()]
    if missing and len(shards) == 1:
        raise FileNotFoundError(
            f"{missing[0]} holds no {INDEX}: expected a folder written by `prepare`, or one of shards with {SHARDS}"
        )
    if missing:
        raise FileNotFoundError(
            f"{', '.join(missing)} of {len(shards)} shards to read here hold no {INDEX}: bring them to this machine, "
            f"or take them out of --data or {SHARDS}"
        )
