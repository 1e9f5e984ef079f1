// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"
#include "spread.h"

#include <telltale/comm_mpi.h>

#include <string.h>

static const int one = 1;

int grid_rows(int size)
{
    int rows = 1;

    for (int i = 2; i * i <= size; i++)
        if (size % i == 0) rows = i;
    return rows;
}

void grid_init(struct grid *grid, int handle, int rows, int columns)
{
    grid->context = handle;
    Cblacs_gridinit(&grid->context, "R", rows, columns);
    Cblacs_gridinfo(grid->context, &grid->rows, &grid->columns, &grid->row, &grid->column);
}

int spread_own(int items, int block, int at, int count)
{
    const int blocks = items / block;
    const int extra = blocks % count;
    int mine = blocks / count * block;

    if (at < extra) mine += block;
    if (at == extra) mine += items % block;
    return mine;
}

void part_init(struct part *part, const struct grid *grid, int rows, int columns, int block_rows,
               int block_columns)
{
    const int mine = spread_own(rows, block_rows, grid->row, grid->rows);
    const int descriptor[SCALAPACK_DESCRIPTOR] = {
        1, grid->context, rows, columns, block_rows, block_columns, 0, 0, mine > 0 ? mine : 1};

    part->rows = mine;
    part->columns = spread_own(columns, block_columns, grid->column, grid->columns);
    part->entries = mem_zero((size_t)part->rows * (size_t)part->columns + 1, sizeof *part->entries);
    memcpy(part->descriptor, descriptor, sizeof descriptor);
}

struct spread *spread_create(const struct comm *comm, int n, int rows_max)
{
    struct spread *spread = mem_zero(1, sizeof *spread);
    const int size = comm_size(comm);
    const int rows = grid_rows(size);
    const int lines = size * rows_max;

    ASSERT(n >= 2 && rows_max >= 1);
    spread->comm = comm;
    spread->n = n;
    spread->rows_max = rows_max;
    spread->handle = Csys2blacs_handle(comm_mpi(comm));
    grid_init(&spread->line, spread->handle, size, 1);
    grid_init(&spread->grid, spread->handle, rows, size / rows);
    part_init(&spread->tile, &spread->line, lines, n, rows_max, n);
    part_init(&spread->batch, &spread->grid, lines, n, SPREAD_BLOCK, SPREAD_BLOCK);
    part_init(&spread->gram, &spread->grid, n, n, SPREAD_BLOCK, SPREAD_BLOCK);
    part_init(&spread->work, &spread->grid, n, n, SPREAD_BLOCK, SPREAD_BLOCK);
    part_init(&spread->vectors, &spread->grid, n, n, SPREAD_BLOCK, SPREAD_BLOCK);
    return spread;
}

void spread_destroy(struct spread **spread)
{
    if (!*spread) return;
    mem_free(&(*spread)->tile.entries);
    mem_free(&(*spread)->batch.entries);
    mem_free(&(*spread)->gram.entries);
    mem_free(&(*spread)->work.entries);
    mem_free(&(*spread)->vectors.entries);
    Cblacs_gridexit((*spread)->grid.context);
    Cblacs_gridexit((*spread)->line.context);
    Cfree_blacs_system_handle((*spread)->handle);
    mem_free(spread);
}

void spread_sum(const struct comm *comm, double *items, size_t count)
{
    enum { CHUNK = 1 << 24 };

    for (size_t first = 0; first < count; first += CHUNK) {
        const int some = (int)(count - first < CHUNK ? count - first : CHUNK);

        comm_wait();
        MPI_Allreduce(MPI_IN_PLACE, items + first, some, MPI_DOUBLE, MPI_SUM, comm_mpi(comm));
        comm_note(COMM_REDUCE, 8LL * some, 8LL * some);
    }
    comm_progress();
}

void spread_add(struct spread *spread, struct linalg_rows columns, int length)
{
    const int lines = comm_size(spread->comm) * spread->rows_max;
    const double unit = 1.0;
    const size_t rows_max = (size_t)spread->rows_max;

    ASSERT(!spread->is_full && length <= spread->rows_max);
    ASSERT(length == 0 || columns.count == spread->n);
    for (int j = 0; j < spread->n; j++) {
        double *to = spread->tile.entries + (size_t)j * rows_max;

        if (length > 0) memcpy(to, dot_row(&columns, j), (size_t)length * sizeof *to);
        memset(to + length, 0, (rows_max - (size_t)length) * sizeof *to);
    }
    Cpdgemr2d(lines, spread->n, spread->tile.entries, 1, 1, spread->tile.descriptor,
              spread->batch.entries, 1, 1, spread->batch.descriptor, spread->grid.context);
    pdsyrk_("L", "T", &spread->n, &lines, &unit, spread->batch.entries, &one, &one,
            spread->batch.descriptor, &unit, spread->gram.entries, &one, &one,
            spread->gram.descriptor);
}
