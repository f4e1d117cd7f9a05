"""The quality table: which models there are, what is kept, what the README shows."""

import json
import math
import shutil
from pathlib import Path

import pytest

from denoise_training.data.prepared import Prepared
from denoise_training.score import scoring, table, table_text
from denoise_training.score.engine import COMMAND, ROOT, EngineError, begin, enhance
from denoise_training.score.shipped import find, named

FRAMING = {"kind": "block", "blockSamples": 100, "overlapSamples": 10}


def write_model(folder: Path, name: str = "manifest", **changes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "weights.bin").write_bytes(b"weights")
    (folder / "model.json").write_text('{"format": "graph-model"}')
    fields = {"contract": 1, "version": "1.0.0", "sampleRateHz": 8000, "framing": FRAMING, "cost": {"parameters": 7}}
    manifest = {**fields, "files": {"model.json": {}, "weights.bin": {}}, **changes}
    (folder / f"{name}.json").write_text(json.dumps(manifest))
    write_catalogue(folder.parent)


def write_catalogue(models: Path) -> None:
    """Lists what lies in a folder, as models/catalogue.json does."""
    paths = [path for path in sorted(models.glob("*/*.json")) if path.name != "model.json"]
    names = [path.parent.name + ("" if path.name == "manifest.json" else f"/{path.stem}") for path in paths]
    rows = [{"name": name, "manifest": str(path.relative_to(models))} for name, path in zip(names, paths, strict=True)]
    (models / "catalogue.json").write_text(json.dumps({"packages": [{"name": "test", "folder": ".", "models": rows}]}))


def test_finds_models_and_variants_by_the_catalogue(tmp_path: Path):
    write_model(tmp_path / "unet")
    write_model(tmp_path / "unet", "griffin-lim")
    write_model(tmp_path / "zephyr", framing={"kind": "streaming"}, sampleRateHz=48000)
    (tmp_path / "notes").mkdir()
    models, broken = find(tmp_path)
    assert [m.name for m in models] == ["zephyr", "unet", "unet/griffin-lim"] and broken == {}
    assert [m.slug for m in models] == ["zephyr", "unet", "unet@griffin-lim"]


@pytest.mark.parametrize(
    ("damage", "complaint"),
    [
        (lambda folder: (folder / "manifest.json").write_text("{"), "manifest.json is not JSON"),
        (lambda folder: (folder / "weights.bin").unlink(), "names weights.bin, which is not there"),
        (lambda folder: (folder / "manifest.json").unlink(), "manifest.json is not there"),
        (
            lambda folder: write_model(folder, files=None) or (folder / "manifest.json").write_text('{"contract": 1}'),
            "lacks sampleRateHz",
        ),
    ],
)
def test_a_broken_model_is_named_and_the_others_stay(tmp_path: Path, damage, complaint: str):
    write_model(tmp_path / "good")
    write_model(tmp_path / "bad")
    damage(tmp_path / "bad")
    models, broken = find(tmp_path)
    assert [m.name for m in models] == ["good"]
    assert list(broken) == ["bad"] and complaint in broken["bad"]


def test_a_model_is_another_when_what_the_engine_reads_is(tmp_path: Path):
    write_model(tmp_path / "unet")
    before = find(tmp_path)[0][0].digest()
    (tmp_path / "unet" / "CARD.md").write_text("a card")
    assert find(tmp_path)[0][0].digest() == before
    (tmp_path / "unet" / "weights.bin").write_bytes(b"heavier")
    heavier = find(tmp_path)[0][0].digest()
    assert heavier != before
    write_model(tmp_path / "unet", version="1.0.1")
    assert find(tmp_path)[0][0].digest() not in (before, heavier)


def test_a_model_is_found_by_name_folder_or_manifest(tmp_path: Path):
    write_model(tmp_path / "unet", "seed")
    assert named("base").argument == "base"
    assert named(str(ROOT / "models/base")).argument == "base"
    assert named(str(tmp_path / "unet/seed.json")).name == "unet/seed"
    with pytest.raises(ValueError, match="nowhere is neither in"):
        named("nowhere")


