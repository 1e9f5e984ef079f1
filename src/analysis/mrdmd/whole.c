// SPDX-License-Identifier: BSD-3-Clause
#include "whole_pass.h"

#include <math.h>
#include <string.h>

/* Bytes of sums, triangles or spread matrices that a rank holds at a time; more windows take more passes. */
static const double batch_bytes = 5e8;

status mrdmd_whole_row_plan(const struct mrdmd_plan *plan, struct mrdmd_plan **row_plan)
{
    struct mrdmd_options options = plan->options;

    options.max_level = 0;
    options.sampling = SAMPLING_POINT;
    return mrdmd_plan_create(&options, plan->times, NULL, 0, row_plan);
}

static struct whole *whole_create(const struct whole_input *input)
{
    const struct mrdmd_plan *plan = input->plan;
    struct whole *whole = mem_zero(1, sizeof *whole);

    whole->plan = plan;
    whole->stride = linalg_row_stride((size_t)input->tile_readings);
    whole->windows = mem_zero((size_t)plan->window_count, sizeof *whole->windows);
    whole->combinations = mem_zero((size_t)plan->window_count, sizeof *whole->combinations);
    whole->residual = mem_array((size_t)plan->times * whole->stride, sizeof *whole->residual);
    whole->phi_real = mem_array(MRDMD_SMALL * whole->stride, sizeof *whole->phi_real);
    whole->phi_imaginary = mem_array(MRDMD_SMALL * whole->stride, sizeof *whole->phi_imaginary);
    whole->powers = mem_array((size_t)plan->times, sizeof *whole->powers);
    return whole;
}

void mrdmd_whole_destroy(struct whole **whole)
{
    if (!*whole) return;
    for (int w = 0; w < (*whole)->plan->window_count; w++) mem_free(&(*whole)->combinations[w]);
    mem_free(&(*whole)->combinations);
    mem_free(&(*whole)->windows);
    mem_free(&(*whole)->residual);
    mem_free(&(*whole)->phi_real);
    mem_free(&(*whole)->phi_imaginary);
    mem_free(&(*whole)->powers);
    mem_free(whole);
}

int mrdmd_whole_count(const struct whole *whole, enum whole_solver solver)
{
    int count = 0;

    for (int w = 0; w < whole->plan->window_count; w++)
        count += whole->windows[w].solver == (int)solver;
    return count;
}

/* ---- a batch of windows --------------------------------------------------------------------- */

static enum whole_solver first_solver(const struct engine *engine, int window)
{
    if (engine->input->precision == WHOLE_PRECISE) return WHOLE_TSQR;
    return engine->plan->windows[window].count < MRDMD_SPREAD_FROM ? WHOLE_GRAM : WHOLE_SPREAD;
}

/* What a rank holds for one window: sums of three integers, some triangles and work, parts of matrices. */
static double bytes_of(const struct engine *engine, int window, enum whole_solver solver)
{
    const double n = (double)engine->plan->windows[window].count;

    if (solver == WHOLE_GRAM) return 32.0 * n * n / 2.0;
    if (solver == WHOLE_TSQR) return 8.0 * n * n * 12.0;
    return 8.0 * n
           * (3.0 * n / comm_size(engine->input->comm) + 2.0 * (double)engine->whole->stride);
}

/* The windows from *next on that are of this level, still to be solved so, and fit. */
static void choose(const struct engine *engine, struct batch *batch, const bool *is_wanted,
                   int *next)
{
    double bytes = 0.0;

    batch->count = 0;
    for (; *next < engine->plan->window_count && batch->count < WINDOWS_MAX; (*next)++) {
        double more;

        if (!is_wanted[*next]) continue;
        more = bytes_of(engine, *next, batch->solver);
        if (batch->count > 0 && bytes + more > batch_bytes) return;
        bytes += more;
        batch->windows[batch->count++] = *next;
    }
}

static int columns_of(const struct engine *engine, const struct batch *batch, int i)
{
    return comm_count(engine->plan->windows[batch->windows[i]].count);
}

