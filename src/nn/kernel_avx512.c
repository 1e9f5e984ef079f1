// SPDX-License-Identifier: BSD-3-Clause
enum { BODY_BYTES = 64, BODY_ROWS = 8, BODY_VECTORS = 3 };

#include "vectors.h"

#include <immintrin.h>

/* Masks of the first lanes, counted in words of 32 bits whatever a real is. */
INLINE __mmask16 first_lanes(int count)
{
    return (__mmask16)((1u << ((unsigned)count * sizeof(real) / 4)) - 1);
}

/* The first lanes of a vector; the others are read as 0 and not written. */
INLINE vector vector_load_some(const real *x, int count)
{
    if (count == BODY_LANES) return vector_load(x);
    return (vector)_mm512_maskz_loadu_epi32(first_lanes(count), x);
}

INLINE void vector_store_some(real *x, int count, vector v)
{
    if (count == BODY_LANES)
        vector_store(x, v);
    else
        _mm512_mask_storeu_epi32(x, first_lanes(count), (__m512i)v);
}

/* The first halves of two vectors, lane by lane, and the second. */
#ifdef NN_DOUBLE
#    define FIRST_HALVES  0, 8, 1, 9, 2, 10, 3, 11
#    define SECOND_HALVES 4, 12, 5, 13, 6, 14, 7, 15
#else
#    define FIRST_HALVES  0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#    define SECOND_HALVES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#endif

/* A square of vectors is transposed when its upper and lower half were interleaved as often as lanes can be halved. */
INLINE void transpose(vector x[NN_LANES])
{
    vector y[NN_LANES];

    UNROLL
    for (int stage = 1; stage < NN_LANES; stage *= 2) {
        UNROLL
        for (int i = 0; i < NN_LANES / 2; i++) {
            y[2 * i] = __builtin_shufflevector(x[i], x[i + NN_LANES / 2], FIRST_HALVES);
            y[2 * i + 1] = __builtin_shufflevector(x[i], x[i + NN_LANES / 2], SECOND_HALVES);
        }
        UNROLL
        for (int i = 0; i < NN_LANES; i++) x[i] = y[i];
    }
}

/* Square by square in registers. */
static void turn(int rows, int columns, const real *from, int64_t step, int width, real *to)
{
    for (int k = 0; k < rows; k += NN_LANES) {
        const int deep = least(rows - k, NN_LANES);

        for (int j = 0; j < columns; j += NN_LANES) {
            const int wide = least(columns - j, NN_LANES);
            vector x[NN_LANES];

            UNROLL
            for (int i = 0; i < NN_LANES; i++)
                x[i] = i < wide ? vector_load_some(from + (j + i) * step + k, deep) : (vector){0};
            transpose(x);
            UNROLL
            for (int i = 0; i < NN_LANES; i++)
                if (i < deep) vector_store(to + (int64_t)(k + i) * width + j, x[i]);
        }
    }
}

#include "cells_body.c"
#include "finish_body.c"
#include "gemm_body.c"
#include "norm_body.c"
#include "pack_body.c"

static bool is_possible(void)
{
    return __builtin_cpu_supports("avx512f");
}

const struct nn_kernel nn_kernel_avx512 = {"avx512", is_possible, PRODUCTS, nn_panel_narrow,
                                           NORMS,    CELLS,       FINISHES};
