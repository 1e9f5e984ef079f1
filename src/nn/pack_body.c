// SPDX-License-Identifier: BSD-3-Clause
/* Panels of B whose rows do not end with a vector, for whatever instruction set the including file is compiled for. */
#include "vectors.h"

static void copy(int rows, int columns, const real *from, int64_t step, int width, real *to)
{
    for (int k = 0; k < rows; k++, from += step, to += width) {
        int j = 0;

        for (; j + BODY_LANES <= columns; j += BODY_LANES)
            vector_store(to + j, vector_load(from + j));
        for (; j < width; j += BODY_LANES)
            vector_store(to + j, vector_load_some(from + j, columns > j ? columns - j : 0));
    }
}

#define PRODUCTS panel_multiply, copy, turn