static void batch_open(const struct engine *engine, struct batch *batch)
{
    batch->first[0] = 0;
    for (int i = 0; i < batch->count; i++) {
        const int n = columns_of(engine, batch, i);

        batch->first[i + 1] = batch->first[i] + linalg_packed(n);
        if (batch->solver == WHOLE_TSQR) batch->tsqr[i] = tsqr_create(n);
        if (batch->solver == WHOLE_SPREAD)
            batch->spread[i] =
                spread_create(engine->input->comm, n, comm_count(engine->input->tile_readings));
    }
    if (batch->solver != WHOLE_GRAM) return;
    batch->sums = exact_create(batch->first[batch->count]);
    batch->products = mem_array((size_t)batch->first[batch->count], sizeof *batch->products);
}

static void batch_close(struct batch *batch)
{
    for (int i = 0; i < batch->count; i++) {
        tsqr_destroy(&batch->tsqr[i]);
        spread_destroy(&batch->spread[i]);
        mem_free(&batch->triangles[i]);
    }
    exact_destroy(&batch->sums);
    mem_free(&batch->products);
}

/* ---- solving --------------------------------------------------------------------------------- */

static int owner_of(const struct engine *engine, int i)
{
    return i % comm_size(engine->input->comm);
}

/* Collective. What is summed becomes inner products, and triangles where they are solved. */
static void finish_sums(const struct engine *engine, struct batch *batch)
{
    const struct comm *comm = engine->input->comm;

    if (batch->solver == WHOLE_GRAM) {
        exact_reduce(comm, batch->sums);
        exact_read(batch->sums, batch->products);
    }
    for (int i = 0; i < batch->count && batch->solver == WHOLE_TSQR; i++) {
        const size_t n = (size_t)columns_of(engine, batch, i);

        batch->triangles[i] = mem_array(n * n, sizeof **batch->triangles);
        tsqr_reduce(comm, batch->tsqr[i], batch->triangles[i]);
        tsqr_destroy(&batch->tsqr[i]);
        if (owner_of(engine, i) != comm_rank(comm)) mem_free(&batch->triangles[i]);
    }
}

static status solve_one(const struct engine *engine, struct batch *batch, int i)
{
    const int w = batch->windows[i];
    const struct mrdmd_window *window = &engine->plan->windows[w];
    const int n = comm_count(window->count);
    struct whole_factor factor;
    double square = 0.0;
    status st;

    if (batch->solver == WHOLE_GRAM)
        whole_factor_gram(&factor, n, batch->products + batch->first[i]);
    else if (batch->solver == WHOLE_TSQR)
        whole_factor_triangle(&factor, n, batch->triangles[i]);
    else
        whole_factor_spread(&factor, n, engine->input->comm, batch->spread[i]);
    for (int64_t t = window->first; t < window->first + n; t++) square += engine->square[t];
    mem_free(&engine->whole->combinations[w]);
    st = whole_solve(&factor, &engine->plan->options, engine->readings[window->root],
                     MRDMD_FLOOR * sqrt(square), &engine->whole->windows[w],
                     &engine->whole->combinations[w]);
    whole_factor_release(&factor);
    comm_progress();
    return st;
}

/* Collective. What the owner of a window found, to all. */
static void share(const struct engine *engine, const struct batch *batch)
{
    const struct comm *comm = engine->input->comm;

    for (int i = 0; i < batch->count; i++) {
        const int w = batch->windows[i];
        struct whole_window *found = &engine->whole->windows[w];
        double complex **c = &engine->whole->combinations[w];
        size_t count;

        comm_broadcast(comm, found, sizeof *found, owner_of(engine, i));
        count = (size_t)found->slow_count * (size_t)engine->plan->windows[w].count;
        if (comm_rank(comm) != owner_of(engine, i)) {
            mem_free(c);
            *c = count ? mem_zero(count, sizeof **c) : NULL;
        }
        if (count) comm_broadcast(comm, *c, count * sizeof **c, owner_of(engine, i));
    }
}

static status solve_batch(struct engine *engine, struct batch *batch)
{
    const bool is_spread = batch->solver == WHOLE_SPREAD;
    const struct comm *comm = engine->input->comm;
    status st;

    batch_open(engine, batch);
    comm_stage_begin(comm, batch->solver == WHOLE_TSQR ? "mrdmd TSQR" : "mrdmd inner products");
    st = whole_pass(engine, batch);
    if (st == STATUS_OK) finish_sums(engine, batch);
    comm_stage_end(comm);
    comm_stage_begin(comm, "mrdmd windows");
    for (int i = 0; i < batch->count && st == STATUS_OK; i++)
        if (is_spread || owner_of(engine, i) == comm_rank(comm)) st = solve_one(engine, batch, i);
    st = comm_agree(comm, st);
    if (st == STATUS_OK) share(engine, batch);
    comm_stage_end(comm);
    batch_close(batch);
    return st;
}

