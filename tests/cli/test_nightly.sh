#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# telltale nightly on small facilities: what it writes, passes over, takes up again and refuses.
# shellcheck source=tests/cli/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

make_facility day0.h5 2026-11-19 1 --anomalies none --night 0
make_facility day1.h5 2026-11-19 1 --night 1 --anomalies 4 --anomaly-strength 6 --anomaly-median-steps 60
mkdir -p whole && "$TELLTALE" nightly day1.h5 --history-files day0.h5 -o whole/nights >whole/out 2>whole/err || {
  cat whole/out whole/err
  exit 1
}
night=2026-11-20

a_night_is_scores_summary_page_and_a_manifest_that_agrees() {
  (cd whole/nights/$night && find . -type f | sort) >files
  printf '%s\n' ./manifest.json ./report.html ./scores.h5 ./summary.json | diff - files
  python3 - whole/nights/$night <<'PYTHON'
import hashlib, json, os, sys
folder = sys.argv[1]
manifest = json.load(open(os.path.join(folder, "manifest.json")))
assert manifest["format"] == "telltale night" and manifest["night"] == "2026-11-20"
for file in manifest["files"]:
    data = open(os.path.join(folder, file["name"]), "rb").read()
    assert len(data) == file["size_bytes"], file
    assert hashlib.sha256(data).hexdigest() == file["sha256"], file
assert {f["name"] for f in manifest["files"]} == {"scores.h5", "summary.json", "report.html"}
json.load(open(os.path.join(folder, "summary.json")))
PYTHON
}

found_is_printed_against_planted() {
  grep -q 'found against planted' whole/out
  grep -Eq 'false alarms on [0-9]+ of [0-9]+ host-days' whole/out
}

the_model_is_fitted_on_the_earlier_night() {
  grep -q 'mrdmd: fitted on earlier nights' whole/out
  h5dump -a /fitted_on whole/nights/models/mrdmd.h5 | grep -q '2026-11-19T00:00:00Z'
}

the_settings_and_the_version_stand_in_every_result() {
  for file in whole/nights/models/mrdmd.h5 whole/nights/$night/scores.h5; do
    h5dump -a /settings "$file" | grep -q 'mrdmd:'
    h5dump -a /program_version "$file" | grep -q '[0-9]\.[0-9]'
  done
}

a_second_start_finds_everything_whole() {
  cp -r whole second
  find second -type f ! -name .lock -printf '%p %T@\n' | sort >before
  fine nightly day1.h5 --history-files day0.h5 -o second/nights
  grep -q 'whole, from an earlier start' out
  find second -type f ! -name .lock -printf '%p %T@\n' | sort | diff before -
}

finished_nights_of_a_pattern_are_passed_over() {
  cp -r whole third
  cat >night.yaml <<YAML
nightly:
  output: third/nights
  facility_files: ["day1*.h5"]
  history_files: [day0.h5]
YAML
  fine nightly --config night.yaml
  grep -q 'nothing to do: 1 nights are finished already' out
}

a_damaged_result_is_made_again() {
  cp -r whole damaged
  printf x | dd of=damaged/nights/$night/scores.h5 bs=1 seek=5000 conv=notrunc 2>/dev/null
  rm damaged/nights/$night/summary.json
  fine nightly day1.h5 --history-files day0.h5 -o damaged/nights
  same_file whole/nights/$night/scores.h5 damaged/nights/$night/scores.h5
  [ -s damaged/nights/$night/summary.json ]
}

other_settings_score_again() {
  cp -r whole other
  printf 'mrdmd:\n  fdr: 0.2\n' >other.yaml
  fine nightly day1.h5 --history-files day0.h5 -o other/nights --config other.yaml
  h5dump -a /settings other/nights/$night/scores.h5 | grep -q 'fdr: 0.2'
}

two_ranks_find_the_same() {
  run 2 nightly day1.h5 --history-files day0.h5 -o two/nights
  [ "$status" = 0 ]
  same_file whole/nights/$night/scores.h5 two/nights/$night/scores.h5
  same_file whole/nights/models/mrdmd.h5 two/nights/models/mrdmd.h5
  diff <(grep -v whole/nights whole/out) <(grep -v two/nights out)
}

