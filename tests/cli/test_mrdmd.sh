#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# `telltale mrdmd` against its definition written in numpy, the same bits on several ranks, its messages.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() { echo "FAIL $1"; failures=$((failures + 1)); }
python=/usr/bin/python3
"$python" -c 'import h5py, numpy, scipy' 2>/dev/null || { echo "SKIP: python3-h5py, -numpy and -scipy are not installed"; exit 77; }

# expect STATUS TEXT ARGUMENT...: the program's exit status, and a text in its message
expect() {
    local wanted=$1 text=$2 got
    shift 2
    "$TELLTALE" "$@" >"$work/out" 2>"$work/err"
    got=$?
    [ $got = "$wanted" ] && grep -qF -- "$text" "$work/err" && [ "$(grep -c ^telltale: "$work/err")" = 1 ] && return
    fail "telltale $*: status $got, expected $wanted and one line with \"$text\":"
    cat "$work/err"
}

for kind in noisy smooth constant gappy; do
    "$python" "$here/mrdmd_reference.py" make $kind "$work/$kind.h5"
    for sampling in point pooled; do
        "$TELLTALE" mrdmd "$work/$kind.h5" --dataset /a/x --period-s 2 --max-level 4 --sampling $sampling \
            --save-modes --reconstruct -o "$work/out.h5" >/dev/null 2>&1 || fail "mrdmd of $kind"
        echo -n "$kind, "
        "$python" "$here/mrdmd_reference.py" check "$work/$kind.h5" "$work/out.h5" $sampling || fail "$kind $sampling"
    done
done

"$TELLTALE" synth --hosts 150 --metrics 3 --samples 400 --period-s 60 -o "$work/day.h5" >/dev/null 2>&1
for precision in plain precise; do
    for ranks in 1 2 3 4; do
        mkdir "$work/$precision$ranks"
        (cd "$work/$precision$ranks" && mpirun --oversubscribe --bind-to none -n $ranks "$TELLTALE" mrdmd ../day.h5 \
            --sampling pooled --max-level 5 --precision $precision --save-modes --reconstruct -o out.h5) \
            >/dev/null 2>&1 || fail "mrdmd on $ranks ranks"
        h5diff "$work/${precision}1/out.h5" "$work/$precision$ranks/out.h5" >/dev/null \
            || fail "$precision: $ranks ranks differ from 1"
    done
done

expect 3 "cannot open" mrdmd "$work/absent.h5" -o "$work/x.h5"
expect 3 "/nothing" mrdmd "$work/noisy.h5" --dataset /nothing --period-s 2 -o "$work/x.h5"
expect 2 "--period-s is missing" mrdmd "$work/noisy.h5" --dataset /a/x -o "$work/x.h5"
expect 2 "Nyquist" mrdmd "$work/noisy.h5" --dataset /a/x --period-s 2 --bands-hz 0.01,5 -o "$work/x.h5"
expect 2 "max-level" mrdmd "$work/noisy.h5" --dataset /a/x --period-s 2 --max-level 99 -o "$work/x.h5"
expect 2 "missing" mrdmd "$work/noisy.h5" --dataset /a/x --period-s 2
head -c 5000 "$work/day.h5" >"$work/cut.h5"
expect 3 "cut.h5" mrdmd "$work/cut.h5" -o "$work/x.h5"
"$TELLTALE" synth --hosts 2 --metrics 2 --samples 5 -o "$work/short.h5" >/dev/null 2>&1
expect 3 "too few" mrdmd "$work/short.h5" -o "$work/x.h5"
expect 4 "no/folder" mrdmd "$work/day.h5" -o "$work/no/folder/x.h5"
[ -e "$work/x.h5" ] && fail "a refused run left an output"
[ $failures = 0 ] && echo "ok" || exit 1
