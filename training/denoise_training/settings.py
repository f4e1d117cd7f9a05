"""Settings of any run: a TOML file or a checkpoint's plain values -> dataclasses, sections and all.

Notable: a section of the file is a field whose type is a dataclass, so a new kind of run needs dataclasses and nothing
here. What is unknown is an error. Changes from the command line are built like the rest, so they pass the same checks.
"""

import dataclasses
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

Settings = TypeVar("Settings")


def build(kind: type[Settings], values: dict, where: str = "") -> Settings:
    """A dataclass from plain values, as in TOML or a checkpoint; lists become tuples."""
    known = {f.name: f for f in dataclasses.fields(kind)}
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise ValueError(f"unknown setting {where}{unknown[0]}: expected one of {', '.join(known)}")
    ready = {}
    for name, value in values.items():
        if dataclasses.is_dataclass(known[name].type) and isinstance(value, dict):
            value = build(known[name].type, value, f"{name}.")
        ready[name] = tuple(value) if isinstance(value, list) else value
    return kind(**ready)


def load(kind: type[Settings], path: str | Path) -> Settings:
    with open(path, "rb") as file:
        return build(kind, tomllib.load(file))


def override(settings: Settings, items: Iterable[str]) -> Settings:
    """The settings with each `name=value`, as in `model.channels=48` or `front.to=[0, 1]`;
    values are TOML, or plain text."""
    values = dataclasses.asdict(settings)
    for item in items:
        name, _, text = item.partition("=")
        owner, _, leaf = name.rpartition(".")
        section = getattr(settings, owner, None) if owner else settings
        if not dataclasses.is_dataclass(section) or leaf not in {f.name for f in dataclasses.fields(section)}:
            raise ValueError(f"unknown setting {name}")
        (values[owner] if owner else values)[leaf] = read_value(name, text, getattr(section, leaf))
    return build(type(settings), values)


def read_value(name: str, text: str, before: object) -> object:
    """A value of the type that the setting has."""
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    value = tuple(value) if isinstance(value, list) else float(value) if isinstance(before, float) else value
    if before is not None and type(value) is not type(before):
        raise ValueError(f"{name} is {text!r}: expected {type(before).__name__}, as in {before!r}")
    return value
