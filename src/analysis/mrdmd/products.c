// SPDX-License-Identifier: BSD-3-Clause
#include "nested.h"
#include "pools.h"

#include <telltale/linalg.h>

#include <string.h>

void mrdmd_products_init(struct mrdmd_products *products, const struct mrdmd_plan *plan,
                         bool is_precise)
{
    const int64_t count = plan->root_count + plan->product_count + plan->gram_count;

    products->plan = plan;
    products->sums = exact_create(count);
    products->tile = mem_array((size_t)count, sizeof *products->tile);
    products->rest = is_precise ? mem_array((size_t)count, sizeof *products->rest) : NULL;
    products->kept = mem_array((size_t)(plan->path_rows_max * mrdmd_longest_segment(plan)),
                               sizeof *products->kept);
    products->readings = mem_zero((size_t)plan->root_count, sizeof *products->readings);
    products->is_sharing = false;
    products->is_nested = nested_find(plan);
    products->count = count;
}

void mrdmd_products_release(struct mrdmd_products *products)
{
    exact_destroy(&products->sums);
    if (products->is_sharing) products->tile = NULL;
    mem_free(&products->tile);
    mem_free(&products->rest);
    mem_free(&products->kept);
    mem_free(&products->readings);
    mem_free(&products->is_nested);
}

void mrdmd_products_share(struct mrdmd_products *products, const struct mrdmd_products *lender)
{
    ASSERT(products->count == lender->count && !products->rest);
    mem_free(&products->tile);
    products->tile = lender->tile;
    products->is_sharing = true;
}

int64_t mrdmd_segment_at(const struct mrdmd_plan *plan, int segment)
{
    return plan->root_count + plan->segments[segment].product_first;
}

int64_t mrdmd_window_at(const struct mrdmd_plan *plan, int window)
{
    return plan->root_count + plan->product_count + plan->gram_first[window];
}

/* The product of rows a and b on top of what stands in the entries from `at` on, into the sums. */
static void multiply(struct mrdmd_products *products, struct linalg_rows a, struct linalg_rows b,
                     int64_t readings, int64_t at)
{
    const struct span some = {at, (int64_t)a.count * b.count};
    const size_t stride = (size_t)b.count;
    const int length = comm_count(readings);
    double *tile = products->tile + at;

    if (products->rest) {
        linalg_dot_precise(a, b, length, tile, products->rest + at, stride);
        exact_add_some(products->sums, some, products->rest + at);
    } else {
        linalg_dot_add(a, b, length, tile, stride);
    }
    exact_add_some(products->sums, some, tile);
}

static void clear(struct mrdmd_products *products, int64_t first, int64_t count)
{
    memset(products->tile + first, 0, (size_t)count * sizeof *products->tile);
}

/* Z of a window: pointers to the centre row and to the sample rows of its path. @param low  the pool of its
 * samples */
static struct linalg_rows path_rows(const struct mrdmd_plan *plan, const struct mrdmd_rows *rows,
                                    int low, int window, const double **row)
{
    for (int w = window; w >= 0; w = plan->windows[w].parent) {
        const struct mrdmd_window *at = &plan->windows[w];

        for (int k = 0; k < at->samples; k++)
            row[at->path_rows - at->samples + k] = mrdmd_rows_of(rows, plan, low, w, k);
    }
    row[0] = rows->centre + (size_t)plan->windows[window].root * rows->stride;
    return (struct linalg_rows){.row = row, .count = plan->windows[window].path_rows};
}

/* The products of the rows that do not follow from others, one after the other at first, into the sums. */
static void multiply_kept(struct mrdmd_products *products, const struct mrdmd_rows *rows,
                          int segment, struct linalg_rows a)
{
    const struct mrdmd_plan *plan = products->plan;
    const bool *is_nested = products->is_nested + (size_t)segment * (size_t)plan->path_rows_max;
    const int64_t at = mrdmd_segment_at(plan, segment);
    const int64_t times = plan->segments[segment].count;
    const double *row[1 + MRDMD_LEVELS_MAX * MRDMD_SMALL];
    struct linalg_rows kept = {.row = row};
    const double *from = products->kept;

    for (int i = 0; i < a.count; i++)
        if (!is_nested[i]) row[kept.count++] = a.row[i];
    mrdmd_rows_multiply(rows, plan, segment, kept, products->kept);
    for (int i = 0; i < a.count;) {
        int end = i;

        while (end < a.count && !is_nested[end]) end++;
        exact_add_some(products->sums, (struct span){at + i * times, (end - i) * times}, from);
        from += (end - i) * times;
        i = end;
        while (i < a.count && is_nested[i]) i++;
    }
}

static void multiply_segment(struct mrdmd_products *products, const struct mrdmd_rows *rows,
                             int segment, bool is_whole, struct linalg_rows a)
{
    const int64_t at = mrdmd_segment_at(products->plan, segment);

    if (products->rest)
        multiply(products, a, mrdmd_rows_segment(rows, products->plan, segment), rows->readings,
                 at);
    else if (is_whole)
        mrdmd_rows_multiply(rows, products->plan, segment, a, products->tile + at);
    else
        multiply_kept(products, rows, segment, a);
}

