// SPDX-License-Identifier: BSD-3-Clause
#include "rows.h"

#include <telltale/linalg.h>

#include <math.h>
#include <string.h>

void mrdmd_rows_init(struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int64_t readings_max)
{
    const size_t stride = linalg_row_stride((size_t)readings_max);
    const size_t roots = (size_t)plan->root_count * stride;
    const size_t samples = (size_t)plan->row_count * stride;

    memset(rows, 0, sizeof *rows);
    rows->stride = rows->widest = stride;
    rows->mean = mem_array(roots, sizeof *rows->mean);
    rows->centre = mem_array(roots, sizeof *rows->centre);
    rows->segment = mem_array((size_t)mrdmd_longest_segment(plan) * stride, sizeof *rows->segment);
    rows->samples = mem_array(samples, sizeof *rows->samples);
    rows->present = mem_zero(stride, sizeof *rows->present);
    if (plan->options.sampling != SAMPLING_WHOLE) rows->pools = mrdmd_pools_create(plan);
    rows->is_left_out = mem_array(roots, sizeof *rows->is_left_out);
}

void mrdmd_rows_release(struct mrdmd_rows *rows)
{
    mem_free(&rows->mean);
    mem_free(&rows->centre);
    mem_free(&rows->segment);
    mem_free(&rows->series);
    mem_free(&rows->samples);
    mem_free(&rows->missing);
    mem_free(&rows->present);
    mem_free(&rows->low);
    mrdmd_pools_destroy(&rows->pools);
    mem_free(&rows->is_left_out);
}

void mrdmd_rows_narrow(struct mrdmd_rows *rows, int64_t readings)
{
    rows->stride = linalg_row_stride((size_t)readings);
    ASSERT(rows->stride <= rows->widest);
}

/* One root of one tile. */
struct patch {
    struct mrdmd_rows *rows;
    const struct mrdmd_plan *plan;
    const struct mrdmd_window *root;
    int root_window; /* its number among the windows */
    double *centre;  /* [stride] of this root */
    bool *is_left_out;
};

static double *series_row(const struct patch *patch, int64_t t)
{
    return patch->rows->series + (size_t)(patch->root->first + t) * patch->rows->stride;
}

/* Means as the readings are scaled. */
static void set_centre(const struct patch *patch)
{
    const struct mrdmd_filling *filling = &patch->rows->filling;
    const double *mean = patch->rows->mean + (size_t)patch->root->root * patch->rows->stride;

    for (int64_t r = 0; r < patch->rows->readings; r++) {
        const bool is_moved = filling->offset && !patch->is_left_out[r];

        patch->centre[r] = mean[r] - (is_moved ? filling->offset[r] : 0.0);
        if (filling->scale) patch->centre[r] *= filling->scale[r];
    }
}

/* Means of what is there; a reading with nothing is left out. */
static void find_centre(struct patch *patch)
{
    struct mrdmd_rows *rows = patch->rows;
    const struct mrdmd_filling *filling = &rows->filling;
    double *mean = rows->mean + (size_t)patch->root->root * rows->stride;

    if (filling->x) {
        mrdmd_matrix_sums(rows, patch->plan, patch->root, mean);
    } else {
        const struct linalg_tile tile =
            mrdmd_rows_tile(rows, patch->plan, patch->root->first, patch->root->count);

        linalg_tile_sums(&tile, mean, rows->present);
    }
    for (int64_t r = 0; r < rows->readings; r++) {
        const int32_t present = rows->present[r];

        mean[r] = present ? (double)(float)(mean[r] / present) : 0.0;
        patch->is_left_out[r] = present == 0;
        if (present < patch->root->count) rows->has_gaps = true;
    }
    set_centre(patch);
}

static void take_unbridged(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int root,
                           struct span times, double *to)
{
    const struct mrdmd_filling *filling = &rows->filling;
    const double *mean = rows->mean + (size_t)root * rows->stride;

