// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file learner.h
 * A predictor over a data set as something that can be trained, see telltale/train.h.
 */
#pragma once

#include "forecast.h"

struct forecast_learner {
    const struct predictor *predictor; /**< borrowed */
    const struct data_set *data;       /**< borrowed */
    struct predictor_work work;
    bool is_joint;         /**< batch norm: all samples of a batch at once */
    int tile;              /**< samples that go through together */
    int shards;            /**< that go through together */
    real *target;          /**< [shards][horizon][tile][metrics] */
    real *mixer_gradient;  /**< [shards][parameters of the mixer], zero between calls */
    const float **windows; /**< [tile] */
    int64_t *items;        /**< [tile] */
};

void forecast_learner_init(const struct comm *comm, const struct predictor *predictor,
                           const struct data_set *data, const struct train_options *options,
                           struct forecast_learner *learner);
void forecast_learner_release(struct forecast_learner *learner);
struct learner forecast_learner_face(struct forecast_learner *learner);
