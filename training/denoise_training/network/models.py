"""The networks: causal mixers over time and frequency, made of few, large operations.

    features [3, bins] -> bands [192, 3] -> conv /2 -> conv /2 + place -> blocks
        -> up *2 + skip -> conv -> up *2 -> mask [2, bins]

Notable: nothing looks along time but the recurrent cell, so one hop is one small image [frequencies, channels], and the
cell's weights are shared by all frequencies, which makes its product a real matrix product. Low bands keep every bin
(harmonics are 31.25 Hz apart there), high ones widen like hearing does. Convolutions run over frequency only. The shape
follows FastEnhancer (S. Ahn et al., 2025, arXiv:2509.21867), the shared recurrence DPCRN (X. Le et al., 2021,
arXiv:2107.05429).

Everything here has the layout [T, B, frequency, channel]: time first, so that each step of the recurrence is
contiguous.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..framing import FRAMING
from .layers import mix, windows
from .recurrence import light_recurrence


@dataclass
class ModelConfig:
    """Shape of a mixer."""

    name: str = "base"
    bins: int = FRAMING.bins  # of the transform; in a run, of its framing
    rate_hz: int = FRAMING.rate_hz  # the same
    narrow_bands: int = 128  # lowest bands that are one bin each
    bands: int = 192  # all bands; a multiple of 4
    encoder_channels: int = 32  # after the first convolution
    channels: int = 64  # in the blocks
    blocks: int = 3
    mask_limit: float = 1.5  # bound of the real and the imaginary part of the mask; exact in float16


def band_centres(config: ModelConfig) -> list[float]:
    """Centre bin of every band: single bins first, then widths that grow geometrically up to the last bin."""
    wide = config.bands - config.narrow_bands
    low, high = config.narrow_bands - 1, config.bins - 1
    # Solve for the ratio whose geometric steps, starting at about one bin, reach the top.
    lo, hi = 1.0, 1.5
    for _ in range(100):
        ratio = (lo + hi) / 2
        reach = sum(ratio**i for i in range(1, wide + 1))
        lo, hi = (ratio, hi) if reach < high - low else (lo, ratio)
    centres, place = list(map(float, range(config.narrow_bands))), float(low)
    for i in range(1, wide + 1):
        place += ratio**i
        centres.append(place)
    centres[-1] = float(high)
    return centres


def band_matrices(config: ModelConfig) -> tuple[Tensor, Tensor]:
    """Analysis [bins, bands], whose columns sum to one, and synthesis [bands, bins], which interpolates linearly."""
    centres = torch.tensor(band_centres(config), dtype=torch.float64)
    bins = torch.arange(config.bins, dtype=torch.float64)
    right = torch.searchsorted(centres, bins).clamp(1, config.bands - 1)
    left = right - 1
    blend = ((bins - centres[left]) / (centres[right] - centres[left])).clamp(0, 1)
    synthesis = torch.zeros(config.bands, config.bins, dtype=torch.float64)
    index = torch.arange(config.bins)
    synthesis[left, index] += 1 - blend
    synthesis[right, index] += blend
    analysis = (synthesis / synthesis.sum(1, keepdim=True)).t().contiguous()
    return analysis.float(), synthesis.float()


def dense(fan_in: int, fan_out: int, gain: float = 1.0) -> tuple[nn.Parameter, nn.Parameter]:
    """Weight [in, out] and bias, uniform with variance gain^2 / in: the tfjs orientation."""
    bound = gain * math.sqrt(3.0 / fan_in)
    return nn.Parameter(torch.empty(fan_in, fan_out).uniform_(-bound, bound)), nn.Parameter(torch.zeros(fan_out))


class MixerBlock(nn.Module):
    """Recurrence over time, then mixing over frequency, then a dense layer, added to its input."""

    def __init__(self, frequencies: int, channels: int):
        super().__init__()
        self.channels = channels
        self.in_weight, self.gate_bias = dense(channels, 2 * channels)
        self.state_weight, _ = dense(channels, 2 * channels)
        with torch.no_grad():
            # Memories from a few hops to about a second at the start.
            self.gate_bias[:channels] = torch.linspace(0.0, 3.5, channels)
        self.mix_weight, self.mix_bias = dense(frequencies, frequencies)
        self.out_weight, self.out_bias = dense(channels, channels, gain=0.5)
        with torch.no_grad():
            self.mix_weight.mul_(0.5).add_(torch.eye(frequencies))

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        steps, batch, frequencies, width = x.shape
        rows = x.view(steps, batch * frequencies, width)
        states = light_recurrence(rows, state.reshape(-1, width), self.in_weight, self.gate_bias, self.state_weight)
        last = states[-1].view(batch, frequencies, width)
        mixed = mix(states.reshape(steps * batch, frequencies, width), self.mix_weight, self.mix_bias)
        y = windows(mixed, self.out_weight, self.out_bias, residual=x.view_as(mixed))
        return y.view_as(x), last


class MaskNetwork(nn.Module):
    """Features and states in, complex mask and states out."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.config = config
        c, e = config.channels, config.encoder_channels
        self.frequencies = config.bands // 4
        analysis, synthesis = band_matrices(config)
        self.register_buffer("to_bands", analysis, persistent=False)
        self.register_buffer("from_bands", synthesis, persistent=False)
        self.conv1_weight, self.conv1_bias = dense(5 * 3, e, gain=1.4)
        self.conv2_weight, self.conv2_bias = dense(5 * e, c, gain=1.4)
        self.place = nn.Parameter(torch.randn(self.frequencies, c) * 0.1)
        self.blocks = nn.ModuleList(MixerBlock(self.frequencies, c) for _ in range(config.blocks))
        self.up1_weight, self.up1_bias = dense(c, 2 * e, gain=1.4)
        self.conv3_weight, self.conv3_bias = dense(3 * e, e, gain=1.4)
        self.up2_weight, self.up2_bias = dense(e, 4, gain=0.3)
        with torch.no_grad():
            self.up2_bias[0::2] = 0.8  # begin as a real gain of one

    def initial_states(self, batch: int) -> list[Tensor]:
        return [self.place.new_zeros(batch, self.frequencies, self.config.channels) for _ in self.blocks]

    def forward(self, features: Tensor, states: list[Tensor] | None = None) -> tuple[Tensor, list[Tensor]]:
        """features [T, B, 3, bins] -> mask [T, B, 2, bins] and the last states, [B, frequencies, channels] each."""
        steps, batch = features.shape[:2]
        states = self.initial_states(batch) if states is None else states
        bands = self.bands(features)  # [T, B, bands, 3]
        first = windows(bands.flatten(0, 1), self.conv1_weight, self.conv1_bias, 2, relu=True)  # [T * B, bands / 2, e]
        skip = windows(first, self.conv2_weight, self.conv2_bias, 2, relu=True) + self.place  # [T * B, F, c]
        x, last = skip.view(steps, batch, *skip.shape[1:]), []
        for block, state in zip(self.blocks, states, strict=True):
            x, state = block(x, state)
            last.append(state)
        x = x.view_as(skip) + skip
        # Twice the channels are two rows of bands: [F, 2e] lies in memory as [2F, e] does.
        fine = first.view(steps * batch, self.frequencies, -1)
        x = windows(x, self.up1_weight, self.up1_bias, relu=True, residual=fine).view_as(first)
        x = windows(x, self.conv3_weight, self.conv3_bias, relu=True)
        x = windows(x, self.up2_weight, self.up2_bias)
        x = torch.tanh(x).view(steps * batch, self.config.bands, 2)
        mask = self.expand(x.transpose(1, 2)) * self.config.mask_limit
        return mask.view(steps, batch, 2, self.config.bins), last

    def bands(self, features: Tensor) -> Tensor:
        """[T, B, 3, bins] -> [T, B, bands, 3]. Narrow bands are copied;
        the full matrix, as exported, gives the same."""
        narrow = self.config.narrow_bands - 1
        high = features[..., narrow:].reshape(-1, self.config.bins - narrow) @ self.to_bands[narrow:, narrow:]
        high = high.view(*features.shape[:-1], -1)
        return torch.cat([features[..., :narrow], high], -1).transpose(-1, -2).contiguous()

    def expand(self, bands: Tensor) -> Tensor:
        """[N, 2, bands] -> [N, 2, bins]."""
        narrow = self.config.narrow_bands - 1
        high = bands[..., narrow:].reshape(-1, self.config.bands - narrow) @ self.from_bands[narrow:, narrow:]
        return torch.cat([bands[..., :narrow], high.view(*bands.shape[:-1], -1)], -1)
