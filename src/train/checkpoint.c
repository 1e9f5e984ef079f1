// SPDX-License-Identifier: BSD-3-Clause
#include "train_private.h"

#include <string.h>
#include <unistd.h>

#define CHECKPOINT_FORMAT "telltale checkpoint"
enum { CHECKPOINT_VERSION = 1 };

static const enum archive_type REAL_TYPE =
    sizeof(real) == sizeof(float) ? ARCHIVE_FLOAT : ARCHIVE_DOUBLE;

/* Arrays of a checkpoint: one table for writing and reading. */
struct part {
    const char *name;
    real *items;
    int64_t count;
};

enum { PARTS = 6 };

static void list_parts(const struct progress *progress, struct part parts[PARTS])
{
    const int64_t parameters = progress->learner->parameter_count;
    const int64_t state = progress->learner->state_count;
    const struct training *training = progress->training;

    parts[0] = (struct part){"/parameters", progress->parameters, parameters};
    parts[1] = (struct part){"/first_moment", progress->first_moment, parameters};
    parts[2] = (struct part){"/second_moment", progress->second_moment, parameters};
    parts[3] = (struct part){"/best", training->best, parameters};
    parts[4] = (struct part){"/state", progress->state, state};
    parts[5] = (struct part){"/best_state", training->best_state, state};
}

/* Counters of a checkpoint, likewise. */
struct counter {
    const char *name;
    int64_t *value;
};

enum { COUNTERS = 8 };

static void list_counters(struct progress *progress, struct counter counters[COUNTERS])
{
    counters[0] = (struct counter){"epoch", &progress->epoch};
    counters[1] = (struct counter){"step_in_epoch", &progress->step_in_epoch};
    counters[2] = (struct counter){"step", &progress->step};
    counters[3] = (struct counter){"stalls", &progress->stalls};
    counters[4] = (struct counter){"epochs_since_best", &progress->epochs_since_best};
    counters[5] = (struct counter){"epochs_since_stall", &progress->epochs_since_stall};
    counters[6] = (struct counter){"best_epoch", &progress->training->best_epoch};
    counters[7] = (struct counter){"epoch_count", &progress->training->epoch_count};
}

enum { EPOCH_COLUMNS = sizeof(struct train_epoch) / sizeof(double) };

status checkpoint_write(const struct comm *comm, const struct train_checkpoint *checkpoint,
                        const struct progress *progress)
{
    struct progress copy = *progress;
    struct archive *archive;
    struct part parts[PARTS];
    struct counter counters[COUNTERS];

    TRY(archive_create(comm, checkpoint->path, CHECKPOINT_FORMAT, CHECKPOINT_VERSION, &archive));
    archive_put_text(archive, "/", "problem", checkpoint->problem);
    list_parts(progress, parts);
    for (int p = 0; p < PARTS; p++)
        if (parts[p].count > 0)
            archive_put(archive, parts[p].name,
                        (struct archive_shape){REAL_TYPE, 1, {parts[p].count}}, parts[p].items);
    list_counters(&copy, counters);
    for (int c = 0; c < COUNTERS; c++)
        archive_put_int(archive, "/", counters[c].name, *counters[c].value);
    archive_put_real(archive, "/", "epoch_loss", progress->epoch_loss);
    archive_put_real(archive, "/", "first_loss", progress->first_loss);
    archive_put_real(archive, "/", "best_loss", progress->training->best_loss);
    archive_put(archive, "/epochs",
                (struct archive_shape){
                    ARCHIVE_DOUBLE, 2, {progress->training->epoch_count, EPOCH_COLUMNS}
    },
                progress->training->epochs);
    return archive_commit(&archive);
}

static status check_problem(struct archive *archive, const struct train_checkpoint *checkpoint)
{
    struct text problem = {0};
    status st = archive_get_text(archive, "/", "problem", &problem);

    if (!st && strcmp(problem.bytes ? problem.bytes : "", checkpoint->problem) != 0)
        st =
            fail(STATUS_BAD_INPUT,
                 "%s: is the checkpoint of another training (other data or settings); remove it or "
                 "train without --resume",
                 checkpoint->path);
    text_release(&problem);
    return st;
}

