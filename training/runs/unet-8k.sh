#!/bin/sh
# Train the 8 kHz U-Net. Interrupt it when you like; the same command goes on.
# Use: runs/unet-8k.sh PREPARED_FOLDER RUN_FOLDER [MINUTES] [CONFIG]     CONFIG: unet-8k (clean image), unet-8k-noise or
# unet-8k-seed
set -eu
cd "$(dirname "$0")/.."
export OMP_WAIT_POLICY=passive  # see base.sh
exec nice -n 19 python3 -m scripts.train_classic --config "configs/${4:-unet-8k}.toml" --data "$1" --out "$2" \
  --minutes "${3:-20}" --valid-minutes 2
