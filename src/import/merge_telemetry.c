// SPDX-License-Identifier: BSD-3-Clause
#include "gather.h"

#include <telltale/store.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- hosts ---------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    return natural_compare(*(const char *const *)a, *(const char *const *)b);
}

static int32_t sum_to_limit(int32_t sum, int64_t more)
{
    return more < INT32_MAX - sum ? sum + (int32_t)more : INT32_MAX;
}

/** A host may come from several ranks. */
static void add_stamps(const struct facility *facility, int64_t number, int64_t backward,
                       int64_t future)
{
    struct host *host;

    if (number < 0) return;
    host = &facility->hosts[number];
    host->stamps_backward = sum_to_limit(host->stamps_backward, backward);
    host->stamps_future = sum_to_limit(host->stamps_future, future);
}

/** What the earlier file tells of a host's stamps holds where it is more: reading the same again adds nothing. */
static void keep_earlier_stamps(const struct facility *earlier, struct facility *facility)
{
    for (int64_t h = 0; earlier && h < earlier->host_count; h++) {
        const struct host *from = &earlier->hosts[h];
        const int64_t number = facility_find_host(facility, from->name);
        struct host *host;

        if (number < 0) continue;
        host = &facility->hosts[number];
        if (from->stamps_backward > host->stamps_backward)
            host->stamps_backward = from->stamps_backward;
        if (from->stamps_future > host->stamps_future) host->stamps_future = from->stamps_future;
    }
}

/** Read over the hosts of a rank; those with rows are added to @p names. */
static void take_hosts(struct unpack *unpack, struct list *names, struct rank_numbers *numbers,
                       const struct facility *facility)
{
    numbers->host_count = unpack_int64(unpack);
    if (facility) numbers->hosts = mem_zero((size_t)numbers->host_count + 1, sizeof(int64_t));
    for (int64_t host = 0; host < numbers->host_count; host++) {
        const bool has_rows = unpack_int64(unpack) != 0;
        const int64_t backward = unpack_int64(unpack), future = unpack_int64(unpack);
        const char *name = unpack_text(unpack);

        if (facility) {
            numbers->hosts[host] = facility_find_host(facility, name);
            add_stamps(facility, numbers->hosts[host], backward, future);
        } else if (has_rows && names)
            *(const char **)list_add(names, sizeof name) = name;
    }
}

/** New hosts go among those of the earlier file in natural order; where none is new, its order stays. */
static void order_hosts(const struct facility *earlier, struct list *names)
{
    bool is_any_new = !earlier;

    for (int64_t i = 0; !is_any_new && i < names->count; i++)
        is_any_new = facility_find_host(earlier, *(const char **)list_at(names, i)) < 0;
    if (!is_any_new) names->count = 0;
    for (int64_t h = 0; earlier && h < earlier->host_count; h++)
        *(const char **)list_add(names, sizeof(char *)) = earlier->hosts[h].name;
    if (is_any_new && names->count > 1)
        qsort(names->items, (size_t)names->count, sizeof(char *), by_name);
}

/** Returns how many hosts have samples, in the earlier file or in what was read. */
static int64_t add_hosts(const struct import *import, struct merged *merged)
{
    const struct facility *earlier = import->earlier ? store_facility(import->earlier) : NULL;
    struct list names = {0};
    struct rank_numbers ignored = {0};
    int64_t offset = 0, count;

    for (int rank = 0; rank < merged->ranks; rank++) {
        struct unpack unpack = {merged->bytes + offset,
                                merged->bytes + offset + merged->sizes[rank]};

        take_hosts(&unpack, &names, &ignored, NULL);
        offset += merged->sizes[rank];
    }
    count = names.count + (earlier && earlier->sample_count > 0 ? earlier->host_count : 0);
    order_hosts(earlier, &names);
    for (int64_t i = 0; i < names.count; i++) {
        const char *name = *(const char **)list_at(&names, i);

        if (facility_find_host(merged->facility, name) < 0)
            earlier_host(import, facility_add_host(merged->facility, name));
    }
    list_release(&names);
    return count;
}

/* ---- metrics -------------------------------------------------------------------------------- */

static void add_behaviour(struct behaviour *sum, const struct behaviour *other)
{
    sum->steps += other->steps;
    sum->rises += other->rises;
    sum->falls += other->falls;
    sum->resets += other->resets;
    sum->fractions += other->fractions;
    sum->low = fmin(sum->low, other->low);
    sum->high = fmax(sum->high, other->high);
}

