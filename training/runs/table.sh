#!/bin/sh
# The quality table of docs/quality.md: every model in models/ beside the peers, on 120 held-out mixtures, through what is
# shipped.
# Use: runs/table.sh PREPARED_FOLDER WORK_FOLDER [OPTIONS of scripts/table.py]     (npm install first)
# Some four minutes of one core for each new or changed model. Interrupt it when you like; the same command goes on.
set -eu
cd "$(dirname "$0")/.."
prepared=$1 work=$2
shift 2
exec nice -n 10 python3 -m scripts.table --data "$prepared" --work "$work" "$@"