    if (filling->x) {
        mrdmd_matrix_take(rows, plan, mean, times, to);
    } else {
        const struct linalg_tile tile = mrdmd_rows_tile(rows, plan, times.first, times.count);

        linalg_tile_rows(&tile, mean, to, rows->stride);
    }
    for (int64_t t = 0; filling->scale && t < times.count; t++) {
        double *row = to + (size_t)t * rows->stride;

        for (int64_t r = 0; r < rows->readings; r++) row[r] *= filling->scale[r];
    }
}

void mrdmd_rows_take(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int root,
                     struct span times, double *to)
{
    if (rows->has_gaps) {
        memcpy(to, rows->series + (size_t)times.first * rows->stride,
               (size_t)times.count * rows->stride * sizeof *to);
        return;
    }
    take_unbridged(rows, plan, root, times, to);
}

struct linalg_rows mrdmd_rows_segment(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                                      int segment)
{
    const struct mrdmd_segment *at = &plan->segments[segment];
    struct linalg_rows centred = {.stride = rows->stride, .count = comm_count(at->count)};

    if (rows->has_gaps) {
        centred.first = rows->series + (size_t)at->first * rows->stride;
    } else {
        centred.first = rows->segment;
        take_unbridged(rows, plan, plan->windows[at->window].root,
                       (struct span){at->first, at->count}, rows->segment);
    }
    return centred;
}

void mrdmd_rows_multiply(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int segment,
                         struct linalg_rows a, double *c)
{
    const struct mrdmd_segment *at = &plan->segments[segment];
    const struct mrdmd_filling *filling = &rows->filling;
    const size_t root = (size_t)plan->windows[at->window].root * rows->stride;

    memset(c, 0, (size_t)(a.count * at->count) * sizeof *c);
    if (rows->has_gaps || filling->x) {
        linalg_dot_add(a, mrdmd_rows_segment(rows, plan, segment), comm_count(rows->readings), c,
                       (size_t)at->count);
    } else {
        const struct linalg_tile tile = mrdmd_rows_tile(rows, plan, at->first, at->count);

        linalg_dot_add_tile(a, &tile, rows->mean + root, filling->scale, c, (size_t)at->count);
    }
}

/* Fill the gap of reading r that begins at t: linear between its neighbours, constant at an end.
 * @return its length */
static int64_t bridge(const struct patch *patch, int64_t t, int64_t r)
{
    const int64_t times = patch->root->count;
    int64_t end = t;
    double before, after;

    while (end < times && isnan(series_row(patch, end)[r])) end++;
    if (end - t == times) return times;
    after = end < times ? series_row(patch, end)[r] : series_row(patch, t - 1)[r];
    before = t > 0 ? series_row(patch, t - 1)[r] : after;
    for (int64_t i = t; i < end; i++)
        series_row(patch, i)[r] =
            before + (after - before) * (double)(i - t + 1) / (double)(end - t + 1);
    return end - t;
}

/* Take the bridged samples [first, first + count) of reading r off the blocks that they fall in. */
static void discount(const struct patch *patch, int64_t first, int64_t count, int64_t r)
{
    const struct mrdmd_plan *plan = patch->plan;
    struct mrdmd_rows *rows = patch->rows;

    for (int w = patch->root_window; w < patch->root->next;) {
        const struct mrdmd_window *window = &plan->windows[w];
        const int64_t low = window->first > first ? window->first : first;
        const int64_t window_end = window->first + window->count;
        const int64_t high = window_end < first + count ? window_end : first + count;

        for (int64_t t = low; t < high; t++) {
            const int64_t block = (t - window->first) / window->step;
            const size_t at = (size_t)(window->row_first + block) * rows->stride + (size_t)r;

            rows->missing[at]++;
            rows->samples[at] -= rows->series[(size_t)t * rows->stride + (size_t)r];
        }
        w = low < high ? w + 1 : window->next;
    }
}

static void leave_out(const struct patch *patch, int64_t r)
{
    patch->is_left_out[r] = true;
    patch->centre[r] = 0.0;
    for (int64_t t = 0; t < patch->root->count; t++) series_row(patch, t)[r] = 0.0;
}

