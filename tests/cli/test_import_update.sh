#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Several sources into one facility file, at once and one after the other: the same again changes no bit, and a
# source may have a time zone and a clock of its own.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/cli/facility.sh
. "$top/tests/cli/facility.sh"

python3 - <<'PYTHON'
import random
random.seed(1)
def night(name, start, hosts, columns, samples=50, counted=20000000):
    with open(name, "w") as file:
        file.write("time,host," + ",".join(columns) + "\n")
        for t in range(samples):
            for host in hosts:
                cells = [str(counted + 7 * t + len(host)) if c == "count" else f"{random.random() * 100:.2f}" for c in columns]
                file.write(f"{start + 60 * t},{host}," + ",".join(cells) + "\n")
night("first.csv", 1700000000, ["n1", "n2"], ["x", "count"])
night("second.csv", 1700003000, ["n2", "n3"], ["count", "y"], counted=20001000)
night("before.csv", 1699999400, ["n1"], ["x"], samples=5)
night("small.csv", 1700000000, ["n1"], ["count"], samples=40, counted=16776900)
night("large.csv", 1700002400, ["n1"], ["count"], samples=40, counted=16777180)
night("fast.csv", 1700000000, ["n1"], ["x"], samples=50)
text = open("first.csv").read().splitlines(True)
open("half.csv", "w").write(text[0] + "".join(line.replace(line[:10], f"{int(line[:10]) + 30}") for line in text[1:]))
head = "JobID|User|State|Submit|Start|End|NNodes|NodeList\n"
open("jobs.txt", "w").write(head + "1|ann|RUNNING|1700000000|1700000060|Unknown|2|n[1-2]\n2|bob|PENDING|1700000100|Unknown|Unknown|1|\n"
                        "7|x|COMPLETED|1700000100|1700000200|1700000300|1|n9\n")
open("later.txt", "w").write(head + "1|ann|COMPLETED|1700000000|1700000060|1700000600|2|n[1-2]\n2|bob|RUNNING|1700000100|1700000400|Unknown|1|n3\n"
                         "3|c|COMPLETED|1700000100|1700000400|1700000500|1|n3\n")
open("local.txt", "w").write(head + "1|ann|COMPLETED|2023-11-14T23:00:00|2023-11-14T23:13:20|2023-11-14T23:14:20|1|n1\n")
event = "1700000005,n1,fatal,dram,a\n"
open("events.csv", "w").write("time,host,severity,category,message\n" + event + event + "1700000004,n9,warning,net,x\n")
open("labels.csv", "w").write("host,start,end,name\nn1,1700000010,1700000020,memleak\n")
PYTHON
everything=(first.csv second.csv before.csv --jobs jobs.txt --jobs later.txt --events events.csv --labels labels.csv)
first=(first.csv --jobs jobs.txt --events events.csv --labels labels.csv)

"$TELLTALE" import "${everything[@]}" -o all.h5 >out
"$TELLTALE" import "${first[@]}" --update -o plain.h5 >out
cp plain.h5 grown.h5
"$TELLTALE" import second.csv --jobs later.txt --update -o grown.h5 >out
"$TELLTALE" import before.csv --update -o grown.h5 >out

