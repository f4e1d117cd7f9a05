"""What the exporter asks of a classic model: its graph over one block, its manifest and its vectors.

Notable: large dense layers are stored in one byte for each weight. The golden vectors are librosa's, all but the graph.
"""

import dataclasses
from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn

from ..classic.models import MelLatent, UNet
from ..classic.recipes import cut, resampled
from ..classic.spectrogram import Front
from ..classic.train import averaged_network
from ..framing import RATE_HZ
from .exporter import round_weights
from .graphdef import GraphWriter
from .librosa_golden import golden_stream

BYTE_LAYERS = ("encode", "decode")  # of mel-latent: 8.5 million weights each
BYTE_WEIGHTS = tuple(f"{layer}.weight" for layer in BYTE_LAYERS)


class ClassicModel:
    """A checkpoint of a classic run. In: noisy wave at 48 kHz, played again where it is shorter than two blocks.

    `rebuild`: another one than the configuration's. `lift_db`: estimates are read as this much louder.
    """

    name = ""  # several models share a network, which is what a checkpoint names
    byte_weights = BYTE_WEIGHTS
    errors = ("maxRelative",)

    def __init__(self, saved: dict, noisy: np.ndarray, rebuild: str = "", lift_db: float = 0.0):
        config, self.network = averaged_network(saved)
        front = lifted(dataclasses.replace(config.front, rebuild=rebuild or config.front.rebuild), lift_db)
        round_weights(self.network, BYTE_WEIGHTS)
        self.front, self.step_ms = front, 1000 * front.advance / front.rate_hz
        self.noisy = cut(resampled(noisy, RATE_HZ, front.rate_hz), 0, 2 * front.advance)

    def graph(self) -> GraphWriter:
        return write_graph(self.network, self.front)

    def entries(self) -> dict:
        front = self.front
        return {
            "sampleRateHz": front.rate_hz,
            "framing": {
                "kind": "block",
                "blockSamples": front.block,
                "overlapSamples": front.overlap,
                "hopSamples": front.hop,
                "windowSamples": front.fft,
                "fftSamples": front.fft,
                "window": "hann",
                "padding": "constant",
            },
            "features": features_entry(front),
            "normalisation": normalisation_entry(front),
            "estimate": {"kind": front.estimate},
            "rebuild": rebuild_entry(front),
        }

    def graph_entry(self) -> dict:
        shape = image_shape(self.front)
        return {
            "input": {"name": "features", "shape": shape},
            "output": {"name": "estimate", "shape": shape},
            "states": [],
        }

    def golden(self) -> tuple[dict[str, np.ndarray], dict]:
        return self.stages, {"block": 0}

    def parity(self) -> dict[str, np.ndarray]:
        first = self.stages["features"]
        features = np.stack([first, first * 0.5, np.full_like(first, self.front.to[0])]).astype(np.float32)
        return {"features": features, "estimate": np.stack([self.answer(image) for image in features])}

    @cached_property
    def stages(self) -> dict[str, np.ndarray]:
        # Griffin-Lim seeks its phases, so there is no one wave that the engine has to meet.
        return golden_stream(self.front, self.noisy, self.answer, with_enhanced=self.front.rebuild != "griffin-lim")

    @torch.no_grad()
    def answer(self, features: np.ndarray) -> np.ndarray:
        """[rows, frames] -> the same."""
        return self.network(torch.from_numpy(features)[None])[0].numpy()


def lifted(front: Front, db: float) -> Front:
    """Every estimate is read as this much louder:
    what a gain made from it then spares of the voice, it spares of the noise."""
    if db and (front.normalisation != "fixed" or front.features == "magnitude"):
        raise ValueError("an estimate can be lifted where it is in decibels and its range is fixed")
    return dataclasses.replace(front, output_range=tuple(edge + db for edge in front.output_range))


# ---- graph -----------------------------------------------------------------------------------------------------------


def array(x: Tensor) -> np.ndarray:
    return np.ascontiguousarray(x.detach().float().numpy())


