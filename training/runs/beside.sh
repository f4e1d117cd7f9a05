#!/bin/sh
# How fast this training is beside another version of it: both train in turns, each for a minute; sound heard per second
# of each turn by their own logs, and the ratio of the medians.
# Use: runs/beside.sh PREPARED_FOLDER CHECKOUT [TURNS] [BATCH]     (CHECKOUT: as of `git worktree add CHECKOUT REVISION`)
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
prepared=$(realpath "$1") there=$(realpath "$2")/training turns=${3:-3} batch=${4:-8}
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=20000000000 # see base.sh
export OMP_WAIT_POLICY=passive
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One minute of CHECKOUT/training: the speeds that its log tells, but the first, in which kernels are compiled.
speeds() {
  cd "$1"
  module=scripts.train
  [ -f scripts/train.py ] || module=denoise_training.train
  # The course is far longer than the minute, so that nothing is validated or falls off.
  timeout 100 python3 -m "$module" --config configs/base.toml --data "$prepared" --out "$work/$2" --minutes 600 \
    --valid-minutes 600 --set "batch=$batch" >"$work/$2.log" 2>&1 || true
  rm -rf "${work:?}/$2"
  sed -n 's|.* at \([0-9.]*\) s/s.*|\1|p' "$work/$2.log" | tail -n +2
}

for turn in $(seq "$turns"); do
  speeds "$there" "there-$turn" >>"$work/there"
  speeds "$here" "here-$turn" >>"$work/here"
done
for side in there here; do
  [ -s "$work/$side" ] || { echo "$side: no speed was told. The end of its log:" && tail -3 "$work/$side-1.log" && exit 1; } >&2
done
median() { sort -n "$1" | awk '{v[NR] = $1} END {print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2}'; }
echo "$(median "$work/there") $(median "$work/here")" |
  awk '{printf "there %.1f s/s, here %.1f s/s: %.2f times\n", $1, $2, $2 / $1}'
