#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# `telltale mrdmd --sampling whole` against its definition written in numpy: inner products, ScaLAPACK (the root of
# 1,000 samples) and TSQR, which smooth input asks for; on several ranks.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() { echo "FAIL $1"; failures=$((failures + 1)); }
python=/usr/bin/python3
"$python" -c 'import h5py, numpy, scipy' 2>/dev/null || { echo "SKIP: python3-h5py, -numpy and -scipy are not installed"; exit 77; }

# whole RANKS KIND OUTPUT ARGUMENT...
whole() {
    local ranks=$1 kind=$2 output=$3
    shift 3
    mpirun --oversubscribe --bind-to none -n "$ranks" "$TELLTALE" mrdmd "$work/$kind.h5" --dataset /a/x --period-s 2 \
        --max-level 4 --sampling whole --save-modes --reconstruct -o "$output" "$@" 2>/dev/null
}
check() { "$python" "$here/mrdmd_whole_reference.py" check "$work/$1.h5" "$work/out.h5"; }
said() { grep -qF "$1" "$work/said" || { fail "not said: $1"; cat "$work/said"; }; }

for kind in noisy constant smooth; do
    "$python" "$here/mrdmd_whole_reference.py" make $kind "$work/$kind.h5"
done
for ranks in 1 2 3; do
    whole $ranks noisy "$work/out.h5" >"$work/said" || fail "noisy on $ranks ranks"
    said "30 by inner products, 1 by ScaLAPACK, 0 by TSQR"
    check noisy || fail "noisy on $ranks ranks is not its definition"
done
whole 2 constant "$work/out.h5" >/dev/null || fail "constant"
check constant || fail "constant is not its definition"

# Inner products lose the small singular values of smooth input, and the spectrum shows it.
whole 1 smooth "$work/out.h5" --precision plain >"$work/said" || fail "smooth, plain"
said "0 by TSQR"
check smooth >/dev/null 2>&1 && fail "inner products suffice for smooth input: the next check shows nothing"
whole 1 smooth "$work/one.h5" >"$work/said" || fail "smooth"
said "31 by TSQR"
cp "$work/one.h5" "$work/out.h5"
check smooth || fail "smooth by TSQR is not its definition"
"$python" -c '
import sys, h5py
group = h5py.File(sys.argv[1])["mrdmd"]
assert group.attrs["tsqr_windows"] == 31 and (group["windows/solver"][:] == 1).all()' "$work/one.h5" || fail "solvers in the file"

# TSQR and inner products have the same bits on any number of ranks.
for ranks in 2 3 4; do
    whole $ranks smooth "$work/out.h5" >/dev/null || fail "smooth on $ranks ranks"
    h5diff "$work/one.h5" "$work/out.h5" /mrdmd /mrdmd >/dev/null || fail "TSQR on $ranks ranks differs from 1"
done
"$TELLTALE" synth --hosts 150 --metrics 3 --samples 400 --period-s 60 -o "$work/day.h5" >/dev/null 2>&1
for ranks in 1 2 3 4; do
    mpirun --oversubscribe --bind-to none -n $ranks "$TELLTALE" mrdmd "$work/day.h5" --sampling whole --max-level 3 \
        --dmd forward_backward --save-modes --reconstruct -o "$work/day$ranks.h5" >/dev/null 2>&1 || fail "day on $ranks ranks"
    h5diff "$work/day1.h5" "$work/day$ranks.h5" /mrdmd /mrdmd >/dev/null || fail "inner products on $ranks ranks differ from 1"
done

"$TELLTALE" mrdmd "$work/day.h5" --sampling whole --state "$work/state" -o "$work/x.h5" >"$work/said" 2>&1
[ $? = 2 ] || fail "--state with whole windows is not refused"
said "point or pooled alone"
[ -e "$work/x.h5" ] && fail "a refused run left an output"
[ $failures = 0 ] && echo "ok" || exit 1
