// SPDX-License-Identifier: BSD-3-Clause
#include "train_private.h"

#include <math.h>
#include <string.h>

/* Validation items of one local sum; part of the result's definition, since sums go by blocks. */
enum { VALIDATION_BLOCK = 256 };

/* Beside the gradient each step's exact sum carries the loss and what ranks want to say. */
enum { SUM_LOSS, SUM_BROKEN, SUM_STOP, SUM_CHECKPOINT, SUM_EXTRAS };

/* A loss so many times the first batch's counts as diverged. */
static const double DIVERGED = 1e3;

/* What one run of train_run() works with on this rank. */
struct worker {
    const struct comm *comm;
    const struct train_checkpoint *checkpoint;
    struct span my_shards; /* of each batch */
    int64_t *item;
    uint64_t *key;
    double *losses; /* [shards] */
    real *gradient; /* [shards][parameters] */
    double *addend; /* [parameters + SUM_EXTRAS] */
    struct exact_sums *sums;
    struct batch_sums batch_sums;
    double last_checkpoint_s;
};

static int64_t batch_items(const struct train_options *options)
{
    return options->batch_shards * options->shard_items;
}

static int64_t run_items(const struct train_options *options, int64_t training_items)
{
    return training_items / options->batch_shards;
}

struct span train_my_items(const struct comm *comm, const struct train_options *options,
                           int64_t training_items)
{
    const struct span shards = comm_share(comm, options->batch_shards);
    const int64_t items = run_items(options, training_items);

    return (struct span){shards.first * items, shards.count * items};
}

static struct span my_blocks(const struct comm *comm, int64_t items)
{
    return comm_share(comm, (items + VALIDATION_BLOCK - 1) / VALIDATION_BLOCK);
}

struct span train_my_validation(const struct comm *comm, int64_t validation_items)
{
    const struct span blocks = my_blocks(comm, validation_items);
    const int64_t first = blocks.first * VALIDATION_BLOCK;
    const int64_t end = (blocks.first + blocks.count) * VALIDATION_BLOCK;

    if (blocks.count == 0) return (struct span){0, 0};
    return (struct span){first, (end < validation_items ? end : validation_items) - first};
}

int64_t progress_epoch_steps(const struct progress *progress)
{
    const struct train_options *options = progress->options;
    const int64_t all =
        run_items(options, progress->learner->training_items) / options->shard_items;

    return options->epoch_steps > 0 && options->epoch_steps < all ? options->epoch_steps : all;
}

static void worker_start(struct worker *worker, const struct progress *progress)
{
    const struct train_options *options = progress->options;
    const int64_t parameters = progress->learner->parameter_count;
    size_t items;

    worker->my_shards = comm_share(worker->comm, options->batch_shards);
    items = (size_t)(worker->my_shards.count * options->shard_items);
    worker->item = mem_zero(items + 1, sizeof *worker->item);
    worker->key = mem_zero(items + 1, sizeof *worker->key);
    worker->losses = mem_zero((size_t)worker->my_shards.count + 1, sizeof *worker->losses);
    worker->gradient =
        mem_array((size_t)(worker->my_shards.count * parameters) + 1, sizeof *worker->gradient);
    worker->addend = mem_zero((size_t)parameters + SUM_EXTRAS, sizeof *worker->addend);
    worker->sums = exact_create(parameters + SUM_EXTRAS);
    worker->batch_sums.comm = worker->comm;
    worker->last_checkpoint_s = clock_monotonic_s();
}

static void worker_end(struct worker *worker)
{
    mem_free(&worker->item);
    mem_free(&worker->key);
    mem_free(&worker->losses);
    mem_free(&worker->gradient);
    mem_free(&worker->addend);
    exact_destroy(&worker->sums);
    batch_sums_release(&worker->batch_sums);
}