static bool is_before(const struct merged_metric *a, const struct merged_metric *b)
{
    return a->key != b->key ? a->key < b->key : a->column < b->column;
}

static int by_place(const void *a, const void *b)
{
    const struct merged_metric *x = a, *y = b;

    if (is_before(x, y)) return -1;
    if (is_before(y, x)) return 1;
    if (strcmp(x->source, y->source) != 0) return strcmp(x->source, y->source);
    return strcmp(x->name, y->name);
}

static struct merged_metric read_metric(struct unpack *unpack)
{
    struct merged_metric metric = {0};

    metric.name = unpack_text(unpack);
    metric.source = unpack_text(unpack);
    metric.unit = unpack_text(unpack);
    metric.key = unpack_int64(unpack);
    metric.column = unpack_int64(unpack);
    metric.listed = (enum metric_class)unpack_int64(unpack);
    unpack_bytes(unpack, &metric.behaviour, sizeof metric.behaviour);
    return metric;
}

static int64_t number_of(struct name_table *names, const struct merged_metric *metric)
{
    struct text full = {0};
    int64_t number;

    text_printf(&full, "%s::%s", metric->source, metric->name);
    number = names_add(names, full.bytes, full.length);
    text_release(&full);
    return number;
}

/** The same metric may come from several ranks: sums, and the first place. */
static void take_metrics(struct unpack *unpack, struct name_table *names, struct list *metrics)
{
    for (int64_t left = unpack_int64(unpack); left > 0; left--) {
        struct merged_metric metric = read_metric(unpack);
        const int64_t number = number_of(names, &metric);
        struct merged_metric *known;

        if (number == metrics->count) {
            metric.arrival = number;
            *(struct merged_metric *)list_add(metrics, sizeof metric) = metric;
            continue;
        }
        known = list_at(metrics, number);
        add_behaviour(&known->behaviour, &metric.behaviour);
        if (is_before(&metric, known)) {
            metric.behaviour = known->behaviour;
            metric.arrival = number;
            *known = metric;
        }
    }
}

static void take_schemas(struct unpack *unpack, struct rank_numbers *numbers)
{
    numbers->schema_count = unpack_int64(unpack);
    numbers->schemas = mem_zero((size_t)numbers->schema_count + 1, sizeof *numbers->schemas);
    for (int64_t i = 0; i < numbers->schema_count; i++) {
        struct schema *schema = &numbers->schemas[i];

        schema->count = (int32_t)unpack_int64(unpack);
        schema->metrics = mem_zero((size_t)schema->count + 1, sizeof *schema->metrics);
        for (int32_t m = 0; m < schema->count; m++)
            schema->metrics[m] = (int32_t)numbers->metrics[unpack_int64(unpack)];
    }
}

/** Metrics of all ranks in the order in which the input names them. */
static void add_metrics(const struct import *import, struct merged *merged)
{
    struct name_table *names = names_create();
    struct rank_numbers ignored = {0};
    int64_t offset = 0;

    for (int rank = 0; rank < merged->ranks; rank++) {
        struct unpack unpack = {merged->bytes + offset,
                                merged->bytes + offset + merged->sizes[rank]};

        take_hosts(&unpack, NULL, &ignored, NULL);
        take_metrics(&unpack, names, &merged->metrics);
        offset += merged->sizes[rank];
    }
    names_destroy(&names);
    if (merged->metrics.count > 1)
        qsort(merged->metrics.items, (size_t)merged->metrics.count, sizeof(struct merged_metric),
              by_place);
    earlier_metrics(import, merged->facility);
    for (int64_t number = 0; number < merged->metrics.count; number++) {
        struct merged_metric *from = list_at(&merged->metrics, number);
        struct metric *metric = facility_add_metric(merged->facility, from->name, from->source);

        if (*metric->unit == '\0') metric->unit = facility_text(merged->facility, from->unit);
        from->number = metric - merged->facility->metrics;
    }
}

/* ---- runs and bases ------------------------------------------------------------------------- */

static void take_runs(struct unpack *unpack, struct merged *merged, struct rank_numbers *numbers)
{
    numbers->run_count = unpack_int64(unpack);
    numbers->runs = mem_zero((size_t)numbers->run_count + 1, sizeof(int64_t));
    for (int64_t i = 0; i < numbers->run_count; i++) {
        struct merged_run *run = list_add(&merged->run_stretches, sizeof *run);
        struct found_run from;

        unpack_bytes(unpack, &from, sizeof from);
        run->path = unpack_text(unpack);
        run->below = unpack_text(unpack);
        run->host = numbers->hosts[from.host];
        run->pattern = from.pattern;
        run->key = from.key;
        run->start_unix_s = from.start_unix_s;
        run->end_unix_s = from.end_unix_s;
        numbers->runs[i] = names_add(merged->runs, run->path, strlen(run->path));
    }
}

