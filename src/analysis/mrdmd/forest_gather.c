// SPDX-License-Identifier: BSD-3-Clause
#include "forest.h"

#include <stdlib.h>
#include <string.h>

/* One window as it travels. */
struct parcel {
    struct mrdmd_window window;
    int rank;
    int64_t mode_count;
};

/* All roots as they arrive, by rank, and where the parts of each begin. */
struct arrived {
    struct forest_root *roots;
    struct parcel *parcels;
    struct mrdmd_mode *modes;
    int64_t root_count, parcel_count, mode_count;
    int64_t *first_parcel, *first_mode, *order; /* [root_count] */
};

static void exchange(const struct comm *comm, const struct forest *mine, struct arrived *all)
{
    const int64_t windows = mine->plan.window_count;
    struct parcel *parcels = mem_zero((size_t)windows + 1, sizeof *parcels);
    void *rows;

    for (int64_t w = 0; w < windows; w++) {
        parcels[w].window = mine->plan.windows[w];
        parcels[w].rank = mine->result.rank[w];
        parcels[w].mode_count = mine->result.mode_count[w];
    }
    comm_all_rows(comm, mine->roots, mine->root_count, sizeof *mine->roots, &rows,
                  &all->root_count);
    all->roots = rows;
    comm_all_rows(comm, parcels, windows, sizeof *parcels, &rows, &all->parcel_count);
    all->parcels = rows;
    comm_all_rows(comm, mine->result.modes, mine->result.mode_total, sizeof *mine->result.modes,
                  &rows, &all->mode_count);
    all->modes = rows;
    mem_free(&parcels);
}

/* Roots by job: sorting numbers of the form job * count + place. */
static int compare(const void *a, const void *b)
{
    int64_t left, right;

    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    return (left > right) - (left < right);
}

static void sort_out(struct arrived *all)
{
    int64_t parcel = 0;
    int64_t mode = 0;

    all->first_parcel = mem_zero((size_t)all->root_count + 1, sizeof *all->first_parcel);
    all->first_mode = mem_zero((size_t)all->root_count + 1, sizeof *all->first_mode);
    all->order = mem_zero((size_t)all->root_count + 1, sizeof *all->order);
    for (int64_t r = 0; r < all->root_count; r++) {
        all->first_parcel[r] = parcel;
        all->first_mode[r] = mode;
        all->order[r] = all->roots[r].job * all->root_count + r;
        for (int w = 0; w < all->roots[r].window_count; w++)
            mode += all->parcels[parcel++].mode_count;
    }
    qsort(all->order, (size_t)all->root_count, sizeof *all->order, compare);
}

/* One root as forest_add() wants it. */
static void add_root(const struct arrived *all, int64_t r, const struct mrdmd_options *options,
                     struct forest *forest)
{
    const struct forest_root *root = &all->roots[r];
    const struct parcel *parcels = all->parcels + all->first_parcel[r];
    const size_t windows = (size_t)root->window_count;
    struct mrdmd_result *result = mrdmd_result_create(root->window_count);
    struct mrdmd_plan plan = {.options = *options,
                              .times = root->count,
                              .windows = mem_zero(windows, sizeof *plan.windows),
                              .window_count = root->window_count};
    const struct mrdmd_mode *modes = all->modes + all->first_mode[r];
    int64_t mode = 0;

    for (size_t w = 0; w < windows; w++) mode += parcels[w].mode_count;
    result->modes = mem_zero((size_t)mode, sizeof *result->modes);
    result->spread = root->spread;
    for (size_t w = 0; w < windows; w++) {
        plan.windows[w] = parcels[w].window;
        plan.windows[w].first -= root->first;
        result->rank[w] = parcels[w].rank;
        result->mode_first[w] = result->mode_total;
        result->mode_count[w] = parcels[w].mode_count;
        for (int64_t k = 0; k < parcels[w].mode_count; k++) {
            struct mrdmd_mode *to = &result->modes[result->mode_total];

            *to = modes[result->mode_total++];
            to->window = (int)w;
        }
    }
    forest_add(forest, &plan, result, root->first, root->job);
    mem_free(&plan.windows);
    mrdmd_result_destroy(&result);
}

void forest_gather(const struct comm *comm, const struct forest *mine,
                   const struct mrdmd_options *options, struct forest *forest)
{
    struct arrived all = {0};

    exchange(comm, mine, &all);
    sort_out(&all);
    for (int64_t i = 0; i < all.root_count; i++)
        add_root(&all, all.order[i] % all.root_count, options, forest);
    mem_free(&all.order);
    mem_free(&all.first_mode);
    mem_free(&all.first_parcel);
    mem_free(&all.modes);
    mem_free(&all.parcels);
    mem_free(&all.roots);
}
