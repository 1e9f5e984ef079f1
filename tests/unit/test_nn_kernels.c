// SPDX-License-Identifier: BSD-3-Clause
/* A mixer's forward and backward pass by every kernel that runs here, in the precision of the program. */
#include "check.h"

#include <telltale/nn.h>

#include <math.h>
#include <string.h>

/* Channels and hidden units end amid vectors of every length; samples are taken together and alone. */
enum { SHARDS = 2, SHARD_SAMPLES = 5, SAMPLES = SHARDS * SHARD_SAMPLES };

enum { LENGTH = 9, CHANNELS = 37, HORIZON = 2, CELLS = LENGTH * CHANNELS };

/* Sums over the batch, which are all here. */
static void add_cells(void *self, const double *items, int64_t count)
{
    double *sum = self;

    for (int64_t i = 0; i < count; i++) sum[i] += items[i];
}

static void total_cells(void *self, double *items, int64_t count)
{
    double *sum = self;

    memcpy(items, sum, (size_t)count * sizeof *items);
    memset(sum, 0, (size_t)count * sizeof *sum);
}

struct result {
    bool is_there;
    int64_t count;
    real *output, *gradient;
};

static real *random_reals(int64_t count, uint64_t stream)
{
    struct random random = random_start(7, stream);
    real *x = mem_zero((size_t)count, sizeof *x);

    for (int64_t i = 0; i < count; i++) x[i] = (real)random_normal(&random);
    return x;
}

/* Output and gradient of a fixed input, for the caller to release. */
static struct result run(const char *kernel, enum nn_norm norm)
{
    const struct mixer_shape shape = {.length = LENGTH,
                                      .channels = CHANNELS,
                                      .horizon = HORIZON,
                                      .hidden = 85,
                                      .blocks = 2,
                                      .norm = norm,
                                      .norm_eps = 1e-5,
                                      .dropout = 0.25};
    const int64_t columns = (int64_t)SAMPLES * CHANNELS;
    const int64_t outputs = HORIZON * columns;
    double cells[CELLS] = {0};
    const struct nn_sums sums = {cells, add_cells, total_cells, SAMPLES};
    struct mixer *mixer = mixer_create(&shape);
    struct mixer_pass *pass = mixer_pass_create(mixer, SHARDS, SHARD_SAMPLES);
    struct result result = {.is_there = nn_use_kernel(kernel),
                            .count = SHARDS * mixer_parameter_count(mixer)};
    real *parameters = mem_zero((size_t)mixer_parameter_count(mixer), sizeof *parameters);
    real *state = mem_zero((size_t)mixer_state_count(mixer) + 1, sizeof *state);
    real *input = random_reals(LENGTH * columns, 1);
    real *d_output = random_reals(outputs, 2);
    uint64_t keys[SAMPLES];
    const struct mixer_batch batch = {.shards = SHARDS,
                                      .samples = SHARD_SAMPLES,
                                      .input = input,
                                      .keys = keys,
                                      .sums = &sums,
                                      .is_training = true};

    for (int s = 0; s < SAMPLES; s++) keys[s] = random_mix(3, (uint64_t)s);
    mixer_start(mixer, 1, parameters, state);
    result.output = mem_zero((size_t)outputs, sizeof *result.output);
    result.gradient = mem_zero((size_t)result.count, sizeof *result.gradient);
    mixer_pass_load(pass, parameters);
    mixer_forward(mixer, &batch, pass, result.output);
    mixer_backward(mixer, &batch, pass, d_output, result.gradient, NULL);
    mixer_pass_destroy(&pass);
    mixer_destroy(&mixer);
    mem_free(&parameters);
    mem_free(&state);
    mem_free(&input);
    mem_free(&d_output);
    return result;
}

static void release(struct result *result)
{
    mem_free(&result->output);
    mem_free(&result->gradient);
}

static double largest(const real *x, int64_t count)
{
    double most = 0;

    for (int64_t i = 0; i < count; i++) most = fmax(most, fabs((double)x[i]));
    return most;
}

static void compare_fused(enum nn_norm norm)
{
    struct result wide = run("avx512", norm);
    struct result narrow = run("avx2", norm);
    const size_t outputs = (size_t)HORIZON * SAMPLES * CHANNELS;

    if (wide.is_there && narrow.is_there) {
        CHECK(largest(wide.gradient, wide.count) > 0);
        CHECK(memcmp(wide.output, narrow.output, outputs * sizeof(real)) == 0);
        CHECK(memcmp(wide.gradient, narrow.gradient, (size_t)wide.count * sizeof(real)) == 0);
    }
    release(&wide);
    release(&narrow);
    CHECK(nn_use_kernel(NULL));
}

static void kernels_with_fused_products_give_the_same_bits(void)
{
    compare_fused(NN_NORM_LAYER);
    compare_fused(NN_NORM_BATCH);
    compare_fused(NN_NORM_SCALAR);
}

/* Sums of some hundred products in single precision, through two blocks and back. */
static void compare_portable(enum nn_norm norm)
{
    struct result fast = run(NULL, norm);
    struct result plain = run("portable", norm);
    const double scale = largest(plain.gradient, plain.count);

    CHECK(plain.is_there);
    CHECK(scale > 0);
    for (int64_t i = 0; i < plain.count; i++)
        CHECK_CLOSE(fast.gradient[i], plain.gradient[i], 1e-5 * scale);
    release(&fast);
    release(&plain);
    CHECK(nn_use_kernel(NULL));
}

static void the_portable_kernel_agrees_to_rounding(void)
{
    compare_portable(NN_NORM_LAYER);
    compare_portable(NN_NORM_BATCH);
    compare_portable(NN_NORM_SCALAR);
}

CHECK_MAIN({"fused", kernels_with_fused_products_give_the_same_bits},
           {"portable", the_portable_kernel_agrees_to_rounding})