/* Sample rows that have been left until now are made while their segments' values are at hand. */
static void multiply_segments(struct mrdmd_products *products, const struct mrdmd_rows *rows,
                              bool is_whole, const double **path)
{
    const struct mrdmd_plan *plan = products->plan;

    for (int low = 0; low < rows->pools->low_count; low++) {
        const struct span segments = rows->pools->lows[low].segments;

        mrdmd_rows_pool(rows, plan, low);
        for (int64_t s = segments.first; s < segments.first + segments.count; s++)
            multiply_segment(products, rows, (int)s, is_whole,
                             path_rows(plan, rows, low, plan->segments[s].window, path));
    }
}

static void multiply_windows(struct mrdmd_products *products, const struct mrdmd_rows *rows,
                             const double **path)
{
    const struct mrdmd_plan *plan = products->plan;

    for (int w = 0; w < plan->window_count; w++) {
        const struct mrdmd_window *window = &plan->windows[w];
        const struct linalg_rows a = path_rows(plan, rows, 0, w, path);
        const struct linalg_rows b = {
            .first = rows->samples + (size_t)window->row_first * rows->stride,
            .stride = rows->stride,
            .count = window->samples,
        };

        multiply(products, a, b, rows->readings, mrdmd_window_at(plan, w));
    }
}

/* Without gaps the samples are means of the series, so their products are means of products: walk the
 * segments of a window and add up its columns, `sign` times. */
static void average_segments(struct mrdmd_products *products, double sign)
{
    const struct mrdmd_plan *plan = products->plan;

    for (int s = 0; s < plan->segment_count; s++) {
        const struct mrdmd_segment *segment = &plan->segments[s];
        const double *from = products->tile + mrdmd_segment_at(plan, s);

        for (int w = segment->window; w >= 0; w = plan->windows[w].parent) {
            const struct mrdmd_window *window = &plan->windows[w];
            double *to = products->tile + mrdmd_window_at(plan, w);

            for (int64_t t = segment->first; t < segment->first + segment->count; t++) {
                const int k = (int)((t - window->first) / window->step);
                const struct span block = mrdmd_block(plan, window, k);

                if (t >= block.first + block.count) continue;
                for (int i = 0; i < window->path_rows; i++)
                    to[i * window->samples + k] +=
                        sign * from[i * segment->count + t - segment->first] / (double)block.count;
            }
        }
    }
}

static void multiply_centres(struct mrdmd_products *products, const struct mrdmd_rows *rows)
{
    for (int root = 0; root < products->plan->root_count; root++) {
        const size_t at = (size_t)root * rows->stride;
        const struct linalg_rows centre = {
            .first = rows->centre + at, .stride = rows->stride, .count = 1};

        clear(products, root, 1);
        multiply(products, centre, centre, rows->readings, root);
        for (int64_t r = 0; r < rows->readings; r++)
            products->readings[root] += !rows->is_left_out[at + (size_t)r];
    }
}

/* Means over what is there are not means of means: what is summed for windows and nested rows is how far the
 * products of a tile with gaps are off what follows from its other products. */
static void add_departures(struct mrdmd_products *products, const struct mrdmd_rows *rows,
                           const double **path)
{
    const struct mrdmd_plan *plan = products->plan;
    const struct span segments = {plan->root_count, plan->product_count};

    clear(products, mrdmd_window_at(plan, 0), plan->gram_count);
    average_segments(products, -1.0);
    for (int s = 0; s < plan->segment_count; s++)
        nested_reduce(plan, s, products->tile + mrdmd_segment_at(plan, s));
    exact_add_some(products->sums, segments, products->tile + segments.first);
    multiply_windows(products, rows, path);
}

void mrdmd_products_add(struct mrdmd_products *products, const struct mrdmd_rows *rows)
{
    const struct mrdmd_plan *plan = products->plan;
    const bool has_departures =
        !products->rest && rows->has_gaps && plan->options.sampling == SAMPLING_POOLED;
    const double **path = mem_zero((size_t)plan->path_rows_max, sizeof *path);

    ASSERT(!rows->is_deferred || !products->rest);
    multiply_centres(products, rows);
    multiply_segments(products, rows, products->rest || has_departures, path);
    if (products->rest) multiply_windows(products, rows, path);
    if (has_departures) add_departures(products, rows, path);
    mem_free(&path);
}

void mrdmd_products_reduce(struct mrdmd_products *products, const struct comm *comm)
{
    const struct mrdmd_plan *plan = products->plan;

    exact_reduce(comm, products->sums);
    if (products->rest) {
        exact_read_pairs(products->sums, products->tile, products->rest);
    } else {
        exact_read(products->sums, products->tile);
        for (int s = 0; s < plan->segment_count; s++)
            nested_complete(plan, s, products->tile + mrdmd_segment_at(plan, s));
        average_segments(products, 1.0);
    }
    comm_sum_int64s(comm, products->readings, plan->root_count);
}
