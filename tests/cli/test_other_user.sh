#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Another user than root, whom permissions hold: a folder that he may not write, a file that he may not read.
# shellcheck source=tests/cli/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

nobody=65534
if [ "$(id -u)" = 0 ] && ! command -v setpriv >/dev/null; then
  echo "skipped: root, and without setpriv to be somebody else"
  exit 77
fi

make_facility day.h5 2026-11-20 1
fine fit baseline day.h5 -m model.h5
fine score baseline day.h5 -m model.h5 -o scores.h5
printf 'time,host,a\n2026-11-20T00:00:00,n1,1\n2026-11-20T00:01:00,n1,2\n' >good.csv
mkdir closed own home
printf 'kept\n' >closed/kept
printf 'format: \n' >closed/old.h5

# The program where anybody may run it, and a wrapper that runs it as somebody whom permissions hold.
cp "$TELLTALE" program
# shellcheck disable=SC2154 # scratch: tests/cli/support.sh
chmod 755 program "$scratch"
user=()
if [ "$(id -u)" = 0 ]; then
  user=(setpriv --reuid="$nobody" --regid="$nobody" --clear-groups)
  chown $nobody:$nobody own home
fi
printf '#!/bin/sh\nHOME=%s/home TMPDIR=%s/home exec %s timeout -s KILL 300 "$@"\n' "$scratch" "$scratch" "${user[*]}" >as_user
printf '#!/bin/sh\nexec %s/as_user %s/program "$@"\n' "$scratch" "$scratch" >telltale
chmod 755 as_user telltale
chmod 644 ./*.h5 good.csv
chmod 555 closed
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
TELLTALE=$scratch/telltale

# stays: the closed folder holds what it held.
stays() {
  [ "$(ls -A closed | tr '\n' ' ')" = "kept old.h5 " ] && [ "$(cat closed/old.h5)" = 'format: ' ]
}

a_folder_that_may_not_be_written_is_status_4_for_every_command() {
  local name
  for name in new old; do
    says 4 closed/$name.h5 import good.csv -o closed/$name.h5
    says 4 closed/$name.h5 synth --hosts 4 --metrics 2 --samples 100 -o closed/$name.h5
    says 4 closed/$name.h5 fit baseline day.h5 -m closed/$name.h5
    says 4 closed/$name.h5 fit mrdmd day.h5 -m closed/$name.h5
    says 4 closed/$name.h5 score baseline day.h5 -m model.h5 -o closed/$name.h5
    says 4 closed/$name.h5 mrdmd day.h5 -o closed/$name.h5
    says 4 closed/$name.h5 report scores.h5 -o closed/$name.h5
    stays
  done
}

a_night_in_such_a_folder_is_status_4_by_trial_and_in_earnest() {
  says 4 closed nightly day.h5 -o closed
  says 4 closed/nights nightly day.h5 -o closed/nights
  says 4 closed nightly day.h5 -o closed/nights --dry-run
  stays
}

on_two_ranks_it_is_one_message() {
  local words
  for words in "fit baseline day.h5 -m closed/new.h5" "nightly day.h5 -o closed/nights"; do
    status=0
    # shellcheck disable=SC2086 # a list of words
    ./as_user mpirun --oversubscribe --bind-to none -n 2 "$scratch/program" $words >out 2>err || status=$?
    [ "$status" = 4 ] && [ "$(grep -c '^telltale: ' err)" = 1 ] || { echo "$words: status $status"; cat err; return 1; }
  done
  stays
}

inputs_need_not_be_writable() {
  chmod 755 closed
  cp day.h5 closed/day.h5
  chmod 444 closed/day.h5
  chmod 555 closed
  fine info closed/day.h5
  fine nightly closed/day.h5 -o own/nights
  [ -s own/nights/2026-11-20/report.html ] && nothing_left own
  chmod 755 closed
  rm -f closed/day.h5
  chmod 555 closed
}

a_file_that_may_not_be_read_is_status_3() {
  local name
  for name in day.h5 model.h5 scores.h5 good.csv; do chmod 000 $name; done
  says 3 'day.h5' info day.h5
  says 3 'day.h5' fit baseline day.h5 -m own/m.h5
  says 3 'scores.h5' report scores.h5 -o own/r.html
  says 3 'good.csv' import good.csv -o own/f.h5
  says 3 'day.h5' nightly day.h5 -o own/none
  chmod 644 day.h5
  says 3 'model.h5' score baseline day.h5 -m model.h5 -o own/s.h5
  for name in m.h5 r.html f.h5 s.h5 none/2026-11-20; do not [ -e own/$name ]; done
  nothing_left own
}

check a_folder_that_may_not_be_written_is_status_4_for_every_command
check a_night_in_such_a_folder_is_status_4_by_trial_and_in_earnest
check on_two_ranks_it_is_one_message
check inputs_need_not_be_writable
check a_file_that_may_not_be_read_is_status_3
finish
