"""Shards: whole recordings dealt evenly, validation unmoved, and mixtures that do not know who read what."""

import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from support import TRAINING

from denoise_training.data.cut import cut, spread
from denoise_training.data.mixing import MixConfig, MixtureSource
from denoise_training.data.mixtures import write_mixtures
from denoise_training.data.pack import pack
from denoise_training.data.prepared import Clip, Joined, Prepared, write_index
from denoise_training.data.shares import SharedSource
from denoise_training.run.ahead import Ahead
from denoise_training.run.config import TrainConfig
from denoise_training.run.loop import Course
from denoise_training.run.train import shares_of
from denoise_training.run.validation import Validation

MIX = MixConfig(seconds=0.5)


@pytest.fixture(scope="module")
def sharded(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sharded")
    cut([prepared_folder], out, 2)
    return out


def copy_of(sharded: Path, to: Path) -> Path:
    return Path(shutil.copytree(sharded, to / "copy"))


def sound_of(data: Prepared) -> dict[tuple[str, str], bytes]:
    return {(clip.kind, clip.file): data.read(clip).tobytes() for clip in data.clips}


def test_draws_of_one_folder_are_those_of_before_there_were_shards(prepared_folder: Path):
    recipes = MixtureSource(Prepared(prepared_folder), "train", MIX, 1, 2).draw(7, range(4)).recipes
    assert [(r.speaker, r.noise, round(r.snr_db, 3)) for r in recipes] == [
        ("speaker1", "sounds/fan", -0.995),
        ("speaker0", "sounds/fan + sounds/fan", 19.456),
        ("speaker0", "sounds/fan + sounds/fan", 17.234),
        ("speaker1", "sounds/fan", 16.779),
    ]


def test_sound_is_mapped_and_read_whole_when_asked(prepared_folder: Path, sharded: Path):
    assert all(isinstance(sound, np.memmap) for sound in Prepared(prepared_folder).audio.values())
    several = Prepared(sharded).audio["speech"]
    assert isinstance(several, Joined) and all(isinstance(sound, np.memmap) for sound in several.sounds)
    for folder in (prepared_folder, sharded):
        mapped, read = Prepared(folder), Prepared(folder, preload=True)
        assert not any(isinstance(sound, np.memmap) for sound in read.audio.values())
        assert sound_of(mapped) == sound_of(read)


def test_shards_hold_every_clip_of_the_folder_once_and_voices_whole(prepared_folder: Path, sharded: Path):
    whole, together = Prepared(prepared_folder), Prepared(sharded)
    assert len(together.clips) == len(whole.clips) and sound_of(together) == sound_of(whole)
    parts = [Prepared(sharded / f"train-00{i}") for i in range(2)]
    for kind in ("speech", "noise"):
        names = [{clip.recording for clip in part.select(kind, "train")} for part in parts]
        assert names[0] and names[1] and not names[0] & names[1]


def test_folders_that_are_named_are_met_as_one(prepared_folder: Path, sharded: Path):
    folders = [sharded / name for name in ("held", "train-000", "train-001")]
    named, listed = Prepared(folders), Prepared(sharded)
    for data in (named, listed):
        draws = MixtureSource(data, "train", MIX, 1, 2).draw(0, range(4))
        assert {r.speaker for r in draws.recipes} <= {"speaker0", "speaker1"}
    assert named.clips == listed.clips


def test_every_share_validates_on_what_the_whole_folder_does(prepared_folder: Path, sharded: Path, tmp_path: Path):
    config = TrainConfig(valid_examples=3, valid_seconds=0.5)
    expected = Validation(config, Prepared(prepared_folder))
    for data in (Prepared(sharded), *(Prepared(sharded, share=(i, 2)) for i in range(2))):
        found = Validation(config, data)
        assert torch.equal(found.noisy, expected.noisy) and torch.equal(found.clean, expected.clean)
    for name, folder in (("whole", prepared_folder), ("sharded", sharded)):
        write_mixtures(Prepared(folder), tmp_path / name, "eval", 2, 0.5, [0.0], seed=1)
    for path in (tmp_path / "whole").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "sharded" / path.relative_to(tmp_path / "whole")).read_bytes()


