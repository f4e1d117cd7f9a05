"""What librosa makes of a block: the golden vectors of block models. golden_dsp.py writes those of the engine's stages.

Notable: nothing here uses spectrogram.py. The stages are computed with librosa alone, so agreement says something.
"""

import json
import math
from pathlib import Path

import librosa
import numpy as np

from .spectrogram import Front


def librosa_image(spectrum: np.ndarray, front: Front) -> np.ndarray:
    """Complex [bins, frames] -> the image before scaling, [rows, frames]."""
    if front.features == "magnitude":
        return np.abs(spectrum[: front.rows]) ** front.exponent
    if front.features == "log-magnitude-db":
        return librosa.amplitude_to_db(np.abs(spectrum[: front.rows]), ref=1.0, amin=front.amin, top_db=None)
    power = librosa.feature.melspectrogram(S=np.abs(spectrum) ** 2, sr=front.rate_hz, n_fft=front.fft, n_mels=front.mels)
    decibels = librosa.power_to_db(power, ref=1.0, amin=front.amin, top_db=None)
    return np.concatenate([decibels, librosa.feature.mfcc(S=decibels, n_mfcc=front.mfccs)])


def librosa_spectrum(block: np.ndarray, front: Front) -> np.ndarray:
    return librosa.stft(block, n_fft=front.fft, hop_length=front.hop, window="hann", center=True, pad_mode="constant")


def ranges(front: Front, image: np.ndarray, output: bool) -> tuple[np.ndarray, np.ndarray]:
    if front.normalisation == "image":
        return image.min()[None, None], image.max()[None, None]
    main = front.output_range if output else front.input_range
    pairs = np.array([main] * (front.rows - front.mfccs) + [front.mfcc_range] * front.mfccs)
    return pairs[:, :1], pairs[:, 1:]


def librosa_features(image: np.ndarray, front: Front) -> np.ndarray:
    low, high = ranges(front, image, output=False)
    return np.clip(front.to[0] + (image - low) / (high - low) * (front.to[1] - front.to[0]), *front.to)


def librosa_gain(estimate: np.ndarray, image: np.ndarray, front: Front) -> np.ndarray:
    """Graph output and noisy image -> gain of each bin, [bins, frames]."""
    low, high = ranges(front, image, output=True)
    estimate = low + (estimate - front.to[0]) * (high - low) / (front.to[1] - front.to[0])
    if front.on_mels:
        wanted, heard = (librosa.db_to_power(x[: front.mels]) for x in (estimate, image))
        bands = np.sqrt(np.minimum(1, wanted / heard))
        filters = librosa.filters.mel(sr=front.rate_hz, n_fft=front.fft, n_mels=front.mels).astype(np.float64)
        total = filters.sum(0)[:, None]
        return np.maximum(front.gain_floor, np.where(total > 0, (filters.T @ bands) / np.maximum(total, 1e-12), 0))
    if front.features == "magnitude":
        wanted = np.maximum(estimate, 0) ** (1 / front.exponent)
        heard = np.maximum(image ** (1 / front.exponent), 1e-8)
    else:
        wanted, heard = librosa.db_to_amplitude(estimate), librosa.db_to_amplitude(image)
    gain = np.clip((heard - wanted if front.estimate == "noise-magnitude" else wanted) / heard, 0, 1)
    return np.concatenate([gain, gain[-1:]]) if front.rows < front.fft // 2 + 1 else gain


def write_vectors(folder: Path, arrays: dict[str, np.ndarray], extra: dict, default: Path | None = None) -> None:
    """Little-endian float32 files and golden.json, as training/README.md tells. Of a variant's vectors, those that the default
    model has as well, in `default`, are named in the folder above, and not written again."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, value in arrays.items():
        data, file = np.ascontiguousarray(value, "<f4"), f"{name}.f32"
        if default and (default / file).exists() and (default / file).read_bytes() == data.tobytes():
            file = f"../{file}"
        else:
            (folder / file).write_bytes(data.tobytes())
        files[name] = {"file": file, "shape": list(data.shape)}
    (folder / "golden.json").write_text(json.dumps({**extra, "tolerance": 1e-4, "files": files}, indent=2) + "\n")


def golden_stream(front: Front, noisy: np.ndarray, run_graph, with_enhanced: bool = True) -> dict[str, np.ndarray]:
    """Stages of two blocks of a stream that begins with the wave; `run_graph` takes and gives [rows, frames]."""
    stream = np.concatenate([np.zeros(front.overlap, np.float32), noisy])
    weight = 0.5 - 0.5 * np.cos(math.pi * (np.arange(front.overlap) + 0.5) / max(front.overlap, 1))
    tail, emitted, first = np.zeros(front.overlap), [], {}
    for step in range(len(noisy) // front.advance):
        block = stream[step * front.advance :][: front.block]
        spectrum = librosa_spectrum(block, front)
        image = librosa_image(spectrum, front)
        features = librosa_features(image, front)
        estimate = run_graph(features.astype(np.float32))
        first = first or {"image": image, "features": features, "estimate": estimate}
        if not with_enhanced:
            break
        gain = librosa_gain(estimate.astype(np.float64), image, front)
        wave = librosa.istft(gain * spectrum, n_fft=front.fft, hop_length=front.hop, length=front.block)
        wave[: front.overlap] = weight * wave[: front.overlap] + (1 - weight) * tail
        emitted.append(wave[: front.advance])
        tail = wave[front.advance :]
    enhanced = {"enhanced": np.concatenate(emitted)} if with_enhanced else {}
    return {"noisy": noisy, **first, **enhanced}
