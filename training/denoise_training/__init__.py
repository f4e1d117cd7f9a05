"""Training of the denoisers that `denoise-node` ships: from folders of audio to a checked tfjs model."""
