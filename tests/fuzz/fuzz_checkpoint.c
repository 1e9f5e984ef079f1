// SPDX-License-Identifier: BSD-3-Clause
/* `telltale fit --resume`: a training of a few epochs goes on from the input; an empty one begins it, and keeps it. */
#include "fuzz.h"

#include <telltale/train.h>

#include <unistd.h>

enum { INPUTS = 3, ITEMS = 40, VALIDATION = 12, EPOCHS = 3 };

static double error_of(const real *parameters, int64_t item, int input)
{
    const double x = (double)((item * 7 + input * 3) % 11) - 5.0;

    return ((double)parameters[input] - 0.5 * input) * x;
}

static void gradients(void *self, const real *parameters, const struct train_shards *shards,
                      real *gradient, double *losses)
{
    (void)self;
    for (int shard = 0; shard < shards->shards; shard++) {
        losses[shard] = 0.0;
        for (int i = 0; i < shards->items; i++) {
            for (int k = 0; k < INPUTS; k++) {
                const int64_t item = shards->item[shard * shards->items + i];
                const double error = error_of(parameters, item, k);

                ASSERT(item >= 0 && item < ITEMS);
                losses[shard] += error * error;
                gradient[shard * INPUTS + k] += (real)(2.0 * shards->scale * error);
            }
        }
    }
}

static double validate(void *self, const real *parameters, const real *state, struct span items)
{
    double sum = 0.0;

    (void)self;
    (void)state;
    for (int64_t i = items.first; i < items.first + items.count; i++)
        for (int k = 0; k < INPUTS; k++) sum += error_of(parameters, i, k);
    return sum * sum;
}

void fuzz_one(const char *bytes, size_t length)
{
    const struct learner learner = {.parameter_count = INPUTS,
                                    .training_items = ITEMS,
                                    .validation_items = VALIDATION,
                                    .entries = 1,
                                    .gradients = gradients,
                                    .validate = validate};
    const struct train_options options = {
        .epochs = EPOCHS,
        .batch_shards = 2,
        .shard_items = 5,
        .schedule_epochs = 2,
        .patience = 12,
        .seed = 3,
        .schedule = TRAIN_PLATEAU,
        .adamw = {0.02, 0.9, 0.999, 1e-8, 0}
    };
    const struct train_checkpoint checkpoint = {.path = fuzz_file(bytes, length),
                                                .resume = TRAIN_RESUME,
                                                .interval_s = length == 0 ? 0.0 : 1e9,
                                                .problem = "a line"};
    real parameters[INPUTS] = {0};
    real state[1] = {0};
    struct training training;

    if (length == 0) unlink(checkpoint.path);
    if (train_run(fuzz_comm, &learner, &options, &checkpoint, parameters, state, &training)) return;
    ASSERT(training.epoch_count <= EPOCHS);
    training_release(&training);
}
