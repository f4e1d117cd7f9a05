"""A prepared folder in parts that travel: Opus for voices and noise, FLAC for rooms, an index beside them.

A packed folder holds `pack.json` (what there is, and in which part), and `part-000.tar` and so on, each at most so many
bytes. The sound of a prepared folder is one long row of samples for each kind; it is cut into pieces of a minute, which
are coded one by one, so that all cores can work on them.

Notable: at 64 kbit/s a codec hears no difference that a denoiser could learn, and twelve hours are 350 MB, not 4.2 GB.
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile

from ..framing import RATE_HZ
from .prepared import KINDS, RATE, check_rate
from .shards import INDEX

PIECE_SAMPLES = 60 * RATE_HZ
PART_BYTES = 40_000_000
KBITS = 64.0
CONTENTS = "pack.json"
# libsndfile spreads its compression levels evenly over 256 ... 6 kbit/s for each channel.
MOST_KBITS, LEAST_KBITS = 256.0, 6.0


@dataclass(frozen=True)
class Piece:
    """Samples start ... start + samples of <kind>.i16, as one coded file in a part."""

    kind: str
    start: int
    samples: int

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.start:012d}.{'flac' if self.kind == 'rir' else 'opus'}"


# ---- pack ------------------------------------------------------------------------------------------------------------


def pack(prepared: Path, packed: Path, part_bytes: int = PART_BYTES, kbits: float = KBITS) -> list[Path]:
    """Writes all parts of a prepared folder, `pack.json` last: a folder without it is not whole."""
    if not (prepared / INDEX).exists():
        raise FileNotFoundError(f"{prepared} holds no {INDEX}: expected a folder written by `prepare`")
    check_rate(prepared)
    packed.mkdir(parents=True, exist_ok=True)
    for old in (packed / CONTENTS, *packed.glob("part-*.tar")):
        old.unlink(missing_ok=True)
    totals = {kind: samples_of(prepared / f"{kind}.i16") for kind in KINDS}
    jobs = [
        (str(prepared / f"{kind}.i16"), kind, start, min(PIECE_SAMPLES, total - start), kbits)
        for kind, total in totals.items()
        for start in range(0, total, PIECE_SAMPLES)
    ]
    parts, pieces = Parts(packed, part_bytes), []
    parts.add(INDEX, (prepared / INDEX).read_bytes())
    with ProcessPoolExecutor() as pool:
        for done, (job, coded) in enumerate(zip(jobs, pool.map(encode, jobs, chunksize=4), strict=True)):
            _, kind, start, samples, _ = job
            pieces.append(Piece(kind, start, samples))
            parts.add(pieces[-1].name, coded)
            print(f"\r{done + 1}/{len(jobs)} pieces", end="", flush=True)
    print()
    paths = parts.close()
    contents = {
        "parts": {path.name: digest(path) for path in paths},
        "totals": totals,
        "pieces": [asdict(piece) for piece in pieces],
    }
    (packed / CONTENTS).write_text(json.dumps(contents))
    return paths


def samples_of(path: Path) -> int:
    return path.stat().st_size // 2 if path.exists() else 0


def encode(job: tuple[str, str, int, int, float]) -> bytes:
    path, kind, start, samples, kbits = job
    wave = np.memmap(path, np.int16, "r", offset=2 * start, shape=(samples,))
    out = io.BytesIO()
    if kind == "rir":
        soundfile.write(out, wave, RATE_HZ, format="FLAC", subtype="PCM_16")
    else:
        level = (MOST_KBITS - kbits) / (MOST_KBITS - LEAST_KBITS)
        soundfile.write(out, wave, RATE_HZ, format="OGG", subtype="OPUS", compression_level=level)
    return out.getvalue()


class Parts:
    """Tar files that are filled one after the other."""

    def __init__(self, folder: Path, most_bytes: int):
        self.folder, self.most_bytes = folder, most_bytes
        self.paths: list[Path] = []
        self.tar: tarfile.TarFile | None = None

    def add(self, name: str, content: bytes) -> None:
        # What tar adds: a header for each file, padding, and zeros at the end.
        size = len(content) + 4 * tarfile.BLOCKSIZE + tarfile.RECORDSIZE
        if self.tar is None or self.tar.offset + size > self.most_bytes:
            self.close()
            self.paths.append(self.folder / f"part-{len(self.paths):03d}.tar")
            self.tar = tarfile.open(self.paths[-1], "w")
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        self.tar.addfile(entry, io.BytesIO(content))

    def close(self) -> list[Path]:
        if self.tar:
            self.tar.close()
        self.tar = None
        return self.paths


# ---- unpack ----------------------------------------------------------------------------------------------------------


def unpack(packed: Path, prepared: Path) -> None:
    """Decodes on all cores. Raises with what is missing or broken before the folder passes for a prepared one."""
    if not (packed / CONTENTS).exists():
        raise FileNotFoundError(f"{packed} holds no {CONTENTS}: bring it along with the parts that `pack` wrote")
    contents = json.loads((packed / CONTENTS).read_text())
    check_parts(packed, contents["parts"])
    prepared.mkdir(parents=True, exist_ok=True)
    (prepared / INDEX).unlink(missing_ok=True)
    for kind, total in contents["totals"].items():
        with open(prepared / f"{kind}.i16", "wb") as file:
            os.truncate(file.fileno(), 2 * total)
    pieces = {piece.name: piece for piece in (Piece(**row) for row in contents["pieces"])}
    files = dict(file for part in contents["parts"] for file in read_part(packed / part))
    with ProcessPoolExecutor() as pool:
        jobs = [(prepared, piece, files[name]) for name, piece in pieces.items()]
        for _ in pool.map(decode_piece, jobs, chunksize=4):
            pass
    (prepared / RATE).write_text(f"{RATE_HZ}\n")
    # Last: a folder without an index is none.
    (prepared / INDEX).write_bytes(files[INDEX])


def check_parts(packed: Path, digests: dict[str, str]) -> None:
    missing = [name for name in digests if not (packed / name).exists()]
    if missing:
        raise FileNotFoundError(f"{packed} lacks {', '.join(missing)} of {len(digests)} parts: bring them along too")
    broken = [name for name, expected in digests.items() if digest(packed / name) != expected]
    if broken:
        raise ValueError(
            f"{packed}: {', '.join(broken)} of {len(digests)} parts are broken, or of another `pack`: copy them again"
        )


def digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_part(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as tar:
        for entry in tar:
            yield entry.name, tar.extractfile(entry).read()


def decode_piece(job: tuple[Path, Piece, bytes]) -> None:
    prepared, piece, content = job
    wave, rate = soundfile.read(io.BytesIO(content), dtype="int16")
    if rate != RATE_HZ or len(wave) != piece.samples:
        raise ValueError(
            f"{piece.name}: expected {piece.samples} samples at {RATE_HZ} Hz, found {len(wave)} at {rate} Hz: "
            "this libsndfile decodes Opus otherwise than the one that packed; install soundfile's own"
        )
    target = np.memmap(prepared / f"{piece.kind}.i16", np.int16, "r+", offset=2 * piece.start, shape=(piece.samples,))
    target[:] = wave
    target.flush()
