"""Scores folders of enhanced WAV files against a folder written by `mix`: JSON and a Markdown table.

python3 -m scripts.evaluate EVAL --system base=OUT_DIR --system rnnoise=OTHER_DIR --out scores --cache CACHE
"""

import argparse
import json
from pathlib import Path

from denoise_training.score.evaluate import evaluate, markdown


def main() -> None:
    parser = argparse.ArgumentParser(description="Score enhanced WAV files.")
    parser.add_argument("folder", type=Path, help="written by mix: clean/, noisy/, mixtures.csv")
    parser.add_argument("--system", action="append", default=[], help="name=folder of WAV files named as in noisy/")
    parser.add_argument("--out", type=Path, required=True, help="scores.json and scores.md are written with this stem")
    parser.add_argument("--no-dnsmos", action="store_true")
    parser.add_argument(
        "--cache", type=Path, help="folder of scores, kept by hash of the sounds; default: beside --out"
    )
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    systems = {"noisy": args.folder / "noisy"}
    for item in args.system:
        name, separator, path = item.partition("=")
        if not separator:
            parser.error(f"--system expects name=folder, got {item}")
        systems[name] = Path(path)
    cache = args.cache or args.out.parent / "scores-by-hash"
    scores = evaluate(args.folder, systems, args.jobs, not args.no_dnsmos, cache)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.with_suffix(".json").write_text(json.dumps(scores, indent=1) + "\n")
    args.out.with_suffix(".md").write_text(markdown(scores))
    print(markdown(scores))


if __name__ == "__main__":
    main()
