#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# `fit` and `score mrdmd --roots both`: every job is held against healthy jobs of other nights.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
python3 -c 'import h5py, numpy' 2>/dev/null || { echo "SKIP: python3-h5py and -numpy are not installed"; exit 77; }

for night in 0 1; do
  "$TELLTALE" synth --hosts 80 --metrics 4 --samples 720 --night $night --anomalies none --silent-share 0 -o $night.h5 >made 2>&1
done
# One host of one job shakes as none does.
python3 - <<'PYTHON'
import h5py, numpy as np
with h5py.File("1.h5", "a") as file:
    first, hosts = file["jobs/host_first"][:], file["jobs/host_index"][:]
    start = (file["jobs/start_unix_s"][:] - file.attrs["start_unix_s"]) // 60
    end = (file["jobs/end_unix_s"][:] - file.attrs["start_unix_s"]) // 60
    job = next(j for j in range(len(start)) if first[j + 1] - first[j] >= 4 and start[j] > 0 and 60 < end[j] - start[j] < 500 and end[j] < 720)
    host, x = hosts[first[job] + 2], file["telemetry/values"]
    part = x[host, start[job]:end[job], 1]
    x[host, start[job]:end[job], 1] = part + np.random.default_rng(1).normal(size=len(part)) * 30 * np.nanstd(x[:, :, 1])
    open("planted", "w").write(f"{job} {host}")
PYTHON
"$TELLTALE" fit mrdmd 0.h5 --bootstrap-count 100 --roots both -m model.h5 >fit 2>&1
"$TELLTALE" fit mrdmd 0.h5 --bootstrap-count 100 -m without.h5 >fit 2>&1
"$TELLTALE" score mrdmd 1.h5 --roots both -m model.h5 -o scores.h5 >said 2>&1

the_planted_job_is_farthest_off() {
  python3 - <<'PYTHON'
import h5py, numpy as np
planted = [int(word) for word in open("planted").read().split()]
with h5py.File("scores.h5") as file, h5py.File("1.h5") as day:
    rows = file["mrdmd/job_scores"]
    z, size = rows["z"][:], rows["size"][:]
    at = np.unravel_index(np.nanargmax(np.abs(z)), z.shape)
    found = rows["job"][at[0]], rows["host"][at[0]], rows["metric"][at[0]]
    assert found == (*planted, 1), (found, planted, z[at])
    assert z.shape == size.shape == (len(rows["job"]), file["mrdmd/bands"].shape[0] + 1)
    assert (np.diff(rows["job"][:]) >= 0).all() and file["mrdmd"].attrs["trial_jobs"] > 2
    hosts = np.diff(day["jobs/host_first"][:])
    jobs, counts = np.unique(rows["job"][:], return_counts=True)
    assert (counts == 4 * hosts[jobs]).all()
    said = open("said").read()
    assert f"farthest {day['jobs/id'][planted[0]].decode()} on" in said, said
PYTHON
}

the_same_bits_on_any_number_of_ranks() {
  mpirun --oversubscribe --bind-to none -n 2 "$TELLTALE" fit mrdmd 0.h5 --bootstrap-count 100 --roots both -m two.h5 >/dev/null 2>&1
  h5diff model.h5 two.h5 /mrdmd /mrdmd
  mpirun --oversubscribe --bind-to none -n 3 "$TELLTALE" score mrdmd 1.h5 --roots both -m model.h5 -o three.h5 >/dev/null 2>&1
  h5diff scores.h5 three.h5 /mrdmd /mrdmd
}

windows_are_judged_as_without_jobs() {
  "$TELLTALE" score mrdmd 1.h5 -m without.h5 -o windows.h5 >/dev/null 2>&1
  h5diff windows.h5 scores.h5 /scores/mrdmd/value /scores/mrdmd/value
  h5diff windows.h5 scores.h5 /mrdmd/zscore /mrdmd/zscore
}

a_model_without_jobs_is_refused() {
  "$TELLTALE" score mrdmd 1.h5 --roots both -m without.h5 -o refused.h5 2>err && return 1
  grep -q "the model knows no jobs; fit it with roots both" err && [ ! -e refused.h5 ]
}

a_night_without_jobs_is_refused() {
  "$TELLTALE" synth --hosts 8 --metrics 4 --samples 720 --no-jobs -o none.h5 >made 2>&1
  "$TELLTALE" fit mrdmd none.h5 --roots both -m none_model.h5 2>err && return 1
  grep -q "of the jobs with samples 0 are healthy; expected two" err && [ ! -e none_model.h5 ]
}

check the_planted_job_is_farthest_off
check the_same_bits_on_any_number_of_ranks
check windows_are_judged_as_without_jobs
check a_model_without_jobs_is_refused
check a_night_without_jobs_is_refused
finish
