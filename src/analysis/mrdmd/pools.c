// SPDX-License-Identifier: BSD-3-Clause
#include "pools.h"
#include "nested.h"

/* Windows up to so many samples are low: the values and the sample rows of such a window and of all below it stay in
 * the L2 cache while they are pooled and multiplied. */
enum { LOW_SAMPLES = 256 };

bool mrdmd_is_low(const struct mrdmd_plan *plan, int window)
{
    return plan->windows[window].count <= LOW_SAMPLES;
}

/* The half that is pooled together with the window and whose blocks make up its block k; -1: none does. */
static int united_from(const struct mrdmd_plan *plan, int window, int k)
{
    const struct mrdmd_window *at = &plan->windows[window];

    for (int child = window + 1; child < at->next; child = plan->windows[child].next) {
        if (mrdmd_is_low(plan, child) != mrdmd_is_low(plan, window)) continue;
        if (nested_columns(plan, at, k, &plan->windows[child]).count > 0) return child;
    }
    return -1;
}

/* Where the blocks of low or of other windows begin or end: [times + 1]. */
static bool *find_cuts(const struct mrdmd_plan *plan, bool low)
{
    bool *is_cut = mem_zero((size_t)plan->times + 1, sizeof *is_cut);

    for (int w = 0; w < plan->window_count; w++) {
        const struct mrdmd_window *window = &plan->windows[w];

        for (int k = 0; mrdmd_is_low(plan, w) == low && k < window->samples; k++) {
            const struct span block = mrdmd_block(plan, window, k);

            if (united_from(plan, w, k) >= 0) continue;
            is_cut[block.first] = true;
            is_cut[block.first + block.count] = true;
        }
    }
    return is_cut;
}

/* The blocks of the path, their rows counted from `row_first` on, that hold a run of a segment. @return how many parts */
static int add_parts(const struct mrdmd_plan *plan, int window, bool low, int row_first,
                     struct span run, struct linalg_part *parts)
{
    int count = 0;

    for (int w = window; w >= 0; w = plan->windows[w].parent) {
        const struct mrdmd_window *at = &plan->windows[w];
        const int k = (int)((run.first - at->first) / at->step);
        const struct span block = mrdmd_block(plan, at, k);
        const int64_t left = block.first + block.count - run.first;

        if (mrdmd_is_low(plan, w) != low || left <= 0 || united_from(plan, w, k) >= 0) continue;
        parts[count] = (struct linalg_part){
            .row = at->row_first + k - row_first,
            .is_first = run.first == block.first,
            .weight = run.count == left ? 1.0 / (double)block.count : 0.0,
        };
        count++;
    }
    return count;
}

/* What a pool is laid out in. */
struct layout {
    const struct mrdmd_plan *plan;
    struct mrdmd_pools *pools;
    bool *is_cut; /* owned */
    bool low;
    int run_count, part_count, union_count; /* so far */
};

static void add_runs(struct layout *layout, const struct mrdmd_segment *segment,
                     struct mrdmd_pool *pool)
{
    const int64_t end = segment->first + segment->count;
    struct span run = {segment->first, 1};

    for (; run.first < end; run = (struct span){run.first + run.count, 1}) {
        struct linalg_run *to = &layout->pools->runs[layout->run_count++];

        while (run.first + run.count < end && !layout->is_cut[run.first + run.count]) run.count++;
        to->times = (int)run.count;
        to->part_count = add_parts(layout->plan, segment->window, layout->low, pool->row_first, run,
                                   &layout->pools->parts[layout->part_count]);
        layout->part_count += to->part_count;
        pool->blocks.run_count++;
    }
}

/* Those below come first, since windows above are made of them. */
static void add_unions(struct layout *layout, struct span windows, struct mrdmd_pool *pool)
{
    const struct mrdmd_plan *plan = layout->plan;

    for (int64_t w = windows.first + windows.count - 1; w >= windows.first; w--) {
        for (int k = 0; k < plan->windows[w].samples; k++) {
            const int child = united_from(plan, (int)w, k);

            if (mrdmd_is_low(plan, (int)w) != layout->low || child < 0) continue;
            layout->pools->unions[layout->union_count++] =
                (struct mrdmd_union){.window = (int)w, .k = k, .child = child};
            pool->union_count++;
        }
    }
}

