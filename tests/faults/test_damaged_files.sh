#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Facility, model, scores and graph files that were cut off or have a flipped bit, given to every command that reads them: a
# message and status 3, or, where the bit stands in a value or a name, status 0; never a crash, a hang or half a result.
# shellcheck source=tests/faults/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

cuts=${1:-$(times 1 50)}  # offsets that each file is cut off at
flips=${2:-$(times 4 200)} # bits of each file that are flipped, one at a time
synth() {
  "$TELLTALE" synth --hosts 12 --metrics 3 --samples 720 --period-s 60 --seed 1 --start 2026-11-20 "$@"
}
{
  synth -o facility.h5 && synth --night 1 -o next.h5 && synth --night 2 -o last.h5 &&
    "$TELLTALE" fit mrdmd facility.h5 -m model.h5 &&
    "$TELLTALE" score mrdmd facility.h5 -m model.h5 -o scores.h5 &&
    "$TELLTALE" fit forecast facility.h5 -m forecast.h5 --epochs 1 --hidden 8 --window 12 &&
    "$TELLTALE" score forecast next.h5 -m forecast.h5 -o earlier.h5 &&
    "$TELLTALE" graph facility.h5 -m forecast.h5 -o graph.h5
} >out 2>err || { cat out err; exit 1; }

# damage FILE: into the folder `damaged`; names say where. Every other flip spares the samples, which are most of
# a facility file.
damage() {
  rm -rf damaged
  mkdir damaged
  python3 - "$1" "$cuts" "$flips" <<'PYTHON'
import random, sys
import h5py
path, cuts, flips = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
whole = open(path, "rb").read()
random.seed(path)
samples = range(0)
with h5py.File(path) as file:
    if "/telemetry/values" in file:
        values = file["/telemetry/values"]
        first = values.id.get_offset() if values.chunks is None else values.id.get_chunk_info(0).byte_offset
        samples = range(first, first + values.size * 4)
for offset in random.sample(range(len(whole)), cuts):
    open(f"damaged/cut-{offset}", "wb").write(whole[:offset])
for flip in range(flips):
    at = random.randrange(len(whole))
    while flip % 2 and at in samples:
        at = random.randrange(len(whole))
    bit = random.randrange(8)
    bytes = bytearray(whole)
    bytes[at] ^= 1 << bit
    open(f"damaged/flip-{at}-{bit}", "wb").write(bytes)
PYTHON
}

# suffer FILE COMMAND...: the command with each damaged copy of FILE in its place (the word DAMAGED).
suffer() {
  local file=$1 copy begun refused=0 borne=0
  shift
  damage "$file"
  for copy in damaged/*; do
    rm -f result result.*
    begun=$(now_ms)
    status=0
    timeout -s KILL "$(patience 60)" "$TELLTALE" "${@/DAMAGED/$copy}" >out 2>err || status=$?
    lasted $(($(now_ms) - begun))
    case $copy:$status in
      *:3)
        refused=$((refused + 1))
        one_message
        [ ! -e result ] && [ ! -e result.h5 ] || { echo "$copy: refused, but there is a result"; return 1; }
        ;;
      damaged/flip*:0) borne=$((borne + 1)) ;;
      *) echo "$copy: status $status"; tail err; return 1 ;;
    esac
    nothing_left .
  done
  figure "$*: $cuts cuts and $flips flips, $refused refused and $borne borne, the longest took $longest_ms ms"
}

info_bears_damaged_facilities() { suffer facility.h5 info DAMAGED; }
fit_bears_damaged_facilities() { suffer facility.h5 fit mrdmd DAMAGED -m result; }
score_bears_damaged_facilities() { suffer facility.h5 score mrdmd DAMAGED -m model.h5 -o result; }
mrdmd_bears_damaged_facilities() { suffer facility.h5 mrdmd DAMAGED -o result; }
info_bears_damaged_models() { suffer model.h5 info DAMAGED; }
score_bears_damaged_models() { suffer model.h5 score mrdmd facility.h5 -m DAMAGED -o result; }
info_bears_damaged_scores() { suffer scores.h5 info DAMAGED; }
report_bears_damaged_scores() { suffer scores.h5 report DAMAGED -o result; }
score_bears_damaged_forecast_models() { suffer forecast.h5 score forecast facility.h5 -m DAMAGED -o result; }
graph_bears_damaged_forecast_models() { suffer forecast.h5 graph facility.h5 -m DAMAGED -o result.h5; }
score_bears_damaged_earlier_scores() {
  suffer earlier.h5 score forecast last.h5 -m forecast.h5 --earlier-scores DAMAGED -o result
}
report_bears_damaged_forecast_scores() { suffer earlier.h5 report DAMAGED -o result; }
info_bears_damaged_graphs() { suffer graph.h5 info DAMAGED; }
report_bears_damaged_graphs() { suffer graph.h5 report earlier.h5 --graph DAMAGED -o result; }

check info_bears_damaged_facilities
check fit_bears_damaged_facilities
check score_bears_damaged_facilities
check mrdmd_bears_damaged_facilities
check info_bears_damaged_models
check score_bears_damaged_models
check info_bears_damaged_scores
check report_bears_damaged_scores
check score_bears_damaged_forecast_models
check graph_bears_damaged_forecast_models
check score_bears_damaged_earlier_scores
check report_bears_damaged_forecast_scores
check info_bears_damaged_graphs
check report_bears_damaged_graphs
finish_with_figures
