"""The classic models: recipes, networks, the loop and the export."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from test_export import needs_tfjs

from denoise_training.classic_config import build_classic, load_classic
from denoise_training.classic_data import Blocks, ClassicData, blend, cut, resampled, rms, snsd_mix
from denoise_training.classic_export import export, lifted, round_weights, write_graph
from denoise_training.classic_models import ClassicModelConfig, make_network
from denoise_training.classic_train import ClassicRun, averaged_network, network_of
from denoise_training.data import Prepared
from denoise_training.loop import hours_heard, save, weights_only

TRAINING = Path(__file__).parent.parent
CONFIGS = ["unet-8k", "unet-8k-noise", "unet-8k-seed", "stft-unet", "noise-subtract", "mel-latent", "mel-latent-feature-level"]


def small(**changes):
    """unet-8k with a narrow network, for the folders that the tests make."""
    config = load_classic(TRAINING / "configs" / "unet-8k.toml")
    data = dataclasses.replace(config.data, speech_folders=(), noise_folders=())
    model = dataclasses.replace(config.model, channels=(4, 8, 8))
    return dataclasses.replace(config, **{"batch": 4, "data": data, "model": model, "valid_examples": 2, **changes})


# ---- recipes ---------------------------------------------------------------------------------------------------------


def test_snsd_mixing_reaches_the_snr_and_level_exactly():
    rng = np.random.default_rng(0)
    clean, noise = rng.standard_normal(9000).astype(np.float32), 3 * rng.standard_normal(9000).astype(np.float32)
    for snr in (-5.0, 0.0, 20.0):
        speech, rest = snsd_mix(clean, noise, snr)
        assert abs(20 * np.log10(rms(speech) / rms(rest)) - snr) < 1e-4
        assert abs(20 * np.log10(rms(speech)) + 25) < 1e-4


def test_snsd_recipe_draws_each_of_its_steps(prepared_folder: Path):
    steps = (-5.0, 5.0, 15.0)
    config = ClassicData(recipe="ms-snsd", snrs_db=steps, mix_seconds=0.5)
    # A stretch as long as the block, so that the ratio can be measured on what comes out.
    blocks = Blocks(Prepared(prepared_folder), "train", config, 8000, 4000, seed=1)
    _, clean, noise = blocks.batch(0, range(24))
    found = 20 * np.log10([rms(c) / rms(n) for c, n in zip(clean.numpy(), noise.numpy(), strict=True)])
    nearest = [min(steps, key=lambda s, f=f: abs(s - f)) for f in found]
    np.testing.assert_allclose(found, nearest, atol=1e-3)
    assert set(nearest) == set(steps)


def test_other_speeds_and_colours_change_what_is_drawn_and_nothing_else_about_it(prepared_folder: Path):
    prepared = Prepared(prepared_folder)
    drawn = {}
    for name, changes in {"plain": {}, "fast": {"speed": 1.0}, "coloured": {"eq_db": 6.0}}.items():
        blocks = Blocks(prepared, "train", ClassicData(**changes), 8000, 8064, seed=1)
        noisy, clean, noise = blocks.batch(0, range(2))
        assert noisy.shape == (2, 8064) and torch.equal(noisy, clean + noise) and torch.isfinite(noisy).all()
        assert torch.equal(noisy, blocks.batch(0, range(2))[0]), "a run that resumes draws the same again"
        drawn[name] = clean
    assert not torch.allclose(drawn["plain"], drawn["fast"]) and not torch.allclose(drawn["plain"], drawn["coloured"])


def test_dropout_leaves_out_parts_of_the_image_while_training_only():
    config = dataclasses.replace(load_classic(TRAINING / "configs" / "mel-latent.toml").model, latent=4, dropout=0.5)
    torch.manual_seed(0)
    network, image = make_network(config, 8, 9), torch.rand(1, 8, 9)
    assert not torch.equal(network(image), network(image))
    network.eval()
    assert torch.equal(network(image), network(image))


def test_blend_adds_noise_at_gains_inside_the_range(prepared_folder: Path):
    assert np.array_equal(blend(np.zeros(3), np.array([1, -2, 4], np.float32), 0.5), np.array([0.5, -1, 2], np.float32))
    config = ClassicData(gains=(0.2, 0.8), noise_hop=5000)
    blocks = Blocks(Prepared(prepared_folder), "train", config, 8000, 8064, seed=1)
    noisy, clean, noise = blocks.batch(3, range(4))
    assert torch.equal(noisy, clean + noise)
    sources = [blocks.read(c) for c in blocks.noise.groups[0]]
    gains = []
    for wave in noise.numpy():
        matches = []
        for source in sources:
            for start in range(0, max(1, len(source) - 8064 + 1), 5000):
                piece = cut(source, start, 8064)
                gain = np.dot(piece, wave) / np.dot(piece, piece)
                if np.abs(wave - gain * piece).max() < 1e-4:
                    matches.append(gain)
        assert len(matches) == 1, "noise begins at a multiple of its hop, in exactly one recording"
        gains += matches
    assert all(0.2 <= g <= 0.8 for g in gains) and len({round(float(g), 3) for g in gains}) > 1


def test_batches_depend_on_seed_and_step_only(prepared_folder: Path):
    data = Prepared(prepared_folder)
    first = Blocks(data, "train", ClassicData(), 8000, 8064, seed=1)
    second = Blocks(data, "train", ClassicData(), 8000, 8064, seed=1)
    first.batch(0, range(4))
    assert torch.equal(first.batch(7, range(4))[0], second.batch(7, range(4))[0])
    assert not torch.equal(first.batch(8, range(4))[0], second.batch(7, range(4))[0])


def write_pairs(folder: Path, samples: int = 9600, rate: int = 16000) -> None:
    rng = np.random.default_rng(0)
    for side in ("noisy", "clean"):
        (folder / side).mkdir(parents=True)
    for i in range(3):
        clean = 0.1 * rng.standard_normal(samples)
        soundfile.write(folder / "clean" / f"{i}.wav", clean, rate, subtype="FLOAT")
        soundfile.write(folder / "noisy" / f"{i}.wav", clean + 0.05, rate, subtype="FLOAT")


def test_pairs_are_cut_at_the_same_place(tmp_path: Path):
    write_pairs(tmp_path)
    blocks = Blocks(None, "train", ClassicData(recipe="paired", pairs=str(tmp_path)), 16000, 4000, seed=1)
    noisy, clean, noise = blocks.batch(0, range(6))
    torch.testing.assert_close(noise, torch.full_like(noise, 0.05), atol=1e-6, rtol=0)
    assert noisy.shape == clean.shape == (6, 4000)


def test_bad_pairs_are_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match="expected noisy/ and clean/ with equal names"):
        Blocks(None, "train", ClassicData(recipe="paired", pairs=str(tmp_path)), 16000, 4000, 1)
    write_pairs(tmp_path)
    with pytest.raises(ValueError, match=r"0\.wav holds 9600 samples at 16000 Hz: expected at least one block of 20000"):
        Blocks(None, "train", ClassicData(recipe="paired", pairs=str(tmp_path)), 16000, 20000, 1)
    (tmp_path / "clean" / "1.wav").unlink()
    with pytest.raises(FileNotFoundError, match=r"clean/1\.wav is missing"):
        Blocks(None, "train", ClassicData(recipe="paired", pairs=str(tmp_path)), 16000, 4000, 1)


def test_folders_that_are_not_there_are_named(prepared_folder: Path):
    with pytest.raises(ValueError, match="no speech of folder librispeech in split 'train': there is voices"):
        Blocks(Prepared(prepared_folder), "train", ClassicData(speech_folders=("librispeech",)), 8000, 8064, 1)


def test_short_noise_is_played_again():
    assert cut(np.array([1, 2, 3]), 1, 6).tolist() == [2, 3, 1, 2, 3, 1]


# ---- networks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONFIGS)
def test_every_config_makes_a_network_within_the_budget(name: str):
    config = load_classic(TRAINING / "configs" / f"{name}.toml")
    assert config == build_classic(dataclasses.asdict(config))
    graph = write_graph(network_of(config), config.front)
    seconds = config.front.advance / config.front.rate_hz
    assert graph.macs / seconds <= 0.3e9
    allowed = {
        "_FusedConv2D", "_FusedMatMul", "MaxPool", "ResizeNearestNeighbor", "ConcatV2", "Tanh", "Sigmoid", "Mul", "AddV2",
        "Reshape", "Slice",
    }  # fmt: skip
    assert set(graph.count) <= allowed
    assert config.licence_flags == ("ok", "pixabay", "copyleft")


def test_mel_latent_has_the_published_sizes():
    network = make_network(ClassicModelConfig(kind="mel-latent"), 148, 109)
    sizes = {name: tuple(p.shape) for name, p in network.named_parameters() if name.endswith("weight")}
    assert sizes["down1.weight"] == (32, 1, 3, 3) and sizes["down2.weight"] == (64, 32, 3, 3)
    assert sizes["encode.weight"] == (128, 37 * 28 * 64) and sizes["decode.weight"] == (37 * 28 * 64, 128)
    assert (
        sizes["up1.weight"] == (64, 64, 3, 3) and sizes["up2.weight"] == (32, 64, 3, 3) and sizes["last.weight"] == (1, 32, 3, 3)
    )
    out = network(torch.rand(2, 148, 109))
    assert out.shape == (2, 148, 109) and out.min() >= 0 and out.max() <= 1


def test_sizes_that_do_not_fit_are_errors():
    with pytest.raises(ValueError, match="an image of 128x100 cannot be halved 4 times"):
        make_network(ClassicModelConfig(), 128, 100)
    with pytest.raises(ValueError, match=r"model\.output is 'relu': expected one of tanh"):
        ClassicModelConfig(output="relu")


# ---- the loop --------------------------------------------------------------------------------------------------------


def test_a_short_run_lowers_the_loss(prepared_folder: Path):
    run = ClassicRun(small(learning_rate=4e-3), Prepared(prepared_folder))
    losses = [run.train_step(step / 60)["loss"] for step in range(60)]
    first, last = np.mean(losses[:5]), np.mean(losses[-10:])
    assert last < 0.6 * first, f"loss went from {first:.4f} to {last:.4f}"


def test_noise_on_features_leaves_the_target_clean(prepared_folder: Path):
    config = load_classic(TRAINING / "configs" / "mel-latent-feature-level.toml")
    run = ClassicRun(config, Prepared(prepared_folder))
    noisy, clean, noise = run.blocks.batch(0, range(2))
    _, image, features, target = run.images(noisy, clean, noise)
    alone = run.front.image(run.front.stft(clean))
    torch.testing.assert_close(target, run.front.normalise(alone, alone, output=True))
    assert (image[:, :128] >= alone[:, :128] - 1e-3).all(), "power of noise only adds"
    assert (features - run.front.normalise(image, image)).std() > 0.005, "normal noise comes on top"


def test_resumed_equals_uninterrupted(prepared_folder: Path, tmp_path: Path):
    config, data = small(), Prepared(prepared_folder)
    whole = ClassicRun(config, data)
    for step in range(4):
        whole.train_step(step / 4)
    first = ClassicRun(config, data)
    for step in range(2):
        first.train_step(step / 4)
    save(first.checkpoint(), tmp_path / "last.pt")
    second = ClassicRun(config, data)
    second.restore(torch.load(tmp_path / "last.pt", weights_only=True))
    for step in range(2, 4):
        second.train_step(step / 4)
    assert second.step == 4
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, second.network.state_dict()[name]), name
        assert torch.equal(whole.average.weights[name], second.average.weights[name]), name


def test_a_new_run_can_begin_with_the_weights_of_another(prepared_folder: Path):
    config, data = small(), Prepared(prepared_folder)
    first = ClassicRun(config, data)
    first.train_step(0.5)
    first.seconds = 90.0
    second = ClassicRun(config, data)
    second.begin_with(weights_only(first.checkpoint()))
    assert second.step == 0 and second.seconds == 0.0
    for name, value in second.network.state_dict().items():
        assert torch.equal(value, first.average.weights[name]), name
    assert second.earlier == {"hours": 4 * 8064 / 8000 / 3600, "minutes": 1.5}
    second.train_step(0.5)
    assert hours_heard(second.checkpoint()) == pytest.approx(2 * 4 * 8064 / 8000 / 3600)


def test_a_run_stops_when_nothing_gets_better(prepared_folder: Path):
    run = ClassicRun(small(patience=2), Prepared(prepared_folder))
    found = [(run.judge(score), run.stalled) for score in (1.0, 0.9, 1.1, 1.0, 1.05)]
    assert found == [(True, False), (False, False), (True, False), (False, False), (False, True)]


def test_rounding_is_no_gain(prepared_folder: Path):
    run = ClassicRun(small(patience=1), Prepared(prepared_folder))
    assert run.judge(1.0) and not run.stalled
    assert not run.judge(1.0 + 1e-6) and run.stalled


def test_the_command_trains_resumes_and_ends_early(prepared_folder: Path, tmp_path: Path):
    text = (TRAINING / "configs" / "unet-8k.toml").read_text()
    text = text.replace('speech_folders = ["librispeech"]', "").replace('noise_folders = ["esc10", "esc50_16k"]', "")
    text = text.replace("[8, 16, 32, 48, 64]", "[4, 8]").replace("batch = 16", "batch = 2\nvalid_examples = 2\npatience = 1")
    (tmp_path / "c.toml").write_text(text.replace("learning_rate = 3e-3", "learning_rate = 0.0"))
    command = [sys.executable, "-m", "denoise_training.classic_train", "--config", str(tmp_path / "c.toml")]
    command += ["--data", str(prepared_folder), "--out", str(tmp_path / "run"), "--threads", "1"]
    for steps in ("2", "4"):
        done = subprocess.run([*command, "--steps", steps], cwd=TRAINING, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
    # With a rate of zero the second validation equals the first: no better, and patience is one.
    assert "resumed unet-8k" in done.stdout and "step 2" in done.stdout
    saved = torch.load(tmp_path / "run" / "last.pt", weights_only=True)
    assert saved["step"] == 4 and saved["stale"] >= 1
    done = subprocess.run([*command, "--steps", "50"], cwd=TRAINING, capture_output=True, text=True)
    assert "ended early" in done.stdout
    config, network = averaged_network(torch.load(tmp_path / "run" / "best.pt", weights_only=True))
    assert config.model.name == "unet-8k" and not network.training


# ---- export ----------------------------------------------------------------------------------------------------------


def test_settings_that_do_not_exist_are_errors(tmp_path: Path):
    path = tmp_path / "wrong.toml"
    path.write_text("[front]\nhopp = 3\n")
    with pytest.raises(ValueError, match=r"unknown setting front\.hopp: expected one of"):
        load_classic(path)


@needs_tfjs
@pytest.mark.parametrize("name", ["unet-8k", "stft-unet", "noise-subtract", "mel-latent"])
def test_exported_graph_equals_pytorch_in_tfjs(name: str, tmp_path: Path):
    torch.manual_seed(0)
    config = load_classic(TRAINING / "configs" / f"{name}.toml")
    network = network_of(config)
    saved = {"config": dataclasses.asdict(config), "average": network.state_dict()}
    wave = 0.1 * torch.randn(48000, generator=torch.Generator().manual_seed(1)).numpy()
    head = {"version": "0.0.0", "licence": "MIT", "description": "test"}
    result = export(saved, tmp_path / name, wave, head)
    assert result["maxRelative"] <= 1e-4
    other = "griffin-lim"
    export(saved, tmp_path / name, wave, head, variant=other, rebuild=other, shared=True)
    manifest, variant = (json.loads((tmp_path / name / f"{n}.json").read_text()) for n in ("manifest", other))
    assert variant["files"] == manifest["files"] and variant["rebuild"]["kind"] == other
    assert manifest["name"] == name and variant["name"] == f"{name}/{other}"
    vectors = json.loads((tmp_path / name / "golden" / "golden.json").read_text())
    for entry in vectors["files"].values():
        data = np.fromfile(tmp_path / name / "golden" / entry["file"], "<f4")
        assert data.size == np.prod(entry["shape"]) and np.isfinite(data).all()
    assert vectors["files"]["noisy"]["shape"] == [2 * config.front.advance] == vectors["files"]["enhanced"]["shape"]
    # What the variant has in common with its model is there once.
    shared = json.loads((tmp_path / name / "golden" / other / "golden.json").read_text())["files"]
    assert [entry["file"] for entry in shared.values()] == [f"../{stage}.f32" for stage in shared]


def test_only_estimates_in_decibels_can_be_lifted():
    front = load_classic(TRAINING / "configs" / "mel-latent-feature-level.toml").front
    assert lifted(front, 6.0).output_range == (-54.0, 46.0) and lifted(front, 6.0).input_range == (-60.0, 40.0)
    with pytest.raises(ValueError, match="an estimate can be lifted where it is in decibels"):
        lifted(load_classic(TRAINING / "configs" / "stft-unet.toml").front, 6.0)


@needs_tfjs
def test_a_variant_cannot_share_weights_that_are_not_there(tmp_path: Path):
    config = small()
    head = {"version": "0.0.0", "licence": "MIT", "description": "test"}
    wave = np.zeros(48000, np.float32)
    torch.manual_seed(0)
    export({"config": dataclasses.asdict(config), "average": network_of(config).state_dict()}, tmp_path / "m", wave, head)
    torch.manual_seed(1)
    other = {"config": dataclasses.asdict(config), "average": network_of(config).state_dict()}
    with pytest.raises(ValueError, match=r"weights\.bin is not of this checkpoint"):
        export(other, tmp_path / "m", wave, head, variant="v", shared=True)


def test_byte_weights_are_within_half_a_step():
    network = make_network(ClassicModelConfig(kind="mel-latent", latent=8), 148, 109)
    before = network.encode.weight.detach().clone()
    after = round_weights(network).encode.weight
    step = (before.max() - before.min()) / 255
    assert (before - after).abs().max() <= 0.51 * step
    assert len(after.unique()) <= 256


def test_resampling_keeps_length_and_tone():
    wave = np.sin(2 * np.pi * 440 * np.arange(48000) / 48000).astype(np.float32)
    for rate in (8000, 16000, 22050):
        low = resampled(wave, 48000, rate)
        assert len(low) == rate
        middle = np.sin(2 * np.pi * 440 * np.arange(rate) / rate)[200:-200]
        np.testing.assert_allclose(low[200:-200], middle, atol=2e-3)
