#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A disk that is too small, or that others fill while we write: status 4 with one message, within a minute, nothing
# half-written; and once there is room the same command ends with the bits of an undisturbed run.
# shellcheck source=tests/faults/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

disk=$scratch/disk
if ! tmpfs 64m "$disk"; then
  echo "not tried: file systems cannot be mounted here"
  exit 77
fi
trap 'cd /; umount "$disk"; rm -rf "$scratch"' EXIT
make_rows
cp part?.csv sources.yaml "$disk" # in the disk's folder `..` of the commands
moments=${1:-$(times 1 20)} # of each command

mkdir undisturbed && cd undisturbed || exit 1
undisturbed import fit score nightly
cd .. || exit 1
cp -r undisturbed "$disk"

# sized BYTES: the disk has so much room beside what stands in it for good.
sized() {
  local used
  used=$(df --output=used -B1 "$disk" | tail -n 1)
  mount -o "remount,size=$((used + $1))" "$disk"
}

# begun_on NAME: an empty folder on the disk, with all the room it wants.
begun_on() {
  rm -rf "$disk/disturbed" "$disk/filler"
  mount -o remount,size=64m "$disk"
  mkdir "$disk/disturbed"
  cd "$disk/disturbed"
}

# refused_or_done NAME: the job ends so; then with room again it ends like the undisturbed one.
refused=0
refused_or_done() {
  ended "$(patience 60)"
  echo "status $status"
  if [ "$status" != 0 ]; then
    [ "$status" = 4 ] || { echo "status $status"; cat err; return 1; }
    one_message
    grep -q 'No space left\|no room\|cannot set aside' err || { cat err; return 1; }
    nothing_left .
    refused=$((refused + 1))
  fi
  rm -f "$disk/filler"
  mount -o remount,size=64m "$disk"
  recovered "$1"
}

# The messages go elsewhere: a full disk would have no room for them.
try() {
  mpirun --oversubscribe --bind-to none -n 2 "$TELLTALE" "$@" >"$scratch/out" 2>"$scratch/err" &
  job=$!
  ln -sf "$scratch/out" "$scratch/err" .
}

too_small() {
  local name=$1 wanted size
  wanted=$(du -sb --exclude=out --exclude=err "$scratch/undisturbed" | cut -f 1)
  # shellcheck disable=SC2046 # words are meant
  [ "$name" = nightly ] || wanted=$(stat -c %s $(cd "$scratch/undisturbed" && realpath $(written "$name")))
  for size in $(seq "$moments"); do
    begun_on "$name"
    sized $((wanted * (2 * size - 1) / (2 * moments)))
    # shellcheck disable=SC2046
    try $(arguments "$name")
    refused_or_done "$name"
  done
  [ "$refused" -gt 0 ] || { echo "never refused"; return 1; }
  figure "$name on a disk too small: $refused of $moments refused, the longest end took $longest_ms ms"
}

filled_by_others() {
  local name=$1
  RANDOM=5
  for _ in $(seq "$moments"); do
    begun_on "$name"
    # shellcheck disable=SC2046
    try $(arguments "$name")
    sleep_ms $((${lasted_ms[$name]} * (5 + RANDOM % 95) / 100))
    dd if=/dev/zero of="$disk/filler" bs=64k 2>/dev/null || true
    refused_or_done "$name"
  done
  figure "$name while the disk fills: $refused of $moments refused, the longest end took $longest_ms ms"
}

an_import_to_a_disk_that_is_too_small_is_status_4() { too_small import; }
a_fit_to_a_disk_that_is_too_small_is_status_4() { too_small fit; }
a_score_to_a_disk_that_is_too_small_is_status_4() { too_small score; }
a_night_on_a_disk_that_is_too_small_is_status_4() { too_small nightly; }
an_import_outlives_a_disk_that_fills() { filled_by_others import; }
a_fit_outlives_a_disk_that_fills() { filled_by_others fit; }
a_score_outlives_a_disk_that_fills() { filled_by_others score; }
a_night_outlives_a_disk_that_fills() { filled_by_others nightly; }

check an_import_to_a_disk_that_is_too_small_is_status_4
check a_fit_to_a_disk_that_is_too_small_is_status_4
check a_score_to_a_disk_that_is_too_small_is_status_4
check a_night_on_a_disk_that_is_too_small_is_status_4
check an_import_outlives_a_disk_that_fills
check a_fit_outlives_a_disk_that_fills
check a_score_outlives_a_disk_that_fills
check a_night_outlives_a_disk_that_fills
finish_with_figures
