// SPDX-License-Identifier: BSD-3-Clause
#include "nn_private.h"

#include <math.h>
#include <string.h>

/*
 * Norms over sets of activations that share mean and variance, here cells: a layer norm's are the
 * samples, a batch norm's each time and channel, and a scalar norm has one. With u the unit values,
 * N their number in a cell, d the derivative by u and s = 1 / sqrt(variance + eps), the derivative by the input
 * is s (d - sum d / N - u sum(d u) / N) (Ioffe, Szegedy 2015, section 3).
 */

int64_t norm_cells(enum nn_norm kind, struct extent e)
{
    if (kind == NN_NORM_LAYER) return (int64_t)e.shards * e.samples;
    return kind == NN_NORM_BATCH ? (int64_t)e.times * e.channels : 1;
}

static void set_scales(const struct norm *norm, int64_t cells, struct norm_pass *pass)
{
    for (int64_t cell = 0; cell < cells; cell++)
        pass->scale[cell] = 1 / sqrt(pass->variance[cell] + norm->eps);
}

static real *gain_of(const struct norm_gradient *gradient, int64_t shard)
{
    return gradient->gain ? gradient->gain + shard * gradient->stride : NULL;
}

static real *bias_of(const struct norm_gradient *gradient, int64_t shard)
{
    return gradient->bias ? gradient->bias + shard * gradient->stride : NULL;
}

/* ---- layer ------------------------------------------------------------------------------------ */

static void layer_forward(const struct norm *norm, struct extent e, const real *input,
                          struct norm_pass *pass)
{
    const struct nn_kernel *kernel = nn_kernel_now();
    const struct nn_sheet sheet = sample_sheet(e);
    const double count = (double)e.times * e.channels;

    for (int64_t s = 0; s < norm_cells(NN_NORM_LAYER, e); s++) {
        const int64_t first = sample_first(e, s);
        const real *x = input + first;

        pass->mean[s] = kernel->moment(sheet, x, 0, 1) / count;
        pass->variance[s] = kernel->moment(sheet, x, pass->mean[s], 2) / count;
        pass->scale[s] = 1 / sqrt(pass->variance[s] + norm->eps);
        kernel->unit(&(struct nn_unit){.sheet = sheet,
                                       .x = x,
                                       .mean = pass->mean[s],
                                       .scale = pass->scale[s],
                                       .gain = norm->gain,
                                       .bias = norm->bias,
                                       .unit = pass->unit + first,
                                       .out = pass->output + first});
    }
}

static void layer_backward(const struct norm *norm, struct extent e, struct norm_pass *pass,
                           real *d_output, const struct norm_gradient *gradient, real *d_input)
{
    const struct nn_kernel *kernel = nn_kernel_now();
    const double count = (double)e.times * e.channels;
    double *sum = pass->work;
    double *sum_unit = pass->work + norm_cells(NN_NORM_LAYER, e);

    for (int shard = 0; shard < e.shards; shard++) {
        const int64_t first = shard * extent_shard(e);
        const int samples = shard * e.samples;

        kernel->unit_back(&(struct nn_unit_back){.rows = e.times,
                                                 .samples = e.samples,
                                                 .columns = e.channels,
                                                 .d = d_output + first,
                                                 .unit = pass->unit + first,
                                                 .gain = norm->gain,
                                                 .d_gain = gain_of(gradient, shard),
                                                 .d_bias = bias_of(gradient, shard),
                                                 .sum = sum + samples,
                                                 .sum_unit = sum_unit + samples});
    }
    for (int64_t s = 0; s < norm_cells(NN_NORM_LAYER, e); s++) {
        const int64_t first = sample_first(e, s);

        kernel->unit_add(sample_sheet(e), d_output + first, pass->unit + first, pass->scale[s],
                         sum[s] / count, sum_unit[s] / count, d_input + first);
    }
}

/* ---- batch and scalar ------------------------------------------------------------------------- */

/* One run of channels: where it begins, and its first cell. Cells of a run follow at step 1 or 0. */
struct run {
    int64_t first, cell;
    int64_t step;
};

static struct run run_of(enum nn_norm kind, struct extent e, int64_t row)
{
    const int64_t time = row / e.samples % e.times;

    return (struct run){row * e.channels, kind == NN_NORM_BATCH ? time * e.channels : 0,
                        kind == NN_NORM_BATCH ? 1 : 0};
}

static int64_t shard_rows(struct extent e)
{
    return (int64_t)e.times * e.samples;
}

/*
 * Add sum over samples of one shard of (x - mean)(y - mean), or of x - mean, to each cell, shard by shard: a
 * shard's sum is made by one rank in one order, and sums over shards are the caller's.
 */
static void add_shards(const struct norm *norm, struct extent e, const struct nn_sums *sums,
                       const real *x, const real *y, const double *mean, double *work)
{
    const int64_t cells = norm_cells(norm->kind, e);

    for (int shard = 0; shard < e.shards; shard++) {
        memset(work, 0, (size_t)cells * sizeof *work);
        for (int64_t row = shard * shard_rows(e); row < (shard + 1) * shard_rows(e); row++) {
            const struct run run = run_of(norm->kind, e, row);

            for (int c = 0; c < e.channels; c++) {
                const int64_t cell = run.cell + c * run.step;
                const double centre = mean ? mean[cell] : 0;
                const double a = (double)x[run.first + c] - centre;

                work[cell] += y ? a * ((double)y[run.first + c] - centre) : a;
            }
        }
        sums->add(sums->self, work, cells);
    }
}

