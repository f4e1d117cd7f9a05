"""ESTOI with gradients beside pystoi, on recorded speech."""

import numpy as np
import torch
from support import noisy, speech

from denoise_training.framing import RATE_HZ
from denoise_training.loss.intelligibility import Intelligibility
from denoise_training.loss.losses import DenoiseLoss, LossConfig
from denoise_training.measures import estoi


def test_scores_noisy_speech_as_pystoi_does():
    clean = speech()
    waves = [
        noisy(clean, snr, colour, i)
        for i, (snr, colour) in enumerate((s, c) for s in (-5, 0, 5, 15, 25) for c in (1, 8, 60))
    ]
    theirs = np.array([estoi(clean, wave) for wave in waves])
    stacked = torch.tensor(np.stack(waves), dtype=torch.float32)
    ours = Intelligibility(RATE_HZ)(stacked, torch.tensor(clean).expand_as(stacked)).numpy()
    assert np.corrcoef(theirs, ours)[0, 1] > 0.995
    assert np.abs(theirs - ours).max() < 0.05


def test_is_one_between_equal_waves_whatever_their_level():
    clean = torch.tensor(speech())[None]
    assert Intelligibility(RATE_HZ)(0.3 * clean, clean).item() > 0.999


def test_leads_uphill_towards_the_clean_wave():
    clean = torch.tensor(speech())[None]
    wave = torch.tensor(noisy(speech(), 0, 8, 2), dtype=torch.float32)[None].requires_grad_()
    alike = Intelligibility(RATE_HZ)
    before = alike(wave, clean)
    before.sum().backward()
    assert torch.isfinite(wave.grad).all()
    with torch.no_grad():
        assert alike(wave + 1e-2 * wave.grad / wave.grad.norm(), clean) > before


def test_keeps_the_loss_finite_where_nobody_speaks_or_too_shortly():
    measure = DenoiseLoss(LossConfig(intelligibility=0.3), RATE_HZ)
    brief = torch.zeros(1, RATE_HZ)
    brief[:, 1000:3000] = 0.1 * torch.randn(1, 2000)
    for clean in (torch.zeros(1, RATE_HZ), brief):
        enhanced = (1e-3 * torch.randn(1, RATE_HZ)).requires_grad_()
        loss, terms = measure(enhanced, clean, 0.1 * torch.randn(1, RATE_HZ))
        loss.backward()
        assert torch.isfinite(loss) and torch.isfinite(enhanced.grad).all()
        assert 0 <= terms["intelligibility"] <= 1
