#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The facility file in other hands: h5py reads what Telltale writes, type by type, and Telltale reads what
# h5py writes, with whatever layout.
set -u
python=/usr/bin/python3
"$python" -c 'import h5py, numpy' 2>/dev/null || { echo "skipped: $python has no h5py"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

# check NAME
check() {
  if "$1"; then
    echo "ok   $1"
  else
    echo "FAIL $1"
    failures=$((failures + 1))
  fi
}

"$TELLTALE" synth --hosts 40 --metrics 5 --samples 300 --outages-per-node-year 3000 -o night.h5 2>log || { cat log; exit 1; }
"$TELLTALE" info --json night.h5 >night.json || exit 1

h5py_finds_every_column_with_its_type() {
  "$python" - <<'PYTHON'
import h5py, json, numpy as np
told = json.load(open("night.json"))
file = h5py.File("night.h5", "r")
attributes = dict(file.attrs)
assert attributes["format"] == "telltale facility" and attributes["version"] == 1, attributes
assert isinstance(attributes["facility"], str)
assert file.attrs["start_unix_s"].dtype == np.int64 and file.attrs["period_s"].dtype == np.float64
H, T, M = file["telemetry/values"].shape
assert (H, T, M) == (40, 300, 5) and file["telemetry/values"].dtype == np.float32
J, E, L = (len(file[name]) for name in ("jobs/id", "events/unix_s", "labels/name"))
assert J == told["jobs"]["count"] > 0 and 0 < E == told["events"]["count"] and L == told["labels"]["count"]
columns = {
    "hosts": (H, {"name": str, "row": "i4", "rack": "i4", "chassis": "i4", "slot": "i4"}),
    "metrics": (M, {"name": str, "unit": str, "source": str, "kind": "i1"}),
    "jobs": (J, {"id": str, "user": str, "project": str, "name": str, "application": str, "queue": str,
                 "state": str, "submit_unix_s": "i8", "start_unix_s": "i8", "end_unix_s": "i8", "limit_s": "i8",
                 "node_count": "i4", "exit_code": "i4"}),
    "events": (E, {"unix_s": "f8", "host": "i4", "severity": "i1", "category": str, "location": str,
                   "message": str}),
    "labels": (L, {"host": "i4", "job": "i4", "start_unix_s": "f8", "end_unix_s": "f8", "name": str}),
}
for group, (count, fields) in columns.items():
    for name, kind in fields.items():
        column = file[group][name]
        assert column.shape == (count,), (group, name, column.shape)
        if kind is str:
            text = h5py.check_string_dtype(column.dtype)
            assert text and text.encoding == "utf-8" and text.length is None, (group, name)
            assert len(column.asstr()[:]) == count
        else:
            assert column.dtype == np.dtype(kind), (group, name, column.dtype)
first, index = file["jobs/host_first"][:], file["jobs/host_index"][:]
assert first.dtype == np.int64 and index.dtype == np.int32 and len(first) == J + 1
assert first[0] == 0 and first[-1] == len(index) and (np.diff(first) >= 0).all()
assert ((index >= 0) & (index < H)).all()
assert (np.diff(file["events/unix_s"][:]) >= 0).all()
assert file["telemetry/counter_base"].shape == (H, M)
missing = np.isnan(file["telemetry/values"][:]).mean(axis=(0, 1))
for row, share in zip(told["metrics"], missing):
    assert abs(row["missing_fraction"] - share) < 1e-6, (row, share)
PYTHON
}

# Rewrites the file with h5py; $1: what to create the samples with, $2: other changes.
copy_by_h5py() {
  "$python" - "$1" "${2:-}" <<'PYTHON'
import h5py, sys
import numpy as np
source = h5py.File("night.h5", "r")
with h5py.File("copy.h5", "w") as copy:
    for name, value in source.attrs.items():
        copy.attrs[name] = value
    def put(name, item):
        if not isinstance(item, h5py.Dataset) or name == "telemetry/counter_base":
            return
        if name == "telemetry/values":
            copy.create_dataset(name, data=item[:], **eval("dict(%s)" % sys.argv[1]))
        elif h5py.check_string_dtype(item.dtype):
            copy.create_dataset(name, data=item.asstr()[:], dtype=h5py.string_dtype())
        else:
            copy.create_dataset(name, data=item[:])
    source.visititems(put)
    exec(sys.argv[2])
PYTHON
}

same_as_original() {
  "$TELLTALE" info --json copy.h5 >copy.json || return 1
  "$python" - <<'PYTHON'
import json
a, b = (json.load(open(name)) for name in ("night.json", "copy.json"))
for told in (a, b):
    for name in ("file", "chunk_hosts", "chunk_times"):
        del told[name]
assert a == b, (a, b)
PYTHON
}

files_of_h5py_are_read_contiguous() { copy_by_h5py '' && same_as_original; }
files_of_h5py_are_read_chunked() { copy_by_h5py 'chunks=(7,100,2)' && same_as_original; }
files_of_h5py_are_read_compressed() { copy_by_h5py 'chunks=(16,300,5), compression="gzip", shuffle=True' && same_as_original; }
files_of_h5py_are_read_big_endian() { copy_by_h5py 'dtype=">f4"' && same_as_original; }
files_of_h5py_are_read_with_columns_that_can_grow() {
  copy_by_h5py '' 'names = copy["hosts/name"].asstr()[:]; del copy["hosts/name"]; copy.create_dataset("hosts/name", data=names, dtype=h5py.string_dtype(), maxshape=(None,))' \
    && same_as_original
}

# $1: what h5py changes, $2: what the message must hold
refused() {
  copy_by_h5py '' "$1" || return 1
  "$TELLTALE" info copy.h5 >out 2>err
  [ $? = 3 ] && ! [ -s out ] && [ "$(wc -l <err)" = 1 ] && grep -qF -- "$2" err && return 0
  cat out err
  return 1
}

misfits_are_refused_with_file_and_place() {
  refused 'del copy["hosts/rack"]' 'copy.h5: /hosts/rack is missing' \
    && refused 'del copy["hosts/rack"]; copy["hosts/rack"] = np.zeros(40)' '/hosts/rack is not of type int32' \
    && refused 'del copy["hosts/rack"]; copy["hosts/rack"] = np.zeros(39, "i4")' '/hosts/rack has 39 items, expected 40' \
    && refused 'del copy["hosts/rack"]; copy["hosts/rack"] = np.zeros((40, 1), "i4")' '/hosts/rack has 2 dimensions, expected 1' \
    && refused 'del copy["hosts/rack"]; copy["hosts/rack"] = np.zeros((1,) * 32, "i4")' '/hosts/rack has 32 dimensions, expected 1' \
    && refused 'del copy["metrics/name"]; copy["metrics/name"] = np.array([b"a"] * 5)' '/metrics/name is not of type string of variable length' \
    && refused 'copy["hosts/name"][3] = copy["hosts/name"][2]' 'comes twice' \
    && refused 'copy["hosts/name"][3] = b"n\xff"' '/hosts/name[3] is not UTF-8' \
    && refused 'copy["events/host"][0] = 40' '/events/host[0] is out of range' \
    && refused 'copy["events/severity"][0] = 4' '/events/severity[0] is out of range' \
    && refused 'copy["jobs/host_first"][1] = 10**12' '/jobs/host_first' \
    && refused 'copy["jobs/host_index"][0] = -1' '/jobs/host_index[0] is -1' \
    && refused 'copy.attrs["period_s"] = float("nan")' '"period_s"' \
    && refused 'copy.attrs["version"] = 2' 'is version 2 of the facility file, expected 1' \
    && refused 'copy.attrs["format"] = "other"' 'its format is "other"' \
    && refused 'del copy.attrs["format"]' 'no facility, model, scores or graph file' \
    && refused 'del copy["telemetry/values"]' '/telemetry/values is missing' \
    && refused 'del copy["telemetry/values"]; copy["telemetry/values"] = np.zeros((40, 300, 5))' 'is not of type float32' \
    && refused 'del copy["telemetry/values"]; copy["telemetry/values"] = np.zeros((40, 300, 4), "f4")' 'is for 40 hosts and 4 metrics, but there are 40 and 5' \
    && refused 'del copy["telemetry/values"]; copy.create_dataset("telemetry/values", (40, 2**30, 5), "f4", chunks=(1, 1024, 5))' 'was never written' \
    && refused 'del copy["hosts"]; copy["hosts"] = h5py.SoftLink("/hosts")' '/hosts/name is missing' \
    && refused 'del copy["hosts/name"]; copy["hosts/name"] = h5py.ExternalLink("/etc/passwd", "/x")' '/hosts/name is missing'
}

check h5py_finds_every_column_with_its_type
check files_of_h5py_are_read_contiguous
check files_of_h5py_are_read_chunked
check files_of_h5py_are_read_compressed
check files_of_h5py_are_read_big_endian
check files_of_h5py_are_read_with_columns_that_can_grow
check misfits_are_refused_with_file_and_place
[ "$failures" = 0 ]
