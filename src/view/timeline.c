// SPDX-License-Identifier: BSD-3-Clause
#include "timeline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Hosts of one read: as many as share chunks of a file of large hosts. */
enum { BLOCK_HOSTS = 16 };

/* A night whose clock reading is off the others' samples by less of a period is on them: moments are whole seconds. */
static const double slack = 0.01;

void timeline_close(struct timeline **timeline)
{
    struct timeline *old = *timeline;

    if (!old) return;
    for (int n = 0; n < old->count; n++) {
        store_close(&old->nights[n].store);
        mem_free(&old->nights[n].host);
        mem_free(&old->nights[n].metric);
        mem_free(&old->nights[n].shift);
    }
    mem_free(&old->nights);
    facility_destroy(&old->joined);
    mem_free(&old->has_shift);
    mem_free(timeline);
}

const struct facility *timeline_facility(const struct timeline *timeline)
{
    return timeline->joined ? timeline->joined : store_facility(timeline->nights[0].store);
}

const char *timeline_path(const struct timeline *timeline)
{
    return store_path(timeline->nights[0].store);
}

static int by_start(const void *a, const void *b)
{
    const struct facility *x = store_facility(((const struct night *)a)->store);
    const struct facility *y = store_facility(((const struct night *)b)->store);

    if (x->start_unix_s != y->start_unix_s) return x->start_unix_s < y->start_unix_s ? -1 : 1;
    return strcmp(store_path(((const struct night *)a)->store),
                  store_path(((const struct night *)b)->store));
}

static status check_period(const struct night *first, const struct night *night)
{
    const double period = store_facility(first->store)->period_s;
    const double other = store_facility(night->store)->period_s;

    if (store_facility(night->store)->sample_count == 0)
        return fail(STATUS_BAD_INPUT, "%s: holds no telemetry", store_path(night->store));
    if (other < period || other > period)
        return fail(STATUS_BAD_INPUT, "%s: one sample each %g s, but %s has one each %g s",
                    store_path(night->store), other, store_path(first->store), period);
    return STATUS_OK;
}

/* Where a night begins, on the samples of the first, and behind the one before. */
static status place(const struct night *first, const struct night *before, struct night *night)
{
    const struct facility *facility = store_facility(first->store);
    const int64_t after_s = store_facility(night->store)->start_unix_s - facility->start_unix_s;
    const double samples = (double)after_s / facility->period_s;
    const int64_t end = before->first + store_facility(before->store)->sample_count;

    if (!(samples < 1e15) || fabs(samples - round(samples)) > slack)
        return fail(STATUS_BAD_INPUT,
                    "%s: begins %.3g of a sample off those of %s, one each %g s; one timeline has "
                    "one clock",
                    store_path(night->store), samples - round(samples), store_path(first->store),
                    facility->period_s);
    night->first = (int64_t)round(samples);
    if (night->first < end)
        return fail(STATUS_BAD_INPUT,
                    "%s and %s overlap by %lld samples; nights of one timeline follow each other",
                    store_path(before->store), store_path(night->store),
                    (long long)(end - night->first));
    return STATUS_OK;
}

/* Nothing is made up for weeks that are missing, and no memory taken for them. */
static status check_holes(const struct timeline *timeline)
{
    const struct night *last = &timeline->nights[timeline->count - 1];
    int64_t held = 0;

    for (int n = 0; n < timeline->count; n++)
        held += store_facility(timeline->nights[n].store)->sample_count;
    if (last->first + store_facility(last->store)->sample_count > 2 * held)
        return fail(STATUS_BAD_INPUT,
                    "%s to %s: more samples are missing between the nights than the %lld that they "
                    "hold; read them apart",
                    timeline_path(timeline), store_path(last->store), (long long)held);
    return STATUS_OK;
}

static status arrange(struct timeline *timeline)
{
    struct night *nights = timeline->nights;

    for (int n = 0; n < timeline->count; n++) TRY(check_period(&nights[0], &nights[n]));
    qsort(nights, (size_t)timeline->count, sizeof *nights, by_start);
    for (int n = 1; n < timeline->count; n++) TRY(place(&nights[0], &nights[n - 1], &nights[n]));
    TRY(check_holes(timeline));
    return timeline_join(timeline);
}

