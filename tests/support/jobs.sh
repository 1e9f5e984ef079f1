# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# Programs that run beside a test: started, waited for, disturbed. Nothing here knows how fast the machine is: a test
# waits for what it wants to see, and its limits are there against hanging alone.

# now_ms: milliseconds since 1970.
now_ms() {
  echo $(($(date +%s%N) / 1000000))
}

# sleep_ms MILLISECONDS
sleep_ms() {
  sleep "$(awk "BEGIN {print $1 / 1000}")"
}

# patience SECONDS: a limit of ours, as promised in the long form; the short one may run beside others on a crowded machine.
patience() {
  if [ -n "${TELLTALE_LONG:-}" ]; then echo "$1"; else echo $(($1 * 6)); fi
}

# launch RANKS ARGUMENT...: telltale in the background; job is mpirun's process.
launch() {
  local ranks=$1
  shift
  mpirun --oversubscribe --bind-to none -n "$ranks" "$TELLTALE" "$@" >out 2>err &
  job=$!
}

# living_ranks: the processes that mpirun has started and that have not ended.
living_ranks() {
  ps -o pid=,stat= --ppid "$job" | awk '$2 !~ /^Z/ {print $1}'
}

# rank_process 1|2: the process of one rank or the other, once it is there; nothing where the job has ended.
rank_process() {
  while kill -0 "$job" 2>/dev/null && [ "$(living_ranks | wc -l)" -lt "$1" ]; do sleep 0.01; done
  living_ranks | sed -n "${1}p"
}

# is_ours PROCESS: it has become our program; before, it is a copy of its parent.
is_ours() {
  case $(readlink "/proc/$1/exe" 2>/dev/null) in
    */telltale) return 0 ;;
    *) return 1 ;;
  esac
}

# has_signal PROCESS SigCgt|SigIgn NUMBER: our program has come so far that it catches or ignores this signal.
has_signal() {
  local mask
  is_ours "$1" || return 1
  mask=$(awk -v name="$2:" '$1 == name {print $2}' "/proc/$1/status" 2>/dev/null) || return 1
  [ $(((0x${mask:-0} >> ($3 - 1)) & 1)) = 1 ]
}

# is_over PROCESS: it has ended.
is_over() {
  case $(ps -o stat= -p "$1") in
    '' | Z*) return 0 ;;
    *) return 1 ;;
  esac
}

# await_signal PROCESS SigCgt|SigIgn NUMBER: until it has come so far, or has ended.
await_signal() {
  until is_over "$1" || has_signal "$@"; do sleep 0.01; done
}

# await_ranks RANKS SigCgt|SigIgn NUMBER: until so many ranks have come so far, or the job has ended.
await_ranks() {
  local ready rank
  until is_over "$job"; do
    ready=0
    for rank in $(living_ranks); do
      ! has_signal "$rank" "$2" "$3" || ready=$((ready + 1))
    done
    [ "$ready" != "$1" ] || break
    sleep 0.02
  done
}

# who_hangs PROCESS...: what they wait for, and where they stand if there is a debugger.
who_hangs() {
  local process
  ps -o pid,ppid,stat,wchan:24,etime,args -p "$(tr ' ' ',' <<<"$*")" || true
  for process in "$@"; do
    ! command -v gdb >/dev/null || timeout 30 gdb -p "$process" -batch -ex 'thread apply all bt 12' 2>/dev/null || true
  done
}

# figure TEXT: shown at the end, also of a test that holds.
: "${scratch:?the folder that the test works in}"
figure() { echo "     $*" >>"$scratch/.figures"; }

# lasted MILLISECONDS: keeps the longest.
longest_ms=0
lasted() { [ "$1" -le "$longest_ms" ] || longest_ms=$1; }

# stuck SECONDS: false once the job has ended; true where it still runs after so long, or where mpirun has had no rank
# for ten seconds. It can hang for ever after all ranks have ended (docs/operations.md).
stuck() {
  local had_some='' without=0 second
  for ((second = 0; second < $1; second++)); do
    if timeout 1 tail --pid="$job" -s 0.02 -f /dev/null; then return 1; fi
    if [ -n "$(living_ranks)" ]; then had_some=1 without=0; else without=$((without + 1)); fi
    [ -z "$had_some" ] || [ "$without" -lt 10 ] || return 0
  done
}

# ended SECONDS: the job ends so long from now; its status is kept. An mpirun that hangs is noted, and ended here as
# jobscripts/night.sh does; the status is then what it has printed.
ended() {
  local ranks begun
  begun=$(now_ms)
  if stuck "$1"; then
    ranks=$(living_ranks)
    ! is_ours "$job" || ranks=$job # without mpirun
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
    kill -KILL "$job" || true
    wait "$job" || true
    status=$(sed -n 's/.*Exit code: *//p' err | head -n 1)
    status=${status:-137}
    return
  fi
  status=0
  wait "$job" || status=$?
  lasted "$(($(now_ms) - begun))"
}
