// SPDX-License-Identifier: BSD-3-Clause
#include "forest.h"

#include <math.h>
#include <string.h>

enum { ROOT_COLUMNS = 4 };
static const char *const root_names[ROOT_COLUMNS] = {"/mrdmd/roots/first", "/mrdmd/roots/count",
                                                     "/mrdmd/roots/job", "/mrdmd/roots/windows"};

static void put_roots(struct archive *archive, const struct forest *forest)
{
    const int64_t count = forest->root_count;
    int64_t *values = mem_zero((size_t)(count * ROOT_COLUMNS), sizeof *values);
    double *spread = mem_zero((size_t)count, sizeof *spread);

    for (int64_t r = 0; r < count; r++) {
        values[r] = forest->roots[r].first;
        values[count + r] = forest->roots[r].count;
        values[2 * count + r] = forest->roots[r].job;
        values[3 * count + r] = forest->roots[r].window_count;
        spread[r] = forest->roots[r].spread;
    }
    for (int i = 0; i < ROOT_COLUMNS; i++)
        archive_put(archive, root_names[i], (struct archive_shape){ARCHIVE_INT64, 1, {count}},
                    values + i * count);
    archive_put(archive, "/mrdmd/roots/spread", (struct archive_shape){ARCHIVE_DOUBLE, 1, {count}},
                spread);
    mem_free(&spread);
    mem_free(&values);
}

/* The job of every window. */
static void put_jobs(struct archive *archive, const struct forest *forest)
{
    const int64_t count = forest->plan.window_count;
    int64_t *job = mem_zero((size_t)count, sizeof *job);

    for (int64_t w = 0; w < count; w++) job[w] = forest->roots[forest->plan.windows[w].root].job;
    archive_put(archive, "/mrdmd/windows/job", (struct archive_shape){ARCHIVE_INT64, 1, {count}},
                job);
    mem_free(&job);
}

void forest_write(const struct comm *comm, struct archive *archive, const struct forest *forest,
                  const struct mrdmd_bands *bands)
{
    struct mrdmd_result result = forest->result;
    struct mrdmd_result *const results[] = {&result};
    struct mrdmd_group all = {.name = mem_text("all")};
    const struct mrdmd_groups groups = {&all, 1};

    mrdmd_write_tables(comm, archive, &forest->plan, results, &groups, bands);
    put_jobs(archive, forest);
    put_roots(archive, forest);
    archive_put_real(archive, "/mrdmd", "spread", forest_spread(forest));
    mem_free(&all.name);
}

/* Columns of a table that must be equally long, in one block column by column. */
static status get_columns(struct archive *archive, const char *const *names, int columns,
                          enum archive_type type, int64_t *count, void *block)
{
    const size_t item = 8;
    char *all = NULL;

    *count = -1;
    for (int i = 0; i < columns; i++) {
        struct archive_shape shape = {type, 1, {*count}};
        void *items = NULL;
        const status st = archive_get(archive, names[i], &shape, &items);

        if (st != STATUS_OK) {
            mem_free(&all);
            return st;
        }
        *count = shape.extent[0];
        if (!all) all = mem_zero((size_t)(*count * columns), item);
        if (*count > 0) memcpy(all + (size_t)(i * *count) * item, items, (size_t)*count * item);
        mem_free(&items);
    }
    memcpy(block, &all, sizeof all);
    return STATUS_OK;
}

enum { WINDOW_COLUMNS = 7, MODE_COLUMNS = 8 };
static const char *const window_names[WINDOW_COLUMNS] = {
    "/mrdmd/windows/level",     "/mrdmd/windows/first", "/mrdmd/windows/count",
    "/mrdmd/windows/step",      "/mrdmd/windows/rank",  "/mrdmd/windows/mode_first",
    "/mrdmd/windows/mode_count"};
static const char *const mode_names[MODE_COLUMNS] = {
    "/mrdmd/modes/mu_re",        "/mrdmd/modes/mu_im",        "/mrdmd/modes/omega_re",
    "/mrdmd/modes/omega_im",     "/mrdmd/modes/frequency_hz", "/mrdmd/modes/power",
    "/mrdmd/modes/amplitude_re", "/mrdmd/modes/amplitude_im"};

/* What is read before it is known to fit. */
struct columns {
    int64_t roots, windows, modes, kept;
    int64_t *root, *window, *is_kept; /* owned */
    double *mode, *spread;            /* owned */
};

static void columns_release(struct columns *columns)
{
    mem_free(&columns->root);
    mem_free(&columns->window);
    mem_free(&columns->is_kept);
    mem_free(&columns->mode);
    mem_free(&columns->spread);
}

