#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# What modes leave of a night: in the scores file, in what is printed and in JSON; found where noise was planted.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
python3 -c 'import h5py, numpy' 2>/dev/null || { echo "SKIP: python3-h5py and -numpy are not installed"; exit 77; }

for night in 0 1; do
  "$TELLTALE" synth --hosts 130 --metrics 4 --samples 960 --night $night --anomalies none --silent-share 0 -o $night.h5 >made 2>&1
done
# Noise of ten times the usual on one reading in the sixth of 24 windows.
python3 - <<'PYTHON'
import h5py, numpy as np
with h5py.File("1.h5", "a") as file:
    x = file["telemetry/values"]
    part = x[17, 200:240, 1]
    x[17, 200:240, 1] = part + np.random.default_rng(1).normal(size=40) * 10 * np.nanstd(x[17, :, 1])
PYTHON
"$TELLTALE" fit mrdmd 0.h5 -m model.h5 >fit 2>&1
"$TELLTALE" score mrdmd 1.h5 -m model.h5 -o scores.h5 >said 2>&1
"$TELLTALE" score mrdmd 1.h5 -m model.h5 -o again.h5 --json >json 2>&1

planted_noise_is_what_is_farthest_off() {
  python3 - <<'PYTHON'
import h5py, numpy as np
with h5py.File("scores.h5") as file:
    z, share = file["mrdmd/residual_z"][:], file["mrdmd/residual_share"][:]
    names = [name.decode() for name in file["hosts/name"][:]], [name.decode() for name in file["metrics/name"][:]]
assert z.shape == (24, 130, 4) and share.shape == (24, 4), (z.shape, share.shape)
assert np.unravel_index(np.nanargmax(np.abs(z)), z.shape) == (5, 17, 1), np.nanmax(z)
known = share[~np.isnan(share)]
assert (known > 0).all() and (known <= 1).all(), known
said = open("said").read()
assert f"farthest {names[0][17]} {names[1][1]} with " in said and "T19:20:00Z" in said, said
assert "residual: modes leave " in said, said
PYTHON
}

baseline_is_that_of_the_night_before() {
  python3 - <<'PYTHON'
import h5py, numpy as np
with h5py.File("scores.h5") as file:
    mean, std = file["mrdmd/baseline/residual_mean"][:], file["mrdmd/baseline/residual_std"][:]
    bands = file["mrdmd/bands"].shape[0]
    assert file["mrdmd/baseline/mean"].shape == (bands, 130, 4) and mean.shape == std.shape == (1, 130, 4)
    assert np.isfinite(mean).any() and (std[np.isfinite(std)] >= 0).all()
PYTHON
}

json_has_the_same_lines() {
  python3 -c 'import json; found = json.load(open("json")); assert "residual: modes leave" in found["analyses"][0]["notes"], found'
}

the_same_bits_on_two_and_three_ranks() {
  for ranks in 2 3; do
    mpirun --oversubscribe --bind-to none -n $ranks "$TELLTALE" score mrdmd 1.h5 -m model.h5 -o ranks.h5 >/dev/null 2>&1
    h5diff scores.h5 ranks.h5 /mrdmd /mrdmd
  done
}

check planted_noise_is_what_is_farthest_off
check baseline_is_that_of_the_night_before
check json_has_the_same_lines
check the_same_bits_on_two_and_three_ranks
finish
