"""A prepared folder that travels comes out as it went in, and says what is missing."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support import TRAINING

from denoise_training.data import pack as module
from denoise_training.data.mixing import MixConfig, MixtureSource
from denoise_training.data.pack import pack, unpack
from denoise_training.data.prepared import Prepared
from denoise_training.framing import RATE_HZ

PART_BYTES = 250_000


@pytest.fixture(scope="module")
def packed(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("packed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PIECE_SAMPLES", 4 * RATE_HZ)
        pack(prepared_folder, folder, PART_BYTES, kbits=160)
    return folder


def copy_of(packed: Path, to: Path) -> Path:
    to.mkdir()
    for path in packed.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


def test_parts_are_as_small_as_asked_and_hold_everything(packed: Path, prepared_folder: Path, tmp_path: Path):
    parts = sorted(packed.glob("part-*.tar"))
    assert len(parts) > 2
    assert max(part.stat().st_size for part in parts) <= PART_BYTES
    unpack(packed, tmp_path)
    assert (tmp_path / "index.csv").read_bytes() == (prepared_folder / "index.csv").read_bytes()
    for kind in ("speech", "noise"):
        before, after = (np.fromfile(folder / f"{kind}.i16", np.int16) for folder in (prepared_folder, tmp_path))
        assert len(after) == len(before)
        error = (after - before.astype(np.float32)) / np.sqrt(np.mean(before.astype(np.float32) ** 2))
        # White noise is what a codec keeps worst.
        assert np.sqrt(np.mean(error**2)) < (0.1 if kind == "speech" else 0.5), kind
    assert (tmp_path / "rir.i16").read_bytes() == (prepared_folder / "rir.i16").read_bytes()


def test_mixtures_of_an_unpacked_folder_are_drawn_like_those_of_the_first(
    packed: Path, prepared_folder: Path, tmp_path: Path
):
    unpack(packed, tmp_path)
    recipes = [
        MixtureSource(Prepared(folder), "train", MixConfig(seconds=0.5), 1, 2).batch(0, range(4))[2]
        for folder in (prepared_folder, tmp_path)
    ]
    assert recipes[0] == recipes[1]


def test_what_is_missing_or_broken_is_named_and_no_folder_passes_for_whole(packed: Path, tmp_path: Path):
    folder = copy_of(packed, tmp_path / "copy")
    out = tmp_path / "out"
    broken = folder / "part-001.tar"
    whole = broken.read_bytes()
    broken.write_bytes(whole[:-1])
    with pytest.raises(ValueError, match=r"part-001\.tar of \d+ parts are broken, or of another `pack`: copy"):
        unpack(folder, out)
    broken.unlink()
    with pytest.raises(FileNotFoundError, match=r"lacks part-001\.tar of \d+ parts: bring them along"):
        unpack(folder, out)
    (folder / "pack.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"holds no pack\.json"):
        unpack(folder, out)
    assert not (out / "index.csv").exists()
    with pytest.raises(FileNotFoundError, match=r"holds no index\.csv"):
        pack(folder, out)


def test_the_program_packs_and_unpacks(prepared_folder: Path, tmp_path: Path):
    for arguments in (
        [prepared_folder, tmp_path / "parts", "--part-megabytes", "0.1", "--kbits", "96"],
        ["--unpack", tmp_path / "parts", tmp_path / "out"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "scripts.pack", *map(str, arguments)], cwd=TRAINING, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    assert Prepared(tmp_path / "out").clips
