#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Every tool that looks at the sources, in the order of what it costs.  All of them run, then the verdicts are listed.
# shellcheck disable=SC2317 # the steps are called by their names
set -uo pipefail

steps=(length format spelling shell manual cppcheck debug tidy sanitize)

usage() {
  cat <<TXT
usage: tests/check.sh [STEP...]

Steps, all of them when none is named: ${steps[*]}
  length    files and functions within their limits        seconds
  format    clang-format 14 has nothing to change           seconds
  spelling  codespell                                       seconds
  shell     shellcheck over the scripts                     seconds
  manual    doxygen reads include/ without a warning        seconds
  cppcheck  cppcheck over src/                              a minute
  debug     gcc build with -Werror and the tests            minutes
  tidy      clang build with -Werror and clang-tidy         minutes
  sanitize  build and tests under ASan and UBSan            minutes
  coverage  not part of all: lines covered by the tests, as a table
TXT
}

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top" || exit 1
jobs=$(nproc 2>/dev/null || echo 2)
mapfile -t c_files < <(find src include tests -name '*.[ch]' -not -path '*/node_modules/*' | sort)
mapfile -t scripts < <(find jobscripts tests .ci -type f \( -name '*.sh' -o -name '*.sbatch' -o -name run \) -not -path '*/node_modules/*' -not -path '*/seeds/*' | sort)

step_length() { awk -f tests/support/length.awk "${c_files[@]}"; }
step_format() { clang-format --dry-run --Werror "${c_files[@]}"; }
step_spelling() { codespell --skip 'node_modules,package-lock.json,seeds' src include tests cmake jobscripts configs docs README.md CHANGELOG.md; }
step_shell() { shellcheck --severity=warning --exclude=SC1091 "${scripts[@]}"; }
step_manual() { mkdir -p build/manual && doxygen docs/Doxyfile >/dev/null; }

step_cppcheck() {
  cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
    --suppress=missingIncludeSystem -j "$jobs" -I include src
}

build() { cmake --preset "$1" >/dev/null && cmake --build "build/$1" -j "$jobs"; }

step_debug() { build debug && ctest --test-dir build/debug --output-on-failure -j "$jobs" -LE style; }
step_sanitize() { build sanitize && ctest --test-dir build/sanitize --output-on-failure -j "$jobs" -LE 'slow|style'; }

step_tidy() {
  build tidy || return 1
  # What is compiled by itself; failing_calls.c takes the place of libc's functions, with their names and ways.
  python3 -c 'import json; print(*sorted({row["file"] for row in json.load(open("build/tidy/compile_commands.json"))}), sep="\n")' \
    | grep -v -e '/build/' -e failing_calls.c | xargs -P "$jobs" -n 4 clang-tidy --quiet -p build/tidy 2>&1 | grep -v 'warnings generated'
  return "${PIPESTATUS[2]}"
}

step_coverage() {
  # What was installed cannot be linked without the flags of the coverage.
  build coverage && ctest --test-dir build/coverage -j "$jobs" -LE 'style|slow' -E '^cli.install$'
  gcovr --root . --filter src/ build/coverage
}

case ${1:-} in
  --help | -h) usage; exit 0 ;;
  '') set -- "${steps[@]}" ;;
esac
for step in "$@"; do
  declare -F "step_$step" >/dev/null || { usage >&2; exit 2; }
done

verdicts=()
status=0
for step in "$@"; do
  printf '== %s\n' "$step"
  SECONDS=0
  if "step_$step"; then verdict=ok; else verdict=FAILED status=1; fi
  verdicts+=("$(printf '%-9s %-7s %4d s' "$step" "$verdict" "$SECONDS")")
done
printf '\n'
printf '%s\n' "${verdicts[@]}"
exit "$status"
