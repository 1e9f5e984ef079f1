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

# Milliseconds since 1970.
now_ms() {
  echo $(($(date +%s%N) / 1000000))
}

# launch ARGUMENT...: telltale on two ranks in the background; job is mpirun's process.
launch() {
  mpirun --oversubscribe --bind-to none -n 2 "$TELLTALE" "$@" >out 2>err &
  job=$!
}

# who_hangs PROCESS...: what they wait for, and where they stand if there is a debugger.
who_hangs() {
  local process
  ps -o pid,ppid,stat,wchan:24,etime,args -p "$(tr ' ' ',' <<<"$*")" || true
  for process in "$@"; do
    ! command -v gdb >/dev/null || timeout 30 gdb -p "$process" -batch -ex 'thread apply all bt 12' 2>/dev/null || true
  done
}

# living_ranks: the processes that mpirun has started and that have not ended.
living_ranks() {
  ps -o pid=,stat= --ppid "$job" | awk '$2 !~ /^Z/ {print $1}'
}

# ended SECONDS: the job has ended so long from now; its status is kept. mpirun itself can hang for ever after all ranks
# have ended (docs/operations.md): noted, and ended here as night.sh does; the status is then what it has printed.
ended() {
  local ranks begun
  begun=$(now_ms)
  if ! timeout "$1" tail --pid="$job" -s 0.05 -f /dev/null; then
    ranks=$(living_ranks)
    if [ -n "$ranks" ]; then
      echo "the job still runs after $1 s:"
      cat err
      # shellcheck disable=SC2086 # words are meant
      who_hangs "$job" $ranks
      # shellcheck disable=SC2086
      kill -KILL "$job" $ranks || true
      return 1
    fi
    figure "mpirun itself hung after its ranks had ended, in $(ps -o wchan= -p "$job")"
    kill -KILL "$job"
    wait "$job" || true
    status=$(sed -n 's/.*Exit code: *//p' err | head -n 1)
    status=${status:-137}
    return
  fi
  status=0
  wait "$job" || status=$?
  lasted "$(($(now_ms) - begun))"
}

# figure TEXT: shown at the end, also of a test that holds.
figure() { echo "     $*" >>"$scratch/.figures"; }

# lasted MILLISECONDS: keeps the longest.
longest_ms=0
lasted() { [ "$1" -le "$longest_ms" ] || longest_ms=$1; }

finish_with_figures() {
  [ ! -e "$scratch/.figures" ] || cat "$scratch/.figures"
  finish
}

# rank_process 1|2: the process of one rank or the other, once it is there; nothing where the job has ended.
rank_process() {
  while kill -0 "$job" 2>/dev/null && [ "$(living_ranks | wc -l)" -lt "$1" ]; do sleep 0.01; done
  living_ranks | sed -n "${1}p"
}

# sleep_ms MILLISECONDS
sleep_ms() {
  sleep "$(awk "BEGIN {print $1 / 1000}")"
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
