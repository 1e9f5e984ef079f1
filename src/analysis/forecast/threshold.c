// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

#include <telltale/scores.h>

#include <math.h>
#include <string.h>

/* ---- what is usual for each metric's error ---------------------------------------------------------- */

/* Quartiles of a normal law are so far apart, in deviations. */
static const double NORMAL_IQR = 1.3489795003921634;

/* In scaled units: an error below a hundredth of a metric's deviation is as good as none. */
static const double LEAST_SPREAD = 0.01;

/* What happens once in two thousand times on each side is no more than this many spreads off. */
static const double RARE = 0.0005, RARE_DEVIATE = 3.2905267314918945;

void residual_laws_learn(const struct comm *comm, const float *residuals, int64_t items,
                         int metrics, const struct scaling *scaling, struct residual_law *laws)
{
    static const double fractions[] = {RARE, 0.25, 0.5, 0.75, 1 - RARE};
    struct column *columns = mem_zero((size_t)metrics, sizeof *columns);
    int32_t *set_of = mem_zero((size_t)metrics, sizeof *set_of);
    double *quantile[5];
    const struct column_sets sets = {columns, set_of, metrics, metrics};

    for (int m = 0; m < metrics; m++) {
        columns[m] = (struct column){residuals + m, items, metrics};
        set_of[m] = m;
    }
    for (int q = 0; q < 5; q++) {
        quantile[q] = mem_zero((size_t)metrics, sizeof **quantile);
        quantiles_of(comm, &sets, fractions[q], quantile[q]);
    }
    for (int m = 0; m < metrics; m++) {
        const double iqr = (quantile[3][m] - quantile[1][m]) / NORMAL_IQR;
        const double tails = (quantile[4][m] - quantile[0][m]) / (2 * RARE_DEVIATE);

        laws[m] = (struct residual_law){quantile[2][m], fmax(fmax(iqr, tails), LEAST_SPREAD)};
        if (!scaling[m].is_used || isnan(quantile[2][m]))
            laws[m] = (struct residual_law){0, LEAST_SPREAD};
    }
    for (int q = 0; q < 5; q++) mem_free(&quantile[q]);
    mem_free(&columns);
    mem_free(&set_of);
}

double residual_score(const float *residuals, const struct residual_law *laws, int metrics,
                      double clip, float *z)
{
    double squares = 0;
    int count = 0;

    for (int m = 0; m < metrics; m++) {
        const double off = ((double)residuals[m] - laws[m].centre) / laws[m].spread;

        z[m] = NAN;
        if (isnan(residuals[m])) continue;
        z[m] = (float)fmax(-clip, fmin(off, clip));
        squares += (double)z[m] * (double)z[m];
        count++;
    }
    return count > 0 ? sqrt(squares / count) : (double)NAN;
}

/* ---- the threshold ----------------------------------------------------------------------------------- */

/* Scores of items in a row as they would come in a night: a moving average within each run. */
static void smooth(const struct item_list *list, double weight, double *scores)
{
    for (int64_t r = 0; r < list->run_count; r++) {
        double *run = scores + list->runs[r].number;
        double mean = run[0];

        for (int64_t i = 0; i < list->runs[r].count; i++) {
            if (isnan(mean)) mean = run[i];
            if (!isnan(run[i])) mean += weight * (run[i] - mean);
            run[i] = mean;
        }
    }
}

/* Collective. All items' scores, on rank 0; NaN left out. */
static int64_t gather_scores(const struct comm *comm, const struct forecast_settings *settings,
                             const struct forecast_model *model, const struct item_list *list,
                             const float *residuals, struct span mine, double **scores)
{
    const int metrics = (int)names_count(model->metrics);
    double *own = mem_zero((size_t)mine.count + 1, sizeof *own);
    float *z = mem_zero((size_t)metrics, sizeof *z);
    int64_t count, kept = 0;

    for (int64_t i = 0; i < mine.count; i++)
        own[i] = residual_score(residuals + i * metrics, model->laws, metrics, settings->clip, z);
    comm_gather_rows(comm, own, mine.count, sizeof *own, (void **)scores, &count);
    mem_free(&own);
    mem_free(&z);
    if (!*scores) return 0;
    if (settings->smoothing < 1 && count == list->item_count)
        smooth(list, settings->smoothing, *scores);
    for (int64_t i = 0; i < count; i++)
        if (!isnan((*scores)[i])) (*scores)[kept++] = (*scores)[i];
    return kept;
}

void threshold_warn(const struct forecast_settings *settings, const struct forecast_model *model)
{
    if (!(model->threshold > settings->clip)) return;
    warn(
        "the threshold %.4g is more than any score comes to (clip: %g), so nothing can alarm: what was "
        "held out says too little of what happens to a host %g times a day; give more nights, "
        "or allow more false_alarms_per_host_day",
        model->threshold, settings->clip, settings->false_alarms_per_host_day);
}

double threshold_rate(const struct forecast_settings *settings, const struct forecast_model *model)
{
    return settings->false_alarms_per_host_day / (86400 / model->period_s);
}

/* What is this much rarer than the stated rate is trouble, not chance. */
static const double TROUBLE_RARITY = 100;

/* @param scores  shape [count], rearranged */
static void set_thresholds(const struct forecast_settings *settings, double *scores, int64_t count,
                           struct forecast_model *model)
{
    const double rate = threshold_rate(settings, model);
    const int64_t quantile_rank = (int64_t)floor(settings->quantile * (double)(count - 1));

    memset(model->tally, 0, sizeof model->tally);
    for (int64_t i = 0; i < count; i++) score_tally_add(model->tally, scores[i]);
    model->trouble = tail_threshold(scores, count, rate / TROUBLE_RARITY);
    model->threshold = tail_threshold(scores, count, rate);
    if (settings->quantile > 0 && count > 0)
        model->threshold = rank_in_place(scores, count, quantile_rank);
}

void threshold_learn(const struct comm *comm, const struct forecast_settings *settings,
                     const struct predictor *predictor, const struct data_set *data,
                     struct forecast_model *model)
{
    const bool is_of_training = settings->quantile > 0;
    const struct item_list *list = is_of_training ? &data->training : &data->validation;
    const struct span calibration = train_my_validation(comm, data->validation.item_count);
    const struct span mine = is_of_training
                                 ? train_my_items(comm, &settings->train, data->training.item_count)
                                 : calibration;
    const int64_t room = mine.count > calibration.count ? mine.count : calibration.count;
    float *residuals = mem_array((size_t)(room * data->metrics) + 1, sizeof *residuals);
    double *scores = NULL;
    int64_t count;

    comm_stage_begin(comm, "calibrate");
    residuals_of_items(predictor, model, data, &data->validation, calibration, residuals);
    residual_laws_learn(comm, residuals, calibration.count, data->metrics, model->scaling,
                        model->laws);
    if (is_of_training) residuals_of_items(predictor, model, data, list, mine, residuals);
    count = gather_scores(comm, settings, model, list, residuals, mine, &scores);
    if (comm_rank(comm) == 0) set_thresholds(settings, scores, count, model);
    comm_broadcast(comm, &model->threshold, sizeof model->threshold, 0);
    comm_broadcast(comm, &model->trouble, sizeof model->trouble, 0);
    comm_broadcast(comm, model->tally, sizeof model->tally, 0);
    comm_stage_end(comm);
    mem_free(&scores);
    mem_free(&residuals);
}
