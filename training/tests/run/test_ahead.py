"""Mixtures from other processes are those of this one; larger steps; a rehearsal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from support import TRAINING

from denoise_training.data.mixing import MixtureSource
from denoise_training.data.pack import pack
from denoise_training.data.prepared import Prepared
from denoise_training.run.ahead import Ahead
from denoise_training.run.config import TrainConfig
from denoise_training.run.train import Run
from denoise_training.settings import load


def ahead(folder: Path, config_file: Path, workers: int) -> Ahead:
    config = load(TrainConfig, config_file)
    return Ahead(MixtureSource(Prepared(folder), "train", config.mix, config.seed, 4), range(1, 4), workers=workers)


def test_batches_are_the_same_whoever_draws_them_and_from_any_step(prepared_folder: Path, config_file: Path):
    alone, helped = (ahead(prepared_folder, config_file, workers) for workers in (0, 2))
    for step in (0, 1, 2, 3, 4, 7, 8, 2):
        for a, b in zip(alone.batch(step), helped.batch(step), strict=True):
            assert torch.equal(a, b), f"step {step}"


def test_a_run_with_helpers_learns_what_one_without_does(prepared_folder: Path, config_file: Path):
    config, data = load(TrainConfig, config_file), Prepared(prepared_folder)
    runs = [Run(config, data, workers=workers) for workers in (0, 2)]
    losses = [[run.train_step(0.5)["loss"] for _ in range(3)] for run in runs]
    assert losses[0] == losses[1]


def test_a_mistake_in_a_helper_is_told_here(prepared_folder: Path, config_file: Path):
    batches = ahead(prepared_folder, config_file, workers=1)
    batches.steps.mixer.prepared.audio.clear()
    with pytest.raises(KeyError, match=r"speech|noise"):
        batches.batch(0)


def test_larger_steps_have_a_larger_rate_and_an_average_that_reaches_as_far(config_file: Path):
    config = load(TrainConfig, config_file)
    scaled = config.scaled_to(16 * config.batch)
    assert scaled.learning_rate == pytest.approx(4 * config.learning_rate)
    assert scaled.ema == pytest.approx(config.ema**16)
    assert config.scaled_to(config.batch) == config


def test_a_rehearsal_says_what_to_train_with_and_that_can_be_done(
    prepared_folder: Path, config_file: Path, tmp_path: Path
):
    common = ["--config", str(config_file), "--data", str(prepared_folder), "--workers", "1"]
    said = run_program("scripts.rehearse", *common, "--batches", "2", "4", "--seconds", "0.5")
    assert [line.split(":")[0] for line in said.splitlines()[1:3]] == ["batch 2", "batch 4"]
    batch = said.splitlines()[3].split()[1]
    course = ["--batch", batch, "--steps", "3", "--valid-minutes", "0", "--save-seconds", "1"]
    run_program("scripts.train", *common, *course, "--out", str(tmp_path))
    best, last = (torch.load(tmp_path / name, weights_only=True) for name in ("best.pt", "last.pt"))
    assert best["step"] == 3 and best["config"]["batch"] == int(batch)
    assert all(torch.equal(value, last["average"][name]) for name, value in best["average"].items())


def test_one_script_goes_from_a_packed_folder_to_a_checkpoint_and_goes_on_from_it(
    prepared_folder: Path, config_file: Path, tmp_path: Path
):
    packed, run = tmp_path / "packed", tmp_path / "run"
    pack(prepared_folder, packed)
    environment = {
        **os.environ, "PYTHON": sys.executable, "PREPARED": str(tmp_path / "prepared"), "REHEARSE_SECONDS": "0.2"
    }  # fmt: skip
    for steps in (2, 3):
        command = [TRAINING / "runs/gpu.sh", packed, run, config_file]
        environment["STEPS"] = str(steps)
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        assert torch.load(run / "best.pt", weights_only=True)["step"] == steps
    assert "resumed" in done.stdout


def run_program(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=TRAINING, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout
