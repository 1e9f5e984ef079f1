#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# telltale synth: equal files on any number of ranks, nights, refusals with their status, full disks.
set -u
python=
for candidate in python3 /usr/bin/python3; do
  "$candidate" -c 'import h5py, numpy' 2>/dev/null && python=$candidate
done
[ -n "$python" ] || { echo "left out: no python3 with h5py"; exit 77; }
folder=$(mktemp -d)
disk=
trap '[ -z "$disk" ] || umount "$disk"; rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0
size=(--hosts 150 --metrics 12 --samples 300)

# check NAME
check() {
  if "$1"; then
    echo "ok   $1"
  else
    echo "FAIL $1"
    failures=$((failures + 1))
  fi
}

# refused STATUS TEXT OPTION...: ends so, says so on one line, and leaves no file
refused() {
  local status=$1 text=$2
  shift 2
  "$TELLTALE" synth "$@" -o refused.h5 >out 2>err
  if [ $? = "$status" ] && grep -q "^telltale: .*$text" err && ! [ -s out ] && ! compgen -G '*refused*' >/dev/null; then
    return 0
  fi
  cat err
  return 1
}

# same FILE FILE: every dataset and attribute, without what h5diff passes over
same() {
  "$python" - "$1" "$2" <<'PYTHON'
import sys
import h5py
import numpy as np
a, b = (h5py.File(path) for path in sys.argv[1:])
names = []
a.visit(names.append)
others = []
b.visit(others.append)
assert names == others and dict(a.attrs) == dict(b.attrs)
for name in names:
    if isinstance(a[name], h5py.Dataset):
        x, y = a[name][()], b[name][()]
        assert x.dtype == y.dtype and x.shape == y.shape, name
        assert x.tobytes() == y.tobytes() if x.dtype != object else (x == y).all(), name
PYTHON
}

any_number_of_ranks_writes_the_same_file() {
  for ranks in 1 2 3 4; do
    mpirun --bind-to none -n $ranks "$TELLTALE" synth "${size[@]}" -o np$ranks.h5 >out || return 1
    same np1.h5 np$ranks.h5 || return 1
  done
  "$TELLTALE" synth "${size[@]}" -o again.h5 >out && same np1.h5 again.h5
}

a_system_is_the_same_on_any_number_of_ranks_and_says_its_graph() {
  local system ranks
  for system in var2 nonlinear_var lorenz96; do
    for ranks in 1 3; do
      mpirun --bind-to none -n $ranks "$TELLTALE" synth --system $system --hosts 2 --samples 900 -o np$ranks.$system >out || return 1
    done
    cmp np1.$system np3.$system || return 1
  done
  "$TELLTALE" info np1.var2 >out && "$python" - <<'PYTHON'
import h5py
import numpy as np
f = h5py.File("np1.var2")
weight, lag = f["truth/weight"][()], f["truth/lag"][()]
assert f["truth"].attrs["system"] == "var2" and weight.shape == (20, 20)
assert ((weight != 0) == (lag > 0)).all() and ((weight != 0).sum(axis=1) == 4).all()
# Metric 0's own weights by least squares over host 1: within 5 standard errors, 1 / sqrt(900 x variance).
x = f["telemetry/values"][1].astype(float)
past = np.hstack([x[1:-1], x[:-2]])
found = np.linalg.lstsq(past, x[2:, 0], rcond=None)[0]
true = np.concatenate([np.where(lag[0] == k, weight[0], 0) for k in (1, 2)])
assert np.abs(found - true).max() < 5 / np.sqrt(900), np.abs(found - true).max()
PYTHON
}

what_a_system_cannot_have_is_refused() {
  refused 2 'anomalies: a system (var2) has none' --system var2 --anomalies 3 \
    && refused 2 'parents: not for a facility' --hosts 1 --metrics 9 --samples 9 --parents 2 \
    && refused 2 'three parents' --system lorenz96 --parents 2 \
    && refused 2 'more metrics than parents' --system var2 --metrics 3 \
    && refused 2 'at most 268435456' --system var2 --samples 100000000 \
    && refused 2 'is none of facility' --system chaos
}

