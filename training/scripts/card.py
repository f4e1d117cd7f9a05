"""Writes CARD.md of a shipped model.

python3 -m scripts.card ../models/base --checkpoint RUN/best.pt --data PREPARED --scores scores.json --gates G.json
"""

import argparse
import json
from pathlib import Path

import torch

from denoise_training.data.prepared import Prepared
from denoise_training.score.card import card


def main() -> None:
    parser = argparse.ArgumentParser(description="Write CARD.md.")
    parser.add_argument("model", type=Path, help="models/<name>")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", required=True, help="prepared folder")
    parser.add_argument("--scores", type=Path, help="written by evaluate or table")
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