def test_sound_made_under_another_key_is_thrown_away(tmp_path: Path):
    begin(tmp_path / "out", "a")
    (tmp_path / "out" / "0000.wav").write_bytes(b"sound")
    begin(tmp_path / "out", "a")
    assert (tmp_path / "out" / "0000.wav").exists()
    begin(tmp_path / "out", "b")
    assert list((tmp_path / "out").iterdir()) == []


def settings(prepared: Path, tmp_path: Path) -> table.TableJob:
    (tmp_path / "configs").mkdir(exist_ok=True)
    for name in ("base", "later"):
        (tmp_path / "configs" / f"{name}.toml").touch()
    return table.TableJob(str(prepared), tmp_path, tmp_path / "models", tmp_path / "configs", jobs=1, bench=False)


@pytest.mark.skipif(not COMMAND.exists(), reason="npm run build makes the engine that this test runs")
def test_scores_what_the_engine_makes_and_says_what_is_missing_or_fails(
    prepared_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scoring, "PEERS", {})  # they need a browser
    monkeypatch.setattr(scoring, "COUNT", 2)
    monkeypatch.setattr(scoring, "SECONDS", 2.0)
    for name in ("base", "spoilt"):
        shutil.copytree(ROOT / "models/base", tmp_path / "models" / name)
    write_catalogue(tmp_path / "models")
    weights = tmp_path / "models/spoilt/weights.bin"
    weights.write_bytes(weights.read_bytes()[:-4])
    args = settings(prepared_folder, tmp_path)
    made = table.make(args)
    assert list(made["systems"]) == ["noisy", "base"]
    assert made["failed"] == ["spoilt"] and "weights.bin" in made["left_out"]["spoilt"]
    assert made["left_out"]["later"] == "there is a recipe, but no models/later yet"
    assert made["systems"]["base"]["mean"]["si_sdr"] != made["systems"]["noisy"]["mean"]["si_sdr"]
    assert "later: left out: there is a recipe" in table_text.report(made)
    json.dumps(made, allow_nan=False)
    # Nothing is enhanced twice, until the model is another: then only its own.
    sound = tmp_path / "enhanced/base/0000.wav"
    made_at = sound.stat().st_mtime_ns
    assert table.make(args) == made and sound.stat().st_mtime_ns == made_at
    # When the time is up, what is not there yet is left out, which is no failure.
    shutil.copytree(ROOT / "models/base", tmp_path / "models" / "new")
    write_catalogue(tmp_path / "models")
    args.deadline = 0
    late = table.make(args)
    assert list(late["systems"]) == ["noisy", "base"] and "not scored yet" in late["left_out"]["new"]
    assert late["failed"] == []
    shutil.rmtree(tmp_path / "models" / "new")
    write_catalogue(tmp_path / "models")
    args.deadline = math.inf
    manifest = tmp_path / "models/base/manifest.json"
    manifest.write_text(manifest.read_text().replace('"version": "', '"version": "9'))
    assert table.make(args)["systems"]["base"]["version"].startswith("9") and sound.stat().st_mtime_ns > made_at


def with_strangers(prepared: Path, out: Path) -> Path:
    """A prepared folder one of whose training voices is of an unseen corpus."""
    shutil.copytree(prepared, out)
    lines = (out / "index.csv").read_text().splitlines()
    moved = [line.replace(",train,", ",unseen-eval,") if "speaker1" in line else line for line in lines]
    (out / "index.csv").write_text("\n".join(moved) + "\n")
    return out


