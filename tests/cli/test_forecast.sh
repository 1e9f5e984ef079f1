#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The forecast analysis: against numpy, equal on all ranks, after interruptions, and where its input is bad.
# shellcheck source=tests/cli/support.sh
. "$(dirname "$0")/support.sh"
reference="$top/tests/cli/forecast_reference.py"
start=1767225600 # 2026-01-01

"$TELLTALE" synth --system var2 --metrics 8 --samples 2000 --seed 2 -o var.h5 >/dev/null || exit 1
make_facility day.h5 2026-01-01 4
small=(--window 8 --lags 4 --hidden 8 --blocks 1 --epochs 3 --batch-shards 4)

ridge_is_that_of_the_textbook() {
  fine fit forecast var.h5 -m ridge.h5 --predictor ridge --window 6 --lags 3
  fine score forecast var.h5 -m ridge.h5 -o ridge-scores.h5
  python3 "$reference" ridge var.h5 ridge.h5 ridge-scores.h5
}

a_mixer_without_blocks_is_one_map_of_time() {
  fine fit forecast var.h5 -m linear.h5 --predictor tsmixer --revin --window 6 --blocks 0 --epochs 3
  fine score forecast var.h5 -m linear.h5 -o linear-scores.h5
  python3 "$reference" linear var.h5 linear.h5 linear-scores.h5
}

# Weights are of the order of 1 and kept as singles (6e-8); n (n / least penalty) 10 eps bounds what solvers differ by at
# 25 equations (1.4e-7).
ridge_over_all_ranks_is_that_of_one() {
  local ranks
  fine fit forecast var.h5 -m ridge.h5 --predictor ridge --window 6 --lags 3
  for ranks in 1 2 3 4; do
    run "$ranks" fit forecast var.h5 -m spread.h5 --predictor ridge --window 6 --lags 3 --one-rank-equations 24 \
      --log-level detail
    [ "$status" = 0 ] || { cat err; return 1; }
    [ "$(grep -c '^ridge: penalty .* residual' err)" = 5 ] # it went that way
    h5diff -d 1e-6 ridge.h5 spread.h5 /forecast/parameters
  done
  fine score forecast var.h5 -m spread.h5 -o spread-scores.h5
  python3 "$reference" ridge var.h5 spread.h5 spread-scores.h5
}

scores_of_a_row_use_nothing_after_it() {
  cp var.h5 later.h5
  python3 "$reference" damage later.h5 1500
  fine score forecast later.h5 -m ridge.h5 -o later-scores.h5
  python3 "$reference" early ridge-scores.h5 later-scores.h5 1500
}

what_is_planted_is_found_and_named() {
  cp var.h5 planted.h5
  python3 "$reference" planted planted.h5 1700
  fine score forecast planted.h5 -m ridge.h5 -o planted-scores.h5
  python3 "$reference" event planted-scores.h5 $((start + 1699 * 60)) $((start + 1745 * 60))
}

every_predictor_is_the_same_on_all_ranks() {
  local predictor ranks
  for predictor in hybrid tsmixer sysmixer; do
    fine fit forecast day.h5 -m one.h5 --predictor "$predictor" "${small[@]}"
    fine score forecast day.h5 -m one.h5 -o one-scores.h5
    for ranks in 2 3 4; do
      run "$ranks" fit forecast day.h5 -m many.h5 --predictor "$predictor" "${small[@]}"
      [ "$status" = 0 ]
      same_file one.h5 many.h5
      run "$ranks" score forecast day.h5 -m many.h5 -o many-scores.h5
      [ "$status" = 0 ]
      same_file one-scores.h5 many-scores.h5
    done
  done
}

batch_norm_is_the_same_on_all_ranks() {
  fine fit forecast day.h5 -m one.h5 --predictor tsmixer --norm batch --revin "${small[@]}"
  run 3 fit forecast day.h5 -m many.h5 --predictor tsmixer --norm batch --revin "${small[@]}"
  [ "$status" = 0 ]
  same_file one.h5 many.h5
}

# interrupt SIGNAL: stop a training of two ranks once its first checkpoint or epoch is over.
interrupt() {
  rm -f broken.h5 broken.h5.checkpoint
  launch 2 fit forecast day.h5 -m broken.h5 "${small[@]}" --epochs 5000 --patience 5000 --log-level detail
  until grep -q '^epoch 2' err || is_over "$job"; do sleep 0.05; done
  kill "-$1" "$job" || true
  ended "$(patience 60)"
}

