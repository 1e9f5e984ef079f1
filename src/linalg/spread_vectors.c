// SPDX-License-Identifier: BSD-3-Clause
#include "spread.h"

#include <string.h>

static const int one = 1;
static const int two = 2;
static const double unit = 1.0;
static const double zero = 0.0;

/* y = A x over the columns [first, first + count) of a part, x backwards where those are eigenvectors in
 * ascending order. */
static void multiply(const struct spread *spread, const struct part *part, int first, int count,
                     bool is_backwards, const double *x, double *y)
{
    const struct grid *grid = &spread->grid;

    for (int j = 0; j < part->columns; j++) {
        const int column = spread_global(j, grid->column, grid->columns) - first;
        const double *entries = part->entries + (size_t)j * (size_t)part->rows;
        double weight;

        if (column < 0 || column >= count) continue;
        weight = x[is_backwards ? count - 1 - column : column];
        for (int i = 0; i < part->rows; i++)
            y[spread_global(i, grid->row, grid->rows)] += entries[i] * weight;
    }
}

void spread_combine(const struct spread *spread, int vectors, int count, const double *x, double *y)
{
    const size_t n = (size_t)spread->n;
    const size_t order = (size_t)spread->order;
    double *sum = mem_zero((size_t)vectors * n, sizeof *sum);

    for (int v = 0; v < vectors; v++)
        multiply(spread, &spread->vectors, spread->order - count, count, true,
                 x + (size_t)v * (size_t)count, sum + (size_t)v * n);
    spread_sum(spread->comm, sum, (size_t)vectors * n);
    for (size_t v = 0; v < (size_t)vectors; v++)
        memcpy(y + v * order, sum + v * n, order * sizeof *y);
    mem_free(&sum);
}

void spread_image(const struct spread *spread, int vectors, const double *x, double *y)
{
    const size_t n = (size_t)spread->n;

    ASSERT(spread->is_full);
    memset(y, 0, (size_t)vectors * n * sizeof *y);
    for (size_t v = 0; v < (size_t)vectors; v++)
        multiply(spread, &spread->gram, 0, spread->n, false, x + v * n, y + v * n);
    spread_sum(spread->comm, y, (size_t)vectors * n);
}

/* A whole square matrix on every rank; its rows and columns follow the eigenvectors, largest first. */
static void fetch(const struct spread *spread, const struct part *part, int count, double *all)
{
    const struct grid *grid = &spread->grid;
    const size_t n = (size_t)count;

    memset(all, 0, n * n * sizeof *all);
    for (int j = 0; j < part->columns; j++) {
        const int column = count - 1 - spread_global(j, grid->column, grid->columns);

        for (int i = 0; i < part->rows; i++) {
            const int row = count - 1 - spread_global(i, grid->row, grid->rows);

            all[(size_t)row * n + (size_t)column] =
                part->entries[(size_t)j * (size_t)part->rows + (size_t)i];
        }
    }
    spread_sum(spread->comm, all, n * n);
}

void spread_shifted(const struct spread *spread, int count, double *k, double *l)
{
    const int order = spread->n - 1;
    const int first = order - count + 1;
    struct part image, product; /* V^T G', and what it is multiplied to */

    ASSERT(spread->order == order && count >= 1 && count <= order);
    part_init(&image, &spread->grid, count, order, SPREAD_BLOCK, SPREAD_BLOCK);
    part_init(&product, &spread->grid, count, count, SPREAD_BLOCK, SPREAD_BLOCK);
    pdgemm_("T", "N", &count, &order, &order, &unit, spread->vectors.entries, &one, &first,
            spread->vectors.descriptor, spread->gram.entries, &one, &two, spread->gram.descriptor,
            &zero, image.entries, &one, &one, image.descriptor);
    pdgemm_("N", "N", &count, &count, &order, &unit, image.entries, &one, &one, image.descriptor,
            spread->vectors.entries, &one, &first, spread->vectors.descriptor, &zero,
            product.entries, &one, &one, product.descriptor);
    fetch(spread, &product, count, k);
    if (l) {
        pdgemm_("N", "T", &count, &count, &order, &unit, image.entries, &one, &one,
                image.descriptor, image.entries, &one, &one, image.descriptor, &zero,
                product.entries, &one, &one, product.descriptor);
        fetch(spread, &product, count, l);
    }
    mem_free(&product.entries);
    mem_free(&image.entries);
}
