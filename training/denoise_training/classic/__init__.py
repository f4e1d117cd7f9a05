"""Denoisers that take a spectrogram for an image: front ends, networks, recipes and their run."""
