"""What librosa makes of one short recording at every stage of a block model, for the engine's stages to meet.

In: test/fixtures/noisy-speech.wav. Out: golden.json, which lists every vector with its shape and the settings it was
made with, and the vectors, float32. Everything is computed in float64 where librosa allows.
"""

import json
from pathlib import Path

import librosa
import numpy as np
import scipy.signal
import soundfile

FIXTURES = Path(__file__).parents[3] / "test" / "fixtures"

# The first has the odd FFT of unet-8k, the second leaves
# its Nyquist bin to be dropped as in stft-unet, the third has the front end of mel-latent on a shorter block.
GEOMETRIES = {
    "8k": {"sampleRateHz": 8000, "blockSamples": 2016, "hopSamples": 63, "fftSamples": 255, "padding": "constant"},
    "16k": {"sampleRateHz": 16000, "blockSamples": 4064, "hopSamples": 128, "fftSamples": 512, "padding": "reflect"},
    "22k": {"sampleRateHz": 22050, "blockSamples": 10240, "hopSamples": 512, "fftSamples": 2048, "padding": "constant"},
}
MELS = {"8k": 40, "16k": 64, "22k": 128}
MFCCS = 20
# Left out where they are long: the other geometries show them.
LARGE = {"spectrum", "magnitude-db", "magnitude-db-limited"}
MOST_VALUES = 20000
TOP_DB = 60
AMPLITUDE_AMIN = 1e-5
POWER_AMIN = 1e-10
ITERATIONS = 6
MOMENTUM = 0.99


def speech(rate: int, samples: int) -> np.ndarray:
    """The loudest stretch of the recording, [samples] at `rate`."""
    sound, from_rate = soundfile.read(FIXTURES / "noisy-speech.wav", dtype="float64")
    sound = sound if sound.ndim == 1 else sound[:, 0]
    sound = scipy.signal.resample_poly(sound, rate, from_rate) if rate != from_rate else sound
    power = np.convolve(sound**2, np.ones(samples), "valid")
    start = int(power.argmax())
    # As float32: what the engine reads is what librosa saw.
    return sound[start : start + samples].astype(np.float32).astype(np.float64)


def vectors(settings: dict) -> dict[str, np.ndarray]:
    """Every stage for one geometry; images are [rows, frames]."""
    rate, fft = settings["sampleRateHz"], settings["fftSamples"]
    geometry = {"n_fft": fft, "hop_length": settings["hopSamples"], "center": True, "pad_mode": settings["padding"]}
    block = speech(rate, settings["blockSamples"])
    spectrum = librosa.stft(block, **geometry)  # [bins, frames]
    magnitude = np.abs(spectrum)
    filters = librosa.filters.mel(sr=rate, n_fft=fft, n_mels=settings["mels"], dtype=np.float64)
    power = filters @ magnitude**2  # [mels, frames]
    mel_db = librosa.power_to_db(power, amin=POWER_AMIN, top_db=None)
    # A gain that no real signal has: the inverse must find the nearest one.
    bins, frames = magnitude.shape
    gain = 0.5 + 0.5 * np.cos(0.37 * np.arange(bins)[:, None] + 0.9 * np.arange(frames)[None])
    length = settings["blockSamples"]
    inverse = librosa.istft(spectrum * gain, hop_length=settings["hopSamples"], n_fft=fft, center=True, length=length)
    # The filters of mel-latent would be a megabyte: what they make of two rows over the bins shows each of their
    # weights' sums.
    probes = np.stack([np.ones(bins), np.linspace(0, 1, bins)])
    return {
        "block": block,
        "spectrum": np.stack([spectrum.real.T, spectrum.imag.T]),  # [2, frames, bins]
        "inverse": inverse,
        "mel-probes": probes @ filters.T,  # [2, mels]
        "mel-totals": filters.sum(axis=0),  # [bins]
        "magnitude-db": librosa.amplitude_to_db(magnitude, amin=AMPLITUDE_AMIN, top_db=None),
        "magnitude-db-limited": librosa.amplitude_to_db(magnitude, amin=AMPLITUDE_AMIN, top_db=TOP_DB),
        "mel-db": mel_db,
        "mfcc": librosa.feature.mfcc(S=mel_db, n_mfcc=settings["mfccs"], dct_type=2, norm="ortho"),
        "griffin-lim": griffin_lim(magnitude, settings),
    }


def griffin_lim(magnitude: np.ndarray, settings: dict) -> np.ndarray:
    """From zero phases, so that no random numbers have to agree. [blockSamples]"""
    return librosa.griffinlim(
        magnitude,
        n_iter=ITERATIONS,
        hop_length=settings["hopSamples"],
        n_fft=settings["fftSamples"],
        center=True,
        pad_mode=settings["padding"],
        length=settings["blockSamples"],
        momentum=MOMENTUM,
        init=None,
    )


def write(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    floors = {"amplitudeAmin": AMPLITUDE_AMIN, "powerAmin": POWER_AMIN, "topDb": TOP_DB}
    phases = {"iterations": ITERATIONS, "momentum": MOMENTUM}
    golden: dict = {"madeWith": f"librosa {librosa.__version__}", **floors, **phases, "geometries": {}}
    for name, geometry in GEOMETRIES.items():
        settings = {**geometry, "mels": MELS[name], "mfccs": MFCCS}
        files = {}
        for stage, values in vectors(settings).items():
            if stage in LARGE and values.size > MOST_VALUES:
                continue
            file = f"{name}-{stage}.f32"
            (folder / file).write_bytes(values.astype("<f4").tobytes())
            files[stage] = {"file": file, "shape": list(values.shape)}
        golden["geometries"][name] = {**settings, "files": files}
    (folder / "golden.json").write_text(json.dumps(golden, indent=2) + "\n")