a_training_that_was_told_to_stop_goes_on_to_the_same_bits() {
  interrupt USR1
  [ "$status" = 75 ] || { cat err; return 1; }
  [ -f broken.h5.checkpoint ]
  not test -e broken.h5
  # the same training, but no more than 30 epochs of it: epochs are no part of what a checkpoint is of
  epochs=$(($(grep -c '^epoch' err) + 20))
  fine fit forecast day.h5 -m whole.h5 "${small[@]}" --epochs "$epochs" --patience 5000
  run 3 fit forecast day.h5 -m broken.h5 "${small[@]}" --epochs "$epochs" --patience 5000 --resume
  [ "$status" = 0 ] || { cat err; return 1; }
  grep -q 'going on from epoch' err
  h5diff --exclude-attribute / whole.h5 broken.h5 || h5diff whole.h5 broken.h5
  not test -e broken.h5.checkpoint
}

a_checkpoint_of_another_training_is_refused() {
  interrupt USR1
  says 3 'another training' fit forecast day.h5 -m broken.h5 "${small[@]}" --hidden 9 --resume
  fine fit forecast day.h5 -m broken.h5 "${small[@]}" --hidden 9
  says 2 'keeps no checkpoints' fit baseline day.h5 -m b.h5 --resume
}

hosts_in_files_of_their_own_over_the_same_time_are_learned() {
  "$TELLTALE" synth --system var2 --metrics 8 --samples 2000 --seed 2 --facility other -o other.h5 >/dev/null
  fine fit forecast var.h5 other.h5 -m both.h5 --predictor ridge --window 6 --lags 3
  grep -q '3188 windows trained, 800 held out' err || { cat err; return 1; }
}

metrics_that_differ_are_named() {
  fine fit forecast var.h5 -m ridge.h5 --predictor ridge --window 6 --lags 3
  cp var.h5 renamed.h5
  python3 "$reference" rename renamed.h5
  says 3 "1 of the model's 8 metrics are not there: x01::" score forecast renamed.h5 -m ridge.h5 -o no.h5
  not test -e no.h5
}

bad_nights_are_refused() {
  "$TELLTALE" synth --system var2 --metrics 8 --samples 5 -o short.h5 >/dev/null
  says 3 'short.h5: has 5 samples, but a prediction is made from 6' score forecast short.h5 -m ridge.h5 -o no.h5
  says 3 'samples in a row for a window of' fit forecast short.h5 -m no.h5
  cp var.h5 blank.h5
  python3 "$reference" blank blank.h5
  says 3 'no host has 7 samples in a row' score forecast blank.h5 -m ridge.h5 -o no.h5
  says 3 'samples in a row for a window of' fit forecast blank.h5 -m no.h5
  not test -e no.h5
  nothing_left .
}

bad_models_are_refused() {
  head -c "$(($(stat -c %s ridge.h5) / 2))" ridge.h5 >half.h5
  says 3 half.h5 score forecast var.h5 -m half.h5 -o no.h5
  cp ridge.h5 version.h5
  python3 -c 'import h5py, sys; h5py.File(sys.argv[1], "r+").attrs["version"] = 9' version.h5
  says 3 version score forecast var.h5 -m version.h5 -o no.h5
  cp ridge.h5 huge.h5
  python3 -c 'import h5py, sys; h5py.File(sys.argv[1], "r+")["forecast"].attrs["window"] = 99999999' huge.h5
  cp ridge.h5 early.h5
  python3 -c 'import h5py, sys; del h5py.File(sys.argv[1], "r+")["forecast/tally"]' early.h5
  says 3 'early.h5: was fitted by an earlier build; fit it again' score forecast var.h5 -m early.h5 -o no.h5
  says 3 'window is 99999999' score forecast var.h5 -m huge.h5 -o no.h5
  says 2 'lags is not what the model was trained with' score forecast var.h5 -m ridge.h5 -o no.h5 --lags 2
  says 2 'lags is 9, expected at most the window' fit forecast var.h5 -m no.h5 --window 5 --lags 9
}

a_training_that_diverges_keeps_its_best_or_says_so() {
  run 1 fit forecast var.h5 -m wild.h5 --predictor tsmixer "${small[@]}" --epochs 6 --learning-rate 10
  if [ "$status" = 0 ]; then
    grep -q 'diverged' err || { cat err; return 1; }
    fine score forecast var.h5 -m wild.h5 -o wild-scores.h5
  else
    [ "$status" = 1 ] && grep -q 'learning_rate 10 may be too high' err || { cat err; return 1; }
    not test -e wild.h5
  fi
}

a_threshold_that_no_score_can_reach_is_said() {
  cp var.h5 spike.h5
  python3 -c "import h5py; h5py.File('spike.h5', 'r+')['telemetry/values'][0, 1900] = 1e6"
  fine fit forecast spike.h5 -m spike.model --predictor ridge --window 6 --lags 3 --validation-fraction 0.1
  grep -q 'more than any score comes to (clip: 20)' err || { cat err; return 1; }
  fine score forecast spike.h5 -m spike.model -o spike-scores.h5
  grep -q 'nothing can alarm' err
}

