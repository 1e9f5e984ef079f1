// SPDX-License-Identifier: BSD-3-Clause
#include "beats.h"

#include <stdio.h>
#include <string.h>

enum { NESTED_MAX = 16 };

static struct {
    struct {
        char name[COMM_STAGE_NAME_BYTES];
        double seconds;
        int64_t visits;
    } stage[COMM_STAGES_MAX];
    int count;
    int open[NESTED_MAX]; /* stages begun and not ended, outermost first */
    double begun_s[NESTED_MAX];
    int depth;
} book;

/* For the watchdogs, which read it when this rank stands still. */
static void say_now(const char *name)
{
    snprintf(beats.own->stage, sizeof beats.own->stage, "%s", name);
}

void stage_clear(void)
{
    memset(&book, 0, sizeof book);
    say_now("");
}

int stage_number_now(void)
{
    return book.depth > 0 ? book.open[book.depth - 1] : -1;
}

const char *stage_name(int number)
{
    return number < book.count ? book.stage[number].name : "";
}

int stage_find(const char *name)
{
    int i = 0;

    while (i < book.count && strcmp(book.stage[i].name, name) != 0) i++;
    if (i < book.count) return i;
    ASSERT(i < COMM_STAGES_MAX);
    snprintf(book.stage[i].name, sizeof book.stage[i].name, "%s", name);
    book.count++;
    return i;
}

void comm_stage_begin(const struct comm *comm, const char *name)
{
    const int stage = stage_find(name);

    (void)comm;
    ASSERT(book.depth < NESTED_MAX);
    book.open[book.depth] = stage;
    book.begun_s[book.depth++] = clock_monotonic_s();
    book.stage[stage].visits++;
    say_now(book.stage[stage].name);
    comm_progress();
    log_line(LOG_DEBUG, "stage %s", name);
}

void comm_stage_end(const struct comm *comm)
{
    (void)comm;
    ASSERT(book.depth > 0);
    book.depth--;
    book.stage[book.open[book.depth]].seconds += clock_monotonic_s() - book.begun_s[book.depth];
    say_now(book.depth > 0 ? book.stage[book.open[book.depth - 1]].name : "");
    comm_progress();
}

/* Seconds spent in a stage, until now where it is open. */
static double seconds_in(int stage)
{
    double seconds = book.stage[stage].seconds;

    for (int depth = 0; depth < book.depth; depth++) {
        if (book.open[depth] == stage) seconds += clock_monotonic_s() - book.begun_s[depth];
    }
    return seconds;
}

int comm_stage_times(const struct comm *comm, struct stage_time *times)
{
    int count = book.count;

    comm_wait();
    MPI_Bcast(&count, 1, MPI_INT, 0, comm->mpi);
    for (int i = 0; i < count; i++) {
        double seconds, sum;
        int stage;

        if (comm->rank == 0)
            snprintf(times[i].name, sizeof times[i].name, "%s", book.stage[i].name);
        MPI_Bcast(times[i].name, (int)sizeof times[i].name, MPI_CHAR, 0, comm->mpi);
        stage = stage_find(times[i].name);
        seconds = seconds_in(stage);
        times[i].min_s = comm_min_double(comm, seconds);
        times[i].max_s = comm_max_double(comm, seconds);
        times[i].visits = comm_max_int64(comm, book.stage[stage].visits);
        comm_wait();
        MPI_Allreduce(&seconds, &sum, 1, MPI_DOUBLE, MPI_SUM, comm->mpi);
        times[i].mean_s = sum / comm->size;
    }
    comm_progress();
    return count;
}
