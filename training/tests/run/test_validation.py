"""Validation: which voices it hears, and what the score is made of."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from denoise_training.data.prepared import Prepared
from denoise_training.measures import dnsmos
from denoise_training.network.models import MaskNetwork
from denoise_training.network.stft import Stft
from denoise_training.run import validation
from denoise_training.run.config import TrainConfig
from denoise_training.run.validation import Validation
from denoise_training.settings import load


@pytest.fixture
def config(config_file: Path) -> TrainConfig:
    return replace(load(TrainConfig, config_file), valid_seconds=1.0)


@pytest.fixture
def unseen(prepared_folder: Path) -> Prepared:
    """The prepared folder, in which one of the training voices is unseen."""
    data = Prepared(prepared_folder)
    data.clips = [replace(c, split="unseen-valid") if c.recording == "speaker1" else c for c in data.clips]
    return data


def speakers(config: TrainConfig, data: Prepared, monkeypatch: pytest.MonkeyPatch) -> tuple[set[str], Validation]:
    met = set()

    class Watched(validation.MixtureSource):
        def batch(self, step: int, indices: range):
            noisy, clean, recipes = super().batch(step, indices)
            met.update(recipe.speaker for recipe in recipes)
            return noisy, clean, recipes

    with monkeypatch.context() as patch:
        patch.setattr(validation, "MixtureSource", Watched)
        made = Validation(config, data)
    return met, made


def test_the_split_says_whose_voices_choose_the_weights(
    config: TrainConfig, unseen: Prepared, monkeypatch: pytest.MonkeyPatch
):
    assert config.valid_split == "valid"
    held_out, first = speakers(config, unseen, monkeypatch)
    assert held_out == {"speaker2"}
    strangers, other = speakers(replace(config, valid_split="unseen-valid"), unseen, monkeypatch)
    assert strangers == {"speaker1"} and not torch.equal(first.clean, other.clean)


def test_the_settings_of_training_mixtures_do_not_move_validation(config: TrainConfig, unseen: Prepared):
    """So that scores of runs compare: voices are weighed and met as ever, whatever training prefers."""
    weights = {"voices": 0.1}
    other = replace(config, mix=replace(config.mix, speech_weights=weights, even_voices=True))
    assert torch.equal(Validation(config, unseen).noisy, Validation(other, unseen).noisy)


def test_the_score_is_the_mean_of_four_measures_in_steps(
    config: TrainConfig, prepared_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    # Made-up voices are no utterances to PESQ.
    monkeypatch.setattr(validation, "pesq_wb", lambda clean, enhanced: 2.0)
    torch.manual_seed(0)
    network, made = MaskNetwork(config.model).eval(), Validation(config, Prepared(prepared_folder))
    heard = []
    monkeypatch.setattr(validation, "dnsmos", lambda wave: heard.append(wave) or dnsmos(wave))
    found = made.score(network, Stft(config.framing))
    opinions = [dnsmos(wave) for wave in heard]
    assert len(heard) == config.valid_examples
    for name in ("ovrl", "sig", "bak"):
        assert found[name] == pytest.approx(np.mean([opinion[name] for opinion in opinions]))
    steps = (found["pesq"] / 0.1, found["estoi"] / 0.03, found["si_sdr"] / 1.5, found["ovrl"] / 0.1)
    assert found["score"] == pytest.approx(np.mean(steps))
    assert "score" not in made.score(network, Stft(config.framing), perceptual=False)
