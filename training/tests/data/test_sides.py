"""Sides of the split: what is held out stays held out, whatever is added; what is unseen is met nowhere else."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from support import TRAINING

from denoise_training.data.drawing import WeightedClips
from denoise_training.data.layouts import Source, manifest
from denoise_training.data.mixing import MixConfig, MixtureSource
from denoise_training.data.mixtures import EVALUATION, write_mixtures
from denoise_training.data.prepare import prepare
from denoise_training.data.prepared import EVERY_SIDE, SIDES, Clip, Prepared
from denoise_training.data.sides import parse_sides, split_recordings

SHARES = {"eval": 0.2, "valid": 0.2}
PINNED = "eval:speaker3 valid:speaker2"
PLAIN = MixConfig(seconds=0.5, speed=0, room=1.0, second_noise=0, transient=0)


def source(kind: str, folder: str, recording: str) -> Source:
    return Source(f"{recording}.wav", kind, recording, recording, folder)


def collection(folder: str, kind: str = "speech", count: int = 10) -> list[Source]:
    return [source(kind, folder, f"{folder}-{i}") for i in range(count)]


def write_voices(root: Path, folder: str, names: list[str]) -> list[Source]:
    """Two clips of each voice, as sources of another collection."""
    sources = []
    for seed, name in enumerate(names):
        for take in range(2):
            path = root / folder / f"{name}_{take}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            wave = np.random.default_rng((seed, take)).standard_normal(48000) * np.hanning(48000)
            soundfile.write(path, 0.1 * wave, 48000)
            sources.append(Source(str(path), "speech", name, name, folder, licence_flag="ok"))
    return sources


def write_room(path: Path, seed: int) -> Source:
    room = np.zeros(9600, np.float32)
    room[100] = 1
    room[200:] = 0.1 * np.random.default_rng(seed).standard_normal(9400) * np.exp(-np.arange(9400) / 2000)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, room, 48000)
    return Source(str(path), "rir", path.stem, path.stem, "rooms", licence_flag="ok")


@pytest.fixture(scope="module")
def first(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    out = tmp_path_factory.mktemp("first")
    prepare(manifest(recordings), out, 1, SHARES, parse_sides(PINNED), 1)
    return Prepared(out)


@pytest.fixture(scope="module")
def grown(recordings: Path, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The first collections with rooms and voices added:
    two rooms that train, a collection that trains, two that do not."""
    root, out = tmp_path_factory.mktemp("added"), tmp_path_factory.mktemp("grown")
    added = [write_room(root / f"hall{i}.wav", i) for i in range(2)]
    for folder in ("later", "strange", "stranger"):
        added += write_voices(root, folder, [f"{folder}-a", f"{folder}-b"])
    pinned = parse_sides(f"{PINNED} train:hall0,hall1")
    whole = parse_sides("train:later unseen-valid:strange unseen-eval:stranger")
    prepare([*manifest(recordings), *added], out, 1, SHARES, pinned, 1, whole=whole)
    return Prepared(out)


def test_collections_that_come_later_move_nothing_of_the_first():
    early = [*collection("readers"), *collection("fans", "noise"), *collection("a", count=4)]
    late = [*collection("more"), *collection("b", "noise"), *collection("rare")]
    pinned = {"a-1": "eval"}
    before = split_recordings(early, 7, SHARES, pinned)
    whole = {"more": "train", "b": "train", "rare": "unseen-eval"}
    after = split_recordings([*late, *early], 7, SHARES, pinned, whole)
    assert {name: after[name] for name in before} == before
    assert set(before.values()) == {"train", "valid", "eval"}
    assert {after[s.recording] for s in late if s.folder == "rare"} == {"unseen-eval"}
    assert {after[s.recording] for s in late if s.folder != "rare"} == {"train"}


def test_a_whole_folder_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match="--whole names the folder 'typo': expected one that holds recordings"):
        split_recordings(collection("a"), 1, SHARES, {}, {"typo": "train"})


def test_rooms_are_on_every_side_unless_pinned():
    rooms = collection("rooms", "rir", 3)
    sides = split_recordings(rooms, 1, SHARES, {"rooms-1": "train"})
    assert sides == {"rooms-0": EVERY_SIDE, "rooms-1": "train", "rooms-2": EVERY_SIDE}


def test_sides_are_read_by_name_and_others_refused():
    assert parse_sides("eval:a,b unseen-valid:c") == {"a": "eval", "b": "eval", "c": "unseen-valid"}
    for text in ("test:a", "eval", "eval:"):
        with pytest.raises(ValueError, match=f"with a side of {', '.join(SIDES)}; got '{text}'"):
            parse_sides(text)


