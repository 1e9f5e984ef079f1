// SPDX-License-Identifier: BSD-3-Clause
#include "whole_pass.h"

#include <string.h>

/* Sums of squares of the samples as they came, for the floor of the singular values; once. */
static void add_squares(struct engine *engine)
{
    const struct whole *whole = engine->whole;
    const struct mrdmd_rows *rows = &engine->rows;

    memset(engine->square, 0, (size_t)engine->plan->times * sizeof *engine->square);
    for (int64_t t = 0; t < engine->plan->times; t++) {
        const double *row = whole->residual + (size_t)t * whole->stride;

        for (int64_t r = 0; r < whole->readings; r++) engine->square[t] += row[r] * row[r];
    }
    exact_add(engine->squares, engine->square);
    for (int root = 0; root < engine->plan->root_count; root++)
        for (int64_t r = 0; r < rows->readings; r++)
            engine->readings[root] += !rows->is_left_out[(size_t)root * rows->stride + (size_t)r];
}

/* The residual of the levels above, at the readings of one tile. */
static status begin_tile(struct engine *engine, int64_t tile, int level)
{
    const struct whole_input *input = engine->input;

    TRY(comm_check_stop());
    TRY(input->fill(input->of, tile, &engine->rows));
    mrdmd_whole_begin(engine->whole, input->row_plan, &engine->rows);
    if (!engine->has_squares) add_squares(engine);
    for (int w = 0; w < engine->plan->window_count; w++)
        if (engine->plan->windows[w].level < level) mrdmd_whole_form(engine->whole, w, NULL);
    return STATUS_OK;
}

/* Collective for spread windows. @param has_tile  else this rank brings nothing */
static void add_tile(const struct engine *engine, struct batch *batch, int64_t tile, bool has_tile)
{
    const struct whole *whole = engine->whole;

    for (int i = 0; i < batch->count; i++) {
        const struct mrdmd_window *window = &engine->plan->windows[batch->windows[i]];
        const struct linalg_rows columns = {
            .first = whole->residual + (size_t)window->first * whole->stride,
            .stride = whole->stride,
            .count = comm_count(window->count),
        };
        const struct span some = {batch->first[i], batch->first[i + 1] - batch->first[i]};
        const int length = has_tile ? comm_count(whole->readings) : 0;

        if (batch->solver == WHOLE_SPREAD) spread_add(batch->spread[i], columns, length);
        if (!has_tile) continue;
        if (batch->solver == WHOLE_TSQR) tsqr_add(batch->tsqr[i], tile, columns, length);
        if (batch->solver == WHOLE_GRAM) {
            linalg_gram(columns, length, batch->products + some.first);
            exact_add_some(batch->sums, some, batch->products + some.first);
        }
    }
}

/* Collective: every rank makes as many steps; one that failed goes on with nothing. */
status whole_pass(struct engine *engine, struct batch *batch)
{
    const struct span tiles = engine->input->tiles;
    const int64_t steps = comm_max_int64(engine->input->comm, tiles.count);
    status st = STATUS_OK;

    for (int64_t step = 0; step < steps; step++) {
        const int64_t tile = tiles.first + step;
        const bool is_mine = step < tiles.count && st == STATUS_OK;

        if (is_mine) st = begin_tile(engine, tile, batch->level);
        add_tile(engine, batch, tile, is_mine && st == STATUS_OK);
        comm_progress();
        log_progress("mrdmd: whole windows", step + 1, steps);
    }
    TRY(comm_agree(engine->input->comm, st));
    if (!engine->has_squares) {
        exact_reduce(engine->input->comm, engine->squares);
        exact_read(engine->squares, engine->square);
        comm_sum_int64s(engine->input->comm, engine->readings, engine->plan->root_count);
        engine->has_squares = true;
    }
    return STATUS_OK;
}
