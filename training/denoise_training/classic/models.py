"""The networks of the classic models: image in, image of the same size out.

Notable: both are written with operations that tfjs-wasm runs fast. A transposed convolution of stride 1 is an ordinary
one with its kernel turned round, so the decoder of `MelLatent` is the published one; up-sampling repeats pixels and a
convolution follows. No batch normalisation: with He's initialisation networks this shallow train without, and there is
nothing to fold at export.

`UNet` follows O. Ronneberger et al., 2015 (arXiv:1505.04597) at a hundredth of its width.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

OUTPUTS = ("tanh", "residual", "masked")


@dataclass
class ClassicModelConfig:
    """Shape of a network."""

    name: str = "unet-8k"
    kind: str = "unet"  # unet or mel-latent
    channels: tuple[int, ...] = (8, 16, 32, 48, 64)  # unet: of each level; each but the last is pooled by two
    output: str = "tanh"  # unet. tanh: bounded estimate; residual: added to the input; masked: input times 0...1
    latent: int = 128  # mel-latent: numbers between encoder and decoder
    dropout: float = 0.0  # mel-latent: share of what the encoder sees that is left out while training

    def __post_init__(self) -> None:
        if self.kind not in ("unet", "mel-latent"):
            raise ValueError(f"model.kind is {self.kind!r}: expected unet or mel-latent")
        if self.output not in OUTPUTS:
            raise ValueError(f"model.output is {self.output!r}: expected one of {', '.join(OUTPUTS)}")


def conv(inputs: int, outputs: int) -> nn.Conv2d:
    layer = nn.Conv2d(inputs, outputs, 3, padding=1)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    nn.init.zeros_(layer.bias)
    return layer


class UNet(nn.Module):
    """Encoder, bottleneck and decoder with skip connections; the last layer also sees the input."""

    def __init__(self, config: ClassicModelConfig, rows: int, frames: int):
        super().__init__()
        self.config, widths = config, config.channels
        step = 2 ** (len(widths) - 1)
        if rows % step or frames % step:
            raise ValueError(
                f"an image of {rows}x{frames} cannot be halved {len(widths) - 1} times: give fewer model.channels"
            )
        self.down = nn.ModuleList()
        before = 1
        for level, width in enumerate(widths):
            # One layer where the image is large, two where it is small.
            layers = [conv(before, width)] + ([conv(width, width)] if level >= 2 else [])
            self.down.append(nn.ModuleList(layers))
            before = width
        self.up = nn.ModuleList(conv(widths[i + 1] + widths[i], widths[i]) for i in range(len(widths) - 2, -1, -1))
        self.last = conv(widths[0] + 1, 1)
        with torch.no_grad():
            # Begin near an estimate that is known to be sane: the input itself, or most of it.
            self.last.weight *= 0.2
            if config.output == "tanh":
                self.last.weight[0, -1] = 0
                self.last.weight[0, -1, 1, 1] = 1
            elif config.output == "masked":
                self.last.bias.fill_(1.5)

    def forward(self, image: Tensor) -> Tensor:
        """[B, rows, frames] -> the same."""
        x = image[:, None].contiguous(memory_format=torch.channels_last)
        first, skips = x, []
        for level, layers in enumerate(self.down):
            x = F.max_pool2d(x, 2) if level else x
            for layer in layers:
                x = F.relu(layer(x))
            skips.append(x)
        skips.pop()
        for layer in self.up:
            x = F.relu(layer(torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), skips.pop()], 1)))
        x = self.last(torch.cat([x, first], 1))
        if self.config.output == "tanh":
            x = torch.tanh(x)
        elif self.config.output == "residual":
            x = first + x
        else:
            x = first * torch.sigmoid(x)
        return x[:, 0]


class MelLatent(nn.Module):
    """Two convolutions, 128 numbers for the whole image, and back: 148 x 109 in the published shape.

    Halving rounds up, as "same" pooling does; the decoder cuts the surplus column off, once at the end, once at the
    beginning.
    """

    def __init__(self, config: ClassicModelConfig, rows: int, frames: int):
        super().__init__()
        if rows % 4 or frames % 4 != 1:
            # The published cuts, one column at each level, fit these widths only.
            raise ValueError(
                f"an image of {rows}x{frames}: mel-latent needs rows divisible by 4, and frames one more than such"
            )
        self.size, self.dropout = (rows // 4, (frames + 3) // 4), config.dropout
        flat = self.size[0] * self.size[1] * 64
        self.down1, self.down2 = conv(1, 32), conv(32, 64)
        self.encode, self.decode = nn.Linear(flat, config.latent), nn.Linear(config.latent, flat)
        for layer in (self.encode, self.decode):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
        self.up1, self.up2, self.last = conv(64, 64), conv(64, 32), conv(32, 1)
        with torch.no_grad():
            # Begin with a loud estimate, which is a gain of one; the mean of all images would be a gain of nearly
            # nothing.
            self.last.weight *= 0.2
            self.last.bias.fill_(1.5)

    def forward(self, image: Tensor) -> Tensor:
        """[B, rows, frames] in 0...1 -> the same."""
        x = image[:, None].contiguous(memory_format=torch.channels_last)
        x = F.max_pool2d(F.relu(self.down1(x)), 2, ceil_mode=True)
        x = F.max_pool2d(F.relu(self.down2(x)), 2, ceil_mode=True)
        x = x.permute(0, 2, 3, 1).flatten(1)  # [B, rows / 4 * frames / 4 * 64], channels fastest, as tfjs lays them out
        x = F.dropout(x, self.dropout, self.training)
        x = F.relu(self.decode(F.relu(self.encode(x))))
        x = x.view(-1, *self.size, 64).permute(0, 3, 1, 2)
        x = F.interpolate(F.relu(self.up1(x)), scale_factor=2.0, mode="nearest")[..., :-1]
        x = F.interpolate(F.relu(self.up2(x)), scale_factor=2.0, mode="nearest")[..., 1:]
        return torch.sigmoid(self.last(x))[:, 0]


def make_network(config: ClassicModelConfig, rows: int, frames: int) -> nn.Module:
    network = (UNet if config.kind == "unet" else MelLatent)(config, rows, frames)
    return network.to(memory_format=torch.channels_last)
