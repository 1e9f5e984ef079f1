#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Valgrind's memcheck over each command on one rank: nothing is read that was not written, nothing outside
# its block. Leaks are not its part: the test programs balance our allocations, LeakSanitizer sees the rest.
# shellcheck source=tests/cli/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/../cli/support.sh"
command -v valgrind >/dev/null || { echo "skipped: valgrind is not installed"; exit 77; }
case $(nm "$TELLTALE" 2>/dev/null) in *__asan_init*) echo "skipped: built with AddressSanitizer"; exit 77 ;; esac

# clean ARGUMENT...: telltale ends with 0 under memcheck, which finds no error.
clean() {
  local got=0
  valgrind --quiet --error-exitcode=99 --suppressions="$top/tests/support/valgrind.supp" --gen-suppressions=all \
    "$TELLTALE" "$@" >out 2>err || got=$?
  [ "$got" = 0 ] || { echo "telltale $*: status $got"; cat err; return 1; }
}

synth_makes_a_facility() {
  local night
  for night in 0 1; do
    clean synth --hosts 6 --metrics 3 --samples 480 --period-s 180 --seed 1 --night $night -o day$night.h5
  done
}
import_reads_tables_jobs_and_events() {
  python3 - <<'PYTHON'
with open("night.csv", "w") as csv:
    print("time,host,temp,power", file=csv)
    for step in range(200):
        for host in range(3):
            print(f"{1795132800 + 60 * step},n{host},{40 + step % 7},{'' if step == 50 else 300 + host}", file=csv)
    print("yesterday,n1,5", file=csv)
PYTHON
  printf 'JobID|User|State|Start|End|NodeList\n7|ann|COMPLETED|2026-11-20T00:10:00|2026-11-20T01:00:00|n[0-2]\n' >jobs.log
  printf 'time,host,severity,message\n2026-11-20T00:30:00,n1,error,bank 3\n' >events.csv
  clean import night.csv --jobs jobs.log --events events.csv -o imported.h5
}
fit_and_score_run() {
  local analysis
  for analysis in baseline mrdmd; do
    clean fit $analysis day0.h5 -m $analysis.h5
    clean score $analysis day1.h5 -m $analysis.h5 -o $analysis-scores.h5
  done
}
mrdmd_decomposes() { clean mrdmd day1.h5 --sampling pooled --max-level 4 --save-modes --reconstruct -o modes.h5; }
info_and_report_read_what_was_written() {
  local file
  for file in day1 imported mrdmd mrdmd-scores; do clean info $file.h5; done
  clean report mrdmd-scores.h5 -o page.html
}
a_night_runs() { clean nightly day0.h5 day1.h5 -o nights; }

check synth_makes_a_facility
check import_reads_tables_jobs_and_events
check fit_and_score_run
check mrdmd_decomposes
check info_and_report_read_what_was_written
check a_night_runs
finish
