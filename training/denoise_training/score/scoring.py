"""Every system on one set of mixtures:
written, enhanced and scored once each, and resumed after an interruption."""

import hashlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ..data.mixtures import SNRS_DB, write_mixtures
from ..data.prepared import Prepared
from ..framing import RATE_HZ
from .engine import EngineError, engine_digest, enhance
from .evaluate import Keep, score_system, score_system_band
from .peers import PEERS, peer_version, run_peer
from .shipped import Shipped
from .sounds import mixtures_in

COUNT, SECONDS, SEED = 120, 6.0, 2024


class Scoring:
    """One set of mixtures, and what is found on it.
    `place` holds the mixtures and all that the systems make of them."""

    def __init__(self, data: str, split: str, place: Path, jobs: int, keep: Keep):
        self.place, self.jobs, self.keep = place, jobs, keep
        self.mixtures, self.noisy = place / "eval", place / "eval" / "noisy"
        write_mixtures_once(data, split, self.mixtures)
        self.heard = mixtures_digest(self.mixtures)
        self.systems: dict[str, dict] = {}
        self.left_out: dict[str, str] = {}  # name -> why
        self.failed: set[str] = set()  # of those left out, all but those that had no time

    def score_all(self, models: list[Shipped], with_bands: bool) -> None:
        """The noisy input, the peers and the models; `with_bands`: those of a lower rate also on their own band."""
        self.add("noisy", lambda: {"title": "noisy", **self.score("noisy", self.noisy)})
        if "noisy" not in self.systems:
            return  # nothing can be compared with it
        for peer in PEERS:
            self.add(peer, partial(self.score_peer, peer))
        for model in models:
            self.add(model.name, partial(self.score_model, model, with_bands))

    def found(self) -> dict:
        mixtures = {"files": len(mixtures_in(self.mixtures)), "sha256": self.heard}
        return {"mixtures": mixtures, "systems": self.systems}

    def add(self, name: str, score: Callable[[], dict]) -> None:
        try:
            entry = score()
        except TimeoutError as error:
            self.left_out[name] = str(error)
        except (EngineError, FileNotFoundError, ValueError) as error:
            self.left_out[name] = str(error)
            self.failed.add(name)
        else:
            entry.pop("files")
            self.systems[name] = entry

    def score(self, title: str, sounds: Path) -> dict:
        return score_system(self.mixtures, title, sounds, self.jobs, keep=self.keep)

    def score_peer(self, peer: str) -> dict:
        out = self.place / "peers" / peer
        run_peer(peer, self.noisy, out, repr((peer, peer_version(), self.heard)))
        return {"title": PEERS[peer], "version": peer_version(), **self.score(PEERS[peer], out)}

    def score_model(self, model: Shipped, with_bands: bool) -> dict:
        out = self.place / "enhanced" / model.slug
        key = repr((engine_digest(), self.heard, model.digest()))
        enhance(self.noisy, out, model.argument, key, self.jobs, self.keep.check_time)
        result = {
            "title": f"`{model.name}`",
            "version": model.manifest["version"],
            "sample_rate_hz": model.sample_rate_hz,
            "sha256": model.digest(),
            **self.score(model.name, out),
        }
        if with_bands and model.sample_rate_hz < RATE_HZ:
            result["own_band"] = self.score_band(model, out, result["mean"])
        return result

    def score_band(self, model: Shipped, out: Path, mean: dict) -> dict:
        edge = model.sample_rate_hz / 2
        bands = {
            kind: score_system_band(self.mixtures, name, sounds, edge, self.jobs, keep=self.keep)
            for kind, name, sounds in (("noisy", "noisy", self.noisy), ("enhanced", model.name, out))
        }
        # DNSMOS does not look above this band, so the number is the one from the whole file.
        for kind, whole in (("noisy", self.systems["noisy"]["mean"]), ("enhanced", mean)):
            bands[kind].setdefault("bak", whole["bak"])
        return {"high_hz": edge, **bands}


def write_mixtures_once(data: str, split: str, folder: Path) -> None:
    """The mixtures; whole or not there."""
    if (folder / "mixtures.csv").exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    write_mixtures(Prepared(data), unfinished, split, COUNT, SECONDS, SNRS_DB, SEED)
    unfinished.rename(folder)


def mixtures_digest(folder: Path) -> str:
    found = hashlib.sha256((folder / "mixtures.csv").read_bytes())
    for mixture in mixtures_in(folder):
        for kind in ("clean", "noisy"):
            found.update(hashlib.sha256((folder / kind / mixture["file"]).read_bytes()).digest())
    return found.hexdigest()