/* @param windows  of which those low, or not, are pooled */
static void lay_out(struct layout *layout, struct span segments, struct span windows,
                    struct mrdmd_pool *pool)
{
    const struct mrdmd_plan *plan = layout->plan;
    struct mrdmd_pools *pools = layout->pools;
    const int part_count = layout->part_count;

    *pool = (struct mrdmd_pool){
        .segments = segments,
        .row_first = layout->low && windows.count > 0 ? plan->windows[windows.first].row_first : 0,
        .root = plan->windows[plan->segments[segments.first].window].root,
        .blocks = {.runs = &pools->runs[layout->run_count],
                   .parts = &pools->parts[layout->part_count]},
        .unions = &pools->unions[layout->union_count],
    };
    for (int64_t s = segments.first; s < segments.first + segments.count; s++)
        add_runs(layout, &plan->segments[s], pool);
    if (layout->part_count == part_count) pool->blocks.run_count = 0;
    add_unions(layout, windows, pool);
}

static struct span windows_under(const struct mrdmd_plan *plan, int window)
{
    return (struct span){window, plan->windows[window].next - window};
}

static int rows_under(const struct mrdmd_plan *plan, int window)
{
    const struct mrdmd_window *last = &plan->windows[plan->windows[window].next - 1];

    return last->row_first + last->samples - plan->windows[window].row_first;
}

/* The segments from the first on with samples in a window. */
static struct span segments_of(const struct mrdmd_plan *plan, int first, int window)
{
    const int64_t end = plan->windows[window].first + plan->windows[window].count;
    struct span segments = {first, 1};

    while (first + segments.count < plan->segment_count
           && plan->segments[first + segments.count].first < end)
        segments.count++;
    return segments;
}

/* The highest low window with a segment; -1: all are too long. */
static int low_window(const struct mrdmd_plan *plan, int segment)
{
    int highest = -1;

    for (int w = plan->segments[segment].window; w >= 0; w = plan->windows[w].parent)
        if (mrdmd_is_low(plan, w)) highest = w;
    return highest;
}

static void lay_out_roots(struct layout *layout)
{
    const struct mrdmd_plan *plan = layout->plan;
    int segment = 0;

    for (int w = 0; w < plan->window_count; w = plan->windows[w].next) {
        const struct span segments = segments_of(plan, segment, w);

        lay_out(layout, segments, windows_under(plan, w),
                &layout->pools->roots[plan->windows[w].root]);
        segment += (int)segments.count;
    }
}

static void lay_out_lows(struct layout *layout)
{
    const struct mrdmd_plan *plan = layout->plan;
    const struct span none = {0, 0};

    for (int s = 0; s < plan->segment_count;) {
        const int window = low_window(plan, s);
        const struct span one = {s, 1};
        struct mrdmd_pool *pool = &layout->pools->lows[layout->pools->low_count++];

        if (window < 0)
            lay_out(layout, one, none, pool);
        else
            lay_out(layout, segments_of(plan, s, window), windows_under(plan, window), pool);
        if (window >= 0 && rows_under(plan, window) > layout->pools->low_rows)
            layout->pools->low_rows = rows_under(plan, window);
        s += (int)pool->segments.count;
    }
}

struct mrdmd_pools *mrdmd_pools_create(const struct mrdmd_plan *plan)
{
    struct mrdmd_pools *pools = mem_zero(1, sizeof *pools);
    struct layout layout = {.plan = plan, .pools = pools};

    pools->roots = mem_zero((size_t)plan->root_count, sizeof *pools->roots);
    pools->lows = mem_zero((size_t)plan->segment_count, sizeof *pools->lows);
    pools->runs = mem_zero(2 * (size_t)plan->times, sizeof *pools->runs);
    pools->parts = mem_zero((size_t)plan->times * MRDMD_LEVELS_MAX, sizeof *pools->parts);
    pools->unions = mem_zero((size_t)plan->row_count, sizeof *pools->unions);
    layout.is_cut = find_cuts(plan, false);
    lay_out_roots(&layout);
    mem_free(&layout.is_cut);
    layout.low = true;
    layout.is_cut = find_cuts(plan, true);
    lay_out_lows(&layout);
    mem_free(&layout.is_cut);
    return pools;
}

void mrdmd_pools_destroy(struct mrdmd_pools **pools)
{
    if (!*pools) return;
    mem_free(&(*pools)->roots);
    mem_free(&(*pools)->lows);
    mem_free(&(*pools)->runs);
    mem_free(&(*pools)->parts);
    mem_free(&(*pools)->unions);
    mem_free(pools);
}
