"""The shipped engine, run by the package's command line: recordings in, what people would hear out.

Notable: nothing is made twice while models, engine and recordings stay the same, so an interrupted run picks up again.
"""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[3]
COMMAND = ROOT / "dist" / "cli.js"


class EngineError(Exception):
    """The command line did not do what it was asked; the message is its own."""


def engine_digest() -> str:
    if not COMMAND.exists():
        raise EngineError(f"{COMMAND} is not there: npm run build makes it")
    return hashlib.sha256(COMMAND.read_bytes()).hexdigest()


def ensure_built() -> None:
    """Builds the package unless what is built is newer than its sources: what is scored is what the sources make."""
    sources = [
        ROOT / "package-lock.json",
        *(path for name in ("src", "worklet") for path in (ROOT / name).rglob("*.ts")),
    ]
    if COMMAND.exists() and COMMAND.stat().st_mtime > max(path.stat().st_mtime for path in sources):
        return
    if not (ROOT / "node_modules").exists():
        raise EngineError("the package is not installed: npm install")
    done = subprocess.run(["npm", "run", "--silent", "build"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        raise EngineError(f"npm run build failed:\n{done.stderr}{done.stdout}")


def begin(folder: Path, key: str) -> None:
    """Empties a folder that was made under another key, and notes this one beside it."""
    stamp = folder.with_name(f"{folder.name}.key")
    if not stamp.exists() or stamp.read_text() != key:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        stamp.write_text(key)


def enhance(
    recordings: Path, out: Path, model: str, key: str, jobs: int = 1, check_time: Callable[[], None] = lambda: None
) -> None:
    """Every WAV file of a folder through a model, in `jobs` threads; EngineError with the first complaint where one
    fails. `check_time` is called before any work begins, and may raise."""
    begin(out, key)
    missing = [path for path in sorted(recordings.glob("*.wav")) if not (out / path.name).exists()]
    if not missing:
        return
    check_time()
    print(f"  {model}: enhancing {len(missing)} files", flush=True)
    command = [
        "node",
        str(COMMAND),
        *map(str, missing),
        "-o",
        f"{out}/",
        "--model",
        model,
        "--jobs",
        str(jobs),
        "--quiet",
    ]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        complaint = done.stderr.strip() or f"the command ended with {done.returncode} and said nothing"
        raise EngineError(complaint.splitlines()[0])
