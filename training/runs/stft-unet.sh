#!/bin/sh
# Write an hour of pairs, noisy and clean, and train the U-Net on magnitudes from these two folders.
# Use: runs/stft-unet.sh PREPARED_FOLDER RUN_FOLDER [MINUTES] [PAIRS_FOLDER]
set -eu
cd "$(dirname "$0")/.."
export OMP_WAIT_POLICY=passive  # see base.sh
pairs=${4:-$2/pairs}
if [ ! -d "$pairs/noisy" ]; then
  rm -rf "$pairs.part"
  nice -n 19 python3 -m scripts.mix --data "$1" --out "$pairs.part" --split train --count 600 --seconds 6
  mkdir -p "$(dirname "$pairs")"
  mv "$pairs.part" "$pairs"
fi
exec nice -n 19 python3 -m scripts.train_classic --config configs/stft-unet.toml --data "$1" --pairs "$pairs" \
  --out "$2" --minutes "${3:-20}" --valid-minutes 2
