// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file learn.h
 * Learning: ridge regression, what is trained from it, and the search for settings.
 */
#pragma once

#include "forecast.h"

/**
 * Collective. Ridge regression from normal equations; the penalty that validates best. Equations of a higher order than
 * settings->one_rank_equations are spread over the ranks. STATUS_FAILED where they are not positive definite.
 */
status ridge_fit(const struct comm *comm, const struct forecast_settings *settings,
                 const struct data_set *data, const struct lagged *lagged, real *parameters,
                 double *validation_loss);

/** A ridge regression that trainings start from. */
struct linear_start {
    real *parameters; /**< owned, [lagged parameters]; NULL: there is none */
    double loss;      /**< mean squared error of the validation items, scaled */
};

/** Collective. For predictors with a linear part; of others it is none. */
status linear_start_fit(const struct comm *comm, const struct forecast_settings *settings,
                        const struct data_set *data, const struct predictor *predictor,
                        struct linear_start *linear);
void linear_start_release(struct linear_start *linear);

/** Learns everything but the threshold with the settings it has. Collective. @param linear  as fitted for them */
status forecast_train(const struct comm *comm, const struct forecast_settings *settings,
                      const struct data_set *data, const struct predictor *predictor,
                      const struct linear_start *linear, const struct train_checkpoint *checkpoint,
                      struct forecast_model *model);

/**
 * Collective. Successive halving (Jamieson, Talwalkar 2016) over settings drawn at random: forecast->settings become those
 * that validate best, and are to be trained; every training is a line of forecast->trials. Trials are dealt out to groups
 * of ranks.
 *
 * Trials of smaller windows predict the same rows from the last samples of the window asked for, so that all are judged by
 * the same. Where such a window is the best, the data set is to be made anew for it.
 *
 * @param linear  what all trials start from
 * @param data    scaled; what a rank holds changes, and is as before at the end if the window is
 * @param best    the number of the trial
 */
status forecast_search(struct forecast *forecast, struct view *const *nights,
                       const struct linear_start *linear, struct data_set *data, int64_t *best);

/** The last line of the table: what the best came to in the training itself. */
void forecast_search_end(struct forecast *forecast, int64_t best);
