// SPDX-License-Identifier: BSD-3-Clause
/* Derivatives of whole mixers against central differences, in double precision. */
#include "check.h"

#include <telltale/nn.h>

#include <math.h>
#include <string.h>

enum { SHARDS = 2, SHARD_SAMPLES = 5, SAMPLES = SHARDS * SHARD_SAMPLES, PARTS = 8 };

/* A mixer, a batch in two shards, and a loss: squared error against a fixed target. */
struct problem {
    struct mixer *mixer;
    struct mixer_pass *pass;
    real *parameters, *input, *target, *output, *d_output, *gradient, *d_input;
    uint64_t keys[SAMPLES];
    double *partial[PARTS];
    int partials;
};

static void add(void *self, const double *items, int64_t count)
{
    struct problem *problem = self;
    double **place = &problem->partial[problem->partials++];

    ASSERT(problem->partials <= PARTS);
    *place = mem_zero((size_t)count, sizeof **place);
    memcpy(*place, items, (size_t)count * sizeof *items);
}

static void total(void *self, double *items, int64_t count)
{
    struct problem *problem = self;

    memset(items, 0, (size_t)count * sizeof *items);
    for (int p = 0; p < problem->partials; p++) {
        for (int64_t i = 0; i < count; i++) items[i] += problem->partial[p][i];
        mem_free(&problem->partial[p]);
    }
    problem->partials = 0;
}

static real *random_reals(size_t count, double scale, double centre, uint64_t stream)
{
    struct random random = random_start(11, stream);
    real *x = mem_zero(count, sizeof *x);

    for (size_t i = 0; i < count; i++) x[i] = (real)(centre + scale * random_normal(&random));
    return x;
}

static struct problem make_problem(const struct mixer_shape *shape)
{
    const size_t columns = SAMPLES * (size_t)shape->channels;
    const size_t inputs = (size_t)shape->length * columns;
    const size_t outputs = (size_t)shape->horizon * columns;
    struct problem problem = {.mixer = mixer_create(shape)};
    const size_t parameters = (size_t)mixer_parameter_count(problem.mixer);

    problem.pass = mixer_pass_create(problem.mixer, SHARDS, SHARD_SAMPLES);
    problem.parameters = random_reals(parameters, 0.4, 0.3, 1);
    problem.input = random_reals(inputs, 2, 1, 2);
    problem.target = random_reals(outputs, 1, 0, 3);
    problem.output = mem_zero(outputs, sizeof(real));
    problem.d_output = mem_zero(outputs, sizeof(real));
    problem.gradient = mem_zero(SHARDS * parameters, sizeof(real));
    problem.d_input = mem_zero(inputs, sizeof(real));
    for (int s = 0; s < SAMPLES; s++) problem.keys[s] = random_mix(5, (uint64_t)s);
    return problem;
}

static void release(struct problem *problem)
{
    mixer_pass_destroy(&problem->pass);
    mixer_destroy(&problem->mixer);
    mem_free(&problem->parameters);
    mem_free(&problem->input);
    mem_free(&problem->target);
    mem_free(&problem->output);
    mem_free(&problem->d_output);
    mem_free(&problem->gradient);
    mem_free(&problem->d_input);
}

static double loss(struct problem *problem, bool wants_gradient)
{
    const struct mixer_shape *shape = mixer_shape(problem->mixer);
    const int64_t count = (int64_t)shape->horizon * SAMPLES * shape->channels;
    const struct nn_sums sums = {problem, add, total, SAMPLES};
    const struct mixer_batch batch = {.shards = SHARDS,
                                      .samples = SHARD_SAMPLES,
                                      .input = problem->input,
                                      .keys = problem->keys,
                                      .sums = &sums,
                                      .is_training = true};
    double squares;

    mixer_pass_load(problem->pass, problem->parameters);
    mixer_forward(problem->mixer, &batch, problem->pass, problem->output);
    squares = nn_squared_error(problem->output, problem->target, count, 1.0 / (double)count,
                               problem->d_output);
    if (wants_gradient) {
        const int64_t parameters = mixer_parameter_count(problem->mixer);

        memset(problem->gradient, 0, SHARDS * (size_t)parameters * sizeof(real));
        mixer_backward(problem->mixer, &batch, problem->pass, problem->d_output, problem->gradient,
                       problem->d_input);
        for (int64_t i = parameters; i < SHARDS * parameters; i++)
            problem->gradient[i % parameters] += problem->gradient[i];
    }
    return squares / (double)count;
}

