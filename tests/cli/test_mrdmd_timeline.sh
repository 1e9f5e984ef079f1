#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Nights that follow one another are one timeline for `mrdmd`: with the bits of one file that holds the whole span.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
python3 -c 'import h5py, numpy' 2>/dev/null || { echo "SKIP: python3-h5py and -numpy are not installed"; exit 77; }

"$TELLTALE" synth --hosts 70 --metrics 8 --samples 960 --silent-share 0 -o made.h5 >made 2>&1

# write NAME FIRST COUNT: the samples [FIRST, FIRST + COUNT) of made.h5 in a file of their own. The counters run far beyond
# what single precision counts to, and are held as import holds them: less the first sample of the file.
cat >write.py <<'PYTHON'
import sys, h5py, numpy as np

def counters(values, kinds):
    """Whole numbers that rise through the span, the first metric of a kind: beyond 2^24 on even hosts, in time on every third."""
    at = int(np.flatnonzero(kinds == 1)[0])
    hosts, times, _ = values.shape
    steps = 1 + (np.arange(hosts)[:, None] * 7 + np.arange(times)[None] * 13) % 101
    counts = np.cumsum(steps, axis=1, dtype="f8")
    counts[::2] += 2.0**31 + 5
    counts[1::3] += 2.0**24 - 20000
    return at, counts

def write(name, spans, lacks=(), metric_order=None, **change):
    """Spans of samples from the first one's beginning to the last one's end; hosts of `lacks` have no samples, or are not named."""
    with h5py.File("made.h5") as made, h5py.File(name, "w") as file:
        file.attrs.update(made.attrs)
        kinds = made["metrics/kind"][:]
        values = made["telemetry/values"][:]
        at, counts = counters(values, kinds)
        first, end = spans[0][0], spans[-1][1]
        there = np.zeros(values.shape[1], bool)
        for a, b in spans: there[a:b] = True
        values[:, ~there] = np.nan
        counts = np.where(there[None], counts, np.nan)
        for host, a, b in change.get("gone", ()):
            values[host, a:b] = np.nan
            counts[host, a:b] = np.nan
        values, counts = values[:, first:end], counts[:, first:end]
        kept = [host for host in range(len(values)) if host not in lacks]
        values, counts = values[kept], counts[kept]
        bases = np.zeros((len(kept), values.shape[2]))
        for host, series in enumerate(counts):
            known = series[~np.isnan(series)]
            if len(known) and known.max() > 2**24: bases[host, at] = known[0]
        values[:, :, at] = counts - bases[:, at:at + 1]
        order = list(range(values.shape[2])) if metric_order is None else metric_order
        file.attrs["start_unix_s"] = np.int64(made.attrs["start_unix_s"] + first * made.attrs["period_s"])
        for column in made["hosts"]:
            column_values = made["hosts/" + column][:][kept]
            file.create_dataset("hosts/" + column, data=column_values, dtype=made["hosts/" + column].dtype)
        for column in made["metrics"]:
            file.create_dataset("metrics/" + column, data=made["metrics/" + column][:][order], dtype=made["metrics/" + column].dtype)
        for group in ("events", "labels"): made.copy(group, file)
        jobs = file.create_group("jobs")
        for column in made["jobs"]:
            if column not in ("host_index", "host_first"): made.copy("jobs/" + column, jobs)
        # The jobs' hosts are numbers among those of the file.
        number = {host: i for i, host in enumerate(kept)}
        starts, index = made["jobs/host_first"][:], made["jobs/host_index"][:]
        lists = [[number[h] for h in index[a:b] if h in number] for a, b in zip(starts, starts[1:])]
        jobs.create_dataset("host_first", data=np.cumsum([0] + [len(x) for x in lists]).astype("i8"))
        jobs.create_dataset("host_index", data=np.array(sum(lists, []), "i4"))
        if lacks: # labels and events of the others have numbers of their own; no decomposition reads them
            for group in ("events", "labels"): file[group + "/host"][:] = -1
        file.create_dataset("telemetry/values", data=values[:, :, order].astype("f4"), chunks=(min(16, len(kept)), end - first, values.shape[2]))
        file.create_dataset("telemetry/counter_base", data=bases[:, order])