/* The items of this rank's shards in the batch about to be done. */
static void choose_items(struct worker *worker, const struct progress *progress)
{
    const struct train_options *options = progress->options;
    const int64_t run = run_items(options, progress->learner->training_items);
    const uint64_t epoch_key = random_mix(options->seed, (uint64_t)progress->epoch + 1);
    int64_t *item = worker->item;
    uint64_t *key = worker->key;

    for (int64_t s = worker->my_shards.first; s < worker->my_shards.first + worker->my_shards.count;
         s++) {
        const uint64_t run_key = random_mix(epoch_key, (uint64_t)s);

        for (int64_t i = 0; i < options->shard_items; i++, item++, key++) {
            const int64_t place = progress->step_in_epoch * options->shard_items + i;

            *item = s * run + train_order(run_key, run, place);
            *key = random_mix(epoch_key, ~(uint64_t)*item);
        }
    }
}

static bool is_all_finite(const real *x, int64_t count)
{
    int broken = 0;

    for (int64_t i = 0; i < count; i++) broken |= !isfinite(x[i]);
    return !broken;
}

static void add_shard(struct worker *worker, int64_t shard, int64_t parameters, double scale)
{
    const real *gradient = worker->gradient + shard * parameters;

    memset(worker->addend + parameters, 0, SUM_EXTRAS * sizeof *worker->addend);
    if (isfinite(worker->losses[shard]) && is_all_finite(gradient, parameters)) {
        for (int64_t p = 0; p < parameters; p++) worker->addend[p] = (double)gradient[p];
        worker->addend[parameters + SUM_LOSS] = worker->losses[shard] * scale;
    } else {
        memset(worker->addend, 0, (size_t)parameters * sizeof *worker->addend);
        worker->addend[parameters + SUM_BROKEN] = 1;
    }
    exact_add(worker->sums, worker->addend);
}

/* What this rank has to say beside its shards: whether to stop, and rank 0 when to save. */
static void add_wishes(struct worker *worker, int64_t parameters)
{
    const struct train_checkpoint *checkpoint = worker->checkpoint;
    const double waited_s = clock_monotonic_s() - worker->last_checkpoint_s;
    double wishes[SUM_EXTRAS] = {0};

    wishes[SUM_STOP] = comm_stop_requested();
    wishes[SUM_CHECKPOINT] =
        comm_rank(worker->comm) == 0 && checkpoint->path && waited_s > checkpoint->interval_s;
    exact_add_some(worker->sums, (struct span){parameters, SUM_EXTRAS}, wishes);
}

/* One batch. The sums, gradient first, are left in worker->addend. */
static void sum_batch(struct worker *worker, const struct progress *progress)
{
    const struct learner *learner = progress->learner;
    const struct train_options *options = progress->options;
    const int64_t parameters = learner->parameter_count;
    const struct nn_sums sums = {&worker->batch_sums, batch_sums_add, batch_sums_total,
                                 batch_items(options)};
    const struct train_shards shards = {
        .shards = (int)worker->my_shards.count,
        .items = (int)options->shard_items,
        .item = worker->item,
        .key = worker->key,
        .scale = 1.0 / ((double)batch_items(options) * (double)learner->entries),
        .sums = &sums};

    choose_items(worker, progress);
    memset(worker->gradient, 0, (size_t)(shards.shards * parameters) * sizeof *worker->gradient);
    learner->gradients(learner->self, progress->parameters, &shards, worker->gradient,
                       worker->losses);
    exact_clear(worker->sums);
    for (int64_t shard = 0; shard < shards.shards; shard++)
        add_shard(worker, shard, parameters, shards.scale);
    add_wishes(worker, parameters);
    exact_reduce(worker->comm, worker->sums);
    exact_read(worker->sums, worker->addend);
}

static bool has_diverged(const struct progress *progress, double loss)
{
    return !isfinite(loss) || (progress->step > 0 && loss > DIVERGED * progress->first_loss);
}

