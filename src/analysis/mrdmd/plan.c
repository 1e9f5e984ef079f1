// SPDX-License-Identifier: BSD-3-Clause
#include "mrdmd.h"

#include <string.h>

/* What the recursion over windows carries along. */
struct layout {
    struct mrdmd_plan *plan;
    const struct mrdmd_job *jobs;
    int64_t job_count;
    int window_room, segment_room;
};

int64_t mrdmd_nyquist_samples(const struct mrdmd_options *options)
{
    return (int64_t)2 * options->nyquist_factor * options->max_cycles;
}

static void add_segment(struct layout *layout, int64_t first, int64_t end, int window)
{
    struct mrdmd_plan *plan = layout->plan;

    if (first >= end) return;
    if (plan->segment_count == layout->segment_room) {
        layout->segment_room = layout->segment_room ? 2 * layout->segment_room : 64;
        plan->segments =
            mem_resize(plan->segments, (size_t)layout->segment_room, sizeof *plan->segments);
    }
    plan->segments[plan->segment_count++] = (struct mrdmd_segment){
        .first = first,
        .count = end - first,
        .window = window,
        .product_first = plan->product_count,
    };
    plan->product_count += plan->windows[window].path_rows * (end - first);
}

static int add_window(struct layout *layout, int64_t first, int64_t count, int parent)
{
    struct mrdmd_plan *plan = layout->plan;
    const int64_t step = plan->options.sampling == SAMPLING_WHOLE
                             ? 1
                             : count / mrdmd_nyquist_samples(&plan->options);
    const struct mrdmd_window *above;
    struct mrdmd_window *window;

    if (plan->window_count == layout->window_room) {
        layout->window_room = layout->window_room ? 2 * layout->window_room : 64;
        plan->windows =
            mem_resize(plan->windows, (size_t)layout->window_room, sizeof *plan->windows);
        plan->gram_first =
            mem_resize(plan->gram_first, (size_t)layout->window_room, sizeof *plan->gram_first);
    }
    ASSERT(plan->windows);
    above = parent < 0 ? NULL : &plan->windows[parent];
    window = &plan->windows[plan->window_count];
    *window = (struct mrdmd_window){
        .level = above ? above->level + 1 : 0,
        .first = first,
        .count = count,
        .step = step,
        .samples = (int)((count + step - 1) / step),
        .root = above ? above->root : plan->root_count,
        .parent = parent,
        .row_first = plan->row_count,
    };
    window->path_rows = (above ? above->path_rows : 1) + window->samples;
    plan->row_count += window->samples;
    plan->gram_first[plan->window_count] = plan->gram_count;
    plan->gram_count += (int64_t)window->path_rows * window->samples;
    if (window->path_rows > plan->path_rows_max) plan->path_rows_max = window->path_rows;
    return plan->window_count++;
}

static int64_t middle(const struct layout *layout, const struct mrdmd_window *window)
{
    const struct mrdmd_options *options = &layout->plan->options;
    const bool is_by_job = options->job_split_levels >> window->level & 1;

    return mrdmd_split(window->first, window->count, mrdmd_nyquist_samples(options),
                       options->split_reach, layout->jobs, is_by_job ? layout->job_count : 0);
}

/* A window of [first, end) and all below it; where it would be too short or too deep, a segment of
 * the parent. */
static void lay_out(struct layout *layout, int64_t first, int64_t end, int parent)
{
    struct mrdmd_plan *plan = layout->plan;
    const int level = parent < 0 ? 0 : plan->windows[parent].level + 1;
    int window;
    int64_t cut;

    if (level > plan->options.max_level || end - first < mrdmd_nyquist_samples(&plan->options)) {
        if (parent >= 0) add_segment(layout, first, end, parent);
        return;
    }
    window = add_window(layout, first, end - first, parent);
    cut = middle(layout, &plan->windows[window]);
    if (level == plan->options.max_level) {
        add_segment(layout, first, end, window);
    } else {
        lay_out(layout, first, cut, window);
        lay_out(layout, cut, end, window);
    }
    plan->windows[window].next = plan->window_count;
}

status mrdmd_plan_create(const struct mrdmd_options *options, int64_t times,
                         const struct mrdmd_job *jobs, int64_t job_count, struct mrdmd_plan **plan)
{
    const int64_t least = mrdmd_nyquist_samples(options);
    const int64_t root = options->root_samples > 0 ? options->root_samples : times;
    struct layout layout = {.jobs = jobs, .job_count = job_count};
    int64_t first = 0;

    ASSERT(options->max_cycles >= 1 && options->max_cycles <= MRDMD_CYCLES_MAX);
    ASSERT(options->max_level >= 0 && options->max_level < MRDMD_LEVELS_MAX);
    if (times < least || root < least)
        return fail(STATUS_BAD_INPUT,
                    "%lld samples are too few for max_cycles %d: a window needs at least %lld",
                    (long long)(times < least ? times : root), options->max_cycles,
                    (long long)least);
    layout.plan = mem_zero(1, sizeof *layout.plan);
    layout.plan->options = *options;
    layout.plan->times = times;
    while (first < times) {
        const bool is_last = times - first - root < (root + 1) / 2 || times - first - root < least;
        const int64_t end = is_last ? times : first + root;

        lay_out(&layout, first, end, -1);
        layout.plan->root_count++;
        first = end;
    }
    *plan = layout.plan;
    return STATUS_OK;
}

void mrdmd_plan_destroy(struct mrdmd_plan **plan)
{
    if (!*plan) return;
    mem_free(&(*plan)->windows);
    mem_free(&(*plan)->segments);
    mem_free(&(*plan)->gram_first);
    mem_free(plan);
}

int64_t mrdmd_longest_segment(const struct mrdmd_plan *plan)
{
    int64_t longest = 0;

    for (int s = 0; s < plan->segment_count; s++)
        if (plan->segments[s].count > longest) longest = plan->segments[s].count;
    return longest;
}

struct span mrdmd_block(const struct mrdmd_plan *plan, const struct mrdmd_window *window, int k)
{
    const int64_t first = window->first + k * window->step;
    const int64_t left = window->first + window->count - first;
    const int64_t wanted = plan->options.sampling == SAMPLING_POINT ? 1 : window->step;

    return (struct span){.first = first, .count = wanted < left ? wanted : left};
}
