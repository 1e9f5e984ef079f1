// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file ridge.h
 * Normal equations of a ridge regression on lagged rows, whole on one rank or spread over all.
 */
#pragma once

#include "learn.h"

enum {
    RIDGE_PENALTIES = 5,
    RIDGE_DOT_ROWS = 48,         /**< of one side of linalg_dot_add() at a time */
    RIDGE_VALIDATION_BLOCK = 256 /**< items of one sum */
};

/** Penalties that are tried, a share of the items each. */
extern const double ridge_penalties[RIDGE_PENALTIES];

/** What is regressed on what; all borrowed. */
struct ridge_problem {
    const struct comm *comm;
    const struct data_set *data;
    const struct lagged *lagged;
    int64_t inputs;                   /**< lags * metrics + 1 */
    int64_t outputs;                  /**< horizon * metrics */
    struct span training, validation; /**< items of this rank */
    int64_t part_items;               /**< training items of one sum, so that sums go by no rank */
};

/** Items in a row: place i of an item is row[i][item], lagged values, a 1 and what is to come. */
struct lag_rows {
    double *turned;
    const double **row; /**< [inputs + outputs][items] */
    int items;
};

/** Local. Give the runs that some items are in to @p take, one after the other. */
typedef void ridge_run_function(void *self, const struct lag_rows *rows);
void ridge_each_run(const struct ridge_problem *problem, const struct item_list *list,
                    struct span items, ridge_run_function *take, void *self);

/**
 * Collective. The same regression with equations dealt out to all ranks and solved by ScaLAPACK; validation errors are
 * summed over items. Bits depend on the number of ranks.
 *
 * @param weights  shape [inputs, outputs], the same on every rank
 */
status ridge_spread_fit(const struct ridge_problem *problem, double *weights, double *loss);
