// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file recursion_state.h
 * What recursion.c and amplitude.c share.
 */
#pragma once

#include "recursion.h"

struct RECURSION(state) {
    const struct mrdmd_plan *plan;         /**< borrowed */
    const struct mrdmd_products *products; /**< borrowed */
    int stride;                            /**< path_rows_max */
    real *h;                               /**< owned, [times][stride] */
    real *gram;                            /**< owned, [rows][rows]: Z Z^T of the window at hand */
    real *columns;                         /**< owned, [rows][samples]: D = Z columns */
    real *factor;                          /**< owned, [rows][rows] */
    int *pivot;                            /**< owned, [rows] */
    real *whole_y;                         /**< owned, [rows][samples]: D = Q y, Q orthonormal */
    int whole_y_rows;
    double *y; /**< owned, [rows][samples]: the same rounded, in at most `samples` rows */
    int y_rows;
    real *gamma_real, *gamma_imaginary;           /**< owned, [MRDMD_SMALL][stride] */
    real *projection_real, *projection_imaginary; /**< owned, [MRDMD_SMALL][times] */
    real *short_real, *short_imaginary; /**< owned, [MRDMD_SMALL][stride]: modes in the basis Q */
    real *power_real, *power_imaginary; /**< owned, [MRDMD_SMALL][times] */
};

/** One entry of the products. */
static inline real product_at(const struct mrdmd_products *products, int64_t at)
{
#ifdef MRDMD_PRECISE
    return (real)products->tile[at] + (real)products->rest[at];
#else
    return products->tile[at];
#endif
}

/** Amplitudes b of the slow modes, least squares over the whole window (Jovanovic et al. 2014). */
void RECURSION(amplitudes)(struct RECURSION(state) * state, int number, struct window_modes *found);