static void take_bases(struct unpack *unpack, struct merged *merged,
                       const struct rank_numbers *numbers)
{
    for (int64_t left = unpack_int64(unpack); left > 0; left--) {
        struct merged_base *base = list_add(&merged->bases, sizeof *base);
        struct found_base from;
        const char *run;

        unpack_bytes(unpack, &from, sizeof from);
        run = unpack_text(unpack);
        base->run = *run ? names_find(merged->runs, run, strlen(run)) : -1;
        base->host = numbers->hosts[from.host];
        base->metric = numbers->metrics[from.metric];
        base->unix_s = from.unix_s;
        base->value = from.value;
    }
}

static int by_series(const void *a, const void *b)
{
    const struct merged_base *x = a, *y = b;

    if (x->run != y->run) return x->run < y->run ? -1 : 1;
    if (x->host != y->host) return x->host < y->host ? -1 : 1;
    if (x->metric != y->metric) return x->metric < y->metric ? -1 : 1;
    if (x->unix_s != y->unix_s) return x->unix_s < y->unix_s ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/** Order the bases and keep the earliest of each series. */
static void settle_bases(struct list *bases)
{
    int64_t kept = 0;

    if (bases->count > 1)
        qsort(bases->items, (size_t)bases->count, sizeof(struct merged_base), by_series);
    for (int64_t i = 0; i < bases->count; i++) {
        const struct merged_base base = *(struct merged_base *)list_at(bases, i);
        const struct merged_base *last = kept > 0 ? list_at(bases, kept - 1) : NULL;

        if (last && last->run == base.run && last->host == base.host && last->metric == base.metric)
            continue;
        *(struct merged_base *)list_at(bases, kept++) = base;
    }
    bases->count = kept;
}

/** Read over the metrics again, now with the facility's numbers. */
static void take_numbers(struct unpack *unpack, const struct merged *merged,
                         struct rank_numbers *numbers)
{
    numbers->metric_count = unpack_int64(unpack);
    numbers->metrics = mem_zero((size_t)numbers->metric_count + 1, sizeof(int64_t));
    for (int64_t i = 0; i < numbers->metric_count; i++) {
        const struct merged_metric metric = read_metric(unpack);

        numbers->metrics[i] = facility_find_metric(merged->facility, metric.name, metric.source);
    }
    take_schemas(unpack, numbers);
}

int64_t merge_telemetry(const struct import *import, struct merged *merged)
{
    int64_t offset = 0, hosts;

    merged->of_rank = mem_zero((size_t)merged->ranks, sizeof *merged->of_rank);
    merged->runs = names_create();
    hosts = add_hosts(import, merged);
    add_metrics(import, merged);
    for (int rank = 0; rank < merged->ranks; rank++) {
        struct unpack unpack = {merged->bytes + offset,
                                merged->bytes + offset + merged->sizes[rank]};
        struct rank_numbers *numbers = &merged->of_rank[rank];

        take_hosts(&unpack, NULL, numbers, merged->facility);
        take_numbers(&unpack, merged, numbers);
        take_runs(&unpack, merged, numbers);
        take_bases(&unpack, merged, numbers);
        numbers->rest = unpack;
        offset += merged->sizes[rank];
    }
    keep_earlier_stamps(import->earlier ? store_facility(import->earlier) : NULL, merged->facility);
    settle_bases(&merged->bases);
    return hosts;
}

void merged_release(struct merged *merged)
{
    for (int rank = 0; merged->of_rank && rank < merged->ranks; rank++) {
        struct rank_numbers *numbers = &merged->of_rank[rank];

        for (int64_t i = 0; i < numbers->schema_count; i++) mem_free(&numbers->schemas[i].metrics);
        mem_free(&numbers->schemas);
        mem_free(&numbers->hosts);
        mem_free(&numbers->metrics);
        mem_free(&numbers->runs);
    }
    mem_free(&merged->of_rank);
    mem_free(&merged->bytes);
    mem_free(&merged->sizes);
    list_release(&merged->metrics);
    list_release(&merged->run_stretches);
    list_release(&merged->bases);
    mem_free(&merged->earlier_bases);
    names_destroy(&merged->runs);
    facility_destroy(&merged->facility);
}
