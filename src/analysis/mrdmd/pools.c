// SPDX-License-Identifier: BSD-3-Clause
#include "mrdmd.h"

/* Where blocks and segments begin or end: [times + 1]. */
static bool *find_cuts(const struct mrdmd_plan *plan)
{
    bool *is_cut = mem_zero((size_t)plan->times + 1, sizeof *is_cut);

    for (int w = 0; w < plan->window_count; w++) {
        const struct mrdmd_window *window = &plan->windows[w];

        for (int k = 0; k < window->samples; k++) is_cut[mrdmd_block(plan, window, k).first] = true;
        is_cut[window->first + window->count] = true;
    }
    return is_cut;
}

/* The windows that hold a run of a segment. @return how many parts */
static int add_parts(const struct mrdmd_plan *plan, int window, struct span run,
                     struct linalg_part *parts)
{
    int count = 0;

    for (int w = window; w >= 0; w = plan->windows[w].parent) {
        const struct mrdmd_window *at = &plan->windows[w];
        const int k = (int)((run.first - at->first) / at->step);
        const struct span block = mrdmd_block(plan, at, k);
        const bool is_last = run.first + run.count == block.first + block.count;

        parts[count] = (struct linalg_part){
            .row = at->row_first + k,
            .count = is_last ? (int)block.count : 0,
            .is_first = run.first == block.first,
        };
        count++;
    }
    return count;
}

struct mrdmd_pools *mrdmd_pools_create(const struct mrdmd_plan *plan)
{
    struct mrdmd_pools *pools = mem_zero(1, sizeof *pools);
    bool *is_cut = find_cuts(plan);
    int run_count = 0;
    int64_t part_count = 0;

    pools->roots = mem_zero((size_t)plan->root_count, sizeof *pools->roots);
    pools->runs = mem_zero((size_t)plan->times, sizeof *pools->runs);
    pools->parts = mem_zero((size_t)plan->times * MRDMD_LEVELS_MAX, sizeof *pools->parts);
    for (int s = 0; s < plan->segment_count; s++) {
        const struct mrdmd_segment *segment = &plan->segments[s];
        struct linalg_blocks *root = &pools->roots[plan->windows[segment->window].root];
        const int64_t end = segment->first + segment->count;
        struct span run = {segment->first, 1};

        if (!root->runs)
            *root = (struct linalg_blocks){&pools->runs[run_count], &pools->parts[part_count], 0};
        for (; run.first < end; run = (struct span){run.first + run.count, 1}) {
            struct linalg_run *to = &pools->runs[run_count++];

            while (run.first + run.count < end && !is_cut[run.first + run.count]) run.count++;
            to->times = (int)run.count;
            to->part_count = add_parts(plan, segment->window, run, &pools->parts[part_count]);
            part_count += to->part_count;
            root->run_count++;
        }
    }
    mem_free(&is_cut);
    return pools;
}

void mrdmd_pools_destroy(struct mrdmd_pools **pools)
{
    if (!*pools) return;
    mem_free(&(*pools)->roots);
    mem_free(&(*pools)->runs);
    mem_free(&(*pools)->parts);
    mem_free(pools);
}
