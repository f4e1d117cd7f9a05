"""The numbers that everything else follows: rate, frames, and what the network reads of a spectrum.

Notable: they are written here and nowhere else. Network, data, manifests and the engine (which reads the manifest)
derive theirs; to try another window, change it here. Checkpoints keep the framing that they were trained with.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Framing:
    """How sound is cut into frames; the same numbers stand in every manifest."""

    rate_hz: int = 48000  # sample rate of the model
    hop: int = 480  # new samples for each frame
    window: int = 1536  # samples of a frame, and of its FFT
    overlap: int = 240  # samples shared by two neighbouring synthesis windows: the algorithmic delay

    @property
    def bins(self) -> int:
        return self.window // 2 + 1

    @property
    def history(self) -> int:
        """Samples of a frame that are older than its hop."""
        return self.window - self.hop


@dataclass(frozen=True)
class Features:
    """How the network's input is made of a spectrum: its magnitudes are compressed, its phases kept."""

    exponent: float = 0.3  # of magnitudes
    floor: float = 1e-6  # magnitudes below it are not compressed further


FRAMING = Framing()
FEATURES = Features()
RATE_HZ = FRAMING.rate_hz  # also of prepared recordings, mixtures and measures
