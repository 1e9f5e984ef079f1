// SPDX-License-Identifier: BSD-3-Clause
#include "learn.h"

#include <telltale/linalg.h>

#include <math.h>
#include <string.h>

/*
 * Ridge regression of the rows to come on the last rows (Hoerl, Kennard 1970). With z the lagged values of all
 * metrics and a 1, y the rows to come: G = sum z z', B = sum z y', and the weights solve (G + penalty N I) A = B,
 * the constant not penalised. One pass makes G and B of the training items, another those of the validation
 * items, on which the penalty is chosen: its squared error is sum y'y - 2 tr A'B + tr A'GA, without the data.
 */

static const double penalties[] = {1e-5, 1e-4, 1e-3, 1e-2, 1e-1};
enum { PENALTIES = sizeof penalties / sizeof penalties[0] };

/* Rows of C at a time in linalg_dot_add(). */
enum { DOT_ROWS = 48 };

struct normal_equations {
    int64_t inputs;  /* lags * metrics + 1 */
    int64_t outputs; /* horizon * metrics */
    double *sums;    /* owned, [inputs + outputs][inputs + outputs]: G, B and Y'Y in one */
    double items;
};

/* Series turned, [metrics][times] doubles with a row of ones, and the lagged and coming rows as places in it. */
struct lag_rows {
    double *turned;
    const double **row; /* [inputs + outputs] */
};

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

/* Add the products of some items in a row; only the blocks at or above the diagonal are made. */
static void add_products(const struct data_set *data, const struct lagged *lagged, const float *x,
                         int64_t items, struct normal_equations *equations)
{
    const int64_t times = items + lagged->length + lagged->horizon - 1;
    const int64_t order = equations->inputs + equations->outputs;
    double *turned = mem_array((size_t)((data->metrics + 1) * times), sizeof *turned);
    const double **row = mem_zero((size_t)order, sizeof *row);

    turn(data, x, times, turned);
    place_rows(lagged, times, turned, row);
    for (int64_t i = 0; i < order; i += DOT_ROWS) {
        const int rows = (int)(order - i < DOT_ROWS ? order - i : DOT_ROWS);
        const struct linalg_rows a = {.row = row + i, .count = rows};
        const struct linalg_rows b = {.row = row + i, .count = (int)(order - i)};

        linalg_dot_add(a, b, (int)items, equations->sums + i * order + i, (size_t)order);
    }
    equations->items += (double)items;
    mem_free(&turned);
    mem_free(&row);
}

/* The items of one shard's run, so that a sum is made of the same parts on any number of ranks. */
static void add_items(const struct data_set *data, const struct item_list *list,
                      const struct lagged *lagged, struct span items,
                      struct normal_equations *equations)
{
    for (int64_t r = 0; r < list->run_count; r++) {
        const struct item_run *run = &list->runs[r];
        const int64_t low = items.first > run->number ? items.first - run->number : 0;
        const int64_t left = items.first + items.count - run->number;
        const int64_t high = left < run->count ? left : run->count;

        if (low < high)
            add_products(data, lagged,
                         data->series[run->series].x + (run->first + low) * data->metrics,
                         high - low, equations);
    }
}

/* Collective. Sum over parts of items, part by part. */
static void sum_items(const struct comm *comm, const struct data_set *data,
                      const struct item_list *list, const struct lagged *lagged, struct span mine,
                      int64_t part_items, struct normal_equations *equations)
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
        add_items(data, list, lagged,
                  (struct span){mine.first + done, left < part_items ? left : part_items},
                  equations);
        part[count] = equations->items;
        exact_add(sums, part);
        comm_progress();
    }
    exact_reduce(comm, sums);
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
    for (int p = 0; p < PENALTIES && !st; p++) {
        double error;

        st = solve(training, penalties[p], weights);
        if (st) break;
        error =
            squared_error(validation, weights) / (validation->items * (double)training->outputs);
        detail("ridge: penalty %g, validation %.6g", penalties[p], error);
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

status ridge_fit(const struct comm *comm, const struct data_set *data,
                 const struct train_options *train, const struct lagged *lagged, real *parameters,
                 double *validation_loss)
{
    struct normal_equations training = {.inputs = (int64_t)lagged->lags * lagged->channels + 1,
                                        .outputs = (int64_t)lagged->horizon * lagged->channels};
    struct normal_equations validation = training;
    const int64_t count = training.inputs * training.outputs;
    const int64_t items = data->training.item_count;
    double *weights = mem_array((size_t)count, sizeof *weights);
    status st = STATUS_OK;

    comm_stage_begin(comm, "ridge");
    sum_items(comm, data, &data->training, lagged, forecast_my_items(comm, train, items),
              items / train->batch_shards, &training);
    sum_items(comm, data, &data->validation, lagged,
              train_my_validation(comm, data->validation.item_count), 256, &validation);
    if (comm_rank(comm) == 0) st = choose(&training, &validation, weights, validation_loss);
    st = comm_agree(comm, st);
    comm_broadcast(comm, weights, (size_t)count * sizeof *weights, 0);
    comm_broadcast(comm, validation_loss, sizeof *validation_loss, 0);
    if (!st) to_parameters(weights, count, parameters);
    comm_stage_end(comm);
    mem_free(&training.sums);
    mem_free(&validation.sums);
    mem_free(&weights);
    return st;
}
