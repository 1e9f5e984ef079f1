// SPDX-License-Identifier: BSD-3-Clause
#include "timeline.h"

#include <math.h>

/* What the nights' files have taken off the counters of one host. */
struct bases {
    struct timeline *timeline;
    int64_t host; /* of the timeline */
    double *
        of_file; /* owned, [nights][metrics of the timeline]; NaN where a night has no such counter */
    double *span; /* owned, [metrics]: what one file would have taken off; NaN until it is known */
};

static status read_night(const struct bases *bases, int n)
{
    const struct night *night = &bases->timeline->nights[n];
    const struct facility *facility = store_facility(night->store);
    const int64_t metrics = bases->timeline->joined->metric_count;
    double *own;
    status st;

    for (int64_t m = 0; m < metrics; m++) bases->of_file[n * metrics + m] = NAN;
    if (night->host[bases->host] < 0) return STATUS_OK;
    own = mem_zero((size_t)facility->metric_count, sizeof *own);
    st = store_read_bases(night->store, (struct span){night->host[bases->host], 1}, own);
    for (int64_t m = 0; m < facility->metric_count && st == STATUS_OK; m++) {
        if (facility->metrics[m].kind == METRIC_COUNTER)
            bases->of_file[n * metrics + night->metric[m]] = own[m];
    }
    mem_free(&own);
    return st;
}

/* Counters that never pass 2^24 in any night stay as they are; of others the first sample is asked for.
 * @return how many */
static int64_t choose(const struct bases *bases)
{
    const int64_t metrics = bases->timeline->joined->metric_count;
    int64_t asked = 0;

    for (int64_t m = 0; m < metrics; m++) {
        bool is_large = false;

        for (int n = 0; n < bases->timeline->count; n++) {
            const double base = bases->of_file[n * metrics + m];

            is_large = is_large || (!isnan(base) && base != 0.0);
        }
        bases->span[m] = is_large ? (double)NAN : 0.0;
        asked += is_large;
    }
    return asked;
}

/* The first samples that one night has of what is asked for; those of a file with a base are that base. */
static status find_first(const struct bases *bases, int n, int64_t *asked)
{
    const struct night *night = &bases->timeline->nights[n];
    const struct facility *facility = store_facility(night->store);
    const int64_t metrics = bases->timeline->joined->metric_count;
    const int64_t own = facility->metric_count;
    const struct span times = {0, facility->sample_count};
    float *values;
    status st;

    if (night->host[bases->host] < 0) return STATUS_OK;
    values = mem_array((size_t)(times.count * own), sizeof *values);
    st = store_read(night->store, (struct span){night->host[bases->host], 1}, times, values);
    for (int64_t m = 0; m < own && st == STATUS_OK; m++) {
        double *span = &bases->span[night->metric[m]];
        int64_t t = 0;

        if (!isnan(*span)) continue;
        while (t < times.count && isnan(values[t * own + m])) t++;
        if (t == times.count) continue;
        *span = bases->of_file[n * metrics + night->metric[m]] + (double)values[t * own + m];
        (*asked)--;
    }
    mem_free(&values);
    return st;
}

static status find_span(const struct bases *bases)
{
    int64_t asked;

    for (int n = 0; n < bases->timeline->count; n++) TRY(read_night(bases, n));
    asked = choose(bases);
    for (int n = 0; n < bases->timeline->count && asked > 0; n++) TRY(find_first(bases, n, &asked));
    return STATUS_OK;
}

status timeline_find_shift(struct timeline *timeline, int64_t host)
{
    const int64_t metrics = timeline->joined->metric_count;
    struct bases bases = {.timeline = timeline,
                          .host = host,
                          .of_file =
                              mem_zero((size_t)(timeline->count * metrics), sizeof *bases.of_file),
                          .span = mem_zero((size_t)metrics, sizeof *bases.span)};
    status st = STATUS_OK;

    if (!timeline->has_shift[host]) {
        st = find_span(&bases);
        for (int n = 0; n < timeline->count && st == STATUS_OK; n++) {
            for (int64_t m = 0; m < metrics; m++) {
                const double shift = bases.of_file[n * metrics + m] - bases.span[m];

                timeline->nights[n].shift[host * metrics + m] = isnan(shift) ? 0.0 : shift;
            }
        }
        timeline->has_shift[host] = st == STATUS_OK;
    }
    mem_free(&bases.of_file);
    mem_free(&bases.span);
    return st;
}
