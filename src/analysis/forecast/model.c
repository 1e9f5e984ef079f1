// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

#include <math.h>
#include <string.h>

static const enum archive_type REAL_TYPE =
    sizeof(real) == sizeof(float) ? ARCHIVE_FLOAT : ARCHIVE_DOUBLE;

/* Numbers that say what the model is, with the range that makes sense: one table for both ways. */
struct number {
    const char *name;
    int64_t value, low, high;
};

enum { KIND, WINDOW, HORIZON, LAGS, BLOCKS, HIDDEN, NORM, REVIN, NUMBERS };

static void list_numbers(const struct forecast_settings *s, struct number n[NUMBERS])
{
    n[KIND] = (struct number){"predictor", s->kind, 0, FORECAST_RIDGE};
    n[WINDOW] = (struct number){"window", s->window, 1, 100000};
    n[HORIZON] = (struct number){"horizon", s->horizon, 1, 100000};
    n[LAGS] = (struct number){"lags", s->lags, 1, 100000};
    n[BLOCKS] = (struct number){"blocks", s->blocks, 0, 64};
    n[HIDDEN] = (struct number){"hidden", s->hidden, 1, 65536};
    n[NORM] = (struct number){"norm", s->norm, 0, NN_NORM_SCALAR};
    n[REVIN] = (struct number){"revin", s->has_revin, 0, 1};
}

static void take_numbers(const struct number n[NUMBERS], struct forecast_settings *s)
{
    s->kind = (enum forecast_kind)n[KIND].value;
    s->window = (int)n[WINDOW].value;
    s->horizon = (int)n[HORIZON].value;
    s->lags = (int)n[LAGS].value;
    s->blocks = (int)n[BLOCKS].value;
    s->hidden = (int)n[HIDDEN].value;
    s->norm = (enum nn_norm)n[NORM].value;
    s->has_revin = n[REVIN].value != 0;
}

/* Likewise the measured reals. */
struct measure {
    const char *name;
    double *value;
};

enum { MEASURES = 7 };

static void list_measures(struct forecast_model *model, struct measure m[MEASURES])
{
    m[0] = (struct measure){"period_s", &model->period_s};
    m[1] = (struct measure){"threshold", &model->threshold};
    m[2] = (struct measure){"validation_loss", &model->validation_loss};
    m[3] = (struct measure){"ridge_loss", &model->ridge_loss};
    m[4] = (struct measure){"last_value_loss", &model->last_value_loss};
    m[5] = (struct measure){"trouble", &model->trouble};
    m[6] = (struct measure){NULL, NULL};
}

void forecast_save(const void *self, struct archive *archive)
{
    const struct forecast *forecast = self;
    struct forecast_model model = forecast->model;
    const int64_t metrics = names_count(model.metrics);
    const char **names = mem_zero((size_t)metrics, sizeof *names);
    double *table = mem_zero((size_t)metrics * 5, sizeof *table);
    struct number numbers[NUMBERS];
    struct measure measures[MEASURES];

    for (int64_t m = 0; m < metrics; m++) {
        names[m] = names_text(model.metrics, m);
        table[m * 5] = model.scaling[m].centre;
        table[m * 5 + 1] = model.scaling[m].scale;
        table[m * 5 + 2] = model.scaling[m].is_used;
        table[m * 5 + 3] = model.laws[m].centre;
        table[m * 5 + 4] = model.laws[m].spread;
    }
    archive_put_texts(archive, "/forecast/metrics", names, metrics);
    archive_put(archive, "/forecast/scaling",
                (struct archive_shape){
                    ARCHIVE_DOUBLE, 2, {metrics, 5}
    },
                table);
    archive_put(archive, "/forecast/parameters",
                (struct archive_shape){REAL_TYPE, 1, {forecast->predictor.parameter_count}},
                model.parameters);
    if (forecast->predictor.state_count > 0)
        archive_put(archive, "/forecast/state",
                    (struct archive_shape){REAL_TYPE, 1, {forecast->predictor.state_count}},
                    model.state);
    if (model.epoch_count > 0)
        archive_put(archive, "/forecast/epochs",
                    (struct archive_shape){
                        ARCHIVE_DOUBLE, 2, {model.epoch_count, 3}
        },
                    model.epochs);
    list_numbers(&forecast->settings, numbers);
    for (int n = 0; n < NUMBERS; n++)
        archive_put_int(archive, "/forecast", numbers[n].name, numbers[n].value);
    archive_put_int(archive, "/forecast", "best_epoch", model.best_epoch);
    archive_put_int(archive, "/forecast", "end", model.end);
    archive_put_int(archive, "/forecast", "training_items", model.training_items);
    archive_put_int(archive, "/forecast", "validation_items", model.validation_items);
    list_measures(&model, measures);
    for (int m = 0; measures[m].name; m++)
        archive_put_real(archive, "/forecast", measures[m].name, *measures[m].value);
    archive_put(archive, "/forecast/tally", (struct archive_shape){ARCHIVE_INT64, 1, {TALLY_BINS}},
                model.tally);
    if (forecast->trials.bytes)
        archive_put_text(archive, "/forecast", "trials", forecast->trials.bytes);
    mem_free(&names);
    mem_free(&table);
}

