// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file comm_mpi.h
 * The communicator itself, for the modules that hand it to a library.
 */
#pragma once

#include <telltale/comm.h>

#include <mpi.h>

/** Borrowed; lives as long as @p comm. */
MPI_Comm comm_mpi(const struct comm *comm);

/**
 * Say to the watchdog that this rank goes into a collective call, where it waits for the others; the next
 * comm_progress() says that it is back. Local; what stands in comm.h says it by itself.
 */
void comm_wait(void);
