// SPDX-License-Identifier: BSD-3-Clause
#include "kernels.h"

#include <telltale/linalg_spread.h>

#include <string.h>

/* A few rows against a panel: what the dot kernel is quick at, and a scratch block that stays in cache. */
enum { BLOCK_ROWS = 48, PANEL_ROWS = 240 };

int64_t linalg_packed(int64_t n)
{
    return n * (n + 1) / 2;
}

static struct linalg_rows some_rows(struct linalg_rows rows, int first, int count)
{
    if (rows.row)
        rows.row += first;
    else
        rows.first += (size_t)first * rows.stride;
    rows.count = rows.count - first < count ? rows.count - first : count;
    return rows;
}

static void put_block(const double *block, int i, int rows, int j, int columns, double *g)
{
    for (int a = i; a < i + rows; a++) {
        const int end = a + 1 < j + columns ? a + 1 : j + columns;

        if (end > j)
            memcpy(g + linalg_packed(a) + j, block + (size_t)(a - i) * PANEL_ROWS,
                   (size_t)(end - j) * sizeof *g);
    }
}

void linalg_gram(struct linalg_rows columns, int length, double *g)
{
    double block[BLOCK_ROWS * PANEL_ROWS];

    for (int i = 0; i < columns.count; i += BLOCK_ROWS) {
        const struct linalg_rows a = some_rows(columns, i, BLOCK_ROWS);

        for (int j = 0; j < i + a.count; j += PANEL_ROWS) {
            const struct linalg_rows b = some_rows(columns, j, PANEL_ROWS);

            memset(block, 0, sizeof block);
            linalg_dot_add(a, b, length, block, PANEL_ROWS);
            put_block(block, i, a.count, j, b.count, g);
        }
    }
}
