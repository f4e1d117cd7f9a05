"""Writes a checkpoint of either kind as a tfjs model, and checks it in tfjs.

    python3 -m scripts.export RUN/best.pt --out ../models/base --golden noisy.wav --speech speech.wav
    python3 -m scripts.export RUN/best.pt --out ../models/classic/unet-8k --golden noisy.wav --description "..."
    python3 -m scripts.export RUN/best.pt --out ../models/classic/unet-8k --golden noisy.wav --description "..." \\
        --variant seed
    python3 -m scripts.export RUN/best.pt --out ../models/classic/stft-unet --golden noisy.wav --description "..." \\
        --variant griffin-lim --rebuild griffin-lim --shared
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from denoise_training.data.prepare import decode
from denoise_training.export.classic import ClassicModel
from denoise_training.export.exporter import Model, export
from denoise_training.export.streaming import StreamingModel
from denoise_training.framing import RATE_HZ

STREAMING = "Real-time speech denoiser, 48 kHz, 10 ms hop, 5 ms algorithmic delay"


def load_wave(path: Path, start: float, seconds: float | None = None) -> np.ndarray:
    """From `start` on, `seconds` of it or all."""
    wave = decode(str(path))[0][int(start * RATE_HZ) :]
    if seconds is None:
        return wave
    samples = int(seconds * RATE_HZ)
    if len(wave) < samples:
        raise ValueError(f"{path} holds {len(wave) / RATE_HZ:.1f} s after {start} s: expected {seconds} s")
    return wave[:samples]


def read_model(parser: argparse.ArgumentParser, args: argparse.Namespace) -> tuple[Model, str]:
    """The model of the checkpoint, and its description."""
    saved = torch.load(args.checkpoint, weights_only=True, map_location="cpu")
    if "front" in saved["config"]:
        if not args.description:
            parser.error("a classic model needs a --description")
        golden = load_wave(args.golden, args.golden_start or 0.0)
        return ClassicModel(saved, golden, args.rebuild, args.lift_db), args.description
    if not args.speech:
        parser.error("a streaming model needs --speech for the parity check")
    if args.rebuild or args.lift_db:
        parser.error("--rebuild and --lift-db are for classic models")
    golden = load_wave(args.golden, 1.0 if args.golden_start is None else args.golden_start, 0.4)
    waves = [torch.from_numpy(wave) for wave in (golden, load_wave(args.speech, 0.0, 10.0))]
    return StreamingModel(saved, *waves), args.description or STREAMING


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a checkpoint as a tfjs model, and check it in tfjs.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="models/<name> or models/classic/<name>")
    parser.add_argument(
        "--golden", type=Path, required=True, help="noisy recording; 0.4 s or two blocks become golden vectors"
    )
    parser.add_argument("--golden-start", type=float, help="seconds into it; default: 1 s, of a classic model 0 s")
    parser.add_argument("--speech", type=Path, help="streaming: recording of at least 10 s for the parity check")
    parser.add_argument("--variant", default="", help="name of a further manifest in the folder")
    parser.add_argument("--shared", action="store_true", help="the variant uses the default's weights")
    parser.add_argument("--rebuild", default="", help="classic: another rebuild than the configuration's")
    parser.add_argument(
        "--lift-db", type=float, default=0.0, help="classic: read estimates louder; chosen on validation"
    )
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--licence", default="MIT")
    parser.add_argument("--description", help="needed for classic models")
    args = parser.parse_args()
    if args.shared and not args.variant:
        parser.error("--shared is for a --variant")
    model, description = read_model(parser, args)
    head = {"version": args.version, "licence": args.licence, "description": description}
    print(json.dumps(export(model, args.out, head, args.variant, args.shared)))


if __name__ == "__main__":
    main()
