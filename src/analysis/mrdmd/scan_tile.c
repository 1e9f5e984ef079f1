// SPDX-License-Identifier: BSD-3-Clause
#include "scan.h"

void scan_tile_begin(struct scan *scan)
{
    const int groups = scan->night->groups.count;

    if (!scan->members) scan->members = mem_zero((size_t)groups, sizeof *scan->members);
    for (int g = 0; g < groups; g++) {
        struct scan_members *members = &scan->members[g];

        members->count = members->hosts = members->most = 0;
        members->fewest = INT64_MAX;
    }
}

/* Room for as many members more, and their samples: doubled, so that tiles soon find it. */
static void make_room(struct scan_members *members, int64_t more, int64_t times)
{
    const int64_t count = members->count + more;

    if (count > members->room) {
        members->room = 2 * count;
        members->row = mem_resize(members->row, (size_t)members->room, sizeof *members->row);
        members->metric =
            mem_resize(members->metric, (size_t)members->room, sizeof *members->metric);
        members->host = mem_resize(members->host, (size_t)members->room, sizeof *members->host);
    }
    if (count * times > members->value_room) {
        members->value_room = 2 * count * times;
        members->values =
            mem_resize(members->values, (size_t)members->value_room, sizeof *members->values);
    }
}

/* @param from  the host's samples, [times][metrics] */
static void take_samples(const struct scan *scan, const struct scan_members *members, int64_t first,
                         const float *from)
{
    const int64_t times = scan->night->plan->times;
    const int64_t metrics = scan->night->metric_count;
    const int64_t count = members->count - first;
    float *to = members->values + first * times;

    for (int64_t t = 0; t < times; t++) {
        for (int64_t i = 0; i < count; i++)
            to[t * count + i] = from[t * metrics + members->metric[first + i]];
    }
}

/* @param host  of this rank; @param from  its samples */
static void add_host(struct scan *scan, int g, int64_t host, const float *from)
{
    const struct mrdmd_night *night = scan->night;
    const struct mrdmd_group *group = &night->groups.groups[g];
    struct scan_members *members = &scan->members[g];
    const int64_t first = members->count;
    int64_t count;

    make_room(members, group->count, 0);
    for (int i = 0; i < group->count; i++) {
        const int64_t row = reading_list_find(&night->readings, host, group->metrics[i]);

        if (row < 0) continue;
        members->row[members->count] = row;
        members->host[members->count] = (int32_t)host;
        members->metric[members->count++] = group->metrics[i];
    }
    count = members->count - first;
    if (count == 0) return;
    make_room(members, 0, night->plan->times);
    take_samples(scan, members, first, from);
    members->hosts++;
    members->fewest = count < members->fewest ? count : members->fewest;
    members->most = count > members->most ? count : members->most;
}

void scan_tile_add(struct scan *scan, struct span hosts)
{
    const struct mrdmd_night *night = scan->night;

    for (int64_t h = 0; h < hosts.count; h++) {
        for (int g = 0; g < night->groups.count; g++)
            add_host(scan, g, hosts.first - night->host_first + h,
                     scan->values + h * night->plan->times * night->metric_count);
    }
}

/* Members of hosts that have not equally many: [times][members], as if they were metrics of one host. */
static const float *lay_out(struct scan *scan, const struct scan_members *members)
{
    const int64_t times = scan->night->plan->times;
    const float *from = members->values;

    if (members->count * times > scan->grid_room) {
        scan->grid_room = members->count * times;
        mem_free(&scan->grid);
        scan->grid = mem_zero((size_t)scan->grid_room, sizeof *scan->grid);
    }
    for (int64_t first = 0; first < members->count;) {
        int64_t end = first + 1;

        while (end < members->count && members->host[end] == members->host[first]) end++;
        for (int64_t t = 0; t < times; t++)
            for (int64_t i = first; i < end; i++) scan->grid[t * members->count + i] = *from++;
        first = end;
    }
    return scan->grid;
}

/* A reading of a mixed group is centred on its metric's median and divided by its MAD; a metric that
 * never moves takes no part. */
static void set_scales(struct scan *scan, const struct scan_members *members)
{
    if (members->count > scan->scale_room) {
        scan->scale_room = members->count;
        mem_free(&scan->offset);
        mem_free(&scan->scale);
        scan->offset = mem_zero((size_t)members->count, sizeof *scan->offset);
        scan->scale = mem_zero((size_t)members->count, sizeof *scan->scale);
    }
    for (int64_t i = 0; i < members->count; i++) {
        const struct mrdmd_scale *scale = &scan->scales[members->metric[i]];

        scan->offset[i] = scale->median;
        scan->scale[i] = scale->mad > 0.0 ? 1.0 / scale->mad : 0.0;
    }
}

static void make_rows(struct scan *scan, int64_t readings)
{
    if (readings <= scan->rows_room) return;
    if (scan->rows_room > 0) mrdmd_rows_release(&scan->rows);
    mrdmd_rows_init(&scan->rows, scan->night->plan, readings);
    scan->rows_room = readings;
}

const struct mrdmd_rows *scan_tile_rows(struct scan *scan, int g)
{
    const struct scan_members *members = &scan->members[g];
    const bool is_mixed = scan->night->groups.groups[g].is_mixed;
    const float *values = members->values;
    int64_t hosts = members->hosts, metrics = members->most;

    if (members->count == 0) return NULL;
    if (members->fewest < members->most) {
        values = lay_out(scan, members);
        hosts = 1;
        metrics = members->count;
    }
    if (is_mixed) set_scales(scan, members);
    make_rows(scan, members->count);
    mrdmd_rows_narrow(&scan->rows, members->count);
    scan->rows.should_defer = !scan->sizers; /* modes want all sample rows */
    mrdmd_rows_fill(&scan->rows, scan->night->plan, values, comm_count(hosts), comm_count(metrics),
                    is_mixed ? scan->offset : NULL, is_mixed ? scan->scale : NULL);
    return &scan->rows;
}

void scan_tile_release(struct scan *scan)
{
    for (int g = 0; scan->members && g < scan->night->groups.count; g++) {
        mem_free(&scan->members[g].row);
        mem_free(&scan->members[g].metric);
        mem_free(&scan->members[g].host);
        mem_free(&scan->members[g].values);
    }
    mem_free(&scan->members);
    mem_free(&scan->grid);
    mem_free(&scan->offset);
    mem_free(&scan->scale);
    if (scan->rows_room > 0) mrdmd_rows_release(&scan->rows);
}
