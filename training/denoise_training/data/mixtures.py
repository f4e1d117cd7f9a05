"""Writes mixtures to disk: noisy, clean and noise as WAV, and a CSV that says what each was made of.

    python3 -m denoise_training.data.mixtures --data PREPARED --out EVAL --split eval --count 120

Notable: `noisy` is exactly `clean` + `noise`, so late reverberation, which no one wants to hear either, counts as noise.
With `--split eval` voices and noise recordings are ones that training never met, SNRs are spread evenly over the range in
steps, and nothing is cut or clipped, so that a score says one thing only.
"""

import argparse
import csv
import dataclasses
from pathlib import Path

import numpy as np
import soundfile

from ..framing import RATE_HZ
from .mixing import MixConfig, Mixer, Recipe
from .prepare import Prepared

EVALUATION = MixConfig(
    snr_wide=0, clean=0, silence=0, clip=0, low_pass=0, match_band=0, room=0.25, level_dbfs=(-30, -20), transient=0.05,
    babble=0, coloured=0, speed=0, eq=0, second_noise=0.1,
    speech_weights={"librispeech": 0.55, "picovoice": 0.2, "gcompris_en": 0.25},
)  # fmt: skip


def write_mixtures(data: Prepared, out: Path, split: str, count: int, seconds: float, snrs: list[float], seed: int) -> None:
    for name in ("noisy", "clean", "noise"):
        (out / name).mkdir(parents=True, exist_ok=True)
    base = EVALUATION if split != "train" else MixConfig()
    mixer = Mixer(data, split, dataclasses.replace(base, seconds=seconds), seed, simulated_rooms=30)
    with open(out / "mixtures.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, ["file", "seconds", *(f.name for f in dataclasses.fields(Recipe))])
        writer.writeheader()
        for index in range(count):
            if snrs:
                snr = snrs[index % len(snrs)]
                mixer.config = dataclasses.replace(mixer.config, snr_db=(snr, snr))
            noisy, clean, (recipe,) = mixer.batch(0, range(index, index + 1))
            name = f"{index:04d}.wav"
            waves = {"noisy": noisy[0].numpy(), "clean": clean[0].numpy(), "noise": (noisy - clean)[0].numpy()}
            for kind, wave in waves.items():
                soundfile.write(out / kind / name, wave, RATE_HZ, subtype="PCM_24")
            writer.writerow({"file": name, "seconds": seconds, **dataclasses.asdict(recipe)})
            print(f"\r{index + 1}/{count} mixtures", end="", flush=True)
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description="Write mixtures of speech and noise.")
    parser.add_argument("--data", required=True, help="prepared folder")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--split", choices=("train", "valid", "eval"), default="eval")
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--snr", type=float, nargs="*", default=list(np.arange(-5.0, 21.0, 5.0)), help="dB; none: as in training")
    parser.add_argument("--seed", type=int, default=2024)
    args = parser.parse_args()
    write_mixtures(Prepared(args.data), args.out, args.split, args.count, args.seconds, args.snr, args.seed)


if __name__ == "__main__":
    main()
