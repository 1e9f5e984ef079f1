#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Evidence of wrong clocks: a host that is shifted by a known amount is found within one period, in what info says, in the
# summary and in the page; a right facility gives none.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/cli/facility.sh
. "$top/tests/cli/facility.sh"

"$TELLTALE" synth --hosts 32 --metrics 8 --samples 1440 --period-s 60 --seed 1 -o right.h5 >synth.out 2>&1 || exit 1
python3 - <<'PYTHON' || exit 1
import shutil, h5py, numpy as np
shutil.copy("right.h5", "shifted.h5")
with h5py.File("shifted.h5", "r+") as file:  # clocks ahead: what happens is stamped later
    for host, samples in ((3, 7), (20, 60)):
        file["telemetry/values"][host] = np.roll(file["telemetry/values"][host], samples, axis=0)
shutil.copy("right.h5", "zone.h5")
with h5py.File("zone.h5", "r+") as file:
    for name in ("start_unix_s", "end_unix_s"):
        column = file["jobs/" + name][:]
        file["jobs/" + name][:] = np.where(column >= 0, column - 3600, column)
# No jobs, but six moments at which all hosts change, at host 4 five samples late.
random = np.random.default_rng(5)
values = random.normal(size=(12, 720, 4)).cumsum(axis=1) * 0.02 + random.normal(size=(12, 720, 4))
level = np.zeros(720)
for t in (60, 131, 240, 390, 472, 610): level[t:] = 15 - level[t:]
for h in range(12): values[h] += np.roll(level, 5 if h == 4 else 0)[:, None]
with h5py.File("right.h5") as old, h5py.File("together.h5", "w") as file:
    for name, value in old.attrs.items(): file.attrs[name] = value
    names = np.array([f"n{h}" for h in range(12)], dtype=object)
    file.create_dataset("hosts/name", data=names, dtype=h5py.string_dtype())
    for name in ("row", "rack", "chassis", "slot"): file["hosts/" + name] = np.full(12, -1, "i4")
    for name in ("name", "unit", "source", "kind"): old.copy("metrics/" + name, file.require_group("metrics"))
    for name in file["metrics"]:
        rows = file["metrics/" + name][:4]
        del file["metrics/" + name]
        file.create_dataset("metrics/" + name, data=np.zeros(4, "i1") if name == "kind" else rows, dtype="i1" if name == "kind" else h5py.string_dtype())
    for kind in ("jobs", "events", "labels"):
        for name in old[kind]:
            file.create_dataset(f"{kind}/{name}", data=old[f"{kind}/{name}"][:1 if name == "host_first" else 0], dtype=old[f"{kind}/{name}"].dtype)
    file["telemetry/values"] = values.astype("f4")
PYTHON

# wrong REPORT EXPRESSION: a claim about the clocks that info --json tells
wrong() {
  python3 - "$@" <<'PYTHON'
import json, sys
clocks = json.load(open(sys.argv[1]))["clocks"]
offsets = {row["host"]: row["offset_s"] for row in clocks["wrong"]}
names = json.load(open(sys.argv[1]))["hosts"]["list"]
if not eval("(" + sys.argv[2] + ")"): sys.exit(f"does not hold: {sys.argv[2]}\n{clocks}")
PYTHON
}

a_right_facility_gives_no_evidence() {
  fine info right.h5 --json
  wrong out 'offsets == {} and clocks["judged_by_jobs"] >= 16'
  fine info right.h5
  grep -q '^clocks *0 of 32 hosts seem wrong' out
}
a_shifted_host_is_found_within_one_period() {
  fine info shifted.h5 --json
  wrong out 'len(offsets) == 2 and all(abs(a - b) <= 60 for a, b in zip(offsets.values(), (420, 3600))) and all(row["against"] == "jobs" for row in clocks["wrong"])'
  fine info shifted.h5
  grep -Eq 'is 4[0-9]+ s ahead: [0-9]+ of [0-9]+ starts and ends' out
}
the_number_of_ranks_changes_nothing() {
  fine info shifted.h5 --json
  cp out one
  run 3 info shifted.h5 --json
  cmp one out
}
a_job_log_in_another_zone_is_no_hosts_fault() {
  fine info zone.h5 --json
  wrong out 'offsets == {} and abs(clocks["starts_lag_s"] - 3600) <= 120 and abs(clocks["ends_lag_s"] - 3600) <= 120'
  fine info zone.h5
  grep -Eq "most hosts change 3[567][0-9]{2} s after the job log's starts" out
}
without_jobs_hosts_are_held_against_each_other() {
  fine info together.h5 --json
  wrong out 'list(offsets) == ["n4"] and abs(offsets["n4"] - 300) <= 60 and clocks["wrong"][0]["against"] == "hosts"'
}
the_summary_and_the_page_say_it() {
  fine fit baseline right.h5 -m model.h5
  fine score baseline shifted.h5 -m model.h5 -o scores.h5
  fine report scores.h5 -o page.html --summary summary.json
  python3 - <<'PYTHON'
import json
clocks = json.load(open("summary.json"))["quality"]["clocks"]
assert clocks["wrong_count"] == 2 and abs(clocks["wrong"][0]["offset_s"] - 420) <= 60, clocks
assert clocks["stamps_count"] == 0 and clocks["judged"] >= 16
PYTHON
  grep -q '"wrong_count":2' page.html
}
stamps_that_step_back_or_are_to_come_are_counted_by_host() {
  python3 - <<'PYTHON'
import time
def stamp(t): return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(t))
ahead = time.time() + 86400
with open("stamps.csv", "w") as file:
    file.write("time,host,a\n")
    for i in range(100):
        t = 60 * i - (3600 if i >= 80 else 0)
        file.write(f"{stamp(1700000000 + t)},back,1\n{stamp(1700000000 + 60 * i)},right,1\n")
    for i in range(30): file.write(f"{stamp(ahead + 60 * i)},ahead,1\n")
PYTHON
  fine import stamps.csv --json --period-s 3600 -o stamps.h5
  python3 - <<'PYTHON'
import json, h5py
clocks = {row.pop("host"): row for row in json.load(open("out"))["clocks"]}
assert clocks == {"ahead": {"stamps_backward": 0, "stamps_future": 30}, "back": {"stamps_backward": 1, "stamps_future": 0}}, clocks
file = h5py.File("stamps.h5")
assert file["hosts/stamps_backward"][:].tolist() == [0, 1, 0] and file["hosts/stamps_future"][:].tolist() == [30, 0, 0]
PYTHON
  fine info stamps.h5
  grep -q 'stamps of 1 hosts stepped back, of 1 were still to come' out
  cp stamps.h5 before.h5
  fine import stamps.csv --update --period-s 3600 -o stamps.h5
  same_file before.h5 stamps.h5
}

check_all
finish
