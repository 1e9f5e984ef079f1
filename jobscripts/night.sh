#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Run one night: start `telltale nightly` on the ranks that are there, pass signals on to it, and hand its exit
# status to whoever started this.  The sbatch, scrontab and cron examples beside this file all call it.
# shellcheck disable=SC2317 # pass_on is called by traps
set -uo pipefail

usage() {
  cat <<'TXT'
usage: night.sh CONFIG [telltale nightly option...]

Settings, from the environment:
  TELLTALE           the program               (default: the one built or installed with this script, else telltale in PATH)
  TELLTALE_LAUNCHER  srun, mpirun or none      (default: in a Slurm job srun where it knows PMIx, else mpirun)
  TELLTALE_RANKS     how many ranks            (default: the job's tasks; outside a job the machine's cores)
  TELLTALE_LAUNCH_OPTIONS   more words for the launcher, e.g. "--mca btl self,tcp"
  TELLTALE_MAX_RESTARTS     give up after so many requeues of one Slurm job (default 5)

SIGUSR1 asks the run to save what it has and to end with 75; SIGTERM ends it at once.
Exit status: that of telltale. 75 means: start me again and I go on where I stopped.
TXT
}

say() { printf 'night.sh: %s\n' "$*" >&2; }

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

find_program() {
  local program
  for program in "${TELLTALE:-}" "$here/../build/release/src/cli/telltale" \
    "$here/../../../bin/telltale" "$(command -v telltale)"; do
    if [ -n "$program" ] && [ -x "$program" ]; then
      printf '%s\n' "$program"
      return 0
    fi
  done
  say "no telltale program: build it (jobscripts/quickstart.sh does) or set TELLTALE"
  return 1
}

choose_launcher() {
  if [ -n "${TELLTALE_LAUNCHER:-}" ]; then
    printf '%s\n' "$TELLTALE_LAUNCHER"
  elif [ -n "${SLURM_JOB_ID:-}" ] && srun --mpi=list 2>&1 | grep -qw pmix; then
    echo srun
  elif command -v mpirun >/dev/null; then
    echo mpirun
  else
    echo none
  fi
}

# fill_launch LAUNCHER: sets the array `launch`, the words that stand before the program.
fill_launch() {
  local ranks=${TELLTALE_RANKS:-${SLURM_NTASKS:-$(nproc)}} more
  read -r -a more <<<"${TELLTALE_LAUNCH_OPTIONS:-}"
  case $1 in
    srun) launch=(srun --mpi=pmix "--ntasks=$ranks" --kill-on-bad-exit=1) ;;
    mpirun) launch=(mpirun -n "$ranks" --bind-to none) ;;
    none) launch=() more=() ;;
    *) say "TELLTALE_LAUNCHER is '$1'; expected srun, mpirun or none"; exit 2 ;;
  esac
  if [ "${#more[@]}" -gt 0 ]; then launch+=("${more[@]}"); fi
  # Open MPI refuses root unless it is told twice; it is root's own choice to start this as root.
  if [ "$(id -u)" = 0 ]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
}

pass_on() {
  was_signalled=1
  if [ -n "$child" ]; then kill -s "$1" "$child" 2>/dev/null; fi
}

# end_stuck_launcher PROCESS: mpirun (seen with Open MPI 4.1.4 and PMIx 4.2.2) can hang for ever when a rank is killed while it
# starts, though all ranks have ended. Once it has had children and has none that lives for eight seconds, it is ended.
end_stuck_launcher() {
  local had_some=0 without=0
  while kill -0 "$1" 2>/dev/null; do
    if ps -o stat= --ppid "$1" | grep -qv '^Z'; then
      had_some=1 without=0
    else
      without=$((without + had_some))
    fi
    if [ "$without" -gt 3 ]; then
      say "mpirun has outlived its ranks and does not end: killing it"
      kill -KILL "$1"
      return
    fi
    sleep 2
  done
}

# requeue_or_end STATUS: a site with RequeueExit=75 requeues by the status alone; elsewhere we ask for it.
requeue_or_end() {
  if [ "${SLURM_RESTART_COUNT:-0}" -ge "${TELLTALE_MAX_RESTARTS:-5}" ]; then
    say "interrupted, and this job was requeued ${SLURM_RESTART_COUNT} times already: giving up"
    exit 1
  fi
  if ! scontrol show config 2>/dev/null | grep -qE '^RequeueExit +=.*\b75\b'; then
    say "interrupted: asking for a requeue"
    scontrol requeue "$SLURM_JOB_ID"
  fi
  exit "$1"
}

case ${1:-} in
  --help | -h) usage; exit 0 ;;
  '' | -*) usage >&2; exit 2 ;;
esac
config=$1
shift

program=$(find_program) || exit 2
launch=()
fill_launch "$(choose_launcher)"
# One BLAS thread a rank: ranks are the parallelism.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1

child=
trap 'pass_on USR1' USR1
trap 'pass_on TERM' TERM INT
# The "${x[@]+...}" form lets bash 4.2 accept an empty array.
"${launch[@]+"${launch[@]}"}" "$program" nightly --config "$config" "$@" &
child=$!
watcher=
if [ "${launch[0]:-}" = mpirun ] && command -v ps >/dev/null; then
  end_stuck_launcher "$child" &
  watcher=$!
fi
status=0
while :; do
  was_signalled=0
  wait "$child"
  status=$?
  [ "$was_signalled" = 1 ] || break
done
if [ -n "$watcher" ]; then kill "$watcher" 2>/dev/null; fi

if [ "$status" = 75 ] && [ -n "${SLURM_JOB_ID:-}" ]; then
  requeue_or_end "$status"
fi
exit "$status"