static status read_columns(struct archive *archive, struct columns *columns)
{
    static const char *const spread[] = {"/mrdmd/roots/spread"};
    static const char *const is_kept[] = {"/mrdmd/modes/is_kept"};
    int64_t spreads = 0;

    TRY(get_columns(archive, root_names, ROOT_COLUMNS, ARCHIVE_INT64, &columns->roots,
                    &columns->root));
    TRY(get_columns(archive, spread, 1, ARCHIVE_DOUBLE, &spreads, &columns->spread));
    TRY(get_columns(archive, window_names, WINDOW_COLUMNS, ARCHIVE_INT64, &columns->windows,
                    &columns->window));
    TRY(get_columns(archive, mode_names, MODE_COLUMNS, ARCHIVE_DOUBLE, &columns->modes,
                    &columns->mode));
    TRY(get_columns(archive, is_kept, 1, ARCHIVE_INT64, &columns->kept, &columns->is_kept));
    if (spreads != columns->roots) columns->roots = -1;
    return STATUS_OK;
}

/* Do the tables refer to each other as they should? */
static bool is_whole(const struct columns *columns)
{
    int64_t window = 0;
    int64_t mode = 0;

    for (int64_t r = 0; r < columns->roots; r++) {
        const int64_t count = columns->root[3 * columns->roots + r];

        if (count < 1 || count > columns->windows - window) return false;
        window += count;
    }
    for (int64_t w = 0; w < columns->windows; w++) {
        const int64_t count = columns->window[6 * columns->windows + w];

        if (columns->window[5 * columns->windows + w] != mode || count < 0
            || count > columns->modes - mode || count > MRDMD_SMALL)
            return false;
        mode += count;
    }
    return columns->roots > 0 && window == columns->windows && mode == columns->modes
           && columns->kept == columns->modes && columns->windows <= INT32_MAX;
}

static void fill_window(const struct columns *columns, int64_t w, int root, struct forest *forest)
{
    const int64_t *column = columns->window + w;
    const int64_t next = columns->windows;

    forest->plan.windows[w] = (struct mrdmd_window){
        .level = (int)column[0],
        .first = column[next],
        .count = column[2 * next],
        .step = column[3 * next],
        .root = root,
    };
    forest->result.rank[w] = (int)column[4 * next];
    forest->result.mode_first[w] = column[5 * next];
    forest->result.mode_count[w] = column[6 * next];
    for (int64_t k = 0; k < column[6 * next]; k++) {
        const int64_t j = column[5 * next] + k;
        const double *value = columns->mode + j;
        const int64_t all = columns->modes;

        forest->result.modes[j] = (struct mrdmd_mode){
            .window = (int)w,
            .mu = CMPLX(value[0], value[all]),
            .omega = CMPLX(value[2 * all], value[3 * all]),
            .frequency_hz = value[4 * all],
            .power = value[5 * all],
            .amplitude = CMPLX(value[6 * all], value[7 * all]),
            .is_kept = columns->is_kept[j] != 0,
        };
    }
}

static void fill(const struct columns *columns, struct forest *forest)
{
    const size_t windows = (size_t)columns->windows;
    int64_t w = 0;

    forest->roots = mem_zero((size_t)columns->roots, sizeof *forest->roots);
    forest->plan.windows = mem_zero(windows, sizeof *forest->plan.windows);
    forest->result.rank = mem_zero(windows, sizeof *forest->result.rank);
    forest->result.mode_first = mem_zero(windows, sizeof *forest->result.mode_first);
    forest->result.mode_count = mem_zero(windows, sizeof *forest->result.mode_count);
    forest->result.modes = mem_zero((size_t)columns->modes, sizeof *forest->result.modes);
    forest->root_count = forest->plan.root_count = (int)columns->roots;
    forest->plan.window_count = (int)columns->windows;
    forest->result.mode_total = columns->modes;
    for (int r = 0; r < forest->root_count; r++) {
        struct forest_root *root = &forest->roots[r];

        *root = (struct forest_root){
            .first = columns->root[r],
            .count = columns->root[columns->roots + r],
            .job = columns->root[2 * columns->roots + r],
            .spread = columns->spread[r],
            .window_first = (int)w,
            .window_count = (int)columns->root[3 * columns->roots + r],
        };
        for (int i = 0; i < root->window_count; i++) fill_window(columns, w++, r, forest);
    }
}

status forest_read(struct archive *archive, const char *path, struct forest *forest)
{
    struct columns columns = {0};
    status st = read_columns(archive, &columns);

    if (st == STATUS_OK && !is_whole(&columns))
        st = fail(STATUS_BAD_INPUT, "%s: the tables under /mrdmd do not belong together", path);
    if (st == STATUS_OK) fill(&columns, forest);
    columns_release(&columns);
    return st;
}
