"""Scoring of WAV folders."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from denoise_training.data.mixtures import write_mixtures
from denoise_training.data.prepared import Prepared
from denoise_training.measures import dnsmos, low_pass, si_sdr, to_16k
from denoise_training.score import evaluate as evaluation
from denoise_training.score.evaluate import Keep, evaluate, markdown, means, not_all, score_band, score_system
from denoise_training.score.sounds import align, read, read_enhanced


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


def test_sound_that_is_plainly_broken_is_refused(tmp_path: Path):
    clean = np.random.default_rng(0).standard_normal(48000).astype(np.float32) * 0.1
    for name, wave, complaint in (
        ("short", clean[:24000], "24000 samples, expected about 48000"),
        ("silent", np.zeros_like(clean), "is silent"),
        ("broken", np.where(np.arange(48000) == 9, np.nan, clean), "not numbers"),
    ):
        soundfile.write(tmp_path / f"{name}.wav", wave, 48000, subtype="FLOAT")
        with pytest.raises(ValueError, match=rf"{name}\.wav .*{complaint}"):
            read_enhanced(tmp_path / f"{name}.wav", clean)


def test_a_score_that_is_no_number_is_left_out_of_the_mean_and_told():
    entry = {"mean": means([{"pesq": 2.0, "si_sdr": 1.0}, {"pesq": float("nan"), "si_sdr": 3.0}])}
    assert entry["mean"]["pesq"] == 2.0 and entry["mean"]["si_sdr"] == 2.0
    assert not_all({"base": entry}) == "\npesq of base: mean of 1 of 2 files, the others gave no number.\n"
    whole = {"mean": means([{"si_sdr": 1.0}])}
    assert not_all({"base": whole}) == ""


def test_a_score_that_no_file_has_is_a_dash_in_the_table():
    entry = {"mean": means([{"pesq": float("nan"), "si_sdr": 3.0}]), "by_snr": {}, "by_noise": {}}
    other = {"mean": means([{"pesq": 2.0, "si_sdr": 3.0}]), "by_snr": {}, "by_noise": {}}
    text = markdown({"packages": {}, "systems": {"base": entry, "noisy": other}})
    assert "| base | - | 3.00 |" in text and "| noisy | 2.00 | 3.00 |" in text


def test_kept_scores_are_found_again_until_the_sound_changes(
    prepared_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_mixtures(Prepared(prepared_folder), tmp_path, "eval", 2, 2.0, [0.0, 20.0], seed=1)
    scored = []

    def watched(clean: Path, enhanced: Path, with_dnsmos: bool) -> dict[str, float]:
        scored.append(enhanced.name)
        return score_file(clean, enhanced, with_dnsmos)

    score_file = evaluation.score_file
    watched.__name__ = score_file.__name__
    monkeypatch.setattr(evaluation, "score_file", watched)

    def run() -> dict:
        scored.clear()
        return score_system(tmp_path, "noisy", tmp_path / "noisy", with_dnsmos=False, keep=Keep(tmp_path / "kept"))

    first = run()
    assert scored == ["0000.wav", "0001.wav"]
    assert run() == first and scored == []
    wave, rate = soundfile.read(tmp_path / "noisy" / "0001.wav")
    soundfile.write(
        tmp_path / "noisy" / "0001.wav", 0.5 * wave + 0.01 * np.sin(np.arange(len(wave))), rate, subtype="PCM_24"
    )
    assert run() != first and scored == ["0001.wav"]
    monkeypatch.setattr(evaluation, "REVISION", evaluation.REVISION + 1)
    run()
    assert scored == ["0000.wav", "0001.wav"]


def test_dnsmos_gives_what_its_package_gives():
    from speechmos import dnsmos as package

    rng = np.random.default_rng(0)
    wave = (0.1 * rng.standard_normal(6 * 48000) * (1 + np.sin(np.arange(6 * 48000) / 4000))).astype(np.float32)
    found, expected = dnsmos(wave), package.run(to_16k(wave), 16000)
    for name, value in found.items():
        assert value == pytest.approx(float(expected[f"{name}_mos"]), abs=1e-4)


@pytest.mark.parametrize("jobs", [1, 2])
def test_when_the_time_is_up_only_kept_scores_are_given(prepared_folder: Path, tmp_path: Path, jobs: int):
    write_mixtures(Prepared(prepared_folder), tmp_path, "eval", 2, 2.0, [0.0, 20.0], seed=1)
    over = Keep(tmp_path / "kept", deadline=0)
    with pytest.raises(TimeoutError, match="the same command goes on"):
        score_system(tmp_path, "noisy", tmp_path / "noisy", jobs, False, over)
    scores = score_system(tmp_path, "noisy", tmp_path / "noisy", jobs, False, Keep(tmp_path / "kept"))
    assert score_system(tmp_path, "noisy", tmp_path / "noisy", jobs, False, over) == scores


def test_on_its_own_band_a_system_does_not_answer_for_what_lies_above(tmp_path: Path):
    rng = np.random.default_rng(0)
    clean = rng.standard_normal(48000).astype(np.float32) * 0.1
    below = low_pass(clean, 4000)
    soundfile.write(tmp_path / "clean.wav", clean, 48000, subtype="FLOAT")
    soundfile.write(tmp_path / "below.wav", below, 48000, subtype="FLOAT")
    assert si_sdr(clean, below) < 0
    assert score_band(tmp_path / "clean.wav", tmp_path / "below.wav", False, 4000.0)["si_sdr"] > 60
    spectrum = np.abs(np.fft.rfft(below)) / np.abs(np.fft.rfft(clean))
    place = np.fft.rfftfreq(48000, 1 / 48000)
    np.testing.assert_allclose(spectrum[place <= 4000], 1, atol=1e-3)
    assert spectrum[place > 4000].max() < 1e-3
