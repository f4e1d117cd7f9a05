"""Pictures of a sound and of what was made of it.

Notable: a column for each signal there is (clean, noise, noisy, estimated noise, enhanced), a row for each way of
looking at it, and one scale for each row, so that columns compare. What a column lacks follows from the others: noise =
noisy - clean, estimated noise = noisy - enhanced.
"""

import dataclasses
from pathlib import Path

import matplotlib
import numpy as np
import soundfile
import torch

from ..classic.blocks import enhance_stream
from ..classic.recipes import resampled
from ..classic.spectrogram import FrontEnd, amplitude_to_db, dct_matrix, mel_filters, power_to_db
from ..classic.train import averaged_network
from ..data.mixing import MixtureSource
from ..data.mixtures import EVALUATION
from ..data.prepared import Prepared
from ..framing import RATE_HZ
from ..measures import si_sdr

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.image import AxesImage

FFT, HOP, MELS, MFCCS = 512, 128, 64, 20
RANGE_DB = 80.0  # shown below the loudest
ORDER = ("clean", "noise", "noisy", "estimated noise", "enhanced")
PLAYED_AT = "#3465a4"


def views(wave: np.ndarray, rate_hz: int) -> dict[str, np.ndarray]:
    """Every picture of one signal: magnitude, its decibels, phase, mel bands in decibels, cepstral coefficients."""
    window = torch.hann_window(FFT)
    spectrum = torch.stft(
        torch.from_numpy(wave), FFT, HOP, window=window, center=True, pad_mode="constant", return_complex=True
    )
    mel = power_to_db(torch.from_numpy(mel_filters(rate_hz, FFT, MELS)).float() @ spectrum.abs().square())
    return {
        "magnitude": spectrum.abs().numpy(),
        "magnitude, dB": amplitude_to_db(spectrum.abs()).numpy(),
        "mel bands, dB": mel.numpy(),
        "phase, rad": spectrum.angle().numpy(),
        "MFCC": (torch.from_numpy(dct_matrix(MFCCS, MELS)).float() @ mel).numpy(),
    }


