// SPDX-License-Identifier: BSD-3-Clause
#include "recursion_state.h"

#include <telltale/linalg.h>

#include <float.h>
#include <math.h>
#include <string.h>

struct RECURSION(state) * RECURSION(create)(const struct mrdmd_products *products)
{
    struct RECURSION(state) *state = mem_zero(1, sizeof *state);
    const size_t stride = (size_t)products->plan->path_rows_max;
    const size_t times = (size_t)products->plan->times;

    state->plan = products->plan;
    state->products = products;
    state->stride = products->plan->path_rows_max;
    state->h = mem_array(times * stride, sizeof *state->h);
    state->gram = mem_zero(stride * stride, sizeof *state->gram);
    state->columns = mem_zero(stride * MRDMD_SMALL, sizeof *state->columns);
    state->factor = mem_zero(stride * stride, sizeof *state->factor);
    state->pivot = mem_zero(stride, sizeof *state->pivot);
    state->whole_y = mem_zero(stride * MRDMD_SMALL, sizeof *state->whole_y);
    state->y = mem_zero(stride * MRDMD_SMALL, sizeof *state->y);
    state->short_real = mem_zero(stride * MRDMD_SMALL, sizeof *state->short_real);
    state->short_imaginary = mem_zero(stride * MRDMD_SMALL, sizeof *state->short_imaginary);
    state->gamma_real = mem_zero(stride * MRDMD_SMALL, sizeof *state->gamma_real);
    state->gamma_imaginary = mem_zero(stride * MRDMD_SMALL, sizeof *state->gamma_imaginary);
    state->projection_real = mem_array(times * MRDMD_SMALL, sizeof *state->projection_real);
    state->projection_imaginary =
        mem_array(times * MRDMD_SMALL, sizeof *state->projection_imaginary);
    state->power_real = mem_array(times * MRDMD_SMALL, sizeof *state->power_real);
    state->power_imaginary = mem_array(times * MRDMD_SMALL, sizeof *state->power_imaginary);
    for (size_t t = 0; t < times; t++) state->h[t * stride] = 1.0;
    return state;
}

void RECURSION(destroy)(struct RECURSION(state) * *state)
{
    if (!*state) return;
    mem_free(&(*state)->h);
    mem_free(&(*state)->gram);
    mem_free(&(*state)->columns);
    mem_free(&(*state)->factor);
    mem_free(&(*state)->pivot);
    mem_free(&(*state)->whole_y);
    mem_free(&(*state)->y);
    mem_free(&(*state)->short_real);
    mem_free(&(*state)->short_imaginary);
    mem_free(&(*state)->gamma_real);
    mem_free(&(*state)->gamma_imaginary);
    mem_free(&(*state)->projection_real);
    mem_free(&(*state)->projection_imaginary);
    mem_free(&(*state)->power_real);
    mem_free(&(*state)->power_imaginary);
    mem_free(state);
}

/* The inner products of the rows of Z. */
static void gather_gram(struct RECURSION(state) * state, int window)
{
    const struct mrdmd_plan *plan = state->plan;
    const int rows = plan->windows[window].path_rows;

    state->gram[0] = product_at(state->products, plan->windows[window].root);
    for (int w = window; w >= 0; w = plan->windows[w].parent) {
        const struct mrdmd_window *at = &plan->windows[w];
        const int64_t block = mrdmd_window_at(plan, w);
        const int first = at->path_rows - at->samples;

        for (int i = 0; i < at->path_rows; i++) {
            for (int k = 0; k < at->samples; k++) {
                const real entry = product_at(state->products, block + i * at->samples + k);

                state->gram[i * rows + first + k] = entry;
                state->gram[(first + k) * rows + i] = entry;
            }
        }
    }
}

