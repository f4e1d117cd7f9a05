#!/bin/bash
# One machine of a run on several: give each the same command, in any order, and again when it was lost.
# Use: HOSTS=2 RENDEZVOUS=first-machine:29400 runs/host.sh --config … --data … --out … (what scripts.train takes)
#   PROCESSES=8      processes on this machine: one for each GPU, 1 on a CPU
#   RUN_ID=name      tells runs apart that meet at one address
#   ADDRESS=10.0.0.5 of this machine, where the others cannot resolve its name
#   WAIT=3600        seconds to wait for machines that are not there (again) yet
# See docs/hosts.md.
set -eu
cd "$(dirname "$0")/.."
settings=join_timeout=${WAIT:-3600}
# The machine that is met at holds what the others look up; an address that its own name does not lead to must be told.
[ "${RENDEZVOUS%:*}" != "${ADDRESS:-}" ] || settings=$settings,is_host=1
# A machine that comes back finds the store of the processes only if those make it anew for each start: torchrun's own,
# shared between starts, is announced once (https://github.com/pytorch/pytorch/issues/135712).
export TORCH_DISABLE_SHARE_RDZV_TCP_STORE=1
exec "${PYTHON:-python3}" -m torch.distributed.run --nnodes "$HOSTS" --nproc-per-node "${PROCESSES:-1}" \
  --rdzv-backend c10d --rdzv-endpoint "$RENDEZVOUS" --rdzv-id "${RUN_ID:-denoise}" \
  --rdzv-conf "$settings" ${ADDRESS:+--local-addr "$ADDRESS"} --max-restarts 1000 \
  -m scripts.train "$@"
