// SPDX-License-Identifier: BSD-3-Clause
#include "learner.h"

#include <string.h>

/* Windows of some items, gathered, and the rows that follow them. */
static void gather_items(struct forecast_learner *learner, const struct item_list *list,
                         const int64_t *items, int samples, real *input, real *target)
{
    const struct data_set *data = learner->data;
    const int metrics = data->metrics;

    for (int s = 0; s < samples; s++) {
        const struct item item = item_find(data, list, items[s]);
        const float *first = item.series->x + item.first * metrics;

        learner->windows[s] = first;
        for (int h = 0; h < data->horizon; h++)
            memcpy(target + ((int64_t)h * samples + s) * metrics,
                   first + (int64_t)(data->window + h) * metrics, (size_t)metrics * sizeof *target);
    }
    predictor_gather(data->window, metrics, samples, learner->windows, input);
}

/* output += the linear part */
static void add_linear(struct forecast_learner *learner, const real *parameters, int samples,
                       const real *input, real *output)
{
    struct predictor_work *work = &learner->work;
    const struct lagged *lagged = &learner->predictor->lagged;
    const int64_t outputs = (int64_t)lagged->horizon * samples * lagged->channels;

    lagged_forward(lagged, parameters, samples, input, work->panel, work->linear);
    for (int64_t i = 0; i < outputs; i++) output[i] += work->linear[i];
}

/* Some samples of some shards through forward and backward; with batch norm all shards at once. */
static void run_group(struct forecast_learner *learner, const real *parameters,
                      const struct train_shards *shards, const struct mixer_batch *batch,
                      real *gradient, double *losses)
{
    const struct predictor *predictor = learner->predictor;
    struct predictor_work *work = &learner->work;
    const struct lagged *lagged = &predictor->lagged;
    const int64_t inputs = (int64_t)lagged->length * batch->samples * lagged->channels;
    const int64_t outputs = (int64_t)lagged->horizon * batch->samples * lagged->channels;

    mixer_forward(predictor->mixer, batch, work->pass, work->output);
    for (int shard = 0; shard < batch->shards; shard++) {
        real *output = work->output + shard * outputs;

        if (predictor->has_linear)
            add_linear(learner, parameters, batch->samples, batch->input + shard * inputs, output);
        losses[shard] += nn_squared_error(output, learner->target + shard * outputs, outputs,
                                          shards->scale, work->d_output + shard * outputs);
        if (predictor->has_linear)
            lagged_backward(lagged,
                            &(struct lagged_step){batch->samples, batch->input + shard * inputs,
                                                  work->d_output + shard * outputs,
                                                  gradient + shard * predictor->parameter_count},
                            work->panel);
    }
    mixer_backward(predictor->mixer, batch, work->pass, work->d_output, learner->mixer_gradient,
                   NULL);
}

/* The mixer's gradients of the shards, which it lays out by its own parameters, to their place. */
static void place_gradients(struct forecast_learner *learner, int shards, real *gradient)
{
    const struct predictor *predictor = learner->predictor;
    const int64_t count = predictor->parameter_count - predictor->linear_count;

    for (int shard = 0; shard < shards; shard++) {
        real *to = gradient + shard * predictor->parameter_count + predictor->linear_count;
        real *from = learner->mixer_gradient + shard * count;

        for (int64_t p = 0; p < count; p++) to[p] += from[p];
    }
    memset(learner->mixer_gradient, 0, (size_t)(shards * count) * sizeof *learner->mixer_gradient);
}

/* Samples stay independent: a tile at a time through everything while it is in cache. */
static void tiled_gradients(struct forecast_learner *learner, const real *parameters,
                            const struct train_shards *shards, real *gradient, double *losses)
{
    const int64_t count = learner->predictor->parameter_count;

    for (int shard = 0; shard < shards->shards; shard++) {
        const int64_t first = (int64_t)shard * shards->items;

        losses[shard] = 0;
        for (int done = 0; done < shards->items; done += learner->tile) {
            const int left = shards->items - done;
            const struct mixer_batch batch = {.shards = 1,
                                              .samples =
                                                  left < learner->tile ? left : learner->tile,
                                              .input = learner->work.input,
                                              .keys = shards->key + first + done,
                                              .is_training = true};

            gather_items(learner, &learner->data->training, shards->item + first + done,
                         batch.samples, learner->work.input, learner->target);
            run_group(learner, parameters, shards, &batch, gradient + shard * count,
                      losses + shard);
        }
        place_gradients(learner, 1, gradient + shard * count);
    }
}

