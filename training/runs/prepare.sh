#!/bin/sh
# Decode the recordings once, and hold out whole voices and whole noise recordings.
# Use: runs/prepare.sh FOLDER_WITH_MANIFEST PREPARED_FOLDER
set -eu
cd "$(dirname "$0")/.."
# Held out: seven readers, and one of the four full-band voices so that sound above 8 kHz can be scored on an unknown
# voice.
held="eval:ls-1089-M,ls-121-F,ls-5683-F,ls-7176-M,ls-4446-F,gcompris-en-art4apps valid:ls-260-M,ls-1580-F,ls-1188-M"
# Rooms and collections that came later train whole, so that what is held out of the first ones stays what it was.
rooms=rir/pyacoustics_ir_sportscentre_omni,rir/spatialaudio_room_ir_48k
for place in 00_L 06_R 12_L 18_L 24_R 30_L 36_R; do rooms=$rooms,rir/surrey_roomA_${place}_16k; done
voices=speechocean762,librispeech_resemblyzer,an4,gcompris,klettres,ktuberling,tuxpaint,kathleen,nathalie
noises=kitchen20,kitchen_imta,google_sound_library,cc0_misc,tuxpaint_fx
# Kept apart whole: voices, rooms and microphones that training knows nothing of.
unseen="unseen-valid:asterisk,artikulate unseen-eval:ibm,libritts_univnet,cmu_arctic,unknown_horizons"
exec python3 -m scripts.prepare "manifest=$1" --out "$2" \
  --pin "$held train:$rooms" --whole "train:$voices,$noises $unseen"
