"""Scoring of WAV folders."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from denoise_training.data import Prepared
from denoise_training.evaluate import align, evaluate, markdown, read
from denoise_training.mix import write_mixtures
from denoise_training.scores import si_sdr


def test_si_sdr_of_orthogonal_noise():
    t = np.arange(48000) / 48000
    clean, noise = np.sin(2 * np.pi * 440 * t), np.cos(2 * np.pi * 440 * t)
    assert si_sdr(clean, 3 * (clean + 0.1 * noise)) == pytest.approx(20.0, abs=0.01)


@pytest.mark.parametrize("lag", [0, 240, 1999, -300])
def test_align_finds_the_lag(lag: int):
    clean = np.random.default_rng(0).standard_normal(24000).astype(np.float32)
    late = np.roll(clean, lag) * 0.5
    inside = slice(2000, -2000)
    np.testing.assert_allclose(align(clean, late)[inside], 0.5 * clean[inside], atol=1e-6)


def test_scores_a_folder_and_says_what_is_missing(prepared_folder: Path, tmp_path: Path):
    write_mixtures(Prepared(prepared_folder), tmp_path, "eval", 2, 2.0, [0.0, 20.0], seed=1)
    scores = evaluate(tmp_path, {"noisy": tmp_path / "noisy", "clean": tmp_path / "clean"}, 1, with_dnsmos=False)
    assert scores["systems"]["clean"]["mean"]["si_sdr"] > scores["systems"]["noisy"]["mean"]["si_sdr"] + 20
    assert set(scores["systems"]["noisy"]["by_snr"]) == {"0.0", "20.0"}
    assert "| noisy |" in markdown(scores) and "pesq 0." in markdown(scores)
    with pytest.raises(FileNotFoundError, match="lacks 2 of 2 files"):
        evaluate(tmp_path, {"x": tmp_path / "nowhere"}, 1, with_dnsmos=False)


def test_bad_audio_is_named(tmp_path: Path):
    (tmp_path / "bad.wav").write_bytes(b"RIFF nothing")
    with pytest.raises(ValueError, match=r"bad\.wav is not readable"):
        read(tmp_path / "bad.wav")
    soundfile.write(tmp_path / "slow.wav", np.zeros(100), 8000)
    with pytest.raises(ValueError, match="8000 Hz: expected 48000"):
        read(tmp_path / "slow.wav")
