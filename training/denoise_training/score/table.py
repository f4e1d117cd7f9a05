"""The quality table: every denoiser on the same held-out mixtures, through what is shipped.
One command, `runs/table.sh`.

    mixtures -> peers in a browser (bench/) -> models through the command line -> scores -> bench -> scores.json, README

Notable: models are whatever lies in models/, variants included; a recipe without a model is reported and left out.
There are two sets of mixtures: held-out voices of corpora that trained, and voices of corpora that training knows
nothing of. Every step keeps what it made, under a hash of what it was made from: interrupted, the same command goes on,
and a new model costs only its own minutes.
"""

import json
import math
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ..data.prepared import Prepared
from .engine import ROOT, EngineError, engine_digest
from .evaluate import Keep, versions
from .peers import peer_version
from .scoring import Scoring
from .shipped import Shipped, configured, find

UNSEEN = "unseen-eval"


@dataclass
class TableJob:
    """What the table is made of, and how much of it now."""

    data: str  # prepared folder; its held-out voices and noises make the mixtures
    work: Path  # folder for everything that is made on the way, and kept
    models: Path = ROOT / "models"
    configs: Path = ROOT / "training/configs"
    jobs: int = 2  # processes that enhance and score
    bench: bool = True  # also computing time, latency, parameters and bytes
    quick: bool = False  # a shorter bench
    deadline: float = math.inf  # of time.time(): what is not scored by then is left out and reported


def measure_cost(models: list[Shipped], work: Path, quick: bool) -> tuple[dict, dict]:
    """Computing time, latency, parameters and bytes of everything, from one run of the bench;
    and the machine it ran on."""
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
    keep = Keep(job.work / "scores-by-hash", job.deadline)
    models, left_out = find(job.models)
    failed = set(left_out)
    known = {model.name.replace("/", "-") for model in models} | set(left_out)
    for name in configured(job.configs):
        if name not in known:
            left_out[name] = f"there is a recipe, but no {job.models.name}/{name} yet"
    held_out = Scoring(job.data, "eval", job.work, job.jobs, keep)
    held_out.score_all(models, with_bands=True)
    if "noisy" not in held_out.systems:
        raise EngineError(f"the noisy input: {held_out.left_out['noisy']}")
    left_out |= held_out.left_out
    failed |= held_out.failed

    # Those that are yet to be scored too: all figures are to be of one run.
    sound = [model for model in models if model.name not in failed]
    machine = {}
    try:
        costs, machine = ({}, {}) if not job.bench or not sound else measure_cost(sound, job.work, job.quick)
        for name, entry in held_out.systems.items():
            if name in costs:
                entry["cost"] = costs[name]
    except EngineError as error:
        left_out["bench"] = str(error)
        failed.add("bench")

    unseen = {}
    if Prepared(job.data).select("speech", UNSEEN):
        scoring = Scoring(job.data, UNSEEN, job.work / "unseen", job.jobs, keep)
        scoring.score_all(sound, with_bands=False)
        left_out |= {f"{name}, unseen": reason for name, reason in scoring.left_out.items()}
        failed |= {f"{name}, unseen" for name in scoring.failed}
        unseen = {"unseen": scoring.found()} if scoring.systems else {}
    head = {"packages": versions(), "machine": machine, "left_out": left_out, "failed": sorted(failed)}
    found = held_out.found()
    return rounded({"mixtures": found["mixtures"], **head, "systems": found["systems"], **unseen})


def rounded(value):
    """Four digits after the point: more than the measures can tell. Whatever is not a number becomes null."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value
