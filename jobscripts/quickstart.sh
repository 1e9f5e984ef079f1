#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# From nothing to a report: packages, build, a made-up facility with known trouble, one night over it.
set -euo pipefail

hosts=256 metrics=16 period_s=60 samples=1440 ranks=2 seed=1
# Real incidents last minutes and are faint (synth's defaults); these last hours, and are three times as strong.
anomalies=(--anomaly-median-steps 120 --anomaly-strength 3)

usage() {
  cat <<TXT
usage: jobscripts/quickstart.sh [--dir FOLDER] [--ranks N] [--no-install]

Installs what is missing (Debian, Ubuntu; elsewhere it is named), builds telltale, makes a facility of $hosts hosts x
$metrics metrics: three healthy days and a fourth with known anomalies, runs \`telltale nightly\` over the
fourth day, and prints what was found against what was planted, and where the page is.

  --dir FOLDER  where to make telltale-quickstart/ for the facility and the night (default build)
  --ranks N     MPI ranks (default $ranks)
  --no-install  do not look for missing packages
  --help        this text

It may be run again: packages and build are kept, the facility and the night are made anew. The network is used only
while packages are missing.
TXT
}

say() { printf '\n== %s\n' "$*"; }
die() { printf 'quickstart: %s\n' "$*" >&2; exit 2; }

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
parent=$top/build
should_install=1

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      --dir) [ $# -gt 1 ] || die "--dir needs a folder"; parent=$2; shift
        case $parent in /*) ;; *) parent=$PWD/$parent ;; esac ;;
      --ranks) [ $# -gt 1 ] || die "--ranks needs a number"; ranks=$2; shift ;;
      --no-install) should_install=0 ;;
      --help | -h) usage; exit 0 ;;
      *) usage >&2; exit 2 ;;
    esac
    shift
  done
  case $ranks in '' | *[!0-9]* | 0) die "--ranks $ranks: expected a number from 1" ;; esac
}

# Started with sudo: root is wanted for the packages only, the rest belongs to who typed it.
leave_root() {
  if [ "$(id -u)" = 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ] && command -v runuser >/dev/null; then
    exec runuser -u "$SUDO_USER" -- env -u SUDO_USER HOME="$(getent passwd "$SUDO_USER" | cut -d : -f 6)" \
      bash "$top/jobscripts/quickstart.sh" --no-install "$@"
  fi
}

build() {
  local log=build/quickstart-build.log
  mkdir -p build 2>/dev/null || true
  [ -w build ] || die "cannot write into $top/build"
  # Run from the top folder with relative names, for a folder's name may hold spaces.
  if ! { cmake --preset release -DBUILD_TESTING=OFF && cmake --build build/release; } >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    die "the build failed; all of its output is in $top/$log"
  fi
}

program() { printf '%s\n' "$top/build/release/src/cli/telltale"; }

on_ranks() {
  local words=(-n "$ranks" --bind-to none)
  if [ "$ranks" -gt "$(nproc)" ]; then words+=(--oversubscribe); fi
  if [ "$(id -u)" = 0 ]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
  OPENBLAS_NUM_THREADS=1 mpirun "${words[@]}" "$(program)" "$@"
}

# Four days of one facility: three healthy ones, then one with planted anomalies that its labels tell of. One
# day shows too little of what jobs do to a host: more of the next day would look unusual.
make_facility() {
  local size=(--hosts "$hosts" --metrics "$metrics" --samples "$samples" --period-s "$period_s" --seed "$seed")
  local night
  for night in 0 1 2; do on_ranks synth "${size[@]}" --night $night --anomalies none -o day$night.h5; done
  on_ranks synth "${size[@]}" --night 3 "${anomalies[@]}" -o day3.h5
}

main() {
  read_options "$@"
  if [ "$should_install" = 1 ]; then
    say "Packages"
    bash "$top/jobscripts/install-packages.sh" build
    echo "all there"
  fi
  leave_root "$@"
  cd "$top"

  say "Build"
  build
  "$(program)" --version

  # A folder with a name of our own, whatever --dir said: nothing else is ever removed.
  local folder=$parent/telltale-quickstart
  mkdir -p "$folder" || die "cannot make the folder $folder"
  cd "$folder"
  rm -rf nights

  say "A made-up facility in $folder"
  make_facility

  echo "The planted anomalies are longer and three times stronger than on real nodes: telltale synth --help."

  say "One night on $ranks ranks"
  on_ranks nightly --config "$top/configs/quickstart.yaml"

  say "The page"
  find "$PWD/nights" -name report.html
  echo "Open it in a browser; it needs no network. scores.h5 and summary.json stand beside it."
}

main "$@"
