// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file vectors.h
 * Vectors as GCC and Clang know them, for bodies that are compiled once for every instruction set. The including
 * file has defined BODY_BYTES, the length of its machine's.
 */
#pragma once

#include "nn_private.h"

#include <string.h>

#ifdef __clang__
#    define UNROLL _Pragma("unroll")
#else
#    define UNROLL _Pragma("GCC unroll 16")
#endif

#define INLINE static inline __attribute__((always_inline))

enum { BODY_LANES = BODY_BYTES / (int)sizeof(real), BODY_PARTS = NN_LANES / BODY_LANES };

/** The machine's vector, and vectors of as many whole numbers: as long as a real, and of 32 bits. */
typedef real vector __attribute__((vector_size(BODY_BYTES)));
#ifdef NN_DOUBLE
typedef int64_t whole __attribute__((vector_size(BODY_BYTES)));
#else
typedef int32_t whole __attribute__((vector_size(BODY_BYTES)));
#endif
typedef uint32_t bits __attribute__((vector_size(4 * BODY_LANES)));

INLINE vector vector_load(const real *x)
{
    vector v;

    memcpy(&v, x, sizeof v);
    return v;
}

INLINE void vector_store(real *x, vector v)
{
    memcpy(x, &v, sizeof v);
}

/** v where the mask is set, else 0. */
INLINE vector vector_where(whole mask, vector v)
{
    return (vector)(mask & (whole)v);
}

INLINE int least(int a, int b)
{
    return a < b ? a : b;
}
