"""What decides which weights of a run are best."""

import dataclasses

import numpy as np
import torch

from ..data.mixing import MixConfig, MixtureSource
from ..data.prepared import Prepared
from ..measures import dnsmos, estoi, pesq_wb, si_sdr
from ..network.enhance import enhance
from ..network.models import MaskNetwork
from ..network.stft import Stft
from .config import TrainConfig


class Validation:
    """A fixed set of mixtures of voices and noises that training never meets, scored by what the ear-like measures say.

    The stated score is the mean of PESQ-WB / 0.10, ESTOI / 0.03, SI-SDR / 1.5 dB and DNSMOS OVRL / 0.1: four measures
    in comparable steps, the last of which no term of the loss follows.
    """

    def __init__(self, config: TrainConfig, data: Prepared, device: str = "cpu"):
        mix = dataclasses.replace(
            config.mix, seconds=config.valid_seconds, snr_db=(-5.0, 20.0),
            snr_wide=0, clean=0, silence=0, clip=0, low_pass=0,
            match_band=0, room=0.2, level_dbfs=(-30, -20), transient=0.05, babble=0, coloured=0, speed=0, eq=0,
            speech_weights=MixConfig().speech_weights, even_voices=config.valid_split != "valid",
        )  # fmt: skip
        mixer = MixtureSource(data, config.valid_split, mix, seed=1234, simulated_rooms=8)
        noisy, self.clean, _ = mixer.batch(0, range(config.valid_examples))
        self.noisy = noisy.to(device)

    @torch.no_grad()
    def score(self, network: MaskNetwork, stft: Stft, perceptual: bool = True) -> dict[str, float]:
        lag = stft.framing.overlap
        enhanced = torch.cat([enhance(network, stft, part)[0] for part in self.noisy.split(8)])[:, lag:]
        clean = self.clean[:, : enhanced.shape[1]]
        pairs = list(zip(clean.numpy(), enhanced.cpu().numpy(), strict=True))
        result = {"si_sdr": float(np.mean([si_sdr(c, e) for c, e in pairs]))}
        if perceptual:
            result["pesq"] = float(np.nanmean([pesq_wb(c, e) for c, e in pairs]))
            result["estoi"] = float(np.nanmean([estoi(c, e) for c, e in pairs]))
            opinions = [dnsmos(e) for _, e in pairs]
            result |= {name: float(np.mean([o[name] for o in opinions])) for name in ("ovrl", "sig", "bak")}
            steps = (result["pesq"] / 0.1, result["estoi"] / 0.03, result["si_sdr"] / 1.5, result["ovrl"] / 0.1)
            result["score"] = sum(steps) / len(steps)
        return result
