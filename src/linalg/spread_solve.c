// SPDX-License-Identifier: BSD-3-Clause
#include "spread.h"

#include <telltale/comm_mpi.h>

#include <float.h>
#include <math.h>
#include <string.h>

static const int one = 1;
static const double unit = 1.0;
static const double minus = -1.0;

struct spread_equations {
    const struct comm *comm; /* borrowed */
    int handle;
    struct grid grid;
    int n, columns;
    struct part gram, factor;          /* lower triangles */
    struct part right, solution, rest; /* of B's shape */
};

static size_t bytes_of(const struct part *part)
{
    return (size_t)part->rows * (size_t)part->columns * sizeof *part->entries;
}

/* ---- life ------------------------------------------------------------------------------------ */

/* The first process of a grid has the largest share. */
static bool fits(const struct grid *grid, int n, int columns)
{
    const int64_t wide = columns > n ? columns : n;
    const int64_t rows = spread_own(n, SPREAD_BLOCK, 0, grid->rows);

    return rows * spread_own((int)wide, SPREAD_BLOCK, 0, grid->columns) <= INT32_MAX;
}

static void close_grid(struct spread_equations *equations)
{
    Cblacs_gridexit(equations->grid.context);
    Cfree_blacs_system_handle(equations->handle);
}

status spread_equations_create(const struct comm *comm, int n, int columns,
                               struct spread_equations **equations)
{
    const int size = comm_size(comm);
    const int rows = grid_rows(size);
    struct spread_equations new = {.comm = comm, .n = n, .columns = columns};

    ASSERT(n >= 1 && columns >= 1);
    new.handle = Csys2blacs_handle(comm_mpi(comm));
    grid_init(&new.grid, new.handle, rows, size / rows);
    if (!fits(&new.grid, n, columns)) {
        close_grid(&new);
        return fail(STATUS_BAD_USE,
                    "%d equations with %d right sides are too many for %d ranks: take more ranks",
                    n, columns, size);
    }
    part_init(&new.gram, &new.grid, n, n, SPREAD_BLOCK, SPREAD_BLOCK);
    part_init(&new.factor, &new.grid, n, n, SPREAD_BLOCK, SPREAD_BLOCK);
    part_init(&new.right, &new.grid, n, columns, SPREAD_BLOCK, SPREAD_BLOCK);
    part_init(&new.solution, &new.grid, n, columns, SPREAD_BLOCK, SPREAD_BLOCK);
    part_init(&new.rest, &new.grid, n, columns, SPREAD_BLOCK, SPREAD_BLOCK);
    *equations = mem_zero(1, sizeof **equations);
    **equations = new;
    return STATUS_OK;
}

void spread_equations_destroy(struct spread_equations **equations)
{
    if (!*equations) return;
    mem_free(&(*equations)->gram.entries);
    mem_free(&(*equations)->factor.entries);
    mem_free(&(*equations)->right.entries);
    mem_free(&(*equations)->solution.entries);
    mem_free(&(*equations)->rest.entries);
    close_grid(*equations);
    mem_free(equations);
}

/* ---- entries --------------------------------------------------------------------------------- */

static int row_of(const struct spread_equations *equations, int local)
{
    return spread_global(local, equations->grid.row, equations->grid.rows);
}

static int column_of(const struct spread_equations *equations, int local)
{
    return spread_global(local, equations->grid.column, equations->grid.columns);
}

void spread_equations_put(struct spread_equations *equations, int first, int count,
                          const double *rows)
{
    const int n = equations->n;
    const size_t stride = (size_t)(n - first) + (size_t)equations->columns;
    const struct part *gram = &equations->gram, *right = &equations->right;

    for (int j = 0; j < gram->columns; j++) { /* G's row is a column of its lower triangle */
        const int row = column_of(equations, j) - first;
        double *to = gram->entries + (size_t)j * (size_t)gram->rows;

        if (row < 0 || row >= count) continue;
        for (int i = 0; i < gram->rows; i++) {
            const int column = row_of(equations, i) - first;

            if (column >= row) to[i] = rows[(size_t)row * stride + (size_t)column];
        }
    }
    for (int i = 0; i < right->rows; i++) {
        const int row = row_of(equations, i) - first;

        if (row < 0 || row >= count) continue;
        for (int j = 0; j < right->columns; j++)
            right->entries[(size_t)j * (size_t)right->rows + (size_t)i] =
                rows[(size_t)row * stride + (size_t)(n - first + column_of(equations, j))];
    }
}

/* ---- solving --------------------------------------------------------------------------------- */

/* Columns that are factored in one call: between calls the watchdog hears of it. */
enum { STEP = 32 * SPREAD_BLOCK };

/* G + D, to be factored. */
static void shift_diagonal(const struct spread_equations *equations, double shift, int shifted,
                           double *entries)
{
    const struct grid *grid = &equations->grid;
    const size_t rows = (size_t)equations->factor.rows;

    memcpy(entries, equations->gram.entries, bytes_of(&equations->factor));
    for (int j = 0; j < equations->factor.columns; j++) {
        const int column = column_of(equations, j);
        const int block = column / SPREAD_BLOCK;
        const int i = block / grid->rows * SPREAD_BLOCK + column % SPREAD_BLOCK;

        if (column < shifted && block % grid->rows == grid->row)
            entries[(size_t)j * rows + (size_t)i] += shift;
    }
}

