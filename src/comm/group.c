// SPDX-License-Identifier: BSD-3-Clause
#include "beats.h"

#include <time.h>

struct comm *comm_group_create(const struct comm *comm, int group)
{
    struct comm *part = mem_zero(1, sizeof *part);

    comm_wait();
    MPI_Comm_split(comm->mpi, group, comm->rank, &part->mpi);
    comm_progress();
    MPI_Comm_rank(part->mpi, &part->rank);
    MPI_Comm_size(part->mpi, &part->size);
    return part;
}

void comm_group_destroy(struct comm **group)
{
    if (!*group) return;
    comm_wait();
    MPI_Comm_free(&(*group)->mpi);
    comm_progress();
    mem_free(group);
}

/* Asleep between looks: MPI's own waiting would take the core from ranks that still work. */
void comm_meet(const struct comm *comm)
{
    const struct timespec pause = {.tv_nsec = 2 * 1000 * 1000};
    MPI_Request request;
    int are_all_here = 0;

    comm_wait();
    atomic_store(&beats.is_meeting, true);
    MPI_Ibarrier(comm->mpi, &request);
    MPI_Test(&request, &are_all_here, MPI_STATUS_IGNORE);
    while (!are_all_here) {
        nanosleep(&pause, NULL);
        MPI_Test(&request, &are_all_here, MPI_STATUS_IGNORE);
    }
    atomic_store(&beats.is_meeting, false);
    comm_note(COMM_BARRIER, 0, 0);
    comm_progress();
}
