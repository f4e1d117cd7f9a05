#!/bin/sh
# Makes training/.venv with everything that training and its tests need. Needs Python 3.11 or newer.
set -eu
cd "$(dirname "$0")"
[ -x .venv/bin/python ] || "${PYTHON:-python3}" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