dry_run_says_what_and_writes_nothing() {
  list() { find . -type f ! -name out ! -name err ! -name before ! -name .said -printf '%p %T@\n' | sort; }
  list >before
  fine nightly day1.h5 --history-files day0.h5 -o dry/nights --dry-run
  list | diff before -
  [ ! -e dry ]
  grep -q "would fit mrdmd on day0.h5" out
  grep -q "would score into dry/nights/$night/scores.h5" out
  grep -q 'nothing was written' out
}

dry_run_meets_what_is_wrong() {
  says 3 'none.h5' nightly none.h5 --dry-run
  says 2 'there is no analysis "nosuch"' nightly day1.h5 --analyses nosuch --dry-run
  says 2 'mrdmd stands twice' nightly day1.h5 --analyses mrdmd,mrdmd --dry-run
  printf 'nightly:\n  outptu: x\n' >bad.yaml
  says 2 'bad.yaml:2: the key "outptu" is unknown; did you mean "output"?' nightly day1.h5 --config bad.yaml --dry-run
  printf 'nightyl:\n  output: x\n' >bad.yaml
  says 2 'bad.yaml:1: the section "nightyl" is unknown; did you mean "nightly"?' nightly day1.h5 --config bad.yaml
  printf 'sources:\n  - {inputs: x, sourcex: csv}\n' >bad.yaml
  says 2 'bad.yaml:2: the key "sourcex" is unknown; did you mean "source"?' nightly --config bad.yaml --dry-run
  printf 'sources:\n  - {inputs: no/such/folder}\n' >bad.yaml
  says 3 'no/such/folder: there is no such file or folder' nightly --config bad.yaml --dry-run
  head -c 3000 day1.h5 >half.h5
  says 3 'half.h5' nightly half.h5 --dry-run
}

the_configurations_that_come_with_the_program_are_accepted() {
  for config in nightly ldms-runs; do
    fine nightly day1.h5 --config "$top/configs/$config.yaml" -o shipped --dry-run
  done
  # Its nights are made by jobscripts/quickstart.sh; that they are missing is all that is wrong here.
  run 1 nightly day1.h5 --config "$top/configs/quickstart.yaml" -o shipped --dry-run
  [ "$status" = 0 ] || { [ "$status" = 3 ] && grep -q 'No such file' err; }
}

new_inputs_of_sources_are_imported_once() {
  mkdir -p logs
  python3 - <<'PYTHON'
import random
random.seed(1)
for day in (19, 20):
    with open(f"logs/2026-11-{day}.csv", "w") as file:
        file.write("time,host,load,power\n")
        for minute in range(0, 1440, 2):
            for host in ("n1", "n2", "n3"):
                moment = f"2026-11-{day}T{minute // 60:02d}:{minute % 60:02d}:00Z"
                file.write(f"{moment},{host},{random.gauss(2, .5):.3f},{random.gauss(300, 9):.1f}\n")
PYTHON
  printf 'JobID|JobName|User|State|Start|End|NodeList\n7|sim|ann|COMPLETED|2026-11-19T03:00:00|2026-11-19T05:00:00|n[1-2]\n' >logs/jobs.txt
  cat >sources.yaml <<YAML
nightly: {output: imported, analyses: [baseline]}
sources:
  - {inputs: "logs/2026*.csv", facility: vole}
  - {source: slurm, inputs: logs/jobs.txt}
YAML
  mv logs/2026-11-20.csv later.csv
  fine nightly --config sources.yaml --dry-run
  grep -q 'would import 1 inputs, the first logs/2026-11-19.csv' out
  [ ! -e imported ]
  fine nightly --config sources.yaml
  [ -s imported/2026-11-19/manifest.json ]
  h5dump -d /jobs/name imported/facility/2026-11-19.h5 | grep -q '"sim"'
  cp -r imported before_import
  fine nightly --config sources.yaml
  grep -q 'sources: nothing is new' out
  grep -q 'nothing to do: 1 nights are finished already' out
  mv later.csv logs/2026-11-20.csv
  fine nightly --config sources.yaml
  [ -s imported/2026-11-20/manifest.json ]
  [ "$(find imported/facility -name '*.h5' | wc -l)" = 2 ]
  same_file before_import/2026-11-19/scores.h5 imported/2026-11-19/scores.h5
}

