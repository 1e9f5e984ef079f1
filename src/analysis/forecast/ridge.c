// SPDX-License-Identifier: BSD-3-Clause
#include "ridge.h"

#include <telltale/linalg.h>

#include <math.h>
#include <string.h>

/*
 * Ridge regression of the rows to come on the last rows (Hoerl, Kennard 1970). With z the lagged values of all
 * metrics and a 1, y the rows to come: G = sum z z', B = sum z y', and the weights solve (G + penalty N I) A = B,
 * the constant not penalised. One pass makes G and B of the training items, another those of the validation
 * items, on which the penalty is chosen: its squared error is sum y'y - 2 tr A'B + tr A'GA, without the data.
 */

const double ridge_penalties[RIDGE_PENALTIES] = {1e-5, 1e-4, 1e-3, 1e-2, 1e-1};

struct normal_equations {
    int64_t inputs;  /* lags * metrics + 1 */
    int64_t outputs; /* horizon * metrics */
    double *sums;    /* owned, [inputs + outputs][inputs + outputs]: G, B and Y'Y in one */
    double items;
};

/* ---- lagged rows of items in a row --------------------------------------------------------------- */

static void turn(const struct data_set *data, const float *x, int64_t times, double *turned)
{
    for (int m = 0; m < data->metrics; m++)
        for (int64_t t = 0; t < times; t++)
            turned[m * times + t] = (double)x[t * data->metrics + m];
    for (int64_t t = 0; t < times; t++) turned[data->metrics * times + t] = 1;
}

static void place_rows(const struct lagged *lagged, int64_t times, const double *turned,
                       const double **row)
{
    const int metrics = lagged->channels;

    for (int lag = 0; lag < lagged->lags; lag++)
        for (int m = 0; m < metrics; m++) *row++ = turned + m * times + lagged->length - 1 - lag;
    *row++ = turned + metrics * times;
    for (int h = 0; h < lagged->horizon; h++)
        for (int m = 0; m < metrics; m++) *row++ = turned + m * times + lagged->length + h;
}

static void lag_rows_init(const struct ridge_problem *problem, const float *x, int64_t items,
                          struct lag_rows *rows)
{
    const struct lagged *lagged = problem->lagged;
    const int64_t times = items + lagged->length + lagged->horizon - 1;

    rows->items = (int)items;
    rows->turned = mem_array((size_t)((lagged->channels + 1) * times), sizeof *rows->turned);
    rows->row = mem_zero((size_t)(problem->inputs + problem->outputs), sizeof *rows->row);
    turn(problem->data, x, times, rows->turned);
    place_rows(lagged, times, rows->turned, rows->row);
}

static void lag_rows_release(struct lag_rows *rows)
{
    mem_free(&rows->turned);
    mem_free(&rows->row);
}

void ridge_each_run(const struct ridge_problem *problem, const struct item_list *list,
                    struct span items, ridge_run_function *take, void *self)
{
    const struct data_set *data = problem->data;

    for (int64_t r = 0; r < list->run_count; r++) {
        const struct item_run *run = &list->runs[r];
        const int64_t low = items.first > run->number ? items.first - run->number : 0;
        const int64_t left = items.first + items.count - run->number;
        const int64_t high = left < run->count ? left : run->count;
        struct lag_rows rows;

        if (low >= high) continue;
        lag_rows_init(problem, data->series[run->series].x + (run->first + low) * data->metrics,
                      high - low, &rows);
        take(self, &rows);
        lag_rows_release(&rows);
    }
}

/* ---- all of it on every rank ------------------------------------------------------------------------ */

/* Add the products of some items in a row; only the blocks at or above the diagonal are made. */
static void add_products(void *self, const struct lag_rows *lagged)
{
    struct normal_equations *equations = self;
    const int64_t order = equations->inputs + equations->outputs;

    for (int64_t i = 0; i < order; i += RIDGE_DOT_ROWS) {
        const int rows = (int)(order - i < RIDGE_DOT_ROWS ? order - i : RIDGE_DOT_ROWS);
        const struct linalg_rows a = {.row = lagged->row + i, .count = rows};
        const struct linalg_rows b = {.row = lagged->row + i, .count = (int)(order - i)};

        linalg_dot_add(a, b, lagged->items, equations->sums + i * order + i, (size_t)order);
    }
    equations->items += (double)lagged->items;
}

/* Collective. Sum over parts of items, part by part. */
static void sum_items(const struct ridge_problem *problem, const struct item_list *list,
                      struct span mine, int64_t part_items, struct normal_equations *equations)
{
    const int64_t count =
        (equations->inputs + equations->outputs) * (equations->inputs + equations->outputs);
    struct exact_sums *sums = exact_create(count + 1);
    double *part = mem_array((size_t)count + 1, sizeof *part);

    equations->sums = part;
    for (int64_t done = 0; done < mine.count; done += part_items) {
        const int64_t left = mine.count - done;

        memset(part, 0, ((size_t)count + 1) * sizeof *part);
        equations->items = 0;
        ridge_each_run(problem, list,
                       (struct span){mine.first + done, left < part_items ? left : part_items},
                       add_products, equations);
        part[count] = equations->items;
        exact_add(sums, part);
        comm_progress();
    }
    exact_reduce(problem->comm, sums);
    exact_read(sums, part);
    equations->items = part[count];
    exact_destroy(&sums);
}

