// SPDX-License-Identifier: BSD-3-Clause
#include "nested.h"

#include <string.h>

/* Steps halve with windows where they are even, and blocks of a window are then unions of blocks of its halves. */
struct span nested_columns(const struct mrdmd_plan *plan, const struct mrdmd_window *window, int k,
                           const struct mrdmd_window *child)
{
    const struct span whole = mrdmd_block(plan, window, k);
    const struct span none = {0, 0};
    int64_t reached = whole.first;
    struct span columns;

    if (whole.first < child->first || (whole.first - child->first) % child->step) return none;
    columns = (struct span){(whole.first - child->first) / child->step, 0};
    while (reached < whole.first + whole.count) {
        const int64_t column = columns.first + columns.count;
        const struct span part =
            column < child->samples ? mrdmd_block(plan, child, (int)column) : none;

        if (part.count == 0 || part.first != reached) return none;
        reached += part.count;
        columns.count++;
    }
    return reached == whole.first + whole.count ? columns : none;
}

bool *nested_find(const struct mrdmd_plan *plan)
{
    bool *is_nested =
        mem_zero((size_t)plan->segment_count * (size_t)plan->path_rows_max, sizeof *is_nested);

    for (int s = 0; s < plan->segment_count; s++) {
        const struct mrdmd_window *child = &plan->windows[plan->segments[s].window];

        for (; child->parent >= 0; child = &plan->windows[child->parent]) {
            const struct mrdmd_window *window = &plan->windows[child->parent];
            bool *row = is_nested + s * plan->path_rows_max + window->path_rows - window->samples;

            for (int k = 0; k < window->samples; k++)
                row[k] = nested_columns(plan, window, k, child).count > 0;
        }
    }
    return is_nested;
}

/* to[t] += sign times the mean over the child's columns of from[column][t], weighted by their samples. */
static void add_mean(const struct mrdmd_plan *plan, const struct mrdmd_window *child,
                     struct span columns, double weight, const double *from, int64_t times,
                     double *to)
{
    for (int64_t j = columns.first; j < columns.first + columns.count; j++) {
        const double share = weight * (double)mrdmd_block(plan, child, (int)j).count;

        for (int64_t t = 0; t < times; t++) to[t] += share * from[j * times + t];
    }
}

/* The rows of one window in the products of a segment below it. */
static void add_window(const struct mrdmd_plan *plan, const struct mrdmd_segment *segment,
                       const struct mrdmd_window *child, double sign, double *products)
{
    const struct mrdmd_window *window = &plan->windows[child->parent];
    const int64_t times = segment->count;
    double *rows = products + (window->path_rows - window->samples) * times;
    const double *below = products + (child->path_rows - child->samples) * times;

    for (int k = 0; k < window->samples; k++) {
        const struct span columns = nested_columns(plan, window, k, child);
        const double samples = (double)mrdmd_block(plan, window, k).count;

        if (columns.count > 0)
            add_mean(plan, child, columns, sign / samples, below, times, rows + k * times);
    }
}

void nested_complete(const struct mrdmd_plan *plan, int segment, double *products)
{
    const struct mrdmd_segment *at = &plan->segments[segment];

    for (int w = at->window; plan->windows[w].parent >= 0; w = plan->windows[w].parent)
        add_window(plan, at, &plan->windows[w], 1.0, products);
}

void nested_reduce(const struct mrdmd_plan *plan, int segment, double *products)
{
    const struct mrdmd_segment *at = &plan->segments[segment];
    int path[MRDMD_LEVELS_MAX];
    int count = 0;

    for (int w = at->window; plan->windows[w].parent >= 0; w = plan->windows[w].parent)
        path[count++] = w;
    while (count-- > 0) add_window(plan, at, &plan->windows[path[count]], -1.0, products);
}
