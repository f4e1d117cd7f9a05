"""Decodes folders of audio into one prepared folder, and holds out whole voices and whole noise recordings.

python3 -m scripts.prepare librispeech=/data/LibriSpeech esc50=/data/ESC-50 --out PREPARED
"""

import argparse
from pathlib import Path

from denoise_training.data.layouts import LAYOUTS, read_layout
from denoise_training.data.prepare import prepare
from denoise_training.data.sides import parse_sides


def main() -> None:
    parser = argparse.ArgumentParser(description="Prepare folders of audio for training.")
    parser.add_argument("source", nargs="+", help=f"layout=folder; layouts: {', '.join(LAYOUTS)}")
    parser.add_argument("--out", type=Path, required=True, help="prepared folder to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--valid", type=float, default=0.05, help="share of recordings held out for validation")
    parser.add_argument("--eval", type=float, default=0.10, help="share of recordings held out for evaluation")
    parser.add_argument(
        "--pin", default="", help='recordings sent to a side, as in "eval:speaker1,speaker2 valid:speaker3"'
    )
    parser.add_argument("--whole", default="", help='folders sent to a side, as in "train:folder1 unseen-eval:folder2"')
    parser.add_argument("--licence-flags", help="only sources with one of these flags, as in ok,pixabay")
    parser.add_argument(
        "--least-range-db", type=float, default=0.0, help="drop speech with less between loud and quiet frames"
    )
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    sources = [source for text in args.source for source in read_layout(text)]
    if args.licence_flags:
        wanted = args.licence_flags.split(",")
        kept = [s for s in sources if s.licence_flag in wanted]
        print(f"{len(sources) - len(kept)} of {len(sources)} files left out by their licence")
        sources = kept
    shares = {"eval": args.eval, "valid": args.valid}
    pinned, whole = parse_sides(args.pin), parse_sides(args.whole)
    prepare(sources, args.out, args.seed, shares, pinned, args.jobs, args.least_range_db, whole)


if __name__ == "__main__":
    main()
