# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# What the tests of faults share, beside tests/cli/support.sh. Each has a short form for every change and, with
# TELLTALE_LONG set (tests/run.sh --full), a long one with as many faults as the design asks for. Moments
# and places are random, but the same in every run.
# shellcheck source=tests/cli/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/../cli/support.sh"

# times SHORT LONG: how often.
times() {
  if [ -n "${TELLTALE_LONG:-}" ]; then echo "$2"; else echo "$1"; fi
}

finish_with_figures() {
  [ ! -e "$scratch/.figures" ] || cat "$scratch/.figures"
  finish
}

# one_message: exactly one line of stderr is telltale's.
one_message() {
  [ "$(grep -c '^telltale: ' err)" = 1 ] || { echo "not one message:"; cat err; return 1; }
}

# tmpfs SIZE FOLDER: mount one; false where that is not allowed.
tmpfs() {
  mkdir -p "$2"
  [ "$(id -u)" = 0 ] && mount -t tmpfs -o "size=$1" none "$2" 2>/dev/null
}

# make_rows: a day of 40 hosts in four files, and a night's configuration that reads them.
make_rows() {
  python3 - <<'PYTHON'
import random
random.seed(1)
for part in range(4):
    with open(f"part{part}.csv", "w") as file:
        file.write("time,host," + ",".join(f"metric{m}" for m in range(8)) + "\n")
        for step in range(1440):
            stamp = f"2026-11-20T{step // 60:02d}:{step % 60:02d}:00Z"
            for host in range(10 * part, 10 * part + 10):
                file.write(f"{stamp},n{host}," + ",".join("%.3f" % random.gauss(5, 1) for _ in range(8)) + "\n")
PYTHON
  printf 'nightly: {output: nights, analyses: [baseline, mrdmd]}\nsources:\n  - {inputs: "../part*.csv"}\n' >sources.yaml
}

# The four commands, by name: what they are called with, and what they write. Each start works in a folder of
# its own beside `undisturbed`.
arguments() {
  case $1 in
    import) echo "import ../part0.csv ../part1.csv ../part2.csv ../part3.csv -o facility.h5" ;;
    fit) echo "fit mrdmd ../undisturbed/facility.h5 -m model.h5" ;;
    score) echo "score mrdmd ../undisturbed/facility.h5 -m ../undisturbed/model.h5 -o scores.h5" ;;
    nightly) echo "nightly --config ../sources.yaml" ;;
  esac
}

written() {
  case $1 in
    import) echo facility.h5 ;;
    fit) echo model.h5 ;;
    score) echo scores.h5 ;;
    nightly)
      echo nights/facility/2026-11-20.h5 nights/models/baseline.h5 nights/models/mrdmd.h5 nights/2026-11-20/scores.h5
      ;;
  esac
}

# undisturbed NAME...: run these commands on two ranks, here, and keep how long each takes.
declare -A lasted_ms
undisturbed() {
  local name begun
  for name in "$@"; do
    begun=$(now_ms)
    # shellcheck disable=SC2046 # words are meant
    run 2 $(arguments "$name")
    [ "$status" = 0 ] || { cat out err; exit 1; }
    # shellcheck disable=SC2034 # for the tests
    lasted_ms[$name]=$(($(now_ms) - begun))
  done
}

# as_undisturbed NAME: what the command writes, as far as it is there.
as_undisturbed() {
  local file
  for file in $(written "$1"); do
    [ ! -e "$file" ] || same_file "../undisturbed/$file" "$file" || return 1
  done
}

# recovered NAME: nothing is half-written, and one more start ends like the undisturbed run.
recovered() {
  local file
  as_undisturbed "$1"
  # shellcheck disable=SC2046
  fine $(arguments "$1")
  for file in $(written "$1"); do [ -s "$file" ]; done
  as_undisturbed "$1"
  [ "$1" != nightly ] || [ -s nights/2026-11-20/manifest.json ]
  nothing_left .
}
