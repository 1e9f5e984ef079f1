#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# --join: nights that follow one another are one span for `fit`, `score`, `graph` and `report`, with the bits of one file
# that holds the whole span.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
python3 -c 'import h5py, numpy' 2>/dev/null || { echo "SKIP: python3-h5py and -numpy are not installed"; exit 77; }

"$TELLTALE" synth --hosts 12 --metrics 8 --samples 480 --period-s 120 --anomalies 8 --seed 6 -o whole.h5 >made 2>&1 || { cat made; exit 1; }

# night NAME FIRST END: the samples [FIRST, END) of whole.h5 in a file of their own, with the jobs, events and labels that
# its logs would know by then: who still runs has no end.
cat >night.py <<'PYTHON'
import h5py, numpy as np

def night(name, first, end, change=lambda file: None):
    with h5py.File("whole.h5") as whole, h5py.File(name, "w") as file:
        file.attrs.update(whole.attrs)
        period = float(whole.attrs["period_s"])
        starts = int(whole.attrs["start_unix_s"]) + first * period
        ends = starts + (end - first) * period
        file.attrs["start_unix_s"] = np.int64(starts)
        for group in ("hosts", "metrics"): whole.copy(group, file)
        values = whole["telemetry/values"]
        file.create_dataset("telemetry/values", data=values[:, first:end], chunks=(12, end - first, values.shape[2]))
        if "counter_base" in whole["telemetry"]: whole.copy("telemetry/counter_base", file["telemetry"])
        jobs = {key: column[:] for key, column in whole["jobs"].items()}
        is_kept = (jobs["start_unix_s"] < ends) & ((jobs["end_unix_s"] < 0) | (jobs["end_unix_s"] > starts))
        told = whole["labels/job"][(whole["labels/start_unix_s"][:] < ends) & (whole["labels/end_unix_s"][:] > starts)]
        is_kept[told[told >= 0]] = True
        kept = np.flatnonzero(is_kept)
        runs = jobs["end_unix_s"] > ends
        jobs["end_unix_s"][runs] = -1
        jobs["state"][runs] = b"RUNNING"
        hosts = [jobs["host_index"][jobs["host_first"][j]:jobs["host_first"][j + 1]] for j in kept]
        for key, column in jobs.items():
            if not key.startswith("host_"):
                file.create_dataset("jobs/" + key, data=column[kept], dtype=whole["jobs/" + key].dtype)
        file.create_dataset("jobs/host_index", data=np.concatenate([np.zeros(0, "i4"), *hosts]).astype("i4"))
        file.create_dataset("jobs/host_first", data=np.cumsum([0] + [len(h) for h in hosts]).astype("i8"))
        number = np.full(len(runs) + 1, -1)
        number[kept] = np.arange(len(kept))
        for group, of in (("events", lambda g: (g["unix_s"][:] >= starts) & (g["unix_s"][:] < ends)),
                          ("labels", lambda g: (g["start_unix_s"][:] < ends) & (g["end_unix_s"][:] > starts))):
            is_of = of(whole[group])
            for key, column in whole[group].items():
                column_values = column[:][is_of]
                if key == "job": column_values = number[column_values]
                file.create_dataset(f"{group}/{key}", data=column_values, dtype=column.dtype)
        change(file)

def period(file): file.attrs["period_s"] = 60.0
def off(file): file.attrs["start_unix_s"] += 30
def unit(file): file["metrics/unit"][0] = "furlong"
PYTHON
python3 - <<'PYTHON' || exit 1
from night import night, period, off, unit
import h5py
night("a.h5", 0, 200)
night("b.h5", 200, 480)
night("early.h5", 0, 20)
night("late.h5", 460, 480)
night("over.h5", 150, 480)
for change in period, off, unit: night(change.__name__ + ".h5", 200, 480, change)
with h5py.File("whole.h5") as whole, h5py.File("b.h5") as b: # the nights share what makes it worth the while
    known = whole["jobs/id"][:]
    assert len(set(h5py.File("a.h5")["jobs/id"][:]) & set(b["jobs/id"][:])) > 0
    assert len(b["events/unix_s"]) + len(h5py.File("a.h5")["events/unix_s"]) == len(whole["events/unix_s"]) > 0
    assert len(b["labels/host"]) > 0 and len(h5py.File("a.h5")["labels/host"]) > 0
PYTHON

# the_same FILE FILE: all arrays and attributes but which files were read, and by which settings
the_same() {
  python3 - "$@" <<'PYTHON'
import sys, h5py, numpy as np
def all_of(path):
    found = {}
    with h5py.File(path) as file:
        def visit(name, item):
            if isinstance(item, h5py.Dataset): found[name] = (str(item.dtype), item.shape, item[()].tobytes() if item.dtype.kind != "O" else list(item[()]))
            for key, value in item.attrs.items(): found[name, key] = np.asarray(value).tobytes() if not isinstance(value, str) else value
        file.visititems(visit)
        visit("", file)
    for key in "facility_files", "joined", "settings": found.pop(("", key), None)
    return found
one, other = map(all_of, sys.argv[1:])
differ = [key for key in set(one) | set(other) if one.get(key) != other.get(key)]
assert not differ, differ
assert len(one) > 8
PYTHON
}