/* D = Z columns: sample k less what the ancestors took off it, on average over its block. */
static void gather_columns(struct RECURSION(state) * state, const struct mrdmd_window *window)
{
    const int above = window->path_rows - window->samples;
    const int samples = window->samples;

    memset(state->columns, 0, (size_t)(window->path_rows * samples) * sizeof *state->columns);
    for (int k = 0; k < samples; k++) {
        const struct span block = mrdmd_block(state->plan, window, k);

        for (int64_t t = block.first; t < block.first + block.count; t++) {
            const real *h = state->h + t * state->stride;

            for (int i = 0; i < above; i++) state->columns[i * samples + k] += h[i];
        }
        for (int i = 0; i < above; i++) state->columns[i * samples + k] /= (real)block.count;
        state->columns[(above + k) * samples + k] = 1.0;
    }
}

/* Largest singular value of the raw samples of the window, centre included; norm of the centred. */
static status find_norms(const struct RECURSION(state) * state, const struct mrdmd_window *window,
                         double *raw_norm, double *centred_norm)
{
    const int rows = window->path_rows;
    const int above = rows - window->samples;
    const real *gram = state->gram;
    double raw[MRDMD_SMALL * MRDMD_SMALL];
    double values[MRDMD_SMALL];
    double vectors[MRDMD_SMALL * MRDMD_SMALL];
    double trace = 0.0;

    for (int j = 0; j < window->samples; j++) {
        for (int k = 0; k < window->samples; k++)
            raw[j * window->samples + k] = (double)(gram[(above + j) * rows + above + k]
                                                    + gram[above + j] + gram[above + k] + gram[0]);
        trace += (double)gram[(above + j) * rows + above + j];
    }
    TRY(linalg_symmetric_eigen(window->samples, raw, values, vectors));
    *raw_norm = sqrt(fmax(values[window->samples - 1], 0.0));
    *centred_norm = sqrt(fmax(trace, 0.0));
    return STATUS_OK;
}

static real square_root(real square)
{
    real root = (real)sqrt((double)square);

    if (!(square > 0)) return 0;
    root = (root + square / root) / 2;
    return (root + square / root) / 2;
}

/* Unit diagonal, so that a large centre does not drown small changes. */
static void normalise_gram(real *gram, int rows, real *norm)
{
    for (int i = 0; i < rows; i++) norm[i] = square_root(gram[i * rows + i]);
    for (int i = 0; i < rows; i++) {
        for (int j = 0; j < rows; j++) {
            const real scale = norm[i] * norm[j];

            gram[i * rows + j] = scale > 0 ? gram[i * rows + j] / scale : 0;
        }
    }
}

/* Bring the column of largest rest to place j. */
static void choose_pivot(struct RECURSION(state) * state, int rows, int j, real *left)
{
    int largest = j;

    for (int k = j + 1; k < rows; k++) {
        if (left[state->pivot[k]] > left[state->pivot[largest]]) largest = k;
    }
    if (largest != j) {
        const int chosen = state->pivot[largest];

        state->pivot[largest] = state->pivot[j];
        state->pivot[j] = chosen;
    }
}

/* Pivoted Cholesky: factor[i][c] is row i of R at column c of Z; G = R^T R. @return the rank */
static int factorise(struct RECURSION(state) * state, int rows)
{
    real left[MRDMD_PATH_MAX];
    const real *gram = state->gram;
    real *factor = state->factor;

    for (int i = 0; i < rows; i++) {
        state->pivot[i] = i;
        left[i] = gram[i * rows + i];
    }
    memset(factor, 0, (size_t)(rows * rows) * sizeof *factor);
    for (int j = 0; j < rows; j++) {
        int column;
        real diagonal;

        choose_pivot(state, rows, j, left);
        column = state->pivot[j];
        if (!(left[column] > rows * (real)REAL_EPSILON)) return j;
        diagonal = square_root(left[column]);
        factor[j * rows + column] = diagonal;
        for (int k = j + 1; k < rows; k++) {
            const int c = state->pivot[k];
            real entry = gram[column * rows + c];

            for (int i = 0; i < j; i++) entry -= factor[i * rows + column] * factor[i * rows + c];
            entry /= diagonal;
            factor[j * rows + c] = entry;
            left[c] -= entry * entry;
        }
    }
    return rows;
}

