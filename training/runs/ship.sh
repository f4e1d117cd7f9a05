#!/bin/sh
# Export a run's best checkpoint, check it in tfjs, score it through the shipped engine and write its card.
# Use: runs/ship.sh RUN PREPARED MODEL_FOLDER GOLDEN_WAV [WORK_FOLDER]     (build the package first: npm run build)
# GOLDEN_WAV: a noisy recording of which 0.4 s may be published.
set -eu
cd "$(dirname "$0")/.."
run=$1 prepared=$2 model=$3 golden=$4 work=${5:-$1/ship}
name=$(basename "$model")
mkdir -p "$work"
[ -d "$work/eval" ] || python3 -m scripts.mix --data "$prepared" --out "$work/eval" --split eval --count 120
[ -e "$work/gates/noisy/wide-00.wav" ] || python3 -m scripts.gates write --data "$prepared" --out "$work/gates"
python3 -m scripts.export "$run/best.pt" --out "$model" \
  --golden "$golden" --speech "$work/gates/noisy/stream.wav"
for set in eval gates; do
  node ../dist/cli.js "$work/$set/noisy" -o "$work/$set/$name" --model "$name" --overwrite
done
python3 -m scripts.evaluate "$work/eval" --system "$name=$work/eval/$name" \
  --out "$work/scores" --cache "$work/scores-by-hash"
python3 -m scripts.gates score "$work/gates" "$work/gates/$name" | tee "$work/gates.json"
python3 -m scripts.card "$model" --checkpoint "$run/best.pt" --data "$prepared" \
  --scores "$work/scores.json" --gates "$work/gates.json"
