// SPDX-License-Identifier: BSD-3-Clause
#include "comm_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* MPI counts are int: larger messages go in pieces. */
enum { PIECE_BYTES = 1 << 30 };

int comm_sum_int(const struct comm *comm, int mine)
{
    int sum;

    comm_wait();
    MPI_Allreduce(&mine, &sum, 1, MPI_INT, MPI_SUM, comm->mpi);
    comm_note(COMM_REDUCE, sizeof mine, sizeof sum);
    comm_progress();
    return sum;
}

int64_t comm_sum_int64(const struct comm *comm, int64_t mine)
{
    comm_sum_int64s(comm, &mine, 1);
    return mine;
}

void comm_sum_int64s(const struct comm *comm, int64_t *items, int64_t count)
{
    enum { PIECE_ITEMS = PIECE_BYTES / 8 };

    comm_wait();
    for (int64_t at = 0; at < count; at += PIECE_ITEMS) {
        const int64_t left = count - at;
        const int64_t piece = left < PIECE_ITEMS ? left : PIECE_ITEMS;

        MPI_Allreduce(MPI_IN_PLACE, items + at, (int)piece, MPI_INT64_T, MPI_SUM, comm->mpi);
        comm_note(COMM_REDUCE, piece * 8, piece * 8);
    }
    comm_progress();
}

int64_t comm_max_int64(const struct comm *comm, int64_t mine)
{
    comm_wait();
    MPI_Allreduce(MPI_IN_PLACE, &mine, 1, MPI_INT64_T, MPI_MAX, comm->mpi);
    comm_note(COMM_REDUCE, sizeof mine, sizeof mine);
    comm_progress();
    return mine;
}

double comm_max_double(const struct comm *comm, double mine)
{
    comm_wait();
    MPI_Allreduce(MPI_IN_PLACE, &mine, 1, MPI_DOUBLE, MPI_MAX, comm->mpi);
    comm_note(COMM_REDUCE, sizeof mine, sizeof mine);
    comm_progress();
    return mine;
}

double comm_min_double(const struct comm *comm, double mine)
{
    comm_wait();
    MPI_Allreduce(MPI_IN_PLACE, &mine, 1, MPI_DOUBLE, MPI_MIN, comm->mpi);
    comm_note(COMM_REDUCE, sizeof mine, sizeof mine);
    comm_progress();
    return mine;
}

void comm_broadcast(const struct comm *comm, void *memory, size_t bytes, int root)
{
    comm_wait();
    for (size_t at = 0; at < bytes; at += PIECE_BYTES) {
        const size_t left = bytes - at;
        const int piece = (int)(left < PIECE_BYTES ? left : PIECE_BYTES);

        MPI_Bcast((char *)memory + at, piece, MPI_BYTE, root, comm->mpi);
        comm_note(COMM_BROADCAST, comm->rank == root ? piece : 0, comm->rank == root ? 0 : piece);
    }
    comm_progress();
}

void comm_barrier(const struct comm *comm)
{
    comm_wait();
    MPI_Barrier(comm->mpi);
    comm_note(COMM_BARRIER, 0, 0);
    comm_progress();
}

/* How many rows each rank brings, and where they begin; @return their sum. */
static int64_t learn_counts(const struct comm *comm, int64_t row_count, int *counts, int *offsets)
{
    const int mine = comm_count(row_count);
    int64_t sum = 0;

    comm_wait();
    MPI_Allgather(&mine, 1, MPI_INT, counts, 1, MPI_INT, comm->mpi);
    comm_note(COMM_ALL, sizeof mine, comm->size * (int64_t)sizeof mine);
    for (int rank = 0; rank < comm->size; rank++) {
        offsets[rank] = comm_count(sum);
        sum += counts[rank];
    }
    return sum;
}

static void collect_rows(const struct comm *comm, bool for_all, const void *rows, int64_t row_count,
                         size_t row_bytes, void **all, int64_t *all_count)
{
    int *counts = mem_zero((size_t)comm->size, sizeof *counts);
    int *offsets = mem_zero((size_t)comm->size, sizeof *offsets);
    const int64_t sum = learn_counts(comm, row_count, counts, offsets);
    void *collected = NULL;
    MPI_Datatype row;

    MPI_Type_contiguous(comm_count((int64_t)row_bytes), MPI_BYTE, &row);
    MPI_Type_commit(&row);
    if (for_all || comm->rank == 0) collected = mem_zero((size_t)sum, row_bytes);
    if (for_all)
        MPI_Allgatherv(rows, (int)row_count, row, collected, counts, offsets, row, comm->mpi);
    else
        MPI_Gatherv(rows, (int)row_count, row, collected, counts, offsets, row, 0, comm->mpi);
    MPI_Type_free(&row);
    comm_note(for_all ? COMM_ALL : COMM_GATHER, row_count * (int64_t)row_bytes,
              collected ? sum * (int64_t)row_bytes : 0);
    mem_free(&offsets);
    mem_free(&counts);
    *all = collected;
    *all_count = sum;
    comm_progress();
}

void comm_gather_rows(const struct comm *comm, const void *rows, int64_t row_count,
                      size_t row_bytes, void **all, int64_t *all_count)
{
    collect_rows(comm, false, rows, row_count, row_bytes, all, all_count);
}

void comm_all_rows(const struct comm *comm, const void *rows, int64_t row_count, size_t row_bytes,
                   void **all, int64_t *all_count)
{
    collect_rows(comm, true, rows, row_count, row_bytes, all, all_count);
}

static status read_whole(const char *path, size_t limit_bytes, char **bytes, size_t *length)
{
    FILE *file = fopen(path, "rb");
    struct stat about;
    char *content;
    size_t size;

    if (!file) return fail(STATUS_BAD_INPUT, "%s: cannot open: %s", path, strerror(errno));
    if (fstat(fileno(file), &about) != 0 || !S_ISREG(about.st_mode)) {
        fclose(file);
        return fail(STATUS_BAD_INPUT, "%s: not a regular file", path);
    }
    if ((size_t)about.st_size > limit_bytes) {
        fclose(file);
        return fail(STATUS_BAD_INPUT, "%s: %lld bytes, expected at most %zu", path,
                    (long long)about.st_size, limit_bytes);
    }
    content = mem_zero((size_t)about.st_size + 1, 1);
    size = fread(content, 1, (size_t)about.st_size, file);
    fclose(file);
    *bytes = content;
    *length = size;
    return STATUS_OK;
}

status comm_read_file(const struct comm *comm, const char *path, size_t limit_bytes, char **bytes,
                      size_t *length)
{
    char *content = NULL;
    size_t size = 0;
    status mine = STATUS_OK;

    if (comm->rank == 0) mine = read_whole(path, limit_bytes, &content, &size);
    TRY(comm_agree(comm, mine));
    comm_broadcast(comm, &size, sizeof size, 0);
    if (comm->rank != 0) content = mem_zero(size + 1, 1);
    comm_broadcast(comm, content, size, 0);
    *bytes = content;
    *length = size;
    return STATUS_OK;
}