def test_a_share_reads_nothing_of_the_others(sharded: Path, tmp_path: Path):
    here = copy_of(sharded, tmp_path)
    shutil.rmtree(here / "train-001")
    first = Prepared(here, share=(0, 2))
    assert {clip.recording for clip in first.select("speech", "train")} < {"speaker0", "speaker1"}
    with pytest.raises(FileNotFoundError, match=r"train-001 of 2 shards to read here hold no index\.csv: bring them"):
        Prepared(here, share=(1, 2))
    with pytest.raises(FileNotFoundError, match="train-001 of 3 shards"):
        Prepared(here)


def test_a_batch_is_the_same_whether_one_process_reads_all_shares_or_each_its_own(sharded: Path):
    shares = [Prepared(sharded, share=(i, 2)) for i in range(2)]
    alone = Ahead(SharedSource(shares, "train", MIX, 3, range(4), 4), range(4))
    apart = [
        Ahead(SharedSource([share], "train", MIX, 3, own, 4), own)
        for share, own in zip(shares, (range(2), range(2, 4)), strict=True)
    ]
    for step in range(3):
        expected, found = alone.batch(step), [ahead.batch(step) for ahead in apart]
        for wave, parts in zip(expected, zip(*found, strict=True), strict=True):
            assert torch.equal(wave, torch.cat(parts)), f"step {step}"
    voices = [{r.speaker for s in range(8) for r in a.steps[s].recipes} for a in apart]
    assert len(voices[0]) == len(voices[1]) == 1 and voices[0] != voices[1]


def test_collections_are_spread_evenly_as_far_as_whole_recordings_let_them():
    def clip(kind: str, folder: str, recording: int, samples: int) -> Clip:
        return Clip(kind, "", f"{folder}-{recording}", folder, "train", 24000, "", "ok", 0, samples, "")

    rng = np.random.default_rng(0)
    clips = [clip("speech", f, i % 40, int(rng.integers(1000, 3000))) for f in ("a", "b") for i in range(400)]
    clips += [clip("noise", "c", i, 5000) for i in range(20)] + [clip("noise", "rare", i, 100) for i in range(2)]
    shards = spread(clips, 4)
    assert sorted(map(id, clips)) == sorted(id(c) for shard in shards for c in shard)
    for folder in ("a", "b", "c"):
        lengths = [sum(c.samples for c in shard if c.folder == folder) for shard in shards]
        assert max(lengths) < 1.15 * min(lengths), folder
    home = defaultdict(set)
    for place, shard in enumerate(shards):
        for c in shard:
            home[c.folder, c.recording].add(place)
    assert all(len(places) == 1 for places in home.values())
    with pytest.raises(ValueError, match="22 noise recordings train: expected one for each of 23 shards"):
        spread(clips, 23)


def test_more_shares_than_shards_is_an_error(sharded: Path):
    with pytest.raises(ValueError, match=r"3 shares of 2 shards that are dealt out: .*`shard --count 3`"):
        Prepared(sharded, share=(0, 3))


def test_a_folder_without_an_index_of_shards_cannot_be_dealt(prepared_folder: Path):
    with pytest.raises(ValueError, match="2 shares of 0 shards that are dealt out"):
        Prepared(prepared_folder, share=(0, 2))


@pytest.mark.parametrize(("shares", "processes", "batch"), [(2, 4, 8), (3, 2, 6), (4, 2, 6), (-2, 1, 4)])
def test_shares_processes_and_batch_must_divide(sharded: Path, shares: int, processes: int, batch: int):
    course = Course(str(sharded), Path(), shares=shares)
    expected = f"{shares} shares, {processes} processes, batch {batch}: expected shares that divide"
    with pytest.raises(ValueError, match=expected):
        shares_of(TrainConfig(batch=batch), course, 0, processes)


