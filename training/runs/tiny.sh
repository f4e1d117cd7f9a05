#!/bin/sh
# Train the small model. Use: runs/tiny.sh PREPARED_FOLDER RUN_FOLDER [MINUTES]
set -eu
cd "$(dirname "$0")/.."
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=20000000000
export OMP_WAIT_POLICY=passive
exec nice -n 19 python3 -m scripts.train --config configs/tiny.toml --data "$1" --out "$2" \
  --minutes "${3:-60}" --valid-minutes 10
