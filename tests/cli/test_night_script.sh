#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# jobscripts/night.sh with a stand-in for the program: what it starts, what it passes on, what it returns.
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

# check NAME COMMAND...
check() {
  local name=$1
  shift
  if "$@"; then
    echo "ok   $name"
  else
    echo "FAIL $name"
    failures=$((failures + 1))
  fi
}

# The stand-in notes its arguments, then ends as its configuration's name says; "wait" lasts until a signal comes.
cat >"$folder/telltale" <<'STANDIN'
#!/usr/bin/env bash
echo "$*" >>"$NOTES"
echo "threads=$OPENBLAS_NUM_THREADS" >>"$NOTES"
case $3 in
  *wait*)
    trap 'exit 75' USR1
    trap 'exit 143' TERM
    echo ready >>"$NOTES"
    for _ in $(seq 100); do sleep 0.1; done
    ;;
  *) exit "${3##*-}" ;;
esac
STANDIN
chmod +x "$folder/telltale"
export NOTES=$folder/notes TELLTALE=$folder/telltale TELLTALE_LAUNCHER=none
unset SLURM_JOB_ID

night() { bash "$top/jobscripts/night.sh" "$@" 2>/dev/null; }

status_is_passed_on() {
  local wanted
  for wanted in 0 1 3 4 75; do
    night "end-$wanted"
    [ $? = "$wanted" ] || return 1
  done
}

options_reach_the_program_after_the_configuration() {
  : >"$NOTES"
  night "a b-0" --dry-run && grep -qx 'nightly --config a b-0 --dry-run' "$NOTES" && grep -qx 'threads=1' "$NOTES"
}

signal_is_passed_on() {
  local name=$1 wanted=$2 pid
  : >"$NOTES"
  bash "$top/jobscripts/night.sh" wait 2>/dev/null &
  pid=$!
  for _ in $(seq 200); do
    grep -q ready "$NOTES" && break
    sleep 0.05
  done
  kill -s "$name" "$pid"
  wait "$pid"
  [ $? = "$wanted" ]
}

# A stand-in for mpirun whose only child ends while it goes on, as PMIx 4 does when a rank dies as it starts.
a_launcher_that_outlives_its_ranks_is_ended() {
  local begun=$SECONDS status=0
  mkdir -p "$folder/bin"
  printf '#!/usr/bin/env bash\nsleep 3 &\nwait\nread -r -t 60 <>"$PIPE"\n' >"$folder/bin/mpirun"
  chmod +x "$folder/bin/mpirun"
  mkfifo "$folder/pipe"
  PIPE=$folder/pipe PATH=$folder/bin:$PATH TELLTALE_LAUNCHER=mpirun night end-0 || status=$?
  [ "$status" = 137 ] && [ $((SECONDS - begun)) -lt 40 ]
}

wrong_use_ends_with_2() {
  night
  [ $? = 2 ] || return 1
  night --config x
  [ $? = 2 ] || return 1
  TELLTALE_LAUNCHER=rsh night x-0
  [ $? = 2 ]
}

check the_programs_status_is_the_scripts_status status_is_passed_on
check options_reach_the_program_after_the_configuration options_reach_the_program_after_the_configuration
check usr1_reaches_the_program_and_75_comes_back signal_is_passed_on USR1 75
check term_reaches_the_program signal_is_passed_on TERM 143
check a_launcher_that_outlives_its_ranks_is_ended a_launcher_that_outlives_its_ranks_is_ended
check wrong_use_ends_with_2 wrong_use_ends_with_2
[ "$failures" = 0 ]
