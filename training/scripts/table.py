"""Makes the quality table: scores.json, scores.md, and the tables of docs/quality.md and the README.

python3 -m scripts.table --data PREPARED --work WORK
"""

import argparse
import json
import math
import sys
import time
from pathlib import Path

from denoise_training.score.engine import ROOT, EngineError, ensure_built
from denoise_training.score.table import TableJob, make
from denoise_training.score.table_text import SHORT_TABLE, TABLE, groups, put_into, report, short_table, tables


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the quality table.")
    parser.add_argument(
        "--data", required=True, help="prepared folder; its held-out voices and noises make the mixtures"
    )
    parser.add_argument(
        "--work", type=Path, required=True, help="folder for everything that is made on the way, and kept"
    )
    parser.add_argument("--models", type=Path, default=TableJob.models)
    parser.add_argument("--configs", type=Path, default=TableJob.configs)
    parser.add_argument("--out", type=Path, default=ROOT / "training/scores.json")
    parser.add_argument("--documents", type=Path, default=ROOT, help="folder with README.md and docs/quality.md")
    parser.add_argument("--quick", action="store_true", help="a shorter bench")
    parser.add_argument(
        "--no-bench", action="store_true", help="scores only: no computing time, latency, parameters and bytes"
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=math.inf,
        help="score for so long; what is not scored by then is left out and reported",
    )
    parser.add_argument("--jobs", type=int, default=TableJob.jobs, help="processes that enhance and score")
    args = parser.parse_args()
    try:
        ensure_built()
        deadline = time.time() + 60 * args.minutes
        places = (args.data, args.work, args.models, args.configs)
        table = make(TableJob(*places, args.jobs, not args.no_bench, args.quick, deadline))
    except EngineError as error:
        sys.exit(f"table: {error}")
    args.out.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n")
    args.out.with_suffix(".md").write_text(report(table) + groups(table))
    put_into(args.documents / "docs/quality.md", TABLE, tables(table))
    put_into(args.documents / "README.md", SHORT_TABLE, short_table(table))
    print(report(table))
    sys.exit(1 if table["failed"] else 0)


if __name__ == "__main__":
    main()