def convolve(g: GraphWriter, x: str, layer: nn.Conv2d, name: str, activation: str = "Relu") -> str:
    """PyTorch's [out, in, H, W] as tfjs's [H, W, in, out]."""
    return g.conv(x, array(layer.weight.permute(2, 3, 1, 0)), array(layer.bias), name, 1, activation)


def write_unet(g: GraphWriter, network: UNet) -> None:
    x, skips = "features", []
    for level, layers in enumerate(network.down):
        x = g.max_pool(x) if level else x
        for i, layer in enumerate(layers):
            x = convolve(g, x, layer, f"down_{level}_{i}")
        skips.append(x)
    skips.pop()
    for i, layer in enumerate(network.up):
        x = convolve(g, g.concat([g.repeat_pixels(x), skips.pop()], 3), layer, f"up_{i}")
    x = convolve(g, g.concat([x, "features"], 3), network.last, "last", activation="")
    if network.config.output == "tanh":
        g.unary("Tanh", x, name="estimate")
    elif network.config.output == "residual":
        g.binary("AddV2", "features", x, name="estimate")
    else:
        g.binary("Mul", "features", g.unary("Sigmoid", x), name="estimate")


def write_mel_latent(g: GraphWriter, network: MelLatent) -> None:
    rows, frames = network.size
    x = g.max_pool(convolve(g, "features", network.down1, "down1"))
    x = g.max_pool(convolve(g, x, network.down2, "down2"))
    x = g.reshape(x, -1, rows * frames * 64)
    for name in BYTE_LAYERS:
        layer = getattr(network, name)
        x = g.matmul(x, array(layer.weight.t()), name, array(layer.bias), "Relu")
    x = g.repeat_pixels(convolve(g, g.reshape(x, -1, rows, frames, 64), network.up1, "up1"))
    x = g.slice(x, [0, 0, 0, 0], [-1, 2 * rows, 2 * frames - 1, 64])
    x = g.repeat_pixels(convolve(g, x, network.up2, "up2"))
    x = g.slice(x, [0, 0, 1, 0], [-1, 4 * rows, 4 * frames - 3, 32])
    g.unary("Sigmoid", convolve(g, x, network.last, "last", activation=""), name="estimate")


def image_shape(front: Front) -> list[int]:
    return [-1, front.rows, front.frames, 1]


def write_graph(network: nn.Module, front: Front) -> GraphWriter:
    g = GraphWriter()
    shape = image_shape(front)
    g.input("features", shape)
    (write_unet if isinstance(network, UNet) else write_mel_latent)(g, network)
    g.outputs["estimate"] = shape
    return g


# ---- manifest --------------------------------------------------------------------------------------------------------


def features_entry(front: Front) -> dict:
    if front.features == "magnitude":
        return {"kind": "magnitude", "exponent": front.exponent}
    levels = {"amin": front.amin, "topDb": None}
    if front.features == "log-magnitude-db":
        return {"kind": "log-magnitude-db", **levels}
    mel = {"mels": front.mels, "mfccs": front.mfccs, "lowHz": 0, "highHz": front.rate_hz / 2}
    return {"kind": "mel-mfcc", **mel, **levels}


def normalisation_entry(front: Front) -> dict:
    if front.normalisation == "none":
        return {"kind": "none"}
    to = list(front.to)
    if front.normalisation == "image":
        return {"kind": "image", "to": to}
    ranges = {"inputRange": list(front.input_range), "outputRange": list(front.output_range)}
    if not front.on_mels:
        return {"kind": "fixed", **ranges, "to": to}
    cepstral = {"inputRange": list(front.mfcc_range), "outputRange": list(front.mfcc_range)}
    return {"kind": "fixed", "to": to, "rows": [{"rows": front.mels, **ranges}, {"rows": front.mfccs, **cepstral}]}


def rebuild_entry(front: Front) -> dict:
    if front.rebuild != "griffin-lim":
        return {"kind": front.rebuild, **({"gainFloor": front.gain_floor} if front.gain_floor else {})}
    # The engine begins with phases from the slopes of the magnitude, and ends where it is near enough or gains no more.
    most = {"iterations": 64, "convergenceDb": -26}
    return {"kind": "griffin-lim", **most, "momentum": front.momentum, "seed": 1, "init": "peaks"}
