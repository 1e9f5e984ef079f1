#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# `telltale mrdmd --roots`: every job has the tree of its hosts and times.
set -u
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() { echo "FAIL $1"; failures=$((failures + 1)); }
python=/usr/bin/python3
"$python" -c 'import h5py, numpy' 2>/dev/null || { echo "SKIP: python3-h5py and -numpy are not installed"; exit 77; }
cd "$work" || exit 1
tool() { "$python" "$here/mrdmd_update.py" "$@"; }

"$TELLTALE" synth --hosts 16 --metrics 3 --samples 600 --period-s 60 -o day.h5 >/dev/null 2>&1
for ranks in 1 2 3 4; do
    mkdir r$ranks && cd r$ranks || exit 1
    mpirun --oversubscribe --bind-to none -n $ranks "$TELLTALE" mrdmd ../day.h5 --roots both -o both.h5 \
        >/dev/null 2>err || { fail "both on $ranks ranks"; cat err; }
    cd ..
    h5diff r1/both.h5 r$ranks/both.h5 >/dev/null || fail "$ranks ranks differ from 1"
done
"$TELLTALE" mrdmd day.h5 -o cut.h5 >/dev/null 2>&1 && tool root r1/both.h5 cut.h5 0 || fail "the cut beside the jobs"
"$TELLTALE" mrdmd day.h5 --roots job -o jobs.h5 >/dev/null 2>&1 || fail "jobs alone"
for number in 0 3 7; do
    tool job day.h5 part.h5 jobs.h5 $number && "$TELLTALE" mrdmd part.h5 -o part_out.h5 >/dev/null 2>err ||
        { fail "job $number by itself"; cat err; }
    tool root jobs.h5 part_out.h5 $number || fail "root $number is not that of its hosts and times"
done

# expect STATUS TEXT ARGUMENT...: the program's exit status, and a text in its message
expect() {
    local wanted=$1 text=$2 got
    shift 2
    "$TELLTALE" mrdmd "$@" >out 2>err
    got=$?
    [ $got = "$wanted" ] && grep -qF -- "$text" err && [ "$(grep -c ^telltale: err)" = 1 ] && return
    fail "telltale mrdmd $*: status $got, expected $wanted and one line with \"$text\":"
    cat err
}
expect 3 "no job has hosts" part.h5 --roots job -o y.h5
expect 2 "modes at the readings" day.h5 --roots both --save-modes -o y.h5
expect 2 "--state goes on" day.h5 --roots job --state s.h5 -o y.h5
expect 2 "whole windows" day.h5 --roots job --sampling whole -o y.h5
expect 2 "--sampling point or pooled" day.h5 --state s.h5 --sampling whole -o y.h5
expect 2 "has no jobs" cut.h5 --dataset /mrdmd/bands --period-s 1 --roots job -o y.h5
[ -e y.h5 ] && fail "a refused run left an output"
[ $failures = 0 ] && echo "ok" || exit 1
