// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file train.h
 * Data-parallel training of anything that has parameters, a loss and a gradient.
 *
 * A global batch is S shards of a fixed number of items. Training items are cut into S runs of equal length;
 * shard s of every batch is drawn from run s, each item once an epoch, in an order that follows from seed, epoch and
 * run. So batches are stratified, and a rank that works on some shards needs the data of their runs alone. A
 * shard's gradient is made by one rank and shards are summed exactly (`struct exact_sums`), so losses and parameters
 * have the same bits on any number of ranks, and after an interruption the same as without.
 */
#pragma once

#include <telltale/comm.h>
#include <telltale/config.h>
#include <telltale/nn.h>
#include <telltale/store.h>

/** Some shards of one global batch: those of this rank. */
struct train_shards {
    int shards,
        items; /**< items a shard; shards may be 0, sums over the batch are still asked for */
    const int64_t *item; /**< [shards][items]: numbers of training items */
    const uint64_t *key; /**< [shards][items]: names of the items' draws, dropout's for one */
    double scale;        /**< 1 / (items in the batch * entries): losses are means */
    const struct nn_sums
        *sums; /**< over the whole batch; where it is used every rank calls it alike */
};

/** What is trained. */
struct learner {
    void *self;
    int64_t parameter_count;
    int64_t state_count; /**< of running statistics; 0: none */
    int64_t training_items, validation_items;
    int64_t entries; /**< predicted numbers of an item */

    /**
     * @param gradient  shape [shards][parameters], cleared before: scale * derivative of each shard's loss
     * @param losses    shape [shards]: sum of squared errors, not scaled
     */
    void (*gradients)(void *self, const real *parameters, const struct train_shards *shards,
                      real *gradient, double *losses);

    /** After gradients(): move the running statistics. NULL where there are none. */
    void (*move_state)(void *self, real *state);

    /** Sum of squared errors of some validation items. Local. */
    double (*validate)(void *self, const real *parameters, const real *state, struct span items);
};

/** Rows for the parameter table of an analysis that trains. */
#define TRAIN_PARAMETERS \
    {"epochs", PARAMETER_INT, "80", 1, 100000, NULL, "Most passes over the training windows"}, \
        {"batch_shards", \
         PARAMETER_INT, \
         "16", \
         1, \
         4096, \
         NULL, \
         "Shards of a global batch; ranks share them, at least 8 a rank keep all busy"}, \
        {"shard_items", PARAMETER_INT, "32", 1, 4096, NULL, "Windows of a shard"}, \
        {"epoch_steps", \
         PARAMETER_INT, \
         "0", \
         0, \
         1e9, \
         NULL, \
         "End an epoch after so many batches; 0: after all windows"}, \
        {"learning_rate", PARAMETER_REAL, "0.001", 1e-9, 10, NULL, "AdamW's step length"}, \
        {"weight_decay", PARAMETER_REAL, "0.01", 0, 10, NULL, "AdamW's decay"}, \
        {"schedule", \
         PARAMETER_CHOICE, \
         "cosine", \
         0, \
         0, \
         "constant|cosine|plateau", \
         "How the step length falls: not at all, along a cosine that restarts, or by half where " \
         "validation stands still"}, \
        {"schedule_epochs", \
         PARAMETER_INT, \
         "10", \
         1, \
         100000, \
         NULL, \
         "Epochs of the first cosine, each next is twice as long; or patience of plateau"}, \
        {"patience", \
         PARAMETER_INT, \
         "12", \
         1, \
         100000, \
         NULL, \
         "Stop after so many epochs without a better validation loss"}, \
    { \
        "seed", PARAMETER_INT, "1", 0, 9007199254740992.0, NULL, \
            "Of first weights, order of windows and dropout" \
    }

enum train_schedule { TRAIN_CONSTANT, TRAIN_COSINE, TRAIN_PLATEAU };

struct train_options {
    int64_t epochs, batch_shards, shard_items, epoch_steps, schedule_epochs, patience;
    uint64_t seed;
    enum train_schedule schedule;
    struct adamw adamw;
};

/** From settings that have TRAIN_PARAMETERS. */
struct train_options train_options_of(const struct settings *settings);

/** The training items that a rank is ever asked for; those of no run, fewer than S, are left out. */
struct span train_my_items(const struct comm *comm, const struct train_options *options,
                           int64_t training_items);

/** The validation items that a rank is asked for. */
struct span train_my_validation(const struct comm *comm, int64_t validation_items);

/** Step length of an epoch; @p stalls: how often plateau has seen validation stand still. Pure. */
double train_rate(const struct train_options *options, int64_t epoch, int64_t stalls);

/** Item @p place of the order that a key gives @p count items: a permutation, computed in place. Pure. */
int64_t train_order(uint64_t key, int64_t count, int64_t place);

struct train_epoch {
    double training_loss, validation_loss; /**< means of squared errors */
    double learning_rate;
};

enum train_end { TRAIN_UNDER_WAY, TRAIN_ALL_EPOCHS, TRAIN_STOPPED_EARLY, TRAIN_DIVERGED };

/** A training under way or done. Owned arrays, the same on every rank. */
struct training {
    real *best, *best_state; /**< [parameters], [state]: at the lowest validation loss */
    double best_loss;        /**< infinite before the first epoch is over */
    int64_t best_epoch;
    struct train_epoch *epochs; /**< [epoch_count] */
    int64_t epoch_count;
    enum train_end end;
};

void training_release(struct training *training);

/** What a checkpoint that is there is for. */
enum train_resume {
    TRAIN_ANEW,          /**< it is written over */
    TRAIN_RESUME,        /**< go on from it; one of another training is an error */
    TRAIN_RESUME_IF_SAME /**< the same, but one that does not fit is passed over with a notice */
};

/** Where the training stands in a file between starts; NULL path: nowhere. */
struct train_checkpoint {
    const char *path;
    enum train_resume resume;
    double interval_s;   /**< write it this often, and after each epoch that took longer */
    const char *problem; /**< what is trained on what: a checkpoint of another is refused */
};

/**
 * Collective. Train from @p parameters and @p state, which are used up. STATUS_INTERRUPTED with a checkpoint
 * written where the run is told to stop. A loss that is not finite, or a thousand times the first batch's,
 * ends the training with what was best until then and `end` TRAIN_DIVERGED; STATUS_FAILED where that is
 * nothing.
 */
status train_run(const struct comm *comm, const struct learner *learner,
                 const struct train_options *options, const struct train_checkpoint *checkpoint,
                 real *parameters, real *state, struct training *training);
