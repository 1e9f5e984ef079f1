// SPDX-License-Identifier: BSD-3-Clause
#include "recursion_state.h"

#include <telltale/linalg.h>

/* Solutions of the small system: the first and what corrects it. */
enum { REFINEMENTS = 3 };

/* A complex number of the type at hand. */
struct number {
    real re, im;
};

/* phi_k^H x(t) for one segment: its products combined by conj(gamma). */
static void project_segment(struct RECURSION(state) * state, const struct mrdmd_window *window,
                            int segment, int k)
{
    const struct mrdmd_segment *at = &state->plan->segments[segment];
    const int64_t products = mrdmd_segment_at(state->plan, segment);
    const int64_t to = k * state->plan->times + at->first - window->first;
    real *to_real = state->projection_real + to;
    real *to_imaginary = state->projection_imaginary + to;

    for (int i = 0; i < window->path_rows; i++) {
        const real weight_real = state->gamma_real[k * state->stride + i];
        const real weight_imaginary = -state->gamma_imaginary[k * state->stride + i];

        for (int64_t t = 0; t < at->count; t++) {
            const real product = product_at(state->products, products + i * at->count + t);

            to_real[t] += weight_real * product;
            to_imaginary[t] += weight_imaginary * product;
        }
    }
}

/* phi_k^H Z h(t), added for every sample of the window. */
static void project_taken(struct RECURSION(state) * state, const struct mrdmd_window *window, int k)
{
    const int rows = window->path_rows;
    const int above = rows - window->samples;
    const int64_t to = k * state->plan->times;
    real weight_real[MRDMD_PATH_MAX];
    real weight_imaginary[MRDMD_PATH_MAX];

    for (int j = 0; j < above; j++) {
        weight_real[j] = weight_imaginary[j] = 0;
        for (int i = 0; i < rows; i++) {
            weight_real[j] += state->gamma_real[k * state->stride + i] * state->gram[i * rows + j];
            weight_imaginary[j] -=
                state->gamma_imaginary[k * state->stride + i] * state->gram[i * rows + j];
        }
    }
    for (int64_t t = 0; t < window->count; t++) {
        const real *h = state->h + (window->first + t) * state->stride;
        real sum_real = 0;
        real sum_imaginary = 0;

        for (int j = 0; j < above; j++) {
            sum_real += weight_real[j] * h[j];
            sum_imaginary += weight_imaginary[j] * h[j];
        }
        state->projection_real[to + t] += sum_real;
        state->projection_imaginary[to + t] += sum_imaginary;
    }
}

/* projection[k][t] = phi_k^H residual(t) */
static void project(struct RECURSION(state) * state, const struct mrdmd_window *window, int k)
{
    const int64_t end = window->first + window->count;

    for (int64_t t = 0; t < window->count; t++) {
        state->projection_real[k * state->plan->times + t] = 0;
        state->projection_imaginary[k * state->plan->times + t] = 0;
    }
    for (int s = 0; s < state->plan->segment_count; s++) {
        const int64_t first = state->plan->segments[s].first;

        if (first >= window->first && first < end) project_segment(state, window, s, k);
    }
    project_taken(state, window, k);
}

/* y c of every mode: phi in coordinates in which lengths and angles are those of the readings. */
static void shorten_modes(struct RECURSION(state) * state, int samples, const struct mrdmd_dmd *dmd)
{
    for (int k = 0; k < dmd->slow_count; k++) {
        for (int i = 0; i < state->whole_y_rows; i++) {
            const real *y = state->whole_y + i * samples;
            real sum_real = 0;
            real sum_imaginary = 0;

            for (int j = 0; j < samples; j++) {
                sum_real += y[j] * (real)creal(dmd->combination[k][j]);
                sum_imaginary += y[j] * (real)cimag(dmd->combination[k][j]);
            }
            state->short_real[k * state->stride + i] = sum_real;
            state->short_imaginary[k * state->stride + i] = sum_imaginary;
        }
    }
}

/* phi_j^H phi_k */
static struct number modes_product(const struct RECURSION(state) * state, int j, int k)
{
    struct number sum = {0, 0};

    for (int i = 0; i < state->whole_y_rows; i++) {
        const real a_real = state->short_real[j * state->stride + i];
        const real a_imaginary = state->short_imaginary[j * state->stride + i];
        const real b_real = state->short_real[k * state->stride + i];
        const real b_imaginary = state->short_imaginary[k * state->stride + i];

        sum.re += a_real * b_real + a_imaginary * b_imaginary;
        sum.im += a_real * b_imaginary - a_imaginary * b_real;
    }
    return sum;
}

