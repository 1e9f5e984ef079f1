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
  ps -o pid,ppid,stat,wchan:24,etime,args -p "$(tr ' ' ',' <<<"$*")"
  for process in "$@"; do
    ! command -v gdb >/dev/null || timeout 30 gdb -p "$process" -batch -ex 'thread apply all bt 12' 2>/dev/null
  done
}

# ended SECONDS: the job has ended so long from now; its status is kept, and the longest time that any took.
longest_ms=0
ended() {
  local ranks begun
  begun=$(now_ms)
  if ! timeout "$1" tail --pid="$job" -s 0.05 -f /dev/null; then
    echo "the job still runs after $1 s:"
    cat err
    ranks=$(pgrep -P "$job" || true)
    # shellcheck disable=SC2086 # words are meant
    who_hangs "$job" $ranks
    # shellcheck disable=SC2086
    kill -KILL "$job" $ranks
    return 1
  fi
  status=0
  wait "$job" || status=$?
  begun=$(($(now_ms) - begun))
  [ "$begun" -le "$longest_ms" ] || longest_ms=$begun
}

# rank_process: the process of one rank or the other.
rank_process() {
  pgrep -P "$job" | sed -n "$((RANDOM % 2 + 1))p" || true
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
