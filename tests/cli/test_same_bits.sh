#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A result does not depend on what stood in memory before: models of a night that imports, fits and scores in one
# process, and of single steps, have the same bits. The lengths leave a short last window.
# shellcheck source=tests/cli/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

python3 - <<'PYTHON'
import random
random.seed(1)
with open("rows.csv", "w") as file:
    file.write("time,host,power,load\n")
    for step in range(720):
        for host in range(8):
            file.write(f"2026-11-20T{step // 60:02d}:{step % 60:02d}:00Z,n{host},{random.gauss(5, 1):.3f},{random.gauss(2, 1):.3f}\n")
PYTHON
printf 'nightly: {output: nights}\nsources:\n  - {inputs: rows.csv}\n' >sources.yaml

a_night_and_its_steps_have_the_same_bits() {
  fine import rows.csv -o facility.h5
  for analysis in baseline mrdmd; do
    fine fit $analysis facility.h5 -m $analysis.h5
  done
  for fill in 0 85 170 255; do
    rm -rf nights
    GLIBC_TUNABLES=glibc.malloc.perturb=$fill fine nightly --config sources.yaml
    same_file facility.h5 nights/facility/2026-11-20.h5
    for analysis in baseline mrdmd; do same_file $analysis.h5 nights/models/$analysis.h5; done
  done
}

check a_night_and_its_steps_have_the_same_bits
finish
