#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# telltale import on real logs, against counts and values taken without it, on one to four ranks.
# Skipped where the data is not there.
set -u
source_folder=$(cd "$(dirname "$0")/../.." && pwd)
data=${TELLTALE_TEST_DATA:-$source_folder/../shared/data}
if [ ! -d "$data" ]; then
  echo "skipped: no real data in $data"
  exit 77
fi
data=$(cd "$data" && pwd)
python=/usr/bin/python3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

check() {
  if "$1"; then
    echo "ok   $1"
  else
    echo "FAIL $1"
    failures=$((failures + 1))
  fi
}
on_ranks() {
  local ranks=$1
  shift
  mpirun --bind-to none --oversubscribe -n "$ranks" "$TELLTALE" import "$@"
}

ldms_runs_hold_what_their_files_hold() {
  mkdir singles && tar -C singles -xf "$data/ldms_hpas_singles.tar.xz" \
    && on_ranks 2 --config "$source_folder/configs/ldms-runs.yaml" singles/dataset -o singles.h5 --json >singles.json \
    && $python "$source_folder/tests/data/ldms_count.py" singles.h5 singles/dataset singles.json
}
any_number_of_ranks_gives_the_same_file() {
  local ranks
  for ranks in 1 3 4; do
    on_ranks $ranks --config "$source_folder/configs/ldms-runs.yaml" singles/dataset -o ranks.h5 >out \
      && h5diff singles.h5 ranks.h5 >differences || return 1
  done
}
an_archive_gives_the_file_of_its_folder() {
  on_ranks 1 --config "$source_folder/configs/ldms-runs.yaml" "$data/ldms_hpas_singles.tar.xz" -o tar.h5 >out \
    && h5diff singles.h5 tar.h5 /telemetry/values && h5diff singles.h5 tar.h5 /labels/name
}
runs_with_two_anomalies_hold_what_their_files_hold() {
  mkdir doubles && tar -C doubles -xf "$data/ldms_hpas_examinimd_doubles.tar.xz" \
    && on_ranks 2 --config "$source_folder/configs/ldms-runs.yaml" doubles/dataset -o doubles.h5 --json >doubles.json \
    && $python "$source_folder/tests/data/ldms_count.py" doubles.h5 doubles/dataset doubles.json
}
the_lonestar6_log_holds_every_job() {
  on_ranks 2 "$data/ls6_a100_jobs_before_2023-02-15.log.xz" -o ls6.h5 >out && xz -dc "$data"/ls6_*.log.xz >ls6.log && $python - <<'PYTHON'
import calendar, time, h5py
lines = [line.split("\t") for line in open("ls6.log").read().split("\n")[3:] if line]
moment = lambda text: calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%S"))
want = sorted((r[0], r[1], r[2], moment(r[3]), moment(r[4]), moment(r[5]), int(r[7]) * 60, int(r[9]), r[8].split(":")[0]) for r in lines)
jobs = h5py.File("ls6.h5")["jobs"]
text = lambda name: [item.decode() for item in jobs[name][:]]
whole = lambda name: jobs[name][:].tolist()
have = sorted(zip(text("id"), text("name"), text("user"), whole("start_unix_s"), whole("submit_unix_s"), whole("end_unix_s"),
                  whole("limit_s"), whole("node_count"), [str(code) for code in whole("exit_code")]))
assert len(want) == 14856 and [w[:8] for w in want] == [h[:8] for h in have]
# A signal without an exit code is 128 more.
assert all(w[8] == h[8] or (w[8] == "0" and int(h[8]) > 128) for w, h in zip(want, have))
order = list(zip(whole("start_unix_s"), whole("submit_unix_s")))
assert order == sorted(order)
PYTHON
}
the_eagle_records_hold_every_job() {
  on_ranks 1 --time-zone -07:00 "$data/eagle_jobs.csv" -o eagle.h5 >out && EAGLE=$data/eagle_jobs.csv $python - <<'PYTHON'
import calendar, csv, os, time, h5py
rows = list(csv.DictReader(open(os.environ["EAGLE"])))
moment = lambda text: calendar.timegm(time.strptime(text, "%Y-%m-%d %H:%M:%S")) + 7 * 3600
want = sorted((r["job_id"], r["user"], r["account"], r["partition"], r["state"], r["name"], moment(r["submit_time"]), moment(r["start_time"]),
               moment(r["end_time"]), int(float(r["wallclock_req"])), int(r["nodes_req"])) for r in rows)
jobs = h5py.File("eagle.h5")["jobs"]
text = lambda name: [item.decode() for item in jobs[name][:]]
whole = lambda name: jobs[name][:].tolist()
have = sorted(zip(*map(text, ("id", "user", "project", "queue", "state", "name")),
                  *map(whole, ("submit_unix_s", "start_unix_s", "end_unix_s", "limit_s", "node_count"))))
assert len(want) == 1000 and want == have
PYTHON
}
the_steps_of_a_cached_record_are_left_out() {
  mkdir nersc && tar -C nersc -xf "$data/nersc_fixtures.tar.xz" && on_ranks 1 nersc/sample.slurm -o nersc.h5 --json >nersc.json && $python - <<'PYTHON'
import json, h5py
record = json.load(open("nersc/sample.slurm"))
file = h5py.File("nersc.h5")
assert json.load(open("nersc.json"))["rows"]["left_out"] == len(record) - 1
assert [i.decode() for i in file["jobs/id"][:]] == ["4478544"] and int(file["jobs/node_count"][0]) == 128
names = [i.decode() for i in file["hosts/name"][:]]
assert {names[i] for i in file["jobs/host_index"][:]} == set(record["4478544"]["nodelist"])
PYTHON
}
point_labels_and_matrices_come_back_bit_by_bit() {
  mkdir asd && tar -C asd -xf "$data/asd_public.tar.xz" && $python "$source_folder/tests/data/matrix_to_csv.py" asd csv --period-s 300 \
    && on_ranks 2 csv/test --labels csv/labels.csv -o asd.h5 >out && $python - <<'PYTHON'
import glob, h5py, numpy as np
file = h5py.File("asd.h5")
start, period = int(file.attrs["start_unix_s"]), float(file.attrs["period_s"])
labels = list(zip(file["labels/host"][:], file["labels/start_unix_s"][:], file["labels/end_unix_s"][:]))
for h, name in enumerate(item.decode() for item in file["hosts/name"][:]):
    (path,) = glob.glob(f"asd/{name}_test_4320x19.f32le")
    assert (file["telemetry/values"][h] == np.fromfile(path, "<f4").reshape(4320, 19)).all()
    flags = np.zeros(4320, bool)
    for host, first, last in labels:
        if host == h: flags[int((first - start) / period):int((last - start) / period) + 1] = True
    assert (flags == (np.fromfile(f"asd/{name}_test_label.u8", np.uint8) != 0)).all()
PYTHON
}
irregular_stamps_fall_on_the_nearest_sample() {
  mkdir nab && tar -C nab -xf "$data/nab_aws.tar.xz" && on_ranks 2 "$data/nab_aws.tar.xz" --include '*.csv' -o nab.h5 >out && $python - <<'PYTHON'
import calendar, csv, glob, math, os, time, h5py, numpy as np
file = h5py.File("nab.h5")
start, period = int(file.attrs["start_unix_s"]), float(file.attrs["period_s"])
assert period == 300
names = [item.decode() for item in file["hosts/name"][:]]
paths = glob.glob("nab/data/*/*.csv")
assert len(names) == len(paths) == 17
for path in paths:
    want = np.full(file["telemetry/values"].shape[1], np.nan, "f4")
    for row in csv.DictReader(open(path)):
        moment = calendar.timegm(time.strptime(row["timestamp"], "%Y-%m-%d %H:%M:%S"))
        want[math.floor((moment - start) / period + 0.5)] = float(row["value"])
    have = file["telemetry/values"][names.index(os.path.basename(path)[:-4]), :, 0]
    assert ((want == have) | (np.isnan(want) & np.isnan(have))).all()
PYTHON
}

check ldms_runs_hold_what_their_files_hold
check any_number_of_ranks_gives_the_same_file
check an_archive_gives_the_file_of_its_folder
check runs_with_two_anomalies_hold_what_their_files_hold
check the_lonestar6_log_holds_every_job
check the_eagle_records_hold_every_job
check the_steps_of_a_cached_record_are_left_out
check point_labels_and_matrices_come_back_bit_by_bit
check irregular_stamps_fall_on_the_nearest_sample
exit $((failures > 0))
