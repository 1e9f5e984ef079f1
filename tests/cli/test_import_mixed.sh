#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Hosts that record different things cost no more than they hold.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
# shellcheck source=tests/cli/facility.sh
. "$top/tests/cli/facility.sh"

# 24 hosts of 6 sensor sets of 10 noisy metrics each, 300 samples; and as many of one set.
python3 - <<'PYTHON'
import os, random
random.seed(3)
for name, sets in (("mixed", 6), ("alike", 1)):
    os.mkdir(name)
    for h in range(24):
        with open(f"{name}/n{h:02}.csv", "w") as file:
            file.write("time," + ",".join(f"set{h % sets}.{m}" for m in range(10)) + "\n")
            for t in range(300): file.write(f"{1700000000 + 60 * t}," + ",".join(f"{random.gauss(50, 9):.3f}" for m in range(10)) + "\n")
PYTHON

a_mixed_file_takes_no_more_than_it_holds() {
  fine import mixed -o mixed.h5
  grep -q 'values fill 16.7 % of hosts x samples x metrics' out
  holds mixed.h5 'values.shape == (24, 300, 60) and file["telemetry/values"].compression == "gzip" and np.isfinite(values).sum() == 24 * 300 * 10'
  # 4 bytes a value, and 64 KiB for everything else.
  [ "$(stat -c %s mixed.h5)" -le $((24 * 300 * 10 * 4 + 65536)) ]
}
it_holds_what_an_uncompressed_one_holds_on_any_ranks() {
  fine import mixed --compression 0 -o plain.h5
  holds plain.h5 'file["telemetry/values"].compression is None'
  run 3 import mixed -o mixed3.h5
  same_file plain.h5 mixed3.h5
  fine info mixed3.h5 --json
  cp out mixed.json
  fine info plain.h5 --json
  [ "$(grep -v -E '"(file|chunk)' out)" = "$(grep -v -E '"(file|chunk)' mixed.json)" ]
}
hosts_that_are_alike_are_not_compressed() {
  fine import alike -o alike.h5
  holds alike.h5 'file["telemetry/values"].compression is None and not np.isnan(values).any()'
}
adding_the_same_again_keeps_the_form() {
  fine import mixed --update -o again.h5
  cp again.h5 before.h5
  fine import mixed --update -o again.h5
  cmp before.h5 again.h5
}

check_all
finish
