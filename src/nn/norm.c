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

static real *gain_of(const struct norm_gradient *gradient, int64_t shard)
{
    return gradient->gain ? gradient->gain + shard * gradient->stride : NULL;
}

static real *bias_of(const struct norm_gradient *gradient, int64_t shard)
{
    return gradient->bias ? gradient->bias + shard * gradient->stride : NULL;
}

/* ---- layer ------------------------------------------------------------------------------------ */

/* The way over one shard. */
static struct nn_unit unit_of(const struct norm *norm, struct extent e,
                              const struct norm_pass *pass, int shard)
{
    const int samples = shard * e.samples;
    const int64_t first = shard * extent_shard(e);

    return (struct nn_unit){.rows = e.times,
                            .samples = e.samples,
                            .columns = e.channels,
                            .x = pass->input + first,
                            .mean = pass->mean + samples,
                            .scale = pass->scale + samples,
                            .gain = norm->gain,
                            .bias = norm->bias,
                            .out = pass->output + first,
                            .sum = pass->sum + samples,
                            .sum_unit = pass->slope + samples};
}

static void layer_forward(const struct norm *norm, struct extent e, struct norm_pass *pass)
{
    const struct nn_kernel *kernel = nn_kernel_now();
    const struct nn_sheet sheet = sample_sheet(e);
    const double count = (double)e.times * e.channels;

    for (int64_t s = 0; s < norm_cells(NN_NORM_LAYER, e); s++) {
        const real *x = pass->input + sample_first(e, s);

        pass->mean[s] = kernel->moment(sheet, x, 0, 1) / count;
        pass->variance[s] = kernel->moment(sheet, x, pass->mean[s], 2) / count;
        pass->scale[s] = 1 / sqrt(pass->variance[s] + norm->eps);
    }
    for (int shard = 0; shard < e.shards; shard++) {
        const struct nn_unit unit = unit_of(norm, e, pass, shard);

        kernel->unit(&unit);
    }
}

static void layer_backward(const struct norm *norm, struct extent e, const struct norm_pass *pass,
                           const real *d_output, const struct norm_gradient *gradient,
                           real *d_input)
{
    const struct nn_kernel *kernel = nn_kernel_now();

    for (int shard = 0; shard < e.shards; shard++) {
        struct nn_unit unit = unit_of(norm, e, pass, shard);

        unit.d = d_output + shard * extent_shard(e);
        unit.d_gain = gain_of(gradient, shard);
        unit.d_bias = bias_of(gradient, shard);
        kernel->unit_back(&unit);
        if (!d_input) continue;
        unit.dx = d_input + shard * extent_shard(e);
        kernel->unit_add(&unit);
    }
}

/* ---- batch and scalar ------------------------------------------------------------------------- */

static struct nn_cells cells_of(const struct norm *norm, struct extent e, const double *mean)
{
    return (struct nn_cells){.rows = e.times,
                             .samples = e.samples,
                             .columns = e.channels,
                             .is_one = norm->kind == NN_NORM_SCALAR,
                             .mean = mean};
}

/* What means over the batch are made of: (x - mean)(y - mean), or x - mean where y is NULL. */
struct terms {
    const real *x, *y;
    const double *mean; /* NULL: 0 */
};

/* A shard's sum is made by one rank in one order; sums over shards are the caller's. */
static void batch_means(const struct norm *norm, struct extent e, const struct nn_sums *sums,
                        struct terms terms, double *work, double *means)
{
    const struct nn_cells batch = cells_of(norm, e, terms.mean);
    const int64_t cells = norm_cells(norm->kind, e);
    const int64_t places = (int64_t)e.times * e.channels;
    const int64_t cell_places = places / cells; /* one, or all of them */
    const double count = (double)sums->samples * (double)cell_places;

    for (int64_t first = 0; first < extent_count(e); first += extent_shard(e)) {
        nn_kernel_now()->cell_sums(&batch, terms.x + first, terms.y ? terms.y + first : NULL, work);
        for (int64_t i = cells; i < places; i++) work[i % cells] += work[i];
        sums->add(sums->self, work, cells);
    }
    sums->total(sums->self, means, cells);
    for (int64_t cell = 0; cell < cells; cell++) means[cell] /= count;
}

