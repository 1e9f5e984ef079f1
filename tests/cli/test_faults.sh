#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Broken inputs, wrong places for outputs, full disks, killed ranks: one clear message, the right exit
# status, nothing half-written, no hang. Every run stands under a time limit.
# shellcheck source=tests/cli/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

limit_s=$(patience 60)
real=$TELLTALE
cat >limited <<SH
#!/bin/sh
exec timeout -s KILL $limit_s "$real" "\$@"
SH
chmod +x limited
TELLTALE=$scratch/limited

fine synth --hosts 8 --metrics 3 --samples 720 --period-s 60 --seed 1 --start 2026-11-20 -o f.h5
fine fit baseline f.h5 -m m.h5
fine score baseline f.h5 -m m.h5 -o s.h5
python3 - <<'PYTHON'
import h5py
import numpy as np
with h5py.File("f.h5") as f, h5py.File("nan.h5", "w") as g:
    for k in f: f.copy(k, g)
    for k, v in f.attrs.items(): g.attrs[k] = v
    g["telemetry/values"][...] = np.nan
with h5py.File("plain.h5", "w") as g:
    g["big"] = np.full((5, 200), 1e308)
    g["nan"] = np.full((5, 200), np.nan)
    g["zeros"] = np.zeros((5, 200))
    g["one"] = np.ones((1, 200))
    g["cube"] = np.zeros((2, 2, 2))
PYTHON
for part in 1 10 50 90 99; do
  for file in f m s; do head -c $(($(stat -c %s $file.h5) * part / 100)) $file.h5 >$file$part.h5; done
done
head -c 3000 /dev/urandom >binary
: >empty
printf 'time,host,a\n2026-11-20,n1,1\n2026-11-20T00:01:00,n1,2\n' >good.csv
mkdir folder

# refused FILE...: after a refusal none of these files is there, nor a temporary one.
refused() {
  local file
  for file; do ! [ -e "$file" ] || { echo "$file was written"; return 1; }; done
  nothing_left .
}

files_cut_anywhere_are_refused_by_name() {
  local part
  for part in 1 10 50 90 99; do
    says 3 "f$part.h5" info f$part.h5
    [ $part = 10 ] || [ $part = 90 ] || continue
    says 3 "f$part.h5" fit mrdmd f$part.h5 -m o.h5
    says 3 "m$part.h5" score baseline f.h5 -m m$part.h5 -o o.h5
    says 3 "s$part.h5" report s$part.h5 -o o.html
  done
  says 3 f50.h5 mrdmd f50.h5 -o o.h5
  says 3 f50.h5 nightly f50.h5 -o nights
  refused o.h5 o.html nights/models nights/2026-11-20
}

a_file_of_another_kind_is_refused_by_name() {
  local file
  for file in m.h5 s.h5 plain.h5 empty binary good.csv folder; do
    says 3 "$file" fit baseline $file -m o.h5
  done
  for file in f.h5 s.h5 plain.h5 empty binary folder; do says 3 "$file" score baseline f.h5 -m $file -o o.h5; done
  for file in f.h5 m.h5 plain.h5 empty binary folder; do says 3 "$file" report $file -o o.html; done
  for file in plain.h5 empty binary good.csv folder; do says 3 "$file" info $file; done
  for file in f.h5 empty binary; do says 3 "$file" import $file -o o.h5; done
  refused o.h5 o.html
}

a_table_without_rows_is_refused_by_name() {
  mkdir rowless
  printf 'time,host,a\n' | tee rowless/1.csv >rowless/2.csv
  says 3 'rowless/1.csv: no row of any use is in it' import rowless/1.csv -o o.h5
  says 3 'rowless/1.csv and 1 more: no row' import rowless -o o.h5
  refused o.h5
}

a_pipe_is_no_input() {
  mkfifo pipe
  says 3 'pipe: is not a regular file' import pipe -o o.h5
  says 3 'pipe: not a regular file' info pipe
  rm pipe
  refused o.h5
}

a_window_of_too_few_samples_is_refused() {
  local window
  for window in 0.1 59 240 '240 --nyquist-factor 1'; do
    # shellcheck disable=SC2086
    says 3 'at least 8 are needed (window_s)' fit mrdmd f.h5 -m o.h5 --window-s $window
  done
  refused o.h5
}

values_that_are_all_missing_or_huge_end_no_run() {
  fine info nan.h5
  says 3 'no reading has a baseline' fit mrdmd nan.h5 -m o.h5
  run 1 mrdmd plain.h5 --dataset big --period-s 1 -o o.h5
  [ "$status" = 0 ] || { [ "$status" = 3 ] && [ "$(grep -c '^telltale: ' err)" = 1 ]; }
  fine mrdmd plain.h5 --dataset zeros --period-s 1 -o o.h5
  fine mrdmd plain.h5 --dataset zeros --period-s 1 --sampling pooled -o o.h5
  fine mrdmd plain.h5 --dataset zeros --period-s 1 --sampling whole -o o.h5
  fine mrdmd plain.h5 --dataset one --period-s 1 -o o.h5
  rm -f o.h5
  says 3 'cube is no matrix' mrdmd plain.h5 --dataset cube --period-s 1 -o o.h5
  refused o.h5
}

