// SPDX-License-Identifier: BSD-3-Clause
#include "mrdmd.h"

#include <telltale/linalg.h>

#include <string.h>

/* Means of what is there, once the last sample of a block has been added. With gaps
 * `samples` begins with minus what was bridged, and a block of nothing else falls back to what was bridged. */
static void close_block(struct mrdmd_rows *rows, const struct span *span, int row)
{
    double *sample = rows->samples + (size_t)row * rows->stride;
    const int32_t *missing = rows->missing + (size_t)row * rows->stride;
    const double count = (double)span->count;

    if (!rows->has_gaps) {
        for (int64_t r = 0; r < rows->readings; r++) sample[r] /= count;
        return;
    }
    for (int64_t r = 0; r < rows->readings; r++) {
        const int64_t present = span->count - missing[r];

        if (present > 0) {
            sample[r] /= (double)present;
            continue;
        }
        sample[r] = 0.0;
        for (int64_t t = span->first; t < span->first + span->count; t++)
            sample[r] += rows->series[(size_t)t * rows->stride + (size_t)r];
        sample[r] /= count;
    }
}

/* The rows of one segment, which stay in cache, into the blocks of one window above it. */
static void pool_segment(struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                         const struct mrdmd_segment *segment, struct linalg_rows centred,
                         const struct mrdmd_window *window)
{
    const int64_t end = segment->first + segment->count;
    int k = (int)((segment->first - window->first) / window->step);

    for (int64_t t = segment->first; t < end && k < window->samples; k++) {
        const struct span span = mrdmd_block(plan, window, k);
        const int64_t block_end = span.first + span.count;
        const int64_t stop = block_end < end ? block_end : end;
        const struct linalg_rows part = {.first = centred.first
                                                  + (size_t)(t - segment->first) * centred.stride,
                                         .stride = centred.stride,
                                         .count = (int)(stop - t)};

        double *sample = rows->samples + (size_t)(window->row_first + k) * rows->stride;

        if (t == span.first && !rows->has_gaps)
            memset(sample, 0, (size_t)rows->readings * sizeof *sample);
        linalg_rows_sum(part, comm_count(rows->readings), sample);
        if (stop == block_end) close_block(rows, &span, window->row_first + k);
        t = stop;
    }
}

static void take_points(struct mrdmd_rows *rows, const struct mrdmd_plan *plan)
{
    for (int w = 0; w < plan->window_count; w++) {
        const struct mrdmd_window *window = &plan->windows[w];

        for (int k = 0; k < window->samples; k++)
            mrdmd_rows_take(rows, plan, window->root,
                            (struct span){window->first + k * window->step, 1},
                            rows->samples + (size_t)(window->row_first + k) * rows->stride);
    }
}

void mrdmd_rows_sample(struct mrdmd_rows *rows, const struct mrdmd_plan *plan)
{
    if (plan->options.sampling == SAMPLING_POINT) {
        take_points(rows, plan);
        return;
    }
    for (int s = 0; s < plan->segment_count; s++) {
        const struct linalg_rows centred = mrdmd_rows_segment(rows, plan, s);

        for (int w = plan->segments[s].window; w >= 0; w = plan->windows[w].parent)
            pool_segment(rows, plan, &plan->segments[s], centred, &plan->windows[w]);
    }
}
