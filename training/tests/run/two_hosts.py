"""A run on two machines that share no disk, of which one is killed and comes back; runs/two-hosts.sh starts it.

The machines are network namespaces with a cable (a veth pair) between them. Each has a folder of its own, with its own
share of the sound and its own checkpoints.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from support import TRAINING

from denoise_training.data.cut import cut
from denoise_training.run.hosts import furthest_in

STEPS = 24
KILLED_AFTER = 3  # steps
# Of how far the weights have moved. Two processes that nobody kills come to 4e-4, because sums in another order are
# rounded otherwise. A restart that loses what streams remember comes to 1e-2, one that hears a batch twice to 7e-2.
TOLERANCE = 3e-3
PORT = 29400

needs_namespaces = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("ip"),
    reason="network namespaces need Linux, root and ip(8)",
)


@dataclass
class Machine:
    namespace: str
    cable: str
    address: str
    folder: Path
    started: list[subprocess.Popen] = field(default_factory=list)

    @property
    def out(self) -> Path:
        return self.folder / "run"

    def start(self, first: "Machine", arguments: list[str]) -> subprocess.Popen:
        environment = {
            **os.environ, "PYTHON": sys.executable, "OMP_NUM_THREADS": "1", "HOSTS": "2", "PROCESSES": "1",
            "RENDEZVOUS": f"{first.address}:{PORT}", "ADDRESS": self.address, "GLOO_SOCKET_IFNAME": self.cable,
        }  # fmt: skip
        command = ["ip", "netns", "exec", self.namespace, TRAINING / "runs/host.sh", *arguments]
        command += ["--data", str(self.folder / "sound"), "--out", str(self.out)]
        with open(self.folder / "said.txt", "a") as said:
            self.started.append(
                subprocess.Popen(command, env=environment, stdout=said, stderr=said, start_new_session=True)
            )
        return self.started[-1]

    def kill(self) -> None:
        """All of it at once, as power does."""
        for pid in run("ip", "netns", "pids", self.namespace).split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        for process in self.started:
            process.wait()

    def said(self) -> str:
        return (self.folder / "said.txt").read_text()


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[list[Machine]]:
    made = []
    try:
        for name in ("a", "b"):
            namespace = f"denoise-{os.getpid()}-{name}"
            run("ip", "netns", "add", namespace)
            made.append(Machine(namespace, f"d{os.getpid()}{name}", f"10.77.0.{len(made) + 1}", tmp_path / name))
            made[-1].folder.mkdir()
        one, two = made
        run("ip", "link", "add", one.cable, "netns", one.namespace, "type", "veth",
            "peer", "name", two.cable, "netns", two.namespace)  # fmt: skip
        for machine in made:
            run("ip", "-n", machine.namespace, "address", "add", f"{machine.address}/24", "dev", machine.cable)
            for device in ("lo", machine.cable):
                run("ip", "-n", machine.namespace, "link", "set", device, "up")
        yield made
    finally:
        for machine in made:
            machine.kill()
            run("ip", "netns", "delete", machine.namespace)


def wait_until(condition, machines: list[Machine]) -> None:
    """As long as it takes, unless what should bring it about has ended."""
    while not condition():
        for machine in machines:
            assert machine.started[-1].poll() is None, f"{machine.namespace} ended:\n{machine.said()[-4000:]}"
        time.sleep(0.02)


def step_of(machine: Machine) -> int:
    saved = furthest_in(machine.out)
    return saved["step"] if saved else -1


@needs_namespaces
def test_a_run_whose_second_machine_is_killed_ends_as_one_process_does(
    machines: list[Machine], prepared_folder: Path, config_file: Path, tmp_path: Path
):
    cut([prepared_folder], tmp_path / "sound", 2)
    for machine, other in zip(machines, ("train-001", "train-000"), strict=True):
        shutil.copytree(tmp_path / "sound", machine.folder / "sound", ignore=shutil.ignore_patterns(other))
    arguments = ["--config", str(config_file), "--steps", str(STEPS), "--shares", "2", "--valid-minutes", "0"]
    first, second = machines
    for machine in machines:
        machine.start(first, [*arguments, "--save-seconds", "0"])
    wait_until(lambda: min(map(step_of, machines)) >= KILLED_AFTER, machines)
    second.kill()
    reached = max(map(step_of, machines))
    assert KILLED_AFTER <= reached < STEPS, "killed in the middle"
    second.start(first, [*arguments, "--save-seconds", "0"])
    for machine in machines:
        assert machine.started[-1].wait() == 0, machine.said()[-4000:]
    assert "resumed" in first.said() + second.said()
    saved = [furthest_in(machine.out) for machine in machines]

    alone = ["--data", str(tmp_path / "sound"), "--out", str(tmp_path / "alone"), *arguments]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "scripts.train", *alone], cwd=TRAINING, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    expected = furthest_in(tmp_path / "alone")

    assert [s["step"] for s in (*saved, expected)] == [STEPS] * 3
    for name, weights in saved[0]["network"].items():
        assert torch.equal(weights, saved[1]["network"][name]), "both machines end with the same weights"
    begun = begun_with(config_file)
    moved, apart = (distance(expected["average"], other) for other in (begun, saved[0]["average"]))
    print(f"\nkilled at step {reached} of {STEPS}; after the last, weights are {apart / moved:.1e} of their way apart")
    assert apart < TOLERANCE * moved


def distance(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> float:
    return sum(float((value - two[name]).double().square().sum()) for name, value in one.items()) ** 0.5


def begun_with(config_file: Path) -> dict[str, torch.Tensor]:
    """The weights that every process begins with."""
    from denoise_training.network.models import MaskNetwork
    from denoise_training.run.config import TrainConfig
    from denoise_training.settings import load

    config = load(TrainConfig, config_file)
    torch.manual_seed(config.seed)
    return MaskNetwork(config.model).state_dict()
