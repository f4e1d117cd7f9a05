"""Distance between the enhanced and the clean wave as PESQ-WB hears it, with gradients.

    waves -> aligned level -> 32 ms power spectra -> Bark bands -> equalised -> loudness -> disturbance -> distance
             (each its own)                                       (filter, then gain of each frame)

Notable: this is the model of ITU-T P.862 with the input filter and output curve of P.862.2, on waves that are aligned
in time already. What is left out or simplified: time alignment and its search for bad intervals; filters act on power
spectra, not on the wave; no resampling, because at three times the rate and three times the window the bins are the
same. The tables are those of the recommendation; the standard's C reference is what `test_perceptual.py` compares with,
through the package `pesq`.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from .power import power

# Of the 49 bands: bins of 31.25 Hz, centres in Bark, corrections of power density, hearing thresholds in the same power
# units.
BINS = (
    *(1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 3, 4, 5, 4, 5, 6, 6, 7),
    *(8, 9, 9, 12, 12, 15, 16, 18, 21, 25, 20),
)
CENTRES_BARK = (
    *(
        0.078672,
        0.316341,
        0.636559,
        0.961246,
        1.290450,
        1.624217,
        1.962597,
        2.305636,
        2.653383,
        3.005889,
        3.363201,
        3.725371,
    ),
    *(
        4.092449,
        4.464486,
        4.841533,
        5.223642,
        5.610866,
        6.003256,
        6.400869,
        6.803755,
        7.211971,
        7.625571,
        8.044611,
        8.469146,
    ),
    *(
        8.899232,
        9.334927,
        9.776288,
        10.223374,
        10.676242,
        11.134952,
        11.599563,
        12.070135,
        12.546731,
        13.029408,
        13.518232,
    ),
    *(
        14.013264,
        14.514566,
        15.022202,
        15.536238,
        16.056736,
        16.583761,
        17.117382,
        17.657663,
        18.204674,
        18.758478,
        19.319147,
    ),
    *(19.886751, 20.461355, 21.043034),
)
CORRECTIONS = (
    *(
        100.0,
        100.0,
        100.0,
        100.0,
        100.0,
        100.0,
        100.0,
        100.0,
        50.0,
        100.0,
        100.0,
        100.0,
        100.0,
        100.0,
        53.047077,
        110.0,
    ),
    *(
        117.991989,
        65.0,
        68.760147,
        70.0,
        71.428818,
        75.0,
        76.843384,
        80.968781,
        88.646126,
        63.864388,
        68.155350,
        72.547775,
    ),
    *(
        75.584831,
        58.379192,
        80.950836,
        64.135651,
        54.384785,
        73.821884,
        64.437073,
        59.176456,
        65.521278,
        61.399822,
        58.144047,
    ),
    *(57.004543, 64.126297, 54.311001, 61.114979, 55.077751, 56.849335, 55.628868, 53.137054, 54.985844, 79.546974),
)
THRESHOLDS = (
    *(
        51286152.0,
        2454709.5,
        70794.59375,
        4897.788574,
        1174.897705,
        389.045166,
        104.71286,
        45.70882,
        17.782795,
        9.772372,
    ),
    *(
        4.897789,
        3.090296,
        1.905461,
        1.258925,
        0.977237,
        0.724436,
        0.562341,
        0.457088,
        0.389045,
        0.331131,
        0.295121,
        0.269153,
    ),
    *(
        0.257040,
        0.251189,
        0.251189,
        0.251189,
        0.251189,
        0.263027,
        0.288403,
        0.309030,
        0.338844,
        0.371535,
        0.398107,
        0.436516,
    ),
    *(
        0.467735,
        0.489779,
        0.501187,
        0.501187,
        0.512861,
        0.524807,
        0.524807,
        0.524807,
        0.512861,
        0.478630,
        0.426580,
        0.371535,
    ),
    *(0.363078, 0.416869, 0.537032),
)
POWER_SCALE, LOUDNESS_SCALE, EXPONENT = 6.910853e-6, 0.1866055, 0.23
LEVEL = 1e7  # mean square in the band of telephones to which both waves are brought
TELEPHONE_HZ = (325, 3250)
HIGH_PASS = ((2.740826, -5.4816519, 2.740826), (1.0, -1.9444777, 0.94597794))  # input filter of P.862.2 at 16 kHz


class PerceptualDistance:
    """In: two waves [B, N] at a multiple of 16 kHz. Out:
    distance [B], 0 where they are equal, some 2.7 where PESQ-WB is 1.7."""

    def __init__(self, rate_hz: int):
        if rate_hz % 16000:
            raise ValueError(f"rate is {rate_hz} Hz: expected a multiple of 16000")
        self.times = rate_hz // 16000
        self.size = 512 * self.times
        self.window = torch.hann_window(self.size)
        bins = torch.arange(256)
        z = torch.exp(-1j * torch.pi * bins / 256)  # of one sample at 16 kHz
        above, below = (sum(c * z**i for i, c in enumerate(part)) for part in HIGH_PASS)
        self.filter = (above / below).abs().square()
        hz = bins * 31.25
        self.telephone = ((hz >= TELEPHONE_HZ[0]) & (hz <= TELEPHONE_HZ[1])).float()
        band = torch.repeat_interleave(torch.arange(49), torch.tensor(BINS))
        self.to_bands = F.one_hot(band, 49).float() * torch.tensor(CORRECTIONS) * POWER_SCALE  # [256, 49]
        centres = torch.tensor(CENTRES_BARK)
        # A band ends halfway between its centre and the next one's; the first begins at zero.
        edges = [0.0]
        for centre in CENTRES_BARK:
            edges.append(2 * centre - edges[-1])
        self.widths = torch.tensor(edges).diff()[1:]
        self.threshold = torch.tensor(THRESHOLDS)
        self.exponent = EXPONENT * (6 / (centres + 2)).clamp(1, 2) ** 0.15

    def to(self, device: torch.device | str) -> "PerceptualDistance":
        for name, value in vars(self).items():
            if isinstance(value, Tensor):
                setattr(self, name, value.to(device))
        return self

    def bands(self, wave: Tensor) -> Tensor:
        """[B, N] -> powers of the bands [B, T, 49], at the standard's level."""
        frames = wave.unfold(-1, self.size, self.size // 2) * self.window
        squared = power(torch.fft.rfft(frames)[..., :256]) / self.times**2
        mean_square = 2 * (squared * self.telephone).sum(-1).mean(-1) / (512 * 512 * 3 / 8)
        aligned = squared * (LEVEL / mean_square.clamp_min(1e-9))[:, None, None] * self.filter
        aligned = torch.cat([torch.zeros_like(aligned[..., :1]), aligned[..., 1:]], -1)
        return aligned @ self.to_bands

    def audible(self, bands: Tensor, factor: float) -> Tensor:
        """What is `factor` above the threshold, of all but the lowest band, [B, T, 48]."""
        return torch.where(bands > factor * self.threshold, bands, torch.zeros(()))[..., 1:]

    def loudness(self, bands: Tensor) -> Tensor:
        sone = (2 * self.threshold) ** self.exponent * ((0.5 + 0.5 * bands / self.threshold) ** self.exponent - 1)
        return LOUDNESS_SCALE * torch.where(bands > self.threshold, sone, torch.zeros(()))

    def __call__(self, enhanced: Tensor, clean: Tensor) -> Tensor:
        heard, wanted = self.bands(enhanced), self.bands(clean)
        spoken = self.audible(wanted, 100).sum(-1) >= 1e7  # [B, T]
        # The colour of the path is not held against it: the reference takes it over ...
        means = [F.pad(self.audible(x, 100) * spoken[..., None], (1, 0)).mean(1) for x in (heard, wanted)]
        wanted = wanted * ((means[0] + 1000) / (means[1] + 1000)).clamp(0.01, 100)[:, None]
        # ... nor are slow changes of gain: the enhanced frame is brought to the level of its reference.
        level = self.audible(wanted, 1).sum(-1)
        gain = (level + 5e3) / (self.audible(heard, 1).sum(-1) + 5e3)
        gain = torch.cat([gain[:, :1], 0.8 * gain[:, 1:] + 0.2 * gain[:, :-1]], 1).clamp(3e-4, 5)
        heard = heard * gain[..., None]
        loud, loud_wanted = self.loudness(heard), self.loudness(wanted)
        difference = loud - loud_wanted
        masked = (difference.abs() - 0.25 * torch.minimum(loud, loud_wanted)).clamp_min(0)[..., 1:]
        # What was added disturbs more than what is missing.
        added = ((heard + 50) / (wanted + 50))[..., 1:] ** 1.2
        added = torch.where(added < 3, torch.zeros(()), added.clamp(max=12))
        total = self.widths.sum()
        symmetric = ((self.widths * masked).square().sum(-1) + 1e-12).sqrt() * total.sqrt()
        asymmetric = (self.widths * masked * added).sum(-1)
        quiet = ((level + 1e5) / 1e7) ** 0.04
        return 0.1 * over_time(symmetric / quiet) + 0.0309 * over_time(asymmetric / quiet)


def over_time(disturbance: Tensor) -> Tensor:
    """[B, T] -> [B]: the worst frames of every third of a second count most, then these intervals count alike."""
    intervals = disturbance.clamp(max=45).unfold(-1, 20, 10)
    sixth = (intervals**6).mean(-1).clamp_min(1e-12) ** (1 / 6)
    return sixth.square().mean(-1).clamp_min(1e-12).sqrt()


def pesq_of(distance: Tensor) -> Tensor:
    """The score that P.862.2 gives to a distance."""
    return 0.999 + 4 / (1 + torch.exp(-1.3669 * (4.5 - distance) + 3.8224))