/* ---- reading --------------------------------------------------------------------------------------- */

static status read_names(struct archive *archive, struct name_table *names)
{
    int64_t *numbers = NULL, count = 0;

    TRY(archive_get_texts(archive, "/forecast/metrics", names, &numbers, &count));
    mem_free(&numbers);
    if (count == names_count(names) && count > 0 && count <= 1000000) return STATUS_OK;
    return fail(STATUS_BAD_INPUT, "%s: /forecast/metrics: %lld names, expected distinct ones",
                archive_path(archive), (long long)count);
}

static status read_numbers(struct archive *archive, struct forecast_settings *settings)
{
    struct number numbers[NUMBERS];

    list_numbers(settings, numbers);
    for (int n = 0; n < NUMBERS; n++) {
        TRY(archive_get_int(archive, "/forecast", numbers[n].name, &numbers[n].value));
        if (numbers[n].value < numbers[n].low || numbers[n].value > numbers[n].high)
            return fail(STATUS_BAD_INPUT, "%s: /forecast: %s is %lld, expected %lld to %lld",
                        archive_path(archive), numbers[n].name, (long long)numbers[n].value,
                        (long long)numbers[n].low, (long long)numbers[n].high);
    }
    take_numbers(numbers, settings);
    return STATUS_OK;
}

/* What was asked for in words must be what the model is. */
static status check_given(const struct settings *given, const struct forecast_settings *asked,
                          const struct forecast_settings *loaded)
{
    struct number a[NUMBERS], b[NUMBERS];

    list_numbers(asked, a);
    list_numbers(loaded, b);
    for (int n = 0; n < NUMBERS; n++)
        if (settings_is_given(given, a[n].name) && a[n].value != b[n].value)
            return fail(STATUS_BAD_USE,
                        "%s is not what the model was trained with; leave it out or train anew",
                        a[n].name);
    return STATUS_OK;
}

/* More parameters than this are no model of ours. */
static const double MOST_PARAMETERS = 4e9;

static status check_size(const struct archive *archive, const struct forecast_settings *s,
                         int64_t metrics)
{
    const double c = (double)metrics;
    const double linear = (double)s->lags * c * c * s->horizon;
    const double mixer =
        s->blocks * ((double)s->window * s->window + 2 * c * s->hidden + 4.0 * s->window * c)
        + (double)s->window * s->horizon;

    if (s->lags <= s->window && linear + mixer <= MOST_PARAMETERS) return STATUS_OK;
    return fail(STATUS_BAD_INPUT,
                "%s: /forecast: window, lags, horizon, blocks and hidden make no model",
                archive_path(archive));
}

