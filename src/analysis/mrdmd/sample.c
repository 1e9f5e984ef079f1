#include "mrdmd.h"

#include <string.h>

/* Columns handled together: a strip of all levels' sums stays in the first cache. */
enum { STRIP = 256 };

/* The block of one level that is being summed up. */
struct open_block {
    const struct mrdmd_window *window;
    int64_t end; /* its last sample + 1 */
    int k;       /* its sample column */
    double sum[STRIP];
};

static void open_window(struct open_block *block, const struct mrdmd_plan *plan,
                        const struct mrdmd_window *window)
{
    const struct span first = mrdmd_block(plan, window, 0);

    block->window = window;
    block->k = 0;
    block->end = first.first + first.count;
    memset(block->sum, 0, sizeof block->sum);
}

/* The mean of what is there: `samples` holds minus what was bridged, `missing` how many. */
static void close_block(struct open_block *block, struct mrdmd_rows *rows,
                        const struct mrdmd_plan *plan, int64_t column, int64_t columns)
{
    const size_t at = (size_t)(block->window->row_first + block->k) * rows->stride + (size_t)column;
    const struct span span = mrdmd_block(plan, block->window, block->k);
    double *sample = rows->samples + at;
    const int32_t *missing = rows->missing + at;

    for (int64_t i = 0; !rows->has_gaps && i < columns; i++)
        sample[i] = block->sum[i] / (double)span.count;
    for (int64_t i = 0; rows->has_gaps && i < columns; i++) {
        const int64_t present = span.count - missing[i];

        sample[i] = present > 0 ? (block->sum[i] + sample[i]) / (double)present
                                : block->sum[i] / (double)span.count;
    }
    memset(block->sum, 0, sizeof block->sum);
    block->k++;
    if (block->k < block->window->samples) {
        const struct span next = mrdmd_block(plan, block->window, block->k);

        block->end = next.first + next.count;
    }
}

static void add_row(struct open_block *block, const double *restrict row, int64_t columns)
{
    double *restrict sum = block->sum;

    for (int64_t i = 0; i < columns; i++) sum[i] += row[i];
}

static void pool_strip(struct mrdmd_rows *rows, const struct mrdmd_plan *plan,
                       struct open_block *blocks, int64_t column, int64_t columns)
{
    for (int s = 0; s < plan->segment_count; s++) {
        const struct mrdmd_segment *segment = &plan->segments[s];
        const struct mrdmd_window *deepest = &plan->windows[segment->window];
        const int levels = deepest->level + 1;

        for (int w = segment->window; w >= 0; w = plan->windows[w].parent) {
            const struct mrdmd_window *window = &plan->windows[w];

            if (window->first == segment->first) open_window(&blocks[window->level], plan, window);
        }
        for (int64_t t = segment->first; t < segment->first + segment->count; t++) {
            const double *row = rows->series + (size_t)t * rows->stride + (size_t)column;

            for (int level = 0; level < levels; level++) {
                add_row(&blocks[level], row, columns);
                if (t + 1 == blocks[level].end)
                    close_block(&blocks[level], rows, plan, column, columns);
            }
        }
    }
}

static void copy_points(struct mrdmd_rows *rows, const struct mrdmd_plan *plan)
{
    for (int w = 0; w < plan->window_count; w++) {
        const struct mrdmd_window *window = &plan->windows[w];

        for (int k = 0; k < window->samples; k++) {
            const size_t t = (size_t)(window->first + k * window->step);

            memcpy(rows->samples + (size_t)(window->row_first + k) * rows->stride,
                   rows->series + t * rows->stride, (size_t)rows->readings * sizeof *rows->samples);
        }
    }
}

void mrdmd_rows_sample(struct mrdmd_rows *rows, const struct mrdmd_plan *plan)
{
    struct open_block *blocks;

    if (plan->options.sampling == SAMPLING_POINT) {
        copy_points(rows, plan);
        return;
    }
    blocks = mem_zero(MRDMD_LEVELS_MAX, sizeof *blocks);
    for (int64_t column = 0; column < rows->readings; column += STRIP) {
        const int64_t left = rows->readings - column;

        pool_strip(rows, plan, blocks, column, left < STRIP ? left : STRIP);
    }
    mem_free(&blocks);
}
