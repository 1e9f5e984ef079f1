#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# `telltale mrdmd --state`: appended samples, the bits of a whole decomposition, old samples not read again.
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
of_matrix() { "$TELLTALE" mrdmd "$1" --dataset x --period-s 2 --max-level 5 --save-modes "${@:2}" 2>err; }
bytes() { sed -n 's/.* \([0-9]*\) bytes of samples read$/\1/p' "$1"; }

# Every root of a state that grew has the bits of its samples decomposed alone; the first is a batch run's.
for end in 800 830 850 1000 1590 1700; do
    tool matrix m$end.h5 $end 0
    of_matrix m$end.h5 --state state.h5 -o grown$end.h5 >said$end || { fail "update to $end"; cat err; }
done
tool matrix part.h5 900 800
of_matrix m800.h5 -o first.h5 >/dev/null && tool root grown1000.h5 first.h5 0 || fail "the base is a batch run's"
of_matrix part.h5 --max-level 2 -o second.h5 >/dev/null || fail "a part by itself"
[ "$(tool roots grown1590.h5)" = "0+800 800+100 900+100 1000+100 1100+100 1200+100 1300+100 1400+100 1500+90" ] ||
    fail "roots: $(tool roots grown1590.h5)"
tool root grown1590.h5 second.h5 1 || fail "an appended root has the bits of its samples alone"
# Twice the samples: the whole becomes one tree again.
of_matrix m1700.h5 -o whole.h5 >/dev/null && tool root grown1700.h5 whole.h5 0 || fail "doubled"
h5diff grown1700.h5 whole.h5 /mrdmd/modes/phi >/dev/null || fail "the modes after doubling"
# However it came to be, the result follows from base and length.
rm state.h5
of_matrix m800.h5 --state state.h5 -o x.h5 >/dev/null && of_matrix m1590.h5 --state state.h5 -o x.h5 >/dev/null
h5diff x.h5 grown1590.h5 /mrdmd >/dev/null || fail "steps and one leap differ"
# Read are what is new, once for the modes and once for the state, and the open root's samples in the state.
for end in 850 1000; do
    new=$((end == 850 ? 50 : 200))
    [ "$(bytes said$end)" -le $((700 * 8 * 4 * new)) ] || fail "$(bytes said$end) bytes are too many for $new samples"
done
[ "$(bytes said1590)" -lt $((700 * 8 * 1590)) ] || fail "old samples were read again"

"$TELLTALE" synth --hosts 150 --metrics 6 --samples 700 --period-s 60 -o day.h5 >/dev/null 2>&1
tool cut day.h5 a.h5 500 && tool cut day.h5 b.h5 620 && tool later day.h5 rest.h5 500
for ranks in 1 2 3 4; do
    run() { mpirun --oversubscribe --bind-to none -n $ranks "$TELLTALE" mrdmd "$@" --save-modes --sampling pooled 2>err; }
    mkdir r$ranks && cd r$ranks || exit 1
    for file in a b day; do
        run ../$file.h5 --state state.h5 -o out.h5 >said || { fail "$file on $ranks ranks"; cat err; }
    done
    h5diff ../r1/out.h5 out.h5 >/dev/null || fail "$ranks ranks differ from 1"
    cd ..
    [ $ranks = 3 ] || continue
    cd r3 || exit 1
    rm state.h5
    run ../a.h5 --state state.h5 -o x.h5 >/dev/null && run ../rest.h5 --state state.h5 -o x.h5 >/dev/null ||
        { fail "a file of new samples on $ranks ranks"; cat err; }
    cd ..
    h5diff r$ranks/out.h5 r$ranks/x.h5 /mrdmd >/dev/null || fail "a file of new samples alone, on $ranks ranks"
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
cp r1/state.h5 state.h5
expect 2 "max_level: 6" day.h5 --save-modes --sampling pooled --max-level 5 --state state.h5 -o y.h5
expect 2 "save_modes" day.h5 --sampling pooled --state state.h5 -o y.h5
expect 2 "reconstruct" day.h5 --reconstruct --state new.h5 -o y.h5
expect 3 "has seen 700 samples" a.h5 --save-modes --sampling pooled --state state.h5 -o y.h5
expect 3 "telltale facility" day.h5 --save-modes --state b.h5 -o y.h5
"$TELLTALE" synth --hosts 3 --metrics 6 --samples 900 --period-s 60 -o other.h5 >/dev/null 2>&1
expect 3 "other hosts" other.h5 --save-modes --sampling pooled --state state.h5 -o y.h5
head -c 30000 state.h5 >cut.h5
expect 3 "cut.h5" day.h5 --save-modes --sampling pooled --state cut.h5 -o y.h5
expect 4 "no/folder" a.h5 --state no/folder/state.h5 -o y.h5
expect 2 "is the output, too" day.h5 --state y.h5 -o y.h5
expect 2 "is an input" a.h5 --state a.h5 -o y.h5
[ -e y.h5 ] && fail "a refused run left an output"
[ $failures = 0 ] && echo "ok" || exit 1
