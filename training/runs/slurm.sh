#!/bin/bash
#SBATCH --job-name=denoise
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=8
#SBATCH --cpus-per-task=64
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=TERM@120
# One run on the nodes of a Slurm job; all after the script is what scripts.train takes. From the folder training/:
# sbatch runs/slurm.sh --config configs/base.toml --data SHARDED --shares 16 --batch 256 --out RUN --minutes 200
# A node that fails, or a job that is preempted, starts again by itself; after the time limit the same command goes on.
# See docs/hosts.md.
set -eu
# Slurm runs a copy from a folder of its own.
cd "$SLURM_SUBMIT_DIR"
first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
export HOSTS=$SLURM_JOB_NUM_NODES PROCESSES=${SLURM_GPUS_ON_NODE:-1}
# Jobs that share a node meet at ports of their own.
export RENDEZVOUS=$first:$((20000 + SLURM_JOB_ID % 10000)) RUN_ID=$SLURM_JOB_ID
# A machine that ends does not end the others: they wait for it.
exec srun --kill-on-bad-exit=0 runs/host.sh "$@"
