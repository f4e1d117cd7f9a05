"""Processes that share a run: one is stopped, another knows more, and the files that start them on clusters."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from support import TRAINING, free_port

from denoise_training.run import hosts
from denoise_training.run.hosts import AGAIN, Processes, furthest_in
from denoise_training.run.loop import Turn, save
from scripts import train as program

HOST = TRAINING / "runs" / "host.sh"
SLURM = TRAINING / "runs" / "slurm.sh"
KUBERNETES = TRAINING / "runs" / "kubernetes.yaml"
VARIABLES = {"HOSTS", "PROCESSES", "RENDEZVOUS", "RUN_ID", "ADDRESS", "WAIT"}


def test_one_process_agrees_with_itself():
    alone, turn = Processes(0, 1, "cpu"), Turn(0.25, False, True, False)
    assert alone.agree(turn) == turn and alone.furthest({"step": 3}) == {"step": 3} and alone.furthest(None) is None


def test_the_checkpoint_of_a_machine_that_got_furthest_counts_whichever_process_wrote_it(tmp_path: Path):
    assert furthest_in(tmp_path) is None
    for name, step in (("last.1.pt", 7), ("last.pt", 4), ("best.pt", 9)):
        save({"step": step}, tmp_path / name)
    assert furthest_in(tmp_path)["step"] == 7


def test_when_one_process_is_stopped_all_keep_the_same_step_and_the_others_ask_to_start_again(
    prepared_folder: Path, config_file: Path, tmp_path: Path
):
    port, running = str(free_port()), []
    for rank in range(2):
        arguments = ["--config", str(config_file), "--data", str(prepared_folder), "--out", str(tmp_path / str(rank))]
        arguments += ["--steps", "1000000", "--valid-minutes", "0", "--save-seconds", "0"]
        environment = {
            **os.environ, "RANK": str(rank), "LOCAL_RANK": "0", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": port, "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        command = [sys.executable, "-m", "scripts.train", *arguments]
        running.append(subprocess.Popen(command, cwd=TRAINING, env=environment, stdout=subprocess.DEVNULL))
    try:
        while not (tmp_path / "1" / "last.1.pt").exists():
            assert [process.poll() for process in running] == [None, None]
            time.sleep(0.05)
        running[1].send_signal(signal.SIGTERM)
        assert [process.wait() for process in running] == [AGAIN, 0]
    finally:
        for process in running:
            process.kill()
    first, second = (furthest_in(tmp_path / str(rank)) for rank in range(2))
    assert first["step"] == second["step"] > 0
    for one, two in zip(first["states"], second["states"], strict=True):
        assert len(one) == 4 and torch.equal(one, two), "each holds the streams of the whole batch"


# ---- clusters --------------------------------------------------------------------------------------------------------


def accepted(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments of a run that the program takes, as far as the machine of the test can know."""
    where = arguments.index("--out") + 1
    arguments = [*arguments[:where], str(tmp_path), *arguments[where + 1 :]]
    seen = []
    monkeypatch.setattr(program, "train", lambda config, course, *_: seen.append((config, course)) or True)
    monkeypatch.setattr(torch, "set_flush_denormal", lambda on: on)
    monkeypatch.setattr("sys.argv", ["train", *arguments])
    monkeypatch.chdir(TRAINING)
    program.main()
    (config, course), processes = seen[0], 16
    assert course.shares % processes == 0 and config.batch % course.shares == 0


@pytest.mark.parametrize("path", sorted((TRAINING / "runs").glob("*.sh")), ids=lambda path: path.name)
def test_every_run_is_a_script_that_a_shell_can_read(path: Path):
    shell = "bash" if path.read_text().startswith("#!/bin/bash\n") else "sh"
    assert subprocess.run([shell, "-n", path], capture_output=True, text=True).stderr == ""
    assert os.access(path, os.X_OK)


def test_the_slurm_job_starts_what_every_machine_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    text = SLURM.read_text()
    assert set(re.findall(r"^#SBATCH --([a-z-]+)=?", text, re.M)) >= {"nodes", "ntasks-per-node", "requeue", "signal"}
    assert set(re.findall(r"\b([A-Z_]+)=", text)) <= VARIABLES
    assert {name for name in VARIABLES if re.search(rf"\b{name}\b", HOST.read_text())} == VARIABLES
    example = re.search(r"^# sbatch runs/slurm\.sh (.*)$", text, re.M)
    accepted(shlex.split(example.group(1)), tmp_path, monkeypatch)


def test_the_kubernetes_job_starts_what_every_machine_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    text = KUBERNETES.read_text()
    assert set(re.findall(r"- name: ([A-Z_]+)$", text, re.M)) <= VARIABLES
    arguments = re.findall(r"^ +- (--\S+)$", text, re.M)
    accepted([part for item in arguments for part in item.split("=", 1)], tmp_path, monkeypatch)
    counts = [re.search(pattern, text).group(1) for pattern in (r"completions: (\d+)", r"parallelism: (\d+)")]
    assert counts == [re.search(r'HOSTS\n +value: "(\d+)"', text).group(1)] * 2
    gpus = re.search(r"nvidia.com/gpu: (\d+)", text).group(1)
    assert gpus == re.search(r'PROCESSES\n +value: "(\d+)"', text).group(1)


def test_the_kubernetes_manifest_is_yaml():
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    service, job = yaml.safe_load_all(KUBERNETES.read_text())
    assert (service["kind"], job["kind"]) == ("Service", "Job")
    pod = job["spec"]["template"]["spec"]
    assert pod["subdomain"] == service["metadata"]["name"] and service["spec"]["clusterIP"] == "None"
    assert service["spec"]["selector"] == {"job-name": job["metadata"]["name"]}
    (container,) = pod["containers"]
    assert container["command"] == ["runs/host.sh"]
    mounts = {mount["name"] for mount in container["volumeMounts"]}
    assert mounts == {volume["name"] for volume in pod["volumes"]}
    meeting = next(item["value"] for item in container["env"] if item["name"] == "RENDEZVOUS")
    assert meeting == f"{job['metadata']['name']}-0.{pod['subdomain']}:{service['spec']['ports'][0]['port']}"


def test_the_page_explains_every_variable():
    page = (TRAINING / "docs" / "hosts.md").read_text()
    assert {name for name in VARIABLES if f"| `{name}` |" in page} == VARIABLES
    assert f"status {AGAIN}" in page and f"{hosts.PATIENCE.seconds // 60} minutes" in page
