#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Ranks and launchers that are killed, stopped or told to end at any moment: the job ends within ten seconds,
# no file stands half-written under its name, and the next start ends with the bits of an undisturbed run.
# shellcheck source=tests/faults/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

moments=${1:-$(times 2 30)} # of each command
make_rows

mkdir undisturbed && cd undisturbed || exit 1
undisturbed import fit score nightly
cd .. || exit 1

# disturb NAME ACTION: start it on two ranks, and at a random moment do ACTION with the job.
disturb() {
  local name=$1 action=$2
  rm -rf disturbed
  mkdir disturbed
  cd disturbed
  # shellcheck disable=SC2046
  launch 2 $(arguments "$name")
  sleep_ms $((${lasted_ms[$name]} * (5 + RANDOM % 95) / 100))
  $action
  ended "$(patience 10)"
  recovered "$name"
  cd ..
}

kill_a_rank() {
  local victim
  victim=$(rank_process $((RANDOM % 2 + 1)))
  [ -z "$victim" ] || kill -KILL "$victim" 2>/dev/null || true
}

kill_again_and_again() {
  RANDOM=20261121
  for moment in $(seq "$moments"); do
    echo "moment $moment"
    disturb "$1" kill_a_rank
  done
  figure "$1: $moments moments, the longest end took $longest_ms ms"
}

a_rank_killed_in_an_import_leaves_no_half_file_and_the_next_ends_alike() { kill_again_and_again import; }
a_rank_killed_in_a_fit_leaves_no_half_file_and_the_next_ends_alike() { kill_again_and_again fit; }
a_rank_killed_in_a_score_leaves_no_half_file_and_the_next_ends_alike() { kill_again_and_again score; }
a_rank_killed_in_a_night_leaves_no_half_file_and_the_next_ends_alike() { kill_again_and_again nightly; }

kill_the_launcher() {
  local ranks rank
  ranks=$(living_ranks)
  kill -KILL "$job" 2>/dev/null || true
  for rank in $ranks; do
    timeout "$(patience 10)" tail --pid="$rank" -f /dev/null || { echo "rank $rank lives on"; kill -KILL "$rank"; return 1; }
  done
}

when_mpirun_is_killed_its_ranks_end() {
  RANDOM=2
  for name in import nightly; do disturb $name kill_the_launcher; done
}

end_by_sigterm() {
  kill -TERM "$job" 2>/dev/null || true
}

when_mpirun_is_told_to_end_the_next_start_goes_on() {
  RANDOM=3
  for name in import fit nightly; do disturb $name end_by_sigterm; done
}

# mpirun that has nothing left to do takes the signal as its own end: 138.
save_by_sigusr1() {
  await_ranks 2 SigCgt "$(kill -l USR1)"
  kill -USR1 "$job" 2>/dev/null || true
  ended "$(patience 10)"
  case $status in
    75) grep -q 'stopped by SIGUSR1; the same command continues' err && usr1_seen=1 ;;
    0) ;;
    138) [ -z "$(cat err)" ] || { cat err; return 1; } ;;
    *) echo "status $status after SIGUSR1"; cat err; return 1 ;;
  esac
}

sigusr1_is_status_75_and_the_next_start_goes_on() {
  RANDOM=4
  usr1_seen=0
  for name in import fit score nightly nightly; do disturb $name save_by_sigusr1; done
  [ $usr1_seen = 1 ] || echo "every run had ended before its signal"
}

# A training that lasts for minutes, so that a signal meets it at work.
long_fit=(fit forecast undisturbed/facility.h5 --epochs 5000 --patience 5000)

a_rank_that_is_stopped_is_named_with_its_stage() {
  local victim
  launch 2 "${long_fit[@]}" --watchdog-s 5 -m never.h5
  await_ranks 2 SigIgn "$(kill -l XFSZ)" # MPI has started
  sleep 1
  sleep_ms $((RANDOM % 500))
  victim=$(rank_process $((RANDOM % 2 + 1)))
  kill -STOP "$victim"
  ended "$(patience 20)" || { kill -KILL "$victim"; return 1; }
  [ "$status" = 1 ]
  one_message
  grep -Eq 'telltale: rank [01] did not run for 5 s in stage "[a-z ]+"; the run ends' err
  [ ! -e never.h5 ]
}

a_rank_that_is_stopped_while_mpi_starts_ends_the_run() {
  local victim moment
  export TELLTALE_MPI_LIMIT_S=10
  for moment in $(times 0.3 "0.05 0.3 0.6"); do
    launch 2 "${long_fit[@]}" --watchdog-s 10 -m never.h5
    victim=$(rank_process 2)
    until is_ours "$victim" || is_over "$victim"; do sleep 0.01; done
    sleep $moment
    kill -STOP "$victim"
    ended "$(patience 40)" || { kill -KILL "$victim"; return 1; }
    [ "$status" = 1 ]
    one_message
    grep -Eq 'telltale: rank [01] (waited 10 s for MPI to start|did not run for 10 s)' err
    [ ! -e never.h5 ]
  done
}

a_run_that_is_suspended_goes_on() {
  "$TELLTALE" "${long_fit[@]}" --watchdog-s 10 -m suspended.h5 --epochs 2 >out 2>err &
  job=$!
  await_signal $job SigIgn "$(kill -l XFSZ)"
  kill -STOP $job
  sleep 12
  kill -CONT $job
  ended "$(patience 300)"
  [ "$status" = 0 ] || { cat err; return 1; }
}

# The first is stopped where it has the folder: the second meets it however fast it is.
two_runs_on_one_folder_one_is_status_75_at_once() {
  local ranks='' verdict=0
  until [ -n "$ranks" ]; do
    rm -rf both
    mkdir -p both/second
    cd both
    # shellcheck disable=SC2046
    launch 2 $(arguments nightly)
    until is_over "$job" || [ -n "$(compgen -G 'nights/[!.]*')" ]; do sleep 0.01; done
    ranks=$(living_ranks)
    # shellcheck disable=SC2086 # words are meant
    [ -z "$ranks" ] || kill -STOP $ranks || ranks=
    [ -n "$ranks" ] || { wait "$job"; cd ..; }
  done
  cd second
  says 75 'another run holds this folder' nightly --config ../../sources.yaml --output ../nights || verdict=1
  cd ..
  # shellcheck disable=SC2086
  kill -CONT $ranks
  ended "$(patience 60)"
  [ "$status$verdict" = 00 ] || { cat err; return 1; }
  rm -r second
  recovered nightly
}

check a_rank_killed_in_an_import_leaves_no_half_file_and_the_next_ends_alike
check a_rank_killed_in_a_fit_leaves_no_half_file_and_the_next_ends_alike
check a_rank_killed_in_a_score_leaves_no_half_file_and_the_next_ends_alike
check a_rank_killed_in_a_night_leaves_no_half_file_and_the_next_ends_alike
check when_mpirun_is_killed_its_ranks_end
check when_mpirun_is_told_to_end_the_next_start_goes_on
check sigusr1_is_status_75_and_the_next_start_goes_on
check a_rank_that_is_stopped_is_named_with_its_stage
check a_rank_that_is_stopped_while_mpi_starts_ends_the_run
check a_run_that_is_suspended_goes_on
check two_runs_on_one_folder_one_is_status_75_at_once
finish_with_figures
