#!/bin/sh
# Minutes of one large GPU, from an empty machine to a checkpoint: unpack, rehearse, train. Run it again and it goes on.
# Use: runs/gpu.sh PACKED_FOLDER RUN_FOLDER CONFIG [MINUTES] [INIT_CHECKPOINT]
#   REHEARSE=only stops after the rehearsal, BATCH=256 skips it, STEPS=1000 is a length instead of MINUTES
# See docs/gpu.md. On a machine without a GPU it does the same, slowly: that is how it is tried out.
set -eu
cd "$(dirname "$0")/.."
packed=$1 run=$2 config=$3 init=${5:-}
length=${STEPS:+--steps $STEPS}
length=${length:---minutes ${4:-9}}
prepared=${PREPARED:-/tmp/prepared}
python=${PYTHON:-python3}
# What the machine lacks comes along as wheels in the packed folder.
for wheel in "$packed"/*.whl; do
  [ ! -f "$wheel" ] || PIP_BREAK_SYSTEM_PACKAGES=1 "$python" -m pip install --quiet --no-index --no-deps "$wheel"
done
# A folder with an index is whole.
[ -f "$prepared/index.csv" ] || "$python" -m scripts.pack --unpack "$packed" "$prepared"
batch=${BATCH:-}
if [ -z "$batch" ]; then
  "$python" -m scripts.rehearse --config "$config" --data "$prepared" --preload --seconds "${REHEARSE_SECONDS:-4}" | tee "$run.rehearsal"
  [ "${REHEARSE:-}" != only ] || exit 0
  batch=$(sed -n 's/^--batch \([0-9]*\).*/\1/p' "$run.rehearsal")
fi
# A checkpoint a minute: a machine that is taken away has lost no more. Scores wait until the weights are home.
exec "$python" -m scripts.train --config "$config" --data "$prepared" --preload --out "$run" --batch "$batch" \
  $length --valid-minutes 0 --save-seconds 60 ${init:+--init "$init"}
