// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/train.h>

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { INPUTS = 7, ITEMS = 403, VALIDATION = 300 };

/* y = w x with a known w and a little noise, learned by its own gradient. */
struct line {
    double truth[INPUTS];
    int64_t gradients;   /* calls so far */
    int64_t stop_at;     /* raise SIGUSR1 at this call; 0: never */
    int64_t seen[ITEMS]; /* how often each training item came */
};

static void item_of(const struct line *line, int64_t number, double *x, double *y)
{
    struct random random = random_start(5, (uint64_t)number);

    *y = 0.01 * random_normal(&random);
    for (int i = 0; i < INPUTS; i++) {
        x[i] = random_normal(&random);
        *y += line->truth[i] * x[i];
    }
}

static double error_of(const struct line *line, const real *parameters, int64_t item, double *x)
{
    double y;
    double predicted = 0;

    item_of(line, item, x, &y);
    for (int i = 0; i < INPUTS; i++) predicted += (double)parameters[i] * x[i];
    return predicted - y;
}

static void gradients(void *self, const real *parameters, const struct train_shards *shards,
                      real *gradient, double *losses)
{
    struct line *line = self;
    double x[INPUTS];

    if (++line->gradients == line->stop_at) raise(SIGUSR1);
    for (int shard = 0; shard < shards->shards; shard++) {
        losses[shard] = 0;
        for (int i = 0; i < shards->items; i++) {
            const int64_t item = shards->item[shard * shards->items + i];
            const double error = error_of(line, parameters, item, x);

            line->seen[item]++;
            losses[shard] += error * error;
            for (int k = 0; k < INPUTS; k++)
                gradient[shard * INPUTS + k] += (real)(2 * shards->scale * error * x[k]);
        }
    }
}

static double validate(void *self, const real *parameters, const real *state, struct span items)
{
    double x[INPUTS];
    double sum = 0;

    (void)state;
    for (int64_t i = items.first; i < items.first + items.count; i++) {
        const double error = error_of(self, parameters, ITEMS + i, x);

        sum += error * error;
    }
    return sum;
}

static struct line make_line(void)
{
    struct line line = {0};

    for (int i = 0; i < INPUTS; i++) line.truth[i] = 0.5 * (i - 3);
    return line;
}

static struct learner learner_of(struct line *line)
{
    return (struct learner){.self = line,
                            .parameter_count = INPUTS,
                            .training_items = ITEMS,
                            .validation_items = VALIDATION,
                            .entries = 1,
                            .gradients = gradients,
                            .validate = validate};
}

static struct train_options options_of(enum train_schedule schedule)
{
    return (struct train_options){
        .epochs = 40,
        .batch_shards = 4,
        .shard_items = 5,
        .schedule_epochs = 5,
        .patience = 12,
        .seed = 3,
        .schedule = schedule,
        .adamw = {0.02, 0.9, 0.999, 1e-8, 0}
    };
}

static status train(struct line *line, const struct train_options *options,
                    const struct train_checkpoint *checkpoint, struct training *training)
{
    const struct learner learner = learner_of(line);
    real parameters[INPUTS] = {0};
    real state[1];

    return train_run(check_comm, &learner, options, checkpoint, parameters, state, training);
}

static const struct train_checkpoint nowhere = {.interval_s = 1e9, .problem = "line"};

static void a_line_is_learned(void)
{
    struct line line = make_line();
    const struct train_options options = options_of(TRAIN_COSINE);
    struct training training;

    CHECK(train(&line, &options, &nowhere, &training) == STATUS_OK);
    CHECK(training.best_loss < 4e-4);
    for (int i = 0; i < INPUTS; i++) CHECK_CLOSE((double)training.best[i], line.truth[i], 0.01);
    training_release(&training);
}

