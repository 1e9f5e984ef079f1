// SPDX-License-Identifier: BSD-3-Clause
/* What is taken from counters before they are written. */
#include "gather.h"

#include <string.h>

static int by_series(const struct merged_base *base, int64_t run, int64_t host)
{
    if (base->run != run) return base->run < run ? -1 : 1;
    return (base->host > host) - (base->host < host);
}

/** What the earlier file took from a host's counters stays taken, from it and from what comes outside runs. */
static void keep_earlier(const struct merged *merged, int64_t host, double *bases)
{
    const int64_t metrics = merged->facility->metric_count;

    for (int64_t m = 0; merged->earlier_bases && m < metrics; m++) {
        const double earlier = merged->earlier_bases[host * metrics + m];

        if (earlier < 0 || earlier > 0) bases[m] = earlier;
    }
}

void bases_find(const struct merged *merged, int64_t run, int64_t host, double *bases)
{
    const struct list *list = &merged->bases;
    int64_t low = 0, high = list->count;

    memset(bases, 0, (size_t)merged->facility->metric_count * sizeof *bases);
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;

        if (by_series(list_at(list, middle), run, host) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < list->count && by_series(list_at(list, low), run, host) == 0; low++) {
        const struct merged_base *base = list_at(list, low);

        if (merged->facility->metrics[base->metric].kind == METRIC_COUNTER)
            bases[base->metric] = base->value;
    }
    if (run < 0) keep_earlier(merged, host, bases);
}

void bases_of_file(const struct merged *merged, struct span hosts, double *bases)
{
    const struct facility *facility = merged->facility;
    const int64_t metrics = facility->metric_count;
    const struct list *list = &merged->bases;
    double *earliest = mem_zero((size_t)(hosts.count * metrics) + 1, sizeof *earliest);

    memset(bases, 0, (size_t)(hosts.count * metrics) * sizeof *bases);
    for (int64_t i = 0; i < list->count; i++) {
        const struct merged_base *base = list_at(list, i);
        const int64_t item = (base->host - hosts.first) * metrics + base->metric;

        if (base->host < hosts.first || base->host >= hosts.first + hosts.count
            || facility->metrics[base->metric].kind != METRIC_COUNTER)
            continue;
        if (earliest[item] > 0 && earliest[item] <= base->unix_s) continue;
        earliest[item] = base->unix_s;
        bases[item] = base->value;
    }
    for (int64_t h = 0; h < hosts.count; h++)
        keep_earlier(merged, hosts.first + h, bases + h * metrics);
    mem_free(&earliest);
}
