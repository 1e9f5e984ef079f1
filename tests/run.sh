#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Install what the tests need, build with warnings as errors, run the tests.
set -euo pipefail

usage() {
  cat <<'TXT'
usage: tests/run.sh [--quick | --full] [--no-install] [-- CTEST OPTION...]

  (none)        every test but those labelled slow
  --quick       the tests labelled unit, parallel and numeric, without the slow ones
  --full        every test, those of faults in their long form, then all once more under AddressSanitizer and UBSan
  --no-install  do not look for missing packages
  --help        this text

What stands after -- goes to ctest: tests/run.sh -- -R store --verbose
The last lines are ctest's own summary; the exit status is its status.
TXT
}

mode=normal
should_install=1
while [ $# -gt 0 ]; do
  case $1 in
    --quick) mode=quick ;;
    --full) mode=full ;;
    --no-install) should_install=0 ;;
    --help | -h) usage; exit 0 ;;
    --) shift; break ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"
jobs=$(nproc 2>/dev/null || echo 2)

if [ "$should_install" = 1 ]; then
  bash jobscripts/install-packages.sh build test style
fi

build() {
  mkdir -p build
  cmake --preset "$1" >"build/configure-$1.log" 2>&1 || { cat "build/configure-$1.log" >&2; exit 1; }
  cmake --build "build/$1" -j "$jobs"
}

run() {
  local preset=$1
  shift
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error -j "$jobs" "$@"
}

build debug
case $mode in
  quick) run debug -L 'unit|parallel|numeric' -LE slow "$@" ;;
  normal) run debug -LE slow "$@" ;;
  full)
    TELLTALE_LONG=1 run debug "$@"
    build sanitize
    run sanitize -LE 'slow|style' "$@"
    ;;
esac
