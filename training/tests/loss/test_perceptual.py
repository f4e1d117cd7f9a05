"""The perceptual distance beside the standard's own code, on recorded speech."""

import numpy as np
import pytest
import torch
from support import noisy, speech

from denoise_training.framing import RATE_HZ
from denoise_training.loss.losses import DenoiseLoss, LossConfig
from denoise_training.loss.perceptual import BINS, CENTRES_BARK, PerceptualDistance, pesq_of
from denoise_training.measures import pesq_wb


def test_scores_noisy_speech_as_the_standard_does():
    clean = speech()
    pairs = [(snr, colour) for snr in (0, 5, 10, 15, 20, 30) for colour in (1, 8, 60)]
    waves = [noisy(clean, snr, colour, i) for i, (snr, colour) in enumerate(pairs)]
    theirs = np.array([pesq_wb(clean, wave) for wave in waves])
    stacked = torch.tensor(np.stack(waves), dtype=torch.float32)
    ours = pesq_of(PerceptualDistance(RATE_HZ)(stacked, torch.tensor(clean).expand_as(stacked))).numpy()
    assert np.corrcoef(theirs, ours)[0, 1] > 0.95
    assert abs(np.mean(theirs - ours)) < 0.2


def test_is_nothing_between_equal_waves_whatever_their_level():
    clean = torch.tensor(speech())[None]
    distance = PerceptualDistance(RATE_HZ)
    assert distance(0.5 * clean, clean).item() == pytest.approx(0, abs=1e-2)
    assert pesq_of(distance(clean, clean)).item() > 4.6


def test_hears_the_same_at_16_khz():
    clean = torch.tensor(speech())[None]
    rest = torch.tensor(noisy(speech(), 10, 60, 1), dtype=torch.float32)[None]
    third = [torch.fft.irfft(torch.fft.rfft(x)[:, : x.shape[1] // 6 + 1] / 3, n=x.shape[1] // 3) for x in (rest, clean)]
    assert PerceptualDistance(16000)(*third).item() == pytest.approx(
        PerceptualDistance(RATE_HZ)(rest, clean).item(), rel=0.02
    )
    with pytest.raises(ValueError, match="multiple of 16000"):
        PerceptualDistance(44100)


def test_leads_downhill_towards_the_clean_wave():
    clean = torch.tensor(speech())[None]
    wave = torch.tensor(noisy(speech(), 5, 8, 2), dtype=torch.float32)[None].requires_grad_()
    distance = PerceptualDistance(RATE_HZ)
    before = distance(wave, clean)
    before.sum().backward()
    assert torch.isfinite(wave.grad).all()
    with torch.no_grad():
        towards = (wave.grad * (clean - wave)).sum()
        after = distance(wave - 1e-2 * wave.grad / wave.grad.norm(), clean)
    assert towards < 0 and after < before


def test_keeps_the_loss_finite_where_nobody_speaks():
    silent = torch.zeros(2, RATE_HZ)
    enhanced = (1e-3 * torch.randn(2, RATE_HZ)).requires_grad_()
    loss, terms = DenoiseLoss(LossConfig(perceptual=0.05), RATE_HZ)(enhanced, silent, 0.1 * torch.randn(2, RATE_HZ))
    loss.backward()
    assert torch.isfinite(loss) and torch.isfinite(enhanced.grad).all() and terms["perceptual"] == 0


def test_has_bands_that_fill_the_range():
    assert sum(BINS) == 256 and len(BINS) == len(CENTRES_BARK) == 49
