"""Data preparation and the mixer."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from denoise_training.data.drawing import resample_speed
from denoise_training.data.layouts import LAYOUTS, Source, read_layout, recording_name
from denoise_training.data.mixing import MixConfig, MixtureSource
from denoise_training.data.mixtures import write_mixtures
from denoise_training.data.prepare import decode_source, prepare
from denoise_training.data.prepared import Prepared
from denoise_training.data.rendering import rms, set_snr
from denoise_training.data.sides import parse_sides

PLAIN = MixConfig(
    seconds=0.5, eq=0, room=0, low_pass=0, clip=0, clean=0, silence=0, speed=0, second_noise=0, transient=0, babble=0,
    coloured=0, snr_wide=0, match_band=0,
)  # fmt: skip


def test_snr_is_what_was_asked():
    generator = torch.Generator().manual_seed(0)
    speech, noise = torch.randn(5, 4800, generator=generator), torch.randn(5, 4800, generator=generator)
    wanted = torch.tensor([-5.0, 0.0, 7.5, 20.0, 33.3])[:, None]
    scaled = set_snr(speech, noise, wanted)
    torch.testing.assert_close(20 * torch.log10(rms(speech) / rms(scaled)), wanted, atol=0.1, rtol=0)


@pytest.mark.parametrize("snr", [-5.0, 10.0])
def test_mixtures_have_the_snr_of_their_recipe(prepared_folder: Path, snr: float):
    mixer = MixtureSource(
        Prepared(prepared_folder), "train", replace(PLAIN, snr_db=(snr, snr)), seed=5, simulated_rooms=1
    )
    noisy, clean, recipes = mixer.batch(0, range(8))
    measured = 20 * torch.log10(rms(clean) / rms(noisy - clean)).squeeze(1)
    torch.testing.assert_close(measured, torch.full((8,), snr), atol=0.1, rtol=0)
    assert all(r.snr_db == snr for r in recipes)


def test_a_batch_depends_only_on_seed_and_step(prepared_folder: Path):
    data = Prepared(prepared_folder)
    one, two = (
        MixtureSource(data, "train", replace(MixConfig(), seconds=0.5), seed=9, simulated_rooms=4) for _ in range(2)
    )
    one.batch(0, range(4))
    torch.testing.assert_close(one.batch(7, range(4))[0], two.batch(7, range(4))[0])
    halves = torch.cat([two.batch(7, range(0, 2))[0], two.batch(7, range(2, 4))[0]])
    torch.testing.assert_close(one.batch(7, range(4))[0], halves, atol=1e-6, rtol=0)


def test_nothing_is_louder_than_full_scale_or_not_finite(prepared_folder: Path):
    mixer = MixtureSource(
        Prepared(prepared_folder), "train", replace(MixConfig(), seconds=0.5), seed=2, simulated_rooms=4
    )
    for step in range(4):
        noisy, clean, _ = mixer.batch(step, range(8))
        assert torch.isfinite(noisy).all() and torch.isfinite(clean).all()
        assert noisy.abs().max() <= 1.01


def test_low_pass_cuts_noisy_and_clean(prepared_folder: Path):
    config = replace(PLAIN, low_pass=1.0, cutoffs_hz=(4000,))
    mixer = MixtureSource(Prepared(prepared_folder), "train", config, seed=2, simulated_rooms=1)
    for wave in mixer.batch(0, range(4))[:2]:
        power = torch.fft.rfft(wave * torch.hann_window(wave.shape[1])).abs().square()
        place = torch.fft.rfftfreq(wave.shape[1], 1 / 48000)
        assert (power[:, place > 4500].sum(1) < 1e-3 * power.sum(1)).all()


def test_early_target_keeps_less_than_the_room(prepared_folder: Path):
    mixer = MixtureSource(
        Prepared(prepared_folder), "train", replace(PLAIN, room=1.0, snr_db=(60, 60)), seed=2, simulated_rooms=8
    )
    noisy, clean, recipes = mixer.batch(0, range(8))
    assert all(r.room for r in recipes)
    assert ((noisy - clean).square().mean(1) > 1e-4 * clean.square().mean(1)).all()


def test_speed_moves_the_pitch():
    tone = np.sin(2 * np.pi * 1000 * np.arange(48000) / 48000).astype(np.float32)
    fast = resample_speed(tone, 1.1, 24000)
    assert np.argmax(np.abs(np.fft.rfft(fast))) * 2 == pytest.approx(1100, abs=4)


def test_pieces_of_one_recording_stay_together():
    names = ["fan_0.wav", "fan_12.wav", "1-977-A_Dog.wav", "1-977-B_Dog.wav", "plain.wav"]
    assert [recording_name(Path(n)) for n in names] == ["fan", "fan", "1-977", "1-977", "plain"]


def test_splits_share_no_voice_and_no_noise_recording(prepared_folder: Path):
    clips = Prepared(prepared_folder).clips
    for kind in ("speech", "noise"):
        sides = {}
        for clip in (c for c in clips if c.kind == kind):
            assert sides.setdefault(clip.recording, clip.split) == clip.split
        assert set(sides.values()) == {"train", "valid", "eval"}


def test_bad_files_are_dropped_with_their_reason(tmp_path: Path, capsys: pytest.CaptureFixture):
    (tmp_path / "broken.flac").write_bytes(b"fLaC but not really")
    soundfile.write(tmp_path / "silent.wav", np.zeros(48000), 48000)
    soundfile.write(tmp_path / "one.wav", np.ones(1) * 0.5, 48000)
    soundfile.write(tmp_path / "stereo.wav", np.random.default_rng(0).uniform(-0.1, 0.1, (16000, 2)), 16000)
    names = ("broken.flac", "silent.wav", "one.wav", "stereo.wav", "absent.wav")
    sources = [Source(str(tmp_path / n), "noise", n, n, "x", 0) for n in names]
    prepare(sources, tmp_path / "out", 1, {}, {}, 1)
    (kept,) = Prepared(tmp_path / "out").clips
    assert kept.label == "stereo.wav" and kept.samples == 48000 and kept.bandwidth_hz == 8000
    report = capsys.readouterr().out
    assert "unreadable" in report and "silent" in report and "too short" in report


def test_errors_say_what_was_expected(tmp_path: Path, prepared_folder: Path):
    with pytest.raises(FileNotFoundError, match="written by `prepare`"):
        Prepared(tmp_path)
    with pytest.raises(ValueError, match="expected side:name,name with a side of train, valid, eval"):
        parse_sides("somewhere")
    with pytest.raises(ValueError, match="expected at least one of each"):
        MixtureSource(Prepared(prepared_folder, licence_flags=("none",)), "train", PLAIN, 1)


def test_written_noisy_is_clean_plus_noise(prepared_folder: Path, tmp_path: Path):
    write_mixtures(Prepared(prepared_folder), tmp_path, "eval", 2, 0.5, [0.0, 10.0], seed=1)
    noisy, clean, noise = (soundfile.read(tmp_path / k / "0001.wav")[0] for k in ("noisy", "clean", "noise"))
    np.testing.assert_allclose(noisy, clean + noise, atol=1e-6)
    lines = (tmp_path / "mixtures.csv").read_text().splitlines()
    assert len(lines) == 3 and lines[0].startswith("file,seconds,speaker,noise")


@pytest.mark.parametrize(
    ("layout", "files", "expected"),
    [
        ("librispeech", ["84/121/84-121-0001.wav"], [("speech", "84")]),
        ("vctk", ["wav48/p225/p225_001_mic1.wav", "wav48/p225/p225_001_mic2.wav"], [("speech", "p225")]),
        (
            "voicebank",
            ["clean_test/p226_1.wav", "noisy_test/p226_1.wav"],
            [("speech", "p226"), ("noise", "noise-of-p226")],
        ),
        ("demand", ["DKITCHEN/ch01.wav", "DKITCHEN/ch02.wav"], [("noise", "DKITCHEN")]),
        (
            "ms_snsd",
            ["noise_test/Babble_1.wav", "clean_test/c1_2.wav"],
            [("speech", "c1"), ("noise", "noise_test/Babble")],
        ),
        ("dns", ["clean/book_1_reader_0042_7.wav", "impulse_responses/r.wav"], [("speech", "0042"), ("rir", "r")]),
        ("speech", ["anna/1.wav"], [("speech", "anna")]),
        ("noise", ["fan/big_0.wav", "fan/big_1.wav"], [("noise", "fan/big"), ("noise", "fan/big")]),
    ],
)
def test_layouts_find_what_must_stay_together(layout: str, files: list[str], expected: list, tmp_path: Path):
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(tmp_path / name, np.full(100, 0.1), 16000)
    found = [(s.kind, s.recording.split("/", 1)[1]) for s in LAYOUTS[layout](tmp_path)]
    assert found == expected


def test_esc50_layout_reads_its_csv(tmp_path: Path):
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "esc50.csv").write_text("filename,fold,category,src_file,take\n1-977-A-0.wav,1,dog,977,A\n")
    (source,) = LAYOUTS["esc50"](tmp_path)
    assert (source.label, source.recording.split("/")[1]) == ("esc:dog", "977")


def test_noise_of_a_pair_is_its_difference(tmp_path: Path):
    rng = np.random.default_rng(0)
    clean, extra = rng.uniform(-0.3, 0.3, 48000), rng.uniform(-0.1, 0.1, 48000)
    soundfile.write(tmp_path / "clean.wav", clean, 48000)
    soundfile.write(tmp_path / "noisy.wav", clean + extra, 48000)
    source = Source(str(tmp_path / "noisy.wav"), "noise", "x", "x", "x", minus=str(tmp_path / "clean.wav"))
    _, wave, _ = decode_source(source)
    assert np.corrcoef(wave, extra)[0, 1] > 0.999


def test_noisy_speech_can_be_dropped(tmp_path: Path):
    soundfile.write(tmp_path / "steady.wav", np.random.default_rng(0).uniform(-0.3, 0.3, 48000), 48000)
    source = Source(str(tmp_path / "steady.wav"), "speech", "x", "x", "x")
    assert decode_source(source, least_range_db=15.0)[2] == "too noisy"
    assert decode_source(source)[1] is not None


def test_unknown_layouts_are_errors():
    with pytest.raises(ValueError, match="expected layout=folder"):
        read_layout("timit=/nowhere")
    with pytest.raises(FileNotFoundError, match="is not a folder"):
        read_layout("speech=/nowhere/at/all")
