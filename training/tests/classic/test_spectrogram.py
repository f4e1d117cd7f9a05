"""Front ends of the classic models against librosa, and rebuilds against closed forms."""

import dataclasses

import librosa
import numpy as np
import pytest
import torch

from denoise_training.classic.blocks import enhance_stream, join_blocks, split_blocks
from denoise_training.classic.spectrogram import (
    Front,
    FrontEnd,
    amplitude_to_db,
    dct_matrix,
    hz_to_mel,
    invert_mel,
    mel_filters,
    power_to_db,
    spectral_convergence_db,
)
from denoise_training.export import librosa_golden as golden

EIGHT_K = Front()
SIXTEEN_K = Front(
    rate_hz=16000, block=16256, overlap=2048, hop=128, fft=512, features="magnitude", rows=256, exponent=0.3,
    input_range=(0.0, 4.5), output_range=(0.0, 4.5), to=(0.0, 1.0), estimate="clean-magnitude", iterations=64,
)  # fmt: skip
MEL = Front(
    rate_hz=22050, block=55296, overlap=5120, hop=512, fft=2048, features="mel-mfcc", rows=148, mels=128, mfccs=20,
    amin=1e-10,
    input_range=(-60.0, 40.0), output_range=(-60.0, 40.0), mfcc_range=(-700.0, 450.0), to=(0.0, 1.0),
    estimate="clean-features", rebuild="mel-gain",
)  # fmt: skip
SEED = dataclasses.replace(EIGHT_K, overlap=0, normalisation="image")
FRONTS = {"8 kHz": EIGHT_K, "16 kHz": SIXTEEN_K, "mel": MEL, "by the image": SEED}


def gliding_tone(samples: int, rate: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    t = np.arange(samples) / rate
    phase = 2 * np.pi * np.cumsum(200 + 80 * np.sin(2 * np.pi * 1.5 * t)) / rate
    wave = sum(np.sin(k * phase) / k for k in range(1, 12)) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * t))
    return (0.1 * wave + 0.003 * rng.standard_normal(samples)).astype(np.float32)


class Echo(torch.nn.Module):
    """A network whose estimate is its input."""

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS.keys())
def test_image_and_features_equal_librosa(front: Front):
    wave = gliding_tone(front.block, front.rate_hz)
    spectrum = golden.librosa_spectrum(wave, front)
    image = golden.librosa_image(spectrum, front)
    end = FrontEnd(front)
    ours = end.stft(torch.from_numpy(wave)[None])
    assert ours.shape == (1, front.bins, front.frames) and image.shape == (front.rows, front.frames)
    np.testing.assert_allclose(ours[0].numpy(), spectrum, atol=1e-4 * np.abs(spectrum).max())
    found = end.image(ours)
    np.testing.assert_allclose(found[0].numpy(), image, atol=1e-4 * np.abs(image).max())
    features = end.normalise(found, found)
    np.testing.assert_allclose(features[0].numpy(), golden.librosa_features(image, front), atol=1e-4)
    assert features.min() >= front.to[0] - 1e-5 and features.max() <= front.to[1] + 1e-5


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS.keys())
def test_gain_equals_the_one_from_librosa_values(front: Front):
    wave = gliding_tone(front.block, front.rate_hz)
    end = FrontEnd(front)
    image = golden.librosa_image(golden.librosa_spectrum(wave, front), front)
    rng = np.random.default_rng(1)
    estimate = np.clip(golden.librosa_features(image, front) - rng.uniform(0, 0.3, image.shape), *front.to)
    noisy = torch.from_numpy(image).float()[None]
    ours = end.gain(end.denormalise(torch.from_numpy(estimate).float()[None], noisy), noisy)[0].numpy()
    expected = golden.librosa_gain(estimate, image, front)
    assert 0.02 < expected.mean() < 0.98, "the test must meet gains between the ends"
    np.testing.assert_allclose(ours, expected, atol=2e-3)
    assert ours.shape == (front.bins, front.frames)


def test_inverse_transform_gives_the_block_back():
    for front in FRONTS.values():
        wave = torch.from_numpy(gliding_tone(front.block, front.rate_hz))[None]
        end = FrontEnd(front)
        torch.testing.assert_close(end.istft(end.stft(wave)), wave, atol=1e-5, rtol=0)


