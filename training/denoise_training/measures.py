"""The measures, each on one pair of waves at 48 kHz.

PESQ-WB (ITU-T P.862.2, package `pesq`) and ESTOI (package `pystoi`) look below 8 kHz only; SI-SDR sees the whole band.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import resample_poly

from .framing import RATE_HZ

# Part of what kept scores are found by: raise it with every change here, in score/sounds.py or in score/evaluate.py
# that moves a number.
REVISION = 1

# DNSMOS looks at 9.01 s of sound of 16 kHz.
DNSMOS_BAND_HZ = 8000
DNSMOS_SAMPLES = int(9.01 * 16000)


def to_16k(wave: np.ndarray) -> np.ndarray:
    return resample_poly(wave, 1, RATE_HZ // 16000).astype(np.float32)


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
    peak = max(1.0, float(np.abs(wave).max()))
    sound = to_16k(wave / peak).clip(-1, 1)
    model = dnsmos_model()
    while len(sound) < DNSMOS_SAMPLES:
        sound = np.append(sound, sound)
    starts = range(0, len(sound) - DNSMOS_SAMPLES + 1, 16000)
    raw = [model.onnx_sess.run(None, {"input_1": sound[None, at : at + DNSMOS_SAMPLES]})[0][0] for at in starts]
    sig, bak, ovrl = np.mean([model.get_polyfit_val(*one, False) for one in raw], axis=0)
    return {"ovrl": float(ovrl), "sig": float(sig), "bak": float(bak)}


@cache
def dnsmos_model() -> Any:
    """The package's network and calibration. Its own `run` asks a second network too, whose answer is not used here."""
    import onnxruntime
    from speechmos import dnsmos as package

    folder = Path(package.__file__).parent / "dnsmos_models"
    model = package.DNSMOS(str(folder / "sig_bak_ovr.onnx"), str(folder / "model_v8.onnx"))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # files are scored side by side instead
    model.onnx_sess = onnxruntime.InferenceSession(model.primary_model_path, options)
    return model


def low_pass(wave: np.ndarray, edge_hz: float) -> np.ndarray:
    """The wave without anything above `edge_hz`; no delay, because whole spectra are cut."""
    spectrum = np.fft.rfft(wave)
    spectrum[np.fft.rfftfreq(len(wave), 1 / RATE_HZ) > edge_hz] = 0
    return np.fft.irfft(spectrum, len(wave)).astype(np.float32)


def log_spectral_distance_high(
    clean: np.ndarray, enhanced: np.ndarray, low_hz: int = 8000, high_hz: int = 20000
) -> float:
    """Root mean square difference in dB of log spectra in a high band,
    over frames in which the voice is active there."""

    def levels(wave: np.ndarray) -> np.ndarray:
        frames = np.lib.stride_tricks.sliding_window_view(wave, 1024)[::512] * np.hanning(1024)
        power = np.abs(np.fft.rfft(frames)) ** 2
        place = np.fft.rfftfreq(1024, 1 / RATE_HZ)
        return 10 * np.log10(power[:, (place >= low_hz) & (place < high_hz)] + 1e-7)

    reference, other = levels(clean), levels(enhanced)
    loudness = reference.mean(1)
    active = loudness > loudness.max() - 40
    return float(np.mean(np.sqrt(np.mean((reference[active] - other[active]) ** 2, axis=1))))
