// SPDX-License-Identifier: BSD-3-Clause
#include "ridge.h"

#include <telltale/linalg_spread.h>

#include <math.h>
#include <string.h>

/* Rows of G that are summed over the ranks at a time: no rank ever holds more of its exact sum. */
enum { PANEL_ROWS = 2 * RIDGE_DOT_ROWS };

/* ---- sums ----------------------------------------------------------------------------------------- */

/* Rows [first, first + count) of G from their diagonal on, and of B: shape [count][width]. */
struct panel {
    int64_t first, count, width;
    double *entries;
};

static void add_panel(void *self, const struct lag_rows *lagged)
{
    const struct panel *panel = self;

    for (int64_t i = 0; i < panel->count; i += RIDGE_DOT_ROWS) {
        const int64_t left = panel->count - i;
        const int rows = (int)(left < RIDGE_DOT_ROWS ? left : RIDGE_DOT_ROWS);
        const struct linalg_rows a = {.row = lagged->row + panel->first + i, .count = rows};
        const struct linalg_rows b = {.row = lagged->row + panel->first,
                                      .count = (int)panel->width};

        linalg_dot_add(a, b, lagged->items, panel->entries + i * panel->width,
                       (size_t)panel->width);
    }
}

/* Collective. The panel's exact sum over all ranks, part by part. */
static void sum_panel(const struct ridge_problem *problem, struct panel *panel)
{
    const struct span mine = problem->training;
    const int64_t part_items = problem->part_items;
    const size_t bytes = (size_t)(panel->count * panel->width) * sizeof *panel->entries;
    struct exact_sums *sums = exact_create(panel->count * panel->width);

    for (int64_t done = 0; done < mine.count; done += part_items) {
        const int64_t left = mine.count - done;

        memset(panel->entries, 0, bytes);
        ridge_each_run(problem, &problem->data->training,
                       (struct span){mine.first + done, left < part_items ? left : part_items},
                       add_panel, panel);
        exact_add(sums, panel->entries);
        comm_progress();
    }
    exact_reduce(problem->comm, sums);
    exact_read(sums, panel->entries);
    exact_destroy(&sums);
}

/* Collective. G and B, panel by panel, unless a rank is told to stop. */
static status sum_equations(const struct ridge_problem *problem, struct spread_equations *equations)
{
    const int64_t n = problem->inputs;
    double *entries = mem_array((size_t)(PANEL_ROWS * (n + problem->outputs)), sizeof *entries);
    status st = STATUS_OK;

    for (int64_t first = 0; first < n && !st; first += PANEL_ROWS) {
        const int64_t count = n - first < PANEL_ROWS ? n - first : PANEL_ROWS;
        struct panel panel = {first, count, n - first + problem->outputs, entries};

        sum_panel(problem, &panel);
        spread_equations_put(equations, (int)first, (int)count, entries);
        log_progress("ridge", first + count, n);
        st = comm_agree(problem->comm, comm_check_stop());
    }
    mem_free(&entries);
    return st;
}

/* ---- choosing ------------------------------------------------------------------------------------- */

/* Squared errors of items in a row are added to `sum`. */
struct errors {
    const struct ridge_problem *problem;
    const double *weights; /* [inputs][outputs] */
    double *off;           /* [RIDGE_VALIDATION_BLOCK] of one output */
    double sum;
};

static void add_errors(void *self, const struct lag_rows *rows)
{
    struct errors *errors = self;
    const int64_t inputs = errors->problem->inputs, outputs = errors->problem->outputs;

    for (int64_t o = 0; o < outputs; o++) {
        memcpy(errors->off, rows->row[inputs + o], (size_t)rows->items * sizeof *errors->off);
        for (int64_t i = 0; i < inputs; i++) {
            const double weight = errors->weights[i * outputs + o];
            const double *restrict z = rows->row[i];
            double *restrict off = errors->off;

            for (int t = 0; t < rows->items; t++) off[t] -= weight * z[t];
        }
        for (int t = 0; t < rows->items; t++) errors->sum += errors->off[t] * errors->off[t];
    }
}

/* Collective. Mean squared error of the validation items. */
static double validate(const struct ridge_problem *problem, const double *weights)
{
    const struct item_list *list = &problem->data->validation;
    const struct span mine = problem->validation;
    struct exact_sums *sums = exact_create(1);
    double off[RIDGE_VALIDATION_BLOCK] = {0}, sum;

    for (int64_t done = 0; done < mine.count; done += RIDGE_VALIDATION_BLOCK) {
        const int64_t left = mine.count - done;
        const struct span block = {mine.first + done,
                                   left < RIDGE_VALIDATION_BLOCK ? left : RIDGE_VALIDATION_BLOCK};
        struct errors errors = {problem, weights, off, 0};

        ridge_each_run(problem, list, block, add_errors, &errors);
        exact_add(sums, &errors.sum);
        comm_progress();
    }
    exact_reduce(problem->comm, sums);
    exact_read(sums, &sum);
    exact_destroy(&sums);
    return sum / ((double)list->item_count * (double)problem->outputs);
}

static status choose(const struct ridge_problem *problem, struct spread_equations *equations,
                     double *best, double *best_error)
{
    const size_t count = (size_t)(problem->inputs * problem->outputs);
    const double items = (double)problem->data->training.item_count;
    double *weights = mem_array(count, sizeof *weights);
    status st = STATUS_OK;

    *best_error = INFINITY;
    for (int p = 0; p < RIDGE_PENALTIES && !st; p++) {
        double error, residual;

        st = spread_equations_solve(equations, ridge_penalties[p] * items, (int)problem->inputs - 1,
                                    weights, &residual);
        if (st) break;
        error = validate(problem, weights);
        detail("ridge: penalty %g, validation %.6g, residual %.2g", ridge_penalties[p], error,
               residual);
        if (error < *best_error) {
            *best_error = error;
            memcpy(best, weights, count * sizeof *best);
        }
        st = comm_agree(problem->comm, comm_check_stop());
    }
    mem_free(&weights);
    return st;
}

status ridge_spread_fit(const struct ridge_problem *problem, double *weights, double *loss)
{
    struct spread_equations *equations = NULL;
    status st;

    if (problem->inputs > INT32_MAX || problem->outputs > INT32_MAX)
        return fail(STATUS_BAD_USE,
                    "%lld equations with %lld right sides are too many: take fewer lags",
                    (long long)problem->inputs, (long long)problem->outputs);
    TRY(spread_equations_create(problem->comm, (int)problem->inputs, (int)problem->outputs,
                                &equations));
    st = sum_equations(problem, equations);
    if (!st) st = choose(problem, equations, weights, loss);
    spread_equations_destroy(&equations);
    return st;
}
