"""Writes CARD.md of a shipped model: what it is, what it learned from, how well it does and where it fails.

    python3 -m denoise_training.card ../models/base --checkpoint RUN/best.pt --data PREPARED --scores S.json --gates G.json

Notable: every number comes from a file that a command wrote. What the attribution table does not know is an error, so that no
source can train a model without being named.
"""

import argparse
import csv
import json
from collections import defaultdict
from pathlib import Path

import torch

from .data import RATE_HZ, Prepared
from .evaluate import markdown
from .train import hours_heard, minutes_spent

ATTRIBUTION = Path(__file__).parent.parent / "attribution.csv"
LIMITS = Path(__file__).parent.parent / "limits.md"


def sources_table(data: Prepared) -> str:
    with open(ATTRIBUTION, newline="") as file:
        known = {row["folder"]: row for row in csv.DictReader(file)}
    seconds = defaultdict(float)
    for clip in data.clips:
        if clip.split == "train":
            seconds[("rir" if clip.kind == "rir" else clip.folder, clip.kind)] += clip.samples / RATE_HZ
    unknown = sorted({folder for folder, _ in seconds} - set(known))
    if unknown:
        raise ValueError(f"no attribution for {', '.join(unknown)}: add a line to {ATTRIBUTION.name}")
    lines = ["| kind | source | licence | attribution | minutes |", "|---|---|---|---|---|"]
    for (folder, kind), total in sorted(seconds.items(), key=lambda item: (item[0][1] != "speech", item[0])):
        row = known[folder]
        lines.append(f"| {kind} | {row['source']} | {row['licence']} | {row['attribution']} | {total / 60:.1f} |")
    return "\n".join(lines)


def card(model: Path, saved: dict, data: Prepared, scores: dict | None, gates: dict | None, command: str) -> str:
    manifest = json.loads((model / "manifest.json").read_text())
    config, cost = saved["config"], manifest["cost"]
    flags = ", ".join(config["licence_flags"] or ["all"])
    valid = ", ".join(f"{k} {v:.3f}" for k, v in saved.get("valid", {}).items())
    text = f"""# {manifest["name"]} {manifest["version"]}

{manifest["description"]}. Licence of the weights: {manifest["licence"]}.

- {cost["parameters"]} parameters, {cost["opsPerHop"]} graph operations and {cost["macsPerHop"] / 1e6:.2f} million
  multiply-adds for each hop of {manifest["framing"]["hopSamples"]} samples at {manifest["sampleRateHz"]} Hz.
- Delay inside the model: {manifest["framing"]["overlapSamples"]} samples. No look-ahead.

## Training

`{command}`

{hours_heard(saved):.1f} hours of mixtures heard, {minutes_spent(saved):.0f} minutes on two CPU cores shared with other work.
Only audio with the licence flags {flags}.
Validation of this checkpoint, on voices and noises held out from training: {valid}.

## Scores
"""
    if scores:
        text += f"\nMixtures of held-out voices and noise recordings:\n\n{markdown(scores)}"
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
    return f"{text}\n## Known limits\n\n{limits}\n## Sources\n\n{sources_table(data)}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description="Write CARD.md.")
    parser.add_argument("model", type=Path, help="models/<name>")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", required=True, help="prepared folder")
    parser.add_argument("--scores", type=Path, help="written by evaluate")
    parser.add_argument("--gates", type=Path, help="written by gates score")
    parser.add_argument("--command", default="training/runs/base.sh PREPARED RUN")
    args = parser.parse_args()
    saved = torch.load(args.checkpoint, weights_only=True, map_location="cpu")
    flags = saved["config"]["licence_flags"]
    scores, gates = (json.loads(p.read_text()) if p else None for p in (args.scores, args.gates))
    text = card(args.model, saved, Prepared(args.data, tuple(flags) if flags else None), scores, gates, args.command)
    (args.model / "CARD.md").write_text(text)


if __name__ == "__main__":
    main()
