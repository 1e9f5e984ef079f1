// SPDX-License-Identifier: BSD-3-Clause
/* A mixer's forward and backward pass by every kernel that runs here, in the precision of the program. */
#include "check.h"

#include <telltale/nn.h>

#include <math.h>
#include <string.h>

/* Channels and hidden units end amid vectors of every length; samples are taken together and alone. */
enum { SHARDS = 2, SHARD_SAMPLES = 5, SAMPLES = SHARDS * SHARD_SAMPLES };

static const struct mixer_shape shape = {.length = 9,
                                         .channels = 37,
                                         .horizon = 2,
                                         .hidden = 85,
                                         .blocks = 2,
                                         .norm_eps = 1e-5,
                                         .dropout = 0.25};

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
static struct result run(const char *kernel)
{
    const int64_t columns = (int64_t)SAMPLES * shape.channels;
    const int64_t outputs = shape.horizon * columns;
    struct mixer *mixer = mixer_create(&shape);
    struct mixer_pass *pass = mixer_pass_create(mixer, SHARDS, SHARD_SAMPLES);
    struct result result = {.is_there = nn_use_kernel(kernel),
                            .count = SHARDS * mixer_parameter_count(mixer)};
    real *parameters = mem_zero((size_t)mixer_parameter_count(mixer), sizeof *parameters);
    real *input = random_reals(shape.length * columns, 1);
    real *d_output = random_reals(outputs, 2);
    uint64_t keys[SAMPLES];
    const struct mixer_batch batch = {.shards = SHARDS,
                                      .samples = SHARD_SAMPLES,
                                      .input = input,
                                      .keys = keys,
                                      .is_training = true};

    for (int s = 0; s < SAMPLES; s++) keys[s] = random_mix(3, (uint64_t)s);
    mixer_start(mixer, 1, parameters, NULL);
    result.output = mem_zero((size_t)outputs, sizeof *result.output);
    result.gradient = mem_zero((size_t)result.count, sizeof *result.gradient);
    mixer_pass_load(pass, parameters);
    mixer_forward(mixer, &batch, pass, result.output);
    mixer_backward(mixer, &batch, pass, d_output, result.gradient, NULL);
    mixer_pass_destroy(&pass);
    mixer_destroy(&mixer);
    mem_free(&parameters);
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

static void kernels_with_fused_products_give_the_same_bits(void)
{
    struct result wide = run("avx512");
    struct result narrow = run("avx2");
    const size_t outputs = (size_t)shape.horizon * SAMPLES * (size_t)shape.channels;

    if (wide.is_there && narrow.is_there) {
        CHECK(largest(wide.gradient, wide.count) > 0);
        CHECK(memcmp(wide.output, narrow.output, outputs * sizeof(real)) == 0);
        CHECK(memcmp(wide.gradient, narrow.gradient, (size_t)wide.count * sizeof(real)) == 0);
    }
    release(&wide);
    release(&narrow);
    CHECK(nn_use_kernel(NULL));
}

/* Sums of some hundred products in single precision, through two blocks and back. */
static void the_portable_kernel_agrees_to_rounding(void)
{
    struct result fast = run(NULL);
    struct result plain = run("portable");
    const double scale = largest(plain.gradient, plain.count);

    CHECK(plain.is_there);
    CHECK(scale > 0);
    for (int64_t i = 0; i < plain.count; i++)
        CHECK_CLOSE(fast.gradient[i], plain.gradient[i], 1e-5 * scale);
    release(&fast);
    release(&plain);
    CHECK(nn_use_kernel(NULL));
}

CHECK_MAIN({"fused", kernels_with_fused_products_give_the_same_bits},
           {"portable", the_portable_kernel_agrees_to_rounding})
