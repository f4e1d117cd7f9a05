"""The models that models/catalogue.json lists, under the names that the command line takes.

Notable: a folder holds a model, `manifest.json`, and any number of variants beside it (`griffin-lim.json`, …) which
share its weights or bring their own. A variant is called `folder/variant`.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

MODELS = Path(__file__).parents[3] / "models"
REQUIRED = ("sampleRateHz", "framing", "cost", "files", "version")


@dataclass(frozen=True)
class Shipped:
    name: str  # as the command line's --model takes it
    path: Path  # of the manifest
    manifest: dict

    @property
    def sample_rate_hz(self) -> int:
        return self.manifest["sampleRateHz"]

    @property
    def slug(self) -> str:
        """A folder's name for what this model makes."""
        return self.name.replace("/", "@")

    @property
    def argument(self) -> str:
        """What the command line's --model takes: the name of a bundled model, else where it lies."""
        if self.path.resolve() == catalogue(MODELS).get(self.name, Path()).resolve():
            return self.name
        return str(self.path.parent.resolve() if self.path.name == "manifest.json" else self.path.resolve())

    @property
    def streams(self) -> bool:
        """Hop by hop, not a block of sound at a time."""
        return self.manifest["framing"]["kind"] == "streaming"

    def digest(self) -> str:
        """Changes with everything that the engine reads of this model."""
        found = hashlib.sha256(self.path.read_bytes())
        for name in sorted(self.manifest["files"]):
            found.update(hashlib.sha256((self.path.parent / name).read_bytes()).digest())
        return found.hexdigest()


def load(path: Path, name: str) -> Shipped:
    """ValueError where the manifest or a file that it names is not as it says."""
    try:
        manifest = json.loads(path.read_text())
    except FileNotFoundError as error:
        raise ValueError(f"{path} is not there: export the model, or take it off the catalogue") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not JSON: {error}") from error
    absent = [field for field in REQUIRED if field not in manifest]
    if absent:
        raise ValueError(f"{path} lacks {', '.join(absent)}: export the model again")
    for file in manifest["files"]:
        if not (path.parent / file).exists():
            raise ValueError(f"{path} names {file}, which is not there: export the model again")
    return Shipped(name, path, manifest)


def catalogue(models: Path) -> dict[str, Path]:
    """Where the manifest of each model and variant lies, by name."""
    packages = json.loads((models / "catalogue.json").read_text())["packages"]
    rows = [(models / package["folder"], row) for package in packages for row in package["models"]]
    return {row["name"]: folder / row["manifest"] for folder, row in rows}


def find(models: Path) -> tuple[list[Shipped], dict[str, str]]:
    """Models and variants, those that stream first, each model before its variants;
    and by name, why others cannot be used."""
    found, broken = [], {}
    for name, path in catalogue(models).items():
        try:
            found.append(load(path, name))
        except ValueError as error:
            broken[name] = str(error)
    return sorted(found, key=lambda model: (not model.streams, model.name)), broken


def named(model: str) -> Shipped:
    """A bundled model by its name, or the one of a folder or manifest; ValueError where there is none."""
    if model in catalogue(MODELS):
        return load(catalogue(MODELS)[model], model)
    path = Path(model)
    path = path if path.suffix == ".json" else path / "manifest.json"
    if not path.exists():
        raise ValueError(f"{model} is neither in {MODELS} nor a folder or file with a manifest")
    return load(path, path.parent.name if path.name == "manifest.json" else f"{path.parent.name}/{path.stem}")


def configured(configs: Path) -> list[str]:
    """Names of the models that there are recipes for."""
    return sorted(path.stem for path in configs.glob("*.toml"))
