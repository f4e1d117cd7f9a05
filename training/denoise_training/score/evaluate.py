"""Scores folders of enhanced WAV files against a folder written by `mix`: JSON and a Markdown table.

Notable: it reads sound, not a network, so that what is scored is what people hear, from the engine or from any other
program. Files are shifted to line up with the clean ones first (a browser's output is late by an unknown, constant
amount), and the gain that a system applies is not held against it by any measure used here. Scores are kept under the
hash of the two sounds that they compare: an interrupted run resumes where it stopped, and sound that has not changed is
never scored again, whatever made it.
"""

import hashlib
import importlib.metadata
import json
import math
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..measures import (
    DNSMOS_BAND_HZ,
    REVISION,
    dnsmos,
    estoi,
    log_spectral_distance_high,
    low_pass,
    pesq_wb,
    si_sdr,
    stoi,
)
from .sounds import check_complete, mixtures_in, read, read_enhanced

MEASURES = ("pesq", "stoi", "estoi", "si_sdr", "ovrl", "sig", "bak")
PACKAGES = ("pesq", "pystoi", "speechmos", "onnxruntime", "numpy", "scipy", "soundfile")


def score_file(clean_path: Path, enhanced_path: Path, with_dnsmos: bool) -> dict[str, float]:
    clean = read(clean_path)
    enhanced = read_enhanced(enhanced_path, clean)
    result = {
        "pesq": pesq_wb(clean, enhanced),
        "stoi": stoi(clean, enhanced),
        "estoi": estoi(clean, enhanced),
        "si_sdr": si_sdr(clean, enhanced),
        "lsd_high": log_spectral_distance_high(clean, enhanced),
    }
    return {**result, **(dnsmos(enhanced) if with_dnsmos else {})}


def score_band(clean_path: Path, enhanced_path: Path, with_dnsmos: bool, edge_hz: float) -> dict[str, float]:
    """What is left of the comparison below `edge_hz`. DNSMOS of a wider band than it looks at is no other number:
    left out."""
    clean = read(clean_path)
    enhanced = low_pass(read_enhanced(enhanced_path, clean), edge_hz)
    result = {"si_sdr": si_sdr(low_pass(clean, edge_hz), enhanced)}
    return {**result, **({"bak": dnsmos(enhanced)["bak"]} if with_dnsmos and edge_hz < DNSMOS_BAND_HZ else {})}


@dataclass(frozen=True)
class Keep:
    """Where scores are kept, and until when new ones are made."""

    cache: Path | None = None
    deadline: float = math.inf  # of time.time()

    def check_time(self) -> None:
        if time.time() > self.deadline:
            raise TimeoutError("not scored yet, the time was up: the same command goes on")


NOTHING = Keep()


def kept(keep: Keep, measure, clean: Path, enhanced: Path, *settings) -> dict[str, float]:
    """`measure(clean, enhanced, *settings)`, or what an earlier call found for sounds of the same bytes."""
    cache = keep.cache
    if cache is None:
        keep.check_time()
        return measure(clean, enhanced, *settings)
    key = hashlib.sha256(repr((REVISION, measure.__name__, settings, sorted(versions().items()))).encode())
    for path in (clean, enhanced):
        key.update(hashlib.sha256(path.read_bytes()).digest())
    file = cache / f"{key.hexdigest()}.json"
    if file.exists():
        return json.loads(file.read_text())
    keep.check_time()
    result = measure(clean, enhanced, *settings)
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(f".{os.getpid()}.part")
    unfinished.write_text(json.dumps(result))
    unfinished.rename(file)
    return result


def mean_by(rows: list[dict], key: str) -> dict[str, dict[str, float]]:
    groups = defaultdict(list)
    for row in rows:
        groups[str(row[key])].append(row)
    return {k: means(v) for k, v in sorted(groups.items(), key=lambda item: sort_key(item[0]))}


def sort_key(text: str) -> tuple:
    try:
        return (0, float(text), "")
    except ValueError:
        return (1, 0.0, text)


def means(rows: list[dict]) -> dict[str, float | dict[str, int]]:
    """Means over the files that gave a number; `numbers` says of how many where some did not."""
    names = [n for n in (*MEASURES, "lsd_high") if n in rows[0]]
    numbers = {n: int(np.isfinite([r[n] for r in rows]).sum()) for n in names}
    result = {n: float(np.nanmean([r[n] for r in rows])) for n in names if numbers[n]}
    some = {n: count for n, count in numbers.items() if count < len(rows)}
    return {"files": len(rows), **result, **({"numbers": some} if some else {})}


