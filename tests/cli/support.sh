# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# What the tests of the whole program share. A test sources this file, defines functions whose names say
# what holds, runs each with `check`, and ends with `finish`. The program's path is in TELLTALE.
set -u
: "${TELLTALE:?must name the program}"
failures=0
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
# Open MPI's own folder: programs that start and end at one time fall over each other where they share it.
mkdir .mpi
export TMPDIR=$scratch/.mpi
PATH=/usr/bin:$PATH # the system's python3 is the one that has h5py
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OPENBLAS_NUM_THREADS=1
# shellcheck source=tests/support/jobs.sh
. "$top/tests/support/jobs.sh"

# check NAME: run the function NAME; its status is the verdict, what it says is shown where it fails.
check() {
  local verdict
  (set -e; "$1") >"$scratch/.said" 2>&1
  verdict=$?
  if [ "$verdict" = 0 ]; then
    echo "ok   $1"
  else
    echo "FAIL $1"
    sed 's/^/     /' "$scratch/.said"
    failures=$((failures + 1))
  fi
}

finish() {
  [ "$failures" = 0 ] && exit 0
  echo "$failures failed"
  exit 1
}

# run RANKS ARGUMENT...: telltale on so many ranks; out, err and status are kept for what follows.
run() {
  local ranks=$1
  shift
  status=0
  if [ "$ranks" = 1 ]; then
    "$TELLTALE" "$@" >out 2>err || status=$?
  else
    launch "$ranks" "$@"
    ended 600
  fi
}

# says STATUS TEXT ARGUMENT...: telltale ends with this status and exactly one message that holds TEXT.
says() {
  local expected=$1 text=$2
  shift 2
  run 1 "$@"
  if [ "$status" != "$expected" ] || [ "$(grep -c '^telltale: ' err)" != 1 ] || ! grep -qF -- "$text" err; then
    echo "telltale $*: status $status, expected $expected and \"$text\":"
    cat err
    return 1
  fi
}

# fine ARGUMENT...: telltale ends with 0.
fine() {
  run 1 "$@"
  if [ "$status" != 0 ]; then
    echo "telltale $*: status $status:"
    cat out err
    return 1
  fi
}

# not COMMAND...: fails where the command does not (a plain ! would be passed over by set -e).
not() {
  if "$@"; then
    echo "not expected to hold: $*"
    return 1
  fi
}

# same_file A B: the same HDF5 content.
same_file() {
  h5diff -q "$1" "$2" || { echo "$1 and $2 differ"; return 1; }
}

# nothing_left FOLDER: no temporary file remains.
nothing_left() {
  local left
  left=$(find "$1" -name '*partial*' -o -name '*.tmp*')
  [ -z "$left" ] || { echo "left behind: $left"; return 1; }
}

# make_facility FILE START SEED [OPTION...]: a small facility with labels.
make_facility() {
  local file=$1 start=$2 seed=$3
  shift 3
  "$TELLTALE" synth --hosts 32 --metrics 4 --samples 1440 --period-s 60 --seed "$seed" --start "$start" "$@" \
    -o "$file" >/dev/null 2>synth.err || { cat synth.err; exit 1; }
}