another_seed_is_another_facility() {
  "$TELLTALE" synth "${size[@]}" --seed 2 -o seed2.h5 >out && ! same np1.h5 seed2.h5 2>err
}

the_next_night_begins_where_the_first_ended() {
  "$TELLTALE" synth "${size[@]}" --anomalies none --night 0 -o day0.h5 >out \
    && "$TELLTALE" synth "${size[@]}" --night 1 -o day1.h5 >out \
    && "$python" - <<'PYTHON'
import h5py
import numpy as np
a, b = h5py.File("day0.h5"), h5py.File("day1.h5")
assert b.attrs["start_unix_s"] == a.attrs["start_unix_s"] + 300 * 60
assert (a["hosts/name"][()] == b["hosts/name"][()]).all()
assert len(a["labels/host"]) == 0 and len(b["labels/host"]) > 0
assert not set(a["jobs/id"][()]) & set(b["jobs/id"][()])
# What makes a host hotter than another stays.
inlet = list(a["metrics/name"].asstr()[()]).index("inlet_temp")
means = [np.nanmean(f["telemetry/values"][:, :, inlet], axis=1) for f in (a, b)]
assert np.corrcoef(*means)[0, 1] > 0.8
PYTHON
}

the_settings_come_from_a_file_too() {
  cat >night.yaml <<'YAML'
synth:
  hosts: 3
  metrics: 8
  samples: 20
  anomaly_kinds: [netoccupy, cpuoccupy]
  anomalies: 2
  output: from_file.h5
YAML
  "$TELLTALE" synth --config night.yaml >out && grep -q '3 hosts x 8 metrics x 20 samples' out && [ -s from_file.h5 ]
}

wrong_options_are_refused() {
  refused 2 'hosts' --hosts 0 --metrics 1 --samples 1 \
    && refused 2 'samples is missing' --hosts 1 --metrics 1 \
    && refused 2 "'flood' is none of cpuoccupy" --hosts 1 --metrics 1 --samples 9 --anomaly-kinds flood \
    && refused 2 "'few' is neither" --hosts 1 --metrics 1 --samples 9 --anomalies few \
    && refused 2 "'today'" --hosts 1 --metrics 1 --samples 9 --start today \
    && refused 2 'changes any of the 1 metrics' --hosts 1 --metrics 1 --samples 9 --anomalies 1 --anomaly-kinds memleak
}

absurd_sizes_are_refused_with_what_they_need() {
  refused 4 '4e+13 GB of samples are needed' --hosts 10000000 --metrics 1000000 --samples 1000000000
}

a_missing_folder_is_named() {
  "$TELLTALE" synth "${size[@]}" -o nowhere/x.h5 >out 2>err
  [ $? = 4 ] && grep -q 'nowhere' err
}

a_full_disk_ends_the_run_and_leaves_nothing() {
  mkdir -p disk
  if ! mount -t tmpfs -o size=4m none disk 2>err; then
    echo "     left out: this user may not mount a small disk"
    return 0
  fi
  disk=$folder/disk
  # Samples without room; then samples that fit (3.6 MB) while the rest of the file does not.
  for samples in 3000 590; do
    mpirun --bind-to none -n 2 "$TELLTALE" synth --hosts 128 --metrics 12 --samples $samples \
      --outages-per-node-year 90000 -o disk/x.h5 >out 2>err
    if [ $? != 4 ] || ! grep -q 'disk/x.h5' err || [ -n "$(ls -A disk)" ]; then
      cat err
      ls -lA disk
      return 1
    fi
  done
}

check any_number_of_ranks_writes_the_same_file
check a_system_is_the_same_on_any_number_of_ranks_and_says_its_graph
check what_a_system_cannot_have_is_refused
check another_seed_is_another_facility
check the_next_night_begins_where_the_first_ended
check the_settings_come_from_a_file_too
check wrong_options_are_refused
check absurd_sizes_are_refused_with_what_they_need
check a_missing_folder_is_named
check a_full_disk_ends_the_run_and_leaves_nothing
[ "$failures" = 0 ]
