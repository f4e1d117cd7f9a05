"""Writes CARD.md of a shipped model: what it is, what it learned from, how well it does and where it fails.

Notable: every number comes from a file that a command wrote. What the attribution table does not know is an error, so
that no source can train a model without being named.
"""

import csv
import json
from collections import defaultdict
from pathlib import Path

from ..data.prepared import Clip, Prepared
from ..data.sides import EVERY_SIDE
from ..framing import RATE_HZ
from ..run.loop import hours_heard, minutes_spent
from .evaluate import markdown
from .shipped import MODELS, catalogue

ATTRIBUTION = Path(__file__).parents[2] / "attribution.csv"
LIMITS = Path(__file__).parents[2] / "limits.md"


def trained_on(saved: dict, data: Prepared) -> list[Clip]:
    """The clips that a run could draw: of the folders that its recipe names, and rooms where it has any."""
    clips = [clip for clip in data.clips if clip.split in ("train", EVERY_SIDE)]
    recipe = saved["config"].get("data")
    if recipe is None or recipe["recipe"] == "paired":  # pairs are written by `mix`, from everything
        return clips
    folders = {"speech": recipe["speech_folders"], "noise": recipe["noise_folders"]}
    return [
        clip for clip in clips if clip.kind in folders and (not folders[clip.kind] or clip.folder in folders[clip.kind])
    ]


def sources_table(clips: list[Clip]) -> str:
    with open(ATTRIBUTION, newline="") as file:
        known = {row["folder"]: row for row in csv.DictReader(file)}
    seconds = defaultdict(float)
    for clip in clips:
        seconds[("rir" if clip.kind == "rir" else clip.folder, clip.kind)] += clip.samples / RATE_HZ
    unknown = sorted({folder for folder, _ in seconds} - set(known))
    if unknown:
        raise ValueError(f"no attribution for {', '.join(unknown)}: add a line to {ATTRIBUTION.name}")
    lines = ["| kind | source | licence | attribution | minutes |", "|---|---|---|---|---|"]
    for (folder, kind), total in sorted(seconds.items(), key=lambda item: (item[0][1] != "speech", item[0])):
        row = known[folder]
        lines.append(f"| {kind} | {row['source']} | {row['licence']} | {row['attribution']} | {total / 60:.1f} |")
    return "\n".join(lines)


def workings(manifest: dict) -> str:
    """What a step costs and how late it is."""
    framing, cost, rate = manifest["framing"], manifest["cost"], manifest["sampleRateHz"]
    work = f"{cost['parameters']} parameters, {cost['opsPerHop']} graph operations"
    work += f" and {cost['macsPerHop'] / 1e6:.2f} million\n  multiply-adds"
    if framing["kind"] == "streaming":
        return f"""- {work} for each hop of {framing["hopSamples"]} samples at {rate} Hz.
- Delay inside the model: {framing["overlapSamples"]} samples. No look-ahead."""
    advance = framing["blockSamples"] - framing["overlapSamples"]
    return f"""- {work} for each block of {framing["blockSamples"]} samples at {rate} Hz;
  a new block every {advance} samples.
- Delay: a block has to be full before it is enhanced, {advance / rate:.2f} s, and its edges are blended over
  {framing["overlapSamples"]} samples ({framing["overlapSamples"] / rate:.2f} s).
- Nothing above {rate / 2000:.3g} kHz comes out."""


def family(scores: dict, name: str) -> dict:
    """The scores of a model, its variants and the noisy input."""
    chosen = {k: v for k, v in scores["systems"].items() if k == "noisy" or k.split("/")[0] == name}
    return {**scores, "systems": chosen}


def own_bands(scores: dict) -> str:
    lines = [
        f"- {name}, below {entry['own_band']['high_hz'] / 1000:.3g} kHz, noisy -> enhanced: "
        f"SI-SDR {noisy['si_sdr']:.2f} -> "
        f"{enhanced['si_sdr']:.2f} dB, BAK {noisy['bak']:.2f} -> {enhanced['bak']:.2f}\n"
        for name, entry in scores["systems"].items()
        if "own_band" in entry
        for noisy, enhanced in [(entry["own_band"]["noisy"], entry["own_band"]["enhanced"])]
    ]
    return "".join(["\nOn its own band:\n\n", *lines]) if lines else ""


def variants(model: Path) -> str:
    """The further models that the catalogue has in the folder, a line each."""
    lines = []
    for path in sorted(catalogue(MODELS).values()):
        if path.parent.resolve() == model.resolve() and path.name != "manifest.json":
            other = json.loads(path.read_text())
            own = " It has weights of its own." if other["graph"]["model"] != "model.json" else ""
            lines.append(f"- `{other['name']}`: {other['description']}.{own}\n")
    return "".join(["\n## Variants\n\n", *lines]) if lines else ""


def card(model: Path, saved: dict, data: Prepared, scores: dict | None, gates: dict | None, command: str) -> str:
    manifest = json.loads((model / "manifest.json").read_text())
    config = saved["config"]
    flags = ", ".join(config["licence_flags"] or ["all"])
    heard = f"{hours_heard(saved):.1f}"
    valid = ", ".join(f"{k} {v:.3f}" for k, v in saved.get("valid", {}).items())
    chained = "Begun with the weights of earlier runs (`--init`), whose hours are counted; LOG.md has their settings.\n"
    begun = chained if saved.get("earlier", {}).get("hours") else ""
    text = f"""# {manifest["name"]} {manifest["version"]}

{manifest["description"]}. Licence of the weights: {manifest["licence"]}.

{workings(manifest)}
{variants(model)}
## Training

`{command}`

{heard} hours of mixtures heard, {minutes_spent(saved):.0f} minutes on two CPU cores shared with other work.
{begun}Only audio with the licence flags {flags}.
Validation of this checkpoint, on voices and noises held out from training: {valid}.

## Scores
"""
    if scores:
        unseen = scores.get("unseen")
        scores = family(scores, model.resolve().name)
        text += f"\nMixtures of held-out voices and noise recordings:\n\n{markdown(scores)}{own_bands(scores)}"
        if unseen:
            strangers = family({**scores, **unseen}, model.resolve().name)
            text += f"\nVoices of corpora that training has nothing else of:\n\n{markdown(strangers)}"
        wide = {name: entry["full_band_voice"] for name, entry in scores["systems"].items() if entry["full_band_voice"]}
        if wide:
            text += "\nLog-spectral distance in 8-20 kHz, full-band voice, dB (lower is better): "
            text += ", ".join(f"{name} {means['lsd_high']:.2f}" for name, means in wide.items()) + ".\n"
    else:
        text += "\nNot scored yet.\n"
    if gates:
        text += "\n## Damage gates\n\n| gate | value |\n|---|---|\n"
        text += "".join(f"| {k} | {v if isinstance(v, bool) else f'{v:.3f}'} |\n" for k, v in gates.items())
    limits = LIMITS.read_text() if LIMITS.exists() else ""
    return f"{text}\n## Known limits\n\n{limits}\n## Sources\n\n{sources_table(trained_on(saved, data))}\n"