def test_a_shard_that_was_cut_short_is_an_error(sharded: Path, tmp_path: Path):
    here = copy_of(sharded, tmp_path)
    sound = here / "train-000" / "speech.i16"
    held = sound.stat().st_size // 2
    with open(sound, "r+b") as file:
        file.truncate(2000)
    with pytest.raises(ValueError, match=rf"speech\.i16 holds 1000 samples, and its index names {held}: copy it again"):
        Prepared(here)
    sound.unlink()
    with pytest.raises(ValueError, match=r"speech\.i16 holds 0 samples"):
        Prepared(here)


@pytest.mark.parametrize(
    ("before", "after"), [("speech,", "voice,"), (",train,24000,", ",train,many,"), ("bandwidth_hz", "width")]
)
def test_a_broken_index_is_an_error(sharded: Path, tmp_path: Path, before: str, after: str):
    index = copy_of(sharded, tmp_path) / "train-001" / "index.csv"
    text = index.read_text()
    assert before in text
    index.write_text(text.replace(before, after))
    with pytest.raises(ValueError, match=r"index\.csv (is broken .*copy it again|holds clips of kind 'voice')"):
        Prepared(index.parent.parent)


@pytest.mark.parametrize("text", ["folder,readers\n", "folder,readers\nheld,some\n", "held\ntrain-000\n"])
def test_a_broken_index_of_shards_is_an_error(sharded: Path, tmp_path: Path, text: str):
    here = copy_of(sharded, tmp_path)
    (here / "shards.csv").write_text(text)
    with pytest.raises(ValueError, match=r"shards\.csv is broken: expected the columns folder and readers"):
        Prepared(here)


def test_shards_of_another_rate_are_an_error_and_folders_that_say_none_are_not(sharded: Path, tmp_path: Path):
    here = copy_of(sharded, tmp_path)
    (here / "train-000" / "rate.txt").write_text("16000\n")
    expected = re.escape("train-000 holds sound at '16000' Hz: expected 48000 Hz, in every shard")
    with pytest.raises(ValueError, match=expected):
        Prepared(here)
    with pytest.raises(ValueError, match=expected):
        pack(here / "train-000", tmp_path / "packed")
    (here / "train-000" / "rate.txt").unlink()
    assert sound_of(Prepared(here)) == sound_of(Prepared(sharded))


def test_a_folder_that_is_named_twice_is_an_error(prepared_folder: Path):
    with pytest.raises(ValueError, match="is named twice"):
        Prepared([prepared_folder, prepared_folder])


def test_a_voice_on_two_sides_is_an_error(sharded: Path, tmp_path: Path):
    here = copy_of(sharded, tmp_path)
    folder = here / "train-001"
    clips = Prepared(folder).clips
    (voice,) = {clip.recording for clip in clips if clip.kind == "speech"}
    held = replace(Prepared(here / "held").select("speech", "valid")[0], recording=voice)
    write_index(here / "held", [held])
    with pytest.raises(ValueError, match=rf"{voice} is on the side 'valid' in .*held and 'train' in .*: expected one"):
        Prepared(here)


def test_what_is_held_out_cannot_be_dealt_out(prepared_folder: Path, tmp_path: Path):
    (tmp_path / "shards.csv").write_text(f"folder,readers\n{prepared_folder},share\n")
    with pytest.raises(ValueError, match=r"is dealt out and holds .* belong in a shard with the readers `all`"):
        Prepared(tmp_path, share=(0, 1))
    assert Prepared(tmp_path).clips == Prepared(prepared_folder).clips


def test_the_program_cuts_and_tells_what_is_in_each(prepared_folder: Path, tmp_path: Path):
    command = [sys.executable, "-m", "scripts.shard", str(prepared_folder), "--out", str(tmp_path), "--count", "2"]
    done = subprocess.run(command, cwd=TRAINING, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [Path(line.split("  ")[0]).name for line in done.stdout.splitlines()] == ["held", "train-000", "train-001"]
    assert Prepared(tmp_path, share=(1, 2)).clips
