"""A checkpoint -> models/<name>: graph, weights, manifest, hashes, golden vectors; then reloads and checks them in tfjs.

    python3 -m denoise_training.export.streaming RUN/best.pt --out ../models/base --golden noisy.wav --speech speech.wav

Notable: weights are rounded to float16 first, and everything written here (golden vectors, parity) is computed with the
rounded ones, so that what is compared is the graph and not the rounding.
"""

import argparse
import dataclasses
import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..data.prepare import decode
from ..framing import FEATURES, RATE_HZ, Framing
from ..network.models import Mixer, band_centres
from ..network.stft import asymmetric_windows
from ..network.streaming import StreamingEnhancer, cell_products
from ..run.config import TrainConfig
from ..settings import build
from .graphdef import GraphWriter

CHECK = Path(__file__).parents[2] / "check_tfjs.mjs"


def round_weights(network: Mixer) -> Mixer:
    """The network with every weight as it is on disk."""
    with torch.no_grad():
        for p in network.parameters():
            p.copy_(p.half().float())
    network.config.mask_limit = float(np.float16(network.config.mask_limit))
    return network


def write_graph(network: Mixer) -> GraphWriter:
    """The operations of streaming.py, one by one."""
    c, freqs, width = network.config, network.frequencies, network.config.channels

    def array(x: Tensor) -> np.ndarray:
        return np.ascontiguousarray(x.detach().float().numpy())

    def kernel(weight: Tensor, channels: int) -> np.ndarray:
        return array(weight).reshape(1, -1, channels, weight.shape[1])

    g = GraphWriter()
    g.input("features", [-1, 3, c.bands])
    for i in range(c.blocks):
        g.input(f"state_{i}", [-1, freqs, width])
    half = g.const(np.array(0.5, np.float32), "half")
    x = g.reshape(g.transpose("features", 0, 2, 1), -1, 1, c.bands, 3)
    first = g.conv(x, kernel(network.conv1_weight, 3), array(network.conv1_bias), "conv1", 2)
    x = g.conv(first, kernel(network.conv2_weight, c.encoder_channels), array(network.conv2_bias), "conv2", 2)
    x = g.binary("AddV2", x, g.const(array(network.place), "place"))
    x = skip = g.reshape(x, -1, width)
    for i, block in enumerate(network.blocks):
        name = f"block_{i}"
        h = g.reshape(f"state_{i}", -1, width)
        both = g.concat([x, h], 1)
        keep, candidate = ((array(weight), array(bias)) for weight, bias in cell_products(block))
        z = g.matmul(both, keep[0], f"{name}/keep", keep[1], "Sigmoid")
        candidate = g.binary("Sub", g.matmul(both, candidate[0], f"{name}/candidate", candidate[1], "Sigmoid"), half)
        h = g.binary("AddV2", candidate, g.binary("Mul", z, g.binary("Sub", h, candidate)))
        g.outputs[f"state_{i}_next"] = [-1, freqs, width]
        h = g.reshape(h, -1, freqs, width, name=f"state_{i}_next")
        across = g.reshape(g.transpose(h, 0, 2, 1), -1, freqs)
        across = g.matmul(across, array(2 * block.mix_weight), f"{name}/mix", array(block.mix_bias), "Relu")
        mixed = g.reshape(g.transpose(g.reshape(across, -1, width, freqs), 0, 2, 1), -1, width)
        x = g.binary("AddV2", x, g.matmul(mixed, array(block.out_weight), f"{name}/out", array(block.out_bias)))
    x = g.matmul(g.binary("AddV2", x, skip), array(network.up1_weight), "up1", array(network.up1_bias))
    x = g.reshape(x, -1, 1, 2 * freqs, c.encoder_channels)
    x = g.unary("Relu", g.binary("AddV2", x, first))
    x = g.conv(x, kernel(network.conv3_weight, c.encoder_channels), array(network.conv3_bias), "conv3", 1)
    x = g.conv(x, kernel(network.up2_weight, c.encoder_channels), array(network.up2_bias), "up2", 1, activation="")
    x = g.binary("Mul", g.unary("Tanh", x), g.const(np.array(c.mask_limit, np.float32), "mask_limit"))
    g.outputs["mask"] = [-1, 2, c.bands]
    g.transpose(g.reshape(x, -1, c.bands, 2), 0, 2, 1, name="mask")
    return g


def digest(data: bytes) -> dict:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def write_golden(folder: Path, network: Mixer, framing: Framing, noisy: Tensor, hops: list[int]) -> None:
    """Every stage of a short noisy clip, for the engine's tests; the format is told in training/README.md."""
    folder.mkdir(parents=True, exist_ok=True)
    enhancer = StreamingEnhancer(network, framing)
    stages = [enhancer.step(hop[None]) for hop in noisy.split(framing.hop)]
    analysis, synthesis = asymmetric_windows(framing)

    def at_hops(name: str) -> Tensor:
        return torch.cat([stages[h][name] for h in hops])

    arrays = {
        "noisy": noisy,
        "window-analysis": analysis,
        "window-synthesis": synthesis,
        "spectrum": torch.view_as_real(at_hops("spectrum")),  # [hops, bins, (re, im)]
        "features": at_hops("features"),
        "mask": at_hops("mask"),
        "enhanced": torch.cat([s["enhanced"] for s in stages], 1)[0],
    }
    files = {}
    for name, value in arrays.items():
        data = value.contiguous().numpy().astype("<f4")
        (folder / f"{name}.f32").write_bytes(data.tobytes())
        files[name] = {"file": f"{name}.f32", "shape": list(data.shape)}
    index = {"hops": hops, "tolerance": 1e-4, "files": files}
    (folder / "golden.json").write_text(json.dumps(index, indent=2) + "\n")


