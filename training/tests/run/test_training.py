"""The training loop: resume, several processes, and that the loss falls."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from support import TRAINING, free_port

from denoise_training.data.prepared import Prepared
from denoise_training.run.config import TrainConfig
from denoise_training.run.loop import save, weights_only
from denoise_training.run.train import Run
from denoise_training.settings import load


def close(one: dict, two: dict, tolerance: float) -> None:
    for name, value in one["network"].items():
        torch.testing.assert_close(
            value, two["network"][name], atol=tolerance, rtol=0, msg=lambda m, n=name: f"{n}: {m}"
        )
        torch.testing.assert_close(one["average"][name], two["average"][name], atol=tolerance, rtol=0)


def test_resumed_equals_uninterrupted(prepared_folder: Path, config_file: Path, tmp_path: Path):
    config, data = load(TrainConfig, config_file), Prepared(prepared_folder)
    whole = Run(config, data)
    for step in range(6):
        whole.train_step(step / 6)
    first = Run(config, data)
    for step in range(3):
        first.train_step(step / 6)
    save(first.checkpoint(), tmp_path / "last.pt")
    second = Run(config, data)
    saved = torch.load(tmp_path / "last.pt", weights_only=True)
    second.restore(saved)
    second.take_states(saved)
    for step in range(3, 6):
        second.train_step(step / 6)
    assert second.step == 6
    close(second.checkpoint(), whole.checkpoint(), 0.0)


def test_a_new_run_can_begin_with_the_weights_of_another(prepared_folder: Path, config_file: Path):
    config, data = load(TrainConfig, config_file), Prepared(prepared_folder)
    first = Run(config, data)
    first.train_step(0.5)
    second = Run(config, data)
    second.begin_with(weights_only(first.checkpoint()))
    assert second.step == 0 and second.seconds == 0.0
    for name, value in second.network.state_dict().items():
        assert torch.equal(value, first.average.weights[name])
        assert torch.equal(value, second.average.weights[name])


def run_command(arguments: list[str], processes: int) -> None:
    launcher = ["-m", "torch.distributed.run", "--nproc-per-node", str(processes), "--master-port", str(free_port())]
    command = [sys.executable, *(launcher if processes > 1 else []), "-m", "scripts.train", *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=TRAINING, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_two_processes_equal_one(prepared_folder: Path, config_file: Path, tmp_path: Path):
    saved = []
    for processes in (1, 2):
        out = tmp_path / str(processes)
        arguments = ["--config", str(config_file), "--data", str(prepared_folder), "--out", str(out), "--steps", "4"]
        run_command(arguments, processes)
        saved.append(torch.load(out / "last.pt", weights_only=True))
    assert saved[1]["step"] == 4
    # Adam divides by the size of the gradient: rounding of tiny gradients shows, in full, in the first steps.
    close(saved[0], saved[1], 5e-4)


def test_more_processes_go_on_where_one_was(prepared_folder: Path, config_file: Path, tmp_path: Path):
    alone = Run(load(TrainConfig, config_file), Prepared(prepared_folder))
    for step in range(2):
        alone.train_step(step / 4)
    save(alone.checkpoint(), tmp_path / "last.pt")
    arguments = ["--config", str(config_file), "--data", str(prepared_folder), "--out", str(tmp_path), "--steps", "4"]
    run_command(arguments, 2)
    assert [path.name for path in tmp_path.glob("last*.pt")] == ["last.pt"], "one for a machine"
    saved = torch.load(tmp_path / "last.pt", weights_only=True)
    for step in range(2, 4):
        alone.train_step(step / 4)
    assert saved["step"] == alone.step == 4
    close(saved, alone.checkpoint(), 5e-4)
    for state, expected in zip(saved["states"], alone.states, strict=True):
        assert state.shape == expected.shape, "the streams of the whole batch"


def test_a_short_run_lowers_the_loss(prepared_folder: Path, config_file: Path):
    run = Run(load(TrainConfig, config_file), Prepared(prepared_folder))
    losses = [run.train_step(step / 120)["loss"] for step in range(120)]
    first, last = sum(losses[:10]) / 10, sum(losses[-30:]) / 30
    assert last < 0.7 * first, f"loss went from {first:.4f} to {last:.4f}"


def test_a_batch_that_does_not_divide_is_an_error(prepared_folder: Path, config_file: Path):
    with pytest.raises(ValueError, match="does not divide"):
        Run(load(TrainConfig, config_file), Prepared(prepared_folder), rank=0, processes=3)
