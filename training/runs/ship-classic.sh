#!/bin/sh
# Export the four classic models and their variants: graph, weights, manifest, golden vectors, check in tfjs, and cards.
# Use: runs/ship-classic.sh RUNS PREPARED GOLDEN_WAV [SCORES_JSON]
# RUNS: folder with one run for each config, named after it. GOLDEN_WAV: a noisy recording that may be published.
# SCORES_JSON: written by runs/table.sh, once these models are in it; the cards then say the scores.
set -eu
cd "$(dirname "$0")/.."
runs=$1 prepared=$2 golden=$3 scores=${4:-}
put() {  # run, model folder, description, options
  checkpoint=$runs/$1/best.pt model=../models/classic/$2 about=$3
  shift 3
  python3 -m scripts.export "$checkpoint" --out "$model" --golden "$golden" --description "$about" "$@"
}
card() {  # run, model folder
  python3 -m scripts.card "../models/classic/$2" --checkpoint "$runs/$1/best.pt" --data "$prepared" \
    --command "training/runs/$2.sh PREPARED RUN" ${scores:+--scores "$scores"}
}
if [ -z "$scores" ]; then
  put unet-8k unet-8k "U-Net on one-second spectrogram images at 8 kHz that estimates the clean image"
  put unet-8k-noise unet-8k "The same network, trained to estimate the noise" --variant noise
  put unet-8k-seed unet-8k "As first published: blocks side by side, each scaled by its own extremes" --variant seed
  put stft-unet stft-unet "U-Net on magnitudes at 16 kHz that estimates clean ones, with the phase of the input"
  put stft-unet stft-unet "The same estimate with a phase found by Griffin-Lim" \
    --variant griffin-lim --rebuild griffin-lim --shared
  put noise-subtract noise-subtract "U-Net on decibels at 16 kHz that estimates the noise and subtracts it"
  put mel-latent mel-latent \
    "Autoencoder of mel bands and MFCC at 22 kHz: 2.5 seconds through 128 numbers, applied as a gain" --lift-db 6
  put mel-latent mel-latent "The same estimate turned into sound by mel inversion and Griffin-Lim" \
    --variant griffin-lim --rebuild griffin-lim --shared
  put mel-latent-feature-level mel-latent "The same network, trained with noise added to features, not to sound" \
    --variant feature-level --lift-db 6
  node ../tools/weights.mjs pack
fi
for model in unet-8k stft-unet noise-subtract mel-latent; do card "$model" "$model"; done