/* Each rank also trains alone, as a group of one. */
static void losses_and_weights_are_those_of_one_rank(void)
{
    const struct train_options options = options_of(TRAIN_PLATEAU);
    struct comm *alone = comm_group_create(check_comm, comm_rank(check_comm));
    struct line line = make_line();
    const struct learner learner = learner_of(&line);
    real parameters[INPUTS] = {0};
    real state[1];
    struct training together, single;

    CHECK(train(&line, &options, &nowhere, &together) == STATUS_OK);
    CHECK(train_run(alone, &learner, &options, &nowhere, parameters, state, &single) == STATUS_OK);
    CHECK(single.epoch_count == together.epoch_count);
    CHECK(memcmp(single.best, together.best, INPUTS * sizeof(real)) == 0);
    CHECK(memcmp(single.epochs, together.epochs, (size_t)single.epoch_count * sizeof *single.epochs)
          == 0);
    training_release(&together);
    training_release(&single);
    comm_group_destroy(&alone);
}

static void every_item_comes_once_an_epoch(void)
{
    struct line line = make_line();
    struct train_options options = options_of(TRAIN_CONSTANT);
    struct training training;
    int64_t seen[ITEMS];
    int64_t once = 0;

    options.epochs = 1;
    CHECK(train(&line, &options, &nowhere, &training) == STATUS_OK);
    memcpy(seen, line.seen, sizeof seen);
    comm_sum_int64s(check_comm, seen, ITEMS);
    for (int i = 0; i < ITEMS; i++) {
        CHECK(seen[i] <= 1);
        once += seen[i];
    }
    CHECK(once == 400); /* runs of 100, three items in no run */
    training_release(&training);
}

static void a_training_that_was_stopped_ends_with_the_bits_of_one_that_was_not(void)
{
    const char *path = "train_checkpoint.h5";
    const struct train_options options = options_of(TRAIN_COSINE);
    struct train_checkpoint checkpoint = {
        .path = path, .resume = TRAIN_RESUME, .interval_s = 1e9, .problem = "line"};
    struct line straight = make_line();
    struct line stopped = make_line();
    struct training expected, training;

    if (comm_rank(check_comm) == 0) unlink(path);
    comm_barrier(check_comm);
    CHECK(train(&straight, &options, &nowhere, &expected) == STATUS_OK);
    stopped.stop_at = comm_rank(check_comm) == comm_size(check_comm) - 1 ? 53 : 0;
    CHECK(train(&stopped, &options, &checkpoint, &training) == STATUS_INTERRUPTED);
    comm_forget_stop();
    checkpoint.problem = "another line";
    CHECK(train(&stopped, &options, &checkpoint, &training) == STATUS_BAD_INPUT);
    checkpoint.problem = "line";
    CHECK(train(&stopped, &options, &checkpoint, &training) == STATUS_OK);
    CHECK(training.epoch_count == expected.epoch_count);
    CHECK(memcmp(training.epochs, expected.epochs,
                 (size_t)training.epoch_count * sizeof *training.epochs)
          == 0);
    CHECK(memcmp(training.best, expected.best, INPUTS * sizeof(real)) == 0);
    training_release(&training);
    training_release(&expected);
    comm_barrier(check_comm);
    if (comm_rank(check_comm) == 0) unlink(path);
}

static void a_loss_that_diverges_ends_the_training(void)
{
    struct line line = make_line();
    struct train_options options = options_of(TRAIN_CONSTANT);
    struct training training;

    options.adamw.learning_rate = 1e30;
    CHECK(train(&line, &options, &nowhere, &training) == STATUS_FAILED);
    CHECK(strstr(status_message(), "learning_rate"));
}

static void too_few_items_are_refused(void)
{
    struct line line = make_line();
    struct train_options options = options_of(TRAIN_CONSTANT);
    struct training training;

    options.shard_items = 101;
    CHECK(train(&line, &options, &nowhere, &training) == STATUS_BAD_INPUT);
}

CHECK_MAIN({"a line", a_line_is_learned}, {"bits", losses_and_weights_are_those_of_one_rank},
           {"items", every_item_comes_once_an_epoch},
           {"resume", a_training_that_was_stopped_ends_with_the_bits_of_one_that_was_not},
           {"divergence", a_loss_that_diverges_ends_the_training},
           {"too few", too_few_items_are_refused})
