#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# `telltale mrdmd --extrapolate`: a linear system is continued, the same bits on several ranks, limits are told.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() { echo "FAIL $1"; failures=$((failures + 1)); }
python=/usr/bin/python3
"$python" -c 'import h5py, numpy' 2>/dev/null || { echo "SKIP: python3-h5py and -numpy are not installed"; exit 77; }

"$python" -c '
import sys, h5py, numpy as np
random = np.random.default_rng(1)
t = np.arange(500)
x = 40 + 5 * random.normal(size=(600, 1)) + 3 * np.exp(-t / 400) * np.cos(2 * np.pi * t / 480 + random.uniform(0, 6, (600, 1)))
with h5py.File(sys.argv[1], "w") as file:
    file["x"] = x[:, :400]
    file["after"] = x[:, 400:]' "$work/x.h5"

for sampling in point pooled whole; do
    "$TELLTALE" mrdmd "$work/x.h5" --dataset /x --period-s 10 --max-level 2 --sampling $sampling --extrapolate 100 \
        -o "$work/$sampling.h5" >"$work/said" 2>&1 || { fail "$sampling"; cat "$work/said"; }
    grep -q "forecast of 100 samples by [0-9]* modes; [0-9]* that grow are held" "$work/said" || fail "nothing said of the forecast"
    "$python" - "$work/x.h5" "$work/$sampling.h5" <<'PYTHON' || fail "$sampling is no continuation"
import sys, h5py, numpy as np
after = h5py.File(sys.argv[1])["after"][:]
group = h5py.File(sys.argv[2])["mrdmd"]
worst = abs(group["forecast"][:] - after).max()
print(f"forecast {worst:.1e} off, {group.attrs['forecast_modes']} modes, {group.attrs['forecast_modes_held']} held")
assert group["forecast"].shape == after.shape and worst < 1e-5 and group.attrs["forecast_modes"] >= 3
PYTHON
done
for ranks in 2 3; do
    mpirun --oversubscribe --bind-to none -n $ranks "$TELLTALE" mrdmd "$work/x.h5" --dataset /x --period-s 10 --max-level 2 \
        --extrapolate 100 -o "$work/ranks.h5" >/dev/null 2>&1 || fail "$ranks ranks"
    h5diff "$work/point.h5" "$work/ranks.h5" /mrdmd /mrdmd >/dev/null || fail "$ranks ranks differ from 1"
done

# refuse TEXT ARGUMENT...
refuse() {
    local text=$1 got
    shift
    "$TELLTALE" mrdmd "$work/x.h5" --dataset /x --period-s 10 "$@" -o "$work/refused.h5" >"$work/said" 2>&1
    got=$?
    [ $got = 2 ] && grep -qF -- "$text" "$work/said" && [ ! -e "$work/refused.h5" ] && return
    fail "$*: status $got"
    cat "$work/said"
}
refuse "of more than as many" --extrapolate 401
refuse "does not go with --state" --extrapolate 10 --state "$work/state"
refuse "extrapolate" --extrapolate -1
[ $failures = 0 ] && echo "ok" || exit 1
