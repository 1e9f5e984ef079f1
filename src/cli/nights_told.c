// SPDX-License-Identifier: BSD-3-Clause
/* What is said of nights that were opened together. */
#include "work.h"

#include <math.h>

/* Hosts, metrics and grid: those of the first, as far as the last goes. */
static struct facility *begin_united(const struct nights *nights)
{
    const struct facility *first = view_facility(nights->views[0]);
    struct facility *united = facility_create();

    united->name = facility_text(united, first->name);
    united->start_unix_s = first->start_unix_s;
    united->period_s = first->period_s;
    united->sample_count =
        (int64_t)floor((nights_end(nights) - (double)first->start_unix_s) / first->period_s) + 1;
    for (int64_t h = 0; h < first->host_count; h++) facility_add_host(united, first->hosts[h].name);
    for (int64_t m = 0; m < first->metric_count; m++)
        facility_add_metric(united, first->metrics[m].name, first->metrics[m].source);
    return united;
}

const struct facility *nights_facility(struct nights *nights)
{
    const struct facility **each;

    if (nights->count == 1) return view_facility(nights->views[0]);
    if (nights->united) return nights->united;
    nights->united = begin_united(nights);
    each = mem_zero((size_t)nights->count, sizeof *each);
    for (int i = 0; i < nights->count; i++) each[i] = view_facility(nights->views[i]);
    facility_join_records(nights->united, each, nights->count);
    mem_free(&each);
    return nights->united;
}

void nights_list_files(const struct nights *nights, struct text *lines)
{
    for (int i = 0; i < nights->count; i++) {
        const struct view *view = nights->views[i];

        for (int file = 0; file < view_file_count(view); file++)
            text_printf(lines, "%s%s", lines->length > 0 ? "\n" : "", view_file_path(view, file));
    }
}

double nights_end(const struct nights *nights)
{
    double end = 0;

    for (int i = 0; i < nights->count; i++) {
        const int64_t last = view_times(nights->views[i]).count - 1;
        const double last_unix_s = view_time_unix_s(nights->views[i], last);

        if (last_unix_s > end) end = last_unix_s;
    }
    return end;
}

void nights_describe(const struct nights *nights, struct text *lines)
{
    for (int i = 0; i < nights->count; i++) {
        const struct facility *facility = view_facility(nights->views[i]);
        char start[CLOCK_TEXT_BYTES];

        text_printf(lines, "%s %s, %lld samples\n", facility->name,
                    clock_text((int64_t)view_time_unix_s(nights->views[i], 0), start),
                    (long long)view_times(nights->views[i]).count);
    }
}
