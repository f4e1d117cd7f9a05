"""What the exporter asks of a streaming model: the graph of network/streaming.py, its manifest and its vectors."""

import dataclasses

import numpy as np
import torch
from torch import Tensor

from ..framing import FEATURES
from ..network.models import MaskNetwork, band_centres
from ..network.stft import asymmetric_windows
from ..network.streaming import StreamingEnhancer, cell_products
from ..run.config import TrainConfig
from ..settings import build
from .exporter import round_weights, rounded_to_bytes
from .graphdef import GraphWriter

GOLDEN_HOPS = [0, 1, 7, 20, 39]  # of which the golden vectors hold every stage


class StreamingModel:
    """A checkpoint of the streaming network. In: noisy wave for the golden vectors and speech for parity, 48 kHz."""

    errors = ("maxError", "maxErrorTwoStreams")

    def __init__(self, saved: dict, noisy: Tensor, speech: Tensor):
        config = build(TrainConfig, saved["config"])
        self.name, self.framing, self.noisy, self.speech = config.model.name, config.framing, noisy, speech
        self.network = MaskNetwork(config.model)
        self.network.load_state_dict(saved["average"])
        round_weights(self.network.eval())
        round_products(self.network)
        self.network.config.mask_limit = float(np.float16(self.network.config.mask_limit))
        self.step_ms = 1000 * self.framing.hop / self.framing.rate_hz

    @property
    def byte_weights(self) -> tuple[str, ...]:
        """All that multiplies or is added by frequency; biases and constants are few."""
        weights = self.graph().weights
        return tuple(name for name, value in weights.items() if value.ndim >= 2 and value.dtype == np.float32)

    def graph(self) -> GraphWriter:
        return write_graph(self.network)

    def entries(self) -> dict:
        framing = self.framing
        return {
            "sampleRateHz": framing.rate_hz,
            "framing": {
                "kind": "streaming",
                "hopSamples": framing.hop,
                "windowSamples": framing.window,
                "fftSamples": framing.window,
                "window": "asymmetric-sqrt-hann",
                "overlapSamples": framing.overlap,
                "lookAheadHops": 0,
            },
            "features": {"kind": "compressed-complex", **dataclasses.asdict(FEATURES)},
            "bands": {"centreBins": band_centres(self.network.config)},
            "estimate": {"kind": "complex-mask"},
            "rebuild": {"kind": "noisy-phase"},
        }

    def graph_entry(self) -> dict:
        c, frequencies = self.network.config, self.network.frequencies
        return {
            "input": {"name": "features", "shape": [-1, 3, c.bands]},
            "output": {"name": "mask", "shape": [-1, 2, c.bands]},
            "states": [
                {"input": f"state_{i}", "output": f"state_{i}_next", "shape": [-1, frequencies, c.channels]}
                for i in range(c.blocks)
            ],
        }

    def golden(self) -> tuple[dict[str, np.ndarray], dict]:
        stages = self.stages(self.noisy)
        analysis, synthesis = asymmetric_windows(self.framing)

        def at_hops(name: str) -> Tensor:
            return torch.cat([stages[h][name] for h in GOLDEN_HOPS])

        arrays = {
            "noisy": self.noisy,
            "window-analysis": analysis,
            "window-synthesis": synthesis,
            "spectrum": torch.view_as_real(at_hops("spectrum")),  # [hops, bins, (re, im)]
            "features": at_hops("features"),  # [hops, 3, bands]
            "mask": at_hops("mask"),  # [hops, 2, bands]
            "enhanced": torch.cat([s["enhanced"] for s in stages], 1)[0],
        }
        return {name: value.numpy() for name, value in arrays.items()}, {"hops": GOLDEN_HOPS}

    def parity(self) -> dict[str, np.ndarray]:
        stages = self.stages(self.speech)
        return {name: torch.stack([s[name][0] for s in stages]).numpy() for name in ("features", "mask")}

    def stages(self, wave: Tensor) -> list[dict[str, Tensor]]:
        """Everything that happens at each hop of a stream that begins with the wave."""
        enhancer = StreamingEnhancer(self.network, self.framing)
        return [enhancer.step(hop[None]) for hop in wave.split(self.framing.hop)]