PYTHON
python3 - <<'PYTHON' || exit 1
from write import write
write("whole.h5", [(0, 960)])
write("a.h5", [(0, 400)])
write("b.h5", [(400, 960)], metric_order=[3, 0, 1, 2, 7, 6, 5, 4])
write("b_same.h5", [(400, 960)])
write("gap.h5", [(0, 400), (420, 960)])
write("late.h5", [(420, 960)])
write("a_less.h5", [(0, 400)], lacks=(5, 33))
write("b_less.h5", [(400, 960)], lacks=(9, 33))
write("less.h5", [(0, 960)], lacks=(33,), gone=((5, 0, 400), (9, 400, 960)))
write("c.h5", [(0, 320)])
write("d.h5", [(320, 640)])
write("e.h5", [(640, 960)])
write("far.h5", [(940, 960)])
write("near.h5", [(0, 20)])
PYTHON

# decompose RANKS ARGUMENT...: into modes.out, whose name stands among the settings
decompose() {
  run "$1" mrdmd "${@:2}" -o modes.out
  cat err
  [ "$status" = 0 ]
}

# the_same RANKS WHOLE NIGHT...: both decompositions are equal in every bit
the_same() {
  local ranks=$1 whole=$2 sampling
  shift 2
  for sampling in point pooled; do
    decompose 1 "$whole" --sampling $sampling --max-level 4 --save-modes
    mv modes.out whole.out
    decompose "$ranks" "$@" --sampling $sampling --max-level 4 --save-modes
    h5diff whole.out modes.out
  done
}

the_nights_are_not_empty() {
  decompose 1 a.h5 b_same.h5
  grep -q '^560 readings x 960 samples every 60 s: [0-9]* windows, [1-9][0-9]* modes' out
}
two_nights_are_the_whole() { the_same 1 whole.h5 a.h5 b_same.h5; }
three_nights_in_any_order_on_three_ranks_are_the_whole() { the_same 3 whole.h5 e.h5 c.h5 d.h5; }
metrics_are_joined_by_name() { the_same 2 whole.h5 a.h5 b.h5; }
times_between_nights_are_missing_samples() { the_same 2 gap.h5 a.h5 late.h5; }
hosts_may_come_and_go() { the_same 2 less.h5 a_less.h5 b_less.h5; }
jobs_and_whole_windows_are_those_of_one_file() {
  decompose 1 whole.h5 --roots both
  mv modes.out whole.out
  decompose 2 a.h5 b_same.h5 --roots both
  h5diff whole.out modes.out
  python3 -c 'import h5py; assert (h5py.File("modes.out")["mrdmd/roots/job"][:] >= 0).any()'
  decompose 1 whole.h5 --sampling whole --max-level 2
  mv modes.out whole.out
  decompose 2 a.h5 b_same.h5 --sampling whole --max-level 2
  h5diff whole.out modes.out
}

nights_that_overlap_are_refused() {
  says 3 'a.h5 and d.h5 overlap by 80 samples; nights of one timeline follow each other' mrdmd d.h5 a.h5 -o no.out
  says 3 'a.h5 and a.h5 overlap by 400 samples' mrdmd a.h5 a.h5 -o no.out
  not test -e no.out
}
another_cadence_is_refused() {
  cp b_same.h5 period.h5
  cp b_same.h5 off.h5
  python3 - <<'PYTHON'
import h5py
with h5py.File("period.h5", "a") as file: file.attrs["period_s"] = 30.0
with h5py.File("off.h5", "a") as file: file.attrs["start_unix_s"] += 15
PYTHON
  says 3 'period.h5: one sample each 30 s, but a.h5 has one each 60 s' mrdmd a.h5 period.h5 -o no.out
  says 3 'off.h5: begins 0.25 of a sample off those of a.h5, one each 60 s' mrdmd a.h5 off.h5 -o no.out
  not test -e no.out
}
another_unit_is_refused() {
  cp b_same.h5 unit.h5
  python3 -c 'import h5py; file = h5py.File("unit.h5", "a"); file["metrics/unit"][0] = "furlong"'
  says 3 'unit.h5: metric ' mrdmd a.h5 unit.h5 -o no.out
  grep -q 'in "furlong", but before' err
  not test -e no.out
}
weeks_that_are_missing_are_not_made_up() {
  says 3 'near.h5 to far.h5: more samples are missing between the nights than the 40 that they hold' mrdmd near.h5 far.h5 -o no.out
}
a_state_and_a_matrix_are_of_one_file() {
  says 2 '--state goes on by one FILE at a time; 2 are named' mrdmd a.h5 b_same.h5 --state s.h5 -o no.out
  says 2 '--dataset is of one FILE; 2 are named' mrdmd a.h5 b_same.h5 --dataset telemetry/values --period-s 60 -o no.out
  says 3 'none.h5' mrdmd a.h5 none.h5 -o no.out
  not test -e no.out
  not test -e s.h5
}

for name in $(declare -F | sed 's/declare -f //' | grep '_.*_.*_'); do check "$name"; done
finish
