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
    comm_progress();
    if (worst.code == STATUS_OK) return STATUS_OK;
    if (comm->rank == worst.rank) snprintf(message, sizeof message, "%s", status_message());
    comm_wait();
    MPI_Bcast(message, (int)sizeof message, MPI_CHAR, worst.rank, comm->mpi);
    comm_progress();
    status_set_message(message);
    return (status)worst.code;
}
