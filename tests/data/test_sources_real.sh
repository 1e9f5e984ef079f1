#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The sources beside LDMS and Slurm on real data: what comes out is what an independent count finds.
data=${TELLTALE_TEST_DATA:-../shared/data}
if [ ! -d "$data" ]; then
  echo "skipped: no real data at $data"
  exit 77
fi
data=$(realpath "$data")
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/../cli/support.sh"
# shellcheck source=tests/cli/facility.sh
. "$top/tests/cli/facility.sh"

the_harvard_poll_holds_what_its_files_hold() {
  mkdir ipmi
  tar -C ipmi -xf "$data/harvard_ipmi_snapshot_2025-05-29.tar.gz"
  run 2 import ipmi -o ipmi.h5 --json
  [ "$status" = 0 ]
  python3 "$top/tests/data/ipmi_count.py" ipmi.h5 ipmi/data out
  fine import ipmi -o one.h5
  h5diff ipmi.h5 one.h5
}

the_events_of_mira_hold_every_record() {
  mkdir mira
  tar -C mira -xf "$data/mira_ras_2013_2016.tar.xz"
  run 2 import mira -o mira.h5 --json
  [ "$status" = 0 ]
  counts out 'used == 27996 + 641 + 113 + 24 + 29 and refused == 0 and report["files_passed_over"] == 1'
  python3 "$top/tests/data/mira_count.py" mira.h5 mira
  fine import "$data/mira_ras_2013_2016.tar.xz" -o tar.h5
  h5diff mira.h5 tar.h5 /events
}
a_cray_stands_where_its_table_says() {
  fine import "$data/nersc_fixtures.tar.xz" -o nersc.h5
  mkdir nersc
  tar -C nersc -xf "$data/nersc_fixtures.tar.xz"
  python3 - <<'PYTHON'
import gzip, re, h5py
file = h5py.File("nersc.h5")
want = {}
for line in gzip.open("nersc/sample.xtdb2proc.gz", "rt"):
    if line.startswith("#") or not line.strip(): continue
    row = dict(field.split("=", 1) for field in line.strip().split(","))
    want[f"nid{int(row['processor_id']):05}"] = (int(row["cab_row"]), int(row["cab_position"]), int(row["cage"]), 4 * int(row["slot"]) + int(row["cpu"]))
have = dict(zip((n.decode() for n in file["hosts/name"][:]), zip(*(file["hosts/" + n][:].tolist() for n in ("row", "rack", "chassis", "slot")))))
assert len(want) == 499 and want == have
PYTHON
}
the_job_of_emmy_holds_every_sample() {
  mkdir emmy
  tar -C emmy -xf "$data/emmy_job_1403244.tar"
  run 2 import emmy -o emmy.h5 --json
  [ "$status" = 0 ]
  counts out 'read == used == 32 * 1441 + 1 and report["cells"] == {"read": 415008, "missing": 37989, "refused": 0}'
  python3 - <<'PYTHON'
import gzip, json, h5py, numpy as np
file = h5py.File("emmy.h5")
values = file["telemetry/values"][:]
metrics, hosts = ([n.decode() for n in file[p][:]] for p in ("metrics/name", "hosts/name"))
data = json.load(gzip.open("emmy/data.json.gz"))
assert len(data) == 9 and values.shape == (32, 1441, 9)
for metric, scopes in data.items():
    for series in scopes["node"]["series"]:
        want = np.array([np.nan if v is None else v for v in series["data"]], "f4")
        assert np.array_equal(want, values[hosts.index(series["hostname"]), :, metrics.index(metric)], equal_nan=True)
meta = json.load(open("emmy/meta.json"))
assert int(file.attrs["start_unix_s"]) == meta["startTime"] == file["jobs/start_unix_s"][0] and file["jobs/end_unix_s"][0] == meta["stopTime"]
assert {hosts[h] for h in file["jobs/host_index"][:]} == {r["hostname"] for r in meta["resources"]} and file["jobs/id"][0] == b"1403244"
PYTHON
  fine import "$data/emmy_job_1403244.tar" -o tar.h5
  h5diff emmy.h5 tar.h5 /telemetry/values
}

a_day_of_polls_holds_every_line() {
  local hosts=40 polls=24 lines
  python3 "$top/tests/bench/ipmi_day.py" "$data/harvard_ipmi_snapshot_2025-05-29.tar.gz" day $polls $hosts >day.said
  lines=$(cat day/* | grep -vc '^Timestamp')
  run 2 import day -o day.h5 --json
  [ "$status" = 0 ]
  counts out "read == $lines + rows['reasons']['silent']['rows'] and refused == 0 and report['hosts'] <= $hosts and report['samples'] == $polls"
  holds day.h5 'int(np.isfinite(values).sum()) == __import__("json").load(open("out"))["cells"]["read"]'
  fine import day -o one.h5
  h5diff day.h5 one.h5
}

check_all
finish
