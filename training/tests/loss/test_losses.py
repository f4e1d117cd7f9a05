"""The loss: its floor, and what is beyond the voice."""

import pytest
import torch

from denoise_training.framing import RATE_HZ
from denoise_training.loss.losses import DenoiseLoss, LossConfig, compressed, residue_db
from denoise_training.loss.power import power


def waves(seed: int = 0) -> torch.Tensor:
    return 0.1 * torch.randn(2, RATE_HZ // 2, generator=torch.Generator().manual_seed(seed))


def test_the_floor_is_the_power_below_which_nothing_counts():
    quiet = torch.tensor([0.0, 1e-4]).to(torch.complex64)
    for floor in (1e-5, 1e-9):
        magnitude, _ = compressed(quiet, power(quiet), 0.3, floor)
        assert magnitude[0].item() == pytest.approx(floor**0.15, rel=1e-4)
    # What is 50 dB below a mixture of 0.06 is lost under the first floor, and stands out from the second.
    high, low = (compressed(quiet, power(quiet), 0.3, floor)[0] for floor in (1e-5, 1e-9))
    assert (high[1] - high[0]) / high[0] < 1e-3 < 0.1 < (low[1] - low[0]) / low[0]


def test_a_lower_floor_hears_remainders_in_pauses():
    clean, noisy = torch.zeros(2, RATE_HZ // 2), waves()
    rest = 1e-3 * waves(1)
    heard = [
        DenoiseLoss(LossConfig(floor=floor), RATE_HZ)(rest, clean, noisy)[1]["magnitude"] for floor in (1e-5, 1e-9)
    ]
    assert heard[1] > 3 * heard[0]


def test_excess_counts_what_is_beyond_the_voice_and_attenuation_what_is_missing():
    clean = waves()
    measure = DenoiseLoss(LossConfig(excess=0.05), RATE_HZ)
    louder, softer = (measure(gain * clean, clean, clean)[1] for gain in (2.0, 0.5))
    assert louder["excess"] > 0.1 and louder["attenuation"] == 0
    assert softer["excess"] == 0 and softer["attenuation"] > 0.02


def test_excess_is_a_term_in_its_first_power():
    clean = torch.zeros(2, RATE_HZ // 2)
    config = LossConfig(excess=1.0, magnitude=0.0, complex=0.0, attenuation=0.0, sdr=0.0, exponent=1.0, floor=1e-12)
    measure = DenoiseLoss(config, RATE_HZ)
    once, twice = (measure(gain * waves(1), clean, waves())[0].item() for gain in (0.1, 0.2))
    assert twice == pytest.approx(2 * once, rel=1e-3)


def test_residue_counts_each_decibel_where_the_voice_is_silent_and_nothing_where_it_is_not():
    clean = torch.tensor([[[1.0, 1e-2, 1e-3], [0.0, 0.0, 0.0]]]).square()
    spoken, *pauses = (residue_db(torch.full_like(clean, size**2), clean)[0] for size in (1.0, 1.0, 0.1))
    assert spoken[0].tolist() == [0.0, 0.0, pytest.approx(50, abs=0.1)]
    assert [pause[1].tolist() for pause in pauses] == [
        [pytest.approx(50, abs=0.1)] * 3,
        [pytest.approx(30, abs=0.1)] * 3,
    ]
    assert residue_db(torch.zeros_like(clean), clean).abs().max() == 0


def test_what_is_off_by_default_changes_nothing():
    clean, enhanced, noisy = waves(), 0.5 * waves(1), waves(2)
    c = LossConfig()
    total, terms = DenoiseLoss(c, RATE_HZ)(enhanced, clean, noisy)
    assert c.excess == 0 and c.floor == 1e-5
    parts = ("magnitude", "complex", "attenuation", "sdr")
    assert total.item() == pytest.approx(sum(getattr(c, name) * terms[name] for name in parts), rel=1e-5)


def test_power_and_its_gradient_are_those_of_the_formula():
    generator = torch.Generator().manual_seed(3)
    spectrum = torch.complex(*torch.randn(2, 3, 5, generator=generator)).requires_grad_()
    ours, formula = power(spectrum), torch.view_as_real(spectrum).square().sum(-1)
    torch.testing.assert_close(ours, formula)
    gradients = (torch.autograd.grad(value.sin().sum(), spectrum)[0] for value in (ours, formula))
    torch.testing.assert_close(*gradients)
