// SPDX-License-Identifier: BSD-3-Clause
/*
 * One panel of a product, in blocks that fit the registers, for whatever instruction set the including file is
 * compiled for: that file has chosen the vectors and the size of a block.
 */
#include "vectors.h"

/* Rows, vectors and sums known to the compiler are kept in registers. */
INLINE void multiply(const struct nn_panel *panel, const real *a, int rows, int vectors,
                     const real *b, vector sum[][BODY_VECTORS])
{
    const real *entry[BODY_ROWS];

    UNROLL
    for (int i = 0; i < rows; i++) entry[i] = a + i * panel->a_row_step;
    for (int k = 0; k < panel->run; k++, b += panel->b_step) {
        vector row[BODY_VECTORS];

        UNROLL
        for (int v = 0; v < vectors; v++) row[v] = vector_load(b + v * BODY_LANES);
        UNROLL
        for (int i = 0; i < rows; i++) {
            const real x = *entry[i];

            entry[i] += panel->a_column_step;
            UNROLL
            for (int v = 0; v < vectors; v++) sum[i][v] += x * row[v];
        }
    }
}

/* Some rows of a panel; @p last are the lanes in use of the last vector, those before are in use wholly. */
INLINE void some_rows(const struct nn_panel *panel, int first, int rows, int vectors, int last)
{
    const int end = vectors - 1;
    const real *a = panel->a + first * panel->a_row_step;
    real *c = panel->c + first * panel->c_stride;
    vector sum[BODY_ROWS][BODY_VECTORS];

    UNROLL
    for (int i = 0; i < rows; i++) {
        UNROLL
        for (int v = 0; v < vectors; v++) sum[i][v] = (vector){0};
    }
    if (panel->should_add) {
        UNROLL
        for (int i = 0; i < rows; i++) {
            const real *row = c + i * panel->c_stride;

            UNROLL
            for (int v = 0; v < end; v++) sum[i][v] = vector_load(row + v * BODY_LANES);
            sum[i][end] = vector_load_some(row + end * BODY_LANES, last);
        }
    }
    multiply(panel, a, rows, vectors, panel->b, sum);
    UNROLL
    for (int i = 0; i < rows; i++) {
        real *row = c + i * panel->c_stride;

        UNROLL
        for (int v = 0; v < end; v++) vector_store(row + v * BODY_LANES, sum[i][v]);
        vector_store_some(row + end * BODY_LANES, last, sum[i][end]);
    }
}

INLINE void some_vectors(const struct nn_panel *panel, int first, int rows)
{
    const int vectors = (panel->columns + BODY_LANES - 1) / BODY_LANES;
    const int last = panel->columns - (vectors - 1) * BODY_LANES;

    if (BODY_VECTORS > 2 && vectors == 3)
        some_rows(panel, first, rows, BODY_VECTORS, last);
    else if (vectors == 2)
        some_rows(panel, first, rows, 2, last);
    else
        some_rows(panel, first, rows, 1, last);
}

static void block_rows(const struct nn_panel *panel, int first, int rows)
{
    switch (rows) {
    case 8:
        some_vectors(panel, first, BODY_ROWS < 8 ? BODY_ROWS : 8);
        break;
    case 7:
        some_vectors(panel, first, BODY_ROWS < 7 ? BODY_ROWS : 7);
        break;
    case 6:
        some_vectors(panel, first, BODY_ROWS < 6 ? BODY_ROWS : 6);
        break;
    case 5:
        some_vectors(panel, first, BODY_ROWS < 5 ? BODY_ROWS : 5);
        break;
    case 4:
        some_vectors(panel, first, BODY_ROWS < 4 ? BODY_ROWS : 4);
        break;
    case 3:
        some_vectors(panel, first, BODY_ROWS < 3 ? BODY_ROWS : 3);
        break;
    case 2:
        some_vectors(panel, first, 2);
        break;
    default:
        some_vectors(panel, first, 1);
        break;
    }
}

/* As many rows at a time as the registers hold, and about as many each time. */
static void all_rows(const struct nn_panel *panel)
{
    const int64_t parts = (panel->rows + BODY_ROWS - 1) / BODY_ROWS;

    for (int64_t p = 0; p < parts; p++) {
        const int first = (int)(panel->rows * p / parts);

        block_rows(panel, first, (int)(panel->rows * (p + 1) / parts) - first);
    }
}

static void panel_multiply(const struct nn_panel *panel)
{
    const int width = BODY_VECTORS * BODY_LANES;

    for (int first = 0; first < panel->columns; first += width) {
        struct nn_panel some = *panel;

        some.b += first;
        some.c += first;
        some.columns = panel->columns - first < width ? panel->columns - first : width;
        all_rows(&some);
    }
}
