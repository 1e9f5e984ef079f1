#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# fit and score of every analysis and kind of baseline: the same bits on 1, 2, 3 and 4 ranks, also where nights
# have different hosts.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
fail() { echo "FAIL $1"; failures=$((failures + 1)); }

"$TELLTALE" synth --hosts 150 --metrics 8 --samples 480 --anomalies none -o day0.h5 >/dev/null 2>&1 || fail "synth"
"$TELLTALE" synth --hosts 141 --metrics 8 --samples 480 --anomalies none --night 1 -o day1.h5 >/dev/null 2>&1 || fail "synth"
"$TELLTALE" synth --hosts 150 --metrics 8 --samples 480 --night 2 -o day2.h5 >/dev/null 2>&1 || fail "synth"

# run RANKS NAME ANALYSIS OPTION...: fit on two nights and score a third, in a folder of its own
run() {
    local ranks=$1 name=$2 analysis=$3
    shift 3
    mkdir -p "$ranks/$name"
    (cd "$ranks/$name" \
        && mpirun --oversubscribe --bind-to none -n "$ranks" "$TELLTALE" fit "$analysis" ../../day0.h5 ../../day1.h5 -m m.h5 "$@" \
        && mpirun --oversubscribe --bind-to none -n "$ranks" "$TELLTALE" score "$analysis" ../../day2.h5 -m m.h5 -o s.h5) \
        >out 2>err || { fail "$name on $ranks ranks"; head -n 2 err; }
}

for ranks in 1 2 3 4; do
    run $ranks baseline baseline
    run $ranks history mrdmd --window-s 2400
    run $ranks range mrdmd --window-s 2400 --baseline range --baseline-ranges cpu_temp=0:90
    run $ranks job mrdmd --window-s 2400 --baseline job --baseline-user user000
    for name in baseline history range job; do
        for file in m s; do
            h5diff "1/$name/$file.h5" "$ranks/$name/$file.h5" >/dev/null || fail "$name/$file.h5 on $ranks ranks differs from 1"
        done
    done
done
[ $failures = 0 ] && echo ok || exit 1
