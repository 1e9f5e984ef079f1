// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file train_private.h
 * What the files of train share: a training's whole state.
 */
#pragma once

#include <telltale/train.h>

/** All that a training needs to go on; checkpoint.c writes and reads it. */
struct progress {
    const struct learner *learner;
    const struct train_options *options;
    real *parameters, *state; /**< borrowed from the caller */
    real *first_moment, *second_moment;
    int64_t epoch, step_in_epoch; /**< about to be done */
    int64_t step;                 /**< AdamW's t so far */
    int64_t stalls, epochs_since_best, epochs_since_stall;
    double epoch_loss; /**< sum of squared errors of the epoch so far */
    double first_loss; /**< of the first batch of all */
    struct training *training;
};

int64_t progress_epoch_steps(const struct progress *progress);

/** Collective. */
status checkpoint_write(const struct comm *comm, const struct train_checkpoint *checkpoint,
                        const struct progress *progress);

/** Collective. Everything at once or nothing. */
status checkpoint_read(const struct comm *comm, const struct train_checkpoint *checkpoint,
                       struct progress *progress);

/** Sums over the batch for layers that ask for them. */
struct batch_sums {
    const struct comm *comm;
    struct exact_sums *sums; /**< of the last count asked for */
    int64_t count;
};

void batch_sums_add(void *self, const double *items, int64_t count);
void batch_sums_total(void *self, double *items, int64_t count);
void batch_sums_release(struct batch_sums *sums);