an_input_that_has_grown_adds_a_night() {
  mkdir -p grown
  cp logs/2026-11-19.csv grown/all.csv
  printf 'nightly: {output: grown/nights, analyses: [baseline]}\nsources:\n  - {inputs: grown/all.csv}\n' >grown.yaml
  fine nightly --config grown.yaml
  tail -n +2 logs/2026-11-20.csv >>grown/all.csv
  fine nightly --config grown.yaml
  [ -s grown/nights/2026-11-19/manifest.json ]
  [ -s grown/nights/2026-11-20/manifest.json ]
  h5dump -a /start_unix_s grown/nights/facility/2026-11-20.h5 | grep -q 1795132800
}

an_input_that_has_grown_by_old_rows_is_nothing_new() {
  mkdir -p stale
  cp logs/2026-11-19.csv stale/all.csv
  printf 'nightly: {output: stale/nights, analyses: [baseline]}\nsources:\n  - {inputs: stale/all.csv}\n' >stale.yaml
  printf '  - {source: slurm, inputs: logs/jobs.txt}\n' >>stale.yaml
  fine nightly --config stale.yaml
  find stale/nights/2026* -type f -printf '%p %T@\n' | sort >before
  tail -n 5 stale/all.csv >rows
  cat rows >>stale/all.csv
  fine nightly --config stale.yaml
  grep -q 'hold no new sample' out
  fine nightly --config stale.yaml
  grep -q 'sources: nothing is new' out
  find stale/nights/2026* -type f -printf '%p %T@\n' | sort | diff before -
  ls -A stale/nights/facility | diff <(printf '2026-11-19.h5\nimported.json\n') -
  printf 'nightly: {output: stale/nights, analyses: [baseline]}\nsources:\n  - {inputs: stale/all.csv}\n' >stale.yaml
  cat rows >>stale/all.csv
  fine nightly --config stale.yaml
  grep -q 'hold no new sample' out
}

# Twenty samples are one window to mrdmd, which needs two; to baseline any number will do.
an_analysis_that_cannot_be_fitted_does_not_cost_the_others() {
  fine synth --hosts 8 --metrics 3 --samples 20 --period-s 60 --seed 1 --start 2026-11-20 -o short.h5
  says 3 'mrdmd is left out of night 2026-11-20: no reading has a baseline' nightly short.h5 -o lacking
  python3 - lacking/$night <<'PYTHON'
import json, sys
summary = json.load(open(sys.argv[1] + "/summary.json"))
names = {a["name"]: a.get("left_out") for a in summary["analyses"]}
assert names["baseline"] is None and "no reading has a baseline" in names["mrdmd"], names
manifest = json.load(open(sys.argv[1] + "/manifest.json"))
assert [e["analysis"] for e in manifest["left_out"]] == ["mrdmd"], manifest
PYTHON
  grep -q 'analyses_left_out":\[{"name":"mrdmd","reason":"no reading has a baseline' lacking/$night/report.html
  "$TELLTALE" info lacking/$night/scores.h5 | grep -q '^left out  *mrdmd: no reading has a baseline'
  run 2 nightly short.h5 -o lacking2
  [ "$status" = 3 ]
  same_file lacking/$night/scores.h5 lacking2/$night/scores.h5
}

a_night_that_lacks_an_analysis_is_finished_until_its_model_comes() {
  printf 'nightly: {output: lacking, facility_files: [short.h5]}\n' >lacking.yaml
  fine nightly --config lacking.yaml
  grep -q 'nothing to do: 1 nights are finished already' out
  cp whole/nights/models/mrdmd.h5 lacking/models/mrdmd.h5
  run 1 nightly --config lacking.yaml
  [ "$status" = 0 ] || [ "$status" = 3 ]
  grep -q 'night 2026-11-20' out
  fine nightly --config lacking.yaml
  grep -q 'nothing to do: 1 nights are finished already' out
}