status timeline_open(const struct comm *comm, const char *const *paths, int count,
                     struct timeline **timeline)
{
    struct timeline *opened = mem_zero(1, sizeof *opened);
    status st = STATUS_OK;

    opened->nights = mem_zero((size_t)count, sizeof *opened->nights);
    for (int n = 0; n < count && st == STATUS_OK; n++) {
        st = store_open(comm, paths[n], &opened->nights[n].store);
        opened->count += st == STATUS_OK;
    }
    if (st == STATUS_OK && count > 1) st = arrange(opened);
    if (st == STATUS_OK)
        *timeline = opened;
    else
        timeline_close(&opened);
    return st;
}

/* ---- reading ----------------------------------------------------------------------------------- */

/* A read in progress. */
struct reading {
    struct timeline *timeline;
    struct span hosts, times; /* of the timeline */
    float *values;            /* [hosts][times][metrics] of the timeline */
    float *block;             /* owned: of a night */
};

/* @param from  one host of a night, [times.count][metrics of its file]; @param at  times in the timeline */
static void take_host(const struct reading *reading, const struct night *night, int64_t host,
                      struct span at, const float *from)
{
    const int64_t metrics = reading->timeline->joined->metric_count;
    const int64_t own = store_facility(night->store)->metric_count;
    const double *shift = reading->timeline->has_counters ? night->shift + host * metrics : NULL;
    float *to =
        reading->values
        + ((host - reading->hosts.first) * reading->times.count + at.first - reading->times.first)
              * metrics;

    for (int64_t m = 0; m < own; m++) {
        const int64_t metric = night->metric[m];
        const double more = shift ? shift[metric] : 0.0;

        for (int64_t t = 0; t < at.count; t++) {
            const float value = from[t * own + m];

            to[t * metrics + metric] = more == 0.0 ? value : (float)((double)value + more);
        }
    }
}

/* Hosts that follow each other in the night's file as well. @param host  the first, of the timeline */
static status read_run(struct reading *reading, const struct night *night, int64_t host,
                       int64_t count, struct span at)
{
    const struct span hosts = {night->host[host], count};
    const struct span times = {at.first - night->first, at.count};
    const int64_t items = at.count * store_facility(night->store)->metric_count;

    TRY(store_read(night->store, hosts, times, reading->block));
    for (int64_t h = host; h < host + count; h++) {
        if (reading->timeline->has_counters) TRY(timeline_find_shift(reading->timeline, h));
        take_host(reading, night, h, at, reading->block + (h - host) * items);
    }
    return STATUS_OK;
}

static status read_night(struct reading *reading, const struct night *night)
{
    const struct facility *facility = store_facility(night->store);
    const int64_t host_end = reading->hosts.first + reading->hosts.count;
    const int64_t end = reading->times.first + reading->times.count;
    const int64_t night_end = night->first + facility->sample_count;
    struct span at = {night->first > reading->times.first ? night->first : reading->times.first, 0};
    status st = STATUS_OK;

    at.count = (night_end < end ? night_end : end) - at.first;
    if (at.count <= 0) return STATUS_OK;
    reading->block = mem_array((size_t)(BLOCK_HOSTS * at.count * facility->metric_count),
                               sizeof *reading->block);
    for (int64_t h = reading->hosts.first; h < host_end && st == STATUS_OK;) {
        int64_t count = 1;

        if (night->host[h] < 0) {
            h++;
            continue;
        }
        while (count < BLOCK_HOSTS && h + count < host_end
               && night->host[h + count] == night->host[h] + count)
            count++;
        st = read_run(reading, night, h, count, at);
        h += count;
    }
    mem_free(&reading->block);
    return st;
}

status timeline_read(struct timeline *timeline, struct span hosts, struct span times, float *values)
{
    struct reading reading = {timeline, hosts, times, values, NULL};
    int64_t items;

    if (!timeline->joined) return store_read(timeline->nights[0].store, hosts, times, values);
    items = hosts.count * times.count * timeline->joined->metric_count;
    for (int64_t i = 0; i < items; i++) values[i] = NAN;
    for (int n = 0; n < timeline->count; n++) TRY(read_night(&reading, &timeline->nights[n]));
    return STATUS_OK;
}
