"""A stream of sound through a block model, in the order in which the engine emits it.

Notable: a step takes `advance` new samples, transforms the last `block` of the stream, and emits `advance` samples: the
first `overlap` of them fade from the tail of the block before (raised cosine, weights sum to one). So output lags by
`overlap`.
"""

import math

import torch
from torch import Tensor

from .spectrogram import FrontEnd


def split_blocks(wave: Tensor, front: FrontEnd) -> Tensor:
    """[N] -> [steps, block]: zeros stand before the stream, and after it up to a whole step."""
    c = front.config
    steps = math.ceil(len(wave) / c.advance)
    padded = torch.nn.functional.pad(wave, (c.overlap, steps * c.advance - len(wave)))
    return padded.unfold(0, c.block, c.advance)


def join_blocks(blocks: Tensor, front: FrontEnd) -> Tensor:
    """[steps, block] -> [steps * advance], late by `overlap`."""
    c = front.config
    if not c.overlap:
        return blocks.reshape(-1)
    weight = 0.5 - 0.5 * torch.cos(math.pi * (torch.arange(c.overlap) + 0.5) / c.overlap)
    tails = torch.cat([blocks.new_zeros(1, c.overlap), blocks[:-1, c.advance :]])
    emitted = blocks[:, : c.advance].clone()
    emitted[:, : c.overlap] = weight * emitted[:, : c.overlap] + (1 - weight) * tails
    return emitted.reshape(-1)


@torch.no_grad()
def enhance_stream(network: torch.nn.Module, front: FrontEnd, wave: Tensor, at_once: int = 8) -> Tensor:
    """Noisy wave [N] at the model's rate -> enhanced [N], lined up with it."""
    overlap = front.config.overlap
    blocks = split_blocks(torch.nn.functional.pad(wave, (0, overlap)), front)
    enhanced = torch.cat([front.enhance(network, part) for part in blocks.split(at_once)])
    return join_blocks(enhanced, front)[overlap:][: len(wave)]
