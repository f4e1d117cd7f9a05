#!/bin/sh
# Decode the recordings once, and hold out whole voices and whole noise recordings.
# Use: runs/prepare.sh FOLDER_WITH_MANIFEST PREPARED_FOLDER
set -eu
cd "$(dirname "$0")/.."
# Held out: seven readers, and one of the four full-band voices so that sound above 8 kHz can be scored on an unknown voice.
python3 -m denoise_training.data "manifest=$1" --out "$2" \
  --pin "eval:ls-1089-M,ls-121-F,ls-5683-F,ls-7176-M,ls-4446-F,gcompris-en-art4apps valid:ls-260-M,ls-1580-F,ls-1188-M"
