"""One TOML file -> the dataclasses of a run."""

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from ..data.mixing import MixConfig
from ..framing import Framing
from ..loss.losses import LossConfig
from ..network.models import ModelConfig


@dataclass
class TrainConfig:
    """One training run."""

    seed: int = 1
    batch: int = 8  # examples for each step, over all processes
    learning_rate: float = 2e-3  # at the end of the warm-up
    final_rate: float = 0.02  # share of it that is left at the end of the cosine
    warmup: float = 0.02  # share of the run
    hold: float = 0.5  # share of the run, warm-up included, before the rate begins to fall
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.98)
    clip_norm: float = 1.0  # gradients are clipped to this multiple of their own running median norm
    ema: float = 0.997  # decay of the averaged weights, which are what is scored and shipped
    carry: float = 0.5  # share of examples that begin with the state in which another one ended: long streams
    licence_flags: tuple[str, ...] | None = None  # only clips with these flags; None: all
    patience: int = 0  # validations without a better score before the run ends early; 0: never
    valid_examples: int = 24
    valid_split: str = "valid"  # voices that choose the best weights: valid, or unseen-valid
    valid_seconds: float = 4.0
    model: ModelConfig = field(default_factory=ModelConfig)
    framing: Framing = field(default_factory=Framing)
    mix: MixConfig = field(default_factory=MixConfig)
    loss: LossConfig = field(default_factory=LossConfig)

    def __post_init__(self) -> None:
        self.model = dataclasses.replace(self.model, bins=self.framing.bins, rate_hz=self.framing.rate_hz)


def build(kind: type, values: dict, where: str = ""):
    """A dataclass from plain values; unknown names are errors, lists become tuples."""
    known = {f.name: f for f in dataclasses.fields(kind)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValueError(f"unknown setting {where}{unknown[0]}: expected one of {', '.join(known)}")
    ready = {}
    for name, value in values.items():
        inner = {"model": ModelConfig, "framing": Framing, "mix": MixConfig, "loss": LossConfig}.get(name)
        if inner and isinstance(value, dict):
            value = build(inner, value, f"{name}.")
        ready[name] = tuple(value) if isinstance(value, list) else value
    return kind(**ready)


def override(config, items: list[str]) -> None:
    """Settings given as `name=value`, as in `model.channels=48` or `front.to=[0, 1]`; values are TOML, or else plain text."""
    for item in items:
        name, _, text = item.partition("=")
        owner, _, leaf = name.rpartition(".")
        target = getattr(config, owner, None) if owner else config
        if not dataclasses.is_dataclass(target) or leaf not in {f.name for f in dataclasses.fields(target)}:
            raise ValueError(f"unknown setting {name}")
        before = getattr(target, leaf)
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text
        value = tuple(value) if isinstance(value, list) else float(value) if isinstance(before, float) else value
        if before is not None and type(value) is not type(before):
            raise ValueError(f"{name} is {text!r}: expected {type(before).__name__}, as in {before!r}")
        setattr(target, leaf, value)


def load_config(path: str | Path) -> TrainConfig:
    with open(path, "rb") as file:
        return build(TrainConfig, tomllib.load(file))
