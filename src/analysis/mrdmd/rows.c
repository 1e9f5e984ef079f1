// SPDX-License-Identifier: BSD-3-Clause
#include "mrdmd.h"

#include <telltale/linalg.h>

#include <math.h>
#include <string.h>

void mrdmd_rows_init(struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int64_t readings_max)
{
    const size_t stride = linalg_row_stride((size_t)readings_max);

    memset(rows, 0, sizeof *rows);
    rows->stride = stride;
    rows->centre = mem_array((size_t)plan->root_count * stride, sizeof *rows->centre);
    rows->series = mem_array((size_t)plan->times * stride, sizeof *rows->series);
    rows->samples = mem_array((size_t)plan->row_count * stride, sizeof *rows->samples);
    rows->missing = mem_array((size_t)plan->row_count * stride, sizeof *rows->missing);
    rows->present = mem_zero(stride, sizeof *rows->present);
    rows->is_left_out = mem_array((size_t)plan->root_count * stride, sizeof *rows->is_left_out);
}

void mrdmd_rows_release(struct mrdmd_rows *rows)
{
    mem_free(&rows->centre);
    mem_free(&rows->series);
    mem_free(&rows->samples);
    mem_free(&rows->missing);
    mem_free(&rows->present);
    mem_free(&rows->is_left_out);
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

/* A centre from the sum of what is there; a reading with nothing is left out. */
static void set_centre(struct patch *patch, int64_t times)
{
    const int32_t *present = patch->rows->present;

    for (int64_t r = 0; r < patch->rows->readings; r++) {
        patch->is_left_out[r] = present[r] == 0;
        patch->centre[r] = present[r] ? patch->centre[r] / present[r] : 0.0;
        if (present[r] < times) patch->rows->has_gaps = true;
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
static void bridge_gaps(const struct patch *patch)
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

static void scale_rows(const struct patch *patch, const double *offset, const double *scale)
{
    for (int64_t r = 0; offset && r < patch->rows->readings; r++) {
        if (!patch->is_left_out[r]) patch->centre[r] -= offset[r];
    }
    if (!scale) return;
    for (int64_t r = 0; r < patch->rows->readings; r++) patch->centre[r] *= scale[r];
    for (int64_t t = 0; t < patch->root->count; t++) {
        double *row = series_row(patch, t);

        for (int64_t r = 0; r < patch->rows->readings; r++) row[r] *= scale[r];
    }
}

/* At the first gap of a tile: nothing is discounted yet. */
static void begin_discounts(struct mrdmd_rows *rows, const struct mrdmd_plan *plan)
{
    const size_t count = (size_t)plan->row_count * rows->stride;

    if (rows->discounts_begun) return;
    memset(rows->missing, 0, count * sizeof *rows->missing);
    memset(rows->samples, 0, count * sizeof *rows->samples);
    rows->discounts_begun = true;
}

/* Centred rows of one root of a tile as it stands in a facility file. */
static void fill_from_tile(struct patch *patch, const float *values, int hosts, int metrics)
{
    const struct linalg_tile tile = {
        .values = values + patch->root->first * metrics,
        .hosts = hosts,
        .times = (int)patch->root->count,
        .metrics = metrics,
        .host_stride = (size_t)patch->plan->times * (size_t)metrics,
    };

    linalg_tile_sums(&tile, patch->centre, patch->rows->present);
    set_centre(patch, patch->root->count);
    linalg_tile_rows(&tile, patch->centre, series_row(patch, 0), patch->rows->stride);
}

/* The same of a matrix [readings][times]. */
static void fill_from_matrix(struct patch *patch, const double *x)
{
    const int64_t times = patch->root->count;
    int32_t *present = patch->rows->present;

    for (int64_t r = 0; r < patch->rows->readings; r++) {
        const double *series = x + r * patch->plan->times + patch->root->first;

        patch->centre[r] = 0.0;
        present[r] = 0;
        for (int64_t t = 0; t < times; t++) {
            if (isnan(series[t])) continue;
            patch->centre[r] += series[t];
            present[r]++;
        }
    }
    set_centre(patch, times);
    for (int64_t r = 0; r < patch->rows->readings; r++) {
        const double *series = x + r * patch->plan->times + patch->root->first;

        for (int64_t t = 0; t < times; t++) series_row(patch, t)[r] = series[t] - patch->centre[r];
    }
}

/* What rows are filled from: a tile of floats, or a matrix of doubles. */
struct filling {
    const float *values; /* [hosts][times][metrics] */
    int hosts, metrics;
    const double *x; /* [readings][times]; NULL: values are used */
    const double *offset, *scale;
};

static void fill(struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                 const struct filling *filling)
{
    int root_window = 0;

    rows->has_gaps = false;
    rows->discounts_begun = false;
    for (int root = 0; root < plan->root_count; root++) {
        const size_t at = (size_t)root * rows->stride;
        struct patch patch = {rows,
                              plan,
                              &plan->windows[root_window],
                              root_window,
                              rows->centre + at,
                              rows->is_left_out + at};

        if (filling->x)
            fill_from_matrix(&patch, filling->x);
        else
            fill_from_tile(&patch, filling->values, filling->hosts, filling->metrics);
        scale_rows(&patch, filling->offset, filling->scale);
        if (rows->has_gaps) {
            begin_discounts(rows, plan);
            bridge_gaps(&patch);
        }
        root_window = patch.root->next;
    }
    mrdmd_rows_sample(rows, plan);
}

void mrdmd_rows_fill(struct mrdmd_rows *rows, const struct mrdmd_plan *plan, const float *values,
                     int hosts, int metrics, const double *offset, const double *scale)
{
    const struct filling filling = {values, hosts, metrics, NULL, offset, scale};

    rows->readings = (int64_t)hosts * metrics;
    fill(rows, plan, &filling);
}

void mrdmd_rows_fill_matrix(struct mrdmd_rows *rows, const struct mrdmd_plan *plan, const double *x,
                            int64_t readings)
{
    const struct filling filling = {.x = x};

    rows->readings = readings;
    fill(rows, plan, &filling);
}
