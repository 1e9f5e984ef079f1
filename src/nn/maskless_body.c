// SPDX-License-Identifier: BSD-3-Clause
/* What a machine without masks does by loops: parts of vectors, and transposing. */
#include "vectors.h"

/* The first lanes of a vector; the others are read as 0 and not written. */
INLINE vector vector_load_some(const real *x, int count)
{
    real some[BODY_LANES] = {0};

    if (count == BODY_LANES) return vector_load(x);
    for (int i = 0; i < count; i++) some[i] = x[i];
    return vector_load(some);
}

INLINE void vector_store_some(real *x, int count, vector v)
{
    real some[BODY_LANES];

    if (count == BODY_LANES) {
        vector_store(x, v);
        return;
    }
    vector_store(some, v);
    for (int i = 0; i < count; i++) x[i] = some[i];
}

/* Blocks of a cache line by a cache line: what is read sixteen times is read from the first level. */
static void turn(int rows, int columns, const real *from, int64_t step, int width, real *to)
{
    for (int k = 0; k < rows; k++)
        for (int j = columns; j < width; j++) to[(int64_t)k * width + j] = 0;
    for (int k = 0; k < rows; k += NN_LANES) {
        const int last = k + NN_LANES < rows ? k + NN_LANES : rows;

        for (int j = 0; j < columns; j++)
            for (int i = k; i < last; i++) to[(int64_t)i * width + j] = from[j * step + i];
    }
}