search=(--predictor tsmixer "${small[@]}" --epochs 4 --epoch-steps 20 --search 5 --seed 3)

# The first of five, which is asked for, diverges; the best, by far, has another window.
a_search_lists_what_it_tried_and_trains_the_best() {
  fine fit forecast day.h5 -m searched.h5 "${search[@]}" --learning-rate 10
  python3 - <<'PY'
import h5py
table = [line.split() for line in h5py.File("searched.h5")["forecast"].attrs["trials"].splitlines()]
assert table[0][:3] == ["trial", "epochs", "window"], table
assert [line[1] for line in table[1:]] == 5 * ["1"] + 3 * ["1"] + 2 * ["2"] + ["4"], table
assert [line[0] for line in table[1:6]] == list("01234"), table
assert table[1][-1] == "inf" and table[-1][0] != "0", table
for first, count, kept in (1, 5, 3), (6, 3, 2), (9, 2, 1):
    best = sorted(table[first : first + count], key=lambda line: float(line[-1]))[:kept]
    assert [line[0] for line in best] == [line[0] for line in table[first + count :][:kept]], table
assert {line[2] for line in table[1:]} == {"8", "4", "2"} and table[-1][2] != "8", table
names = "--window {} --blocks {} --hidden {} --dropout {} --learning-rate {}"
open("best", "w").write(names.format(*table[-1][2:7]))
PY
  # shellcheck disable=SC2046 # words are meant
  fine fit forecast day.h5 -m asked.h5 "${search[@]}" --search 0 --lags 1 $(cat best)
  h5diff -q searched.h5 asked.h5 /forecast/parameters
}

# search_on RANKS SHARDS: the same with batches of so many shards as on one rank.
search_on() {
  fine fit forecast day.h5 -m one.h5 "${search[@]}" --batch-shards "$2"
  run "$1" fit forecast day.h5 -m many.h5 "${search[@]}" --batch-shards "$2"
  [ "$status" = 0 ] || { cat err; return 1; }
  same_file one.h5 many.h5
  [ "$(grep -c '^search: window' err)" = 1 ]
}

a_search_is_the_same_on_all_ranks() {
  search_on 2 1 # two groups
  search_on 3 1
  search_on 4 16 # groups of two
}

# disturb SIGNAL PROCESS: while two groups of one rank search; the process is "job" or "rank".
disturb() {
  local victim
  rm -f broken.h5
  launch 2 fit forecast day.h5 -m broken.h5 "${search[@]}" --epochs 100000 --patience 100000 --log-level detail
  until grep -q '^epoch 2' err || is_over "$job"; do sleep 0.05; done
  victim=$job
  [ "$2" = job ] || victim=$(rank_process 2)
  kill "-$1" "$victim" || true
  ended "$(patience 60)"
  not test -e broken.h5
  nothing_left .
}

a_search_that_is_told_to_stop_says_so() {
  disturb USR1 job
  [ "$status" = 75 ] || { cat err; return 1; }
  grep -q 'told to stop in the search; the same command begins it anew' err || { cat err; return 1; }
}

a_search_ends_where_a_rank_is_killed() {
  disturb KILL rank
  [ "$status" != 0 ] && [ "$status" != 75 ]
}

a_night_trains_anew_where_the_model_is_old() {
  make_facility late.h5 2026-02-15 5
  printf 'nightly:\n  analyses: [forecast]\nforecast:\n  epochs: 1\n  hidden: 8\n' >night.yaml
  fine nightly --config night.yaml day.h5 -o nights
  fine nightly --config night.yaml late.h5 -o nights --dry-run
  grep -q 'retrain_days is 30' out
}

check ridge_is_that_of_the_textbook
check a_mixer_without_blocks_is_one_map_of_time
check ridge_over_all_ranks_is_that_of_one
check scores_of_a_row_use_nothing_after_it
check what_is_planted_is_found_and_named
check every_predictor_is_the_same_on_all_ranks
check batch_norm_is_the_same_on_all_ranks
check a_training_that_was_told_to_stop_goes_on_to_the_same_bits
check a_checkpoint_of_another_training_is_refused
check hosts_in_files_of_their_own_over_the_same_time_are_learned
check metrics_that_differ_are_named
check bad_nights_are_refused
check bad_models_are_refused
check a_training_that_diverges_keeps_its_best_or_says_so
check a_threshold_that_no_score_can_reach_is_said
check a_search_lists_what_it_tried_and_trains_the_best
check a_search_is_the_same_on_all_ranks
check a_search_that_is_told_to_stop_says_so
check a_search_ends_where_a_rank_is_killed
check a_night_trains_anew_where_the_model_is_old
finish