@torch.no_grad()
def round_products(network: MaskNetwork) -> None:
    """Rounds matrices to 256 levels each, as the graph stores them: 38 dB below the weights, which no score shows."""
    for name, weight in network.named_parameters():
        if weight.ndim >= 2 and not name.endswith(("in_weight", "state_weight")):
            weight.copy_(rounded_to_bytes(weight))
    for block in network.blocks:
        for place, (weight, _) in enumerate(cell_products(block)):
            columns = slice(place * block.channels, (place + 1) * block.channels)
            # Of the candidate both are twice what they are of the gate.
            into, state = (rounded_to_bytes(weight) / (1 + place)).split(block.channels)
            block.in_weight[:, columns] = into
            block.state_weight[:, columns] = state / 2


def write_graph(network: MaskNetwork) -> GraphWriter:
    """The operations of network/streaming.py, one by one."""
    c, freqs, width = network.config, network.frequencies, network.config.channels

    def array(x: Tensor) -> np.ndarray:
        return np.ascontiguousarray(x.detach().float().numpy())

    def kernel(weight: Tensor, channels: int) -> np.ndarray:
        return array(weight).reshape(1, -1, channels, weight.shape[1])

    g = GraphWriter()
    g.input("features", [-1, 3, c.bands])
    for i in range(c.blocks):
        g.input(f"state_{i}", [-1, freqs, width])
    half = g.const(np.array(0.5, np.float32), "half")
    x = g.reshape(g.transpose("features", 0, 2, 1), -1, 1, c.bands, 3)
    first = g.conv(x, kernel(network.conv1_weight, 3), array(network.conv1_bias), "conv1", 2)
    x = g.conv(first, kernel(network.conv2_weight, c.encoder_channels), array(network.conv2_bias), "conv2", 2)
    x = g.binary("AddV2", x, g.const(array(network.place), "place"))
    x = skip = g.reshape(x, -1, width)
    for i, block in enumerate(network.blocks):
        name = f"block_{i}"
        h = g.reshape(f"state_{i}", -1, width)
        both = g.concat([x, h], 1)
        keep, candidate = ((array(weight), array(bias)) for weight, bias in cell_products(block))
        z = g.matmul(both, keep[0], f"{name}/keep", keep[1], "Sigmoid")
        candidate = g.binary("Sub", g.matmul(both, candidate[0], f"{name}/candidate", candidate[1], "Sigmoid"), half)
        h = g.binary("AddV2", candidate, g.binary("Mul", z, g.binary("Sub", h, candidate)))
        g.outputs[f"state_{i}_next"] = [-1, freqs, width]
        h = g.reshape(h, -1, freqs, width, name=f"state_{i}_next")
        across = g.reshape(g.transpose(h, 0, 2, 1), -1, freqs)
        across = g.matmul(across, array(2 * block.mix_weight), f"{name}/mix", array(block.mix_bias), "Relu")
        mixed = g.reshape(g.transpose(g.reshape(across, -1, width, freqs), 0, 2, 1), -1, width)
        x = g.binary("AddV2", x, g.matmul(mixed, array(block.out_weight), f"{name}/out", array(block.out_bias)))
    x = g.matmul(g.binary("AddV2", x, skip), array(network.up1_weight), "up1", array(network.up1_bias))
    x = g.reshape(x, -1, 1, 2 * freqs, c.encoder_channels)
    x = g.unary("Relu", g.binary("AddV2", x, first))
    x = g.conv(x, kernel(network.conv3_weight, c.encoder_channels), array(network.conv3_bias), "conv3", 1)
    x = g.conv(x, kernel(network.up2_weight, c.encoder_channels), array(network.up2_bias), "up2", 1, activation="")
    x = g.binary("Mul", g.unary("Tanh", x), g.const(np.array(c.mask_limit, np.float32), "mask_limit"))
    g.outputs["mask"] = [-1, 2, c.bands]
    g.transpose(g.reshape(x, -1, c.bands, 2), 0, 2, 1, name="mask")
    return g
