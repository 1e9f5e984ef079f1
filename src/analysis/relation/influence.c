// SPDX-License-Identifier: BSD-3-Clause
#include "relation.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* What single precision loses on the way through a network, of a prediction in units of the scaler. A change within it is
 * none: it would still rank the pairs, since what is lost at a metric's place goes through the network like a change of it. */
static const double round_off = 16.0 * (double)FLT_EPSILON;

struct influence_layout influence_layout_of(const struct relation_predictor *predictor, int cells,
                                            bool has_slopes)
{
    const int64_t metrics = predictor->metrics;
    const int64_t pairs = metrics * metrics;
    const int64_t slopes = has_slopes ? pairs * predictor->window : 0;
    struct influence_layout layout = {.cells = cells,
                                      .metrics = predictor->metrics,
                                      .window = predictor->window,
                                      .has_slopes = has_slopes};

    layout.risen = layout.change + cells * pairs;
    layout.error = layout.risen + cells * pairs;
    layout.samples = layout.error + cells * metrics;
    layout.moved = layout.samples + cells;
    layout.slope = layout.moved + metrics;
    layout.slope_squared = layout.slope + slopes;
    layout.count = layout.slope_squared + slopes;
    return layout;
}

/* Inputs, a metric's column put aside, predictions, what was true, derivatives by both. */
struct influence_work {
    real *input, *column, *base, *target, *d_output, *d_input;
};

static struct influence_work divide(const struct relation_predictor *predictor, real *work)
{
    const int64_t rows = (int64_t)predictor->group * predictor->metrics;
    struct influence_work part = {.input = work};

    part.d_input = part.input + rows * predictor->window;
    part.column = part.d_input + rows * predictor->window;
    part.base = part.column + (int64_t)predictor->group * predictor->window;
    part.target = part.base + rows * predictor->horizon;
    part.d_output = part.target + rows * predictor->horizon;
    return part;
}

int64_t influence_work_reals(const struct relation_predictor *predictor)
{
    const int64_t rows = (int64_t)predictor->group * predictor->metrics;

    return rows * (2 * (int64_t)predictor->window + 3 * (int64_t)predictor->horizon)
           + (int64_t)predictor->group * predictor->window;
}

/* Windows that are looked at together; all borrowed. */
struct batch {
    const struct relation_predictor *predictor;
    const struct influence_layout *layout;
    const struct relation_sample *samples; /* [count] */
    int count;
    struct influence_work work;
};

static void gather(const struct batch *batch)
{
    const struct relation_predictor *predictor = batch->predictor;
    const struct relation_sample *samples = batch->samples;
    const struct influence_work *work = &batch->work;
    const int count = batch->count;
    const int64_t metrics = predictor->metrics;

    for (int t = 0; t < predictor->window + predictor->horizon; t++) {
        for (int s = 0; s < count; s++) {
            const bool is_past = t < predictor->window;
            real *row =
                is_past ? work->input + ((int64_t)t * count + s) * metrics
                        : work->target + ((int64_t)(t - predictor->window) * count + s) * metrics;

            const float *from = is_past ? samples[s].window + t * metrics
                                        : samples[s].next + (t - predictor->window) * metrics;

            for (int64_t m = 0; m < metrics; m++) row[m] = (real)from[m];
        }
    }
}

/* Change the column of one metric, or put it back. */
static void change(const struct batch *batch, enum relation_method method, int metric)
{
    const struct relation_sample *samples = batch->samples;
    const struct influence_work *work = &batch->work;
    const int64_t metrics = batch->predictor->metrics;

    for (int t = 0; t < batch->predictor->window; t++) {
        for (int s = 0; s < batch->count; s++) {
            const int64_t place = (int64_t)t * batch->count + s;
            real *cell = &work->input[place * metrics + metric];

            work->column[place] = *cell;
            *cell = method == RELATION_SWAP ? (real)samples[s].donor[t * metrics + metric]
                                            : *cell + (real)1;
        }
    }
}