/* @param weights  shape [inputs, outputs] */
static status solve(const struct normal_equations *equations, double penalty, double *weights)
{
    const int64_t n = equations->inputs;
    const int64_t order = n + equations->outputs;
    double *g = mem_array((size_t)(n * n), sizeof *g);
    status st;

    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < n; j++) /* upper blocks were made; the solver reads the lower */
            g[j * n + i] = equations->sums[i * order + j];
        for (int64_t o = 0; o < equations->outputs; o++)
            weights[i * equations->outputs + o] = equations->sums[i * order + n + o];
        if (i < n - 1) g[i * n + i] += penalty * equations->items;
    }
    st = linalg_positive_solve((int)n, g, (int)equations->outputs, weights);
    mem_free(&g);
    return st;
}

/* Sum of squared errors of the items that the equations are of. */
static double squared_error(const struct normal_equations *equations, const double *weights)
{
    const int64_t n = equations->inputs;
    const int64_t outputs = equations->outputs;
    const int64_t order = n + outputs;
    double error = 0;

    for (int64_t o = 0; o < outputs; o++) {
        error += equations->sums[(n + o) * order + n + o];
        for (int64_t i = 0; i < n; i++) {
            const double a = weights[i * outputs + o];
            double inner = 0;

            for (int64_t j = i + 1; j < n; j++)
                inner += equations->sums[i * order + j] * weights[j * outputs + o];
            error += a
                     * (2 * inner + equations->sums[i * order + i] * a
                        - 2 * equations->sums[i * order + n + o]);
        }
    }
    return error;
}

static status choose(const struct normal_equations *training,
                     const struct normal_equations *validation, double *best, double *best_error)
{
    const size_t count = (size_t)(training->inputs * training->outputs);
    double *weights = mem_array(count, sizeof *weights);
    status st = STATUS_OK;

    *best_error = INFINITY;
    for (int p = 0; p < RIDGE_PENALTIES && !st; p++) {
        double error;

        st = solve(training, ridge_penalties[p], weights);
        if (st) break;
        error =
            squared_error(validation, weights) / (validation->items * (double)training->outputs);
        detail("ridge: penalty %g, validation %.6g", ridge_penalties[p], error);
        if (error < *best_error) {
            *best_error = error;
            memcpy(best, weights, count * sizeof *best);
        }
        comm_progress();
    }
    mem_free(&weights);
    return st;
}

/* Weights [inputs][outputs] are a predictor's parameters: lag by lag, then the biases. */
static void to_parameters(const double *weights, int64_t count, real *parameters)
{
    for (int64_t i = 0; i < count; i++) parameters[i] = (real)weights[i];
}

/* Collective. Solved by one rank. */
static status fit_whole(const struct ridge_problem *problem, double *weights, double *loss)
{
    const struct comm *comm = problem->comm;
    const struct data_set *data = problem->data;
    const size_t count = (size_t)(problem->inputs * problem->outputs);
    struct normal_equations training = {.inputs = problem->inputs, .outputs = problem->outputs};
    struct normal_equations validation = training;
    status st = STATUS_OK;

    sum_items(problem, &data->training, problem->training, problem->part_items, &training);
    sum_items(problem, &data->validation, problem->validation, RIDGE_VALIDATION_BLOCK, &validation);
    if (comm_rank(comm) == 0) st = choose(&training, &validation, weights, loss);
    st = comm_agree(comm, st);
    comm_broadcast(comm, weights, count * sizeof *weights, 0);
    comm_broadcast(comm, loss, sizeof *loss, 0);
    mem_free(&training.sums);
    mem_free(&validation.sums);
    return st;
}

status ridge_fit(const struct comm *comm, const struct forecast_settings *settings,
                 const struct data_set *data, const struct lagged *lagged, real *parameters,
                 double *validation_loss)
{
    const struct train_options *train = &settings->train;
    const int64_t items = data->training.item_count;
    const struct ridge_problem problem = {
        .comm = comm,
        .data = data,
        .lagged = lagged,
        .inputs = (int64_t)lagged->lags * lagged->channels + 1,
        .outputs = (int64_t)lagged->horizon * lagged->channels,
        .training = forecast_my_items(comm, train, items),
        .validation = train_my_validation(comm, data->validation.item_count),
        .part_items = items / train->batch_shards};
    const int64_t count = problem.inputs * problem.outputs;
    double *weights = mem_array((size_t)count, sizeof *weights);
    status st;

    comm_stage_begin(comm, "ridge");
    if (problem.inputs > settings->one_rank_equations)
        st = ridge_spread_fit(&problem, weights, validation_loss);
    else
        st = fit_whole(&problem, weights, validation_loss);
    if (!st) to_parameters(weights, count, parameters);
    comm_stage_end(comm);
    mem_free(&weights);
    return st;
}
