"""Writes and scores the damage gates.

python3 -m scripts.gates run MODEL --data PREPARED --work WORK     (all of it, for a model in models/ or a folder)

python3 -m scripts.gates write --data PREPARED --out GATES         (the same by hand)
(enhance GATES/noisy into OUT with the engine)
python3 -m scripts.gates score GATES OUT
"""

import argparse
import json
import sys
from pathlib import Path

from denoise_training.data.prepared import Prepared
from denoise_training.score.engine import EngineError, ensure_built
from denoise_training.score.gates import run, score, write


def main() -> None:
    parser = argparse.ArgumentParser(description="Write and score the damage gates.")
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write")
    writing.add_argument("--data", required=True, help="prepared folder")
    writing.add_argument("--out", type=Path, required=True)
    writing.add_argument("--seed", type=int, default=77)
    scoring = commands.add_parser("score")
    scoring.add_argument("folder", type=Path)
    scoring.add_argument("enhanced", type=Path)
    running = commands.add_parser("run")
    running.add_argument("model", help="name in models/, as the command line takes it, or a folder with a manifest")
    running.add_argument("--data", required=True, help="prepared folder")
    running.add_argument("--work", type=Path, required=True, help="folder for the sounds, which are kept")
    running.add_argument("--seed", type=int, default=77)
    args = parser.parse_args()
    if args.command == "run":
        try:
            ensure_built()
            result = run(args.data, args.model, args.work, args.seed)
        except (EngineError, ValueError, FileNotFoundError) as error:
            sys.exit(f"gates: {error}")
        print(json.dumps(result, indent=1))
    elif args.command == "write":
        write(Prepared(args.data), args.out, args.seed)
    else:
        print(json.dumps(score(args.folder, args.enhanced), indent=1))


if __name__ == "__main__":
    main()
