#!/bin/sh
# Makes the noise variants beside this file anew, bit for bit: sh sample_data/make.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "$here/.make.XXXXXX")
trap 'rm -rf "$work"' EXIT
cryoal simulate \
    --builtin apoferritin,glutamine_synthetase,groel,proteasome_20s,thermosome \
    --out "$work/pool" --snr 0.1,0.05,0.02 --per-class 20,80,20 \
    --box 24 --voxel 12 --seed 2022 --mode int8
rm -rf "$here/SNR010" "$here/SNR005" "$here/SNR002"
mv "$work"/pool/* "$here/"
