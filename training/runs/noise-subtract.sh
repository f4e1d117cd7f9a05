#!/bin/sh
# Train the network that estimates the noise. Use: runs/noise-subtract.sh PREPARED_FOLDER RUN_FOLDER [MINUTES]
set -eu
cd "$(dirname "$0")/.."
export OMP_WAIT_POLICY=passive  # see base.sh
exec nice -n 19 python3 -m scripts.train_classic --config configs/noise-subtract.toml --data "$1" --out "$2" \
  --minutes "${3:-20}" --valid-minutes 2
