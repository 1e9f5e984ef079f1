// SPDX-License-Identifier: BSD-3-Clause
#include "scan.h"

#include <math.h>
#include <string.h>

void scan_sizes_begin(struct scan *scan)
{
    struct mrdmd_night *night = scan->night;
    const size_t cells = (size_t)(night->root_count * night->metric_count);
    const bool is_by_mode = strcmp(settings_text(scan->self->settings, "magnitude"), "mode") == 0;

    night->magnitude = mem_array((size_t)(night->readings.count * night->root_count * night->sizes),
                                 sizeof *night->magnitude);
    night->energy = mem_zero(cells, sizeof *night->energy);
    scan->tile = mem_zero(cells, sizeof *scan->tile);
    scan->sums = exact_create(2 * (int64_t)cells);
    scan->sizers = mem_zero((size_t)night->groups.count, sizeof(void *));
    for (int g = 0; g < night->groups.count; g++)
        scan->sizers[g] =
            mrdmd_sizer_create(night->plan, night->results[g], &night->bands, is_by_mode);
}

static void make_room(struct scan *scan, int64_t members)
{
    const struct mrdmd_night *night = scan->night;
    const size_t cells = (size_t)(members * night->root_count);

    if (members <= scan->size_room) return;
    mem_free(&scan->magnitude);
    mem_free(&scan->energy);
    scan->magnitude = mem_array(cells * (size_t)night->bands.count, sizeof *scan->magnitude);
    scan->energy = mem_array(cells, sizeof *scan->energy);
    scan->size_room = members;
}

/* Scatter the members' magnitudes and residuals in one window to the night's readings. */
static void take_window(struct scan *scan, const struct scan_members *members,
                        const struct mrdmd_window *window)
{
    struct mrdmd_night *night = scan->night;
    const int64_t bands = night->bands.count;
    const int64_t roots = night->root_count;

    for (int64_t i = 0; i < members->count; i++) {
        const int64_t metric = members->metric[i];
        const int64_t from = i * roots + window->root;
        const struct mrdmd_energy *energy = &scan->energy[from];
        struct mrdmd_energy *sum = &scan->tile[window->root * night->metric_count + metric];
        float *to = night->magnitude + (members->row[i] * roots + window->root) * night->sizes;

        memcpy(to, scan->magnitude + from * bands, (size_t)bands * sizeof *to);
        to[bands] = (float)sqrt(energy->left / (double)window->count);
        if (isnan(energy->left)) continue;
        sum->left += energy->left;
        sum->whole += energy->whole;
    }
}

void scan_sizes(struct scan *scan, int group, const struct mrdmd_rows *rows)
{
    const struct mrdmd_night *night = scan->night;
    const struct mrdmd_plan *plan = night->plan;
    const struct scan_members *members = &scan->members[group];

    make_room(scan, members->count);
    mrdmd_sizer_use(scan->sizers[group], rows, scan->magnitude, scan->energy);
    memset(scan->tile, 0, (size_t)(night->root_count * night->metric_count) * sizeof *scan->tile);
    for (int w = 0; w < plan->window_count; w = plan->windows[w].next)
        take_window(scan, members, &plan->windows[w]);
    exact_add(scan->sums, (const double *)scan->tile);
}

void scan_sizes_end(struct scan *scan)
{
    exact_reduce(scan->self->comm, scan->sums);
    exact_read(scan->sums, (double *)scan->night->energy);
    for (int g = 0; g < scan->night->groups.count; g++) mrdmd_sizer_destroy(&scan->sizers[g]);
    mem_free(&scan->sizers);
    exact_destroy(&scan->sums);
    mem_free(&scan->tile);
    mem_free(&scan->magnitude);
    mem_free(&scan->energy);
}
