// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file tail.h
 * The threshold that so few scores lie above, from scores or from their counts by size.
 */
#pragma once

#include <telltale/store.h>

/**
 * Peaks over threshold: the value that is exceeded with probability @p rate, by a generalised Pareto law
 * fitted to the largest fiftieth by L-moments (Hosking, Wallis 1987); by plain rank where that many exceed it.
 *
 * @param values  shape [count], none NaN, rearranged
 * @return  infinite where count is 0
 */
double tail_threshold(double *values, int64_t count, double rate);

/** Scores counted by size, 64 bins an octave: what many nights hold in little, additive, and equal on any number of ranks. */
enum { TALLY_OCTAVES = 41, TALLY_BINS = TALLY_OCTAVES * 64 };

/** One score more. @param tally  shape [TALLY_BINS] */
void score_tally_add(int64_t *tally, double score);

/** All of @p more but what lies beyond the limit's bin. @return how many scores that were */
int64_t score_tally_add_below(int64_t *tally, const int64_t *more, double limit);

/** Collective. Read one from a model or scores file. @param tally  undefined on failure */
status score_tally_read(struct archive *archive, int64_t *tally);

/** tail_threshold() of scores that are known to a part in 128. */
double score_tally_threshold(const int64_t *tally, double rate);
