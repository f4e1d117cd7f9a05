"""Makes the noisy samples of the demo page: one voice and one noise each, at a stated signal-to-noise ratio.

    python demo/samples/make.py RECORDINGS

RECORDINGS is a folder in the `manifest` layout of training/docs/data.md, with `speech/` and `noise/`. Voices and noises
are held out: no shipped model was trained on them. Sources and licences are in LICENCES.md beside this file. Needs numpy, scipy and soundfile.
"""

import sys
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

RATE = 48_000
SECONDS = 7.2
PEAK = 0.7
FADE_SECONDS = 0.05  # The demo plays them in a loop, so both ends are silent.

#          file          voice                                        noise                                                       SNR dB
SAMPLES = [
    ("crowd.wav", "speech/librispeech/ls_121-121726-0009.opus", "noise/tumult/crowd_large_crowd_medium_distance_stereo.opus", 5.0),
    ("keyboard.wav", "speech/librispeech/ls_7176-88083-0003.opus", "noise/ibm_max/typing.opus", 4.0),
    ("rain.wav", "speech/librispeech/ls_4446-2271-0020.opus", "noise/tumult/rain5_rain-thunder-and-traffic.opus", 3.0),
]


def read(path: Path) -> np.ndarray:
    """Mono samples at 48 kHz, exactly SECONDS long; shorter recordings are padded with silence."""
    samples, rate = soundfile.read(path, dtype="float64", always_2d=True)
    mono = resample_poly(samples.mean(axis=1), RATE, rate)[: int(RATE * SECONDS)]
    return np.pad(mono, (0, int(RATE * SECONDS) - len(mono)))


def active_power(voice: np.ndarray) -> float:
    """Mean square of the 20 ms frames within 30 dB of the loudest one, so that pauses do not count as voice."""
    frames = voice[: len(voice) // 960 * 960].reshape(-1, 960)
    power = (frames**2).mean(axis=1)
    return float(power[power > power.max() * 1e-3].mean())


def mix(voice: np.ndarray, noise: np.ndarray, snr_db: float) -> np.ndarray:
    """The noise is scaled, the voice is left; then both are brought to PEAK and faded."""
    noise = noise * np.sqrt(active_power(voice) / (noise**2).mean() / 10 ** (snr_db / 10))
    mixture = voice + noise
    mixture *= PEAK / np.abs(mixture).max()
    ramp = np.linspace(0, 1, int(RATE * FADE_SECONDS))
    mixture[: len(ramp)] *= ramp
    mixture[-len(ramp) :] *= ramp[::-1]
    return mixture


def main() -> None:
    recordings = Path(sys.argv[1])
    for name, voice, noise, snr_db in SAMPLES:
        path = Path(__file__).parent / name
        soundfile.write(path, mix(read(recordings / voice), read(recordings / noise), snr_db), RATE, subtype="PCM_16")
        print(f"{name}: {SECONDS} s, {snr_db} dB SNR, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