/* A hole longer than the step of the root is resolved on no level (spec, "Bad input"). */
static void bridge_gaps(struct patch *patch)
{
    for (int64_t t = 0; t < patch->root->count; t++) {
        const double *row = series_row(patch, t);

        for (int64_t r = 0; r < patch->rows->readings; r++) {
            int64_t length;

            if (!isnan(row[r])) continue;
            length = patch->is_left_out[r] ? patch->root->count : bridge(patch, t, r);
            if (length > patch->root->step)
                leave_out(patch, r);
            else
                discount(patch, patch->root->first + t, length, r);
        }
    }
}

/* The whole of a tile with gaps; at first nothing is discounted. */
static void begin_series(struct mrdmd_rows *rows, const struct mrdmd_plan *plan)
{
    const size_t count = (size_t)plan->row_count * rows->stride;

    if (!rows->series) {
        rows->series = mem_array((size_t)plan->times * rows->widest, sizeof *rows->series);
        rows->missing = mem_array((size_t)plan->row_count * rows->widest, sizeof *rows->missing);
    }
    memset(rows->missing, 0, count * sizeof *rows->missing);
    memset(rows->samples, 0, count * sizeof *rows->samples);
    for (int s = 0; s < plan->segment_count; s++) {
        const struct mrdmd_segment *at = &plan->segments[s];

        take_unbridged(rows, plan, plan->windows[at->window].root,
                       (struct span){at->first, at->count},
                       rows->series + (size_t)at->first * rows->stride);
    }
}

static void for_each_root(struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                          void (*work)(struct patch *patch))
{
    for (int w = 0; w < plan->window_count; w = plan->windows[w].next) {
        const size_t at = (size_t)plan->windows[w].root * rows->stride;
        struct patch patch = {
            rows, plan, &plan->windows[w], w, rows->centre + at, rows->is_left_out + at};

        work(&patch);
    }
}

/* Means and long windows at once, as long as nothing is missing. */
static void pool_root(struct patch *patch)
{
    struct mrdmd_rows *rows = patch->rows;

    if (rows->has_gaps) return;
    memset(patch->is_left_out, 0, (size_t)rows->readings * sizeof *patch->is_left_out);
    if (mrdmd_rows_pool_root(rows, patch->plan, patch->root_window))
        set_centre(patch);
    else
        rows->has_gaps = true;
}

static void fill_gaps(struct mrdmd_rows *rows, const struct mrdmd_plan *plan)
{
    begin_series(rows, plan);
    for_each_root(rows, plan, bridge_gaps);
    mrdmd_rows_sample(rows, plan);
}

static void fill(struct mrdmd_rows *rows, const struct mrdmd_plan *plan)
{
    bool has_centres = mrdmd_rows_are_pooled(rows, plan);

    rows->has_gaps = false;
    rows->is_deferred = false;
    if (has_centres) for_each_root(rows, plan, pool_root);
    if (rows->has_gaps) has_centres = rows->has_gaps = false;
    if (!has_centres) for_each_root(rows, plan, find_centre);
    if (rows->has_gaps) {
        fill_gaps(rows, plan);
    } else if (rows->pools && rows->filling.values) {
        if (!has_centres) mrdmd_rows_pool_roots(rows, plan);
        mrdmd_rows_pool_lows(rows, plan);
    } else {
        mrdmd_rows_sample(rows, plan);
    }
}

void mrdmd_rows_fill(struct mrdmd_rows *rows, const struct mrdmd_plan *plan, const float *values,
                     int hosts, int metrics, const double *offset, const double *scale)
{
    rows->filling = (struct mrdmd_filling){values, hosts, metrics, NULL, offset, scale};
    rows->readings = (int64_t)hosts * metrics;
    fill(rows, plan);
}

void mrdmd_rows_fill_matrix(struct mrdmd_rows *rows, const struct mrdmd_plan *plan, const double *x,
                            int64_t readings)
{
    rows->filling = (struct mrdmd_filling){.x = x};
    rows->readings = readings;
    fill(rows, plan);
}
