"""The data explorer: pictures of a sound and of what was made of it, and of a whole prepared folder.

    python3 -m scripts.explore noisy.wav --clean clean.wav --enhanced enhanced.wav --out report.png
    python3 -m scripts.explore --data PREPARED --mixture 3 --checkpoint RUN/best.pt --out report.png
    python3 -m scripts.explore --data PREPARED --summary data.png

`--checkpoint` is one of a classic model; others enhance with the command line first.
"""

import argparse
from pathlib import Path

from denoise_training.data.prepared import Prepared
from denoise_training.pictures.folder import draw_summary
from denoise_training.pictures.sound import complete, draw_sound, enhanced_by, mixture, read, save


def main() -> None:
    parser = argparse.ArgumentParser(description="Draw a sound, or a prepared folder.")
    parser.add_argument("noisy", type=Path, nargs="?", help="recording to draw")
    parser.add_argument("--clean", type=Path, help="what it should sound like")
    parser.add_argument("--noise", type=Path, help="default: noisy - clean")
    parser.add_argument("--enhanced", type=Path, help="what a model made of it, lined up with it")
    parser.add_argument("--data", help="prepared folder")
    parser.add_argument("--mixture", type=int, help="draw this mixture of held-out recordings instead of a file")
    parser.add_argument("--checkpoint", type=Path, help="enhance with this checkpoint of a classic model")
    parser.add_argument("--seconds", type=float, default=4.0, help="at most this much is drawn")
    parser.add_argument("--rate", type=int, default=16000, help="Hz; all signals are drawn at this rate")
    parser.add_argument("--out", type=Path, default=Path("report.png"))
    parser.add_argument("--summary", type=Path, help="PNG about the prepared folder as a whole")
    args = parser.parse_args()
    if not args.data and (args.mixture is not None or args.summary):
        parser.error("--mixture and --summary need --data")
    if not (args.noisy or args.mixture is not None or args.summary):
        parser.error("give a recording, --mixture or --summary")
    if args.summary:
        save(draw_summary(Prepared(args.data)), args.summary)
        print(f"wrote {args.summary}")
    if not args.noisy and args.mixture is None:
        return
    if args.noisy:
        given = {"noisy": args.noisy, "clean": args.clean, "noise": args.noise, "enhanced": args.enhanced}
        signals, title = {k: read(p, args.rate) for k, p in given.items() if p}, args.noisy.name
    else:
        signals, title = mixture(args.data, args.mixture, args.seconds, args.rate)
    signals = {name: wave[: int(args.seconds * args.rate)] for name, wave in signals.items()}
    if args.checkpoint:
        signals["enhanced"] = enhanced_by(args.checkpoint, signals["noisy"], args.rate)
    draw_sound(complete(signals), args.rate, title, args.out)
    print(f"wrote {args.out}")


if __name__ == "__main__":
    main()
