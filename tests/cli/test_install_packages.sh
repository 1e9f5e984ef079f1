#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# jobscripts/install-packages.sh on a system without a package manager that it knows.
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

# check NAME COMMAND...
check() {
  local name=$1
  shift
  if "$@"; then
    echo "ok   $name"
  else
    echo "FAIL $name"
    failures=$((failures + 1))
  fi
}

# A machine with a shell, a few tools, an MPI compiler, and nothing else.
for tool in bash cat cut grep head sed sort tr; do
  ln -s "$(command -v "$tool")" "$folder/$tool"
done
printf '#!/bin/sh\n' >"$folder/mpicc"
chmod +x "$folder/mpicc"

install_there() { PATH=$folder bash "$top/jobscripts/install-packages.sh" "$@" >"$folder/out" 2>&1; }

missing_things_are_named_for_each_kind_of_system() {
  local word
  install_there build
  [ $? = 2 ] || return 1
  for word in 'HDF5 built with MPI' libhdf5-openmpi-dev hdf5-openmpi-devel hdf5+mpi 'module load' PKG_CONFIG_PATH; do
    grep -qF -- "$word" "$folder/out" || return 1
  done
}

what_is_there_is_not_named() { ! grep -qF 'MPI compiler' "$folder/out" && ! grep -q 'libopenmpi-dev' "$folder/out"; }

unknown_words_are_wrong_use() {
  install_there everything
  [ $? = 2 ] && grep -q '^usage' "$folder/out"
}

check missing_things_are_named_for_each_kind_of_system missing_things_are_named_for_each_kind_of_system
check what_is_there_is_not_named what_is_there_is_not_named
check unknown_words_are_wrong_use unknown_words_are_wrong_use
[ "$failures" = 0 ]
