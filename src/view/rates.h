/**
 * @file rates.h
 * Cleaning of whole tiles, row by row, so that the loops run over neighbouring metrics without branches.
 */
#pragma once

#include <stdint.h>

/** What the counters of one host have shown so far; arrays of [metrics]. */
struct rate_state {
    float *last;          /**< latest present value; NaN before the first */
    float *elapsed;       /**< periods since then */
    const float *counter; /**< NaN for a counter, 0 for a gauge: added, it leaves gauges alone */
};

/** Infinite samples become missing ones. @param values  shape [count] */
void rates_drop_infinite(float *values, int64_t count);

/**
 * counter_to_rate() for every counter of one host at once; gauges stay.
 *
 * @param values  shape [times, metrics]
 * @param state   room; its contents at the call do not matter, except `counter`
 */
void rates_of_host(float *values, int64_t times, int64_t metrics, double period_s,
                   const struct rate_state *state);
