"""A checkpoint -> models/<name>: graph, weights, manifest, hashes, golden vectors; then tfjs loads and checks it all.

    model (streaming.py or classic.py) -> graph, weights -> manifest with hashes -> golden vectors -> check -> in place

Notable: weights are rounded first to what they are on disk, and everything written here (golden vectors, parity) is
computed with the rounded ones, so that what is compared is the graph and not the rounding. Files are written into a new
folder beside `out` and put in place when the check has passed.
"""

import hashlib
import json
import math
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from .graphdef import GraphWriter, to_bytes

CHECK = Path(__file__).parents[2] / "check_tfjs.mjs"
TOLERANCE = 1e-4


class Model(Protocol):
    """What a kind of model says of itself."""

    name: str  # in the manifest; "": that of the folder
    network: nn.Module  # with rounded weights
    byte_weights: tuple[str, ...]  # weights that are stored in one byte for each value; the others in float16
    step_ms: float  # of sound that one run of the graph answers for
    errors: tuple[str, ...]  # of check_tfjs.mjs, which may not exceed the tolerance

    def graph(self) -> GraphWriter: ...

    def entries(self) -> dict:
        """The manifest between its head and its graph."""
        ...

    def graph_entry(self) -> dict:
        """Names and shapes of the graph's inputs and outputs."""
        ...

    def golden(self) -> tuple[dict[str, np.ndarray], dict]:
        """Every stage of a short noisy clip, and what else the index is to say."""
        ...

    def parity(self) -> dict[str, np.ndarray]:
        """Inputs of the graph and what PyTorch answers, a step a row."""
        ...


def round_weights(network: nn.Module, byte_weights: tuple[str, ...] = ()) -> nn.Module:
    """The network with every weight as it is on disk."""
    with torch.no_grad():
        for name, p in network.named_parameters():
            if name in byte_weights:
                p.copy_(rounded_to_bytes(p))
            else:
                p.copy_(p.half().float())
    return network


def rounded_to_bytes(weight: Tensor) -> Tensor:
    """A weight as one byte for each of its values holds it."""
    levels, low, scale = to_bytes(weight.detach().numpy())
    return torch.from_numpy((levels * scale + low).astype(np.float32))


def files_of(
    model: Model, folder: str, head: dict, variant: str = "", shared: bool = False
) -> tuple[dict, dict[str, bytes]]:
    """The manifest, and the graph and weights that it names."""
    stem = "" if shared or not variant else f"{variant}-"
    graph = model.graph()
    bytes_for = tuple(name.replace(".", "/") for name in model.byte_weights)
    topology, weights = graph.model_json("denoise-node training", f"{stem}weights.bin", bytes_for)
    topology = json.dumps(topology, separators=(",", ":")).encode()
    contents = {f"{stem}model.json": topology, f"{stem}weights.bin": weights}
    manifest = {
        "contract": 1,
        "name": (model.name or folder) + (f"/{variant}" if variant else ""),
        **head,
        **model.entries(),
        "graph": {"model": f"{stem}model.json", **model.graph_entry()},
        "cost": {
            "opsPerHop": graph.operations(),
            "macsPerHop": graph.macs,
            "parameters": sum(p.numel() for p in model.network.parameters()),
        },
        "files": {file: digest(data) for file, data in contents.items()},
    }
    return manifest, contents


def export(model: Model, out: Path, head: dict, variant: str = "", shared: bool = False) -> dict:
    """Writes the default, or a variant beside it:
    a further manifest with weights of its own or, `shared`, the default's.

    `head`: version, licence and description. Returns the costs and what the check found.
    """
    manifest, contents = files_of(model, out.name, head, variant, shared)
    manifest_file = f"{variant or 'manifest'}.json"
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        for file, data in contents.items():
            (part / file).write_bytes(data)
        (part / manifest_file).write_text(json.dumps(manifest, indent=2) + "\n")
        write_vectors(part / "golden" / variant, *model.golden(), out / "golden" if variant else None)
        result = check(part, manifest_file, model)
        if shared and (out / "weights.bin").read_bytes() != contents["weights.bin"]:
            raise ValueError(
                f"{out}/weights.bin is not of this checkpoint: export the default first, or leave --shared out"
            )
        put_in_place(part, out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return {**manifest["cost"], **result, "realTime": model.step_ms / result["msPerHop"]}


def digest(data: bytes) -> dict:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def write_vectors(folder: Path, arrays: dict[str, np.ndarray], index: dict, default: Path | None = None) -> None:
    """Little-endian float32 files and golden.json, for the engine's tests; docs/golden-vectors.md has the format. Of a
    variant's vectors, those that its model has as well, in `default`, are named there and not written again."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, value in arrays.items():
        data, file = np.ascontiguousarray(value, "<f4"), f"{name}.f32"
        if default and (default / file).exists() and (default / file).read_bytes() == data.tobytes():
            file = f"../{file}"
        else:
            (folder / file).write_bytes(data.tobytes())
        files[name] = {"file": file, "shape": list(data.shape)}
    (folder / "golden.json").write_text(json.dumps({**index, "tolerance": TOLERANCE, "files": files}, indent=2) + "\n")


def check(folder: Path, manifest_file: str, model: Model) -> dict:
    """Runs the written files in tfjs-wasm and compares every answer with PyTorch's; raises when they differ."""
    with tempfile.TemporaryDirectory() as temporary:
        for name, value in model.parity().items():
            (Path(temporary) / f"{name}.f32").write_bytes(value.astype("<f4").tobytes())
        command = ["node", str(CHECK), str(folder.resolve()), temporary, manifest_file]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    result = json.loads(done.stdout.strip().splitlines()[-1])
    error = max(math.inf if result[name] is None else result[name] for name in model.errors)  # JSON has no infinity
    if error > TOLERANCE:
        raise RuntimeError(f"tfjs differs from PyTorch by {error:.2e}: at most {TOLERANCE:.0e} is allowed")
    return result


def put_in_place(part: Path, out: Path) -> None:
    for path in [p for p in sorted(part.rglob("*")) if p.is_file()]:
        place = out / path.relative_to(part)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
