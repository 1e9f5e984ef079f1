#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A rank that is killed in the middle of a facility file: the old file stays, and the next run leaves nothing behind.
# shellcheck source=tests/cli/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

fine synth --hosts 20 --metrics 3 --samples 100 -o night.h5 || exit 1
cp night.h5 before.h5

# kill_a_writer: kill a rank while the partial file grows; false where the run was over before.
kill_a_writer() {
  local victim
  cp before.h5 night.h5
  launch 2 synth --hosts 2000 --metrics 8 --samples 2880 -o night.h5
  until is_over "$job" || [ -n "$(find . -name '.night.h5.partial-*' -size +1k)" ]; do sleep 0.01; done
  victim=$(living_ranks | head -n 1)
  [ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null || true
  ended "$(patience 10)"
  [ "$status" != 0 ]
}

a_killed_rank_ends_the_run_and_the_old_file_is_as_it_was() {
  local attempt
  for attempt in {1..20}; do
    ! kill_a_writer || break
  done
  [ "$status" != 0 ] || { echo "every one of $attempt runs was over before its rank was killed"; return 1; }
  cmp before.h5 night.h5
}

the_next_run_removes_what_was_left_and_is_whole() {
  fine synth --hosts 20 --metrics 3 --samples 100 --seed 2 -o night.h5
  [ -z "$(find . -name '.night.h5*')" ] || { ls -la; return 1; }
  fine info --brief night.h5
  grep -q '^hosts *20' out
}

check a_killed_rank_ends_the_run_and_the_old_file_is_as_it_was
check the_next_run_removes_what_was_left_and_is_whole
finish