/* sum over t of conj(mu_j^t) mu_k^t */
static struct number powers_product(const struct RECURSION(state) * state, int64_t count, int j,
                                    int k)
{
    const int64_t a = j * state->plan->times;
    const int64_t b = k * state->plan->times;
    struct number sum = {0, 0};

    for (int64_t t = 0; t < count; t++) {
        const real a_real = state->power_real[a + t];
        const real a_imaginary = state->power_imaginary[a + t];
        const real b_real = state->power_real[b + t];
        const real b_imaginary = state->power_imaginary[b + t];

        sum.re += a_real * b_real + a_imaginary * b_imaginary;
        sum.im += a_real * b_imaginary - a_imaginary * b_real;
    }
    return sum;
}

/* q_k = sum over t of conj(V_kt) phi_k^H residual(t) */
static struct number right_side(const struct RECURSION(state) * state, int64_t count, int k)
{
    const int64_t at = k * state->plan->times;
    struct number sum = {0, 0};

    for (int64_t t = 0; t < count; t++) {
        const real power_real = state->power_real[at + t];
        const real power_imaginary = state->power_imaginary[at + t];

        sum.re += power_real * state->projection_real[at + t]
                  + power_imaginary * state->projection_imaginary[at + t];
        sum.im += power_real * state->projection_imaginary[at + t]
                  - power_imaginary * state->projection_real[at + t];
    }
    return sum;
}

static void raise_powers(struct RECURSION(state) * state, double complex rate, int64_t count, int k)
{
    const int64_t at = k * state->plan->times;
    struct mrdmd_power power = mrdmd_power_start(rate);

    for (int64_t t = at; t < at + count; t++) {
        state->power_real[t] = (real)power.re;
        state->power_imaginary[t] = (real)power.im;
        mrdmd_power_next(&power);
    }
}

static double complex rounded(struct number number)
{
    return CMPLX((double)number.re, (double)number.im);
}

/* What Pm b leaves of q, rounded. */
static void residual(int modes, const struct number *p, const struct number *q,
                     const double complex *b, double complex *left)
{
    for (int j = 0; j < modes; j++) {
        struct number sum = q[j];

        for (int k = 0; k < modes; k++) {
            const struct number entry = p[j * modes + k];

            sum.re -= entry.re * (real)creal(b[k]) - entry.im * (real)cimag(b[k]);
            sum.im -= entry.re * (real)cimag(b[k]) + entry.im * (real)creal(b[k]);
        }
        left[j] = rounded(sum);
    }
}

/* Pm b = q. Modes of one window may be nearly parallel, and Pm squares that: its solution in double is
 * refined with residuals of the wider type. */
static void solve(int modes, const struct number *p, const struct number *q, double complex *b)
{
    double complex rounded_p[MRDMD_SMALL * MRDMD_SMALL];
    double complex left[MRDMD_SMALL];

    ASSERT(modes >= 0 && modes <= MRDMD_SMALL);
    for (int i = 0; i < modes * modes; i++) rounded_p[i] = rounded(p[i]);
    for (int k = 0; k < modes; k++) b[k] = 0.0;
    for (int round = 0; round < REFINEMENTS; round++) {
        residual(modes, p, q, b, left);
        if (linalg_hermitian_solve(modes, rounded_p, left, MRDMD_PARALLEL, left, NULL) != STATUS_OK)
            return;
        for (int k = 0; k < modes; k++) b[k] += left[k];
    }
}

/* Pm = (Phi^H Phi) o conj(V V^H), Pm b = q. */
void RECURSION(amplitudes)(struct RECURSION(state) * state, int number, struct window_modes *found)
{
    const struct mrdmd_window *window = &state->plan->windows[number];
    const int modes = found->dmd.slow_count;
    struct number p[MRDMD_SMALL * MRDMD_SMALL];
    struct number q[MRDMD_SMALL];

    shorten_modes(state, window->samples, &found->dmd);
    for (int k = 0; k < modes; k++) {
        raise_powers(state, found->dmd.rate[k], window->count, k);
        project(state, window, k);
        q[k] = right_side(state, window->count, k);
    }
    for (int j = 0; j < modes; j++) {
        for (int k = 0; k < modes; k++) {
            const struct number space = modes_product(state, j, k);
            const struct number time = powers_product(state, window->count, j, k);

            p[j * modes + k] = (struct number){space.re * time.re - space.im * time.im,
                                               space.re * time.im + space.im * time.re};
            if (j == k) found->power[k] = (double)space.re;
        }
    }
    solve(modes, p, q, found->amplitude);
}
