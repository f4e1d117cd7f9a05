"""The denoisers beside which ours are scored, run in a browser by the package's bench."""

import json
import subprocess
from pathlib import Path

from .engine import ROOT, EngineError, begin

PEERS = {"speex": "Speex", "rnnoise": "RNNoise", "gtcrn": "GTCRN"}
PEER_PACKAGE = "@sapphi-red/web-noise-suppressor"


def peer_version() -> str:
    return json.loads((ROOT / "node_modules" / PEER_PACKAGE / "package.json").read_text())["version"]


def run_peer(peer: str, noisy: Path, out: Path, key: str) -> None:
    begin(out, key)
    command = ["node", str(ROOT / "bench/enhance-with-peer.mjs"), "--peer", peer, str(noisy), "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise EngineError((done.stderr.strip().splitlines() or ["no reason given"])[-1])
