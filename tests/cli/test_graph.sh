#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# telltale graph: finds what is known, the same on any number of ranks, names escaped, refusals with their status.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
python=/usr/bin/python3

made() {
  fine synth --system var2 --metrics 8 --hosts 2 --samples 1200 -o system.h5
  fine fit forecast system.h5 -m system.model --predictor ridge --window 6 --lags 4
  fine graph system.h5 -m system.model -o graph.h5 --windows 300 --top-share 0.3
}

a_known_linear_graph_is_found() {
  grep -q 'known graph, area under the ROC curve: influence 1.0000' out
  "$python" - <<'PYTHON'
import h5py
import numpy as np
f, g = h5py.File("system.h5"), h5py.File("graph.h5")
weight, lag = f["truth/weight"][()], f["truth/lag"][()]
edge = g["graph/edge"][()] != 0
assert g.attrs["format"] == "telltale graph" and edge.sum() >= 4
assert (weight[edge] != 0).all() and not edge.diagonal().any()
assert (g["graph/lag"][()][edge] == lag[edge]).all()
assert (g["graph/sign"][()][edge] == np.sign(weight[edge])).all()
assert (g["graph/rise"][()][edge] > 0).all() and (g["graph/stable"][()][edge] >= 0.8).all()
low, mean, high = (g["graph/" + name][()] for name in ("influence_low", "influence", "influence_high"))
off = ~np.eye(8, dtype=bool)
assert (low[off] <= mean[off] * (1 + 1e-9)).all() and (mean[off] <= high[off] * (1 + 1e-9)).all()
PYTHON
}

a_ridge_models_slopes_are_its_weights() {
  "$python" - <<'PYTHON'
import h5py
import numpy as np
g, m = h5py.File("graph.h5"), h5py.File("system.model")
parameters = m["forecast/parameters"][()]
weights = parameters[: 4 * 8 * 8].reshape(4, 8, 8)  # lag, from, to
largest = np.abs(weights).max(axis=0).T
assert np.allclose(g["graph/slope"][()], largest, rtol=1e-5), np.abs(g["graph/slope"][()] - largest).max()
assert (g["graph/lag"][()] == np.abs(weights).argmax(axis=0).T + 1).all()
PYTHON
}

any_number_of_ranks_writes_the_same_files() {
  fine fit forecast system.h5 -m mixed.model --predictor hybrid --window 6 --lags 4 --epochs 1 --hidden 8 --blocks 1
  mkdir -p ranks
  for ranks in 1 2 3 4; do
    run "$ranks" graph system.h5 -m mixed.model -o ranks/graph.h5 --windows 200 --periods hour
    [ "$status" = 0 ]
    for file in h5 csv graphml; do mv ranks/graph.$file ranks/$ranks.$file; done
    for file in h5 csv graphml; do cmp ranks/1.$file ranks/$ranks.$file; done
  done
}

the_table_and_graphml_hold_the_kept_edges() {
  fine info graph.h5
  grep -q 'a graph file' out
  "$python" - <<'PYTHON'
import csv
import xml.etree.ElementTree as ElementTree
import h5py
g = h5py.File("graph.h5")
edge = g["graph/edge"][()]
rows = list(csv.DictReader(open("graph.csv", newline="")))
names = list(g["metrics/name"].asstr()[()])
assert {(names.index(r["Target"]), names.index(r["Source"])) for r in rows} == set(zip(*edge.nonzero()))
weights = [float(r["Weight"]) for r in rows]
assert weights == sorted(weights, reverse=True)
space = "{http://graphml.graphdrawing.org/xmlns}"
root = ElementTree.parse("graph.graphml").getroot()
assert len(root.findall(f"{space}graph/{space}edge")) == edge.sum()
labels = [node.find(f"{space}data[@key='label']").text for node in root.findall(f"{space}graph/{space}node")]
assert labels == names
PYTHON
}

names_that_hurt_csv_or_xml_are_escaped() {
  "$python" - <<'PYTHON'
import shutil
import h5py
shutil.copy("system.h5", "hostile.h5")
f = h5py.File("hostile.h5", "r+")
names = f["metrics/name"]
for i, name in enumerate(['=1+"2"', "</node><x", "a,b\nc", "&amp;", "\x01\x1b[2J", "ü☃", "'", "]]>"]):
    names[i] = name
PYTHON
  fine fit forecast hostile.h5 -m hostile.model --predictor ridge --window 6 --lags 4
  fine graph hostile.h5 -m hostile.model -o hostile.graph.h5 --backbone top --stable-share 0 --windows 300
  not grep -q $'\x1b' out
  "$python" - <<'PYTHON'
import csv
import xml.etree.ElementTree as ElementTree
rows = list(csv.DictReader(open("hostile.graph.csv", newline="")))
found = {name for r in rows for name in (r["Source"], r["Target"])}
assert "'=1+\"2\"::var2" in found and "a,b\nc::var2" in found and "</node><x::var2" in found, found
space = "{http://graphml.graphdrawing.org/xmlns}"
root = ElementTree.parse("hostile.graph.graphml").getroot()
labels = [data.text for data in root.iter(f"{space}data") if data.get("key") == "label"]
assert labels[1] == "</node><x::var2" and labels[3] == "&amp;::var2" and labels[5] == "ü☃::var2", labels
assert labels[4].startswith("??")
PYTHON
}