an_output_in_a_wrong_place_is_status_4_and_that_place_stays() {
  local place
  mkfifo pipe
  for place in folder folder/ pipe none/o.h5 f.h5/o.h5; do
    says 4 "${place%%/*}" import good.csv -o $place
    says 4 "${place%%/*}" synth --hosts 2 --metrics 2 --samples 100 -o $place
    says 4 "${place%%/*}" fit baseline f.h5 -m $place
    says 4 "${place%%/*}" report s.h5 -o $place
  done
  [ -p pipe ] && [ -d folder ]
  rm pipe
  ln -s loop loop
  says 4 loop nightly f.h5 -o loop --dry-run
  rm loop
  nothing_left .
}

an_output_that_is_an_input_is_refused() {
  sha256sum f.h5 m.h5 s.h5 good.csv >sums
  says 2 'f.h5 is an input' fit baseline f.h5 -m ./f.h5
  says 2 'f.h5 is an input' mrdmd f.h5 -o f.h5
  says 2 'm.h5 is an input' score baseline f.h5 -m m.h5 -o m.h5
  says 2 's.h5 is an input' report s.h5 -o s.h5
  says 2 's.h5 is an input' report s.h5 --summary s.h5
  says 2 'good.csv is an input' import good.csv -o good.csv
  says 2 "--summary: new is the page's place" report s.h5 -o ./new --summary new
  sha256sum --quiet -c sums
}

a_link_in_the_place_of_an_output_is_replaced_and_what_it_names_stays() {
  cp f.h5 kept.h5
  ln -s kept.h5 link
  fine fit baseline f.h5 -m link
  ! [ -L link ] && cmp f.h5 kept.h5
  rm link
}

a_folder_that_is_not_ours_is_status_4() {
  if [ "$(id -u)" != 0 ] || ! mkdir -p readonly || ! mount -t tmpfs -o ro none readonly; then
    echo "not tried: needs root and mount"
    return 0
  fi
  trap 'umount readonly' EXIT
  says 4 'Read-only' import good.csv -o readonly/o.h5
  says 4 'Read-only' fit baseline f.h5 -m readonly/o.h5
  says 4 'Read-only' report s.h5 -o readonly/o.html
  says 4 'Read-only' nightly f.h5 -o readonly/nights
}

a_full_disk_is_status_4_and_nothing_stays() {
  if [ "$(id -u)" != 0 ] || ! mkdir -p full || ! mount -t tmpfs -o size=64k none full; then
    echo "not tried: needs root and mount"
    return 0
  fi
  trap 'umount full' EXIT
  head -c 61440 /dev/zero >full/filler
  says 4 full/o import good.csv -o full/o.h5
  says 4 full/o synth --hosts 2 --metrics 2 --samples 5000 -o full/o.h5
  says 4 full/o mrdmd f.h5 -o full/o.h5
  says 4 full/o fit baseline f.h5 -m full/o.h5
  says 4 full/o score baseline f.h5 -m m.h5 -o full/o.h5
  says 4 full/o report s.h5 -o full/o.html
  [ "$(ls -A full)" = filler ]
}

# kill_one AFTER_S ARGUMENT...: two ranks, one of them killed so long after both have begun; the job ends by itself.
kill_one() {
  local after=$1 victim
  shift
  TELLTALE=$real launch 2 "$@"
  await_ranks 2 SigCgt "$(kill -l USR1)"
  sleep "$after"
  victim=$(living_ranks | tail -n 1)
  [ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null || true
  ended "$(patience 10)"
}

a_killed_rank_leaves_nothing_half_written_and_the_next_start_ends_alike() {
  local after
  synth="synth --hosts 64 --metrics 8 --samples 1440 --seed 2"
  fine $synth -o undisturbed.h5
  for after in 0.3 0.6; do
    kill_one $after $synth -o k.h5
    [ ! -e k.h5 ] || cmp undisturbed.h5 k.h5
    fine $synth -o k.h5
    cmp undisturbed.h5 k.h5
    kill_one $after fit mrdmd k.h5 -m kmodel.h5
    fine fit mrdmd k.h5 -m kmodel.h5
    cp kmodel.h5 before.h5
    kill_one $after score mrdmd k.h5 -m kmodel.h5 -o kscores.h5
    cmp before.h5 kmodel.h5
    fine score mrdmd k.h5 -m kmodel.h5 -o kscores.h5
    nothing_left .
  done
}

check files_cut_anywhere_are_refused_by_name
check a_file_of_another_kind_is_refused_by_name
check a_table_without_rows_is_refused_by_name
check a_pipe_is_no_input
check a_window_of_too_few_samples_is_refused
check values_that_are_all_missing_or_huge_end_no_run
check an_output_in_a_wrong_place_is_status_4_and_that_place_stays
check an_output_that_is_an_input_is_refused
check a_link_in_the_place_of_an_output_is_replaced_and_what_it_names_stays
check a_folder_that_is_not_ours_is_status_4
check a_full_disk_is_status_4_and_nothing_stays
check a_killed_rank_leaves_nothing_half_written_and_the_next_start_ends_alike
finish
