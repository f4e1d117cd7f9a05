"""Scores folders of enhanced WAV files against a folder written by `mix`: JSON and a Markdown table.

    python3 -m denoise_training.evaluate EVAL --system base=OUT_DIR --system rnnoise=OTHER_DIR --out scores

Notable: it reads sound, not a network, so that what is scored is what people hear, from the engine or from any other program.
Files are shifted to line up with the clean ones first (a browser's output is late by an unknown, constant amount), and
the gain that a system applies is not held against it by any measure used here.
"""

import argparse
import csv
import importlib.metadata
import json
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soundfile

from .scores import RATE_HZ, dnsmos, estoi, log_spectral_distance_high, pesq_wb, si_sdr, stoi

MEASURES = ("pesq", "stoi", "estoi", "si_sdr", "ovrl", "sig", "bak")
PACKAGES = ("pesq", "pystoi", "speechmos", "onnxruntime", "numpy", "scipy", "soundfile")


def read(path: Path) -> np.ndarray:
    try:
        wave, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ValueError(f"{path} is not readable audio: {error}") from error
    if rate != RATE_HZ:
        raise ValueError(f"{path} is at {rate} Hz: expected {RATE_HZ}; let the system write the rate it was given")
    return wave[:, 0]


def align(clean: np.ndarray, enhanced: np.ndarray, reach: int = 4800) -> np.ndarray:
    """The enhanced wave shifted by the lag (at most `reach` samples) at which it resembles the clean one most."""
    size = 1 << (len(clean) + len(enhanced)).bit_length()
    product = np.fft.irfft(np.fft.rfft(enhanced, size) * np.conj(np.fft.rfft(clean, size)), size)
    lags = np.concatenate([product[: reach + 1], product[-reach:]])
    best = int(np.argmax(lags))
    lag = best if best <= reach else best - len(lags)
    shifted = enhanced[lag:] if lag >= 0 else np.concatenate([np.zeros(-lag, enhanced.dtype), enhanced])
    return np.pad(shifted, (0, max(0, len(clean) - len(shifted))))[: len(clean)]


def score_file(clean_path: Path, enhanced_path: Path, with_dnsmos: bool) -> dict[str, float]:
    clean = read(clean_path)
    enhanced = align(clean, read(enhanced_path))
    result = {
        "pesq": pesq_wb(clean, enhanced),
        "stoi": stoi(clean, enhanced),
        "estoi": estoi(clean, enhanced),
        "si_sdr": si_sdr(clean, enhanced),
        "lsd_high": log_spectral_distance_high(clean, enhanced),
    }
    return {**result, **(dnsmos(enhanced) if with_dnsmos else {})}


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


def means(rows: list[dict]) -> dict[str, float]:
    names = [n for n in (*MEASURES, "lsd_high") if n in rows[0]]
    result = {n: float(np.nanmean([r[n] for r in rows])) for n in names if np.isfinite([r[n] for r in rows]).any()}
    return {"files": len(rows), **result}


def markdown(scores: dict) -> str:
    names = [n for n in MEASURES if any(n in s["mean"] for s in scores["systems"].values())]
    lines = ["| system | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]

    def cells(row: dict) -> str:
        return " | ".join(f"{row[n]:.2f}" if n in ("si_sdr", "pesq", "ovrl", "sig", "bak") else f"{row[n]:.3f}" for n in names)

    for system, entry in scores["systems"].items():
        lines.append(f"| {system} | {cells(entry['mean'])} |")
    for key, title in (("by_snr", "SNR, dB"), ("by_noise", "noise")):
        lines += ["", f"| {title} | system | " + " | ".join(names) + " |", "|---|---|" + "---|" * len(names)]
        for group in next(iter(scores["systems"].values()))[key]:
            for system, entry in scores["systems"].items():
                lines.append(f"| {group} | {system} | {cells(entry[key][group])} |")
    versions = ", ".join(f"{k} {v}" for k, v in scores["packages"].items())
    files = next(iter(scores["systems"].values()))["mean"]["files"]
    return "\n".join(lines) + f"\n\n{files} mixtures. Packages: {versions}.\n"


def versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def evaluate(folder: Path, systems: dict[str, Path], jobs: int, with_dnsmos: bool, known: dict | None = None) -> dict:
    """Scores of every system; `known` are earlier ones, by system, that are taken over as they are."""
    with open(folder / "mixtures.csv", newline="") as file:
        mixtures = list(csv.DictReader(file))
    for system, path in systems.items():
        missing = [m["file"] for m in mixtures if not (path / m["file"]).exists()]
        if missing:
            raise FileNotFoundError(f"{system}: {path} lacks {len(missing)} of {len(mixtures)} files, first {missing[0]}")
    result = {"packages": versions(), "systems": {}}
    with ProcessPoolExecutor(jobs) as pool:
        for system, path in systems.items():
            if system in (known or {}):
                result["systems"][system] = known[system]
                continue
            clean = [folder / "clean" / m["file"] for m in mixtures]
            enhanced = [path / m["file"] for m in mixtures]
            scored = list(pool.map(score_file, clean, enhanced, [with_dnsmos] * len(clean)))
            rows = [{**m, **s} for m, s in zip(mixtures, scored, strict=True)]
            # Above 8 kHz only voices that were recorded with more than that have something to lose.
            wide = [r for r in rows if float(r["bandwidth_hz"]) > 8000 and "gcompris" in r["speaker"]]
            result["systems"][system] = {
                "mean": means(rows),
                "by_snr": mean_by(rows, "snr_db"),
                "by_noise": mean_by(rows, "noise_kind"),
                "full_band_voice": means(wide) if wide else None,
                "files": [{k: r[k] for k in ("file", *s)} for r, s in zip(rows, scored, strict=True)],
            }
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description="Score enhanced WAV files.")
    parser.add_argument("folder", type=Path, help="written by mix: clean/, noisy/, mixtures.csv")
    parser.add_argument("--system", action="append", default=[], help="name=folder of WAV files named as in noisy/")
    parser.add_argument("--out", type=Path, required=True, help="scores.json and scores.md are written with this stem")
    parser.add_argument("--no-dnsmos", action="store_true")
    parser.add_argument("--keep", action="store_true", help="take noisy from an earlier --out of the same mixtures")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    systems = {"noisy": args.folder / "noisy"}
    for item in args.system:
        name, separator, path = item.partition("=")
        if not separator:
            parser.error(f"--system expects name=folder, got {item}")
        systems[name] = Path(path)
    known = {}
    if args.keep and args.out.with_suffix(".json").exists():
        known = {"noisy": json.loads(args.out.with_suffix(".json").read_text())["systems"]["noisy"]}
    scores = evaluate(args.folder, systems, args.jobs, not args.no_dnsmos, known)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.with_suffix(".json").write_text(json.dumps(scores, indent=1) + "\n")
    args.out.with_suffix(".md").write_text(markdown(scores))
    print(markdown(scores))


if __name__ == "__main__":
    main()
