// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

#include <string.h>

static void add_array(struct checksum *sum, const void *items, int64_t count, size_t item_bytes)
{
    if (count > 0) checksum_add(sum, items, (size_t)count * item_bytes);
}

void forecast_model_name(const struct forecast *forecast, char *text)
{
    const struct forecast_model *model = &forecast->model;
    const int64_t metrics = names_count(model->metrics);
    struct checksum sum = checksum_start();

    for (int64_t m = 0; m < metrics; m++) {
        const char *name = names_text(model->metrics, m);
        const double numbers[] = {model->scaling[m].centre, model->scaling[m].scale,
                                  model->laws[m].centre, model->laws[m].spread};

        checksum_add(&sum, name, strlen(name) + 1);
        checksum_add(&sum, numbers, sizeof numbers);
    }
    add_array(&sum, model->parameters, forecast->predictor.parameter_count, sizeof(real));
    add_array(&sum, model->state, forecast->predictor.state_count, sizeof(real));
    checksum_text(&sum, text);
}

status score_tally_read(struct archive *archive, int64_t *tally)
{
    struct archive_shape shape = {ARCHIVE_INT64, 1, {TALLY_BINS}};
    void *items = NULL;
    int64_t left = (int64_t)1 << 50;

    TRY(archive_get(archive, "/forecast/tally", &shape, &items));
    memcpy(tally, items, TALLY_BINS * sizeof *tally);
    mem_free(&items);
    for (int bin = 0; bin < TALLY_BINS; bin++) {
        if (tally[bin] < 0 || tally[bin] > left)
            return fail(STATUS_BAD_INPUT,
                        "%s: /forecast/tally: bin %d holds %lld, expected a count",
                        archive_path(archive), bin, (long long)tally[bin]);
        left -= tally[bin];
    }
    return STATUS_OK;
}

/* Scores of what the model has learned from are too small. */
static status check_unseen(const struct forecast *forecast, struct archive *scores)
{
    int64_t start_unix_s;

    TRY(archive_get_int(scores, "/", "start_unix_s", &start_unix_s));
    if ((double)start_unix_s >= forecast->model.fitted_until_unix_s) return STATUS_OK;
    return fail(STATUS_BAD_INPUT, "%s: begins before the end of what the model was fitted on",
                archive_path(scores));
}

static status check_same_model(const struct forecast *forecast, struct archive *scores)
{
    char expected[CHECKSUM_TEXT_BYTES];
    struct text name = {0};
    status st = STATUS_OK;

    forecast_model_name(forecast, expected);
    TRY(archive_get_text(scores, "/forecast", "model", &name));
    if (strcmp(name.bytes ? name.bytes : "", expected) != 0)
        st = fail(STATUS_BAD_INPUT, "%s: its forecast scores are those of another model",
                  archive_path(scores));
    text_release(&name);
    return st;
}

status forecast_recall(void *self, struct archive *scores)
{
    struct forecast *forecast = self;
    struct forecast_model *model = &forecast->model;
    struct recalled *recalled = &forecast->recalled;
    int64_t tally[TALLY_BINS];

    if (forecast->settings.quantile > 0) return STATUS_OK;
    TRY(check_same_model(forecast, scores));
    TRY(check_unseen(forecast, scores));
    TRY(score_tally_read(scores, tally));
    if (recalled->files++ == 0) {
        recalled->model_threshold = model->threshold;
        memcpy(recalled->tally, model->tally, sizeof model->tally);
    }
    recalled->samples += score_tally_add_below(recalled->tally, tally, model->trouble);
    model->threshold =
        score_tally_threshold(recalled->tally, threshold_rate(&forecast->settings, model));
    return STATUS_OK;
}
