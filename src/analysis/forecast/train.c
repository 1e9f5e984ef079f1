// SPDX-License-Identifier: BSD-3-Clause
#include "learn.h"
#include "learner.h"

#include <math.h>
#include <string.h>

/* What a checkpoint is of: resuming with other settings or other input is refused. */
static void describe(const struct forecast_settings *settings, const struct data_set *data,
                     const struct forecast_model *model, struct text *problem)
{
    const struct train_options *train = &settings->train;
    uint64_t sum = 0;

    for (int m = 0; m < data->metrics; m++) {
        uint64_t bits[2];

        memcpy(&bits[0], &model->scaling[m].centre, sizeof bits[0]);
        memcpy(&bits[1], &model->scaling[m].scale, sizeof bits[1]);
        sum = random_mix(random_mix(sum, bits[0]), bits[1]);
    }
    text_printf(
        problem,
        "kind %d window %d horizon %d lags %d blocks %d hidden %d norm %d revin %d dropout %.17g "
        "batch %lld x %lld steps %lld rate %.17g decay %.17g schedule %d of %lld seed %llu "
        "metrics %d windows %lld + %lld scaling %016llx",
        (int)settings->kind, settings->window, settings->horizon, settings->lags, settings->blocks,
        settings->hidden, (int)settings->norm, settings->has_revin, settings->dropout,
        (long long)train->batch_shards, (long long)train->shard_items,
        (long long)train->epoch_steps, train->adamw.learning_rate, train->adamw.weight_decay,
        (int)train->schedule, (long long)train->schedule_epochs, (unsigned long long)train->seed,
        data->metrics, (long long)data->training.item_count, (long long)data->validation.item_count,
        (unsigned long long)sum);
}

status linear_start_fit(const struct comm *comm, const struct forecast_settings *settings,
                        const struct data_set *data, const struct predictor *predictor,
                        struct linear_start *linear)
{
    struct linear_start result = {.loss = NAN};
    status st;

    if (!predictor->has_linear) {
        *linear = result;
        return STATUS_OK;
    }
    result.parameters = mem_array((size_t)predictor->linear_count, sizeof *result.parameters);
    st = ridge_fit(comm, settings, data, &predictor->lagged, result.parameters, &result.loss);
    if (st)
        linear_start_release(&result);
    else
        *linear = result;
    return st;
}

void linear_start_release(struct linear_start *linear)
{
    mem_free(&linear->parameters);
}

/* What is learned; owned. */
struct weights {
    real *parameters, *state;
};

/* The first weights: the linear part from ridge regression; beside it a mixer starts as a correction of zero. */
static void start(const struct forecast_settings *settings, const struct predictor *predictor,
                  const struct linear_start *linear, const struct weights *weights)
{
    const struct nn_slice *slices;
    int count;

    if (predictor->has_linear)
        memcpy(weights->parameters, linear->parameters,
               (size_t)predictor->linear_count * sizeof *weights->parameters);
    if (!predictor->has_mixer) return;
    mixer_start(predictor->mixer, settings->train.seed,
                weights->parameters + predictor->linear_count, weights->state);
    slices = mixer_slices(predictor->mixer, &count);
    for (int s = 0; s < count && predictor->has_linear; s++)
        if (strcmp(slices[s].name, "wo") == 0 || strcmp(slices[s].name, "bo") == 0)
            memset(weights->parameters + predictor->linear_count + slices[s].first, 0,
                   (size_t)slices[s].count * sizeof *weights->parameters);
}

static void adopt(struct training *training, struct forecast_model *model)
{
    mem_free(&model->epochs);
    model->epochs = training->epochs;
    model->epoch_count = training->epoch_count;
    model->best_epoch = training->best_epoch;
    model->end = (int)training->end;
    model->mixer_loss = training->best_loss;
    model->validation_loss = fmin(training->best_loss, model->ridge_loss);
    training->epochs = NULL;
}

/* Collective. The weights become what validates best. */
static status correct(const struct comm *comm, const struct forecast_settings *settings,
                      const struct data_set *data, const struct predictor *predictor,
                      const struct train_checkpoint *checkpoint, struct forecast_model *model,
                      const struct weights *weights)
{
    const size_t count = (size_t)predictor->parameter_count;
    const size_t states = (size_t)predictor->state_count;
    struct forecast_learner learner;
    struct learner face;
    struct training training;
    real *moving = mem_array(count, sizeof *moving);
    status st;

    memcpy(moving, weights->parameters, count * sizeof *moving);
    forecast_learner_init(comm, predictor, data, &settings->train, &learner);
    face = forecast_learner_face(&learner);
    st = train_run(comm, &face, &settings->train, checkpoint, moving, weights->state, &training);
    if (!st) {
        if (!(model->ridge_loss <= training.best_loss)) {
            memcpy(weights->parameters, training.best, count * sizeof *moving);
            memcpy(weights->state, training.best_state, states * sizeof *moving);
        }
        adopt(&training, model);
        training_release(&training);
    }
    forecast_learner_release(&learner);
    mem_free(&moving);
    return st;
}

/* Collective. What it would cost to predict no change. */
static double last_value_loss(const struct comm *comm, const struct data_set *data)
{
    const struct span mine = train_my_validation(comm, data->validation.item_count);
    struct exact_sums *sums = exact_create(1);
    double sum;

    for (int64_t i = 0; i < mine.count; i++) {
        const struct item item = item_find(data, &data->validation, mine.first + i);
        const float *last = item.series->x + (item.first + data->window - 1) * data->metrics;

        sum = 0;
        for (int64_t p = 0; p < (int64_t)data->horizon * data->metrics; p++) {
            const double off = (double)last[data->metrics + p] - (double)last[p % data->metrics];

            sum += off * off;
        }
        exact_add(sums, &sum);
    }
    exact_reduce(comm, sums);
    exact_read(sums, &sum);
    exact_destroy(&sums);
    return sum
           / ((double)data->validation.item_count * (double)data->horizon * (double)data->metrics);
}

status forecast_train(const struct comm *comm, const struct forecast_settings *settings,
                      const struct data_set *data, const struct predictor *predictor,
                      const struct linear_start *linear, const struct train_checkpoint *checkpoint,
                      struct forecast_model *model)
{
    struct text problem = {0};
    struct train_checkpoint named = *checkpoint;
    struct weights weights = {
        .parameters = mem_array((size_t)predictor->parameter_count, sizeof *weights.parameters),
        .state = mem_array((size_t)predictor->state_count + 1, sizeof *weights.state)};
    status st = STATUS_OK;

    model->last_value_loss = last_value_loss(comm, data);
    model->ridge_loss = linear->loss;
    start(settings, predictor, linear, &weights);
    describe(settings, data, model, &problem);
    named.problem = problem.bytes;
    if (predictor->has_mixer)
        st = correct(comm, settings, data, predictor, &named, model, &weights);
    text_release(&problem);
    if (st) {
        mem_free(&weights.parameters);
        mem_free(&weights.state);
        return st;
    }
    if (!predictor->has_mixer) {
        mem_free(&model->epochs);
        model->epoch_count = model->best_epoch = 0;
        model->end = TRAIN_ALL_EPOCHS;
        model->validation_loss = model->ridge_loss;
    }
    mem_free(&model->parameters);
    mem_free(&model->state);
    model->parameters = weights.parameters;
    model->state = weights.state;
    return STATUS_OK;
}
