#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Others remove or cut off the inputs while we read them, or remove the output's folder: each run ends within a minute
# with a whole result, or with one message and status 3 or 4; and the next start ends like an undisturbed run.
# shellcheck source=tests/faults/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

moments=${1:-$(times 1 10)} # of each command and kind
make_rows
mkdir undisturbed && cd undisturbed || exit 1
undisturbed import fit score nightly
cd .. || exit 1

inputs() {
  case $1 in
    import | nightly) echo ../part0.csv ../part1.csv ../part2.csv ../part3.csv ;;
    fit) echo ../undisturbed/facility.h5 ;;
    score) echo ../undisturbed/facility.h5 ../undisturbed/model.h5 ;;
  esac
}

# shellcheck disable=SC2046 # words are meant
remove_inputs() { rm -f $(inputs "$1"); }
# shellcheck disable=SC2046
cut_inputs() { truncate -s 50000 $(inputs "$1"); }
# The run may make a file in a folder that was just emptied: as often as that takes.
remove_outputs() {
  for _ in {1..100}; do
    if rm -rf ../disturbed 2>/dev/null; then return 0; fi
  done
  return 1
}

# at_moments NAME ACTION: a start in a world of its own.
at_moments() {
  local name=$1 action=$2
  RANDOM=6
  for _ in $(seq "$moments"); do
    cd "$scratch"
    rm -rf world
    mkdir -p world/disturbed
    cp -r part?.csv sources.yaml undisturbed world
    cd world/disturbed
    # shellcheck disable=SC2046 # words are meant
    mpirun --oversubscribe --bind-to none -n 2 "$TELLTALE" $(arguments "$name") >"$scratch/out" 2>"$scratch/err" &
    job=$!
    sleep_ms $((${lasted_ms[$name]} * (5 + RANDOM % 95) / 100))
    $action "$name"
    ended "$(patience 60)"
    cd "$scratch/world"
    mkdir -p disturbed
    echo "$action in $name: status $status"
    case $status in
      0) ;;
      3 | 4) (cd "$scratch" && one_message) ;;
      *) cat "$scratch/err"; return 1 ;;
    esac
    cp -r "$scratch"/part?.csv "$scratch/undisturbed" .
    cd disturbed
    # shellcheck disable=SC2046
    [ "$action:$status" != cut_inputs:0 ] || rm -f $(written "$name") # a shorter log is a log, too
    recovered "$name"
  done
  figure "$action in $name: $moments moments, the longest end took $longest_ms ms"
}

inputs_that_are_removed_end_no_run_badly() {
  for name in $(times "import score" "import fit score nightly"); do at_moments "$name" remove_inputs; done
}

inputs_that_are_cut_off_end_no_run_badly() {
  for name in $(times "import fit" "import fit score"); do at_moments "$name" cut_inputs; done
}

an_output_folder_that_is_removed_is_status_4() {
  for name in $(times "fit nightly" "import fit score nightly"); do at_moments "$name" remove_outputs; done
}

a_link_in_an_outputs_place_is_replaced_whatever_it_names() {
  local target
  mkdir links links/folder
  cd links
  for target in folder nowhere/at/all ../undisturbed/scores.h5; do
    ln -s $target model.h5
    fine fit mrdmd ../undisturbed/facility.h5 -m model.h5
    not test -L model.h5
    same_file ../undisturbed/model.h5 model.h5
    rm model.h5
  done
  [ -z "$(ls -A folder)" ]
  nothing_left .
}

check inputs_that_are_removed_end_no_run_badly
check inputs_that_are_cut_off_end_no_run_badly
check an_output_folder_that_is_removed_is_status_4
check a_link_in_an_outputs_place_is_replaced_whatever_it_names
finish_with_figures
