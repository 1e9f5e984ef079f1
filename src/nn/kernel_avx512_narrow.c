// SPDX-License-Identifier: BSD-3-Clause
/* Columns that fill no more than half a vector of AVX-512, in vectors of AVX2's length and with AVX-512's registers. */
enum { BODY_BYTES = 32, BODY_ROWS = 8, BODY_VECTORS = 2 };

#include "vectors.h"

#include <immintrin.h>

/* A mask of the first lanes, counted in words of 32 bits whatever a real is. */
INLINE __mmask8 first_lanes(int count)
{
    return (__mmask8)((1u << ((unsigned)count * sizeof(real) / 4)) - 1);
}

/* The first lanes of a vector; the others are read as 0 and not written. */
INLINE vector vector_load_some(const real *x, int count)
{
    return (vector)_mm256_maskz_loadu_epi32(first_lanes(count), x);
}

INLINE void vector_store_some(real *x, int count, vector v)
{
    _mm256_mask_storeu_epi32(x, first_lanes(count), (__m256i)v);
}

#include "gemm_body.c"

void nn_panel_narrow(const struct nn_panel *panel)
{
    panel_multiply(panel);
}
