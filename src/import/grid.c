// SPDX-License-Identifier: BSD-3-Clause
#include "gather.h"

#include <telltale/store.h>

#include <math.h>

/** The step that half of the steps do not exceed; 0 where there is none. */
static double median_step(const int64_t *bins)
{
    int64_t total = 0, sum = 0;

    for (int bin = 0; bin < STEP_BINS; bin++) total += bins[bin];
    for (int bin = 0; bin < STEP_BINS; bin++) {
        sum += bins[bin];
        if (sum > 0 && 2 * sum >= total) return step_of_bin(bin);
    }
    return 0;
}

/**
 * Stamps jitter: what is within a hundredth of whole seconds is meant to be whole. Where no host has a
 * second row, the hosts were asked once, one after the other: this is one sample, if it took less than ten
 * minutes; else the distance must do.
 */
static double settle_period(double step_s, double span_s)
{
    static const double tolerance = 0.01;
    static const double of_one_sample = 60, longest_round_s = 600;
    double whole;

    if (step_s <= 0 && span_s < longest_round_s)
        step_s = of_one_sample * (1 + floor(2 * span_s / of_one_sample));
    if (step_s <= 0) step_s = span_s;
    whole = floor(step_s + 0.5);
    return whole >= 1 && fabs(step_s - whole) <= tolerance * whole ? whole : step_s;
}

int64_t grid_slot(const struct facility *facility, double unix_s)
{
    return (int64_t)floor((unix_s - (double)facility->start_unix_s) / facility->period_s + 0.5);
}

/** A wrong clock would make a file of years: more than a thousand empty samples for each row. */
static status check_span(struct import *import, const struct facility *facility, double first,
                         double last)
{
    static const int64_t samples_per_row = 1000, samples_free = 1000000;
    char from[CLOCK_TEXT_BYTES], to[CLOCK_TEXT_BYTES];
    const int64_t known = import->earlier ? store_facility(import->earlier)->sample_count : 0;
    const int64_t rows = comm_sum_int64(import->comm, import->tally.rows[ROW_USED]
                                                          + import->tally.rows[ROW_REPAIRED]);

    if (facility->sample_count <= rows * samples_per_row + samples_free + known) return STATUS_OK;
    return fail(STATUS_BAD_INPUT,
                "the samples span %s to %s, %lld periods of %g s for %lld rows: a clock was wrong; "
                "name the span that is wanted by --start and --end",
                clock_text((int64_t)first, from), clock_text((int64_t)last, to),
                (long long)facility->sample_count, facility->period_s, (long long)rows);
}

status grid_decide(struct import *import, const struct merged *merged)
{
    struct facility *facility = merged->facility;
    struct builder *builder = &import->builder;
    const double first = comm_min_double(import->comm, builder->first_unix_s);
    const double last = comm_max_double(import->comm, builder->last_unix_s);

    comm_sum_int64s(import->comm, builder->steps, STEP_BINS);
    if (median_step(builder->steps) <= 0) steps_between_files(import, merged, builder->steps);
    if (import->earlier && store_facility(import->earlier)->sample_count > 0) {
        TRY(earlier_grid(import, facility, first, last));
        return check_span(import, facility, (double)facility->start_unix_s, last);
    }
    if (facility->metric_count == 0 || !isfinite(first)) {
        facility->period_s = settings_is_given(import->settings, "period_s")
                                 ? settings_real(import->settings, "period_s")
                                 : 60;
        return STATUS_OK;
    }
    facility->period_s = settings_is_given(import->settings, "period_s")
                             ? settings_real(import->settings, "period_s")
                             : settle_period(median_step(builder->steps), last - first);
    if (isfinite(import->from_unix_s))
        facility->start_unix_s = (int64_t)floor(import->from_unix_s);
    else
        facility->start_unix_s = (int64_t)floor(facility->period_s >= 1 ? first + 0.5 : first);
    facility->sample_count = grid_slot(facility, last) + 1;
    return check_span(import, facility, first, last);
}
