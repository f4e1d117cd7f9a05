"""A checkpoint of classic_train -> models/classic/<name>: graph, weights, manifest, hashes, golden vectors; checks them in tfjs.

    python3 -m denoise_training.classic_export RUN/best.pt --out ../models/classic/unet-8k --golden noisy.wav
    python3 -m denoise_training.classic_export RUN/best.pt --out ../models/classic/unet-8k --golden noisy.wav --variant seed
    python3 -m denoise_training.classic_export RUN/best.pt --out ../models/classic/stft-unet --golden noisy.wav \\
        --variant griffin-lim --rebuild griffin-lim --shared

Notable: a variant is a further manifest in the folder, with weights of its own or, with --shared, those of the default. As for
base, everything is computed with the weights as they are on disk. Large dense layers are stored in one byte for each weight.
"""

import argparse
import dataclasses
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from .classic_data import cut, resampled
from .classic_models import MelLatent, UNet
from .classic_train import averaged_network
from .data import RATE_HZ, decode
from .export_tfjs import CHECK, digest
from .graphdef import GraphWriter, to_bytes
from .librosa_golden import golden_stream, write_vectors
from .spectrogram import Front

BYTE_LAYERS = ("encode", "decode")  # of mel-latent: 8.5 million weights each


def round_weights(network: nn.Module) -> nn.Module:
    """The network with every weight as it is on disk."""
    with torch.no_grad():
        for name, p in network.named_parameters():
            layer, _, kind = name.rpartition(".")
            if layer in BYTE_LAYERS and kind == "weight":
                levels, low, scale = to_bytes(p.numpy())
                p.copy_(torch.from_numpy((levels * scale + low).astype(np.float32)))
            else:
                p.copy_(p.half().float())
    return network


def array(x: Tensor) -> np.ndarray:
    return np.ascontiguousarray(x.detach().float().numpy())


def convolve(g: GraphWriter, x: str, layer: nn.Conv2d, name: str, activation: str = "Relu") -> str:
    """PyTorch's [out, in, H, W] as tfjs's [H, W, in, out]."""
    return g.conv(x, array(layer.weight.permute(2, 3, 1, 0)), array(layer.bias), name, 1, activation)


def write_unet(g: GraphWriter, network: UNet) -> None:
    x, skips = "features", []
    for level, layers in enumerate(network.down):
        x = g.max_pool(x) if level else x
        for i, layer in enumerate(layers):
            x = convolve(g, x, layer, f"down_{level}_{i}")
        skips.append(x)
    skips.pop()
    for i, layer in enumerate(network.up):
        x = convolve(g, g.concat([g.repeat_pixels(x), skips.pop()], 3), layer, f"up_{i}")
    x = convolve(g, g.concat([x, "features"], 3), network.last, "last", activation="")
    if network.config.output == "tanh":
        g.unary("Tanh", x, name="estimate")
    elif network.config.output == "residual":
        g.binary("AddV2", "features", x, name="estimate")
    else:
        g.binary("Mul", "features", g.unary("Sigmoid", x), name="estimate")


def write_mel_latent(g: GraphWriter, network: MelLatent) -> None:
    rows, frames = network.size
    x = g.max_pool(convolve(g, "features", network.down1, "down1"))
    x = g.max_pool(convolve(g, x, network.down2, "down2"))
    x = g.reshape(x, -1, rows * frames * 64)
    for name in BYTE_LAYERS:
        layer = getattr(network, name)
        x = g.matmul(x, array(layer.weight.t()), name, array(layer.bias), "Relu")
    x = g.repeat_pixels(convolve(g, g.reshape(x, -1, rows, frames, 64), network.up1, "up1"))
    x = g.slice(x, [0, 0, 0, 0], [-1, 2 * rows, 2 * frames - 1, 64])
    x = g.repeat_pixels(convolve(g, x, network.up2, "up2"))
    x = g.slice(x, [0, 0, 1, 0], [-1, 4 * rows, 4 * frames - 3, 32])
    g.unary("Sigmoid", convolve(g, x, network.last, "last", activation=""), name="estimate")