@pytest.mark.skipif(not COMMAND.exists(), reason="npm run build makes the engine that this test runs")
def test_scores_voices_of_unseen_corpora_beside_the_others(
    prepared_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scoring, "PEERS", {})  # they need a browser
    monkeypatch.setattr(scoring, "COUNT", 2)
    monkeypatch.setattr(scoring, "SECONDS", 2.0)
    shutil.copytree(ROOT / "models/tiny", tmp_path / "models/tiny")
    write_catalogue(tmp_path / "models")
    data = with_strangers(prepared_folder, tmp_path / "prepared")
    job = settings(data, tmp_path)
    made = table.make(job)
    assert list(made["systems"]) == list(made["unseen"]["systems"]) == ["noisy", "tiny"] and made["failed"] == []
    voices = [(tmp_path / place / "mixtures.csv").read_text() for place in ("eval", "unseen/eval")]
    assert "speaker3" in voices[0] and "speaker1" not in voices[0]
    assert "speaker1" in voices[1] and "speaker3" not in voices[1]
    assert made["unseen"]["mixtures"]["sha256"] != made["mixtures"]["sha256"]
    text = table_text.tables(made)
    assert "| voices of unseen corpora | PESQ-WB |" in text and text.count("| `tiny` |") == 2
    assert "PESQ-WB by SNR, dB, unseen corpora" in table_text.groups(made)
    assert "2 mixtures of unseen corpora." in table_text.report(made)
    # Nothing is enhanced twice; what had no time is told by its set.
    sound = tmp_path / "unseen/enhanced/tiny/0000.wav"
    made_at = sound.stat().st_mtime_ns
    assert table.make(job) == made and sound.stat().st_mtime_ns == made_at
    shutil.copytree(ROOT / "models/tiny", tmp_path / "models/new")
    write_catalogue(tmp_path / "models")
    job.deadline = 0
    late = table.make(job)
    assert late["unseen"] == made["unseen"] and late["failed"] == []
    assert {"new", "new, unseen"} <= set(late["left_out"])


def test_without_unseen_voices_there_is_one_set(prepared_folder: Path):
    assert Prepared(prepared_folder).select("speech", table.UNSEEN) == []
    assert "unseen" not in table_text.tables({"systems": {"noisy": entry("noisy")}})


def test_a_recording_that_the_engine_refuses_is_told(tmp_path: Path):
    if not COMMAND.exists():
        pytest.skip("npm run build makes the engine that this test runs")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "0000.wav").write_bytes(b"RIFF nothing")
    with pytest.raises(EngineError, match=r"0000\.wav"):
        enhance(tmp_path / "in", tmp_path / "out", "base", "key")


def entry(title: str, **more) -> dict:
    return {"title": title, "mean": {"files": 2, **dict.fromkeys(table_text.MEASURES, 1.23456)}, **more}


def test_the_tables_show_scores_costs_and_own_bands():
    cost = {"microsPerSecond": 66123.4, "latencyMs": 31.02, "parameters": 90356, "bytes": 212345}
    band = {"high_hz": 4000.0, "noisy": {"si_sdr": 5.0, "bak": 2.0}, "enhanced": {"si_sdr": 7.0, "bak": 3.0}}
    text = table_text.tables({"systems": {"noisy": entry("noisy"), "unet": entry("`unet`", cost=cost, own_band=band)}})
    assert "| noisy | 1.23 | 1.235 | 1.235 | 1.23 | 1.23 | 1.23 | 1.23 | - | - | - | - |" in text
    assert "| `unet` | 1.23 | 1.235 | 1.235 | 1.23 | 1.23 | 1.23 | 1.23 | 66000 | 31 | 90356 | 212 |" in text
    assert "| `unet` | 4 | 5.00 | 7.00 | 2.00 | 3.00 |" in text


def test_the_table_replaces_the_one_before_and_nothing_else(tmp_path: Path):
    readme = tmp_path / "README.md"
    begin, end = table_text.marks("short table")
    readme.write_text(f"before\n\n{begin}\nold\n{end}\n\nafter\n")
    table_text.put_into(readme, "short table", "| new |\n")
    table_text.put_into(readme, "short table", "| newer |\n")
    assert readme.read_text() == f"before\n\n{begin}\n\n| newer |\n\n{end}\n\nafter\n"
    readme.write_text("no marks")
    with pytest.raises(ValueError, match="lacks the marks"):
        table_text.put_into(readme, "short table", "x")