/* The derivative by one number, by a step small enough that no ReLU changes its mind, mostly. */
static double difference(struct problem *problem, real *x)
{
    const double step = 1e-5;
    const real kept = *x;
    double above, below;

    *x = kept + (real)step;
    above = loss(problem, false);
    *x = kept - (real)step;
    below = loss(problem, false);
    *x = kept;
    return (above - below) / (2 * step);
}

/* 1e-6 of the largest derivative: the step's error is of order step^2 f''' and rounding 1e-16 / step. */
static void compare(struct problem *problem, real *x, const real *derivative, int64_t count,
                    const char *what)
{
    double scale = 0;

    for (int64_t i = 0; i < count; i++) scale = fmax(scale, fabs((double)derivative[i]));
    check_note(scale > 0, what, __FILE__, __LINE__);
    for (int64_t i = 0; i < count; i++)
        check_close((double)derivative[i], difference(problem, &x[i]), 1e-6 * scale, what, __FILE__,
                    __LINE__);
}

static struct mixer_shape small_shape(enum nn_norm norm)
{
    return (struct mixer_shape){.length = 5,
                                .channels = 3,
                                .horizon = 2,
                                .hidden = 4,
                                .blocks = 2,
                                .norm = norm,
                                .norm_eps = 1e-5,
                                .dropout = 0.3,
                                .has_revin = true,
                                .revin_eps = 1e-5};
}

static void check_shape(struct mixer_shape shape)
{
    struct problem problem = make_problem(&shape);
    const int64_t inputs = (int64_t)shape.length * SAMPLES * shape.channels;
    int slices;
    const struct nn_slice *slice = mixer_slices(problem.mixer, &slices);

    loss(&problem, true);
    for (int i = 0; i < slices; i++)
        compare(&problem, problem.parameters + slice[i].first, problem.gradient + slice[i].first,
                slice[i].count, slice[i].name);
    if (!shape.has_revin || !shape.is_revin_detached)
        compare(&problem, problem.input, problem.d_input, inputs, "input");
    release(&problem);
}

static void layer_norm_mixers_have_the_derivatives_of_their_loss(void)
{
    check_shape(small_shape(NN_NORM_LAYER));
}

static void batch_norm_mixers_have_the_derivatives_of_their_loss(void)
{
    check_shape(small_shape(NN_NORM_BATCH));
    check_shape(small_shape(NN_NORM_SCALAR));
}

static void mixers_without_instance_norm_have_the_derivatives_of_their_loss(void)
{
    struct mixer_shape shape = small_shape(NN_NORM_LAYER);

    shape.has_revin = false;
    check_shape(shape);
    shape.blocks = 0;
    check_shape(shape);
}

static void instance_norm_knows_both_variances_and_constant_statistics(void)
{
    struct mixer_shape shape = small_shape(NN_NORM_LAYER);

    shape.is_revin_unbiased = true;
    check_shape(shape);
    shape.is_revin_detached = true;
    check_shape(shape);
}

/* Rows that begin and end amid vectors, and samples that are taken together and alone. */
static void every_kernel_has_the_derivatives_of_wide_mixers(void)
{
    static const char *const kernels[] = {"portable", "avx2", "avx512"};
    struct mixer_shape shape = small_shape(NN_NORM_LAYER);

    shape.channels = 11;
    shape.hidden = 19;
    shape.blocks = 1;
    for (int k = 0; k < 3; k++)
        if (nn_use_kernel(kernels[k])) check_shape(shape);
    CHECK(nn_use_kernel(NULL));
}

CHECK_MAIN({"layer norm", layer_norm_mixers_have_the_derivatives_of_their_loss},
           {"batch norm", batch_norm_mixers_have_the_derivatives_of_their_loss},
           {"no instance norm", mixers_without_instance_norm_have_the_derivatives_of_their_loss},
           {"instance norm", instance_norm_knows_both_variances_and_constant_statistics},
           {"every kernel", every_kernel_has_the_derivatives_of_wide_mixers})
