#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# How fast mrDMD is here, as ratios of pairs measured one after the other, medians of some repeats:
#   tests/bench/mrdmd.sh TELLTALE [HOSTS [REPEATS]]
# HOSTS x 8 metrics x 2,880 samples; 4,375 hosts make the 35,000 readings of the stated figures.
set -eu
telltale=$(realpath "$1")
hosts=${2:-4375}
repeats=${3:-5}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OPENBLAS_NUM_THREADS=1
readings=$((hosts * 8))

# row FIELD NAME: of the last bench
row() {
  python3 -c '
import json, sys
rows = {row["name"]: row for row in json.load(open(sys.argv[1]))["rows"]}
print(rows[sys.argv[3]][sys.argv[2]])' "$folder/bench" "$1" "$2"
}

# seconds COMMAND...: user and system seconds and peak KiB of one run
seconds() {
  python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
use = resource.getrusage(resource.RUSAGE_CHILDREN)
print(use.ru_utime + use.ru_stime, use.ru_maxrss)' "$@"
}

median() {
  sort -g | awk '{v[NR] = $1} END {printf "%.2f\n", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

# divide A B
divide() {
  awk -v a="$1" -v b="$2" 'BEGIN {print a / b}'
}

"$telltale" synth --hosts "$hosts" --metrics 8 --samples 2880 --period-s 30 --seed 1 \
  --missing-share 0 --silent-share 0 --no-jobs -o "$folder/day.h5" >/dev/null 2>&1
for _ in $(seq "$repeats"); do
  "$telltale" bench --json --readings "$readings" --seconds 0.2 >"$folder/bench"
  one=$(row value mrdmd)
  divide 1 "$(row ratio mrdmd)" >>"$folder/bound"
  row ratio mrdmd_small >>"$folder/classical"
  mpirun --bind-to none -n 2 "$telltale" bench --json --readings "$readings" --seconds 0.2 >"$folder/bench"
  divide "$(divide "$(row value mrdmd)" "$one")" 0.5 >>"$folder/two"

  # Reading is what `cat` needs to hand the same bytes over from the page cache.
  read -r reading _ < <(seconds cat "$folder/day.h5")
  read -r whole peak < <(seconds "$telltale" mrdmd "$folder/day.h5" -o "$folder/out.h5" --precision plain --sampling pooled)
  divide "$whole" "$reading" >>"$folder/path"
  divide "$peak" 1024 >>"$folder/peak"
done
echo "$readings readings x 2,880 samples, medians of $repeats"
echo "one pass, times the flop bound at dgemm's peak:  $(median <"$folder/bound")"
echo "one pass, times as fast as the classical one:    $(median <"$folder/classical") (a twentieth of the readings)"
echo "two ranks, times as fast as one:                 $(median <"$folder/two")"
echo "CPU of the whole command over that of cat:       $(median <"$folder/path")"
echo "peak memory of the whole command, MiB:           $(median <"$folder/peak") (the file is streamed)"
