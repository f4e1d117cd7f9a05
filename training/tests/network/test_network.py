"""The network: recurrence, streaming, causality."""

import pytest
import torch

from denoise_training.framing import Framing
from denoise_training.network import recurrence
from denoise_training.network.enhance import enhance
from denoise_training.network.models import Mixer, ModelConfig, band_matrices
from denoise_training.network.stft import Stft
from denoise_training.network.streaming import StreamingEnhancer

CONFIG = ModelConfig(name="small", narrow_bands=32, bands=64, encoder_channels=8, channels=16, blocks=2)


@pytest.fixture
def network() -> Mixer:
    torch.manual_seed(0)
    net = Mixer(CONFIG).eval()
    with torch.no_grad():
        for p in net.parameters():
            p.add_(0.05 * torch.randn_like(p))
    return net


def test_bands_sum_to_one_and_low_ones_are_single_bins():
    analysis, synthesis = band_matrices(ModelConfig())
    torch.testing.assert_close(analysis.sum(0), torch.ones(192))
    torch.testing.assert_close(synthesis.sum(0), torch.ones(769))
    assert torch.equal(synthesis[:127, :127], torch.eye(127))


@pytest.mark.parametrize("rows", [1, 6, 13])
def test_recurrence_equals_autograd(rows: int, monkeypatch: pytest.MonkeyPatch):
    torch.manual_seed(1)
    gates = torch.randn(7, rows, 32, requires_grad=True)
    state = torch.randn(rows, 16, requires_grad=True)
    weight = torch.randn(16, 32, requires_grad=True)

    def plain() -> torch.Tensor:
        h, out = state, []
        for g in gates:
            z, c = (g + h @ weight).chunk(2, 1)
            z, c = z.sigmoid(), c.tanh()
            h = z * h + (1 - z) * c
            out.append(h)
        return torch.stack(out)

    def results(make) -> list[torch.Tensor]:
        out = make()
        return [out, *torch.autograd.grad(out.sin().sum(), (gates, state, weight))]

    expected = results(plain)
    for mode in ("native", "torch"):
        if mode == "torch":
            monkeypatch.setattr(recurrence, "native", lambda: None)
        for value, reference in zip(
            results(lambda: recurrence.light_recurrence(gates, state, weight)), expected, strict=True
        ):
            torch.testing.assert_close(value, reference, atol=1e-4, rtol=1e-3)


def test_streaming_equals_offline(network: Mixer):
    framing = Framing()
    noisy = 0.1 * torch.randn(2, 60 * framing.hop, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        offline, _ = enhance(network, Stft(framing), noisy)
    streaming = StreamingEnhancer(network, framing, streams=2)
    online = torch.cat([streaming.step(hop)["enhanced"] for hop in noisy.split(framing.hop, 1)], 1)
    torch.testing.assert_close(online, offline, atol=1e-5, rtol=0)


def test_carried_state_continues_a_stream(network: Mixer):
    framing = Framing()
    features = torch.randn(40, 1, 3, framing.bins, generator=torch.Generator().manual_seed(6))
    with torch.no_grad():
        whole, _ = network(features)
        first, states = network(features[:25])
        second, _ = network(features[25:], states)
    torch.testing.assert_close(torch.cat([first, second]), whole, atol=1e-5, rtol=0)


def test_the_future_does_not_move_the_past(network: Mixer):
    framing = Framing()
    noisy = 0.1 * torch.randn(1, 40 * framing.hop, generator=torch.Generator().manual_seed(7))
    changed = noisy.clone()
    changed[:, 20 * framing.hop :] *= -3
    with torch.no_grad():
        before, after = (enhance(network, Stft(framing), w)[0] for w in (noisy, changed))
    assert torch.equal(before[:, : 20 * framing.hop], after[:, : 20 * framing.hop])
    assert not torch.equal(before[:, 20 * framing.hop :], after[:, 20 * framing.hop :])


def test_streams_do_not_touch_one_another(network: Mixer):
    framing = Framing()
    noisy = 0.1 * torch.randn(3, 10 * framing.hop, generator=torch.Generator().manual_seed(8))
    three = StreamingEnhancer(network, framing, streams=3)
    one = StreamingEnhancer(network, framing, streams=1)
    for hop in noisy.split(framing.hop, 1):
        torch.testing.assert_close(three.step(hop)["mask"][1:2], one.step(hop[1:2])["mask"], atol=1e-5, rtol=0)


def test_silence_stays_finite_and_silent(network: Mixer):
    framing = Framing()
    enhancer = StreamingEnhancer(network, framing)
    for _ in range(50):
        out = enhancer.step(torch.zeros(1, framing.hop))["enhanced"]
    assert out.abs().max() == 0