/* All arrays, into new blocks. */
static status read_parts(struct archive *archive, const struct part parts[PARTS],
                         void *items[PARTS])
{
    for (int p = 0; p < PARTS; p++) {
        struct archive_shape shape = {REAL_TYPE, 1, {parts[p].count}};

        if (parts[p].count > 0) TRY(archive_get(archive, parts[p].name, &shape, &items[p]));
    }
    return STATUS_OK;
}

static status read_numbers(struct archive *archive, const struct train_checkpoint *checkpoint,
                           struct progress *progress)
{
    struct training *training = progress->training;
    struct counter counters[COUNTERS];
    struct archive_shape shape = {
        ARCHIVE_DOUBLE, 2, {-1, EPOCH_COLUMNS}
    };
    void *epochs = NULL;

    list_counters(progress, counters);
    for (int c = 0; c < COUNTERS; c++) {
        TRY(archive_get_int(archive, "/", counters[c].name, counters[c].value));
        if (*counters[c].value < 0)
            return fail(STATUS_BAD_INPUT, "%s: %s is negative", checkpoint->path, counters[c].name);
    }
    TRY(archive_get_real(archive, "/", "epoch_loss", &progress->epoch_loss));
    TRY(archive_get_real(archive, "/", "first_loss", &progress->first_loss));
    TRY(archive_get_real(archive, "/", "best_loss", &training->best_loss));
    TRY(archive_get(archive, "/epochs", &shape, &epochs));
    training->epochs = epochs;
    if (shape.extent[0] != training->epoch_count || progress->epoch != training->epoch_count
        || progress->step_in_epoch > progress_epoch_steps(progress))
        return fail(STATUS_BAD_INPUT, "%s: its counts contradict each other", checkpoint->path);
    return STATUS_OK;
}

/* Into @p copy, whose training has no epochs yet; arrays into @p items. */
static status read_all(struct archive *archive, const struct train_checkpoint *checkpoint,
                       const struct part parts[PARTS], struct progress *copy, void *items[PARTS])
{
    TRY(check_problem(archive, checkpoint));
    TRY(read_parts(archive, parts, items));
    return read_numbers(archive, checkpoint, copy);
}

static status read_file(const struct comm *comm, const struct train_checkpoint *checkpoint,
                        struct progress *progress)
{
    struct training training = *progress->training;
    struct progress copy = *progress;
    struct archive *archive;
    struct part parts[PARTS];
    void *items[PARTS] = {0};
    status st;

    TRY(archive_open(comm, checkpoint->path, CHECKPOINT_FORMAT, CHECKPOINT_VERSION, &archive));
    copy.training = &training;
    list_parts(progress, parts);
    st = read_all(archive, checkpoint, parts, &copy, items);
    archive_close(&archive);
    for (int p = 0; p < PARTS; p++) {
        if (!st && items[p])
            memcpy(parts[p].items, items[p], (size_t)parts[p].count * sizeof(real));
        mem_free(&items[p]);
    }
    if (st) {
        mem_free(&training.epochs);
        return st;
    }
    copy.training = progress->training;
    *progress->training = training;
    *progress = copy;
    notice("%s: going on from epoch %lld", checkpoint->path, (long long)progress->epoch + 1);
    return STATUS_OK;
}

status checkpoint_read(const struct comm *comm, const struct train_checkpoint *checkpoint,
                       struct progress *progress)
{
    const int is_there = comm_rank(comm) == 0 ? access(checkpoint->path, F_OK) == 0 : 0;
    status st;

    if (comm_sum_int(comm, is_there) == 0) return STATUS_OK;
    st = read_file(comm, checkpoint, progress);
    if (st == STATUS_BAD_INPUT && checkpoint->resume == TRAIN_RESUME_IF_SAME) {
        notice("trained anew: %s", status_message());
        return STATUS_OK;
    }
    return st;
}