static void batch_forward(const struct norm *norm, struct extent e, const struct nn_sums *sums,
                          const real *input, struct norm_pass *pass)
{
    const struct nn_kernel *kernel = nn_kernel_now();
    struct nn_cells cells = cells_of(norm, e, pass->mean);

    if (sums) {
        batch_means(norm, e, sums, (struct terms){input, NULL, NULL}, pass->sum, pass->mean);
        batch_means(norm, e, sums, (struct terms){input, input, pass->mean}, pass->sum,
                    pass->variance);
    }
    for (int64_t cell = 0; cell < norm_cells(norm->kind, e); cell++)
        pass->scale[cell] = 1 / sqrt(pass->variance[cell] + norm->eps);
    cells.scale = pass->scale;
    for (int64_t first = 0; first < extent_count(e); first += extent_shard(e)) {
        kernel->cell_units(&cells, input + first, pass->unit + first);
        if (norm->kind == NN_NORM_BATCH)
            kernel->affine(sample_sheet(e), pass->unit + first, norm->gain, norm->bias,
                           pass->output + first);
    }
    for (int64_t i = 0; norm->kind == NN_NORM_SCALAR && i < extent_count(e); i++)
        pass->output[i] = pass->unit[i] * *norm->gain + *norm->bias;
}

/* Derivatives by the scalar norm's gain and bias, and d_output by the unit values, one shard. */
static void one_gain(const struct norm *norm, struct extent e, const real *unit, real *d_output,
                     real *d_gain, real *d_bias)
{
    double sum = 0;
    double sum_unit = 0;

    for (int64_t i = 0; i < extent_shard(e); i++) {
        sum += (double)d_output[i];
        sum_unit += (double)d_output[i] * (double)unit[i];
        d_output[i] *= *norm->gain;
    }
    if (!d_gain) return;
    *d_gain += (real)sum_unit;
    *d_bias += (real)sum;
}

static void batch_gain(const struct norm *norm, struct extent e, const struct norm_pass *pass,
                       real *d_output, const struct norm_gradient *gradient)
{
    for (int shard = 0; shard < e.shards; shard++) {
        real *d = d_output + shard * extent_shard(e);
        const real *unit = pass->unit + shard * extent_shard(e);

        if (norm->kind == NN_NORM_SCALAR)
            one_gain(norm, e, unit, d, gain_of(gradient, shard), bias_of(gradient, shard));
        else
            nn_kernel_now()->affine_back(&(struct nn_unit){.rows = e.times,
                                                           .samples = e.samples,
                                                           .columns = e.channels,
                                                           .x = unit,
                                                           .gain = norm->gain,
                                                           .d_gain = gain_of(gradient, shard),
                                                           .d_bias = bias_of(gradient, shard)},
                                         d);
    }
}

/* Without @p sums the statistics were constants. */
static void batch_backward(const struct norm *norm, struct extent e, const struct nn_sums *sums,
                           struct norm_pass *pass, const real *d_unit, real *d_input)
{
    const int64_t cells = norm_cells(norm->kind, e);
    struct nn_cells batch = cells_of(norm, e, pass->d_mean);

    batch.scale = pass->scale;
    batch.slope = pass->slope;
    memset(pass->d_mean, 0, (size_t)cells * sizeof *pass->d_mean);
    memset(pass->slope, 0, (size_t)cells * sizeof *pass->slope);
    if (sums) {
        batch_means(norm, e, sums, (struct terms){d_unit, NULL, NULL}, pass->sum, pass->d_mean);
        batch_means(norm, e, sums, (struct terms){d_unit, pass->unit, NULL}, pass->sum,
                    pass->slope);
    }
    for (int64_t first = 0; first < extent_count(e); first += extent_shard(e))
        nn_kernel_now()->cell_add(&batch, d_unit + first, pass->unit + first, d_input + first);
}

/* ---- any -------------------------------------------------------------------------------------- */

void norm_forward(const struct norm *norm, struct extent e, const struct nn_sums *sums,
                  const real *input, struct norm_pass *pass)
{
    pass->input = input;
    if (norm->kind == NN_NORM_LAYER)
        layer_forward(norm, e, pass);
    else
        batch_forward(norm, e, sums, input, pass);
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
    if (d_input) batch_backward(norm, e, sums, pass, d_output, d_input);
}