/* The wanted windows of a level by one solver, in as many passes as memory asks for. */
static status solve_some(struct engine *engine, int level, enum whole_solver solver,
                         const bool *is_wanted)
{
    struct batch *batch = mem_zero(1, sizeof *batch);
    int next = 0;
    status st = STATUS_OK;

    while (st == STATUS_OK) {
        memset(batch, 0, sizeof *batch);
        batch->solver = solver;
        batch->level = level;
        choose(engine, batch, is_wanted, &next);
        if (batch->count == 0) break;
        st = solve_batch(engine, batch);
    }
    mem_free(&batch);
    return st;
}

static status solve_level(struct engine *engine, int level)
{
    static const enum whole_solver solvers[] = {WHOLE_GRAM, WHOLE_SPREAD, WHOLE_TSQR};
    const struct mrdmd_plan *plan = engine->plan;
    bool *is_wanted = mem_zero((size_t)plan->window_count, sizeof *is_wanted);
    bool *is_solved = mem_zero((size_t)plan->window_count, sizeof *is_solved);
    status st = STATUS_OK;

    for (int s = 0; s < 3 && st == STATUS_OK; s++) {
        for (int w = 0; w < plan->window_count; w++) {
            const struct whole_window *found = &engine->whole->windows[w];
            const bool is_again = solvers[s] == WHOLE_TSQR && is_solved[w] && found->needs_tsqr
                                  && engine->input->precision == WHOLE_AUTO;

            is_wanted[w] = plan->windows[w].level == level
                           && (first_solver(engine, w) == solvers[s] || is_again);
        }
        st = solve_some(engine, level, solvers[s], is_wanted);
        for (int w = 0; w < plan->window_count; w++) is_solved[w] |= is_wanted[w];
    }
    mem_free(&is_solved);
    mem_free(&is_wanted);
    return st;
}

static struct mrdmd_result *result_of(const struct whole *whole)
{
    struct mrdmd_result *result = mrdmd_result_create(whole->plan->window_count);

    for (int w = 0; w < whole->plan->window_count; w++) {
        const struct whole_window *found = &whole->windows[w];

        result->rank[w] = found->rank;
        result->mode_first[w] = result->mode_total;
        result->spread = fmax(result->spread, found->spread);
        for (int k = 0; k < found->slow_count; k++) {
            struct mrdmd_mode *mode = mrdmd_result_add(result, w);

            mode->power = found->power[k];
            mode->amplitude = found->amplitude[k];
            mrdmd_mode_set(mode, found->rate[k], whole->plan->options.period_s);
        }
    }
    mrdmd_keep_powerful(whole->plan, result);
    return result;
}

status mrdmd_whole_solve(const struct whole_input *input, struct whole **whole,
                         struct mrdmd_result **result)
{
    const size_t times = (size_t)input->plan->times;
    struct engine engine = {.input = input, .plan = input->plan, .whole = whole_create(input)};
    status st = STATUS_OK;

    ASSERT(input->plan->options.sampling == SAMPLING_WHOLE);
    mrdmd_rows_init(&engine.rows, input->row_plan, input->tile_readings);
    engine.squares = exact_create((int64_t)times);
    engine.square = mem_zero(times, sizeof *engine.square);
    engine.readings = mem_zero((size_t)input->plan->root_count, sizeof *engine.readings);
    for (int level = 0; level <= input->plan->options.max_level && st == STATUS_OK; level++)
        st = solve_level(&engine, level);
    mem_free(&engine.readings);
    mem_free(&engine.square);
    exact_destroy(&engine.squares);
    mrdmd_rows_release(&engine.rows);
    if (st != STATUS_OK) {
        mrdmd_whole_destroy(&engine.whole);
        return st;
    }
    *result = result_of(engine.whole);
    *whole = engine.whole;
    return STATUS_OK;
}
