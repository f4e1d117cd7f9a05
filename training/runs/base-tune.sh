#!/bin/sh
# Go on from a trained base with a loss that weighs magnitudes more and distortion less, at a lower rate.
# Use: runs/base-tune.sh PREPARED_FOLDER RUN_FOLDER CHECKPOINT [MINUTES]
set -eu
cd "$(dirname "$0")/.."
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=20000000000
export OMP_WAIT_POLICY=passive
exec nice -n 19 python3 -m denoise_training.train --config configs/base.toml --data "$1" --out "$2" --init "$3" \
  --minutes "${4:-10}" --valid-minutes 4.5 --set learning_rate=0.0008 --set ema=0.99 \
  --set loss.magnitude=1.0 --set loss.sdr=0.0015 --set loss.attenuation=0.15
