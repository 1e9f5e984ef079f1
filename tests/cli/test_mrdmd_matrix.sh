#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# `telltale mrdmd --dataset`: what counts is the numbers in a matrix, not the type it is stored in.
# shellcheck source-path=SCRIPTDIR
source "$(dirname "$0")/support.sh"
python=/usr/bin/python3
"$python" -c 'import h5py, numpy' 2>/dev/null || { echo "SKIP: python3-h5py and -numpy are not installed"; exit 77; }

# matrices READINGS: singles, the same as doubles, doubles a little off; with gaps as NaN and as infinity.
matrices() {
  "$python" - "$1" <<'END'
import sys
import h5py
import numpy as np

readings, times = int(sys.argv[1]), 400
random = np.random.default_rng(readings)
t = np.arange(times) / times
waves = np.stack([np.cos(2 * np.pi * (f * t + p)) for f in (0.5, 1, 3, 9) for p in (0, 0.25)])
x = 40 + 10 * random.normal(size=(readings, 1)) + random.normal(size=(readings, len(waves))) @ waves
x += 0.3 * random.normal(size=x.shape)
single = x.astype("f4")
holes = random.random(x.shape) < 0.01
missing, infinite = single.copy(), single.copy()
missing[holes], infinite[holes] = np.nan, np.where(random.random(holes.sum()) < 0.5, np.inf, -np.inf)
off = single * (1 + 1e-10 * random.normal(size=x.shape))
for name, matrix in (("single", single), ("double", single.astype("f8")), ("off", off.astype("f8")),
                     ("missing", missing), ("infinite", infinite), ("infinite_double", infinite.astype("f8"))):
    with h5py.File(name + ".h5", "w") as file:
        file["x"] = matrix
END
}

# decompose NAME OPTION...: NAME.h5 into NAME.out
decompose() {
  fine mrdmd "$1.h5" --dataset x --period-s 30 --max-level 4 --save-modes "${@:2}" -o "$1.out"
}

# Readings that fill the hosts of a tile and readings that do not, one tile and two.
of_all_shapes() {
  for readings in 48 523; do
    matrices "$readings"
    for options in "--sampling point --precision plain" "--sampling pooled --precision plain" "--sampling pooled"; do
      # shellcheck disable=SC2086 # several words
      "$@" $options
    done
  done
}

same_as() {
  decompose "$1" "${@:3}"
  decompose "$2" "${@:3}"
  h5diff "$1.out" "$2.out" /mrdmd
}

close_to() {
  decompose "$1" "${@:3}"
  decompose "$2" "${@:3}"
  h5diff "$1.out" "$2.out" /mrdmd/windows/rank
  h5diff -d 1e-6 "$1.out" "$2.out" /mrdmd/modes/mu_re
  h5diff -p 1e-4 "$1.out" "$2.out" /mrdmd/modes/power
}

doubles_that_are_singles_give_the_bits_of_singles() { of_all_shapes same_as single double; }
doubles_that_are_no_singles_give_nearly_the_same() { of_all_shapes close_to single off; }
what_is_not_finite_is_missing() {
  of_all_shapes same_as missing infinite
  of_all_shapes same_as missing infinite_double
}

check doubles_that_are_singles_give_the_bits_of_singles
check doubles_that_are_no_singles_give_nearly_the_same
check what_is_not_finite_is_missing
finish