/* Collective. STATUS_INTERRUPTED where any rank was told to stop; sets the end where the loss diverged. */
static status one_step(struct worker *worker, struct progress *progress)
{
    const struct learner *learner = progress->learner;
    const int64_t parameters = learner->parameter_count;
    const double *extra = worker->addend + parameters;
    struct adamw adamw = progress->options->adamw;

    adamw.learning_rate = train_rate(progress->options, progress->epoch, progress->stalls);
    sum_batch(worker, progress);
    if (extra[SUM_BROKEN] > 0 || has_diverged(progress, extra[SUM_LOSS])) {
        progress->training->end = TRAIN_DIVERGED;
        return STATUS_OK;
    }
    if (progress->step == 0) progress->first_loss = extra[SUM_LOSS];
    adamw_step(&adamw, ++progress->step, parameters, worker->addend, progress->parameters,
               progress->first_moment, progress->second_moment);
    if (learner->move_state) learner->move_state(learner->self, progress->state);
    progress->epoch_loss += extra[SUM_LOSS];
    progress->step_in_epoch++;
    comm_progress();
    if (extra[SUM_STOP] > 0) {
        if (worker->checkpoint->path)
            TRY(checkpoint_write(worker->comm, worker->checkpoint, progress));
        return fail(STATUS_INTERRUPTED, "told to stop in epoch %lld of the training%s",
                    (long long)progress->epoch + 1,
                    worker->checkpoint->path ? "; --resume goes on from here" : "");
    }
    if (extra[SUM_CHECKPOINT] > 0) {
        TRY(checkpoint_write(worker->comm, worker->checkpoint, progress));
        worker->last_checkpoint_s = clock_monotonic_s();
    }
    return STATUS_OK;
}

/* Collective. Mean squared error over the validation items. */
static double validate(const struct worker *worker, const struct progress *progress)
{
    const struct learner *learner = progress->learner;
    const int64_t items = learner->validation_items;
    const struct span blocks = my_blocks(worker->comm, items);
    struct exact_sums *sums = exact_create(2);
    double sum[2];

    for (int64_t block = blocks.first; block < blocks.first + blocks.count; block++) {
        const int64_t first = block * VALIDATION_BLOCK;
        const int64_t left = items - first;
        const struct span some = {first, left < VALIDATION_BLOCK ? left : VALIDATION_BLOCK};

        sum[0] = learner->validate(learner->self, progress->parameters, progress->state, some);
        sum[1] = !isfinite(sum[0]);
        if (sum[1] > 0) sum[0] = 0;
        exact_add(sums, sum);
        comm_progress();
    }
    exact_reduce(worker->comm, sums);
    exact_read(sums, sum);
    exact_destroy(&sums);
    return sum[1] > 0 ? (double)NAN : sum[0] / ((double)items * (double)learner->entries);
}

static void keep_best(struct progress *progress, double loss)
{
    struct training *training = progress->training;
    const struct learner *learner = progress->learner;

    memcpy(training->best, progress->parameters,
           (size_t)learner->parameter_count * sizeof *training->best);
    if (learner->state_count > 0)
        memcpy(training->best_state, progress->state,
               (size_t)learner->state_count * sizeof *training->best_state);
    training->best_loss = loss;
    training->best_epoch = progress->epoch;
    progress->epochs_since_best = progress->epochs_since_stall = 0;
}

