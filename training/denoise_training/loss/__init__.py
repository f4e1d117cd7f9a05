"""What a run makes small: compressed spectra, distortion, and what PESQ and ESTOI hear, with gradients."""
