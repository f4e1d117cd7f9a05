"""Settings of both kinds of run, from files, checkpoints and the command line."""

import dataclasses
from pathlib import Path

import pytest
import torch
from support import TRAINING

from denoise_training.classic.config import ClassicConfig
from denoise_training.run.config import TrainConfig
from denoise_training.settings import build, load, override

KINDS = {
    path.stem: ClassicConfig if "[front]" in path.read_text() else TrainConfig
    for path in (TRAINING / "configs").glob("*")
}


@pytest.mark.parametrize("name", KINDS)
def test_a_config_survives_a_checkpoint(name: str):
    config = load(KINDS[name], TRAINING / "configs" / f"{name}.toml")
    assert config.model.name and build(KINDS[name], dataclasses.asdict(config)) == config


@pytest.mark.parametrize("path", sorted((TRAINING / "checkpoints").glob("*.pt")), ids=lambda path: path.stem)
def test_the_settings_of_shipped_checkpoints_are_still_read(path: Path):
    saved = torch.load(path, weights_only=True, map_location="cpu")["config"]
    kind = ClassicConfig if "front" in saved else TrainConfig
    found = dataclasses.asdict(build(kind, saved))
    for name, value in saved.items():
        if isinstance(value, dict):
            assert {key: found[name][key] for key in value} == value
        else:
            assert found[name] == value


@pytest.mark.parametrize(
    ("kind", "text", "setting"),
    [(TrainConfig, "[model]\nchanels = 3\n", "model.chanels"), (ClassicConfig, "[front]\nhopp = 3\n", "front.hopp")],
)
def test_unknown_settings_are_errors(kind: type, text: str, setting: str, tmp_path: Path):
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"unknown setting {setting}: expected one of"):
        load(kind, path)
    with pytest.raises(ValueError, match=f"unknown setting {setting}"):
        override(kind(), [f"{setting}=3"])


def test_the_command_line_changes_sections_and_keeps_types():
    before = TrainConfig()
    changed = override(before, ["batch=4", "model.channels=48", "mix.snr_db=[0, 5]", "mix.room=1", "model.name=other"])
    assert (changed.batch, changed.model.channels, changed.mix.snr_db) == (4, 48, (0, 5))
    assert isinstance(changed.mix.room, float) and changed.model.name == "other" and before == TrainConfig()
    with pytest.raises(ValueError, match="batch is 'many': expected int, as in 8"):
        override(before, ["batch=many"])


def test_the_command_line_is_checked_as_a_file_is():
    assert override(TrainConfig(), ["framing.window=1024"]).model.bins == 513
    with pytest.raises(ValueError, match="image_loss is 'l1': expected huber or mse"):
        override(ClassicConfig(), ["image_loss=l1"])
