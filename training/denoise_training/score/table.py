"""The quality table: every denoiser on the same held-out mixtures, through what is shipped. One command, `runs/table.sh`.

    mixtures (mix) -> peers in a browser (bench/) -> models through the command line -> scores -> bench -> scores.json, README

Notable: models are those that lie in models/, variants included; a recipe without a model is told and left out. Every step keeps
what it made, under a hash of what it was made from: interrupted, the same command goes on, and a new model costs only its own
minutes.
"""

import hashlib
import json
import math
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..data.mixtures import SNRS_DB, write_mixtures
from ..data.prepared import Prepared
from ..framing import RATE_HZ
from .engine import ROOT, EngineError, begin, engine_digest, enhance
from .evaluate import Keep, score_system, score_system_band, versions
from .shipped import Shipped, configured, find
from .sounds import mixtures_in

PEERS = {"speex": "Speex", "rnnoise": "RNNoise", "gtcrn": "GTCRN"}
PEER_PACKAGE = "@sapphi-red/web-noise-suppressor"
COUNT, SECONDS, SEED = 120, 6.0, 2024


@dataclass
class TableJob:
    """What the table is made of, and how much of it now."""

    data: str  # prepared folder; its held-out voices and noises make the mixtures
    work: Path  # folder for everything that is made on the way, and kept
    models: Path = ROOT / "models"
    configs: Path = ROOT / "training/configs"
    jobs: int = 2  # processes that enhance and score
    bench: bool = True  # computing time, latency, parameters and bytes, too
    quick: bool = False  # a shorter bench
    deadline: float = math.inf  # of time.time(): what is not scored by then is left out and told


def write_mixtures_once(data: str, folder: Path) -> None:
    """The evaluation set; whole or not there."""
    if (folder / "mixtures.csv").exists():
        return
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    write_mixtures(Prepared(data), unfinished, "eval", COUNT, SECONDS, SNRS_DB, SEED)
    unfinished.rename(folder)


def mixtures_digest(folder: Path) -> str:
    found = hashlib.sha256((folder / "mixtures.csv").read_bytes())
    for mixture in mixtures_in(folder):
        for kind in ("clean", "noisy"):
            found.update(hashlib.sha256((folder / kind / mixture["file"]).read_bytes()).digest())
    return found.hexdigest()


def peer_version() -> str:
    return json.loads((ROOT / "node_modules" / PEER_PACKAGE / "package.json").read_text())["version"]


def run_peer(peer: str, noisy: Path, out: Path, key: str) -> None:
    begin(out, key)
    command = ["node", str(ROOT / "bench/enhance-with-peer.mjs"), "--peer", peer, str(noisy), "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise EngineError((done.stderr.strip().splitlines() or ["no reason given"])[-1])


def measure_cost(models: list[Shipped], work: Path, quick: bool) -> tuple[dict, dict]:
    """Computing time, latency, parameters and bytes of everything, from one run of the bench; and the machine it ran on."""
    names = [model.name for model in models]
    key = repr((quick, peer_version(), engine_digest(), [(model.name, model.digest()) for model in models]))
    report, stamp = work / "bench.json", work / "bench.key"
    if not (report.exists() and stamp.exists() and stamp.read_text() == key):
        print("  bench: one run of everything", flush=True)
        command = ["node", str(ROOT / "bench/run.mjs"), "--json", "--only", "beside", *(["--quick"] if quick else [])]
        done = subprocess.run([*command, "--model", ",".join(names)], capture_output=True, text=True)
        if done.returncode != 0:
            raise EngineError((done.stderr.strip().splitlines() or ["no reason given"])[0])
        report.write_text(done.stdout)
        stamp.write_text(key)
    found = json.loads(report.read_text())
    return found["sections"]["beside"], found["machine"]


def make(job: TableJob) -> dict:
    """Runs every step, and returns the table as it is written to JSON."""
    work, evaluation, keep = job.work, job.work / "eval", Keep(job.work / "scores-by-hash", job.deadline)
    write_mixtures_once(job.data, evaluation)
    heard = mixtures_digest(evaluation)
    noisy = evaluation / "noisy"
    models, left_out = find(job.models)
    failed = set(left_out)
    known = {model.name.replace("/", "-") for model in models} | set(left_out)
    for name in configured(job.configs):
        if name not in known:
            left_out[name] = f"there is a recipe, but no {job.models.name}/{name} yet"
    systems = {}

    def add(name: str, score: Callable[[], dict]) -> None:
        try:
            entry = score()
        except TimeoutError as error:
            left_out[name] = str(error)
        except (EngineError, FileNotFoundError, ValueError) as error:
            left_out[name] = str(error)
            failed.add(name)
        else:
            entry.pop("files")
            systems[name] = entry

    def score_peer(peer: str) -> dict:
        out = work / "peers" / peer
        run_peer(peer, noisy, out, repr((peer, peer_version(), heard)))
        scores = score_system(evaluation, PEERS[peer], out, job.jobs, keep=keep)
        return {"title": PEERS[peer], "version": peer_version(), **scores}

    def score_model(model: Shipped) -> dict:
        out = work / "enhanced" / model.slug
        key = repr((engine_digest(), heard, model.digest()))
        enhance(noisy, out, model.argument, key, job.jobs, keep.check_time)
        scores = score_system(evaluation, model.name, out, job.jobs, keep=keep)
        result = {
            "title": f"`{model.name}`",
            "version": model.manifest["version"],
            "sample_rate_hz": model.sample_rate_hz,
            "sha256": model.digest(),
            **scores,
        }
        if model.sample_rate_hz < RATE_HZ:
            edge = model.sample_rate_hz / 2
            bands = {
                "noisy": score_system_band(evaluation, "noisy", noisy, edge, job.jobs, keep=keep),
                "enhanced": score_system_band(evaluation, model.name, out, edge, job.jobs, keep=keep),
            }
            # Where DNSMOS looks at nothing above the band, the number is the one that there is anyway.
            for kind, mean in (("noisy", systems["noisy"]["mean"]), ("enhanced", scores["mean"])):
                bands[kind].setdefault("bak", mean["bak"])
            result["own_band"] = {"high_hz": edge, **bands}
        return result

    add("noisy", lambda: {"title": "noisy", **score_system(evaluation, "noisy", noisy, job.jobs, keep=keep)})
    if "noisy" not in systems:
        raise EngineError(f"the noisy input: {left_out['noisy']}")
    for peer in PEERS:
        add(peer, partial(score_peer, peer))
    for model in models:
        add(model.name, partial(score_model, model))

    # Those that are yet to be scored too: all figures are to be of one run.
    sound = [model for model in models if model.name not in failed]
    machine = {}
    try:
        costs, machine = ({}, {}) if not job.bench or not sound else measure_cost(sound, work, job.quick)
        for name, entry in systems.items():
            if name in costs:
                entry["cost"] = costs[name]
    except EngineError as error:
        left_out["bench"] = str(error)
        failed.add("bench")
    mixtures = {"files": len(mixtures_in(evaluation)), "sha256": heard}
    table = {"mixtures": mixtures, "packages": versions(), "machine": machine, "left_out": left_out, "failed": sorted(failed)}
    return rounded({**table, "systems": systems})


def rounded(value):
    """Four digits after the point: more than the measures can tell. What is no number is null."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value