def test_logarithms_and_mel_scale_equal_librosa():
    values = np.geomspace(1e-7, 100, 50).astype(np.float32)
    np.testing.assert_allclose(
        amplitude_to_db(torch.from_numpy(values)).numpy(), librosa.amplitude_to_db(values, top_db=None), atol=1e-4
    )
    np.testing.assert_allclose(
        power_to_db(torch.from_numpy(values**2)).numpy(), librosa.power_to_db(values**2, top_db=None), atol=1e-4
    )
    np.testing.assert_allclose(
        hz_to_mel(np.array([20.0, 999, 1000, 8000])), librosa.hz_to_mel([20.0, 999, 1000, 8000]), atol=1e-9
    )
    for rate, fft, mels in ((22050, 2048, 128), (16000, 512, 40)):
        np.testing.assert_allclose(
            mel_filters(rate, fft, mels), librosa.filters.mel(sr=rate, n_fft=fft, n_mels=mels), atol=1e-7
        )


def test_cosine_transform_is_orthonormal():
    matrix = dct_matrix(40, 40)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(40), atol=1e-12)


def test_griffin_lim_equals_librosa_and_converges():
    wave = gliding_tone(SIXTEEN_K.block, 16000)
    end = FrontEnd(SIXTEEN_K)
    magnitude = end.stft(torch.from_numpy(wave)[None]).abs()
    ours = end.griffin_lim(magnitude, torch.ones_like(magnitude) + 0j, SIXTEEN_K.block)[0]
    theirs = librosa.griffinlim(
        magnitude[0].numpy(),
        n_iter=64,
        n_fft=512,
        hop_length=128,
        momentum=0.99,
        init=None,
        length=len(wave),
        pad_mode="constant",
    )
    reached = spectral_convergence_db(magnitude, end.stft(ours[None]).abs())
    theirs = spectral_convergence_db(magnitude, end.stft(torch.from_numpy(theirs)[None]).abs())
    # Rounding grows from iteration to iteration, so waves part; where they arrive does not.
    assert abs(reached - theirs) < 1.0 and reached < -25, f"{reached:.1f} dB, librosa {theirs:.1f} dB"


def test_mel_powers_are_inverted_without_negative_bins():
    filters = torch.from_numpy(mel_filters(22050, 2048, 128)).float()
    power = torch.from_numpy(np.random.default_rng(0).uniform(0.1, 1, (1, 1025, 5))).float()
    mel = filters @ power
    found = invert_mel(mel, filters)
    assert (found >= 0).all()
    assert (filters @ found - mel).norm() / mel.norm() < 0.05


@pytest.mark.parametrize("front", [EIGHT_K, SIXTEEN_K, MEL], ids=["8 kHz", "16 kHz", "mel"])
def test_silence_gives_silence_and_no_nan(front: Front):
    out = FrontEnd(front).enhance(Echo(), torch.zeros(1, front.block))
    assert torch.equal(out, torch.zeros_like(out))


def test_a_stream_of_blocks_that_change_nothing_is_the_stream():
    front = dataclasses.replace(EIGHT_K, features="magnitude", normalisation="none", estimate="clean-magnitude")
    wave = torch.from_numpy(gliding_tone(30000, 8000))
    torch.testing.assert_close(enhance_stream(Echo(), FrontEnd(front), wave), wave, atol=1e-5, rtol=0)


@pytest.mark.parametrize("overlap", [0, 1008])
def test_blocks_join_in_the_order_of_the_engine(overlap: int):
    front = FrontEnd(dataclasses.replace(EIGHT_K, overlap=overlap))
    wave = torch.arange(20000, dtype=torch.float32)
    blocks = split_blocks(wave, front)
    emitted = join_blocks(blocks, front)
    assert len(emitted) == len(blocks) * front.config.advance
    torch.testing.assert_close(emitted[overlap:][: 20000 - overlap], wave[: 20000 - overlap], atol=2e-3, rtol=0)


def test_wrong_settings_are_named():
    with pytest.raises(ValueError, match=r"front\.features is 'chroma': expected one of magnitude"):
        Front(features="chroma")
    with pytest.raises(ValueError, match=r"front\.overlap is 5000: expected 0 to half a block, 4032"):
        Front(overlap=5000)
    with pytest.raises(ValueError, match=r"front\.rows is 100: expected 128 or 127"):
        Front(rows=100)
    with pytest.raises(ValueError, match=r"front\.estimate is 'clean-features'"):
        Front(estimate="clean-features")