the_same_again_changes_no_bit() {
  fine import "${first[@]}" --update -o a.h5
  cp a.h5 before.h5
  fine import "${first[@]}" --update -o a.h5
  grep -q '7 jobs, events and labels were known already' out
  cmp a.h5 before.h5
  fine import --events events.csv --update -o a.h5
  cmp a.h5 before.h5
  fine import "${first[@]}" -o once.h5
  cmp once.h5 before.h5
}
sources_one_after_the_other_give_what_they_give_at_once() {
  holds grown.h5 'values.shape == (3, 110, 3) and int(file.attrs["start_unix_s"]) == 1699999400'
  python3 - <<'PYTHON'
import h5py, numpy as np
def whole(path):
    file = h5py.File(path)
    values = file["telemetry/values"][:].astype(float) + file["telemetry/counter_base"][:][:, None, :]
    records = [file[kind][name][:].tolist() for kind in ("jobs", "events", "labels", "hosts") for name in sorted(file[kind])]
    metrics = [m.decode() for m in file["metrics/name"][:]]
    return records, {m: values[:, :, i] for i, m in enumerate(metrics)}
(a, x), (b, y) = whole("all.h5"), whole("grown.h5")
assert a == b and x.keys() == y.keys() and all(np.array_equal(x[m], y[m], equal_nan=True) for m in x)
PYTHON
}
an_older_log_takes_nothing_back() {
  cp grown.h5 b.h5
  fine import first.csv --jobs jobs.txt --update -o b.h5
  cmp b.h5 grown.h5
  holds b.h5 'job("1")["state"] == "COMPLETED" and job("1")["end_unix_s"] == 1700000600 and job("2")["state"] == "RUNNING" and job("2")["hosts"] == ["n3"]'
}
any_number_of_ranks_adds_the_same() {
  local ranks
  for ranks in 1 2 4; do
    cp plain.h5 c$ranks.h5
    run $ranks import second.csv before.csv --jobs later.txt --update -o c$ranks.h5
    [ "$status" = 0 ]
  done
  cmp c1.h5 c2.h5
  cmp c1.h5 c4.h5
}
a_compressed_file_is_added_to_as_well() {
  fine import "${first[@]}" --compression 1 -o z.h5
  fine import second.csv before.csv --jobs later.txt --compression 1 --update -o z.h5
  cp plain.h5 y.h5
  fine import second.csv before.csv --jobs later.txt --update -o y.h5
  same_file z.h5 y.h5
}
a_counter_that_grows_past_single_precision_keeps_its_increments() {
  fine import small.csv -o d.h5
  holds d.h5 'file["telemetry/counter_base"][0, 0] == 0 and values[0, -1, 0] == 16776900 + 39 * 7 + 2'
  fine import large.csv --update -o d.h5
  holds d.h5 'file["telemetry/counter_base"][0, 0] > 0 and (values[0, :, 0].astype(float) + file["telemetry/counter_base"][0, 0]).tolist()
    == [16776902 + 7 * t for t in range(40)] + [16777182 + 7 * t for t in range(40)]'
  cp d.h5 before.h5
  fine import small.csv large.csv --update -o d.h5
  cmp d.h5 before.h5
}
two_lines_of_one_log_stay_two() { holds all.h5 'len(file["events/unix_s"]) == 3 and len(file["jobs/id"]) == 4'; }
stamps_between_the_samples_go_to_the_nearest() {
  fine import first.csv -o e.h5
  fine import half.csv --update -o e.h5
  holds e.h5 'values.shape[1] == 51'
}
another_period_is_refused() {
  fine import first.csv -o e.h5
  cp e.h5 before.h5
  says 2 'period_s 30: e.h5 has a sample every 60 s' import second.csv --period-s 30 --update -o e.h5
  cmp e.h5 before.h5
}
what_is_no_facility_file_is_not_added_to() {
  echo prose >f.h5
  says 3 'f.h5' import first.csv --update -o f.h5
  [ "$(cat f.h5)" = prose ]
}
each_source_has_its_time_zone_and_clock() {
  fine import first.csv --clock-offset-s 10 --jobs local.txt --jobs-time-zone +01:00 --jobs-clock-offset-s 20 \
    --events events.csv --events-clock-offset-s -5 --labels labels.csv -o g.h5
  holds g.h5 'int(file.attrs["start_unix_s"]) == 1699999990 and job("1")["start_unix_s"] == 1699999980
    and file["events/unix_s"][:].tolist() == [1700000009, 1700000010, 1700000010] and file["labels/start_unix_s"][0] == 1700000000'
  says 2 "jobs_time_zone 'CET' is not Z" import first.csv --jobs-time-zone CET -o h.h5
}
a_night_takes_zone_and_clock_of_each_source() {
  mkdir logs && cp first.csv logs/ && cp local.txt logs/
  cat >night.yaml <<'YAML'
nightly: {output: night, analyses: [baseline]}
sources:
  - {source: csv, inputs: [logs/first.csv], clock_offset_s: 10}
  - {source: slurm, inputs: [logs/local.txt], time_zone: "+01:00", clock_offset_s: 20}
YAML
  run 1 nightly --config night.yaml
  holds night/facility/2023-11-14.h5 'int(file.attrs["start_unix_s"]) == 1699999990 and job("1")["start_unix_s"] == 1699999980'
}

check_all
finish
