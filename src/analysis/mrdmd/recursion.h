// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file recursion.h
 * The one-pass recursion: windows solved from products alone. Z of a window is the centre row and the
 * sample rows of its path (K rows); every vector of the recursion is a combination of Z's rows. The
 * residual at sample t is x(t) + Z h(t), x(t) the centred sample and h(t) what the ancestors' modes
 * have taken off; at the root h(t) is 1 for the centre.
 *
 * Differences of products lose twice the digits that differences of vectors lose. The files
 * recursion.c and amplitude.c are therefore compiled twice: on double for products in double, and on
 * a wider type (recursion_precise.c) for precise ones. `real` is the type, RECURSION() the names.
 */
#pragma once

#include "mrdmd.h"

#ifdef MRDMD_PRECISE
#    define RECURSION(name) recursion_precise_##name
#    if defined(__x86_64__) && defined(__GNUC__)
__extension__ typedef __float128 real;
#        define REAL_EPSILON 1.93e-34
#    else
typedef long double real;
#        define REAL_EPSILON LDBL_EPSILON
#    endif
#else
#    define RECURSION(name) recursion_##name
typedef double real;
#    define REAL_EPSILON    DBL_EPSILON
#endif

enum { MRDMD_PATH_MAX = 1 + MRDMD_LEVELS_MAX * MRDMD_SMALL };

/** What one window yields. */
struct window_modes {
    struct mrdmd_dmd dmd;
    double spread; /**< norm of the centred rows over the smallest singular value in use */
    double complex amplitude[MRDMD_SMALL];
    double power[MRDMD_SMALL];
    double complex *gamma; /**< owned, [MRDMD_SMALL][path_rows_max]: phi = Z gamma */
};

/** State of one rank's recursion, of either precision. */
struct RECURSION(state);

struct RECURSION(state) * RECURSION(create)(const struct mrdmd_products *products);
void RECURSION(destroy)(struct RECURSION(state) * *state);

/** Solve one window whose ancestors are solved, and carry h(t) on for its samples. */
status RECURSION(window)(struct RECURSION(state) * state, int window, struct window_modes *found);
