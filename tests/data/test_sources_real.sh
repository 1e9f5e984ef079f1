#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The sources beside LDMS and Slurm on real data: what comes out is what an independent count finds.
data=${TELLTALE_TEST_DATA:-../shared/data}
if [ ! -d "$data" ]; then
  echo "skipped: no real data at $data"
  exit 77
fi
data=$(realpath "$data")
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/../cli/support.sh"
# shellcheck source=tests/cli/facility.sh
. "$top/tests/cli/facility.sh"

the_harvard_poll_holds_what_its_files_hold() {
  mkdir ipmi
  tar -C ipmi -xf "$data/harvard_ipmi_snapshot_2025-05-29.tar.gz"
  run 2 import ipmi -o ipmi.h5 --json
  [ "$status" = 0 ]
  python3 "$top/tests/data/ipmi_count.py" ipmi.h5 ipmi/data out
  fine import ipmi -o one.h5
  h5diff ipmi.h5 one.h5
}

check_all
finish
