// SPDX-License-Identifier: BSD-3-Clause
#include "comm_private.h"

#include <stdio.h>

status comm_agree(const struct comm *comm, status mine)
{
    struct {
        int code;
        int rank;
    } here = {(int)mine, comm->rank}, worst;
    char message[STATUS_MESSAGE_BYTES] = "";

    comm_wait();
    MPI_Allreduce(&here, &worst, 1, MPI_2INT, MPI_MAXLOC, comm->mpi);
    comm_note(COMM_REDUCE, sizeof here, sizeof worst);
    comm_progress();
    if (worst.code == STATUS_OK) return STATUS_OK;
    if (comm->rank == worst.rank) snprintf(message, sizeof message, "%s", status_message());
    comm_wait();
    MPI_Bcast(message, (int)sizeof message, MPI_CHAR, worst.rank, comm->mpi);
    comm_progress();
    comm_note(COMM_BROADCAST, comm->rank == worst.rank ? (int64_t)sizeof message : 0,
              comm->rank == worst.rank ? 0 : (int64_t)sizeof message);
    status_set_message(message);
    return (status)worst.code;
}
