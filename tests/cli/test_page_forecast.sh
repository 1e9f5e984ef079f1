#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The page's chapters on the forecast and on the relation graph: their blocks say what the files hold.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/cli/facility.sh
. "$top/tests/cli/facility.sh"

{
  "$TELLTALE" synth --hosts 6 --metrics 6 --samples 400 --period-s 300 --anomalies none -o calm.h5 \
    && "$TELLTALE" synth --hosts 6 --metrics 6 --samples 400 --period-s 300 --anomalies 4 --anomaly-strength 6 -o night.h5 \
    && "$TELLTALE" fit forecast calm.h5 -m model.h5 --epochs 2 --hidden 4 --window 12 --false-alarms-per-host-day 1 \
    && "$TELLTALE" score forecast night.h5 -m model.h5 -o scores.h5 --kept-hosts 3 \
    && "$TELLTALE" graph night.h5 -m model.h5 --periods day -o relation.h5
} >made.out 2>&1 || { cat made.out; exit 1; }

# block PAGE [NAME]: its forecast block, or another, as JSON
block() {
  python3 - "$1" "${2:-forecast}" <<'PYTHON'
import re, sys
found = re.search(rf'id="telltale-{sys.argv[2]}">(.*?)</script>', open(sys.argv[1]).read())
print(found[1] if found else "null")
PYTHON
}

the_block_says_what_the_scores_file_holds() {
  fine report scores.h5 -o page.html
  block page.html >block.json
  python3 - <<'PYTHON'
import base64, json, struct
import h5py, numpy as np
block, file = json.load(open("block.json")), h5py.File("scores.h5")["forecast"]
close = lambda a, b: np.allclose(np.array(a, dtype=float), b, rtol=1e-5, equal_nan=True)
score = file["score"][:]
assert close(block["peak"], np.nanmax(score, axis=1)) and close(block["threshold"], file.attrs["threshold"])
assert close(block["epochs"]["validation"], file["epochs"][:, 1])
assert block["kept"] == file["kept/host"][:].tolist() and len(block["kept"]) == 3
events = block["events"]
assert events["total"] == len(file["events/host"]) > 0 and events["peak"] == sorted(events["peak"], reverse=True)
order = np.argsort(-file["events/peak"][:], kind="stable")
assert events["host"] == file["events/host"][:][order].tolist()
assert [m[0] for m in events["metric"]] == file["events/metric"][:, 0][order].tolist()
own = block["levels"]["own"]
above = score > file.attrs["threshold"]
days = np.arange(score.shape[1]) * 300 // 86400
assert block["levels"]["threshold"][own] == block["threshold"]
assert block["levels"]["events"][own] == events["total"] and block["levels"]["samples"][own] == above.sum()
assert block["levels"]["hosts"][own] == above.any(axis=1).sum()
assert block["levels"]["host_days"][own] == sum(above[:, days == d].any(axis=1).sum() for d in range(2))
# The first metric of the first host kept, as it was packed: between its least and its most in 65,534 steps.
record = base64.b64decode(block["predictions"]["records"][0])
kind, bucket, low, high = struct.unpack("<BIff", record[:13])
assert kind == 2 and bucket == 1
codes = np.frombuffer(record[13:13 + 2 * score.shape[1]], "<u2").astype(float)
values = np.where(codes == 65535, np.nan, low + codes * (high - low) / 65534)
kept = file["kept/prediction"][0, :, 0]
assert np.allclose(values, kept, atol=(high - low) / 65534, equal_nan=True) and np.isnan(kept[:12]).all()
PYTHON
}
the_number_of_ranks_changes_nothing() {
  fine report scores.h5 -o one.html
  run 3 report scores.h5 -o three.html
  [ "$status" = 0 ]
  block one.html >one.json
  block three.html >three.json
  cmp one.json three.json
}
a_page_without_a_forecast_has_no_such_block() {
  fine fit baseline calm.h5 -m baseline.h5
  fine score baseline night.h5 -m baseline.h5 -o baseline_scores.h5
  fine report baseline_scores.h5 -o plain.html
  [ "$(block plain.html)" = null ]
}
a_file_whose_parts_do_not_fit_is_refused() {
  for change in "file['forecast/events/host'][0] = 99" "file['forecast/metric'][0] = 6" "file['forecast/kept/host'][0] = -1"; do
    cp scores.h5 broken.h5
    python3 -c "import h5py; file = h5py.File('broken.h5', 'r+'); $change"
    says 3 "not there" report broken.h5 -o broken.html
  done
  cp scores.h5 broken.h5
  python3 -c "import h5py; file = h5py.File('broken.h5', 'r+'); cut = file['forecast/score'][:, :-1]; del file['forecast/score']; file['forecast/score'] = cut"
  says 3 "does not have a score of each host and time" report broken.h5 -o broken.html
  [ ! -e broken.html ]
}