def complete(signals: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The signals with those that follow from them, in the order in which they are drawn and of one length."""
    samples = min(len(w) for w in signals.values())
    signals = {name: wave[:samples] for name, wave in signals.items()}
    if "clean" in signals and "noise" not in signals:
        signals["noise"] = signals["noisy"] - signals["clean"]
    if "enhanced" in signals:
        signals["estimated noise"] = signals["noisy"] - signals["enhanced"]
    return {name: signals[name] for name in ORDER if name in signals}


def caption(name: str, wave: np.ndarray, clean: np.ndarray | None) -> str:
    level = 20 * np.log10(np.sqrt(np.mean(wave**2)) + 1e-9)
    text = f"{name}\n{level:.1f} dBFS RMS"
    if clean is not None and name in ("noisy", "enhanced"):
        text += f" · SI-SDR {si_sdr(clean, wave):.1f} dB"
    return text


def draw_sound(signals: dict[str, np.ndarray], rate_hz: int, title: str, out: Path) -> None:
    """One PNG: rows are waveform, magnitude, decibels, mel bands, phase, MFCC; columns are the signals."""
    seconds = len(next(iter(signals.values()))) / rate_hz
    pictures = {name: views(wave, rate_hz) for name, wave in signals.items()}
    rows = ["waveform", *next(iter(pictures.values()))]
    width = max(7.0, 4.0 * len(signals))
    figure, axes = plt.subplots(
        len(rows), len(signals), figsize=(width, 2.35 * len(rows)), squeeze=False, layout="constrained", sharex=True
    )
    figure.suptitle(title, fontsize=13)
    peak = max(float(np.abs(w).max()) for w in signals.values()) * 1.05 + 1e-6
    loudest = max(float(p["magnitude, dB"].max()) for p in pictures.values())
    loudest_mel = max(float(p["mel bands, dB"].max()) for p in pictures.values())
    largest = max(float(np.percentile(p["magnitude"], 99)) for p in pictures.values()) + 1e-9
    # The first two coefficients are level and tilt, ten times the others; with them in the scale, nothing else would
    # show.
    cepstral = max(float(np.percentile(np.abs(p["MFCC"][2:]), 97)) for p in pictures.values()) + 1e-9
    styles = {
        "magnitude": {"cmap": "magma", "vmin": 0, "vmax": largest},
        "magnitude, dB": {"cmap": "magma", "vmin": loudest - RANGE_DB, "vmax": loudest},
        "mel bands, dB": {"cmap": "magma", "vmin": loudest_mel - RANGE_DB, "vmax": loudest_mel},
        "phase, rad": {"cmap": "twilight", "vmin": -np.pi, "vmax": np.pi},
        "MFCC": {"cmap": "coolwarm", "vmin": -cepstral, "vmax": cepstral},
    }
    for column, (name, wave) in enumerate(signals.items()):
        top = axes[0, column]
        top.plot(np.arange(len(wave)) / rate_hz, wave, lw=0.4, color=PLAYED_AT)
        top.set_ylim(-peak, peak)
        top.set_xlim(0, seconds)
        top.set_title(caption(name, wave, signals.get("clean")), fontsize=10)
        for row, kind in enumerate(rows[1:], 1):
            image = pictures[name][kind]
            if kind == "phase, rad":
                # Where there is no sound, phase is rounding noise: leave it out.
                image = np.where(pictures[name]["magnitude, dB"] > loudest - 60, image, np.nan)
            draw_image(axes[row, column], image, kind, rate_hz, seconds, styles[kind])
        axes[-1, column].set_xlabel("s")
    for row, kind in enumerate(rows):
        unit = {"waveform": "", "mel bands, dB": "\nband", "MFCC": "\ncoefficient"}.get(kind, "\nkHz")
        axes[row, 0].set_ylabel(kind + unit)
        for axis in axes[row, 1:]:
            axis.tick_params(labelleft=False)
        if row:
            figure.colorbar(axes[row, -1].images[0], ax=list(axes[row]), pad=0.005, aspect=14)
    save(figure, out)


def draw_image(axis: plt.Axes, image: np.ndarray, kind: str, rate_hz: int, seconds: float, style: dict) -> AxesImage:
    top = image.shape[0] - 0.5 if kind in ("mel bands, dB", "MFCC") else rate_hz / 2000
    low = -0.5 if kind in ("mel bands, dB", "MFCC") else 0.0
    axis.set_facecolor("#dddddd")
    return axis.imshow(
        image, origin="lower", aspect="auto", extent=(0, seconds, low, top), interpolation="nearest", **style
    )


def save(figure: plt.Figure, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(out, dpi=90)
    plt.close(figure)


# ---- where the signals come from -------------------------------------------------------------------------------------


def read(path: Path, rate_hz: int) -> np.ndarray:
    """First channel at the rate of the pictures."""
    try:
        wave, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise ValueError(f"{path} is not readable audio: {error}") from error
    if len(wave) < FFT:
        raise ValueError(f"{path} holds {len(wave)} samples: expected at least {FFT}")
    return resampled(wave[:, 0], rate, rate_hz)


def mixture(data: str, index: int, seconds: float, rate_hz: int) -> tuple[dict[str, np.ndarray], str]:
    """A mixture of held-out recordings, as `mix --split eval` draws them, and what it was made of."""
    mixer = MixtureSource(
        Prepared(data), "eval", dataclasses.replace(EVALUATION, seconds=seconds), 2024, simulated_rooms=8
    )
    noisy, clean, (recipe,) = mixer.batch(0, range(index, index + 1))
    waves = {"clean": clean[0].numpy(), "noisy": noisy[0].numpy()}
    title = f"mixture {index}: voice {recipe.speaker}, {recipe.noise} at {recipe.snr_db:.1f} dB SNR"
    return {name: resampled(wave, RATE_HZ, rate_hz) for name, wave in waves.items()}, title


def enhanced_by(checkpoint: Path, noisy: np.ndarray, rate_hz: int) -> np.ndarray:
    """The noisy wave through a classic checkpoint, back at the rate of the pictures;
    above the model's band there is nothing."""
    config, network = averaged_network(torch.load(checkpoint, weights_only=True, map_location="cpu"))
    at_model = torch.from_numpy(resampled(noisy, rate_hz, config.front.rate_hz))
    heard = resampled(enhance_stream(network, FrontEnd(config.front), at_model).numpy(), config.front.rate_hz, rate_hz)
    return np.pad(heard, (0, max(0, len(noisy) - len(heard))))[: len(noisy)]