/* y = R diag(norms) columns. */
static void compress(struct RECURSION(state) * state, const struct mrdmd_window *window)
{
    const int rows = window->path_rows;
    const int samples = window->samples;
    real norm[MRDMD_PATH_MAX];

    normalise_gram(state->gram, rows, norm);
    state->whole_y_rows = factorise(state, rows);
    memset(state->whole_y, 0, (size_t)(state->whole_y_rows * samples) * sizeof *state->whole_y);
    for (int i = 0; i < state->whole_y_rows; i++) {
        real *sum = state->whole_y + i * samples;

        for (int c = 0; c < rows; c++) {
            const real weight = state->factor[i * rows + c] * norm[c];

            for (int k = 0; weight != 0 && k < samples; k++)
                sum[k] += weight * state->columns[c * samples + k];
        }
        for (int k = 0; k < samples; k++) state->y[i * samples + k] = (double)sum[k];
    }
    state->y_rows = mrdmd_triangle(state->y, state->whole_y_rows, samples);
}

/* gamma = columns c: the modes as combinations of Z; the powers come with the
 * amplitudes. */
static void combine_modes(struct RECURSION(state) * state, const struct mrdmd_window *window,
                          struct window_modes *found)
{
    const int samples = window->samples;

    for (int k = 0; k < found->dmd.slow_count; k++) {
        const double complex *combination = found->dmd.combination[k];
        const size_t at = (size_t)k * (size_t)state->stride;

        for (int i = 0; i < window->path_rows; i++) {
            real sum_real = 0;
            real sum_imaginary = 0;

            for (int j = 0; j < samples; j++) {
                sum_real += state->columns[i * samples + j] * (real)creal(combination[j]);
                sum_imaginary += state->columns[i * samples + j] * (real)cimag(combination[j]);
            }
            state->gamma_real[at + (size_t)i] = sum_real;
            state->gamma_imaginary[at + (size_t)i] = sum_imaginary;
            found->gamma[at + (size_t)i] = CMPLX((double)sum_real, (double)sum_imaginary);
        }
    }
}

/* h(t) -= Re(gamma b mu^t) for the samples of the window. */
static void carry_on(struct RECURSION(state) * state, const struct mrdmd_window *window,
                     const struct window_modes *found)
{
    for (int k = 0; k < found->dmd.slow_count; k++) {
        const real *gamma_real = state->gamma_real + (size_t)k * (size_t)state->stride;
        const real *gamma_imaginary = state->gamma_imaginary + (size_t)k * (size_t)state->stride;
        const real *power_real = state->power_real + (int64_t)k * state->plan->times;
        const real *power_imaginary = state->power_imaginary + (int64_t)k * state->plan->times;
        const real b_real = creal(found->amplitude[k]);
        const real b_imaginary = cimag(found->amplitude[k]);

        for (int64_t t = 0; t < window->count; t++) {
            real *h = state->h + (window->first + t) * state->stride;
            const real weight_real = b_real * power_real[t] - b_imaginary * power_imaginary[t];
            const real weight_imaginary = b_real * power_imaginary[t] + b_imaginary * power_real[t];

            for (int i = 0; i < window->path_rows; i++)
                h[i] -= gamma_real[i] * weight_real - gamma_imaginary[i] * weight_imaginary;
        }
    }
}

status RECURSION(window)(struct RECURSION(state) * state, int window, struct window_modes *found)
{
    const struct mrdmd_window *at = &state->plan->windows[window];
    double raw_norm = 0.0;
    double centred_norm = 0.0;

    gather_columns(state, at);
    gather_gram(state, window);
    TRY(find_norms(state, at, &raw_norm, &centred_norm));
    compress(state, at);
    TRY(mrdmd_dmd_of(state->y, state->y_rows, at, &state->plan->options,
                     state->products->readings[at->root], MRDMD_FLOOR * raw_norm, &found->dmd));
    found->spread = centred_norm / found->dmd.least;
    if (found->dmd.slow_count == 0) return STATUS_OK;
    combine_modes(state, at, found);
    gather_gram(state, window);
    RECURSION(amplitudes)(state, window, found);
    carry_on(state, at, found);
    return STATUS_OK;
}
