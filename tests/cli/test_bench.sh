#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# telltale bench: every line is there and plausible, as text and as JSON, on one rank and two. No rate is
# tested: the machine may be busy.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
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

lines_name_value_unit_and_ratio() {
  "$TELLTALE" bench --readings 512 --seconds 0.01 >"$folder/out" || return 1
  grep -Eq '^1 rank at once, kernel (avx512|avx2|portable)' "$folder/out" \
    && grep -Eq '^dot_61x45x512 +[0-9]+\.[0-9]{2} GF/s +[0-9]+\.[0-9]{2} of gemm' "$folder/out" \
    && [ "$(grep -c ' of ' "$folder/out")" -ge 12 ]
}

json_on_two_ranks_holds_the_same_lines() {
  mpirun --bind-to none -n 2 "$TELLTALE" bench --readings 512 --json --seconds 0.01 >"$folder/json" || return 1
  python3 - "$folder/json" <<'PYTHON'
import json, sys
bench = json.load(open(sys.argv[1]))
assert bench["ranks"] == 2
rows = {row["name"]: row for row in bench["rows"]}
assert all(row["value"] > 0 for row in rows.values())
for row in rows.values():
    if "reference" in row:
        assert abs(row["ratio"] - row["value"] / rows[row["reference"]]["value"]) < 1e-6
assert {"fma", "gemm", "read", "dot_61x45x512", "plain_61x45x512", "mrdmd", "mrdmd_small", "training_step", "strtod", "numbers", "rows"} <= set(rows)
PYTHON
}

a_kernel_is_chosen_by_the_environment() {
  TELLTALE_KERNEL=portable "$TELLTALE" bench --readings 512 --seconds 0.01 | grep -q 'kernel portable'
}

an_unknown_kernel_is_wrong_use() {
  TELLTALE_KERNEL=sse9 "$TELLTALE" bench >"$folder/out" 2>"$folder/err"
  [ $? = 2 ] && grep -q 'TELLTALE_KERNEL=sse9: expected avx512, avx2 or portable' "$folder/err" && ! [ -s "$folder/out" ]
}

check lines_name_value_unit_and_ratio
check json_on_two_ranks_holds_the_same_lines
check a_kernel_is_chosen_by_the_environment
check an_unknown_kernel_is_wrong_use
[ "$failures" = 0 ]