static double cell_count(const struct norm *norm, struct extent e, const struct nn_sums *sums)
{
    const double samples = (double)sums->samples;

    return norm->kind == NN_NORM_BATCH ? samples : samples * e.times * e.channels;
}

static void batch_statistics(const struct norm *norm, struct extent e, const struct nn_sums *sums,
                             const real *input, struct norm_pass *pass)
{
    const int64_t cells = norm_cells(norm->kind, e);
    const double count = cell_count(norm, e, sums);

    add_shards(norm, e, sums, input, NULL, NULL, pass->work);
    sums->total(sums->self, pass->mean, cells);
    for (int64_t cell = 0; cell < cells; cell++) pass->mean[cell] /= count;
    add_shards(norm, e, sums, input, input, pass->mean, pass->work);
    sums->total(sums->self, pass->variance, cells);
    for (int64_t cell = 0; cell < cells; cell++) pass->variance[cell] /= count;
}

static void batch_units(struct extent e, enum nn_norm kind, const real *input,
                        struct norm_pass *pass)
{
    for (int64_t row = 0; row < e.shards * shard_rows(e); row++) {
        const struct run run = run_of(kind, e, row);

        for (int c = 0; c < e.channels; c++) {
            const int64_t cell = run.cell + c * run.step;
            const double x = (double)input[run.first + c] - pass->mean[cell];

            pass->unit[run.first + c] = (real)(x * pass->scale[cell]);
        }
    }
}

/* Derivatives by gain and bias, and d_output by the unit values. */
static void batch_gain(const struct norm *norm, struct extent e, const struct norm_pass *pass,
                       real *d_output, const struct norm_gradient *gradient)
{
    for (int64_t row = 0; row < e.shards * shard_rows(e); row++) {
        const struct run run = run_of(norm->kind, e, row);
        real *d_gain = gain_of(gradient, row / shard_rows(e));
        real *d_bias = bias_of(gradient, row / shard_rows(e));

        for (int c = 0; c < e.channels; c++) {
            const int64_t cell = run.cell + c * run.step;
            real *d = &d_output[run.first + c];

            if (d_gain) d_gain[cell] += *d * pass->unit[run.first + c];
            if (d_bias) d_bias[cell] += *d;
            *d *= norm->gain[cell];
        }
    }
}

/* Without @p sums the statistics were constants. */
static void batch_backward(const struct norm *norm, struct extent e, const struct nn_sums *sums,
                           struct norm_pass *pass, const real *d_unit, real *d_input)
{
    const int64_t cells = norm_cells(norm->kind, e);
    const double count = sums ? cell_count(norm, e, sums) : 1;
    double *mean = pass->work + cells;
    double *slope = pass->work + 2 * cells;

    memset(mean, 0, 2 * (size_t)cells * sizeof *mean);
    if (sums) {
        add_shards(norm, e, sums, d_unit, NULL, NULL, pass->work);
        sums->total(sums->self, mean, cells);
        add_shards(norm, e, sums, d_unit, pass->unit, NULL, pass->work);
        sums->total(sums->self, slope, cells);
    }
    for (int64_t cell = 0; cell < 2 * cells; cell++) mean[cell] /= count;
    for (int64_t row = 0; row < e.shards * shard_rows(e); row++) {
        const struct run run = run_of(norm->kind, e, row);

        for (int c = 0; c < e.channels; c++) {
            const int64_t cell = run.cell + c * run.step;
            const double d = (double)d_unit[run.first + c] - mean[cell];
            const double u = (double)pass->unit[run.first + c] * slope[cell];

            d_input[run.first + c] += (real)(pass->scale[cell] * (d - u));
        }
    }
}

/* ---- any -------------------------------------------------------------------------------------- */

/* output = unit * gain + bias */
static void batch_output(const struct norm *norm, struct extent e, struct norm_pass *pass)
{
    const int64_t count = extent_count(e);

    for (int64_t i = 0; norm->kind == NN_NORM_SCALAR && i < count; i++)
        pass->output[i] = pass->unit[i] * *norm->gain + *norm->bias;
    for (int64_t i = 0; norm->kind == NN_NORM_BATCH && i < count; i += extent_shard(e))
        nn_kernel_now()->affine(sample_sheet(e), pass->unit + i, norm->gain, norm->bias,
                                pass->output + i);
}

void norm_forward(const struct norm *norm, struct extent e, const struct nn_sums *sums,
                  const real *input, struct norm_pass *pass)
{
    if (norm->kind == NN_NORM_LAYER) {
        layer_forward(norm, e, input, pass);
        return;
    }
    if (sums) batch_statistics(norm, e, sums, input, pass);
    set_scales(norm, norm_cells(norm->kind, e), pass);
    batch_units(e, norm->kind, input, pass);
    batch_output(norm, e, pass);
}

void norm_backward(const struct norm *norm, struct extent e, const struct nn_sums *sums,
                   struct norm_pass *pass, real *d_output, const struct norm_gradient *gradient,
                   real *d_input)
{
    if (norm->kind == NN_NORM_LAYER) {
        layer_backward(norm, e, pass, d_output, gradient, d_input);
        return;
    }
    batch_gain(norm, e, pass, d_output, gradient);
    batch_backward(norm, e, sums, pass, d_output, d_input);
}
