// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <telltale/linalg_spread.h>

#include <lapacke.h>

#include <string.h>

/* Triangles of one rank: one a bit of the number of tiles on either side of its run. */
enum { NODES_MAX = 128, BLOCK = 32 };

/* The triangle of tiles [index << level, (index + 1) << level). */
struct node {
    int64_t index;
    int32_t level;
};

struct tsqr {
    int n;
    int node_count;
    struct node nodes[NODES_MAX];
    double *packed[NODES_MAX]; /* owned: R by rows, row i from its diagonal on */
    double *upper, *lower;     /* owned: work, [n][n] by columns */
    double *reflectors;        /* owned: work, [n][BLOCK] */
};

struct tsqr *tsqr_create(int columns)
{
    struct tsqr *tsqr = mem_zero(1, sizeof *tsqr);
    const size_t n = (size_t)columns;

    ASSERT(columns >= 1);
    tsqr->n = columns;
    tsqr->upper = mem_array(n * n, sizeof *tsqr->upper);
    tsqr->lower = mem_array(n * n, sizeof *tsqr->lower);
    tsqr->reflectors = mem_array(n * BLOCK, sizeof *tsqr->reflectors);
    return tsqr;
}

void tsqr_destroy(struct tsqr **tsqr)
{
    if (!*tsqr) return;
    for (int i = 0; i < (*tsqr)->node_count; i++) mem_free(&(*tsqr)->packed[i]);
    mem_free(&(*tsqr)->upper);
    mem_free(&(*tsqr)->lower);
    mem_free(&(*tsqr)->reflectors);
    mem_free(tsqr);
}

/* The upper triangle of @p rows rows of columns of length @p stride; what is below them is zero. */
static void pack(const double *columns, size_t stride, int rows, int n, double *packed)
{
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++)
            *packed++ = i < rows ? columns[(size_t)j * stride + (size_t)i] : 0.0;
}

static void unpack(const double *packed, int n, double *columns)
{
    memset(columns, 0, (size_t)n * (size_t)n * sizeof *columns);
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++) columns[(size_t)j * (size_t)n + (size_t)i] = *packed++;
}

/* One triangle of the last two, the earlier tiles on top. */
static void join(struct tsqr *tsqr)
{
    const int n = tsqr->n;
    double **top = &tsqr->packed[tsqr->node_count - 2];
    lapack_int info;

    unpack(top[0], n, tsqr->upper);
    unpack(top[1], n, tsqr->lower);
    info = LAPACKE_dtpqrt(LAPACK_COL_MAJOR, n, n, n, n < BLOCK ? n : BLOCK, tsqr->upper, n,
                          tsqr->lower, n, tsqr->reflectors, BLOCK);
    ASSERT(info == 0);
    pack(tsqr->upper, (size_t)n, n, n, top[0]);
    mem_free(&top[1]);
    tsqr->node_count--;
}

static bool are_siblings(const struct node *left, const struct node *right)
{
    return left->level == right->level && left->index % 2 == 0 && right->index == left->index + 1;
}

/* Take over a triangle, and join it with those that it completes. */
static void push(struct tsqr *tsqr, struct node node, double *packed)
{
    ASSERT(tsqr->node_count < NODES_MAX);
    tsqr->nodes[tsqr->node_count] = node;
    tsqr->packed[tsqr->node_count++] = packed;
    while (tsqr->node_count >= 2) {
        struct node *last = &tsqr->nodes[tsqr->node_count - 1];

        if (!are_siblings(last - 1, last)) break;
        join(tsqr);
        last[-1].index /= 2;
        last[-1].level++;
    }
}

void tsqr_add(struct tsqr *tsqr, int64_t tile, struct linalg_rows columns, int length)
{
    const size_t n = (size_t)tsqr->n;
    double *work = mem_array(n * (size_t)length, sizeof *work);
    double *packed = mem_array((size_t)linalg_packed(tsqr->n), sizeof *packed);
    lapack_int info = 0;

    ASSERT(columns.count == tsqr->n);
    for (int j = 0; j < tsqr->n; j++)
        memcpy(work + (size_t)j * (size_t)length, dot_row(&columns, j),
               (size_t)length * sizeof *work);
    if (length > 0) {
        double *scales = mem_array(n, sizeof *scales);

        info = LAPACKE_dgeqrf(LAPACK_COL_MAJOR, length, tsqr->n, work, length, scales);
        mem_free(&scales);
    }
    ASSERT(info == 0);
    pack(work, (size_t)length, length, tsqr->n, packed);
    mem_free(&work);
    push(tsqr, (struct node){tile, 0}, packed);
}

/* What is left once all tiles are there: one triangle for each bit of their number. */
static void finish(struct tsqr *tsqr, double *r)
{
    const size_t n = (size_t)tsqr->n;
    const double *packed;

    memset(r, 0, n * n * sizeof *r);
    if (tsqr->node_count == 0) return;
    while (tsqr->node_count > 1) join(tsqr);
    packed = tsqr->packed[0];
    for (size_t i = 0; i < n; i++) {
        const double sign = packed[0] < 0.0 ? -1.0 : 1.0;

        for (size_t j = i; j < n; j++) r[i * n + j] = sign * *packed++;
    }
}

/* On rank 0 in place of its own triangles those of all ranks. */
static void gather(const struct comm *comm, struct tsqr *tsqr)
{
    const size_t entries = (size_t)linalg_packed(tsqr->n);
    double *mine = mem_array((size_t)tsqr->node_count * entries, sizeof *mine);
    struct node nodes[NODES_MAX];
    void *all_nodes, *all;
    int64_t count;

    memcpy(nodes, tsqr->nodes, sizeof nodes);
    for (int i = 0; i < tsqr->node_count; i++)
        memcpy(mine + (size_t)i * entries, tsqr->packed[i], entries * sizeof *mine);
    comm_gather_rows(comm, nodes, tsqr->node_count, sizeof *nodes, &all_nodes, &count);
    comm_gather_rows(comm, mine, tsqr->node_count, entries * sizeof *mine, &all, &count);
    for (int i = 0; i < tsqr->node_count; i++) mem_free(&tsqr->packed[i]);
    tsqr->node_count = 0;
    for (int64_t i = 0; i < count && all; i++) {
        double *packed = mem_array(entries, sizeof *packed);

        memcpy(packed, (const double *)all + (size_t)i * entries, entries * sizeof *packed);
        push(tsqr, ((const struct node *)all_nodes)[i], packed);
    }
    mem_free(&all);
    mem_free(&all_nodes);
    mem_free(&mine);
}

void tsqr_reduce(const struct comm *comm, struct tsqr *tsqr, double *r)
{
    const size_t n = (size_t)tsqr->n;

    gather(comm, tsqr);
    if (comm_rank(comm) == 0) finish(tsqr, r);
    comm_broadcast(comm, r, n * n * sizeof *r, 0);
}
