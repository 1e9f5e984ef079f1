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

/** That of SIGUSR1 alone, while MPI starts: a batch system may send it soon; the others are to end a start. */
void stop_listen_early(void);

/**
 * From here to patience_end() this process is in a step of MPI itself, @p what: "start" or "end". Where that takes longer
 * than ten minutes (TELLTALE_MPI_LIMIT_S in the environment), it says so and ends.
 */
void patience_begin(const char *what);
void patience_end(void);

/** End the watchdog's thread, where there is one. */
void watch_end(void);

/** Forget all stages. */
void stage_clear(void);

/** Forget all traffic. */
void traffic_clear(void);

/** The number of the stage that this process is in, -1 outside of all; and a stage's name, "" where there is none. */
int stage_number_now(void);
const char *stage_name(int number);

/** The number of a stage, which is new where nobody has named it before. */
int stage_find(const char *name);