static status read_arrays(struct archive *archive, int64_t metrics, struct forecast *forecast)
{
    struct forecast_model *model = &forecast->model;
    const struct predictor *predictor = &forecast->predictor;
    struct archive_shape table = {
        ARCHIVE_DOUBLE, 2, {metrics, 5}
    };
    struct archive_shape parameters = {REAL_TYPE, 1, {predictor->parameter_count}};
    struct archive_shape state = {REAL_TYPE, 1, {predictor->state_count}};
    void *items = NULL;

    TRY(score_tally_read(archive, model->tally));
    TRY(archive_get(archive, "/forecast/scaling", &table, &items));
    model->scaling = mem_zero((size_t)metrics, sizeof *model->scaling);
    model->laws = mem_zero((size_t)metrics, sizeof *model->laws);
    for (int64_t m = 0; m < metrics; m++) {
        const double *row = (const double *)items + m * 5;

        model->scaling[m] = (struct scaling){row[0], row[1], row[2] != 0};
        model->laws[m] = (struct residual_law){row[3], row[4]};
    }
    mem_free(&items);
    for (int64_t m = 0; m < metrics; m++)
        if (!(model->scaling[m].scale > 0) || !(model->laws[m].spread > 0))
            return fail(STATUS_BAD_INPUT, "%s: /forecast/scaling: row %lld is no scaling",
                        archive_path(archive), (long long)m);
    TRY(archive_get(archive, "/forecast/parameters", &parameters, &items));
    model->parameters = items;
    items = NULL;
    if (predictor->state_count > 0) TRY(archive_get(archive, "/forecast/state", &state, &items));
    model->state = items;
    return STATUS_OK;
}

static status read_epochs(struct archive *archive, struct forecast_model *model)
{
    struct archive_shape epochs = {
        ARCHIVE_DOUBLE, 2, {-1, 3}
    };
    void *items = NULL;
    int64_t end;

    TRY(archive_get_int(archive, "/forecast", "best_epoch", &model->best_epoch));
    TRY(archive_get_int(archive, "/forecast", "end", &end));
    TRY(archive_get_int(archive, "/forecast", "training_items", &model->training_items));
    TRY(archive_get_int(archive, "/forecast", "validation_items", &model->validation_items));
    model->end = (int)end;
    if (!archive_has(archive, "/forecast/epochs")) return STATUS_OK;
    TRY(archive_get(archive, "/forecast/epochs", &epochs, &items));
    model->epochs = items;
    model->epoch_count = epochs.extent[0];
    return STATUS_OK;
}

static status read_model(struct archive *archive, struct forecast *loaded)
{
    struct measure measures[MEASURES];

    if (!archive_has(archive, "/forecast/tally"))
        return fail(STATUS_BAD_INPUT, "%s: was fitted by an earlier build; fit it again",
                    archive_path(archive));
    TRY(read_names(archive, loaded->model.metrics));
    TRY(read_numbers(archive, &loaded->settings));
    TRY(check_size(archive, &loaded->settings, names_count(loaded->model.metrics)));
    forecast_make_predictor(loaded);
    TRY(archive_get_real(archive, "/", "fitted_until_unix_s", &loaded->model.fitted_until_unix_s));
    list_measures(&loaded->model, measures);
    for (int m = 0; measures[m].name; m++)
        TRY(archive_get_real(archive, "/forecast", measures[m].name, measures[m].value));
    TRY(read_arrays(archive, names_count(loaded->model.metrics), loaded));
    return read_epochs(archive, &loaded->model);
}

status forecast_load(void *self, struct archive *archive)
{
    struct forecast *forecast = self;
    struct forecast loaded = {.settings = forecast->settings};
    status st;

    loaded.model.metrics = names_create();
    st = read_model(archive, &loaded);
    if (!st) st = check_given(forecast->given, &forecast->settings, &loaded.settings);
    if (st) {
        if (loaded.has_predictor) predictor_release(&loaded.predictor);
        forecast_model_release(&loaded.model);
        return st;
    }
    if (forecast->has_predictor) predictor_release(&forecast->predictor);
    forecast_model_release(&forecast->model);
    forecast->settings = loaded.settings;
    forecast->predictor = loaded.predictor;
    forecast->has_predictor = true;
    forecast->model = loaded.model;
    return STATUS_OK;
}