/* Batch norm looks at all samples at once. */
static void joint_gradients(struct forecast_learner *learner, const real *parameters,
                            const struct train_shards *shards, real *gradient, double *losses)
{
    const struct data_set *data = learner->data;
    const int64_t columns = (int64_t)shards->items * data->metrics;
    const struct mixer_batch batch = {.shards = shards->shards,
                                      .samples = shards->items,
                                      .input = learner->work.input,
                                      .keys = shards->key,
                                      .sums = shards->sums,
                                      .is_training = true};

    for (int shard = 0; shard < shards->shards; shard++) {
        losses[shard] = 0;
        gather_items(learner, &data->training, shards->item + (int64_t)shard * shards->items,
                     shards->items, learner->work.input + shard * data->window * columns,
                     learner->target + shard * data->horizon * columns);
    }
    run_group(learner, parameters, shards, &batch, gradient, losses);
    place_gradients(learner, shards->shards, gradient);
}

static void gradients(void *self, const real *parameters, const struct train_shards *shards,
                      real *gradient, double *losses)
{
    struct forecast_learner *learner = self;

    mixer_pass_load(learner->work.pass, parameters + learner->predictor->linear_count);
    if (learner->is_joint)
        joint_gradients(learner, parameters, shards, gradient, losses);
    else
        tiled_gradients(learner, parameters, shards, gradient, losses);
}

/* PyTorch's default weight of the newest batch. */
static const double STATE_MOMENTUM = 0.1;

static void move_state(void *self, real *state)
{
    const struct forecast_learner *learner = self;

    mixer_move_state(learner->work.pass, STATE_MOMENTUM, state);
}

static double validate(void *self, const real *parameters, const real *state, struct span items)
{
    struct forecast_learner *learner = self;
    const struct predictor *predictor = learner->predictor;
    const struct data_set *data = learner->data;
    double sum = 0;

    if (learner->is_joint) mixer_use_state(learner->work.pass, state);
    for (int64_t done = 0; done < items.count; done += learner->tile) {
        const int64_t left = items.count - done;
        const int samples = (int)(left < learner->tile ? left : learner->tile);
        const int64_t outputs = (int64_t)samples * data->horizon * data->metrics;

        for (int s = 0; s < samples; s++) learner->items[s] = items.first + done + s;
        gather_items(learner, &data->validation, learner->items, samples, learner->work.input,
                     learner->target);
        predictor_predict(predictor, parameters, samples, &learner->work);
        sum += nn_squared_error(learner->work.output, learner->target, outputs, 0,
                                learner->work.d_output);
    }
    return sum;
}

void forecast_learner_init(const struct comm *comm, const struct predictor *predictor,
                           const struct data_set *data, const struct train_options *options,
                           struct forecast_learner *learner)
{
    const int shards = (int)comm_share(comm, options->batch_shards).count;
    const int items = (int)options->shard_items;
    size_t columns;

    *learner = (struct forecast_learner){.predictor = predictor, .data = data};
    learner->is_joint = predictor->state_count > 0;
    learner->tile = learner->is_joint ? items : predictor_tile(predictor);
    learner->shards = learner->is_joint && shards > 1 ? shards : 1;
    predictor_work_init(predictor, learner->shards, learner->tile, &learner->work);
    columns = (size_t)learner->shards * (size_t)learner->tile * (size_t)data->metrics;
    learner->target = mem_array(columns * (size_t)data->horizon, sizeof(real));
    learner->mixer_gradient = mem_array(
        (size_t)learner->shards * (size_t)(predictor->parameter_count - predictor->linear_count),
        sizeof(real));
    learner->windows = mem_zero((size_t)learner->tile, sizeof *learner->windows);
    learner->items = mem_zero((size_t)learner->tile, sizeof *learner->items);
}

void forecast_learner_release(struct forecast_learner *learner)
{
    predictor_work_release(&learner->work);
    mem_free(&learner->target);
    mem_free(&learner->mixer_gradient);
    mem_free(&learner->windows);
    mem_free(&learner->items);
}

struct learner forecast_learner_face(struct forecast_learner *learner)
{
    return (struct learner){.self = learner,
                            .parameter_count = learner->predictor->parameter_count,
                            .state_count = learner->predictor->state_count,
                            .training_items = learner->data->training.item_count,
                            .validation_items = learner->data->validation.item_count,
                            .entries = (int64_t)learner->data->horizon * learner->data->metrics,
                            .gradients = gradients,
                            .move_state = learner->is_joint ? move_state : NULL,
                            .validate = validate};
}
