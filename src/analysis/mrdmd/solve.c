// SPDX-License-Identifier: BSD-3-Clause
#include "recursion_both.h"

#include <string.h>

/* Subtrees below this level are dealt out; what is above is solved by every rank. */
enum { DEALT_LEVEL = 2 };

/* What a rank found in one window. */
struct found {
    int window;
    int rank;
    int mode_count;
};

/* What this rank brings to the gathering. */
struct harvest {
    struct found *windows; /* [window_count] */
    int64_t window_count;
    struct mrdmd_mode *modes; /* [mode_count] */
    int64_t mode_count, mode_room;
    double complex *combinations;
    int64_t combination_count, combination_room;
    double spread;
};

static void *grow(void *items, int64_t count, int64_t *room, size_t bytes)
{
    if (count <= *room) return items;
    *room = 2 * count;
    return mem_resize(items, (size_t)*room, bytes);
}

static void reap(struct harvest *harvest, const struct mrdmd_plan *plan, int window,
                 const struct window_modes *found)
{
    const int rows = plan->windows[window].path_rows;
    const int modes = found->dmd.slow_count;

    if (found->spread > harvest->spread) harvest->spread = found->spread;

    harvest->windows[harvest->window_count++] =
        (struct found){.window = window, .rank = found->dmd.rank, .mode_count = modes};
    harvest->modes = grow(harvest->modes, harvest->mode_count + modes, &harvest->mode_room,
                          sizeof *harvest->modes);
    harvest->combinations =
        grow(harvest->combinations, harvest->combination_count + (int64_t)rows * modes,
             &harvest->combination_room, sizeof *harvest->combinations);
    for (int k = 0; k < modes; k++) {
        struct mrdmd_mode *mode = &harvest->modes[harvest->mode_count++];

        memset(mode, 0, sizeof *mode);
        mode->window = window;
        mode->power = found->power[k];
        mode->amplitude = found->amplitude[k];
        mrdmd_mode_set(mode, found->dmd.rate[k], plan->options.period_s);
        memcpy(harvest->combinations + harvest->combination_count,
               found->gamma + (size_t)k * (size_t)plan->path_rows_max,
               (size_t)rows * sizeof *harvest->combinations);
        harvest->combination_count += rows;
    }
}

/* The windows in depth-first order, those of others' subtrees passed over. Subtrees are numbered as
 * they come; what stands above them is reported by rank 0. */
static status walk(const struct comm *comm, const struct mrdmd_products *products,
                   struct window_modes *found, struct harvest *harvest)
{
    const struct mrdmd_plan *plan = products->plan;
    const bool is_precise = products->rest != NULL;
    const int dealt_level = plan->root_count >= comm_size(comm) ? 0 : DEALT_LEVEL;
    struct recursion_state *plain = is_precise ? NULL : recursion_create(products);
    struct recursion_precise_state *precise =
        is_precise ? recursion_precise_create(products) : NULL;
    int64_t subtree = -1;
    status st = STATUS_OK;

    for (int w = 0; w < plan->window_count && st == STATUS_OK;) {
        const struct mrdmd_window *window = &plan->windows[w];

        if (window->level == dealt_level) subtree++;
        if (window->level >= dealt_level && !comm_deals_me(comm, subtree)) {
            w = window->next;
            continue;
        }
        st = is_precise ? recursion_precise_window(precise, w, found)
                        : recursion_window(plain, w, found);
        if (window->level >= dealt_level || comm_rank(comm) == 0) reap(harvest, plan, w, found);
        w++;
    }
    recursion_destroy(&plain);
    recursion_precise_destroy(&precise);
    return st;
}

/* Modes arrive by rank; put them in the order of windows. */
static void assemble(const struct mrdmd_plan *plan, const struct harvest *all,
                     struct mrdmd_result *result)
{
    int64_t *first_mode = mem_zero((size_t)plan->window_count, sizeof *first_mode);
    int64_t *first_combination = mem_zero((size_t)plan->window_count, sizeof *first_combination);
    int64_t mode = 0;
    int64_t combination = 0;

    for (int64_t i = 0; i < all->window_count; i++) {
        const struct found *found = &all->windows[i];

        result->rank[found->window] = found->rank;
        result->mode_count[found->window] = found->mode_count;
        first_mode[found->window] = mode;
        first_combination[found->window] = combination;
        mode += found->mode_count;
        combination += (int64_t)found->mode_count * plan->windows[found->window].path_rows;
    }
    result->modes = mem_zero((size_t)mode, sizeof *result->modes);
    result->combinations = mem_zero((size_t)combination, sizeof *result->combinations);
    for (int w = 0; w < plan->window_count; w++) {
        const int64_t rows = plan->windows[w].path_rows;

        result->mode_first[w] = result->mode_total;
        memcpy(result->combinations + result->combination_count,
               all->combinations + first_combination[w],
               (size_t)(rows * result->mode_count[w]) * sizeof *result->combinations);
        for (int64_t k = 0; k < result->mode_count[w]; k++) {
            struct mrdmd_mode *to = &result->modes[result->mode_total++];

            *to = all->modes[first_mode[w] + k];
            to->combination_first = result->combination_count;
            result->combination_count += rows;
        }
    }
    mem_free(&first_combination);
    mem_free(&first_mode);
}

static void exchange(const struct comm *comm, const struct harvest *mine, struct harvest *all)
{
    void *rows;

    comm_all_rows(comm, mine->windows, mine->window_count, sizeof *mine->windows, &rows,
                  &all->window_count);
    all->windows = rows;
    comm_all_rows(comm, mine->modes, mine->mode_count, sizeof *mine->modes, &rows,
                  &all->mode_count);
    all->modes = rows;
    comm_all_rows(comm, mine->combinations, mine->combination_count, sizeof *mine->combinations,
                  &rows, &all->combination_count);
    all->combinations = rows;
}

static void harvest_release(struct harvest *harvest)
{
    mem_free(&harvest->windows);
    mem_free(&harvest->modes);
    mem_free(&harvest->combinations);
}

status mrdmd_solve(const struct comm *comm, const struct mrdmd_products *products,
                   struct mrdmd_result **result)
{
    const struct mrdmd_plan *plan = products->plan;
    struct harvest mine = {.windows = mem_zero((size_t)plan->window_count, sizeof *mine.windows)};
    struct harvest all = {0};
    struct window_modes *found = mem_zero(1, sizeof *found);
    status st;

    found->gamma = mem_zero((size_t)plan->path_rows_max * MRDMD_SMALL, sizeof *found->gamma);
    st = comm_agree(comm, walk(comm, products, found, &mine));
    mem_free(&found->gamma);
    mem_free(&found);
    if (st == STATUS_OK) {
        exchange(comm, &mine, &all);
        *result = mrdmd_result_create(plan->window_count);
        assemble(plan, &all, *result);
        (*result)->spread = comm_max_double(comm, mine.spread);
        mrdmd_keep_powerful(plan, *result);
        harvest_release(&all);
    }
    harvest_release(&mine);
    return st;
}
