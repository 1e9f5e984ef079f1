// SPDX-License-Identifier: BSD-3-Clause
#include "beats.h"

static struct beat alone;
static MPI_Win window = MPI_WIN_NULL;

struct beats beats = {&alone, 1, &alone, false, false};

long long beats_now_ms(void)
{
    return (long long)(clock_monotonic_s() * 1e3);
}

void beats_open(const struct comm *comm)
{
    MPI_Comm machine;
    MPI_Aint bytes;
    int count, unit;
    void *memory;

    MPI_Comm_split_type(comm->mpi, MPI_COMM_TYPE_SHARED, comm->rank, MPI_INFO_NULL, &machine);
    MPI_Comm_size(machine, &count);
    MPI_Win_allocate_shared(sizeof(struct beat), sizeof(struct beat), MPI_INFO_NULL, machine,
                            &memory, &window);
    beats.own = memory;
    *beats.own = (struct beat){.rank = comm->rank};
    beats.own->seen_ms = beats.own->stepped_ms = beats_now_ms();
    MPI_Win_shared_query(window, 0, &bytes, &unit, &memory);
    beats.beat = memory;
    beats.count = count;
    beats.has_others = count < comm->size;
    MPI_Barrier(machine);
    MPI_Comm_free(&machine);
}

void beats_close(void)
{
    beats = (struct beats){&alone, 1, &alone, false, false};
    if (window != MPI_WIN_NULL) MPI_Win_free(&window);
}

void comm_progress(void)
{
    atomic_store_explicit(&beats.own->is_waiting, false, memory_order_relaxed);
    atomic_fetch_add_explicit(&beats.own->step_count, 1, memory_order_relaxed);
}

void comm_wait(void)
{
    atomic_store_explicit(&beats.own->is_waiting, true, memory_order_relaxed);
}
