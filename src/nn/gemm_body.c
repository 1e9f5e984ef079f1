// SPDX-License-Identifier: BSD-3-Clause
/*
 * One register block of a product, for whatever instruction set the including file is compiled for:
 * vectors of 64 bytes are GCC's and Clang's own type, which they split where the machine's are
 * shorter. Included with BODY_ROWS and BODY_VECTORS, the size that fits the registers, defined.
 */
#include "nn_private.h"

#include <string.h>

#ifdef __clang__
#    define UNROLL _Pragma("unroll")
#else
#    define UNROLL _Pragma("GCC unroll 8")
#endif

typedef real lanes __attribute__((vector_size(64)));

#define INLINE static inline __attribute__((always_inline))

/* The entries of C that the last vector stands for are fewer than its lanes where columns end. */
INLINE void load(const real *c, int count, lanes *x)
{
    real some[NN_LANES] = {0};

    if (count >= NN_LANES) {
        memcpy(x, c, sizeof *x);
        return;
    }
    for (int i = 0; i < count; i++) some[i] = c[i];
    memcpy(x, some, sizeof *x);
}

INLINE void store(real *c, int count, const lanes *x)
{
    real some[NN_LANES];

    if (count >= NN_LANES) {
        memcpy(c, x, sizeof *x);
        return;
    }
    memcpy(some, x, sizeof *x);
    for (int i = 0; i < count; i++) c[i] = some[i];
}

INLINE void multiply(const struct nn_block *block, int rows, int vectors, const real *panel,
                     lanes sum[][BODY_VECTORS])
{
    const int64_t width = (int64_t)block->vectors * NN_LANES;
    const real *a[BODY_ROWS];

    UNROLL
    for (int i = 0; i < rows; i++) a[i] = block->a + i * block->a_row_step;
    for (int k = 0; k < block->run; k++, panel += width) {
        UNROLL
        for (int i = 0; i < rows; i++) {
            const real x = *a[i];

            a[i] += block->a_column_step;
            UNROLL
            for (int v = 0; v < vectors; v++) {
                const lanes *b = (const lanes *)__builtin_assume_aligned(panel, 64);

                sum[i][v] += x * b[v];
            }
        }
    }
}

INLINE void part(const struct nn_block *block, int rows, int vectors, int first)
{
    lanes sum[BODY_ROWS][BODY_VECTORS];
    int count[BODY_VECTORS];

    UNROLL
    /* cppcheck-suppress arrayIndexOutOfBounds ; no part has more than BODY_VECTORS */
    for (int v = 0; v < vectors; v++) count[v] = block->columns - (first + v) * NN_LANES;
    UNROLL
    for (int i = 0; i < rows; i++) {
        UNROLL
        for (int v = 0; v < vectors; v++) {
            const real *c = block->c + i * block->c_stride + (first + v) * NN_LANES;

            if (block->should_add)
                load(c, count[v], &sum[i][v]);
            else
                sum[i][v] = (lanes){0};
        }
    }
    multiply(block, rows, vectors, block->panel + (int64_t)first * NN_LANES, sum);
    UNROLL
    for (int i = 0; i < rows; i++) {
        UNROLL
        for (int v = 0; v < vectors; v++)
            store(block->c + i * block->c_stride + (first + v) * NN_LANES, count[v], &sum[i][v]);
    }
}

INLINE void some_rows(const struct nn_block *block, int rows)
{
    int first = 0;

    for (; first + BODY_VECTORS <= block->vectors; first += BODY_VECTORS)
        part(block, rows, BODY_VECTORS, first);
    if (BODY_VECTORS == 3 && block->vectors - first == 2)
        part(block, rows, 2, first);
    else if (first < block->vectors)
        part(block, rows, 1, first);
}

/* Rows are known to the compiler, so sums live in registers. */
static void block_rows(const struct nn_block *block)
{
    switch (block->rows) {
    case 8:
        some_rows(block, BODY_ROWS < 8 ? BODY_ROWS : 8);
        break;
    case 7:
        some_rows(block, BODY_ROWS < 7 ? BODY_ROWS : 7);
        break;
    case 6:
        some_rows(block, BODY_ROWS < 6 ? BODY_ROWS : 6);
        break;
    case 5:
        some_rows(block, BODY_ROWS < 5 ? BODY_ROWS : 5);
        break;
    case 4:
        some_rows(block, BODY_ROWS < 4 ? BODY_ROWS : 4);
        break;
    case 3:
        some_rows(block, BODY_ROWS < 3 ? BODY_ROWS : 3);
        break;
    case 2:
        some_rows(block, 2);
        break;
    default:
        some_rows(block, 1);
        break;
    }
}

/* A block of 8 rows is taken in as many parts as the registers ask for. */
static void block_multiply(const struct nn_block *block)
{
    struct nn_block some = *block;
    const int parts = (block->rows + BODY_ROWS - 1) / BODY_ROWS;

    for (int p = 0; p < parts; p++) {
        const int first = block->rows * p / parts;

        some.rows = block->rows * (p + 1) / parts - first;
        some.a = block->a + first * block->a_row_step;
        some.c = block->c + first * block->c_stride;
        block_rows(&some);
    }
}
