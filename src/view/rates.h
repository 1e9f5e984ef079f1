// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file rates.h
 * Cleaning of whole tiles.
 */
#pragma once

#include <stdint.h>

/** Infinite samples become missing ones. @param values  shape [count] */
void rates_drop_infinite(float *values, int64_t count);

/**
 * counter_to_rate() for every counter of one host. Counter by counter: what one has shown so far stays in
 * registers, and a host's samples in the cache.
 *
 * @param values    shape [times, metrics]
 * @param counters  shape [counter_count]: which metrics are counters
 */
void rates_of_host(float *values, int64_t times, int64_t metrics, double period_s,
                   const int32_t *counters, int64_t counter_count);