def test_what_was_held_out_is_held_out_still(first: Prepared, grown: Prepared):
    before = {clip.recording: clip.split for clip in first.clips}
    after = {clip.recording: clip.split for clip in grown.clips}
    assert {name: after[name] for name in before} == before and len(after) > len(before)


def test_rooms_pinned_to_train_are_met_in_training_alone(grown: Prepared):
    rooms = {split: {clip.recording for clip in grown.select("rir", split)} for split in SIDES}
    assert {"hall0", "hall1"} < rooms.pop("train")
    assert all(not found & {"hall0", "hall1"} and len(found) == 1 for found in rooms.values())


def test_evaluation_is_the_same_to_the_bit_when_rooms_and_voices_are_added(
    first: Prepared, grown: Prepared, tmp_path: Path
):
    for name, data in (("first", first), ("grown", grown)):
        write_mixtures(data, tmp_path / name, "eval", 8, 0.5, [0.0, 10.0], seed=2024)
    files = sorted(path.relative_to(tmp_path / "first") for path in (tmp_path / "first").rglob("*") if path.is_file())
    assert len(files) == 3 * 8 + 1
    for file in files:
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "grown" / file).read_bytes(), file
    wet = [line for line in (tmp_path / "first/mixtures.csv").read_text().splitlines() if line.endswith("True")]
    assert wet, "some of the mixtures have a room"


@pytest.mark.parametrize(("side", "voice"), [("unseen-valid", "strange"), ("unseen-eval", "stranger")])
def test_unseen_sides_are_voices_alone_that_nothing_else_meets(grown: Prepared, side: str, voice: str):
    assert {clip.folder for clip in grown.select("speech", side)} == {voice}
    beside = side.removeprefix("unseen-")
    assert grown.select("noise", side) == grown.select("noise", beside) != []
    for other in SIDES:
        assert other == side or voice not in {clip.folder for clip in grown.select("speech", other)}
    mixer = MixtureSource(grown, side, replace(EVALUATION, seconds=0.5), seed=1, simulated_rooms=1)
    _, _, recipes = mixer.batch(0, range(6))
    assert {recipe.speaker for recipe in recipes} == {f"{voice}-a", f"{voice}-b"}


def clip(recording: str, samples: int, offset: int) -> Clip:
    return Clip("speech", recording, recording, "voices", "train", 24000, "", "ok", offset, samples, "")


def test_voices_of_a_folder_are_met_evenly_however_much_there_is_of_each():
    # One voice has nine clips of a second, another one; a third has one that is twice as long as its other.
    clips = [clip("much", 48000, i) for i in range(9)] + [clip("little", 48000, 20)]
    clips += [clip("two", 96000, 30), clip("two", 48000, 31)]
    counts = {}
    for even in (False, True):
        drawn = WeightedClips({"voices": clips}, {"voices": 1.0}, even)
        rng = np.random.default_rng(0)
        found = [drawn.draw(rng) for _ in range(6000)]
        counts[even] = {name: sum(c.recording == name for c in found) / 6000 for name in ("much", "little", "two")}
        longer = sum(c.offset == 30 for c in found) / sum(c.recording == "two" for c in found)
        assert longer == pytest.approx(2 / 3, abs=0.05), "clips of a voice are met by their length"
    assert counts[False] == pytest.approx({"much": 9 / 13, "little": 1 / 13, "two": 3 / 13}, abs=0.03)
    assert counts[True] == pytest.approx({"much": 1 / 3, "little": 1 / 3, "two": 1 / 3}, abs=0.03)


def test_even_voices_is_a_setting_that_is_off(grown: Prepared):
    assert not MixConfig().even_voices
    plain, even = (
        MixtureSource(grown, "train", replace(PLAIN, even_voices=even), seed=3, simulated_rooms=1)
        for even in (False, True)
    )
    again = MixtureSource(grown, "train", PLAIN, seed=3, simulated_rooms=1)
    assert torch.equal(plain.batch(0, range(4))[0], again.batch(0, range(4))[0])
    edges = [np.concatenate(mixer.speech.clip_edges) for mixer in (plain, even)]
    assert not np.array_equal(*edges)


def test_the_program_writes_mixtures_of_unseen_voices(grown: Prepared, tmp_path: Path):
    folder = Path(grown.audio["speech"].filename).parent
    command = [sys.executable, "-m", "scripts.mix", "--data", str(folder), "--out", str(tmp_path)]
    command += ["--split", "unseen-eval", "--count", "2", "--seconds", "0.5"]
    done = subprocess.run(command, cwd=TRAINING, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "mixtures.csv").read_text().splitlines()
    assert len(lines) == 3 and all("stranger-" in line for line in lines[1:])
