"""The network: recurrence, streaming, causality."""

import pytest
import torch

from denoise_training.framing import Framing
from denoise_training.network import native
from denoise_training.network.enhance import enhance
from denoise_training.network.layers import mix, windows
from denoise_training.network.models import MaskNetwork, ModelConfig, band_matrices
from denoise_training.network.recurrence import light_recurrence
from denoise_training.network.stft import Stft
from denoise_training.network.streaming import StreamingEnhancer

CONFIG = ModelConfig(name="small", narrow_bands=32, bands=64, encoder_channels=8, channels=16, blocks=2)


@pytest.fixture
def network() -> MaskNetwork:
    torch.manual_seed(0)
    net = MaskNetwork(CONFIG).eval()
    with torch.no_grad():
        for p in net.parameters():
            p.add_(0.05 * torch.randn_like(p))
    return net


def test_bands_sum_to_one_and_low_ones_are_single_bins():
    analysis, synthesis = band_matrices(ModelConfig())
    torch.testing.assert_close(analysis.sum(0), torch.ones(192))
    torch.testing.assert_close(synthesis.sum(0), torch.ones(769))
    assert torch.equal(synthesis[:127, :127], torch.eye(127))


def results(make, inputs: tuple[torch.Tensor, ...]) -> list[torch.Tensor]:
    out = make()
    return [out, *torch.autograd.grad(out.sin().sum(), inputs)]


