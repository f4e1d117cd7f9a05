"""Waves through the network, whole: what training and validation hear."""

import torch
from torch import Tensor

from .models import MaskNetwork
from .stft import Stft, compressed_features


def enhance(
    network: MaskNetwork, stft: Stft, noisy: Tensor, states: list[Tensor] | None = None
) -> tuple[Tensor, list[Tensor]]:
    """Noisy waves -> enhanced waves, which lag by `overlap` samples; [B, N] -> [B, N]."""
    with torch.no_grad():
        spectrum = stft.forward(noisy).transpose(0, 1)  # [T, B, bins]
        features = compressed_features(spectrum)
    mask, states = network(features, states)
    enhanced = torch.complex(mask[:, :, 0], mask[:, :, 1]) * spectrum
    return stft.inverse(enhanced.transpose(0, 1)), states
