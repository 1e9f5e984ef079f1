// SPDX-License-Identifier: BSD-3-Clause
#include "learn.h"

#include <math.h>
#include <string.h>

/* The names that a model knows its metrics by. */
static status learn_names(struct view *const *nights, int count, struct forecast_model *model)
{
    const struct facility *facility = view_facility(nights[0]);

    for (int n = 1; n < count; n++)
        if (view_facility(nights[n])->period_s != facility->period_s)
            return fail(STATUS_BAD_INPUT, "%s: has a sample every %g s, expected %g s as in %s",
                        view_path(nights[n]), view_facility(nights[n])->period_s,
                        facility->period_s, view_path(nights[0]));
    names_destroy(&model->metrics);
    model->metrics = names_create();
    for (int64_t m = 0; m < facility->metric_count; m++) {
        struct text key = {0};

        text_printf(&key, "%s::%s", facility->metrics[m].name, facility->metrics[m].source);
        names_add(model->metrics, key.bytes, key.length);
        text_release(&key);
    }
    model->period_s = facility->period_s;
    return STATUS_OK;
}

struct span forecast_my_items(const struct comm *comm, const struct train_options *options,
                              int64_t items)
{
    struct span mine = train_my_items(comm, options, items);
    const int64_t dealt = items / options->batch_shards * options->batch_shards;

    if (mine.count > 0 && mine.first + mine.count == dealt) mine.count = items - mine.first;
    return mine;
}

/* Batches an epoch below which they are made smaller, and the shards they keep so that four ranks have work. */
enum { FEW_BATCHES = 64, LEAST_SHARDS = 4 };

/* Batches of a large night are too coarse for a small one; the same on every rank. */
static void fit_batch(int64_t items, bool is_given, struct train_options *options)
{
    while (!is_given && options->batch_shards > LEAST_SHARDS
           && items / (options->batch_shards * options->shard_items) < FEW_BATCHES)
        options->batch_shards = (options->batch_shards + 1) / 2;
    while (items / options->batch_shards < options->shard_items && options->batch_shards > 1)
        options->batch_shards = (options->batch_shards + 1) / 2;
}

static status check_items(const struct view *night, const struct forecast_settings *settings,
                          const struct data_set *data)
{
    const int64_t reach = (int64_t)settings->window + settings->horizon;

    if (data->training.item_count > 0 && data->validation.item_count > 0) return STATUS_OK;
    return fail(STATUS_BAD_INPUT,
                "%s: %s has %lld samples in a row for a window of %d and a horizon of %d (the last "
                "%g of the time validate)",
                view_path(night),
                data->training.item_count == 0 ? "to train, no host" : "to validate, no host",
                (long long)reach, settings->window, settings->horizon,
                settings->validation_fraction);
}

static status check_moving(const struct view *night, const struct forecast_model *model)
{
    for (int64_t m = 0; m < names_count(model->metrics); m++)
        if (model->scaling[m].is_used) return STATUS_OK;
    return fail(STATUS_BAD_INPUT, "%s: no metric ever changes, there is nothing to predict",
                view_path(night));
}

/* Collective. Scalings learned and the series scaled. */
static status prepare(const struct comm *comm, struct view *const *nights, int count,
                      struct forecast *forecast, struct data_set *data)
{
    struct forecast_model *model = &forecast->model;
    struct forecast_settings *settings = &forecast->settings;
    struct span training;

    TRY(data_set_open(nights, count, model->metrics, settings, data));
    TRY(check_items(nights[0], settings, data));
    fit_batch(data->training.item_count, settings_is_given(forecast->given, "batch_shards"),
              &settings->train);
    training = forecast_my_items(comm, &settings->train, data->training.item_count);
    TRY(data_set_hold(nights, model->metrics, training,
                      train_my_validation(comm, data->validation.item_count), NULL, data));
    mem_free(&model->scaling);
    model->scaling = mem_zero((size_t)data->metrics, sizeof *model->scaling);
    scaling_learn(comm, data, settings->scaler, training, model->scaling);
    TRY(check_moving(nights[0], model));
    data_set_scale(data, model->scaling);
    model->training_items = data->training.item_count;
    model->validation_items = data->validation.item_count;
    return STATUS_OK;
}

