// SPDX-License-Identifier: BSD-3-Clause
/*
 * nn_case CASE OUT: one forward pass, backward pass and three updates of a mixer, exactly specified by the folder
 * CASE, in double precision; the results go to the folder OUT, so that any framework's numbers can be
 * compared.
 */
#include "case_files.h"

#include <telltale/nn.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct problem {
    const char *folder, *out;
    struct mixer_shape shape;
    struct adamw adamw;
    int samples;
    struct mixer *mixer;
    real *input, *target; /* [L or H][B][C] */
    real *masks[3 * 64];
    real *parameters;
};

/* Sums over the one shard that a case is. */
struct one_shard {
    double *items;
    int64_t count;
};

static void shard_add(void *self, const double *items, int64_t count)
{
    struct one_shard *shard = self;

    mem_free(&shard->items);
    shard->items = mem_zero((size_t)count, sizeof *shard->items);
    memcpy(shard->items, items, (size_t)count * sizeof *items);
    shard->count = count;
}

static void shard_total(void *self, double *items, int64_t count)
{
    const struct one_shard *shard = self;

    ASSERT(shard->count == count);
    memcpy(items, shard->items, (size_t)count * sizeof *items);
}

static void read_problem(struct problem *problem)
{
    struct mixer_shape *shape = &problem->shape;
    const struct case_config config = case_read_config(problem->folder);
    char name[64];

    problem->samples = (int)case_number(&config, "B");
    shape->length = (int)case_number(&config, "L");
    shape->channels = (int)case_number(&config, "C");
    shape->horizon = (int)case_number(&config, "H");
    shape->hidden = (int)case_number(&config, "F");
    shape->blocks = (int)case_number(&config, "nblock");
    shape->norm = case_norm(&config);
    shape->norm_eps = case_number(&config, "norm_eps");
    shape->dropout = case_number(&config, "drop");
    shape->has_revin = true;
    shape->revin_eps = case_number(&config, "revin_eps");
    shape->is_revin_detached = case_number(&config, "revin_detach") > 0;
    shape->is_revin_unbiased = case_number(&config, "revin_unbiased") > 0;
    problem->adamw =
        (struct adamw){case_number(&config, "adamw_lr"), case_number(&config, "adamw_b1"),
                       case_number(&config, "adamw_b2"), case_number(&config, "adamw_eps"),
                       case_number(&config, "adamw_wd")};
    if (shape->blocks > 64) case_stop("nblock is above 64");
    problem->mixer = mixer_create(shape);

    const int b = problem->samples;

    problem->input = case_read_turned(problem->folder, "in_x", b, shape->length, shape->channels);
    problem->target =
        case_read_turned(problem->folder, "in_target", b, shape->horizon, shape->channels);
    for (int layer = 0; layer < 3 * shape->blocks; layer++) {
        static const char *const kinds[] = {"time", "hid", "feat"};

        snprintf(name, sizeof name, "mask_b%d_%s", layer / 3, kinds[layer % 3]);
        if (case_has(problem->folder, name))
            problem->masks[layer] =
                case_read_turned(problem->folder, name, b, shape->length,
                                 layer % 3 == 1 ? shape->hidden : shape->channels);
    }
    problem->parameters =
        mem_zero((size_t)mixer_parameter_count(problem->mixer), sizeof *problem->parameters);
    case_read_parameters(problem->folder, problem->mixer, problem->parameters);
}

static struct mixer_batch batch_of(const struct problem *problem, const struct nn_sums *sums)
{
    return (struct mixer_batch){.shards = 1,
                                .samples = problem->samples,
                                .input = problem->input,
                                .masks = (const real *const *)problem->masks,
                                .sums = sums,
                                .is_training = true};
}

static int64_t output_count(const struct problem *problem)
{
    return (int64_t)problem->shape.horizon * problem->samples * problem->shape.channels;
}

/* The loss; its derivatives are added to gradient and d_input. */
static double step(const struct problem *problem, const real *parameters, struct mixer_pass *pass,
                   real *output, real *gradient, real *d_input)
{
    struct one_shard shard = {0};
    const struct nn_sums sums = {&shard, shard_add, shard_total, problem->samples};
    const struct mixer_batch batch = batch_of(problem, &sums);
    const int64_t count = output_count(problem);
    real *d_output = mem_zero((size_t)count, sizeof *d_output);
    double squares;

    mixer_pass_load(pass, parameters);
    mixer_forward(problem->mixer, &batch, pass, output);
    squares = nn_squared_error(output, problem->target, count, 1.0 / (double)count, d_output);
    mixer_backward(problem->mixer, &batch, pass, d_output, gradient, d_input);
    mem_free(&d_output);
    mem_free(&shard.items);
    return squares / (double)count;
}

static void write_taps(const struct problem *problem, const struct mixer_pass *pass)
{
    static const char *const parts[] = {"norm1", "time", "norm2", "feat"};
    const struct mixer_shape *shape = &problem->shape;
    char tap[32];
    char name[64];

    case_write_turned(problem->out, "tap_revin", mixer_pass_tap(pass, "revin"), problem->samples,
                      shape->length, shape->channels);
    for (int i = 0; i < 4 * shape->blocks; i++) {
        snprintf(tap, sizeof tap, "b%d_%s", i / 4, parts[i % 4]);
        snprintf(name, sizeof name, "tap_%s", tap);
        case_write_turned(problem->out, name, mixer_pass_tap(pass, tap), problem->samples,
                          shape->length, shape->channels);
    }
    case_write_turned(problem->out, "tap_proj", mixer_pass_tap(pass, "proj"), problem->samples,
                      shape->horizon, shape->channels);
}

