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

enum { BODY_LANES = BODY_BYTES / (int)sizeof(real) };

/** The machine's vector, and one whose lanes are the same on every machine. */
typedef real vector __attribute__((vector_size(BODY_BYTES)));
typedef real lanes __attribute__((vector_size(64)));

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

INLINE lanes load(const real *x)
{
    lanes v;

    memcpy(&v, x, sizeof v);
    return v;
}

INLINE void store(real *x, lanes v)
{
    memcpy(x, &v, sizeof v);
}