# joined RANKS ANALYSIS OPTION...: models and scores of the nights in any order are those of the whole file
joined() {
  local ranks=$1 analysis=$2
  shift 2
  fine fit "$analysis" whole.h5 "$@" -m whole.m
  run "$ranks" fit "$analysis" b.h5 a.h5 --join "$@" -m nights.m
  [ "$status" = 0 ] || { cat err; return 1; }
  the_same whole.m nights.m
  fine score "$analysis" whole.h5 -m whole.m --evaluate -o whole.s
  grep -v '^wrote' out >whole.said
  run "$ranks" score "$analysis" a.h5 b.h5 --join -m whole.m --evaluate -o nights.s
  [ "$status" = 0 ] || { cat err; return 1; }
  the_same whole.s nights.s
  grep -v '^wrote' out >nights.said
  diff whole.said nights.said
  fine info nights.s
  grep -q '^ *as one span of time$' out
  python3 -c 'import h5py; s = h5py.File("nights.s").attrs; assert s["facility_files"].splitlines() == ["a.h5", "b.h5"] and s["joined"] == 1; assert "join: true" in s["settings"]'
}
baseline_of_joined_nights_is_that_of_the_whole() { joined 2 baseline; }
mrdmd_of_joined_nights_is_that_of_the_whole() {
  joined 3 mrdmd --roots both
  fine report whole.s --summary whole.json -o whole.html
  fine report nights.s --summary nights.json -o nights.html
  python3 - <<'PYTHON'
import json
whole, nights = (json.load(open(name)) for name in ("whole.json", "nights.json"))
for page in whole, nights:
    for key in "settings", "created_unix_s", "stages", "ranks", "run": page.pop(key, None)
assert whole == nights, [key for key in whole if whole[key] != nights.get(key)]
PYTHON
  mkdir elsewhere
  mv a.h5 b.h5 elsewhere
  says 3 'a.h5' report nights.s -o no.html
  fine report nights.s --facility-file elsewhere -o moved.html
  mv elsewhere/?.h5 .
  not test -e no.html
}
forecast_and_its_graph_reach_across_midnight() {
  local options=(--window 16 --epochs 1)
  joined 2 forecast "${options[@]}"
  fine graph whole.h5 -m whole.m --windows 64 -o whole_graph.h5
  run 3 graph b.h5 a.h5 --join -m whole.m --windows 64 -o nights_graph.h5
  [ "$status" = 0 ]
  the_same whole_graph.h5 nights_graph.h5
  cmp whole_graph.csv nights_graph.csv
  cmp whole_graph.graphml nights_graph.graphml
  # apart, the first samples of the second night are not judged
  fine score forecast a.h5 b.h5 -m whole.m -o apart.s
  python3 - <<'PYTHON'
import h5py, numpy as np
apart, joined = (np.isfinite(h5py.File(name)["forecast/score"][:]) for name in ("apart.s", "nights.s"))
assert joined[:, 200:].sum() > apart[:, 200:].sum()
PYTHON
}
a_configuration_may_say_so() {
  printf 'score: {join: true}\n' >join.yaml
  fine fit baseline a.h5 b.h5 --join -m m.m
  fine score baseline a.h5 b.h5 -m m.m --config join.yaml -o s.h5
  python3 -c 'import h5py; assert h5py.File("s.h5").attrs["joined"] == 1'
}
one_file_is_the_shortest_span() {
  fine fit baseline a.h5 -m one.m
  fine fit baseline a.h5 --join -m joined.m
  h5diff one.m joined.m
}
what_cannot_be_one_span_is_refused() {
  local command options
  fine fit baseline whole.h5 -m m.h5
  for command in fit score; do
    options=(baseline --join -m no.h5)
    [ $command = fit ] || options=(baseline --join -m m.h5 -o no.h5)
    says 3 'a.h5 and over.h5 overlap by 50 samples' $command "${options[@]}" a.h5 over.h5
    says 3 'early.h5 to late.h5: more samples are missing between the nights than the 40 that they hold; read them apart' \
      $command "${options[@]}" early.h5 late.h5
    says 3 'period.h5: one sample each 60 s, but a.h5 has one each 120 s' $command "${options[@]}" a.h5 period.h5
    says 3 'off.h5: begins 0.25 of a sample off those of a.h5' $command "${options[@]}" a.h5 off.h5
    says 3 'unit.h5: metric ' $command "${options[@]}" a.h5 unit.h5
    says 3 'none.h5' $command "${options[@]}" a.h5 none.h5
  done
  not test -e no.h5
}

for name in $(declare -F | sed 's/declare -f //' | grep '_.*_.*_'); do check "$name"; done
finish
