"""Writes ../test/fixtures/dsp/, what librosa makes of one short recording at every stage of a block model.

python3 -m scripts.golden_dsp
"""

import argparse
from pathlib import Path

from denoise_training.export.golden_dsp import FIXTURES, write


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the golden vectors of the engine's stages.")
    parser.add_argument("--out", type=Path, default=FIXTURES / "dsp")
    write(parser.parse_args().out)


if __name__ == "__main__":
    main()
