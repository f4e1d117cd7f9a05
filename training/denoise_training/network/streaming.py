"""The same network, one hop at a time, with its state in the open:
what the exported graph computes, operation by operation.

Notable: this file is the reading copy of the graph. Each line of `step` is one or two graph operations, in the same
order and with the same matrices as in export/streaming.py, while models.py is arranged for training. Tests hold the two
equal. Two things differ from models.py in form only. Bands are made before the graph and undone after it: a few
additions for the engine, a matrix product in the graph. And the state is half of the cell's, because tanh(a) / 2 =
sigmoid(2 a) - 1/2, and products apply a sigmoid for free.
"""

import torch
from torch import Tensor

from ..framing import Framing
from .models import MaskNetwork, MixerBlock
from .stft import asymmetric_windows, compressed_features


class StreamingMixer:
    """One hop of a trained `MaskNetwork` for S independent streams."""

    def __init__(self, network: MaskNetwork):
        self.network = network

    def initial_states(self, streams: int) -> list[Tensor]:
        """Zeros are a new stream; [S, frequencies, channels] each."""
        return self.network.initial_states(streams)

    @torch.no_grad()
    def step(self, features: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """features [S, 3, bands], states [S, frequencies, channels] -> mask [S, 2, bands], next states."""
        n, c = self.network, self.network.config
        s, freqs, width = features.shape[0], n.frequencies, c.channels
        first = torch.relu(conv(features.transpose(1, 2), n.conv1_weight, n.conv1_bias, 2))  # [S, bands / 2, e]
        x = torch.relu(conv(first, n.conv2_weight, n.conv2_bias, 2)) + n.place  # [S, F, c]
        x = x.reshape(s * freqs, width)
        skip, following = x, []
        for block, state in zip(n.blocks, states, strict=True):
            h = state.reshape(s * freqs, width)
            both = torch.cat([x, h], 1)
            keep, candidate = cell_products(block)
            z = torch.sigmoid(both @ keep[0] + keep[1])
            candidate = torch.sigmoid(both @ candidate[0] + candidate[1]) - 0.5
            h = (candidate + z * (h - candidate)).reshape(s, freqs, width)
            following.append(h)
            across = h.transpose(1, 2).reshape(s * width, freqs)
            across = torch.relu(across @ (2 * block.mix_weight) + block.mix_bias)
            mixed = across.reshape(s, width, freqs).transpose(1, 2).reshape(s * freqs, width)
            x = x + (mixed @ block.out_weight + block.out_bias)
        up = ((x + skip) @ n.up1_weight + n.up1_bias).reshape(s, 2 * freqs, c.encoder_channels)
        up = torch.relu(up + first)
        up = torch.relu(conv(up, n.conv3_weight, n.conv3_bias, 1))
        mask = torch.tanh(up @ n.up2_weight + n.up2_bias).reshape(s, c.bands, 2) * c.mask_limit
        return mask.transpose(1, 2), following


def cell_products(block: MixerBlock) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Weight [2 C, C] and bias of the gate and of the candidate, for [input, half the state] and a sigmoid on both."""
    width = block.channels
    weight = torch.cat([block.in_weight, 2 * block.state_weight])
    keep = weight[:, :width], block.gate_bias[:width]
    return keep, (2 * weight[:, width:], 2 * block.gate_bias[width:])


def conv(x: Tensor, weight: Tensor, bias: Tensor, stride: int) -> Tensor:
    """Convolution over frequency with SAME padding; x [S, F, C], weight [taps * C, out]."""
    taps = weight.shape[0] // x.shape[-1]
    kernel = weight.reshape(taps, x.shape[-1], -1).permute(2, 1, 0)  # [out, C, taps]
    total = taps - stride
    padded = torch.nn.functional.pad(x.transpose(1, 2), (total // 2, total - total // 2))
    return torch.nn.functional.conv1d(padded, kernel, bias, stride).transpose(1, 2)


class StreamingEnhancer:
    """Hop of noisy samples in, hop of enhanced samples out, `overlap` samples late: the engine in Python."""

    def __init__(self, network: MaskNetwork, framing: Framing, streams: int = 1):
        self.mixer, self.framing = StreamingMixer(network), framing
        self.analysis, self.synthesis = asymmetric_windows(framing)
        self.states = self.mixer.initial_states(streams)
        self.frame = torch.zeros(streams, framing.window)
        self.tail = torch.zeros(streams, framing.overlap)

    def step(self, hop: Tensor) -> dict[str, Tensor]:
        """[S, hop] -> every stage of this hop, of which `enhanced` [S, hop] is to be played."""
        f = self.framing
        self.frame = torch.cat([self.frame[:, f.hop :], hop], 1)
        spectrum = torch.fft.rfft(self.frame * self.analysis)  # [S, bins]
        network = self.mixer.network
        features = compressed_features(spectrum) @ network.to_bands  # [S, 3, bands]
        mask, self.states = self.mixer.step(features, self.states)  # [S, 2, bands]
        expanded = mask @ network.from_bands  # [S, 2, bins]
        cleaned = torch.complex(expanded[:, 0], expanded[:, 1]) * spectrum
        frame = torch.fft.irfft(cleaned, n=f.window) * self.synthesis
        enhanced = frame[:, -f.hop - f.overlap : -f.overlap].clone()
        enhanced[:, : f.overlap] += self.tail
        self.tail = frame[:, -f.overlap :]
        return {"spectrum": spectrum, "features": features, "mask": mask, "enhanced": enhanced}
