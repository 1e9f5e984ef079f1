#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The command line: help, version, wrong use. Nothing here needs a facility file.
# shellcheck source=tests/cli/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

help_lists_commands_analyses_and_exit_statuses() {
  fine --help
  for word in fit score nightly report mrdmd baseline 'Exit status'; do grep -q -- "$word" out; done
  cp out first
  fine -h
  cmp out first
  fine help
  cmp out first
}

help_does_not_start_mpi() {
  if command -v strace >/dev/null; then
    strace -f -o trace "$TELLTALE" --help >/dev/null
    if grep -q 'socket(AF_INET' trace; then return 1; fi
  fi
  OMPI_MCA_pml=none_such fine fit --help
}

every_command_has_help_that_names_its_options() {
  fine --help
  sed -n '/^Commands:/,/^$/p' out | awk 'NF > 1 {print $1}' >names
  [ "$(wc -l <names)" -ge 4 ]
  while read -r name; do
    fine "$name" --help
    grep -q "^Usage: telltale $name" out
    grep -q -- '--log-level' out
  done <names
}

help_of_an_analysis_names_its_options() {
  fine fit mrdmd --help
  grep -q 'Options of the analysis mrdmd' out
  fine score baseline --help
  grep -q 'Options of the analysis baseline' out
}

help_has_topics() {
  fine help fit
  grep -q '^Usage: telltale fit' out
  fine help mrdmd
  grep -q '^Usage: telltale mrdmd' out
  fine help forecast
  grep -q 'Options of the analysis forecast' out
  fine help --help
  grep -q '^Commands:' out
  says 2 'there is no help on "weather"' help weather
}

no_line_of_help_is_wider_than_a_page() {
  for words in --help 'fit mrdmd --help' 'nightly --help'; do
    # shellcheck disable=SC2086
    fine $words
    awk 'length > 112 {print; bad = 1} END {exit bad}' out
  done
}

the_version_is_one_line() {
  fine --version
  grep -Eqx 'telltale [0-9]+\.[0-9]+\.[0-9]+' out
}

wrong_use_is_status_2_with_one_message_and_a_hint() {
  says 2 'a command is missing'
  grep -q '^see: telltale --help' err
  says 2 'the command "frobnicate" is unknown' frobnicate
  says 2 'did you mean "score"?' scroe
  says 2 'a command must come first, not --profile' --profile fit
  says 2 'fit: the analysis must come first' fit
  says 2 'there is no analysis "nosuch"' fit nosuch x.h5
  says 2 'fit: a file is missing' fit mrdmd -m m.h5
  grep -q '^see: telltale fit --help' err
  says 2 'fit: --model is missing' fit mrdmd x.h5
  says 2 'score: --output is missing' score mrdmd x.h5 -m m.h5
  says 2 'the option --tile-host is unknown; did you mean --tile-hosts?' fit mrdmd x.h5 --tile-host 3
  says 2 '--tile-hosts: 0 is not within 1 to 65536' fit mrdmd x.h5 -m m.h5 --tile-hosts 0
  says 2 '--tile-hosts: the value is missing' fit mrdmd x.h5 -m m.h5 --tile-hosts
  says 2 '"loud" is none of quiet|warning|notice|detail|debug' fit mrdmd x.h5 -m m.h5 --log-level loud
  says 2 'there is no night to do' nightly
  says 2 'several nights need a * in --output' report a.h5 b.h5
  not [ -s out ]
}

wrong_use_is_told_once_by_many_ranks() {
  run 3 fit nosuch x.h5
  [ "$status" = 2 ]
  [ "$(grep -c '^telltale: ' err)" = 1 ]
}

a_missing_file_is_status_3() {
  says 3 'none.h5' fit mrdmd none.h5 -m m.h5
  says 3 'none.h5' report none.h5
  says 3 'none.yaml' nightly --config none.yaml
  not [ -e m.h5 ]
}

the_build_names_its_libraries() {
  fine info --build
  for word in telltale compiler MPI HDF5 OpenBLAS ScaLAPACK FFTW libyaml jansson libarchive kernel; do
    grep -q "^$word " out || { echo "no $word"; return 1; }
  done
  fine info --build --json
  python3 -c 'import json; assert "HDF5" in json.load(open("out"))'
}

stdout_that_cannot_take_more_is_status_4() {
  [ -e /dev/full ] || return 0
  run_status=0
  "$TELLTALE" --help >/dev/full 2>err || run_status=$?
  [ "$run_status" = 4 ]
}

a_run_by_itself_needs_no_folder_for_its_ranks() {
  touch no_folder
  TMPDIR=$PWD/no_folder fine info --build
}

who_stops_reading_early_gets_no_complaint() {
  mkfifo pipe
  exec 7<>pipe 8>pipe 7<&-
  "$TELLTALE" info --build >&8 2>err || return 1
  exec 8>&-
  [ ! -s err ]
}

the_manual_of_the_configuration_is_what_the_program_says() {
  fine help configuration
  diff "$top/docs/configuration.md" out || {
    echo "docs/configuration.md is old: telltale help configuration >docs/configuration.md"
    return 1
  }
}

check the_manual_of_the_configuration_is_what_the_program_says
check help_lists_commands_analyses_and_exit_statuses
check help_does_not_start_mpi
check every_command_has_help_that_names_its_options
check help_of_an_analysis_names_its_options
check help_has_topics
check no_line_of_help_is_wider_than_a_page
check the_version_is_one_line
check wrong_use_is_status_2_with_one_message_and_a_hint
check wrong_use_is_told_once_by_many_ranks
check a_missing_file_is_status_3
check the_build_names_its_libraries
check stdout_that_cannot_take_more_is_status_4
check a_run_by_itself_needs_no_folder_for_its_ranks
check who_stops_reading_early_gets_no_complaint
finish
