#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The n-th call of the system fails, once or from then on: memory, opening, writing, syncing, setting space aside,
# renaming. Each time one message and the right status, never a crash or a hang, nothing half-written; and the
# next start ends with the bits of an undisturbed run.
# shellcheck source=tests/faults/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"
: "${FAILING_CALLS:?must name the library that lets calls fail}"
if ldd "$TELLTALE" | grep -q libasan; then
  echo "not tried: a sanitizer wants to be the first library"
  exit 77
fi

tries=$(times 2 40)
python3 - <<'PYTHON'
import random
random.seed(1)
with open("rows.csv", "w") as file:
    file.write("time,host,power,load\n")
    for step in range(720):
        for host in range(8):
            file.write(f"2026-11-20T{step // 60:02d}:{step % 60:02d}:00Z,n{host},{random.gauss(5, 1):.3f},{random.gauss(2, 1):.3f}\n")
PYTHON
printf 'nightly: {output: nights, analyses: [baseline, mrdmd]}\nsources:\n  - {inputs: ../rows.csv}\n' >sources.yaml
results="nights/facility/2026-11-20.h5 nights/models/baseline.h5 nights/models/mrdmd.h5 nights/2026-11-20/scores.h5"

# failing NAME=VALUE... [LAUNCHER...]: a night in which calls fail as that says; at most 60 s.
failing() {
  env FAILING_FOLDER=nights/ LD_PRELOAD="$FAILING_CALLS" "$@" "$TELLTALE" nightly --config ../sources.yaml >out 2>err &
  job=$!
  ended "$(patience 60)"
}

mkdir undisturbed && cd undisturbed || exit 1
declare -A calls
for kind in alloc open write sync space rename; do
  rm -rf nights
  failing FAILING_KIND=$kind FAILING_COUNT=count
  [ "$status" = 0 ] || { cat out err; exit 1; }
  calls[$kind]=$(cat count)
  [ "${calls[$kind]}" -gt 0 ] || { echo "no calls of kind $kind were counted"; exit 1; }
done
cd .. || exit 1

# ends_alike: whatever stands there is whole, and a start without failures ends like the undisturbed one.
ends_alike() {
  local file
  for file in $results; do [ ! -e "$file" ] || same_file "../undisturbed/$file" "$file"; done
  fine nightly --config ../sources.yaml
  for file in $results; do same_file "../undisturbed/$file" "$file"; done
  [ -s nights/2026-11-20/manifest.json ]
  nothing_left nights
}

# failing_calls KIND STATUS SEED: at some calls of the kind, once or for good.
failing_calls() {
  local kind=$1 expected=$2 call lasting
  RANDOM=$3
  for _ in $(seq "$tries"); do
    call=$(((RANDOM * 32768 + RANDOM) % ${calls[$kind]} + 1))
    lasting=FAILING_ONCE=1
    [ $((RANDOM % 2)) = 0 ] || lasting=FAILING_AFTER=1
    rm -rf failing
    mkdir failing
    cd failing
    failing FAILING_KIND="$kind" FAILING_CALL=$call $lasting
    echo "call $call of ${calls[$kind]}, $lasting: status $status"
    if [ "$status" != 0 ]; then # 0: what failed was not needed, or another way was found
      [ "$status" = "$expected" ] || { cat err; return 1; }
      one_message
    fi
    ends_alike
    cd ..
  done
}

memory_that_fails_is_status_1() { failing_calls alloc 1 11; }
files_that_cannot_be_opened_are_status_4() { failing_calls open 4 12; }
writes_that_fail_are_status_4() { failing_calls write 4 13; }
syncs_that_fail_are_status_4() { failing_calls sync 4 14; }
space_that_cannot_be_set_aside_is_status_4() { failing_calls space 4 15; }
renames_that_fail_are_status_4() { failing_calls rename 4 16; }

# Only one of two ranks meets the failure: both end.
a_failure_on_one_rank_ends_both() {
  local kind rank call
  RANDOM=17
  for kind in alloc open write sync space rename; do
    for _ in $(seq "$(times 1 20)"); do
      rank=$((RANDOM % 2))
      call=$(((RANDOM * 32768 + RANDOM) % ${calls[$kind]} + 1))
      rm -rf failing
      mkdir failing
      cd failing
      failing FAILING_KIND=$kind FAILING_CALL=$call FAILING_AFTER=1 FAILING_RANK=$rank \
        mpirun --oversubscribe --bind-to none -n 2
      echo "call $call of kind $kind on rank $rank: status $status"
      case $kind:$status in
        *:0) ;; # that rank makes fewer such calls
        alloc:1 | [!a]*:4) one_message ;;
        *) cat err; return 1 ;;
      esac
      ends_alike
      cd ..
    done
  done
}

# Ranks pack and rank 0 writes: another way through HDF5.
compressed_samples_that_cannot_be_written_are_status_4() {
  local try status of=(env LD_PRELOAD="$FAILING_CALLS" FAILING_KIND=write FAILING_FOLDER=packed/ FAILING_RANK=0)
  local import=("$TELLTALE" import ../rows.csv --compression 3 -o packed/facility.h5) count
  RANDOM=18
  mkdir -p compressed/packed
  cd compressed
  "${of[@]}" FAILING_COUNT=count mpirun --oversubscribe --bind-to none -n 2 "${import[@]}" >out 2>err
  mv packed/facility.h5 whole.h5
  count=$(cat count)
  for try in $(seq "$(times 2 20)"); do
    "${of[@]}" FAILING_CALL=$((count - (RANDOM + try) % 10)) FAILING_AFTER=1 \
      mpirun --oversubscribe --bind-to none -n $((try % 2 + 1)) "${import[@]}" >out 2>err &
    job=$!
    ended "$(patience 60)"
    [ "$status" = 4 ] || { echo "status $status"; cat err; return 1; }
    one_message
    [ -z "$(ls -A packed)" ]
  done
  "${import[@]}" >out 2>err
  same_file whole.h5 packed/facility.h5
}

check memory_that_fails_is_status_1
check files_that_cannot_be_opened_are_status_4
check writes_that_fail_are_status_4
check syncs_that_fail_are_status_4
check space_that_cannot_be_set_aside_is_status_4
check renames_that_fail_are_status_4
check compressed_samples_that_cannot_be_written_are_status_4
check a_failure_on_one_rank_ends_both
finish_with_figures