def check(folder: Path, network: Mixer, framing: Framing, speech: Tensor, limit: float = 1e-4) -> dict:
    """Runs the written files in tfjs-wasm over the speech and compares every mask; raises when they differ."""
    enhancer = StreamingEnhancer(network, framing)
    features, masks = [], []
    for hop in speech.split(framing.hop):
        stage = enhancer.step(hop[None])
        features.append(stage["features"][0])
        masks.append(stage["mask"][0])
    with tempfile.TemporaryDirectory() as temporary:
        for name, value in (("features", features), ("mask", masks)):
            (Path(temporary) / f"{name}.f32").write_bytes(torch.stack(value).numpy().astype("<f4").tobytes())
        command = ["node", str(CHECK), str(folder.resolve()), temporary]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    result = json.loads(done.stdout.strip().splitlines()[-1])
    if not max(result["maxError"], result["maxErrorTwoStreams"]) <= limit:
        raise RuntimeError(f"tfjs differs from PyTorch by {result['maxError']:.2e}: at most {limit:.0e} is allowed")
    return result


def export(saved: dict, out: Path, golden: Tensor, speech: Tensor, version: str, licence: str, description: str) -> dict:
    """Writes a new folder beside `out`, checks it, and only then puts its files in place of the old ones."""
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        result = write_model(saved, part, golden, speech, version, licence, description)
        for path in [p for p in sorted(part.rglob("*")) if p.is_file()]:
            place = out / path.relative_to(part)
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return result


def write_model(saved: dict, out: Path, golden: Tensor, speech: Tensor, version: str, licence: str, description: str) -> dict:
    config = build(TrainConfig, saved["config"])
    network = Mixer(config.model)
    network.load_state_dict(saved["average"])
    round_weights(network.eval())
    out.mkdir(parents=True, exist_ok=True)
    graph = write_graph(network)
    topology, weights = graph.model_json("denoise-node training")
    model = json.dumps(topology, separators=(",", ":")).encode()
    (out / "model.json").write_bytes(model)
    (out / "weights.bin").write_bytes(weights)
    framing, c = config.framing, config.model
    manifest = {
        "contract": 1,
        "name": c.name,
        "version": version,
        "licence": licence,
        "description": description,
        "sampleRateHz": framing.rate_hz,
        "framing": {
            "kind": "streaming",
            "hopSamples": framing.hop,
            "windowSamples": framing.window,
            "fftSamples": framing.window,
            "window": "asymmetric-sqrt-hann",
            "overlapSamples": framing.overlap,
            "lookAheadHops": 0,
        },
        "features": {"kind": "compressed-complex", **dataclasses.asdict(FEATURES)},
        "bands": {"centreBins": band_centres(c)},
        "estimate": {"kind": "complex-mask"},
        "rebuild": {"kind": "noisy-phase"},
        "graph": {
            "model": "model.json",
            "input": {"name": "features", "shape": [-1, 3, c.bands]},
            "output": {"name": "mask", "shape": [-1, 2, c.bands]},
            "states": [
                {"input": f"state_{i}", "output": f"state_{i}_next", "shape": [-1, network.frequencies, c.channels]}
                for i in range(c.blocks)
            ],
        },
        "cost": {
            "opsPerHop": graph.operations(),
            "macsPerHop": graph.macs,
            "parameters": sum(p.numel() for p in network.parameters()),
        },
        "files": {"model.json": digest(model), "weights.bin": digest(weights)},
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    write_golden(out / "golden", network, framing, golden, hops=[0, 1, 7, 20, 39])
    result = check(out, network, framing, speech)
    return {**manifest["cost"], **result}


def load_wave(path: Path, seconds: float, start: float = 0.0) -> Tensor:
    wave, _ = decode(str(path))
    wave = torch.from_numpy(wave[int(start * RATE_HZ) :][: int(seconds * RATE_HZ)])
    if len(wave) < int(seconds * RATE_HZ):
        raise ValueError(f"{path} holds {len(wave) / RATE_HZ:.1f} s after {start} s: expected {seconds} s")
    return wave


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a checkpoint as a tfjs model, and check it in tfjs.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="models/<name>")
    parser.add_argument("--golden", type=Path, required=True, help="noisy recording of which 0.4 s become golden vectors")
    parser.add_argument("--golden-start", type=float, default=1.0)
    parser.add_argument("--speech", type=Path, required=True, help="recording of at least 10 s for the parity check")
    parser.add_argument("--version", default="0.1.0")
    parser.add_argument("--licence", default="MIT")
    parser.add_argument("--description", default="Real-time speech denoiser, 48 kHz, 10 ms hop, 5 ms algorithmic delay")
    args = parser.parse_args()
    saved = torch.load(args.checkpoint, weights_only=True, map_location="cpu")
    golden = load_wave(args.golden, 0.4, args.golden_start)
    speech = load_wave(args.speech, 10.0)
    result = export(saved, args.out, golden, speech, args.version, args.licence, args.description)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
