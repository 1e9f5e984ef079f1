#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A span of nights where one file may be given: what may differ between them, and what is said where it may not.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"

day() { "$TELLTALE" synth --hosts 8 --metrics 4 --samples 288 --period-s 300 --seed "$1" --start "$2" -o "$1.h5" >/dev/null 2>&1 || exit 1; }
day 1 2026-01-01
day 2 2026-01-02
day 4 2026-01-04 # the third is missing
day 5 2026-01-02T12:00:00Z
python3 - <<'PYTHON' || exit 1
import shutil, h5py
def changed(name, change):
    shutil.copy("2.h5", name)
    with h5py.File(name, "r+") as file: change(file)
def rename(place):
    def change(file): file[place][3] = "other\u202e"
    return change
def period(file): file.attrs["period_s"] = 60.0
changed("host.h5", rename("hosts/name"))
changed("metric.h5", rename("metrics/name"))
changed("period.h5", period)
PYTHON

nights_with_one_missing_between_are_one_span() {
  fine fit baseline 1.h5 2.h5 4.h5 -m m.h5
  [ "$(grep -c '288 samples' out)" = 3 ]
  not grep -q overlap err
  fine score baseline 2.h5 4.h5 -m m.h5 -o s.h5
  python3 -c 'import h5py; s = h5py.File("s.h5"); assert s.attrs["facility_files"].splitlines() == ["2.h5", "4.h5"]'
  says 3 's.h5: holds 2 nights scored apart, which no one page can show' report s.h5 -o p.html
  says 3 's.h5: holds 2 nights scored apart' report s.h5 --facility-file 2.h5 -o p.html
  not test -e p.html
}
their_order_changes_nothing() {
  fine fit baseline 1.h5 2.h5 -m one.h5
  fine fit baseline 2.h5 1.h5 -m two.h5
  h5diff one.h5 two.h5
  fine score baseline 4.h5 2.h5 -m one.h5 -o a.h5
  fine score baseline 2.h5 4.h5 -m one.h5 -o b.h5
  h5diff a.h5 b.h5
  python3 -c 'import h5py; s = h5py.File("a.h5").attrs; assert s["start_unix_s"] == 1767312000 and s["facility_files"].split() == ["2.h5", "4.h5"]'
}
what_they_find_is_held_against_the_labels_of_all() {
  fine fit baseline 1.h5 -m m.h5
  for nights in 2.h5 4.h5 '4.h5 2.h5'; do # two names are meant to be two words
    # shellcheck disable=SC2086
    fine score baseline $nights -m m.h5 --evaluate --json -o s.h5
    mv out "said $nights"
  done
  python3 - <<'PYTHON'
import json, h5py
def told(nights): return json.load(open("said " + nights))["analyses"][0]["evaluation"]
labels = [len(h5py.File(night)["labels/host"]) for night in ("2.h5", "4.h5")]
one, other, both = told("2.h5"), told("4.h5"), told("4.h5 2.h5")
assert min(labels) > 0
for key in "label_count", "labels_found", "span_count", "labelled_span_count":
    assert both[key] == one[key] + other[key], (key, one, other, both)
assert both["host_days"] == 3 * 8, both # the third of January is within
PYTHON
}
nights_that_overlap_are_named() {
  fine fit baseline 2.h5 5.h5 -m m.h5
  grep -q '2.h5 and 5.h5 overlap by 12.0 hours, which count twice' err
  fine fit baseline 1.h5 1.h5 -m m.h5
  grep -q 'overlap by 24.0 hours' err
}
nights_of_another_period_or_other_metrics_are_refused_by_name() {
  says 3 'period.h5: one sample each 60 s, but 1.h5 has one each 300 s' fit baseline 1.h5 period.h5 -m no.h5
  says 3 'metric.h5: metric 3 is other?, but in 1.h5 it is ' fit baseline 1.h5 metric.h5 -m no.h5
  not test -e no.h5
}
hosts_may_come_and_go_for_a_fit_and_not_within_scores() {
  fine fit baseline 1.h5 host.h5 -m m.h5
  says 3 'host.h5: host 3 is other?, but in 2.h5 it is ' score baseline 2.h5 host.h5 -m m.h5 -o no.h5
  not test -e no.h5
  fine score baseline host.h5 -m m.h5 -o s.h5
}
each_night_is_described() {
  fine info 1.h5 2.h5
  [ "$(grep -c ': facility "' out)" = 2 ]
  fine info 1.h5 2.h5 --json
  python3 - <<'PYTHON'
import json
text, at, found = open("out").read(), 0, []
while text[at:].strip():
    document, at = json.JSONDecoder().raw_decode(text, at)
    at += len(text[at:]) - len(text[at:].lstrip())
    found.append(document["file"])
assert found == ["1.h5", "2.h5"], found
PYTHON
  says 3 'none.h5' info 1.h5 none.h5
}
a_page_for_each_night_is_named_by_its_date() {
  fine fit baseline 1.h5 -m m.h5
  for night in 2 4 5; do fine score baseline $night.h5 -m m.h5 -o s$night.h5; done
  fine report s2.h5 s4.h5 -o 'page-*.html'
  test -s page-2026-01-02.html -a -s page-2026-01-04.html
  says 2 'several nights need a * in --output' report s2.h5 s4.h5 -o page.html
  rm page-*
  says 3 's2.h5 and s5.h5 both begin on 2026-01-02; a date is one page' report s2.h5 s5.h5 -o 'page-*.html'
  not ls page-*
}

for name in $(declare -F | sed 's/declare -f //' | grep '_.*_.*_'); do check "$name"; done
finish
