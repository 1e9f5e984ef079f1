// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file comm_private.h
 * What the files of comm share.
 */
#pragma once

#include <telltale/comm_mpi.h>

struct comm {
    MPI_Comm mpi; /**< duplicate of the world, so that no library's traffic meets ours; owned */
    int rank;
    int size;
};

/** Install the handlers of SIGTERM, SIGUSR1 and SIGINT. */
void stop_listen(void);

/** End the watchdog's thread, where there is one. */
void watch_end(void);

/** Forget all stages. */
void stage_clear(void);
