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