static void restore(const struct batch *batch, int metric)
{
    const struct influence_work *work = &batch->work;
    const int64_t metrics = batch->predictor->metrics;
    const int64_t places = (int64_t)batch->predictor->window * batch->count;

    for (int64_t place = 0; place < places; place++)
        work->input[place * metrics + metric] = work->column[place];
}

static void add_errors(const struct batch *batch, double *sums)
{
    const struct relation_predictor *predictor = batch->predictor;
    const struct influence_layout *layout = batch->layout;
    const struct influence_work *work = &batch->work;
    const int metrics = predictor->metrics;

    for (int h = 0; h < predictor->horizon; h++) {
        for (int s = 0; s < batch->count; s++) {
            const int64_t place = ((int64_t)h * batch->count + s) * metrics;
            double *error = sums + layout->error + (int64_t)batch->samples[s].cell * metrics;

            for (int i = 0; i < metrics; i++) {
                const double off = (double)work->base[place + i] - (double)work->target[place + i];

                error[i] += off * off / predictor->horizon;
            }
        }
    }
    for (int s = 0; s < batch->count; s++) sums[layout->samples + batch->samples[s].cell] += 1.0;
}

static void add_moves(const struct batch *batch, double *sums)
{
    const struct relation_predictor *predictor = batch->predictor;
    const int64_t metrics = predictor->metrics;

    for (int s = 0; s < batch->count; s++) {
        const struct relation_sample *sample = &batch->samples[s];

        for (int64_t m = 0; m < metrics; m++) {
            const float first = sample->window[m];
            bool has_moved = false;

            for (int t = 1; t < predictor->window; t++)
                has_moved = has_moved || sample->window[t * metrics + m] != first;
            for (int h = 0; h < predictor->horizon; h++)
                has_moved = has_moved || sample->next[h * metrics + m] != first;
            sums[batch->layout->moved + m] += has_moved;
        }
    }
}

static double beyond_round_off(double before, double after)
{
    const double moved = after - before;

    return fabs(moved) > round_off * fmax(1.0, fabs(before)) ? moved : 0.0;
}

/* What the prediction is after the column of @p metric was changed. */
static void add_changes(const struct batch *batch, int metric, const real *output, double *sums)
{
    const struct relation_predictor *predictor = batch->predictor;
    const struct influence_layout *layout = batch->layout;
    const struct influence_work *work = &batch->work;
    const int64_t metrics = predictor->metrics;

    for (int h = 0; h < predictor->horizon; h++) {
        for (int s = 0; s < batch->count; s++) {
            const int64_t place = ((int64_t)h * batch->count + s) * metrics;
            const int64_t cell = batch->samples[s].cell * metrics * metrics + metric;

            for (int64_t i = 0; i < metrics; i++) {
                const double before = (double)work->base[place + i];
                const double moved = beyond_round_off(before, (double)output[place + i]);
                const double off = before + moved - (double)work->target[place + i];

                sums[layout->change + cell + i * metrics] += moved * moved / predictor->horizon;
                sums[layout->risen + cell + i * metrics] += off * off / predictor->horizon;
            }
        }
    }
}

/* One reverse pass for each metric's first row to come. */
static void add_slopes(const struct batch *batch, double *sums)
{
    const struct relation_predictor *predictor = batch->predictor;
    const struct influence_layout *layout = batch->layout;
    const struct influence_work *work = &batch->work;
    const int count = batch->count;
    const int64_t metrics = predictor->metrics;
    const int64_t outputs = (int64_t)predictor->horizon * count * metrics;

    (void)predictor->predict(predictor->self, count, work->input);
    for (int64_t i = 0; i < metrics; i++) {
        memset(work->d_output, 0, (size_t)outputs * sizeof *work->d_output);
        for (int s = 0; s < count; s++) work->d_output[s * metrics + i] = (real)1;
        predictor->backward(predictor->self, count, work->d_output, work->d_input);
        for (int t = 0; t < predictor->window; t++) {
            const int64_t lag = predictor->window - 1 - t;

            for (int64_t place = 0; place < count * metrics; place++) {
                const double d = (double)work->d_input[t * count * metrics + place];
                const int64_t at = (i * metrics + place % metrics) * predictor->window + lag;

                sums[layout->slope + at] += d;
                sums[layout->slope_squared + at] += d * d;
            }
        }
    }
}

