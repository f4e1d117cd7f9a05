"""Networks of different kinds at equal compute: short runs on the same examples, one table.

Equal compute is equal multiply-adds of the forward pass, counted by PyTorch on one hop; each network gets as many steps
as they pay for, with the learning rate falling to its end within them. Only the mixer can be exported: another kind has
to win first.
"""

import itertools
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from ..data.prepared import Prepared
from ..network import native
from ..network.layers import mix, windows
from ..network.models import MaskNetwork, MixerBlock, ModelConfig, dense
from ..settings import load
from .config import TrainConfig
from .train import Run
from .validation import Validation


class GruBlock(MixerBlock):
    """The mixer's block with a whole GRU (three products instead of two) as its memory."""

    def __init__(self, frequencies: int, channels: int):
        super().__init__(frequencies, channels)
        self.gru = nn.GRU(channels, channels)
        del self.in_weight, self.gate_bias, self.state_weight

    def forward(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        steps, batch, frequencies, width = x.shape
        states, last = self.gru(x.reshape(steps, -1, width), state.reshape(1, -1, width))
        h = states.reshape(steps * batch, frequencies, width)
        mixed = mix(h, self.mix_weight, self.mix_bias)
        y = windows(mixed, self.out_weight, self.out_bias, residual=x.reshape(mixed.shape))
        return y.view_as(x), last.view(batch, frequencies, width)


class GruMaskNetwork(MaskNetwork):
    def __init__(self, config: ModelConfig):
        super().__init__(config)
        self.blocks = nn.ModuleList(GruBlock(self.frequencies, config.channels) for _ in range(config.blocks))


class ConvRecurrentUnet(MaskNetwork):
    """Encoder that halves the bands four times, one GRU over the flattened middle, decoder with skips:
    the classic shape."""

    WIDTHS = (16, 32, 48, 64)

    def __init__(self, config: ModelConfig):
        super().__init__(config)
        for name in ("conv1", "conv2", "conv3", "up1", "up2"):
            delattr(self, f"{name}_weight")
            delattr(self, f"{name}_bias")
        del self.place, self.blocks
        widths, size = (3, *self.WIDTHS), config.channels
        self.down = nn.ParameterList(p for a, b in itertools.pairwise(widths) for p in dense(5 * a, b, 1.4))
        middle = config.bands // 16 * widths[-1]
        self.squeeze_weight, self.squeeze_bias = dense(middle, size, 1.4)
        self.gru = nn.GRU(size, size)
        self.widen_weight, self.widen_bias = dense(size, middle, 1.4)
        back = (*reversed(self.WIDTHS), 8)
        self.up = nn.ParameterList(p for a, b in itertools.pairwise(back) for p in dense(3 * a, 2 * b, 1.4))
        self.up2_weight, self.up2_bias = dense(8, 2, 0.3)
        with torch.no_grad():
            self.up2_bias[0] = 0.8

    def initial_states(self, batch: int) -> list[Tensor]:
        return [self.up2_bias.new_zeros(batch, 1, self.config.channels)]

    def forward(self, features: Tensor, states: list[Tensor] | None = None) -> tuple[Tensor, list[Tensor]]:
        steps, batch = features.shape[:2]
        state = (self.initial_states(batch) if states is None else states)[0]
        x, skips = self.bands(features).flatten(0, 1), []  # [T * B, bands, 3]
        for weight, bias in zip(self.down[0::2], self.down[1::2], strict=True):
            x = windows(x, weight, bias, 2, relu=True)
            skips.append(x)
        flat = torch.relu(x.reshape(steps * batch, -1) @ self.squeeze_weight + self.squeeze_bias).view(steps, batch, -1)
        flat, last = self.gru(flat, state.transpose(0, 1).contiguous())
        x = F.relu(flat.reshape(steps * batch, -1) @ self.widen_weight + self.widen_bias).view_as(x)
        for i, (weight, bias) in enumerate(zip(self.up[0::2], self.up[1::2], strict=True)):
            x = windows(x + skips[-1 - i], weight, bias, relu=True)  # [T * B, F, 2 C] -> [T * B, 2 F, C]
            x = x.view(len(x), 2 * x.shape[1], -1)
        x = torch.tanh(torch.addmm(self.up2_bias, x.flatten(0, -2), self.up2_weight))
        mask = self.expand(x.view(steps * batch, self.config.bands, 2).transpose(1, 2)) * self.config.mask_limit
        return mask.view(steps, batch, 2, self.config.bins), [last.transpose(0, 1)]


TRIALS: dict[str, tuple[type[MaskNetwork], dict]] = {
    "mixer, one gate": (MaskNetwork, {}),
    "mixer, GRU": (GruMaskNetwork, {"channels": 52}),
    "mixer, one gate, deep": (MaskNetwork, {"channels": 48, "blocks": 5}),
    "mixer, one gate, coarse": (MaskNetwork, {"channels": 80, "bands": 160, "narrow_bands": 96}),
    "convolutional-recurrent U-Net": (ConvRecurrentUnet, {"channels": 256}),
}


def multiply_adds(network: MaskNetwork) -> int:
    """Of one hop of one stream, on bands: what the exported graph would compute."""
    counter = FlopCounterMode(display=False)
    with native.plain_form(), counter, torch.no_grad():
        network(torch.zeros(1, 1, 3, network.config.bins), network.initial_states(1))
    narrow, c = network.config.narrow_bands - 1, network.config
    # The graph does not hold the conversion between bins and bands.
    conversion = 5 * (c.bins - narrow) * (c.bands - narrow)
    return counter.get_total_flops() // 2 - conversion


def trial(
    kind: type[MaskNetwork], config: TrainConfig, data: Prepared, validation: Validation, tera: float
) -> dict[str, float]:
    torch.manual_seed(config.seed)
    network = kind(config.model)
    macs = multiply_adds(network)
    hops = config.batch * config.mix.seconds * config.framing.rate_hz / config.framing.hop
    run = Run(config, data, network=network)
    steps = round(tera * 1e12 / (macs * hops))
    for step in range(steps):
        run.train_step(step / steps)
    network.load_state_dict(run.average.weights)
    result = validation.score(network.eval(), run.stft)
    parameters = sum(p.numel() for p in network.parameters())
    hours = steps * config.batch * config.mix.seconds / 3600
    return {"mmac": macs / 1e6, "parameters": parameters, "steps": steps, "hours": hours, **result}


def compare(config: Path, folder: str, tera: float, only: list[str] | None, out: Path) -> None:
    """Runs the trials of these names (None: all), and writes the table anew after each."""
    base = load(TrainConfig, config)
    data = Prepared(folder, base.licence_flags, preload=True)
    validation = Validation(base, data)
    lines = ["| network | MMAC | parameters | steps | audio h | SI-SDR | PESQ-WB | ESTOI | score |", "|---" * 9 + "|"]
    for name, (kind, changes) in TRIALS.items():
        if only and name not in only:
            continue
        trial_config = load(TrainConfig, config)
        for key, value in changes.items():
            setattr(trial_config.model, key, value)
        r = trial(kind, trial_config, data, validation, tera)
        lines.append(
            f"| {name} | {r['mmac']:.1f} | {r['parameters']} | {r['steps']} | {r['hours']:.2f} "
            f"| {r['si_sdr']:.2f} | {r['pesq']:.3f} | {r['estoi']:.3f} | {r['score']:.2f} |"
        )
        print(lines[-1], flush=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text("\n".join(lines) + "\n")