nights_that_cannot_be_done_do_not_cost_those_after_them() {
  printf 'nightly: {output: costly, analyses: [mrdmd], facility_files: [short.h5, later.h5]}\n' >costly.yaml
  fine synth --hosts 8 --metrics 3 --samples 1440 --period-s 60 --seed 1 --start 2026-11-22 -o later.h5
  says 3 'night 2026-11-20 cannot be done: mrdmd: no reading has a baseline' nightly --config costly.yaml
  grep -q '^warning: mrdmd cannot be fitted on earlier nights' err
  [ -s costly/2026-11-22/manifest.json ] && not [ -e costly/2026-11-20/manifest.json ]
}

contradicting_sources_are_refused() {
  printf 'sources:\n  - {inputs: logs/*.csv, facility: a}\n  - {inputs: logs/*.txt, facility: b}\n' >two.yaml
  says 2 'sources, entry 2: facility was given another value before' nightly --config two.yaml --dry-run
  printf 'sources:\n  - {inputs: logs/*.csv, output: a.h5}\n' >two.yaml
  says 2 'sources, entry 1: output and json have no place in a source' nightly --config two.yaml --dry-run
}

two_files_of_one_date_are_refused() {
  cp day1.h5 twin.h5
  says 3 'both begin on 2026-11-20' nightly day1.h5 twin.h5 -o twins
  not [ -e twins/$night ]
}

a_locked_folder_is_left_at_once() {
  mkdir -p locked
  fine nightly day1.h5 --history-files day0.h5 -o locked
  exec 9>>locked/.lock
  flock -n 9
  says 75 'locked' nightly day1.h5 --history-files day0.h5 -o locked
  exec 9>&-
  fine nightly day1.h5 --history-files day0.h5 -o locked
}

a_folder_that_cannot_be_made_is_status_4() {
  : >file
  says 4 'file' nightly day1.h5 -o file/nights
  says 4 '/proc/nights' nightly day1.h5 -o /proc/nights
  says 4 'file' nightly day1.h5 -o file/nights --dry-run
  says 4 '/proc' nightly day1.h5 -o /proc/nights --dry-run
}

anomalies_are_status_10_where_asked() {
  run 1 nightly day1.h5 --history-files day0.h5 -o whole/nights --fail-on-anomaly
  [ "$status" = 10 ]
  grep -q 'anomalous scores on' err
}

profile_prints_the_stages() {
  fine nightly day1.h5 --history-files day0.h5 -o profiled --profile
  for stage in 'fit mrdmd' 'score mrdmd' page; do grep -q "^$stage " err; done
}

check a_night_is_scores_summary_page_and_a_manifest_that_agrees
check found_is_printed_against_planted
check the_model_is_fitted_on_the_earlier_night
check the_settings_and_the_version_stand_in_every_result
check a_second_start_finds_everything_whole
check finished_nights_of_a_pattern_are_passed_over
check a_damaged_result_is_made_again
check other_settings_score_again
check two_ranks_find_the_same
check dry_run_says_what_and_writes_nothing
check dry_run_meets_what_is_wrong
check the_configurations_that_come_with_the_program_are_accepted
check new_inputs_of_sources_are_imported_once
check an_input_that_has_grown_adds_a_night
check an_input_that_has_grown_by_old_rows_is_nothing_new
check an_analysis_that_cannot_be_fitted_does_not_cost_the_others
check a_night_that_lacks_an_analysis_is_finished_until_its_model_comes
check nights_that_cannot_be_done_do_not_cost_those_after_them
check contradicting_sources_are_refused
check two_files_of_one_date_are_refused
check a_locked_folder_is_left_at_once
check a_folder_that_cannot_be_made_is_status_4
check anomalies_are_status_10_where_asked
check profile_prints_the_stages
finish
