#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Configurations that want to fill the memory, stamps at the edges of time, and a facility whose names are made to
# break CSV, JSON, HTML and paths: from import to the page.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/cli/facility.sh
. "$top/tests/cli/facility.sh"

python3 - <<'PYTHON'
import csv, random
random.seed(2)
def write(name, text): open(name, "w", newline="").write(text)
write("laugh.yaml", "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi")))
write("deep.yaml", "import: " + "[" * 100000 + "\n")
write("huge.yaml", "import:\n  tile_hosts: 99999999999999999999999999\n")
write("one.csv", "time,a\n1700000000,1\n1700000060,2\n")
write("many.txt", "JobID|State|Start|End|NodeList\n1|COMPLETED|1700000000|1700000100|n[0-999999999]\n"
      "2|COMPLETED|1700000000|1700000100|n[1-2]\n3|COMPLETED|1700000000|1700000100|n[1-99][1-999][1-999][1-999]\n")
stamps = {"1970": 0, "1979": 315532799, "1980": 315532800, "2099": 4102444799, "2100": 4102444800, "2106": 4294967296}
write("years.csv", "time,host,a\n" + "".join(f"{s},n{year},1\n" for year, s in stamps.items()))
# The night when clocks go back: with an offset every stamp is one moment, local time steps back.
write("autumn.csv", "time,a\n" + "".join(f"2023-10-29T0{2 + (m >= 60) * 0}:{m % 60:02d}:00+0{2 - m // 60}:00,{m}\n" for m in range(120)))
write("local.csv", "time,a\n" + "".join(f"2023-10-29T02:{m % 60:02d}:00,{m}\n" for m in range(120)))
write("comma.csv", 'time;a;b\n1700000000;1,5;2\n1700000060;"1,5";3\n1700000120;1.5;1e999\n')
hostile = ["a,b", 'q"uo"te', "new\nline", "<script>alert(1)</script>", "../../../tmp/evil", "x" * 10000, "</script><!--", "\u202ename", "&amp;"]
with open("hostile.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["time", "host"] + [h + " load" for h in hostile])
    for t in range(1440):
        for host in hostile:
            table.writerow([1700000000 + 60 * t, host] + [f"{50 + 10 * random.random() + (900 if host == 'a,b' and 800 < t < 900 else 0):.3f}" for _ in hostile])
with open("events.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["time", "host", "severity", "category", "message"])
    for i, h in enumerate(hostile): table.writerow([1700000100 + i, h, "fatal", h, h])
with open("labels.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["host", "start", "end", "name"])
    for h in hostile: table.writerow([h, 1700048000, 1700054000, h])
PYTHON

# bounded STATUS TEXT ARGUMENT...: says, in less than a second of work and 100 MB
bounded() {
  says "$@"
  shift 2
  python3 - "$TELLTALE" "$@" <<'PYTHON'
import resource, subprocess, sys
subprocess.run(sys.argv[1:], capture_output=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
assert used.ru_maxrss < 100000 and used.ru_utime < 1, used
PYTHON
}

configurations_that_explode_are_refused_with_their_line() {
  bounded 2 'laugh.yaml' import --config laugh.yaml one.csv -o x.h5
  bounded 2 'deep.yaml:1' import --config deep.yaml one.csv -o x.h5
  bounded 2 'huge.yaml:2' import --config huge.yaml one.csv -o x.h5
  not test -e x.h5
}
lists_of_a_billion_hosts_are_counted_not_expanded() {
  fine import many.txt --json -o many.h5
  counts out 'rows["reasons"]["hosts"]["rows"] == 2 and rows["reasons"]["hosts"]["first_line"] == 2 and used == 1'
  holds many.h5 'texts("hosts/name") == ["n1", "n2"] and len(file["jobs/id"]) == 3'
}
years_before_1980_and_from_2100_on_are_refused_by_row() {
  says 3 'a clock was wrong' import years.csv --period-s 60 -o x.h5
  fine import years.csv --period-s 60 --start 1980-01-01 --end 1980-01-02 --json -o years.h5
  counts out 'rows["reasons"]["time"]["rows"] == 4 and left_out == 1 and used == 1'
}
offsets_make_the_night_when_clocks_change_whole() {
  fine import autumn.csv --json -o autumn.h5
  counts out 'used == 120'
  holds autumn.h5 'values[0, :, 0].tolist() == list(range(120))'
  fine import local.csv --json -o local.h5
  counts out 'rows["reasons"]["backward"]["rows"] == 1 and rows["reasons"]["duplicate"]["rows"] == 60'
}
decimal_commas_and_overflows_are_empty_and_counted() {
  fine import comma.csv --json -o comma.h5
  counts out 'rows["reasons"]["cell"]["rows"] == 3 and repaired == 3'
  holds comma.h5 'np.isnan(values[0, :2, 0]).all() and values[0, 2, 0] == 1.5 and np.isnan(values[0, 2, 1])'
}
# terminal_safe FILE...: no character that moves the cursor or turns the direction of writing
terminal_safe() {
  python3 - "$@" <<'PYTHON'
import sys
for name in sys.argv[1:]:
    bad = [c for c in open(name, encoding="utf-8").read() if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160 or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"]
    assert not bad, (name, bad)
PYTHON
}

hostile_names_come_out_escaped_everywhere() {
  fine import --source csv hostile.csv --events events.csv --labels labels.csv -o hostile.h5
  holds hostile.h5 'len(texts("hosts/name")) == 9 and "new\nline" in texts("hosts/name")'
  fine info hostile.h5
  terminal_safe out
  fine info hostile.h5 --json
  python3 -c 'import json; json.load(open("out"))'
  fine fit baseline hostile.h5 -m hostile.model
  fine score baseline hostile.h5 -m hostile.model --evaluate -o hostile.scores
  fine report hostile.scores -o hostile.html --summary hostile.json
  python3 - <<'PYTHON'
import json
json.load(open("hostile.json"))
page = open("hostile.html", encoding="utf-8").read()
assert "<script>alert(1)" not in page and "</script><!--" not in page
PYTHON
  run 1 nightly hostile.h5 --output night
  [ "$status" = 0 ] || { cat err; return 1; }
  python3 - <<'PYTHON'
import json, pathlib
for path in pathlib.Path("night").rglob("*.json"): json.loads(path.read_text())
for path in pathlib.Path("night").rglob("*.html"): assert "<script>alert(1)" not in path.read_text(encoding="utf-8")
assert not pathlib.Path("/tmp/evil").exists()
PYTHON
}

check_all
finish