void influence_add(const struct relation_predictor *predictor,
                   const struct influence_layout *layout, enum relation_method method,
                   const struct relation_sample *samples, int count, real *memory, double *sums)
{
    const struct batch batch = {.predictor = predictor,
                                .layout = layout,
                                .samples = samples,
                                .count = count,
                                .work = divide(predictor, memory)};
    const struct influence_work *work = &batch.work;
    const size_t outputs = (size_t)predictor->horizon * (size_t)count * (size_t)predictor->metrics;

    ASSERT(count <= predictor->group);
    gather(&batch);
    memcpy(work->base, predictor->predict(predictor->self, count, work->input),
           outputs * sizeof *work->base);
    add_errors(&batch, sums);
    add_moves(&batch, sums);
    for (int metric = 0; metric < predictor->metrics; metric++) {
        change(&batch, method, metric);
        add_changes(&batch, metric, predictor->predict(predictor->self, count, work->input), sums);
        restore(&batch, metric);
    }
    if (layout->has_slopes) add_slopes(&batch, sums);
}

/* The sum over the cells, or one of them. */
static double over_cells(const double *items, int64_t stride, int cells, int cell)
{
    double sum = 0.0;

    if (cell >= 0) return items[cell * stride];
    for (int c = 0; c < cells; c++) sum += items[c * stride];
    return sum;
}

void influence_read(const struct influence_layout *layout, const double *sums, int cell,
                    double *influence)
{
    const int64_t pairs = (int64_t)layout->metrics * layout->metrics;
    const double samples = over_cells(sums + layout->samples, 1, layout->cells, cell);

    for (int64_t pair = 0; pair < pairs; pair++) {
        const double change = over_cells(sums + layout->change + pair, pairs, layout->cells, cell);

        influence[pair] = samples > 0.0 ? change / samples : 0.0;
    }
}

void influence_used(const struct influence_layout *layout, const double *sums, int8_t *is_used)
{
    for (int m = 0; m < layout->metrics; m++)
        if (!(sums[layout->moved + m] > 0.0)) is_used[m] = 0;
}

void influence_rise(const struct influence_layout *layout, const double *sums, double *rise)
{
    const int64_t metrics = layout->metrics;
    const int64_t pairs = metrics * metrics;

    for (int64_t pair = 0; pair < pairs; pair++) {
        const double after = over_cells(sums + layout->risen + pair, pairs, layout->cells, -1);
        const double before =
            over_cells(sums + layout->error + pair / metrics, metrics, layout->cells, -1);

        rise[pair] = before > 0.0 ? (after - before) / before : 0.0;
    }
}

void influence_slopes(const struct influence_layout *layout, const double *sums, double *slope,
                      int32_t *lag, int8_t *sign)
{
    const int64_t pairs = (int64_t)layout->metrics * layout->metrics;
    const double samples = over_cells(sums + layout->samples, 1, layout->cells, -1);

    for (int64_t pair = 0; pair < pairs; pair++) {
        const double *squares = sums + layout->slope_squared + pair * layout->window;
        const double *means = sums + layout->slope + pair * layout->window;
        int best = 0;

        for (int t = 1; t < layout->window; t++)
            if (squares[t] > squares[best]) best = t;
        slope[pair] = samples > 0.0 ? sqrt(squares[best] / samples) : 0.0;
        lag[pair] = best + 1;
        sign[pair] = (int8_t)((means[best] > 0.0) - (means[best] < 0.0));
    }
}
