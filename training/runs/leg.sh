#!/bin/sh
# One leg of a long chain: go on training weights that are good already, at a rate that a few hours do not harm.
# Interrupt it when you like; the same command goes on.
# Use: runs/leg.sh PREPARED_FOLDER RUN_FOLDER [MINUTES] [CHECKPOINT]    (CHECKPOINT: where the leg before ended)
set -eu
cd "$(dirname "$0")/.."
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=20000000000 # see base.sh
export OMP_WAIT_POLICY=passive
# At 2e-3 a leg of six hours ended below where it began; at 5e-4 two hours were ahead already, and the residue in pauses
# brings BAK (LOG.md).
exec nice -n 19 python3 -m scripts.train --config configs/base.toml --data "$1" --out "$2" \
  --minutes "${3:-240}" --valid-minutes 30 --init "${4:-checkpoints/base-leg.pt}" \
  --set learning_rate=5e-4 --set ema=0.999 --set hold=0.75 --set loss.residue=0.004 --set loss.sdr=0.045
