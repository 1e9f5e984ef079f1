// SPDX-License-Identifier: BSD-3-Clause
#include "recursion_state.h"

#include <telltale/linalg.h>

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
static void shorten_modes(const struct RECURSION(state) * state, int samples,
                          const struct mrdmd_dmd *dmd, double complex *modes)
{
    for (int k = 0; k < dmd->slow_count; k++) {
        for (int i = 0; i < state->y_rows; i++) {
            double complex entry = 0.0;

            for (int j = 0; j < samples; j++)
                entry += state->y[i * samples + j] * dmd->combination[k][j];
            modes[k * MRDMD_SMALL + i] = entry;
        }
    }
}

static double complex inner(const double complex *a, const double complex *b, int64_t count)
{
    double complex sum = 0.0;

    for (int64_t i = 0; i < count; i++) sum += conj(a[i]) * b[i];
    return sum;
}

/* q_k = sum over t of conj(V_kt) phi_k^H residual(t) */
static double complex right_side(const struct RECURSION(state) * state, int64_t count, int k)
{
    const int64_t at = k * state->plan->times;
    real sum_real = 0;
    real sum_imaginary = 0;

    for (int64_t t = 0; t < count; t++) {
        const real power_real = creal(state->powers[at + t]);
        const real power_imaginary = cimag(state->powers[at + t]);

        sum_real += power_real * state->projection_real[at + t]
                    + power_imaginary * state->projection_imaginary[at + t];
        sum_imaginary += power_real * state->projection_imaginary[at + t]
                         - power_imaginary * state->projection_real[at + t];
    }
    return CMPLX((double)sum_real, (double)sum_imaginary);
}

/* Pm = (Phi^H Phi) o conj(V V^H), Pm b = q. */
void RECURSION(amplitudes)(struct RECURSION(state) * state, int number, struct window_modes *found)
{
    const struct mrdmd_window *window = &state->plan->windows[number];
    const int64_t times = state->plan->times;
    const int modes = found->dmd.slow_count;
    double complex short_modes[MRDMD_SMALL * MRDMD_SMALL];
    double complex p[MRDMD_SMALL * MRDMD_SMALL] = {0.0};
    double complex q[MRDMD_SMALL] = {0.0};

    shorten_modes(state, window->samples, &found->dmd, short_modes);
    for (int k = 0; k < modes; k++) {
        mrdmd_powers(found->dmd.mu[k], window->count, state->powers + k * times);
        project(state, window, k);
        q[k] = right_side(state, window->count, k);
        found->power[k] = creal(
            inner(short_modes + k * MRDMD_SMALL, short_modes + k * MRDMD_SMALL, state->y_rows));
    }
    for (int j = 0; j < modes; j++) {
        for (int k = 0; k < modes; k++)
            p[j * modes + k] =
                inner(short_modes + j * MRDMD_SMALL, short_modes + k * MRDMD_SMALL, state->y_rows)
                * inner(state->powers + j * times, state->powers + k * times, window->count);
    }
    if (linalg_hermitian_solve(modes, p, q, MRDMD_PARALLEL, found->amplitude, NULL) != STATUS_OK) {
        for (int k = 0; k < modes; k++) found->amplitude[k] = 0.0;
    }
}
