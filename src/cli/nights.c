// SPDX-License-Identifier: BSD-3-Clause
#include "work.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void nights_close(struct nights *nights)
{
    for (int i = 0; i < nights->count; i++) view_close(&nights->views[i]);
    mem_free(&nights->views);
    facility_destroy(&nights->united);
    nights->count = 0;
}

static status check_hosts(const struct facility *first, const struct facility *other,
                          const char *first_path, const char *path)
{
    if (other->host_count != first->host_count) {
        return fail(STATUS_BAD_INPUT, "%s: has %lld hosts, but %s has %lld", path,
                    (long long)other->host_count, first_path, (long long)first->host_count);
    }
    for (int64_t host = 0; host < first->host_count; host++) {
        if (strcmp(first->hosts[host].name, other->hosts[host].name) != 0) {
            char name[64], first_name[64];

            return fail(STATUS_BAD_INPUT, "%s: host %lld is %s, but in %s it is %s", path,
                        (long long)host, text_printable(other->hosts[host].name, name, sizeof name),
                        first_path,
                        text_printable(first->hosts[host].name, first_name, sizeof first_name));
        }
    }
    return STATUS_OK;
}

static status check_metrics(const struct facility *first, const struct facility *other,
                            const char *first_path, const char *path)
{
    if (other->metric_count != first->metric_count) {
        return fail(STATUS_BAD_INPUT, "%s: has %lld metrics, but %s has %lld", path,
                    (long long)other->metric_count, first_path, (long long)first->metric_count);
    }
    for (int64_t metric = 0; metric < first->metric_count; metric++) {
        const struct metric *a = &first->metrics[metric];
        const struct metric *b = &other->metrics[metric];

        if (strcmp(a->name, b->name) != 0 || strcmp(a->source, b->source) != 0) {
            char name[64], first_name[64];

            return fail(STATUS_BAD_INPUT, "%s: metric %lld is %s, but in %s it is %s", path,
                        (long long)metric, text_printable(b->name, name, sizeof name), first_path,
                        text_printable(a->name, first_name, sizeof first_name));
        }
    }
    return STATUS_OK;
}

static status check_alike(const struct view *first_view, const struct view *view)
{
    const struct facility *first = view_facility(first_view);
    const struct facility *other = view_facility(view);

    if (other->period_s < first->period_s || other->period_s > first->period_s) {
        return fail(STATUS_BAD_INPUT, "%s: one sample each %g s, but %s has one each %g s",
                    view_path(view), other->period_s, view_path(first_view), first->period_s);
    }
    return check_metrics(first, other, view_path(first_view), view_path(view));
}

static double end_unix_s(const struct view *view)
{
    return view_time_unix_s(view, 0)
           + (double)view_times(view).count * view_facility(view)->period_s;
}

/* What two nights share counts twice: that may be meant, but is said. */
static void note_overlaps(const struct nights *nights)
{
    for (int i = 1; i < nights->count; i++) {
        for (int j = 0; j < i; j++) {
            const struct view *a = nights->views[j], *b = nights->views[i];
            const double first = fmax(view_time_unix_s(a, 0), view_time_unix_s(b, 0));
            const double shared_s = fmin(end_unix_s(a), end_unix_s(b)) - first;

            if (shared_s <= 0.0) continue;
            notice("%s and %s overlap by %.1f hours, which count twice", view_path(a), view_path(b),
                   shared_s / 3600.0);
            return;
        }
    }
}

static int by_start(const void *a, const void *b)
{
    const struct view *const *x = a, *const *y = b;
    const double first = view_time_unix_s(*x, 0), other = view_time_unix_s(*y, 0);

    if (first < other || first > other) return first < other ? -1 : 1;
    return strcmp(view_path(*x), view_path(*y));
}

status nights_open(const struct comm *comm, const char *const *paths, int count,
                   const struct view_options *options, struct nights *nights)
{
    struct nights opened = {.views = mem_zero((size_t)count, sizeof(struct view *))};
    status st = STATUS_OK;

    comm_stage_begin(comm, "open");
    for (int i = 0; i < count && !st; i++) {
        st = view_open(comm, paths[i], options, &opened.views[i]);
        if (st) break;
        opened.count++;
        st = check_alike(opened.views[0], opened.views[i]);
    }
    comm_stage_end(comm);
    if (st) {
        nights_close(&opened);
    } else {
        note_overlaps(&opened);
        qsort(opened.views, (size_t)count, sizeof(struct view *), by_start);
        *nights = opened;
    }
    return st;
}

static status open_span(const struct context *context, const struct view_options *options,
                        struct nights *nights)
{
    struct view *view = NULL;
    status st;

    comm_stage_begin(context->comm, "open");
    st = view_open_timeline(context->comm, context->operands, context->operand_count, options,
                            &view);
    comm_stage_end(context->comm);
    TRY(st);
    *nights = (struct nights){
        .views = mem_zero(1, sizeof view), .count = 1, .are_joined = context->operand_count > 1};
    nights->views[0] = view;
    return STATUS_OK;
}

status nights_open_operands(const struct context *context, struct nights *nights)
{
    const struct view_options options = {.tile_hosts =
                                             settings_int(context->settings, "tile_hosts")};

    if (settings_flag(context->settings, "join")) return open_span(context, &options, nights);
    return nights_open(context->comm, context->operands, context->operand_count, &options, nights);
}

status nights_have_same_hosts(const struct nights *nights)
{
    for (int i = 1; i < nights->count; i++) {
        TRY(check_hosts(view_facility(nights->views[0]), view_facility(nights->views[i]),
                        view_path(nights->views[0]), view_path(nights->views[i])));
    }
    return STATUS_OK;
}
