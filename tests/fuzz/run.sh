#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Fuzz every parser and reader for some seconds each; see tests/fuzz/CMakeLists.txt for the targets.
set -uo pipefail

usage() {
  cat <<'TXT'
usage: tests/fuzz/run.sh [SECONDS [TARGET...]]

Builds the fuzz targets with clang, tries every committed seed, then new inputs for SECONDS (default 5) a target,
and prints a table. What was learnt stays in build/fuzz/corpus and is used again; an input that ends a
target stays in build/fuzz/findings and is named. Exit status 1 where there is one, 2 where nothing can be built.

With nothing learnt before, inputs are the same in every run: TELLTALE_FUZZ_SEED, a number, asks for others.

  TARGET  name without fuzz_, such as source_csv; all where none is named
  --help  this text
TXT
}

case ${1:-} in -h | --help) usage; exit 0 ;; esac
seconds=${1:-5}
case $seconds in '' | *[!0-9]*) usage >&2; exit 2 ;; esac
[ $# -eq 0 ] || shift

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$top" || exit 2
mkdir -p build/fuzz
{ cmake --preset fuzz && cmake --build build/fuzz; } >build/fuzz/build.log 2>&1 || { tail -n 30 build/fuzz/build.log >&2; exit 2; }

export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_ess_singleton_isolated=1 OMPI_MCA_pml=ob1
# Open MPI keeps its hands off the signals that libFuzzer waits for.
export OMPI_MCA_opal_signal='' OPENBLAS_NUM_THREADS=1
# Leaks: every target checks the balance of our own allocations. What the operating system refuses is not our bug.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1

# fuzz TARGET: one target; its line of the table.
fuzz() {
  local name=$1 seconds=$2 corpus=build/fuzz/corpus/$1 found=build/fuzz/findings/$1 log=build/fuzz/$1.log status=0 verdict=ok
  local seeds=tests/fuzz/seeds/$name
  [ -d "$seeds" ] || { echo "$name has no seeds in $seeds" >&2; return 1; }
  mkdir -p "$corpus" "$found"
  "build/fuzz/tests/fuzz/fuzz_$name" "$corpus" "$seeds" -max_total_time="$seconds" -seed="${TELLTALE_FUZZ_SEED:-1}" -timeout=10 -rss_limit_mb=2048 \
    -dict=tests/fuzz/words.dict -artifact_prefix="$found/" -print_final_stats=1 >"$log" 2>&1 || status=$?
  if [ "$status" != 0 ]; then
    verdict="FAILED: $(grep -ao 'build/fuzz/findings/[^ ]*' "$log" | tail -n 1), see $log"
  fi
  printf '%-20s %10s runs %8s a second %6s edges  %s\n' "$name" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
    "$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")" \
    "$(grep -ao ' cov: [0-9]*' "$log" | tail -n 1 | tr -dc 0-9)" "$verdict"
  return "$status"
}

if [ $# -eq 0 ]; then
  for program in build/fuzz/tests/fuzz/fuzz_*; do
    [ -x "$program" ] && [ -f "$program" ] && set -- "$@" "${program##*/fuzz_}"
  done
fi
export -f fuzz
printf '%s\n' "$@" | xargs -P "$(nproc)" -I '{}' bash -c 'fuzz "$1" "$2"' _ '{}' "$seconds" || exit 1