def write_graph(network: nn.Module, front: Front) -> GraphWriter:
    g = GraphWriter()
    shape = [-1, front.rows, front.frames, 1]
    g.input("features", shape)
    (write_unet if isinstance(network, UNet) else write_mel_latent)(g, network)
    g.outputs["estimate"] = shape
    return g


# ---- manifest --------------------------------------------------------------------------------------------------------


def features_entry(front: Front) -> dict:
    if front.features == "magnitude":
        return {"kind": "magnitude", "exponent": front.exponent}
    levels = {"amin": front.amin, "topDb": None}
    if front.features == "log-magnitude-db":
        return {"kind": "log-magnitude-db", **levels}
    mel = {"mels": front.mels, "mfccs": front.mfccs, "lowHz": 0, "highHz": front.rate_hz / 2}
    return {"kind": "mel-mfcc", **mel, **levels}


def normalisation_entry(front: Front) -> dict:
    if front.normalisation == "none":
        return {"kind": "none"}
    to = list(front.to)
    if front.normalisation == "image":
        return {"kind": "image", "to": to}
    ranges = {"inputRange": list(front.input_range), "outputRange": list(front.output_range)}
    if not front.on_mels:
        return {"kind": "fixed", **ranges, "to": to}
    cepstral = {"inputRange": list(front.mfcc_range), "outputRange": list(front.mfcc_range)}
    return {"kind": "fixed", "to": to, "rows": [{"rows": front.mels, **ranges}, {"rows": front.mfccs, **cepstral}]}


def rebuild_entry(front: Front) -> dict:
    if front.rebuild != "griffin-lim":
        return {"kind": front.rebuild, **({"gainFloor": front.gain_floor} if front.gain_floor else {})}
    # The engine begins with phases from the slopes of the magnitude, and ends where it is near enough or gains no more.
    most = {"iterations": 64, "convergenceDb": -26}
    return {"kind": "griffin-lim", **most, "momentum": front.momentum, "seed": 1, "init": "peaks"}


def manifest_of(front: Front, graph: GraphWriter, head: dict, model: str, files: dict, parameters: int) -> dict:
    shape = [-1, front.rows, front.frames, 1]
    return {
        "contract": 1,
        **head,
        "sampleRateHz": front.rate_hz,
        "framing": {
            "kind": "block",
            "blockSamples": front.block,
            "overlapSamples": front.overlap,
            "hopSamples": front.hop,
            "windowSamples": front.fft,
            "fftSamples": front.fft,
            "window": "hann",
            "padding": "constant",
        },
        "features": features_entry(front),
        "normalisation": normalisation_entry(front),
        "estimate": {"kind": front.estimate},
        "rebuild": rebuild_entry(front),
        "graph": {
            "model": model,
            "input": {"name": "features", "shape": shape},
            "output": {"name": "estimate", "shape": shape},
            "states": [],
        },
        "cost": {"opsPerHop": graph.operations(), "macsPerHop": graph.macs, "parameters": parameters},
        "files": files,
    }


# ---- writing and checking --------------------------------------------------------------------------------------------


def check(folder: Path, manifest: str, features: np.ndarray, estimate: np.ndarray, limit: float = 1e-4) -> dict:
    """Runs the written files in tfjs-wasm and compares; raises when the largest error exceeds the limit, relative to the
    largest value."""
    with tempfile.TemporaryDirectory() as temporary:
        for name, value in (("features", features), ("estimate", estimate)):
            (Path(temporary) / f"{name}.f32").write_bytes(value.astype("<f4").tobytes())
        command = ["node", str(CHECK), str(folder.resolve()), temporary, manifest]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    result = json.loads(done.stdout.strip().splitlines()[-1])
    if not result["maxRelative"] <= limit:
        raise RuntimeError(f"tfjs differs from PyTorch by {result['maxRelative']:.2e}: at most {limit:.0e} is allowed")
    return result