the_graph_is_in_the_page_where_it_is_named_or_beside() {
  fine report scores.h5 -o page.html
  [ "$(block page.html relation)" = null ]
  fine report scores.h5 --graph relation.h5 -o page.html
  block page.html relation >relation.json
  python3 - <<'PYTHON'
import json
import h5py, numpy as np
block, file = json.load(open("relation.json")), h5py.File("relation.h5")
names = [name.decode() for name in file["metrics/name"][:]]
assert block["nodes"]["name"] == names and block["nodes"]["metric"] == list(range(6))
assert block["nodes"]["core"] == file["metrics/core"][:].tolist()
edges = block["edges"]
pairs = list(zip(edges["to"], edges["from"]))
influence, kept = file["graph/influence"][:], file["graph/edge"][:]
assert len(set(pairs)) == len(pairs) == sum(influence[i, j] > 0 for i in range(6) for j in range(6) if i != j) > 0
for field, name in (("influence", "influence"), ("low", "influence_low"), ("rise", "rise"), ("lag", "lag"), ("sign", "sign"), ("stable", "stable")):
    assert np.allclose(edges[field], [file["graph/" + name][i, j] for i, j in pairs], rtol=1e-5), field
assert edges["is_kept"] == [int(kept[i, j]) for i, j in pairs] == sorted(edges["is_kept"], reverse=True)
periods = block["periods"]
assert periods["name"] == [name.decode() for name in file["periods/name"][:]] and periods["total"] == len(periods["name"])
for p, row in enumerate(periods["influence"]):
    assert np.allclose(row, [file["periods/influence"][p, i, j] for i, j in pairs], rtol=1e-5)
table = np.array([[np.nan if value is None else value for value in row] for row in periods["tau"]], dtype=float)
assert np.allclose(table, file["periods/tau"][:], rtol=1e-5, equal_nan=True)
PYTHON
  mkdir -p beside
  cp scores.h5 beside/scores.h5
  cp relation.h5 beside/graph.h5
  run 2 report beside/scores.h5 -o beside.html
  [ "$status" = 0 ]
  block beside.html relation >beside.json
  cmp relation.json beside.json
}
a_graph_that_cannot_be_used_is_named() {
  says 3 "scores.h5" report scores.h5 --graph scores.h5 -o other.html
  says 3 "none.h5" report scores.h5 --graph none.h5 -o other.html
  cp relation.h5 foreign.h5
  python3 -c "import h5py; h5py.File('foreign.h5', 'r+').attrs['facility'] = 'elsewhere'"
  says 3 "is of facility elsewhere" report scores.h5 --graph foreign.h5 -o other.html
  mkdir -p foreign
  cp scores.h5 foreign/scores.h5
  cp foreign.h5 foreign/graph.h5
  fine report foreign/scores.h5 -o foreign.html
  grep -q 'graph.h5: is of another facility, and left out' err
  [ "$(block foreign.html relation)" = null ]
  cp relation.h5 cut.h5
  python3 -c "import h5py; file = h5py.File('cut.h5', 'r+'); part = file['graph/rise'][:3]; del file['graph/rise']; file['graph/rise'] = part"
  says 3 "rise" report scores.h5 --graph cut.h5 -o other.html
  [ ! -e other.html ]
}

check_all
finish
