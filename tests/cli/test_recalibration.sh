#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The forecast's threshold as nights pass: it goes by what earlier nights scored, too, but not by their trouble, not by
# nights that the model has learned from, and not by another model's scores.
# shellcheck source=tests/cli/support.sh
. "$(dirname "${BASH_SOURCE[0]}")/support.sh"

for day in 01 02 03 04; do make_facility "day$day.h5" "2026-01-$day" "1$day"; done
learn=(--predictor ridge --window 6 --lags 3 --false-alarms-per-host-day 0.5)
"$TELLTALE" fit forecast day01.h5 -m model.h5 "${learn[@]}" 2>err || { cat err; exit 1; }
for day in 01 02 03; do
  "$TELLTALE" score forecast "day$day.h5" -m model.h5 -o "scores$day.h5" "${learn[@]}" >/dev/null 2>err || { cat err; exit 1; }
done

# threshold_follows SCORES EARLIER...: it is that of the model's and the earlier nights' scores, from their samples
threshold_follows() {
  python3 - "$@" <<'PYTHON'
import sys
import h5py
import numpy as np

model = h5py.File("model.h5")["forecast"]
scored = h5py.File(sys.argv[1])["forecast"]
earlier = [h5py.File(path)["forecast/score"][()].ravel() for path in sys.argv[2:]]
earlier = np.concatenate(earlier)
earlier = earlier[np.isfinite(earlier)]
kept = earlier[earlier <= model.attrs["trouble"]]
assert abs(scored.attrs["recalled_samples"] - kept.size) <= 20, (scored.attrs["recalled_samples"], kept.size)
assert scored.attrs["model_threshold"] == model.attrs["threshold"]

def middles(tally):
    octave, part = np.divmod(np.arange(tally.size), 64)
    return np.repeat((1 + (part + 0.5) / 64) / 2 * 2.0 ** (octave - 20), tally)

held_out = middles(model["tally"][()])
assert held_out.size == model.attrs["validation_items"]
values = np.sort(np.concatenate([held_out, kept]))
tail = max(int(0.02 * values.size), 20)
expected = 0.5 / 1440 * values.size
assert expected < tail
excess = values[-tail:] - values[-tail - 1]
above = np.arange(tail)[::-1]
a0, a1 = excess.mean(), (excess * above / (tail - 1)).mean()
shape = np.clip(2 - a0 / (a0 - 2 * a1), -0.5, 0.9)
scale, ratio = a0 * (1 - shape), expected / tail
threshold = values[-tail - 1] + scale / shape * (ratio**-shape - 1)
assert abs(scored.attrs["threshold"] / threshold - 1) < 0.01, (scored.attrs["threshold"], threshold)
assert scored.attrs["threshold"] != scored.attrs["model_threshold"]
PYTHON
}

score_with() {
  local ranks=$1 scores=$2
  shift 2
  run "$ranks" score forecast day04.h5 -m model.h5 -o "$scores" --false-alarms-per-host-day 0.5 "$@"
  [ "$status" = 0 ] || { cat err; return 1; }
}

the_threshold_is_that_of_held_out_and_earlier_scores_together() {
  score_with 1 scores04.h5 --earlier-scores scores02.h5,scores03.h5
  threshold_follows scores04.h5 scores02.h5 scores03.h5
}

it_has_the_same_bits_on_all_ranks() {
  for ranks in 2 3; do
    score_with $ranks many.h5 --earlier-scores scores02.h5,scores03.h5
    same_file scores04.h5 many.h5
  done
}

trouble_of_an_earlier_night_does_not_raise_it() {
  cp scores02.h5 trouble.h5
  python3 -c "
import h5py
tally = h5py.File('trouble.h5', 'r+')['forecast/tally']
tally[-64 * 8] += 100000 # scores of thousands"
  score_with 1 with.h5 --earlier-scores trouble.h5,scores03.h5
  h5diff scores04.h5 with.h5 /forecast/score
  threshold_follows with.h5 scores02.h5 scores03.h5
}

what_the_model_has_learned_from_and_what_another_scored_is_refused() {
  says 3 'scores01.h5: begins before the end of what the model was fitted on' \
    score forecast day04.h5 -m model.h5 -o no.h5 --earlier-scores scores01.h5
  "$TELLTALE" fit forecast day01.h5 -m other.h5 "${learn[@]}" --lags 2
  says 3 'scores02.h5: its forecast scores are those of another model' \
    score forecast day04.h5 -m other.h5 -o no.h5 --earlier-scores scores02.h5
  cp scores02.h5 broken.h5
  python3 -c "import h5py; h5py.File('broken.h5', 'r+')['forecast/tally'][7] = -1"
  says 3 'broken.h5: /forecast/tally: bin 7 holds -1' \
    score forecast day04.h5 -m model.h5 -o no.h5 --earlier-scores broken.h5
  says 3 'no.h5' score forecast day04.h5 -m model.h5 -o yes.h5 --earlier-scores no.h5
  not test -e no.h5
}

nights_calibrate_those_after_them() {
  printf 'nightly: {analyses: [forecast], facility_files: ["day0?.h5"]}\nforecast:\n' >night.yaml
  printf '  predictor: ridge\n  window: 6\n  lags: 3\n  false_alarms_per_host_day: 0.5\n' >>night.yaml
  fine nightly --config night.yaml
  same_file model.h5 nights/models/forecast.h5
  threshold_follows nights/2026-01-04/scores.h5 nights/2026-01-02/scores.h5 nights/2026-01-03/scores.h5
  fine nightly --config night.yaml
  grep -q 'nothing to do: 4 nights are finished already' out
}

check the_threshold_is_that_of_held_out_and_earlier_scores_together
check it_has_the_same_bits_on_all_ranks
check trouble_of_an_earlier_night_does_not_raise_it
check what_the_model_has_learned_from_and_what_another_scored_is_refused
check nights_calibrate_those_after_them
finish