def markdown(scores: dict) -> str:
    names = [n for n in MEASURES if any(n in s["mean"] for s in scores["systems"].values())]
    lines = ["| system | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]

    def cells(row: dict) -> str:
        return " | ".join(cell(name, row.get(name)) for name in names)

    for system, entry in scores["systems"].items():
        lines.append(f"| {system} | {cells(entry['mean'])} |")
    for key, title in (("by_snr", "SNR, dB"), ("by_noise", "noise")):
        lines += ["", f"| {title} | system | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
        for group in next(iter(scores["systems"].values()))[key]:
            for system, entry in scores["systems"].items():
                lines.append(f"| {group} | {system} | {cells(entry[key][group])} |")
    versions = ", ".join(f"{k} {v}" for k, v in scores["packages"].items())
    files = next(iter(scores["systems"].values()))["mean"]["files"]
    return "\n".join(lines) + f"\n\n{files} mixtures. Packages: {versions}.\n" + not_all(scores["systems"])


def cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if name in ("stoi", "estoi") else f"{value:.2f}"


def not_all(systems: dict[str, dict]) -> str:
    """A line for each mean that is not over all files."""
    lines = [
        f"{name} of {system}: mean of {count} of {entry['mean']['files']} files, the others gave no number.\n"
        for system, entry in systems.items()
        for name, count in entry["mean"].get("numbers", {}).items()
    ]
    return "".join(["\n", *lines]) if lines else ""


def versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


@contextmanager
def processes(jobs: int) -> Iterator:
    """A `map` over `jobs` processes; one job computes here, where an interruption ends it at once."""
    if jobs == 1:
        yield map
    else:
        with ProcessPoolExecutor(jobs) as pool:
            try:
                yield pool.map
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise


def told(rows: Iterable[dict], what: str, total: int) -> list[dict]:
    """The rows, and how many there are so far after every dozen."""
    result = []
    for row in rows:
        result.append(row)
        if len(result) % 12 == 0 or len(result) == total:
            print(f"  {what}: {len(result)} of {total}", flush=True)
    return result


def score_system(
    folder: Path, system: str, sounds: Path, jobs: int = 1, with_dnsmos: bool = True, keep: Keep = NOTHING
) -> dict:
    """Scores of one system over all mixtures of a folder: means, by SNR, by kind of noise, and of every file."""
    check_complete(folder, system, sounds)
    mixtures = mixtures_in(folder)
    pairs = [(folder / "clean" / m["file"], sounds / m["file"]) for m in mixtures]
    size = len(pairs)
    with processes(jobs) as each:
        rows = each(kept, [keep] * size, [score_file] * size, *zip(*pairs, strict=True), [with_dnsmos] * size)
        scored = told(rows, f"{system}, scored", size)
    rows = [{**m, **s} for m, s in zip(mixtures, scored, strict=True)]
    # Above 8 kHz only voices that were recorded with more than that have something to lose.
    wide = [r for r in rows if float(r["bandwidth_hz"]) > 8000 and "gcompris" in r["speaker"]]
    return {
        "mean": means(rows),
        "by_snr": mean_by(rows, "snr_db"),
        "by_noise": mean_by(rows, "noise_kind"),
        "full_band_voice": means(wide) if wide else None,
        "files": [
            {"file": m["file"], **{k: v if np.isfinite(v) else None for k, v in s.items()}}
            for m, s in zip(mixtures, scored, strict=True)
        ],
    }


def score_system_band(
    folder: Path,
    system: str,
    sounds: Path,
    edge_hz: float,
    jobs: int = 1,
    with_dnsmos: bool = True,
    keep: Keep = NOTHING,
) -> dict[str, float]:
    """Mean SI-SDR below `edge_hz`, and where that changes it the mean DNSMOS BAK."""
    check_complete(folder, system, sounds)
    pairs = [(folder / "clean" / m["file"], sounds / m["file"]) for m in mixtures_in(folder)]
    size = len(pairs)
    with processes(jobs) as each:
        rows = each(
            kept,
            [keep] * size,
            [score_band] * size,
            *zip(*pairs, strict=True),
            [with_dnsmos] * size,
            [float(edge_hz)] * size,
        )
        scored = told(rows, f"{system}, below {edge_hz:g} Hz", size)
    return {name: float(np.nanmean([row[name] for row in scored])) for name in scored[0]}


def evaluate(folder: Path, systems: dict[str, Path], jobs: int, with_dnsmos: bool, cache: Path | None = None) -> dict:
    """Scores of every system, and the versions of what computed them."""
    for system, path in systems.items():
        check_complete(folder, system, path)
    scored = {
        system: score_system(folder, system, path, jobs, with_dnsmos, Keep(cache)) for system, path in systems.items()
    }
    return {"packages": versions(), "systems": scored}
