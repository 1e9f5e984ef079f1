#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# telltale info: the same words on any number of ranks, JSON that agrees with the file, one clear message for
# what is no file of ours.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

# check NAME
check() {
  if "$1"; then
    echo "ok   $1"
  else
    echo "FAIL $1"
    failures=$((failures + 1))
  fi
}

"$TELLTALE" synth --hosts 80 --metrics 6 --samples 400 --silent-share 0 -o night.h5 2>log || { cat log; exit 1; }

# refused STATUS WORDS ARGUMENT...
refused() {
  local status=$1 words=$2
  shift 2
  "$TELLTALE" info "$@" >out 2>err
  [ $? = "$status" ] && ! [ -s out ] && grep -qF -- "$words" err && return 0
  cat out err
  return 1
}

the_table_names_what_there_is() {
  "$TELLTALE" info night.h5 >out || return 1
  grep -q '^night.h5: facility "synthetic"$' out && grep -q '^samples *400 of each metric, one each 60 s: 2026-01-01T00:00:00Z' out \
    && grep -q '^hosts *80 in [0-9]* racks: ' out && grep -q '^missing *[0-9.]* % of 192,000 values' out \
    && grep -q '^metrics *6' out && grep -q '^jobs ' out && grep -q '^events ' out && grep -q '^labels ' out
}

ranks_change_nothing() {
  "$TELLTALE" info night.h5 >one && mpirun --bind-to none -n 3 "$TELLTALE" info night.h5 >three && cmp one three
}

brief_leaves_the_samples_alone() {
  "$TELLTALE" info --brief night.h5 >out && ! grep -q missing out && grep -q '^metrics' out
}

json_is_one_document() {
  "$TELLTALE" info --json night.h5 | python3 -c '
import json, sys
told = json.load(sys.stdin)
assert told["hosts"]["count"] == 80 and len(told["metrics"]) == 6 and told["sample_count"] == 400
assert 0 < told["missing_fraction"] < 0.2 and told["jobs"]["count"] == sum(told["jobs"]["states"].values())'
}

models_and_scores_say_how_they_were_made() {
  "$TELLTALE" fit baseline night.h5 -m model.h5 >log 2>&1 || return 1
  "$TELLTALE" score baseline night.h5 -m model.h5 -o scores.h5 >log 2>&1 || return 1
  "$TELLTALE" info model.h5 scores.h5 >out || return 1
  grep -q '^model.h5: a model file' out && grep -q '^scores.h5: a scores file' out && grep -q '^analysis *baseline' out \
    && grep -q '^baseline *[0-9]* rows, [0-9]* with a score' out && grep -q '^settings used' out \
    && "$TELLTALE" info --json scores.h5 | python3 -c 'import json, sys; assert json.load(sys.stdin)["analyses"][0]["rows"] > 0'
}

the_build_names_its_libraries() { "$TELLTALE" info --build | grep -q '^HDF5 *[0-9]'; }

what_is_no_file_of_ours_is_refused() {
  head -c 100000 night.h5 >half.h5
  : >empty.h5
  echo "host,time" >table.csv
  refused 2 'a file is missing' && refused 3 'nowhere.h5: cannot open: No such file' nowhere.h5 \
    && refused 3 'half.h5: is cut off: 100000 of' half.h5 && refused 3 'empty.h5: is empty' empty.h5 \
    && refused 3 'table.csv: is not an HDF5 file' table.csv && refused 3 'not a regular file' . \
    && refused 2 'brie' --brie night.h5
}

check the_table_names_what_there_is
check ranks_change_nothing
check brief_leaves_the_samples_alone
check json_is_one_document
check models_and_scores_say_how_they_were_made
check the_build_names_its_libraries
check what_is_no_file_of_ours_is_refused
[ "$failures" = 0 ]
