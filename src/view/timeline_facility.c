// SPDX-License-Identifier: BSD-3-Clause
#include "timeline.h"

#include <telltale/import.h>

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
    return natural_compare(*(const char *const *)a, *(const char *const *)b);
}

/* What the latest night says of it counts; rows with odd stamps add up. */
static void copy_host(const struct timeline *timeline, const char *name)
{
    struct host *to = facility_add_host(timeline->joined, name);
    const char *own = to->name;
    int32_t stamps_backward = 0, stamps_future = 0;

    for (int n = 0; n < timeline->count; n++) {
        const struct facility *facility = store_facility(timeline->nights[n].store);
        const int64_t host = facility_find_host(facility, name);

        if (host < 0) continue;
        *to = facility->hosts[host];
        stamps_backward += to->stamps_backward;
        stamps_future += to->stamps_future;
    }
    to->name = own;
    to->stamps_backward = stamps_backward;
    to->stamps_future = stamps_future;
}

/* The order of the first night holds where it has all hosts, as in one file that is added to. */
static void join_hosts(struct timeline *timeline)
{
    struct name_table *names = names_create();
    const char **order;
    int64_t count;

    for (int n = 0; n < timeline->count; n++) {
        const struct facility *facility = store_facility(timeline->nights[n].store);

        for (int64_t h = 0; h < facility->host_count; h++)
            names_add(names, facility->hosts[h].name, strlen(facility->hosts[h].name));
    }
    count = names_count(names);
    order = mem_zero((size_t)count, sizeof *order);
    for (int64_t i = 0; i < count; i++) order[i] = names_text(names, i);
    if (count > store_facility(timeline->nights[0].store)->host_count)
        qsort(order, (size_t)count, sizeof *order, by_name);
    for (int64_t i = 0; i < count; i++) copy_host(timeline, order[i]);
    mem_free(&order);
    names_destroy(&names);
}

static status join_metric(struct timeline *timeline, const struct night *night, int64_t m)
{
    struct facility *joined = timeline->joined;
    const struct metric *from = &store_facility(night->store)->metrics[m];
    const bool is_known = facility_find_metric(joined, from->name, from->source) >= 0;
    struct metric *to = facility_add_metric(joined, from->name, from->source);
    char name[64];

    if (!is_known) {
        to->unit = facility_text(joined, from->unit);
        to->kind = from->kind;
    }
    night->metric[m] = to - joined->metrics;
    timeline->has_counters = timeline->has_counters || from->kind == METRIC_COUNTER;
    if (strcmp(to->unit, from->unit) == 0 && to->kind == from->kind) return STATUS_OK;
    return fail(STATUS_BAD_INPUT, "%s: metric %s is a %s in \"%s\", but before a %s in \"%s\"",
                store_path(night->store), text_printable(from->name, name, sizeof name),
                from->kind == METRIC_COUNTER ? "counter" : "gauge", from->unit,
                to->kind == METRIC_COUNTER ? "counter" : "gauge", to->unit);
}

static void join_records(struct timeline *timeline)
{
    const struct facility **nights = mem_zero((size_t)timeline->count, sizeof *nights);

    for (int n = 0; n < timeline->count; n++) nights[n] = store_facility(timeline->nights[n].store);
    facility_join_records(timeline->joined, nights, timeline->count);
    mem_free(&nights);
}

static status join_night(struct timeline *timeline, struct night *night)
{
    const struct facility *facility = store_facility(night->store);
    const struct facility *joined = timeline->joined;

    night->host = mem_zero((size_t)joined->host_count, sizeof *night->host);
    for (int64_t h = 0; h < joined->host_count; h++)
        night->host[h] = facility_find_host(facility, joined->hosts[h].name);
    night->metric = mem_zero((size_t)facility->metric_count, sizeof *night->metric);
    for (int64_t m = 0; m < facility->metric_count; m++) TRY(join_metric(timeline, night, m));
    return STATUS_OK;
}

status timeline_join(struct timeline *timeline)
{
    const struct night *last = &timeline->nights[timeline->count - 1];
    const struct facility *first = store_facility(timeline->nights[0].store);
    struct facility *joined = timeline->joined = facility_create();

    joined->name = facility_text(joined, first->name);
    joined->start_unix_s = first->start_unix_s;
    joined->period_s = first->period_s;
    joined->sample_count = last->first + store_facility(last->store)->sample_count;
    join_hosts(timeline);
    for (int n = 0; n < timeline->count; n++) TRY(join_night(timeline, &timeline->nights[n]));
    join_records(timeline);
    if (timeline->has_counters) {
        const size_t cells = (size_t)(joined->host_count * joined->metric_count);

        for (int n = 0; n < timeline->count; n++)
            timeline->nights[n].shift = mem_zero(cells, sizeof *timeline->nights[n].shift);
        timeline->has_shift = mem_zero((size_t)joined->host_count, sizeof *timeline->has_shift);
    }
    return STATUS_OK;
}
