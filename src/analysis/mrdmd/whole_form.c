// SPDX-License-Identifier: BSD-3-Clause
#include "whole.h"

#include <string.h>

void mrdmd_whole_begin(struct whole *whole, const struct mrdmd_plan *row_plan,
                       const struct mrdmd_rows *rows)
{
    ASSERT(rows->stride == whole->stride);
    whole->readings = rows->readings;
    for (int w = 0; w < row_plan->window_count; w = row_plan->windows[w].next) {
        const struct mrdmd_window *root = &row_plan->windows[w];
        const double *centre = rows->centre + (size_t)root->root * rows->stride;
        double *residual = whole->residual + (size_t)root->first * whole->stride;

        mrdmd_rows_take(rows, row_plan, root->root, (struct span){root->first, root->count},
                        residual);
        for (int64_t t = 0; t < root->count; t++) {
            double *row = residual + (size_t)t * whole->stride;

            for (int64_t r = 0; r < rows->readings; r++) row[r] += centre[r];
        }
    }
}

/* phi_k = D c_k at the readings of the tile. */
static void form(struct whole *whole, int window)
{
    const struct mrdmd_window *at = &whole->plan->windows[window];
    const int slow = whole->windows[window].slow_count;
    const size_t bytes = (size_t)slow * whole->stride * sizeof *whole->phi_real;

    memset(whole->phi_real, 0, bytes);
    memset(whole->phi_imaginary, 0, bytes);
    for (int64_t t = 0; t < at->count; t++) {
        const double *restrict row = whole->residual + (size_t)(at->first + t) * whole->stride;

        for (int k = 0; k < slow; k++) {
            const double complex c = whole->combinations[window][k * at->count + t];
            const double real = creal(c);
            const double imaginary = cimag(c);
            double *restrict to_real = whole->phi_real + (size_t)k * whole->stride;
            double *restrict to_imaginary = whole->phi_imaginary + (size_t)k * whole->stride;

            for (int64_t r = 0; r < whole->readings; r++) {
                to_real[r] += real * row[r];
                to_imaginary[r] += imaginary * row[r];
            }
        }
    }
}

/* D -= Re(phi b mu^t) */
static void subtract(struct whole *whole, int window)
{
    const struct mrdmd_window *at = &whole->plan->windows[window];
    const struct whole_window *found = &whole->windows[window];

    for (int k = 0; k < found->slow_count; k++) {
        const double *restrict phi_real = whole->phi_real + (size_t)k * whole->stride;
        const double *restrict phi_imaginary = whole->phi_imaginary + (size_t)k * whole->stride;

        mrdmd_powers(found->rate[k], at->count, whole->powers);
        for (int64_t t = 0; t < at->count; t++) {
            const double complex weight = found->amplitude[k] * whole->powers[t];
            const double real = creal(weight);
            const double imaginary = cimag(weight);
            double *restrict row = whole->residual + (size_t)(at->first + t) * whole->stride;

            for (int64_t r = 0; r < whole->readings; r++)
                row[r] -= real * phi_real[r] - imaginary * phi_imaginary[r];
        }
    }
}

void mrdmd_whole_form(struct whole *whole, int window, double complex *phi)
{
    if (whole->windows[window].slow_count == 0) return;
    form(whole, window);
    subtract(whole, window);
    for (int k = 0; phi && k < whole->windows[window].slow_count; k++) {
        const double *real = whole->phi_real + (size_t)k * whole->stride;
        const double *imaginary = whole->phi_imaginary + (size_t)k * whole->stride;

        for (int64_t r = 0; r < whole->readings; r++)
            phi[k * whole->readings + r] = CMPLX(real[r], imaginary[r]);
    }
}