def hold_both_forms_to(plain, ours, inputs: tuple[torch.Tensor, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiled form and the one in PyTorch give the values and gradients of the formula."""
    expected = results(plain, inputs)
    for form in ("native", "torch"):
        if form == "torch":
            monkeypatch.setattr(native, "kernels", lambda: None)
        for value, reference in zip(results(ours, inputs), expected, strict=True):
            torch.testing.assert_close(value, reference, atol=1e-4, rtol=1e-3)


def hold_halves_to(plain, ours, inputs: tuple[torch.Tensor, ...], exact: bool = True) -> None:
    """Products of bfloat16 values are exact, so values are; what is rounded on the way, as gradients are, is near."""
    with torch.no_grad():
        for x in inputs:
            x.copy_(x.bfloat16())
    expected = results(plain, inputs)
    with native.half_products():
        values = results(ours, inputs)
    if exact:
        torch.testing.assert_close(values[0], expected[0], atol=1e-5, rtol=1e-5)
    for value, reference in zip(values, expected, strict=True):
        assert (value - reference).norm() <= 0.01 * reference.norm()


def drawn(*shapes: tuple[int, ...]) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(1)
    # Small enough that a recurrence does not blow up rounding.
    return tuple((0.3 * torch.randn(shape, generator=generator)).requires_grad_() for shape in shapes)


@pytest.mark.parametrize("rows", [1, 6, 13, 50])
@pytest.mark.parametrize("width", [16, 48])
def test_recurrence_equals_its_formula(rows: int, width: int, monkeypatch: pytest.MonkeyPatch):
    inputs = drawn((7, rows, width), (rows, width), (width, 2 * width), (2 * width,), (width, 2 * width))
    x, state, in_weight, bias, state_weight = inputs

    def plain() -> torch.Tensor:
        h, out = state, []
        for step in x:
            z, c = (step @ in_weight + bias + h @ state_weight).chunk(2, 1)
            z, c = z.sigmoid(), c.tanh()
            h = z * h + (1 - z) * c
            out.append(h)
        return torch.stack(out)

    # The state is rounded before each step.
    hold_halves_to(plain, lambda: light_recurrence(*inputs), inputs, exact=False)
    hold_both_forms_to(plain, lambda: light_recurrence(*inputs), inputs, monkeypatch)


@pytest.mark.parametrize(
    ("taps", "stride", "width", "out"), [(1, 1, 16, 32), (5, 2, 16, 64), (3, 1, 32, 4), (5, 2, 3, 32), (2, 2, 16, 48)]
)
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("with_residual", [False, True])
def test_windows_equal_a_convolution(
    taps: int, stride: int, width: int, out: int, relu: bool, with_residual: bool, monkeypatch: pytest.MonkeyPatch
):
    shapes = ((5, 12, width), (taps * width, out), (out,), (5, 12 // stride, out))
    x, weight, bias, residual = drawn(*shapes)
    total = taps - stride

    def plain() -> torch.Tensor:
        padded = torch.nn.functional.pad(x.transpose(1, 2), (total // 2, total - total // 2))
        kernel = weight.view(taps, width, out).permute(2, 1, 0)
        y = torch.nn.functional.conv1d(padded, kernel, bias, stride).transpose(1, 2)
        y = y + residual if with_residual else y + 0 * residual
        return torch.relu(y) if relu else y

    def ours() -> torch.Tensor:
        y = windows(x, weight, bias, stride, relu, residual if with_residual else None)
        return y if with_residual else y + 0 * residual

    hold_halves_to(plain, ours, (x, weight, bias, residual))
    hold_both_forms_to(plain, ours, (x, weight, bias, residual), monkeypatch)


@pytest.mark.parametrize("images", [1, 7])
def test_mix_equals_a_dense_layer_over_frequency(images: int, monkeypatch: pytest.MonkeyPatch):
    inputs = drawn((images, 48, 16), (48, 48), (48,))
    h, weight, bias = inputs

    def plain() -> torch.Tensor:
        return torch.relu(h.transpose(1, 2) @ weight + bias).transpose(1, 2)

    hold_halves_to(plain, lambda: mix(*inputs), inputs)
    hold_both_forms_to(plain, lambda: mix(*inputs), inputs, monkeypatch)


@pytest.mark.skipif(not native.multiplies_halves(), reason="no compiler, or a processor without bfloat16")
def test_half_products_are_made_where_they_are_asked_for_and_nowhere_else():
    inputs = drawn((2, 48, 16), (48, 48), (48,))
    plain = mix(*inputs)
    with native.half_products():
        halves = mix(*inputs)
    with native.half_products(False):
        assert torch.equal(mix(*inputs), plain)
    assert torch.equal(mix(*inputs), plain)
    assert not torch.equal(halves, plain)


def test_what_the_kernels_do_not_fit_is_done_in_plain_form():
    x, state, in_weight, bias, state_weight = drawn((3, 4, 8), (4, 8), (8, 16), (16,), (8, 16))
    assert not native.fits(x)
    assert light_recurrence(x, state, in_weight, bias, state_weight).shape == (3, 4, 8)


def test_streaming_equals_offline(network: MaskNetwork):
    framing = Framing()
    noisy = 0.1 * torch.randn(2, 60 * framing.hop, generator=torch.Generator().manual_seed(5))
    with torch.no_grad():
        offline, _ = enhance(network, Stft(framing), noisy)
    streaming = StreamingEnhancer(network, framing, streams=2)
    online = torch.cat([streaming.step(hop)["enhanced"] for hop in noisy.split(framing.hop, 1)], 1)
    torch.testing.assert_close(online, offline, atol=1e-5, rtol=0)


def test_carried_state_continues_a_stream(network: MaskNetwork):
    framing = Framing()
    features = torch.randn(40, 1, 3, framing.bins, generator=torch.Generator().manual_seed(6))
    with torch.no_grad():
        whole, _ = network(features)
        first, states = network(features[:25])
        second, _ = network(features[25:], states)
    torch.testing.assert_close(torch.cat([first, second]), whole, atol=1e-5, rtol=0)


def test_the_future_does_not_move_the_past(network: MaskNetwork):
    framing = Framing()
    noisy = 0.1 * torch.randn(1, 40 * framing.hop, generator=torch.Generator().manual_seed(7))
    changed = noisy.clone()
    changed[:, 20 * framing.hop :] *= -3
    with torch.no_grad():
        before, after = (enhance(network, Stft(framing), w)[0] for w in (noisy, changed))
    assert torch.equal(before[:, : 20 * framing.hop], after[:, : 20 * framing.hop])
    assert not torch.equal(before[:, 20 * framing.hop :], after[:, 20 * framing.hop :])


def test_streams_do_not_touch_one_another(network: MaskNetwork):
    framing = Framing()
    noisy = 0.1 * torch.randn(3, 10 * framing.hop, generator=torch.Generator().manual_seed(8))
    three = StreamingEnhancer(network, framing, streams=3)
    one = StreamingEnhancer(network, framing, streams=1)
    for hop in noisy.split(framing.hop, 1):
        torch.testing.assert_close(three.step(hop)["mask"][1:2], one.step(hop[1:2])["mask"], atol=1e-5, rtol=0)


def test_silence_stays_finite_and_silent(network: MaskNetwork):
    framing = Framing()
    enhancer = StreamingEnhancer(network, framing)
    for _ in range(50):
        out = enhancer.step(torch.zeros(1, framing.hop))["enhanced"]
    assert out.abs().max() == 0
