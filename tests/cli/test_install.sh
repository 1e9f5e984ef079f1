#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# An installed Telltale is found by CMake and by pkg-config, wherever it was put.
set -eu
build=$(cd "$(dirname "$TELLTALE")/../.." && pwd)
if grep -qE '^TELLTALE_(SANITIZE:[A-Z]+=.+|COVERAGE:[A-Z]+=(true|ON|1))' "$build/CMakeCache.txt"; then
  echo "skipped: a build with sanitizers or coverage is not one to install"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
prefix="$folder/a place"
cmake --install "$build" --prefix "$prefix" >/dev/null

"$prefix/bin/telltale" --version | grep -q '^telltale [0-9]'
echo "ok   the installed program runs"

cat >"$folder/mine.c" <<'C'
#include <telltale/comm.h>
#include <telltale/store.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    struct comm *comm = comm_start(&argc, &argv);
    printf("ranks %d\n", comm_size(comm));
    comm_stop(&comm);
    return 0;
}
C
cat >"$folder/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(mine LANGUAGES C)
find_package(telltale REQUIRED)
add_executable(mine mine.c)
target_link_libraries(mine PRIVATE telltale::telltale)
CMAKE
cmake -G Ninja -S "$folder" -B "$folder/b" -DCMAKE_PREFIX_PATH="$prefix" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
cmake --build "$folder/b" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
"$folder/b/mine" | grep -qx 'ranks 1'
echo "ok   find_package(telltale) gives a program that runs"

mv "$prefix" "$folder/place"
PKG_CONFIG_PATH=$(dirname "$(find "$folder/place" -name telltale.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046 # words for the compiler
mpicc "$folder/mine.c" $(pkg-config --cflags --libs telltale) -o "$folder/mine"
"$folder/mine" | grep -qx 'ranks 1'
echo "ok   pkg-config's words give a program that runs, after the installed folder was moved"
