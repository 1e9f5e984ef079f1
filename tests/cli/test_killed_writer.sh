#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A rank that is killed in the middle of a facility file: the old file stays, and the next run leaves nothing behind.
set -u
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

"$TELLTALE" synth --hosts 20 --metrics 3 --samples 100 -o night.h5 2>log || { cat log; exit 1; }
cp night.h5 before.h5

mpirun --bind-to none -n 2 "$TELLTALE" synth --hosts 2000 --metrics 8 --samples 2880 -o night.h5 >log 2>&1 &
launcher=$!
for _ in $(seq 600); do
  partial=$(find . -name '.night.h5.partial-*' -size +1k)
  [ -n "$partial" ] && break
  kill -0 "$launcher" 2>/dev/null || break
  sleep 0.05
done
[ -n "$partial" ] || { echo "FAIL no partial file was seen"; cat log; exit 1; }
victim=$(pgrep -P "$launcher" | head -1)
kill -KILL "$victim"
if wait "$launcher"; then
  echo "FAIL the run ended well"
  exit 1
fi
echo "ok   a killed rank ends the run"
cmp before.h5 night.h5 || exit 1
echo "ok   the old file is as it was"

"$TELLTALE" synth --hosts 20 --metrics 3 --samples 100 --seed 2 -o night.h5 2>log || { cat log; exit 1; }
if [ "$(find . -name '.night.h5*' | wc -l)" != 0 ]; then
  ls -la
  exit 1
fi
echo "ok   the next run removes what was left"
"$TELLTALE" info --brief night.h5 | grep -q '^hosts *20' || exit 1
echo "ok   the next run's file is whole"
