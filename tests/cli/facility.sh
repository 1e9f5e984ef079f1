# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Claims about facility files and import reports, for tests that source support.sh before.

# holds FILE EXPRESSION: a claim about a facility file, with h5py
holds() {
  python3 - "$@" <<'PYTHON'
import sys
import h5py
import numpy as np
file = h5py.File(sys.argv[1])
values = file["telemetry/values"][:] if "telemetry/values" in file else None
def texts(path): return [text.decode() for text in file[path][:]]
def job(id):
    k = texts("jobs/id").index(id)
    first = file["jobs/host_first"][:]
    hosts = [texts("hosts/name")[i] for i in file["jobs/host_index"][first[k]:first[k + 1]]]
    return {n: (file["jobs/" + n][k].decode() if file["jobs/" + n].dtype.kind == "O" else int(file["jobs/" + n][k]))
            for n in file["jobs"] if not n.startswith("host_")} | {"hosts": hosts}
def place(name):
    k = texts("hosts/name").index(name)
    return [int(file["hosts/" + n][k]) for n in ("row", "rack", "chassis", "slot")]
result = eval("(" + sys.argv[2] + ")")
if not result: print("does not hold:", sys.argv[2])
sys.exit(not result)
PYTHON
}

# counts REPORT EXPRESSION: a claim about the rows of an import's JSON report; they always add up
counts() {
  python3 - "$@" <<'PYTHON'
import json, sys
report = json.load(open(sys.argv[1]))
rows = report["rows"]
read, used, repaired, refused, left_out = (rows[n] for n in ("read", "used", "repaired", "refused", "left_out"))
assert read == used + repaired + refused + left_out
if not eval("(" + sys.argv[2] + ")"): sys.exit(f"does not hold: {sys.argv[2]}\n{json.dumps(rows, indent=1)}")
PYTHON
}

# check_all: every function whose name is a sentence
check_all() {
  local name
  for name in $(declare -F | sed 's/declare -f //' | grep '_.*_.*_'); do check "$name"; done
}
