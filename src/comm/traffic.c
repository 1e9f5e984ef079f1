// SPDX-License-Identifier: BSD-3-Clause
#include "comm_private.h"

#include <stdio.h>
#include <string.h>

/* The last row is for what happens outside of all stages. */
static struct {
    int64_t calls, sent_bytes, received_bytes;
} book[COMM_STAGES_MAX + 1][COMM_KINDS];

void traffic_clear(void)
{
    memset(book, 0, sizeof book);
}

void comm_note(enum comm_kind kind, int64_t sent_bytes, int64_t received_bytes)
{
    const int now = stage_number_now();
    const int stage = now < 0 ? COMM_STAGES_MAX : now;

    book[stage][kind].calls++;
    book[stage][kind].sent_bytes += sent_bytes;
    book[stage][kind].received_bytes += received_bytes;
}

const char *comm_kind_name(enum comm_kind kind)
{
    static const char *const names[COMM_KINDS] = {"reduce", "broadcast", "gather", "all",
                                                  "barrier"};

    return names[kind];
}

int64_t comm_calls(void)
{
    int64_t calls = 0;

    for (int stage = 0; stage <= COMM_STAGES_MAX; stage++) {
        for (int kind = 0; kind < COMM_KINDS; kind++) calls += book[stage][kind].calls;
    }
    return calls;
}

/* What one rank has on its books: calls, bytes sent, bytes received. @param name  empty: outside stages */
static void take_counts(const char *name, int64_t counts[COMM_KINDS][3])
{
    const int here = name[0] ? stage_find(name) : COMM_STAGES_MAX;

    for (int kind = 0; kind < COMM_KINDS; kind++) {
        counts[kind][0] = book[here][kind].calls;
        counts[kind][1] = book[here][kind].sent_bytes;
        counts[kind][2] = book[here][kind].received_bytes;
    }
}

/* What is said of traffic is no part of it. */
int comm_traffic(const struct comm *comm, struct comm_traffic *rows)
{
    int64_t most[COMM_STAGES_MAX + 1][COMM_KINDS][3] = {{{0}}};
    char names[COMM_STAGES_MAX + 1][COMM_STAGE_NAME_BYTES] = {""};
    int count = 0;

    for (int stage = 0; stage < COMM_STAGES_MAX; stage++)
        snprintf(names[stage], sizeof names[stage], "%s", stage_name(stage));
    MPI_Bcast(&names[0][0], (int)sizeof names, MPI_CHAR, 0, comm->mpi);
    for (int stage = 0; stage <= COMM_STAGES_MAX; stage++)
        if (names[stage][0] || stage == COMM_STAGES_MAX) take_counts(names[stage], most[stage]);
    MPI_Allreduce(MPI_IN_PLACE, &most[0][0][0], (int)(sizeof most / sizeof most[0][0][0]),
                  MPI_INT64_T, MPI_MAX, comm->mpi);
    for (int stage = 0; stage <= COMM_STAGES_MAX; stage++) {
        for (int kind = 0; kind < COMM_KINDS; kind++) {
            struct comm_traffic *row = &rows[count];

            if (most[stage][kind][0] == 0) continue;
            snprintf(row->stage, sizeof row->stage, "%.47s", names[stage]);
            row->kind = (enum comm_kind)kind;
            row->calls = most[stage][kind][0];
            row->sent_bytes = most[stage][kind][1];
            row->received_bytes = most[stage][kind][2];
            count++;
        }
    }
    return count;
}
