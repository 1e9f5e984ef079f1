// SPDX-License-Identifier: BSD-3-Clause
#include "rows.h"

#include <math.h>
#include <string.h>

struct linalg_tile mrdmd_rows_tile(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                                   int64_t first, int64_t count)
{
    const struct mrdmd_filling *filling = &rows->filling;

    return (struct linalg_tile){
        .values = filling->values + first * filling->metrics,
        .hosts = filling->hosts,
        .times = (int)count,
        .metrics = filling->metrics,
        .host_stride = (size_t)plan->times * (size_t)filling->metrics,
    };
}

/* A sample row as the mean of others, each with the weight of its samples. @param to  the first row of the pool */
static void unite(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                  const struct mrdmd_pool *pool, const struct mrdmd_union *at, double *to)
{
    const struct mrdmd_window *window = &plan->windows[at->window];
    const struct mrdmd_window *child = &plan->windows[at->child];
    const struct span columns = nested_columns(plan, window, at->k, child);
    const double whole = (double)mrdmd_block(plan, window, at->k).count;
    double *united = to + (size_t)(window->row_first + at->k - pool->row_first) * rows->stride;
    const double *from =
        to + (size_t)(child->row_first + columns.first - pool->row_first) * rows->stride;

    memset(united, 0, (size_t)rows->readings * sizeof *united);
    for (int64_t j = columns.first; j < columns.first + columns.count; j++, from += rows->stride) {
        const double weight = (double)mrdmd_block(plan, child, (int)j).count / whole;

        for (int64_t r = 0; r < rows->readings; r++) united[r] += weight * from[r];
    }
}

/* Sample rows without gaps, straight from the values. @param to  for the first row of the pool */
static void pool_rows(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                      const struct mrdmd_pool *pool, const double *offset, const double *scale,
                      double *to)
{
    const int64_t first = plan->segments[pool->segments.first].first;
    const struct linalg_tile tile = mrdmd_rows_tile(rows, plan, first, plan->times - first);

    linalg_tile_pool(&tile, offset, scale, &pool->blocks, to, rows->stride);
    for (int u = 0; u < pool->union_count; u++) unite(rows, plan, pool, &pool->unions[u], to);
}

static void pool_low(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int low,
                     double *to)
{
    const struct mrdmd_pool *pool = &rows->pools->lows[low];

    pool_rows(rows, plan, pool, rows->mean + (size_t)pool->root * rows->stride, rows->filling.scale,
              to);
}

void mrdmd_rows_pool(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int low)
{
    if (rows->is_deferred) pool_low(rows, plan, low, rows->low);
}

const double *mrdmd_rows_of(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int low,
                            int window, int k)
{
    const int row = plan->windows[window].row_first + k;

    if (!rows->is_deferred || !mrdmd_is_low(plan, window))
        return rows->samples + (size_t)row * rows->stride;
    return rows->low + (size_t)(row - rows->pools->lows[low].row_first) * rows->stride;
}

/* ---- all of a tile --------------------------------------------------------------------------- */

/* The samples of a root's first time: sums are taken about them until the means are known. */
static void take_first(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                       const struct mrdmd_window *root, double *to)
{
    const struct linalg_tile tile = mrdmd_rows_tile(rows, plan, root->first, 1);

    for (int h = 0; h < tile.hosts; h++) {
        for (int m = 0; m < tile.metrics; m++)
            *to++ = (double)tile.values[(size_t)h * tile.host_stride + (size_t)m];
    }
}

/* From means about the first samples to means. @return false where a sample is missing */
static bool move_mean(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                      const struct mrdmd_window *root, double *shift)
{
    double *mean = rows->mean + (size_t)root->root * rows->stride;
    bool is_finite = true;

    memset(shift, 0, (size_t)rows->readings * sizeof *shift);
    for (int k = 0; k < root->samples; k++) {
        const double weight = (double)mrdmd_block(plan, root, k).count / (double)root->count;
        const double *row = rows->samples + (size_t)(root->row_first + k) * rows->stride;

        for (int64_t r = 0; r < rows->readings; r++) shift[r] += weight * row[r];
    }
    for (int64_t r = 0; r < rows->readings; r++) {
        const double moved = (double)(float)(mean[r] + shift[r]);

        if (!isfinite(moved)) is_finite = false;
        shift[r] = moved - mean[r];
        mean[r] = moved;
    }
    return is_finite;
}

static void move_rows(const struct mrdmd_rows *rows, const struct mrdmd_window *window,
                      const double *shift)
{
    const double *scale = rows->filling.scale;

    for (int k = 0; k < window->samples; k++) {
        double *row = rows->samples + (size_t)(window->row_first + k) * rows->stride;

        for (int64_t r = 0; r < rows->readings; r++) row[r] -= shift[r];
        for (int64_t r = 0; scale && r < rows->readings; r++) row[r] *= scale[r];
    }
}

bool mrdmd_rows_are_pooled(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan)
{
    if (!rows->filling.values || plan->options.sampling != SAMPLING_POOLED) return false;
    for (int w = 0; w < plan->window_count; w = plan->windows[w].next)
        if (mrdmd_is_low(plan, w)) return false;
    return true;
}

bool mrdmd_rows_pool_root(struct mrdmd_rows *rows, const struct mrdmd_plan *plan, int window)
{
    const struct mrdmd_window *root = &plan->windows[window];
    const size_t at = (size_t)root->root * rows->stride;
    double *shift = rows->centre + at;

    take_first(rows, plan, root, rows->mean + at);
    pool_rows(rows, plan, &rows->pools->roots[root->root], rows->mean + at, NULL, rows->samples);
    if (!move_mean(rows, plan, root, shift)) return false;
    for (int w = window; w < root->next; w++)
        if (!mrdmd_is_low(plan, w)) move_rows(rows, &plan->windows[w], shift);
    return true;
}

void mrdmd_rows_pool_roots(const struct mrdmd_rows *rows, const struct mrdmd_plan *plan)
{
    for (int root = 0; root < plan->root_count; root++)
        pool_rows(rows, plan, &rows->pools->roots[root], rows->mean + (size_t)root * rows->stride,
                  rows->filling.scale, rows->samples);
}

void mrdmd_rows_pool_lows(struct mrdmd_rows *rows, const struct mrdmd_plan *plan)
{
    const struct mrdmd_pools *pools = rows->pools;

    rows->is_deferred = rows->should_defer;
    for (int low = 0; !rows->is_deferred && low < pools->low_count; low++)
        pool_low(rows, plan, low,
                 rows->samples + (size_t)pools->lows[low].row_first * rows->stride);
    if (rows->is_deferred && !rows->low)
        rows->low = mem_array((size_t)pools->low_rows * rows->widest, sizeof *rows->low);
}