static void forward_and_back(const struct problem *problem, struct mixer_pass *pass)
{
    const struct mixer_shape *shape = &problem->shape;
    const size_t parameters = (size_t)mixer_parameter_count(problem->mixer);
    const size_t inputs =
        (size_t)shape->length * (size_t)problem->samples * (size_t)shape->channels;
    real *output = mem_zero((size_t)output_count(problem), sizeof *output);
    real *gradient = mem_zero(parameters, sizeof *gradient);
    real *d_input = mem_zero(inputs, sizeof *d_input);
    double loss;

    mixer_pass_keep_taps(pass);
    loss = step(problem, problem->parameters, pass, output, gradient, d_input);
    case_write_turned(problem->out, "out_y", output, problem->samples, shape->horizon,
                      shape->channels);
    case_write(problem->out, "out_loss", &loss, 1, (const int[]){1}, 0);
    write_taps(problem, pass);
    case_write_parameters(problem->out, "g_", problem->mixer, gradient);
    case_write_turned(problem->out, "g_x", d_input, problem->samples, shape->length,
                      shape->channels);
    mem_free(&output);
    mem_free(&gradient);
    mem_free(&d_input);
}

/* y[0, h, i] by x[0, t, j], one reverse pass for each (h, i). */
static void write_jacobian(const struct problem *problem, struct mixer_pass *pass,
                           const struct mixer_batch *batch)
{
    struct mixer_shape shape = problem->shape;
    const int channels = shape.channels;
    const int outputs = shape.horizon * channels;
    const size_t row = (size_t)shape.length * (size_t)channels;
    const int64_t columns = (int64_t)problem->samples * channels;
    real *d_output = mem_zero((size_t)output_count(problem), sizeof *d_output);
    real *d_input = mem_zero((size_t)columns * (size_t)shape.length, sizeof *d_input);
    real *jacobian = mem_zero((size_t)outputs * row, sizeof *jacobian);
    struct mixer *mixer;

    shape.is_revin_detached = false;
    mixer = mixer_create(&shape);
    for (int o = 0; o < outputs; o++) {
        real *one = &d_output[(o / channels) * columns + o % channels];

        *one = 1;
        mixer_backward(mixer, batch, pass, d_output, NULL, d_input);
        *one = 0;
        for (int t = 0; t < shape.length; t++)
            memcpy(jacobian + (size_t)o * row + (size_t)(t * channels), d_input + t * columns,
                   (size_t)channels * sizeof *jacobian);
    }
    case_write(problem->out, "eval_jac0", jacobian, (int64_t)outputs * (int64_t)row,
               (const int[]){shape.horizon, channels, shape.length, channels}, 4);
    mixer_destroy(&mixer);
    mem_free(&d_output);
    mem_free(&d_input);
    mem_free(&jacobian);
}

/* Follows a forward pass in training, whose statistics stand in for running ones. */
static void evaluate(const struct problem *problem, struct mixer_pass *pass)
{
    struct mixer_batch batch = batch_of(problem, NULL);
    real *output = mem_zero((size_t)output_count(problem), sizeof *output);
    real *state = mem_zero((size_t)mixer_state_count(problem->mixer) + 1, sizeof *state);

    batch.is_training = false;
    mixer_move_state(pass, 1, state);
    mixer_use_state(pass, state);
    mixer_pass_load(pass, problem->parameters);
    mixer_forward(problem->mixer, &batch, pass, output);
    case_write_turned(problem->out, "eval_y", output, problem->samples, problem->shape.horizon,
                      problem->shape.channels);
    write_jacobian(problem, pass, &batch);
    mem_free(&state);
    mem_free(&output);
}

enum { STEPS = 3 };

static void update(const struct problem *problem, struct mixer_pass *pass)
{
    const int64_t count = mixer_parameter_count(problem->mixer);
    const size_t room = (size_t)count;
    real *output = mem_zero((size_t)output_count(problem), sizeof *output);
    real *parameters = mem_zero(room, sizeof *parameters);
    real *gradient = mem_zero(room, sizeof *gradient);
    real *first = mem_zero(room, sizeof *first);
    real *second = mem_zero(room, sizeof *second);
    double losses[STEPS];

    memcpy(parameters, problem->parameters, room * sizeof *parameters);
    for (int t = 0; t < STEPS; t++) {
        memset(gradient, 0, room * sizeof *gradient);
        losses[t] = step(problem, parameters, pass, output, gradient, NULL);
        adamw_step(&problem->adamw, t + 1, count, gradient, parameters, first, second);
    }
    case_write_parameters(problem->out, "adamw3_", problem->mixer, parameters);
    case_write(problem->out, "adamw3_losses", losses, STEPS, (const int[]){STEPS}, 1);
    mem_free(&output);
    mem_free(&parameters);
    mem_free(&gradient);
    mem_free(&first);
    mem_free(&second);
}

int main(int argc, char **argv)
{
    struct problem problem = {0};
    struct mixer_pass *pass;

    if (argc != 3) case_stop("usage: nn_case CASE OUT");
    problem.folder = argv[1];
    problem.out = argv[2];
    case_make_folder(problem.out);
    read_problem(&problem);
    pass = mixer_pass_create(problem.mixer, 1, problem.samples);
    forward_and_back(&problem, pass);
    evaluate(&problem, pass);
    update(&problem, pass);
    mixer_pass_destroy(&pass);
    for (int layer = 0; layer < 3 * problem.shape.blocks; layer++) mem_free(&problem.masks[layer]);
    mem_free(&problem.input);
    mem_free(&problem.target);
    mem_free(&problem.parameters);
    mixer_destroy(&problem.mixer);
    return EXIT_SUCCESS;
}
