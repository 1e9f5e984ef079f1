#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Hosts of many makes in one facility: a metric that most hosts lack costs nothing where it is not.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
python3 -c 'import h5py, numpy' 2>/dev/null || { echo "SKIP: python3-h5py and -numpy are not installed"; exit 77; }

# alike.h5: every host has the same metrics. mixed.h5: the same samples, but the hosts are of twelve makes with sensors of
# their own, as many in all as there are hosts' kinds; a host of the last make lacks one of them.
"$TELLTALE" synth --hosts 144 --metrics 8 --samples 1440 --silent-share 0 -o alike.h5 >made 2>&1
python3 - <<'PYTHON'
import h5py, numpy as np
MAKES = 12
with h5py.File("alike.h5") as alike, h5py.File("mixed.h5", "w") as mixed:
    mixed.attrs.update(alike.attrs)
    for name in set(alike) - {"metrics", "telemetry"}: alike.copy(name, mixed)
    hosts, times, metrics = alike["telemetry/values"].shape
    for column in ("name", "unit", "source"):
        texts = [text.decode() for text in alike["metrics/" + column][:]]
        rows = [text + (f"_{make}" if column == "name" else "") for make in range(MAKES) for text in texts]
        mixed.create_dataset("metrics/" + column, data=np.array(rows, dtype=object), dtype=h5py.string_dtype())
    mixed["metrics/kind"] = np.tile(alike["metrics/kind"][:], MAKES)
    values = mixed.create_dataset("telemetry/values", (hosts, times, metrics * MAKES), "f4", chunks=(16, times // 4, metrics * MAKES),
                                  fillvalue=np.nan)
    for first in range(0, hosts, 16):
        block = np.full((min(16, hosts - first), times, metrics * MAKES), np.nan, "f4")
        for i in range(len(block)):
            make = (first + i) % MAKES
            block[i, :, make * metrics:(make + 1) * metrics] = alike["telemetry/values"][first + i]
        if first == 0: block[11, :, -1] = np.nan
        values[first:first + len(block)] = block
PYTHON

# peak NAME COMMAND...: run it, and keep the most memory it had, in KiB
peak() {
  python3 - "$@" <<'PYTHON'
import os, subprocess, sys
process = subprocess.Popen(sys.argv[2:], stdout=open(sys.argv[1] + ".out", "w"), stderr=subprocess.STDOUT)
_, status, usage = os.wait4(process.pid, 0)
open(sys.argv[1] + ".kib", "w").write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
PYTHON
}

for hosts in alike mixed; do
  peak fit.$hosts "$TELLTALE" fit mrdmd $hosts.h5 -m $hosts.model
  peak score.$hosts "$TELLTALE" score mrdmd $hosts.h5 -m $hosts.model -o $hosts.scores
done

# Each of the two took more than five times as much when arrays had room for every metric on every host.
memory_is_for_what_hosts_hold() {
  local step
  grep -qa __asan_init "$TELLTALE" && return 0 # AddressSanitizer keeps what is freed
  for step in fit score; do
    echo "$step: $(cat $step.alike.kib) KiB, mixed $(cat $step.mixed.kib) KiB"
    [ "$(cat $step.mixed.kib)" -lt $((3 * $(cat $step.alike.kib))) ]
  done
}

models_are_as_large_as_what_hosts_hold() {
  [ "$(stat -c %s mixed.model)" -lt $((2 * $(stat -c %s alike.model))) ]
}

# What a host's own readings say of it does not depend on the names of its metrics: the companion sees level, trend
# and powers of each reading by itself.
rows_are_those_of_readings_that_hold_samples() {
  python3 - <<'PYTHON'
import h5py, numpy as np
with h5py.File("alike.scores") as alike, h5py.File("mixed.scores") as mixed:
    alike_rows, mixed_rows = ({column: file["scores/mrdmd/" + column][:] for column in file["scores/mrdmd"]} for file in (alike, mixed))
    metrics = len(alike["metrics/name"])
    z = mixed["mrdmd/zscore"][:], mixed["mrdmd/band_power_z"][:]
    windows = mixed["mrdmd/residual_z"].shape[0]
assert (mixed_rows["metric"] // metrics == mixed_rows["host"] % 12).all()
assert len(mixed_rows["host"]) == len(alike_rows["host"]) - windows, (len(mixed_rows["host"]), len(alike_rows["host"]))
kept = ~((alike_rows["host"] == 11) & (alike_rows["metric"] == metrics - 1))
for column in ("host", "start_unix_s", "end_unix_s", "job"):
    assert (alike_rows[column][kept] == mixed_rows[column]).all(), column
assert (alike_rows["metric"][kept] == mixed_rows["metric"] % metrics).all()
there = np.zeros(z[0].shape[1:], bool)
there[mixed_rows["host"], mixed_rows["metric"]] = True
for array in z:
    assert np.isnan(array[:, ~there]).all() and (~np.isnan(array[:, there])).any()
PYTHON
}

same_bits_on_ranks() {
  local ranks
  for ranks in 2 3; do
    run $ranks fit mrdmd mixed.h5 -m some.model
    [ "$status" = 0 ]
    h5diff mixed.model some.model
    run $ranks score mrdmd mixed.h5 -m some.model -o some.scores
    [ "$status" = 0 ]
    h5diff mixed.scores some.scores
  done
}

# A host of one night alone has half of the windows as trials; its place in the files is of no account.
hosts_of_several_nights_are_joined_by_name() {
  "$TELLTALE" synth --hosts 144 --metrics 8 --samples 1440 --silent-share 0 --night 1 -o next.h5
  python3 -c 'import h5py; h5py.File("next.h5", "a")["hosts/name"][3] = "another"'
  fine fit mrdmd alike.h5 next.h5 -m one.model
  run 3 fit mrdmd alike.h5 next.h5 -m three.model
  [ "$status" = 0 ]
  h5diff one.model three.model
  python3 - <<'PYTHON'
import h5py, numpy as np
with h5py.File("one.model") as model, h5py.File("alike.h5") as night:
    hosts = [name.decode() for name in model["mrdmd/hosts"][:]]
    reading, coverage = model["mrdmd/reading"][:], model["mrdmd/coverage"][:].ravel()
    once = [night["hosts/name"][3].decode(), "another"]
assert hosts.index("another") == 144 and len(reading) == len(coverage) == 145 * 8, (len(hosts), len(reading))
for i, name in enumerate(hosts):
    share = coverage[reading // 8 == i]
    assert len(share) == 8 and (share <= (0.5 if name in once else 1.0)).all(), (name, share)
assert np.median(coverage) > 0.9
PYTHON
}

# The list of readings is the model's only new index: what does not fit the names is refused.
a_list_of_readings_that_fits_no_names_is_refused() {
  local bad
  for bad in 10000000 -1; do
    cp mixed.model bad.model
    python3 -c "
import h5py
with h5py.File('bad.model', 'a') as file: file['mrdmd/reading'][-1] = $bad"
    says 3 "/mrdmd/reading names what there is not" score mrdmd mixed.h5 -m bad.model -o bad.scores
    [ ! -e bad.scores ]
  done
}

check memory_is_for_what_hosts_hold
check models_are_as_large_as_what_hosts_hold
check rows_are_those_of_readings_that_hold_samples
check same_bits_on_ranks
check hosts_of_several_nights_are_joined_by_name
check a_list_of_readings_that_fits_no_names_is_refused
finish
