"""Settings of a run of a classic model; settings.py reads them."""

from dataclasses import dataclass, field

from ..loss.losses import LossConfig
from .models import ClassicModelConfig
from .recipes import ClassicData
from .spectrogram import Front


@dataclass
class ClassicConfig:
    """One training run of a classic model."""

    seed: int = 1
    batch: int = 16  # blocks for each step
    learning_rate: float = 2e-3
    final_rate: float = 0.02  # share of it that is left at the end of the cosine
    warmup: float = 0.03  # share of the run
    hold: float = 0.0  # share of the run, warm-up included, before the rate begins to fall
    weight_decay: float = 1e-4
    ema: float = 0.99  # decay of the averaged weights, which are what is scored and shipped
    licence_flags: tuple[str, ...] | None = None  # only clips with these flags; None: all
    image_loss: str = "huber"  # between scaled images: huber or mse
    image_weight: float = 1.0
    wave_weight: float = 0.0  # of losses.py on the rebuilt wave; 0: images only, as the classic systems train
    feature_level: bool = False  # add the noise to the features of clean speech, not to the wave
    feature_noise: tuple[float, float] = (
        0.0,
        0.1,
    )  # feature_level: deviation of normal noise on the scaled image, uniform
    patience: int = 6  # validations without a better score before the run ends early
    valid_examples: int = 24
    valid_seconds: float = 4.0
    front: Front = field(default_factory=Front)
    model: ClassicModelConfig = field(default_factory=ClassicModelConfig)
    data: ClassicData = field(default_factory=ClassicData)
    loss: LossConfig = field(default_factory=LossConfig)

    def __post_init__(self) -> None:
        if self.image_loss not in ("huber", "mse"):
            raise ValueError(f"image_loss is {self.image_loss!r}: expected huber or mse")
        if self.feature_level and not self.front.on_mels:
            raise ValueError("feature_level adds mel powers: expected front.features mel-mfcc")