/* Book the epoch that is over; decides about the end. */
static void end_epoch(struct progress *progress, double validation_loss)
{
    struct training *training = progress->training;
    const struct train_options *options = progress->options;
    const struct train_epoch epoch = {progress->epoch_loss / (double)progress_epoch_steps(progress),
                                      validation_loss,
                                      train_rate(options, progress->epoch, progress->stalls)};

    training->epochs =
        mem_resize(training->epochs, (size_t)training->epoch_count + 1, sizeof *training->epochs);
    training->epochs[training->epoch_count++] = epoch;
    progress->epochs_since_best++;
    progress->epochs_since_stall++;
    if (validation_loss < training->best_loss) keep_best(progress, validation_loss);
    if (options->schedule == TRAIN_PLATEAU
        && progress->epochs_since_stall >= options->schedule_epochs) {
        progress->stalls++;
        progress->epochs_since_stall = 0;
    }
    progress->epoch++;
    progress->step_in_epoch = 0;
    progress->epoch_loss = 0;
    if (!isfinite(validation_loss))
        training->end = TRAIN_DIVERGED;
    else if (progress->epochs_since_best >= options->patience)
        training->end = TRAIN_STOPPED_EARLY;
    else if (progress->epoch >= options->epochs)
        training->end = TRAIN_ALL_EPOCHS;
    detail("epoch %lld: loss %.6g, validation %.6g, rate %.3g", (long long)progress->epoch,
           epoch.training_loss, validation_loss, epoch.learning_rate);
}

static status run(struct worker *worker, struct progress *progress)
{
    struct training *training = progress->training;
    const int64_t steps = progress_epoch_steps(progress);

    while (training->end == TRAIN_UNDER_WAY) {
        while (progress->step_in_epoch < steps && training->end == TRAIN_UNDER_WAY)
            TRY(one_step(worker, progress));
        if (training->end != TRAIN_UNDER_WAY) break;
        comm_stage_begin(worker->comm, "validate");
        end_epoch(progress, validate(worker, progress));
        comm_stage_end(worker->comm);
        log_progress("train", progress->epoch, progress->options->epochs);
    }
    if (training->end == TRAIN_DIVERGED && !isfinite(training->best_loss))
        return fail(STATUS_FAILED,
                    "the loss diverged in the first epoch: learning_rate %g may be too high",
                    progress->options->adamw.learning_rate);
    return STATUS_OK;
}

static status check_sizes(const struct learner *learner, const struct train_options *options)
{
    if (run_items(options, learner->training_items) < options->shard_items)
        return fail(STATUS_BAD_INPUT,
                    "%lld windows to train on are fewer than the %lld of one batch (batch_shards x "
                    "shard_items)",
                    (long long)learner->training_items, (long long)batch_items(options));
    if (learner->validation_items < 1)
        return fail(STATUS_BAD_INPUT, "there is no window to validate on");
    return STATUS_OK;
}

static void training_start(const struct learner *learner, struct training *training)
{
    *training = (struct training){.best_loss = INFINITY};
    training->best = mem_zero((size_t)learner->parameter_count, sizeof *training->best);
    training->best_state = mem_zero((size_t)learner->state_count + 1, sizeof *training->best_state);
}

void training_release(struct training *training)
{
    mem_free(&training->best);
    mem_free(&training->best_state);
    mem_free(&training->epochs);
}

status train_run(const struct comm *comm, const struct learner *learner,
                 const struct train_options *options, const struct train_checkpoint *checkpoint,
                 real *parameters, real *state, struct training *training)
{
    const size_t count = (size_t)learner->parameter_count;
    struct worker worker = {.comm = comm, .checkpoint = checkpoint};
    struct training result;
    struct progress progress = {.learner = learner,
                                .options = options,
                                .parameters = parameters,
                                .state = state,
                                .training = &result};
    status st = STATUS_OK;

    TRY(check_sizes(learner, options));
    training_start(learner, &result);
    progress.first_moment = mem_zero(count, sizeof *progress.first_moment);
    progress.second_moment = mem_zero(count, sizeof *progress.second_moment);
    worker_start(&worker, &progress);
    comm_stage_begin(comm, "train");
    if (checkpoint->path && checkpoint->resume != TRAIN_ANEW)
        st = checkpoint_read(comm, checkpoint, &progress);
    if (!st) st = run(&worker, &progress);
    comm_stage_end(comm);
    worker_end(&worker);
    mem_free(&progress.first_moment);
    mem_free(&progress.second_moment);
    if (st)
        training_release(&result);
    else
        *training = result;
    return st;
}
