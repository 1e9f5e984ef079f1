#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A night that is killed, stopped or meets a full disk: the next start ends with what an undisturbed run
# finds, and nothing half-written stands under a final name.
# shellcheck source=tests/cli/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

make_facility day1.h5 2026-11-20 1
night=2026-11-20
begun=$(now_ms)
"$TELLTALE" nightly day1.h5 -o whole >out 2>err || { cat out err; exit 1; }
lasted_ms=$(($(now_ms) - begun))

# sound FOLDER: whatever stands under a final name is whole.
sound() {
  local file
  for file in "$1"/models/*.h5 "$1/$night/scores.h5"; do
    [ ! -e "$file" ] || h5dump -H "$file" >/dev/null || { echo "$file is broken"; return 1; }
  done
  [ ! -e "$1/$night/manifest.json" ] || python3 -m json.tool "$1/$night/manifest.json" >/dev/null
}

# ends_like_whole FOLDER: a further start ends, and with the same result as the undisturbed run.
ends_like_whole() {
  sound "$1"
  fine nightly day1.h5 -o "$1"
  same_file whole/$night/scores.h5 "$1/$night/scores.h5"
  same_file whole/models/mrdmd.h5 "$1/models/mrdmd.h5"
  same_file whole/models/baseline.h5 "$1/models/baseline.h5"
  [ -s "$1/$night/manifest.json" ]
  nothing_left "$1"
}

killed_at_any_moment_the_next_start_ends_like_an_undisturbed_run() {
  local part
  for part in 1 2 3 4 5 6 7 8 9; do
    "$TELLTALE" nightly day1.h5 -o "killed$part" >/dev/null 2>&1 &
    sleep_ms $((lasted_ms * part / 10))
    kill -KILL $! 2>/dev/null || true
    wait $! 2>/dev/null || true
    ends_like_whole "killed$part"
  done
}

killed_again_and_again_it_ends_all_the_same() {
  local part
  for part in 3 5 7 8 9; do
    "$TELLTALE" nightly day1.h5 -o often >/dev/null 2>&1 &
    sleep_ms $((lasted_ms * part / 10))
    kill -KILL $! 2>/dev/null || true
    wait $! 2>/dev/null || true
  done
  ends_like_whole often
}

one_rank_killed_ends_the_run_and_the_next_start_goes_on() {
  local victim
  launch 2 nightly day1.h5 -o rank
  sleep_ms $((lasted_ms * 6 / 10))
  victim=$(living_ranks | tail -n 1)
  [ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null || true
  ended "$(patience 10)"
  ends_like_whole rank
}

signals_end_with_75_or_with_the_night() {
  local signal part
  for signal in USR1 TERM; do
    for part in 3 5 7; do
      "$TELLTALE" nightly day1.h5 -o "$signal$part" >out 2>err &
      sleep_ms $((lasted_ms * part / 10))
      await_signal $! SigCgt "$(kill -l "$signal")"
      kill -s "$signal" $! 2>/dev/null || true
      status=0
      wait $! || status=$?
      case $status in
        75) grep -q "stopped by SIG$signal; the same command continues" err ;;
        0) ;;
        *) echo "$signal at part $part: status $status"; cat err; return 1 ;;
      esac
      ends_like_whole "$signal$part"
    done
  done
}

# Where the night was over before the signal came, it is tried once more.
a_signal_as_the_work_begins_ends_with_75() {
  local signal attempt
  for signal in USR1 TERM; do
    for attempt in {1..50}; do
      rm -rf "early$signal"
      "$TELLTALE" nightly day1.h5 -o "early$signal" >out 2>err &
      until [ -e "early$signal/.lock" ] || is_over $!; do sleep 0.01; done
      kill -s "$signal" $! 2>/dev/null || true
      status=0
      wait $! || status=$?
      [ "$status" = 0 ] || break
    done
    [ "$status" = 75 ] || { echo "$signal: status $status at attempt $attempt"; cat err; return 1; }
    grep -q "stopped by SIG$signal; the same command continues" err
    ends_like_whole "early$signal"
  done
}

a_full_disk_is_status_4_and_leaves_nothing_half_written() {
  local folder size
  folder=$scratch/full
  mkdir -p "$folder"
  mount -t tmpfs -o size=64k none "$folder" 2>/dev/null || { echo "no tmpfs here"; return 0; }
  for size in 64k 128k 256k 400k; do
    mount -o remount,size=$size "$folder"
    run 2 nightly day1.h5 -o "$folder/nights"
    if [ "$status" != 4 ] && [ "$status" != 0 ]; then
      echo "size $size: status $status"
      cat err
      umount "$folder"
      return 1
    fi
    [ "$status" = 0 ] || [ "$(grep -c '^telltale: ' err)" = 1 ] || { cat err; umount "$folder"; return 1; }
    sound "$folder/nights" || { umount "$folder"; return 1; }
  done
  mount -o remount,size=64m "$folder"
  ends_like_whole "$folder/nights" || { umount "$folder"; return 1; }
  umount "$folder"
}

check killed_at_any_moment_the_next_start_ends_like_an_undisturbed_run
check killed_again_and_again_it_ends_all_the_same
check one_rank_killed_ends_the_run_and_the_next_start_goes_on
check signals_end_with_75_or_with_the_night
check a_signal_as_the_work_begins_ends_with_75
check a_full_disk_is_status_4_and_leaves_nothing_half_written
finish
