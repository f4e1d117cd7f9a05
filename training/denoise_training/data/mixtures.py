"""Writes mixtures to disk: noisy, clean and noise as WAV, and a CSV that says what each was made of.

Notable: `noisy` is exactly `clean` + `noise`, so late reverberation, which no one wants to hear either, counts as
noise. For evaluation voices and noise recordings are ones that training never met, SNRs are spread evenly over the
range in steps, and nothing is cut or clipped, so that a score says one thing only.
"""

import csv
import dataclasses
from pathlib import Path

import soundfile

from ..framing import RATE_HZ
from .mixing import MixConfig, MixtureSource, Recipe
from .prepared import UNSEEN_SIDES, Prepared

EVALUATION = MixConfig(
    snr_wide=0, clean=0, silence=0, clip=0, low_pass=0, match_band=0, room=0.25, level_dbfs=(-30, -20), transient=0.05,
    babble=0, coloured=0, speed=0, eq=0, second_noise=0.1,
    speech_weights={"librispeech": 0.55, "picovoice": 0.2, "gcompris_en": 0.25},
)  # fmt: skip
SNRS_DB = [-5.0, 0.0, 5.0, 10.0, 15.0, 20.0]


def write_mixtures(
    data: Prepared, out: Path, split: str, count: int, seconds: float, snrs: list[float], seed: int
) -> None:
    for name in ("noisy", "clean", "noise"):
        (out / name).mkdir(parents=True, exist_ok=True)
    base = EVALUATION if split != "train" else MixConfig()
    if split in UNSEEN_SIDES:
        # Corpora with a few voices and hundreds of clips: each voice counts alike, as in validation.
        base = dataclasses.replace(base, even_voices=True)
    mixer = MixtureSource(data, split, dataclasses.replace(base, seconds=seconds), seed, simulated_rooms=30)
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
