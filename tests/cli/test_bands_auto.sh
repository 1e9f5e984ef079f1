#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Bands that `fit mrdmd --bands auto` finds stand in the model, and `score mrdmd` uses them whatever it is told.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() { echo "FAIL $1"; failures=$((failures + 1)); }
cd "$work" || exit 1

"$TELLTALE" synth --hosts 20 --metrics 4 --samples 720 --period-s 60 -o day.h5 >/dev/null 2>&1
for ranks in 1 3; do
    mpirun --oversubscribe --bind-to none -n $ranks "$TELLTALE" fit mrdmd day.h5 --bands auto --window-s 7200 \
        -m model$ranks.h5 >/dev/null 2>err || { fail "fit on $ranks ranks"; cat err; }
    h5dump -d /mrdmd/bands_hz model$ranks.h5 | sed 1,2d | grep '(' >bands$ranks
done
cmp -s bands1 bands3 || fail "bands depend on the ranks"
# The bands that were found, named: a fit that knows them beforehand, and takes features before the modes are there, is the same.
edges=$(h5dump -m %.17g -y -w 1 -d /mrdmd/bands_hz model1.h5 | sed -n '/DATA {/,/}/p' | tr -dc '0-9.e+\n-' | sed '/^$/d' |
    awk 'NR % 2 == 0' | sed '1d;$d' | tr '\n' ,)
"$TELLTALE" fit mrdmd day.h5 --bands-hz "0,${edges}$(awk 'BEGIN { printf "%.17g", 0.5 / 60 }')" --window-s 7200 -m named.h5 >/dev/null 2>err ||
    { fail "fit with bands $edges"; cat err; }
# Only the end of the last band differs, in its last bit: a name may not pass the Nyquist frequency.
h5diff model1.h5 named.h5 /mrdmd >differ 2>&1
[ $? -le 1 ] && ! grep -v /mrdmd/bands_hz differ | grep -q 'dataset\|attribute\|group\|comparable' ||
    { fail "bands that are found make another model than bands that are named"; cat differ; }
h5diff -p 1e-14 model1.h5 named.h5 /mrdmd/bands_hz >/dev/null || fail "the bands were not named as they were found"
for options in "--bands levels" "--bands-hz 0.001,0.002,0.003,0.004,0.005,0.006,0.007,0.008"; do
    # shellcheck disable=SC2086
    "$TELLTALE" score mrdmd day.h5 -m model1.h5 $options -o scores.h5 >/dev/null 2>err || { fail "score $options"; cat err; }
    count=$(h5dump -H -d /mrdmd/bands scores.h5 | sed -n 's/.*SIMPLE { ( \([0-9]*\), 2 ).*/\1/p')
    [ "$count" = "$(h5dump -H -d /mrdmd/bands_hz model1.h5 | sed -n 's/.*SIMPLE { ( 1, \([0-9]*\), 2 ).*/\1/p')" ] ||
        fail "score $options has $count bands"
done
"$TELLTALE" mrdmd day.h5 --bands auto -o x.h5 >/dev/null 2>&1 || fail "mrdmd --bands auto"
[ $failures = 0 ] && echo "ok" || exit 1
