// SPDX-License-Identifier: BSD-3-Clause
#include "forest.h"

#include <math.h>
#include <string.h>

void forest_release(struct forest *forest)
{
    mem_free(&forest->roots);
    mem_free(&forest->plan.windows);
    mem_free(&forest->result.rank);
    mem_free(&forest->result.mode_first);
    mem_free(&forest->result.mode_count);
    mem_free(&forest->result.modes);
    memset(forest, 0, sizeof *forest);
}

static void make_room(struct forest *forest, int windows, int64_t modes)
{
    struct mrdmd_result *result = &forest->result;

    forest->roots =
        mem_resize(forest->roots, (size_t)forest->root_count + 1, sizeof *forest->roots);
    forest->plan.windows =
        mem_resize(forest->plan.windows, (size_t)windows, sizeof *forest->plan.windows);
    result->rank = mem_resize(result->rank, (size_t)windows, sizeof *result->rank);
    result->mode_first =
        mem_resize(result->mode_first, (size_t)windows, sizeof *result->mode_first);
    result->mode_count =
        mem_resize(result->mode_count, (size_t)windows, sizeof *result->mode_count);
    result->modes = mem_resize(result->modes, (size_t)modes, sizeof *result->modes);
}

void forest_add(struct forest *forest, const struct mrdmd_plan *plan,
                const struct mrdmd_result *result, int64_t first, int64_t job)
{
    const int above = forest->plan.window_count;
    const int64_t modes = forest->result.mode_total;

    make_room(forest, above + plan->window_count, modes + result->mode_total);
    forest->roots[forest->root_count] =
        (struct forest_root){first, plan->times, job, result->spread, above, plan->window_count};
    for (int w = 0; w < plan->window_count; w++) {
        struct mrdmd_window *window = &forest->plan.windows[above + w];

        *window = plan->windows[w];
        window->first += first;
        window->root = forest->root_count;
        forest->result.rank[above + w] = result->rank[w];
        forest->result.mode_first[above + w] = modes + result->mode_first[w];
        forest->result.mode_count[above + w] = result->mode_count[w];
    }
    for (int64_t j = 0; j < result->mode_total; j++) {
        forest->result.modes[modes + j] = result->modes[j];
        forest->result.modes[modes + j].window += above;
    }
    forest->root_count++;
    forest->plan.root_count = forest->root_count;
    forest->plan.window_count += plan->window_count;
    forest->plan.options = plan->options;
    forest->result.mode_total += result->mode_total;
}

void forest_cut(struct forest *forest, int count)
{
    if (count >= forest->root_count) return;
    forest->plan.window_count = forest->roots[count].window_first;
    forest->plan.root_count = forest->root_count = count;
    forest->result.mode_total = 0;
    for (int w = 0; w < forest->plan.window_count; w++)
        forest->result.mode_total += forest->result.mode_count[w];
}

double forest_spread(const struct forest *forest)
{
    double spread = 0.0;

    for (int root = 0; root < forest->root_count; root++)
        spread = fmax(spread, forest->roots[root].spread);
    return spread;
}