/* The Cholesky factor of a, in its place, from left to right. @return is it positive definite? */
static bool factor(const struct spread_equations *equations, const struct part *a)
{
    bool is_definite = true;

    for (int done = 0; done < equations->n && is_definite; done += STEP) {
        const int some = equations->n - done < STEP ? equations->n - done : STEP;
        const int left = equations->n - done - some;
        const int here = done + 1, next = here + some;
        int info = 0;

        pdpotrf_("L", &some, a->entries, &here, &here, a->descriptor, &info, 1);
        is_definite = comm_max_int64(equations->comm, info != 0) == 0;
        if (left == 0 || !is_definite) continue;
        pdtrsm_("R", "L", "T", "N", &left, &some, &unit, a->entries, &here, &here, a->descriptor,
                a->entries, &next, &here, a->descriptor);
        pdsyrk_("L", "N", &left, &some, &minus, a->entries, &next, &here, a->descriptor, &unit,
                a->entries, &next, &next, a->descriptor);
    }
    return is_definite;
}

/* Sums of squares of this process's entries of G + D, X, B and what is left over. */
static void add_squares(const struct spread_equations *equations, double shift, int shifted,
                        double squares[4])
{
    const struct part *gram = &equations->gram, *rest = &equations->rest;

    for (int j = 0; j < gram->columns; j++) {
        for (int i = 0; i < gram->rows; i++) {
            const int row = row_of(equations, i), column = column_of(equations, j);
            double x = gram->entries[(size_t)j * (size_t)gram->rows + (size_t)i];

            if (row == column && row < shifted) x += shift;
            if (row >= column) squares[0] += (row == column ? 1 : 2) * x * x;
        }
    }
    for (int j = 0; j < rest->columns; j++) {
        for (int i = 0; i < rest->rows; i++) {
            const size_t at = (size_t)j * (size_t)rest->rows + (size_t)i;
            const double x = equations->solution.entries[at];
            const double off = rest->entries[at] + (row_of(equations, i) < shifted ? shift : 0) * x;

            squares[1] += x * x;
            squares[2] += equations->right.entries[at] * equations->right.entries[at];
            squares[3] += off * off;
        }
    }
}

static double residual_of(struct spread_equations *equations, double shift, int shifted)
{
    const struct part *gram = &equations->gram, *x = &equations->solution;
    const struct part *rest = &equations->rest;
    double squares[4] = {0};

    memcpy(rest->entries, equations->right.entries, bytes_of(rest));
    pdsymm_("L", "L", &equations->n, &equations->columns, &unit, gram->entries, &one, &one,
            gram->descriptor, x->entries, &one, &one, x->descriptor, &minus, rest->entries, &one,
            &one, rest->descriptor);
    add_squares(equations, shift, shifted, squares);
    spread_sum(equations->comm, squares, 4);
    if (squares[3] == 0) return 0; /* right sides of zeros, too */
    return sqrt(squares[3]) / (sqrt(squares[0]) * sqrt(squares[1]) + sqrt(squares[2]));
}

static void fetch(const struct spread_equations *equations, double *x)
{
    const struct part *part = &equations->solution;
    const size_t columns = (size_t)equations->columns;

    memset(x, 0, (size_t)equations->n * columns * sizeof *x);
    for (int j = 0; j < part->columns; j++)
        for (int i = 0; i < part->rows; i++)
            x[(size_t)row_of(equations, i) * columns + (size_t)column_of(equations, j)] =
                part->entries[(size_t)j * (size_t)part->rows + (size_t)i];
    spread_sum(equations->comm, x, (size_t)equations->n * columns);
}

status spread_equations_solve(struct spread_equations *equations, double shift, int shifted,
                              double *x, double *residual)
{
    /* What is seen is below sqrt(n) eps (the bound of Higham 2002, theorem 10.4, is n times this); a wrong solution is
     * orders beyond. */
    const double tolerance = 10.0 * DBL_EPSILON * (double)equations->n;
    struct part *solution = &equations->solution;
    double off;
    int info = 0;

    shift_diagonal(equations, shift, shifted, equations->factor.entries);
    if (!factor(equations, &equations->factor))
        return fail(STATUS_FAILED, "a system of %d equations is not positive definite",
                    equations->n);
    memcpy(solution->entries, equations->right.entries, bytes_of(solution));
    pdpotrs_("L", &equations->n, &equations->columns, equations->factor.entries, &one, &one,
             equations->factor.descriptor, solution->entries, &one, &one, solution->descriptor,
             &info, 1);
    off = residual_of(equations, shift, shifted);
    if (comm_max_int64(equations->comm, info != 0 || !(off <= tolerance)))
        return fail(STATUS_FAILED,
                    "a system of %d equations over %d ranks is not solved: residual %g",
                    equations->n, comm_size(equations->comm), off);
    fetch(equations, x);
    *residual = off;
    return STATUS_OK;
}
