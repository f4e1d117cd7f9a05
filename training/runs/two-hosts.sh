#!/bin/bash
# Two machines in this one, as network namespaces: one is killed in the middle of a run and comes back, and the result
# is compared with that of one process. Takes root and ip(8), and a minute or two on one core; see docs/hosts.md.
set -eu
cd "$(dirname "$0")/.."
exec "${PYTHON:-python3}" -m pytest -rs -s tests/run/two_hosts.py