def lifted(front: Front, db: float) -> Front:
    """Every estimate is read as this much louder: what a gain made from it then spares of the voice, it spares of the noise."""
    if db and (front.normalisation != "fixed" or front.features == "magnitude"):
        raise ValueError("an estimate can be lifted where it is in decibels and its range is fixed")
    return dataclasses.replace(front, output_range=tuple(edge + db for edge in front.output_range))


def export(
    saved: dict,
    out: Path,
    golden: np.ndarray,
    head: dict,
    variant: str = "",
    rebuild: str = "",
    shared: bool = False,
    lift_db: float = 0.0,
) -> dict:
    """Writes the default, or a variant beside it, into a new folder; checks it; only then puts the files in place.

    `golden`: noisy wave at 48 kHz, played again where it is shorter than two blocks. `head`: version, licence and description.
    """
    config, network = averaged_network(saved)
    front = lifted(dataclasses.replace(config.front, rebuild=rebuild or config.front.rebuild), lift_db)
    round_weights(network)
    noisy = cut(resampled(golden, RATE_HZ, front.rate_hz), 0, 2 * front.advance)
    stem = "" if shared or not variant else f"{variant}-"
    graph = write_graph(network, front)
    bytes_for = tuple(f"{name}/weight" for name in BYTE_LAYERS)
    topology, weights = graph.model_json("denoise-node training", f"{stem}weights.bin", bytes_for)
    model = json.dumps(topology, separators=(",", ":")).encode()
    contents = {f"{stem}model.json": model, f"{stem}weights.bin": weights}
    name = out.name + (f"/{variant}" if variant else "")
    manifest = manifest_of(
        front, graph, {"name": name, **head}, f"{stem}model.json",
        {file: digest(data) for file, data in contents.items()}, sum(p.numel() for p in network.parameters()),
    )  # fmt: skip
    file_name = f"{variant or 'manifest'}.json"

    @torch.no_grad()
    def run_graph(features: np.ndarray) -> np.ndarray:
        return network(torch.from_numpy(features)[None])[0].numpy()

    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        for file, data in contents.items():
            (part / file).write_bytes(data)
        (part / file_name).write_text(json.dumps(manifest, indent=2) + "\n")
        stages = golden_stream(front, noisy, run_graph, with_enhanced=front.rebuild != "griffin-lim")
        write_vectors(part / "golden" / variant, stages, {"block": 0}, out / "golden" if variant else None)
        features = np.stack([stages["features"], stages["features"] * 0.5, np.full_like(stages["features"], front.to[0])])
        features = features.astype(np.float32)
        result = check(part, file_name, features, np.stack([run_graph(f) for f in features]))
        if shared and (out / "weights.bin").read_bytes() != weights:
            raise ValueError(f"{out}/weights.bin is not of this checkpoint: export the default first, or leave --shared out")
        for path in [p for p in sorted(part.rglob("*")) if p.is_file()]:
            place = out / path.relative_to(part)
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return {**manifest["cost"], **result, "realTime": front.advance / front.rate_hz * 1000 / result["msPerHop"]}


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a classic checkpoint as a tfjs model, and check it in tfjs.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="models/classic/<name>")
    parser.add_argument("--golden", type=Path, required=True, help="noisy recording of which two blocks become golden vectors")
    parser.add_argument("--golden-start", type=float, default=0.0, help="seconds into it")
    parser.add_argument("--variant", default="", help="name of a further manifest in the folder")
    parser.add_argument("--rebuild", default="", help="another rebuild than the configuration's")
    parser.add_argument("--shared", action="store_true", help="the variant uses the default's weights")
    parser.add_argument("--lift-db", type=float, default=0.0, help="read estimates as this much louder; chosen on validation")
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--licence", default="MIT")
    parser.add_argument("--description", required=True)
    args = parser.parse_args()
    if args.shared and not args.variant:
        parser.error("--shared is for a --variant")
    saved = torch.load(args.checkpoint, weights_only=True, map_location="cpu")
    wave, _ = decode(str(args.golden))
    head = {"version": args.version, "licence": args.licence, "description": args.description}
    golden = wave[int(args.golden_start * RATE_HZ) :]
    result = export(saved, args.out, golden, head, args.variant, args.rebuild, args.shared, args.lift_db)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
