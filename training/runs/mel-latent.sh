#!/bin/sh
# Train the autoencoder of mel bands. Use: runs/mel-latent.sh PREPARED_FOLDER RUN_FOLDER [MINUTES] [CONFIG]
# CONFIG: mel-latent (noise added to the wave) or mel-latent-feature-level (to the features).
set -eu
cd "$(dirname "$0")/.."
export OMP_WAIT_POLICY=passive  # see base.sh
exec nice -n 19 python3 -m scripts.train_classic --config "configs/${4:-mel-latent}.toml" --data "$1" --out "$2" \
  --minutes "${3:-20}" --valid-minutes 2