/* What a user asks first: did it learn anything, and is it better than plain means? */
static void tell(const struct forecast_model *model)
{
    static const char *const ends[] = {[TRAIN_UNDER_WAY] = "",
                                       [TRAIN_ALL_EPOCHS] = ", all epochs",
                                       [TRAIN_STOPPED_EARLY] = ", stopped early",
                                       [TRAIN_DIVERGED] = ", diverged"};

    notice(
        "%lld windows trained, %lld held out: mean squared error there %.4g; ridge %.4g, no change %.4g",
        (long long)model->training_items, (long long)model->validation_items,
        model->validation_loss, model->ridge_loss, model->last_value_loss);
    if (model->epoch_count > 0 && model->ridge_loss <= model->mixer_loss)
        notice("the mixer does not better ridge on what is held out (%.6g, %.6g): ridge stands",
               model->mixer_loss, model->ridge_loss);
    if (model->end == TRAIN_DIVERGED)
        warn("the loss diverged in epoch %lld: the weights of epoch %lld are kept",
             (long long)model->epoch_count + 1, (long long)model->best_epoch + 1);
    if (model->epoch_count > 0)
        notice("%lld epochs%s, the best was number %lld", (long long)model->epoch_count,
               ends[model->end], (long long)model->best_epoch + 1);
    notice("the threshold of a host's score is %.4g", model->threshold);
}

/* Collective. The items of a window that a search has found best, as if it had been asked for. */
static status prepare_anew(struct forecast *forecast, struct view *const *nights, int count,
                           int64_t batch_shards, struct data_set *data)
{
    status st;

    data_set_release(data);
    *data = (struct data_set){0};
    forecast->settings.train.batch_shards = batch_shards;
    comm_stage_begin(forecast->comm, "read");
    st = prepare(forecast->comm, nights, count, forecast, data);
    comm_stage_end(forecast->comm);
    return st;
}

/* Collective. The predictor, and what its training starts from. */
static status start(struct forecast *forecast, const struct data_set *data,
                    struct linear_start *linear)
{
    forecast_make_predictor(forecast);
    return linear_start_fit(forecast->comm, &forecast->settings, data, &forecast->predictor,
                            linear);
}

/* Collective. The settings that validate best, and everything made ready for them. */
static status search(struct forecast *forecast, struct view *const *nights, int count,
                     int64_t batch_shards, struct data_set *data, struct linear_start *linear,
                     int64_t *best)
{
    const int window = forecast->settings.window;

    TRY(forecast_search(forecast, nights, linear, data, best));
    if (forecast->settings.window == window) {
        forecast_make_predictor(forecast);
        return STATUS_OK;
    }
    linear_start_release(linear);
    TRY(prepare_anew(forecast, nights, count, batch_shards, data));
    return start(forecast, data, linear);
}

/*
 * Collective. Settings searched for where that is asked for, and the model trained with them.
 *
 * @param batch_shards  as asked for
 */
static status learn(struct forecast *forecast, struct view *const *nights, int count,
                    int64_t batch_shards, struct data_set *data)
{
    const struct train_checkpoint checkpoint = {
        .path = forecast->checkpoint_path, .resume = forecast->resume, .interval_s = 60};
    const bool has_search = forecast->settings.trials > 0;
    struct linear_start linear = {0};
    int64_t best = 0;
    status st = start(forecast, data, &linear);

    if (!st && has_search) st = search(forecast, nights, count, batch_shards, data, &linear, &best);
    if (!st)
        st = forecast_train(forecast->comm, &forecast->settings, data, &forecast->predictor,
                            &linear, &checkpoint, &forecast->model);
    if (!st && has_search) forecast_search_end(forecast, best);
    linear_start_release(&linear);
    return st;
}

status forecast_fit(void *self, struct view *const *nights, int count)
{
    struct forecast *forecast = self;
    struct forecast_model *model = &forecast->model;
    const struct comm *comm = forecast->comm;
    const int64_t batch_shards = forecast->settings.train.batch_shards;
    struct data_set data = {0};
    status st;

    TRY(learn_names(nights, count, model));
    comm_stage_begin(comm, "read");
    st = prepare(comm, nights, count, forecast, &data);
    comm_stage_end(comm);
    if (!st) st = learn(forecast, nights, count, batch_shards, &data);
    if (!st) {
        mem_free(&model->laws);
        model->laws = mem_zero((size_t)data.metrics, sizeof *model->laws);
        threshold_learn(comm, &forecast->settings, &forecast->predictor, &data, model);
        tell(model);
        threshold_warn(&forecast->settings, model);
    }
    data_set_release(&data);
    return st;
}
