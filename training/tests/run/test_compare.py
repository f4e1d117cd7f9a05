"""Comparing networks: compute is counted rightly, and every kind is a causal network that carries its state."""

import pytest
import torch
from support import TRAINING

from denoise_training.export.streaming import write_graph
from denoise_training.network.models import MaskNetwork
from denoise_training.run.compare import TRIALS, multiply_adds
from denoise_training.run.config import TrainConfig
from denoise_training.settings import load

CONFIGS = TRAINING / "configs"


@pytest.mark.parametrize("name", ["base", "tiny"])
def test_the_count_on_pytorch_is_that_of_the_exported_graph(name: str):
    network = MaskNetwork(load(TrainConfig, CONFIGS / f"{name}.toml").model)
    assert multiply_adds(network) == write_graph(network).macs


def build(name: str) -> MaskNetwork:
    kind, changes = TRIALS[name]
    config = TrainConfig().model
    for key, value in changes.items():
        setattr(config, key, value)
    torch.manual_seed(3)
    return kind(config).eval()


@pytest.mark.parametrize("name", list(TRIALS))
@torch.no_grad()
def test_every_network_gives_the_same_in_pieces_as_at_once(name: str):
    network = build(name)
    features = torch.randn(6, 2, 3, network.config.bins)
    whole, _ = network(features)
    first, states = network(features[:2])
    second, _ = network(features[2:], states)
    torch.testing.assert_close(torch.cat([first, second]), whole, atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", list(TRIALS))
def test_every_parameter_of_every_network_learns(name: str):
    network = build(name)
    mask, _ = network(torch.randn(3, 2, 3, network.config.bins))
    mask.square().sum().backward()
    for parameter_name, parameter in network.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, parameter_name
