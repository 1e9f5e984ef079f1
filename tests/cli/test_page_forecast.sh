#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The page's chapter on the forecast: its block says what the scores file holds.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/cli/facility.sh
. "$top/tests/cli/facility.sh"

{
  "$TELLTALE" synth --hosts 6 --metrics 6 --samples 400 --period-s 300 --anomalies none -o calm.h5 \
    && "$TELLTALE" synth --hosts 6 --metrics 6 --samples 400 --period-s 300 --anomalies 4 --anomaly-strength 6 -o night.h5 \
    && "$TELLTALE" fit forecast calm.h5 -m model.h5 --epochs 2 --hidden 4 --window 12 --false-alarms-per-host-day 1 \
    && "$TELLTALE" score forecast night.h5 -m model.h5 -o scores.h5 --kept-hosts 3
} >made.out 2>&1 || { cat made.out; exit 1; }

# block PAGE: its forecast block, as JSON
block() {
  python3 - "$1" <<'PYTHON'
import re, sys
found = re.search(r'id="telltale-forecast">(.*?)</script>', open(sys.argv[1]).read())
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

check_all
finish
