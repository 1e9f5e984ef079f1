// SPDX-License-Identifier: BSD-3-Clause
#include "comm_private.h"

struct comm *comm_group_create(const struct comm *comm, int group)
{
    struct comm *part = mem_zero(1, sizeof *part);

    MPI_Comm_split(comm->mpi, group, comm->rank, &part->mpi);
    MPI_Comm_rank(part->mpi, &part->rank);
    MPI_Comm_size(part->mpi, &part->size);
    return part;
}

void comm_group_destroy(struct comm **group)
{
    if (!*group) return;
    MPI_Comm_free(&(*group)->mpi);
    mem_free(group);
}
