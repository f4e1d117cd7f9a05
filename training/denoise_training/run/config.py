"""Settings of a run of the streaming network; settings.py reads them."""

import dataclasses
from dataclasses import dataclass, field

from ..data.mixing import MixConfig
from ..framing import Framing
from ..loss.losses import LossConfig
from ..network.models import ModelConfig


@dataclass
class TrainConfig:
    """One training run."""

    seed: int = 1
    batch: int = 8  # examples for each step, over all processes
    learning_rate: float = 2e-3  # at the end of the warm-up
    final_rate: float = 0.02  # share of it that is left at the end of the cosine
    warmup: float = 0.02  # share of the run
    hold: float = 0.5  # share of the run, warm-up included, before the rate begins to fall
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.98)
    clip_norm: float = 1.0  # gradients are clipped to this multiple of their own running median norm
    ema: float = 0.997  # decay of the averaged weights, which are what is scored and shipped
    half_products: bool = True  # bfloat16 in products, float32 in sums, where a CPU has instructions for it
    carry: float = 0.5  # share of examples that begin with the state in which another one ended: long streams
    licence_flags: tuple[str, ...] | None = None  # only clips with these flags; None: all
    patience: int = 0  # validations without a better score before the run ends early; 0: never
    valid_examples: int = 24
    valid_split: str = "valid"  # voices that choose the best weights: valid, or unseen-valid
    valid_seconds: float = 4.0
    model: ModelConfig = field(default_factory=ModelConfig)
    framing: Framing = field(default_factory=Framing)
    mix: MixConfig = field(default_factory=MixConfig)
    loss: LossConfig = field(default_factory=LossConfig)

    def __post_init__(self) -> None:
        self.model = dataclasses.replace(self.model, bins=self.framing.bins, rate_hz=self.framing.rate_hz)

    def scaled_to(self, batch: int) -> "TrainConfig":
        """The same run in larger or smaller steps: Adam's rate grows with the square root of the batch (S. Malladi et
        al., 2022, arXiv:2205.10287), and the average reaches as far back, in sound.
        """
        times = batch / self.batch
        return dataclasses.replace(
            self, batch=batch, learning_rate=self.learning_rate * times**0.5, ema=self.ema**times
        )
