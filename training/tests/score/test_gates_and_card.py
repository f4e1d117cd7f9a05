"""The damage gates and the card of a shipped model."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from denoise_training.data.prepared import Prepared
from denoise_training.run.config import TrainConfig
from denoise_training.score import gates
from denoise_training.score.card import card, sources_table
from denoise_training.score.engine import COMMAND


@pytest.fixture
def small_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "CLIPS", 2)
    monkeypatch.setattr(gates, "SECONDS", 2.0)
    monkeypatch.setattr(gates, "MINUTE", 1)
    # Made-up voices are no utterances to PESQ; the gate's arithmetic is what is tested here.
    monkeypatch.setattr(gates, "pesq_wb", lambda clean, enhanced: float(np.dot(clean, enhanced) / np.dot(clean, clean)))


@pytest.mark.usefixtures("small_gates")
def test_untouched_sound_passes_and_halved_sound_fails(prepared_folder: Path, tmp_path: Path):
    gates.write(Prepared(prepared_folder), tmp_path, seed=1)
    result = gates.score(tmp_path, tmp_path / "clean")
    assert result["passes"] and result["clean_si_sdr"] > 60 and result["quiet_kept"] == pytest.approx(1.0)
    quiet, _ = soundfile.read(tmp_path / "noisy" / "quiet-00.wav")
    assert 20 * np.log10(np.sqrt(np.mean(quiet**2))) == pytest.approx(-40, abs=0.1)
    shutil.copytree(tmp_path / "clean", tmp_path / "damaged")
    for path in (tmp_path / "damaged").glob("quiet*"):
        wave, rate = soundfile.read(path)
        soundfile.write(path, 0.5 * wave, rate, subtype="FLOAT")
    result = gates.score(tmp_path, tmp_path / "damaged")
    assert not result["passes"] and result["quiet_kept"] == pytest.approx(0.25, abs=0.01)


@pytest.mark.usefixtures("small_gates")
def test_noise_that_stays_above_8_khz_fails(prepared_folder: Path, tmp_path: Path):
    gates.write(Prepared(prepared_folder), tmp_path, seed=1)
    shutil.copytree(tmp_path / "clean", tmp_path / "noisy-above")
    for path in (tmp_path / "noisy").glob("wide*"):
        shutil.copy(path, tmp_path / "noisy-above")
    result = gates.score(tmp_path, tmp_path / "noisy-above")
    assert result["wide_lsd"] == result["wide_lsd_noisy"] > 0 and not result["passes"]
    for path in (tmp_path / "clean").glob("wide*"):
        path.unlink()
    with pytest.raises(ValueError, match="write the gates again"):
        gates.score(tmp_path, tmp_path / "clean")


@pytest.mark.usefixtures("small_gates")
@pytest.mark.skipif(not COMMAND.exists(), reason="npm run build makes the engine that this test runs")
def test_runs_for_a_model_by_its_name_and_keeps_what_it_made(prepared_folder: Path, tmp_path: Path):
    result = gates.run(str(prepared_folder), "base", tmp_path, seed=1)
    assert 0 < result["quiet_kept"] < 2 and np.isfinite(result["clean_si_sdr"])
    sounds = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.wav")}
    assert gates.run(str(prepared_folder), "base", tmp_path, seed=1) == result
    assert sounds == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.wav")}
    with pytest.raises(ValueError, match="nowhere is neither in"):
        gates.run(str(prepared_folder), "nowhere", tmp_path, seed=1)


def test_a_source_without_attribution_is_an_error(prepared_folder: Path):
    with pytest.raises(ValueError, match="no attribution for sounds, voices"):
        sources_table(Prepared(prepared_folder).clips)


def test_the_card_names_sources_hours_and_limits(
    prepared_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    table = tmp_path / "attribution.csv"
    lines = ["folder,source,licence,attribution", "voices,Voices,CC0,A", "sounds,Sounds,CC0,B", "rir,Rooms,CC0,C"]
    table.write_text("\n".join(lines))
    monkeypatch.setattr("denoise_training.score.card.ATTRIBUTION", table)
    cost = {"parameters": 10, "opsPerHop": 5, "macsPerHop": 2000000}
    framing = {"kind": "streaming", "hopSamples": 480, "overlapSamples": 240}
    manifest = {"name": "small", "version": "1", "licence": "MIT", "description": "D", "sampleRateHz": 48000}
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "cost": cost, "framing": framing}))
    saved = {"config": dataclasses.asdict(TrainConfig(batch=4)), "step": 900, "seconds": 60.0, "valid": {"pesq": 1.5}}
    text = card(tmp_path, saved, Prepared(prepared_folder), None, None, "train")
    assert "2.0 hours of mixtures" in text and "| speech | Voices | CC0 | A |" in text and "Known limits" in text


def test_the_card_of_a_block_model_tells_block_band_and_variants(
    prepared_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    table = tmp_path / "attribution.csv"
    table.write_text("folder,source,licence,attribution\nvoices,Voices,CC0,A\nsounds,Sounds,CC0,B\n")
    monkeypatch.setattr("denoise_training.score.card.ATTRIBUTION", table)
    model = tmp_path / "narrow"
    model.mkdir()
    framing = {"kind": "block", "blockSamples": 8064, "overlapSamples": 1008}
    manifest = {
        "name": "narrow",
        "version": "1",
        "licence": "MIT",
        "description": "D",
        "sampleRateHz": 8000,
        "framing": framing,
    }
    cost = {"parameters": 10, "opsPerHop": 5, "macsPerHop": 2000000}
    (model / "manifest.json").write_text(json.dumps({**manifest, "cost": cost}))
    config = {
        "licence_flags": ["ok"],
        "batch": 10,
        "front": {"block": 8064, "rate_hz": 8000},
        "data": {"recipe": "blend", "speech_folders": ["voices"], "noise_folders": []},
    }
    entry = {"mean": {"files": 2, "pesq": 1.5}, "by_snr": {}, "by_noise": {}, "full_band_voice": None}
    band = {"high_hz": 4000.0, "noisy": {"si_sdr": 5.0, "bak": 2.0}, "enhanced": {"si_sdr": 7.0, "bak": 3.0}}
    systems = {
        "noisy": entry,
        "gtcrn": entry,
        "narrow": {**entry, "own_band": band},
        "narrow/seed": entry,
        "narrower": entry,
    }
    saved = {"config": config, "step": 1000, "seconds": 600.0, "valid": {"si_sdr": 7.5}}
    # Rooms need no attribution where the recipe has none.
    text = card(model, saved, Prepared(prepared_folder), {"systems": systems, "packages": {}}, None, "train")
    assert "2.8 hours of mixtures" in text and "every 7056 samples" in text and "Nothing above 4 kHz" in text
    assert "| narrow/seed | 1.50 |" in text and "gtcrn" not in text and "narrower" not in text
    assert "below 4 kHz, noisy -> enhanced: SI-SDR 5.00 -> 7.00 dB, BAK 2.00 -> 3.00" in text
