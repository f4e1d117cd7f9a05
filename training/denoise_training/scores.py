"""The measures, each on one pair of waves at 48 kHz.

PESQ-WB (ITU-T P.862.2, package `pesq`) and ESTOI (package `pystoi`) look below 8 kHz only; SI-SDR sees the whole band.
"""

import numpy as np
from scipy.signal import resample_poly

RATE_HZ = 48000


def to_16k(wave: np.ndarray) -> np.ndarray:
    return resample_poly(wave, 1, 3).astype(np.float32)


def pesq_wb(clean: np.ndarray, enhanced: np.ndarray) -> float:
    """Mean opinion 1.04-4.64; nan where the clean wave holds no utterance."""
    from pesq import PesqError, pesq

    result = pesq(16000, to_16k(clean), to_16k(enhanced), "wb", on_error=PesqError.RETURN_VALUES)
    return float(result) if result > 0 else float("nan")


def stoi(clean: np.ndarray, enhanced: np.ndarray) -> float:
    """Intelligibility 0-1."""
    from pystoi import stoi as measure

    return float(measure(to_16k(clean), to_16k(enhanced), 16000, extended=False))


def estoi(clean: np.ndarray, enhanced: np.ndarray) -> float:
    """Intelligibility 0-1, stricter with modulated noise."""
    from pystoi import stoi as measure

    return float(measure(to_16k(clean), to_16k(enhanced), 16000, extended=True))


def si_sdr(clean: np.ndarray, enhanced: np.ndarray) -> float:
    """Scale-invariant signal to distortion ratio in dB (J. Le Roux et al., 2019)."""
    clean, enhanced = clean.astype(np.float64), enhanced.astype(np.float64)
    scale = np.dot(enhanced, clean) / max(np.dot(clean, clean), 1e-12)
    target = scale * clean
    rest = enhanced - target
    return float(10 * np.log10((np.dot(target, target) + 1e-12) / (np.dot(rest, rest) + 1e-12)))


def dnsmos(wave: np.ndarray) -> dict[str, float]:
    """Predicted opinion 1-5 without a reference: overall, speech, background (C. K. A. Reddy et al., 2022)."""
    from speechmos import dnsmos as measure

    peak = max(1.0, float(np.abs(wave).max()))
    result = measure.run(to_16k(wave / peak).clip(-1, 1), 16000)
    return {"ovrl": float(result["ovrl_mos"]), "sig": float(result["sig_mos"]), "bak": float(result["bak_mos"])}


def log_spectral_distance_high(clean: np.ndarray, enhanced: np.ndarray, low_hz: int = 8000, high_hz: int = 20000) -> float:
    """Root mean square difference in dB of log spectra in a high band, over frames in which the voice is active there."""

    def levels(wave: np.ndarray) -> np.ndarray:
        frames = np.lib.stride_tricks.sliding_window_view(wave, 1024)[::512] * np.hanning(1024)
        power = np.abs(np.fft.rfft(frames)) ** 2
        place = np.fft.rfftfreq(1024, 1 / RATE_HZ)
        return 10 * np.log10(power[:, (place >= low_hz) & (place < high_hz)] + 1e-7)

    reference, other = levels(clean), levels(enhanced)
    loudness = reference.mean(1)
    active = loudness > loudness.max() - 40
    return float(np.mean(np.sqrt(np.mean((reference[active] - other[active]) ** 2, axis=1))))
