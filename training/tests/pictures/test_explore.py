"""The pictures: what is derived, what is drawn, and what is refused."""

import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import soundfile
from support import TRAINING

from denoise_training.data.prepared import Prepared
from denoise_training.pictures.folder import draw_summary
from denoise_training.pictures.sound import complete, draw_sound, views


def test_missing_signals_follow_from_the_others():
    noisy, clean, enhanced = np.full(9, 5.0), np.full(9, 2.0), np.full(8, 3.0)
    found = complete({"noisy": noisy, "clean": clean, "enhanced": enhanced})
    assert list(found) == ["clean", "noise", "noisy", "estimated noise", "enhanced"]
    assert found["noise"].tolist() == [3.0] * 8 and found["estimated noise"].tolist() == [2.0] * 8


def test_views_show_a_tone_where_it_is():
    wave = (0.5 * np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)).astype(np.float32)
    pictures = views(wave, 16000)
    assert pictures["magnitude"].shape[0] == 257 and pictures["MFCC"].shape[0] == 20
    assert (pictures["magnitude"][:, 10:-10].argmax(0) == 32).all()
    assert abs(pictures["magnitude, dB"][32, 50] - 20 * np.log10(64)) < 0.1


def test_a_report_is_a_picture_with_a_column_for_each_signal(tmp_path: Path):
    rng = np.random.default_rng(0)
    sizes = []
    for count in (1, 3):
        waves = {
            name: 0.1 * rng.standard_normal(8000).astype(np.float32) for name in ("noisy", "clean", "enhanced")[:count]
        }
        draw_sound(complete(waves), 16000, "test", tmp_path / f"{count}.png")
        sizes.append(plt.imread(tmp_path / f"{count}.png").shape)
    assert sizes[1][1] > 2 * sizes[0][1] and sizes[0][0] == sizes[1][0]


def test_silence_can_be_drawn(tmp_path: Path):
    draw_sound({"noisy": np.zeros(4000, np.float32)}, 16000, "silence", tmp_path / "silence.png")
    assert (tmp_path / "silence.png").stat().st_size > 1000


def test_the_summary_counts_the_prepared_folder(prepared_folder: Path):
    figure = draw_summary(Prepared(prepared_folder))
    titles = [axis.get_title() for axis in figure.axes]
    assert titles[:3] == ["speech by source", "noise by source", "noise by class"]
    assert "20 clips" in figure.get_suptitle() or "21 clips" in figure.get_suptitle()
    plt.close(figure)


def explore(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "scripts.explore", *arguments], cwd=TRAINING, capture_output=True, text=True
    )


def test_the_command_draws_a_file_and_names_a_bad_one(tmp_path: Path):
    soundfile.write(tmp_path / "noisy.wav", 0.1 * np.random.default_rng(0).standard_normal(8000), 8000)
    done = explore(str(tmp_path / "noisy.wav"), "--out", str(tmp_path / "r.png"))
    assert done.returncode == 0 and (tmp_path / "r.png").exists(), done.stderr
    (tmp_path / "text.wav").write_text("no sound")
    done = explore(str(tmp_path / "text.wav"))
    assert done.returncode != 0 and "text.wav is not readable audio" in done.stderr
    assert "--mixture and --summary need --data" in explore("--mixture", "1").stderr


@pytest.mark.parametrize("kind", ["speech", "noise"])
def test_a_folder_without_speech_or_noise_is_refused(prepared_folder: Path, kind: str):
    data = Prepared(prepared_folder)
    data.clips = [c for c in data.clips if c.kind != kind]
    with pytest.raises(ValueError, match="expected a prepared folder with speech and noise"):
        draw_summary(data)
