"""The reference transform."""

from pathlib import Path

import torch

from denoise_training.framing import Framing
from denoise_training.network.models import MaskNetwork
from denoise_training.network.stft import Stft, asymmetric_windows, compressed_features
from denoise_training.run.config import TrainConfig
from denoise_training.settings import load

FRAMING = Framing()


def test_window_products_overlap_add_to_one():
    analysis, synthesis = asymmetric_windows(FRAMING)
    product = (analysis.double() * synthesis.double())[-FRAMING.hop - FRAMING.overlap :]
    total = product[: FRAMING.hop].clone()
    total[: FRAMING.overlap] += product[FRAMING.hop :]
    torch.testing.assert_close(total, torch.ones_like(total), atol=1e-6, rtol=0)


def test_rebuilds_the_wave_late_by_the_overlap():
    wave = torch.randn(2, 20 * FRAMING.hop, generator=torch.Generator().manual_seed(1))
    stft = Stft(FRAMING)
    rebuilt = stft.inverse(stft.forward(wave))
    lag = FRAMING.overlap
    torch.testing.assert_close(rebuilt[:, lag:], wave[:, :-lag], atol=2e-6, rtol=0)
    assert rebuilt[:, :lag].abs().max() < 1e-6


def test_spectrum_equals_the_definition_of_the_fourier_transform():
    wave = torch.randn(FRAMING.window, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    analysis, _ = asymmetric_windows(FRAMING)
    padded = wave[: FRAMING.window // FRAMING.hop * FRAMING.hop]
    last = Stft(FRAMING).forward(padded.float()[None])[0, -1]
    frame = torch.cat([torch.zeros(FRAMING.window - len(padded), dtype=torch.float64), padded]) * analysis.double()
    n = torch.arange(FRAMING.window, dtype=torch.float64)
    for k in (0, 1, 7, 100, 768):
        angle = 2 * torch.pi * k * n / FRAMING.window
        expected = torch.complex((frame * angle.cos()).sum(), -(frame * angle.sin()).sum())
        assert abs(last[k] - expected) < 1e-4


def test_agrees_with_torch_stft_where_both_are_defined():
    wave = torch.randn(FRAMING.window + 9 * FRAMING.hop, generator=torch.Generator().manual_seed(3))
    analysis, _ = asymmetric_windows(FRAMING)
    ours = Stft(FRAMING).forward(wave[None])[0]
    ends = [FRAMING.hop * (k + 1) for k in range(len(ours))]
    whole = [k for k, end in enumerate(ends) if end >= FRAMING.window]
    begin = ends[whole[0]] - FRAMING.window
    theirs = torch.stft(wave[begin:], FRAMING.window, FRAMING.hop, window=analysis, center=False, return_complex=True).T
    torch.testing.assert_close(ours[whole], theirs[: len(whole)], atol=1e-4, rtol=1e-4)


def test_features_of_silence_are_zero():
    assert compressed_features(torch.zeros(2, FRAMING.bins, dtype=torch.complex64)).abs().max() == 0


def test_a_later_sample_does_not_change_earlier_output():
    wave = torch.randn(1, 20 * FRAMING.hop, generator=torch.Generator().manual_seed(4))
    changed = wave.clone()
    changed[:, 10 * FRAMING.hop :] += 1
    stft = Stft(FRAMING)
    before, after = (stft.inverse(stft.forward(w)) for w in (wave, changed))
    assert torch.equal(before[:, : 10 * FRAMING.hop], after[:, : 10 * FRAMING.hop])


def test_another_window_is_one_number(tmp_path: Path):
    (tmp_path / "c.toml").write_text("[framing]\nwindow = 1024\n")
    config = load(TrainConfig, tmp_path / "c.toml")
    assert config.framing.bins == config.model.bins == 513
    spectrum = Stft(config.framing).forward(torch.randn(1, 5 * config.framing.hop)).transpose(0, 1)
    mask, _ = MaskNetwork(config.model)(compressed_features(spectrum))
    assert mask.shape == (5, 1, 2, 513)