nothing_is_kept_where_nothing_can_help() {
  fine graph system.h5 -m system.model -o permuted.h5 --permute --windows 300
  # Half of the pairs help by chance, so few of what is strong and stable; the true graph keeps more.
  "$python" - <<'PYTHON'
import h5py
plain, control = (h5py.File(name)["graph/rise"][()] for name in ("graph.h5", "permuted.h5"))
edge = h5py.File("graph.h5")["graph/edge"][()] != 0
assert control[edge].mean() < 0.2 * plain[edge].mean(), (control[edge].mean(), plain[edge].mean())
wald = h5py.File("permuted.h5")["graph/wald"][()]
assert wald.mean() < 3 * 5, wald.mean()  # chi squared with 5 degrees has mean 5; overlapping windows add some
PYTHON
}

periods_are_compared_with_their_own_noise() {
  fine graph system.h5 -m system.model -o hosts.h5 --part all --periods host --windows 300
  grep -q '^2 periods: Jaccard' out
  "$python" - <<'PYTHON'
import h5py
import numpy as np
g = h5py.File("hosts.h5")
assert list(g["periods/name"].asstr()[()]) == ["host0000", "host0001"]
tau = g["periods/tau"][()]
assert tau.shape == (2, 2) and tau[0, 1] == tau[1, 0] and np.all(tau > 0.7), tau
assert g["periods/influence"].shape == (2, 8, 8)
PYTHON
}

a_night_with_a_forecast_has_its_graph() {
  printf 'nightly: {analyses: [forecast]}\nforecast: {predictor: ridge, window: 6, lags: 4}\n' >night.yaml
  printf 'graph: {windows: 300, top_share: 0.3}\n' >>night.yaml
  fine nightly --config night.yaml system.h5 -o nights
  same_file system.model nights/models/forecast.h5
  h5diff graph.h5 nights/20*/graph.h5 /graph
  grep -q 'id="telltale-relation"' nights/20*/report.html
  rm nights/20*/graph.csv
  fine nightly --config night.yaml system.h5 -o nights
  test -s nights/20*/graph.csv
  fine nightly --config night.yaml system.h5 -o without --no-graph
  not compgen -G 'without/20*/graph.h5'
  "$TELLTALE" synth --system var2 --metrics 8 --samples 34 -o brief.h5 >out
  fine nightly --config night.yaml brief.h5 -o brief
  grep -q 'goes without a relation graph' err
  not grep -q 'id="telltale-relation"' brief/20*/report.html
}

wrong_use_and_bad_input_are_refused() {
  says 2 '--model is missing' graph system.h5 -o x.h5
  says 2 'is an input' graph system.h5 -m system.model -o system.model
  says 2 'is an input' graph system.h5 -m system.model -o system.h5
  says 2 'is written beside it' graph system.h5 -m system.model -o x.csv
  says 2 'none of threshold' graph system.h5 -m system.model -o x.h5 --backbone best
  says 3 'cannot open' graph system.h5 -m missing.model -o x.h5
  fine fit baseline system.h5 -m baseline.model
  says 3 'expected one of forecast' graph system.h5 -m baseline.model -o x.h5
  head -c 9000 system.model >cut.model
  says 3 'cut.model' graph system.h5 -m cut.model -o x.h5
  fine synth --system nonlinear_var --metrics 8 --samples 300 -o other.h5
  says 3 "of the model's 8 metrics are not there" graph other.h5 -m system.model -o x.h5
  fine synth --system var2 --metrics 8 --samples 34 -o short.h5
  says 3 'nothing to swap' graph short.h5 -m system.model -o x.h5 --cells 2
  fine synth --system var2 --metrics 8 --samples 20 -o shorter.h5
  says 3 'windows of 7 samples' graph shorter.h5 -m system.model -o x.h5
  says 4 'nowhere' graph system.h5 -m system.model -o nowhere/x.h5
  not compgen -G 'x.*' && not compgen -G '.x.*'
}

check made
[ "$failures" = 0 ] || finish
fine graph system.h5 -m system.model -o graph.h5 --windows 300 --top-share 0.3
check a_known_linear_graph_is_found
check a_ridge_models_slopes_are_its_weights
check any_number_of_ranks_writes_the_same_files
check the_table_and_graphml_hold_the_kept_edges
check names_that_hurt_csv_or_xml_are_escaped
check nothing_is_kept_where_nothing_can_help
check periods_are_compared_with_their_own_noise
check a_night_with_a_forecast_has_its_graph
check wrong_use_and_bad_input_are_refused
finish
