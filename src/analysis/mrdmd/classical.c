// SPDX-License-Identifier: BSD-3-Clause
#include "mrdmd.h"

#include <telltale/linalg.h>

#include <math.h>
#include <string.h>

/* One window of the recursion on whole matrices. */
struct classical {
    const struct mrdmd_plan *plan;
    const struct mrdmd_window *window;
    double *x;           /* [readings][times], the residual */
    const double *raw;   /* [readings][times], as it came */
    const bool *missing; /* [readings][times]; NULL: none is */
    int64_t readings;
    double *d;              /* owned, [readings][samples] */
    double complex *phi;    /* owned, [modes][readings] */
    double complex *powers; /* owned, [modes][count] */
    struct mrdmd_dmd dmd;
};

/* What the mean of a block gains where bridged samples do not count: nothing where all or none are. */
static double correction(const struct classical *at, int64_t reading, struct span block)
{
    const int64_t first = reading * at->plan->times + block.first;
    double present = 0.0;
    double all = 0.0;
    int64_t count = 0;

    if (!at->missing || at->plan->options.sampling == SAMPLING_POINT) return 0.0;
    for (int64_t t = first; t < first + block.count; t++) {
        all += at->raw[t];
        if (at->missing[t]) continue;
        present += at->raw[t];
        count++;
    }
    return count == 0 ? 0.0 : present / (double)count - all / (double)block.count;
}

static void take_samples(const struct classical *at, const double *x)
{
    const struct mrdmd_window *window = at->window;

    for (int64_t i = 0; i < at->readings; i++) {
        for (int k = 0; k < window->samples; k++) {
            const struct span block = mrdmd_block(at->plan, window, k);
            double sum = 0.0;

            for (int64_t t = 0; t < block.count; t++)
                sum += x[i * at->plan->times + block.first + t];
            at->d[i * window->samples + k] = sum / (double)block.count + correction(at, i, block);
        }
    }
}

/* The triangle of D, whose rows are too many for the small problems. @return its rows */
static int triangle_of(const struct classical *at, double *y)
{
    const int samples = at->window->samples;
    double *copy = mem_zero((size_t)(at->readings * samples), sizeof *copy);
    int rows;

    memcpy(copy, at->d, (size_t)(at->readings * samples) * sizeof *copy);
    rows = mrdmd_triangle(copy, comm_count(at->readings), samples);
    memcpy(y, copy, (size_t)(rows * samples) * sizeof *y);
    mem_free(&copy);
    return rows;
}

static status spectral_norm(const double *y, int rows, int columns, double *norm)
{
    double u[MRDMD_SMALL * MRDMD_SMALL];
    double v[MRDMD_SMALL * MRDMD_SMALL];
    double s[MRDMD_SMALL];

    TRY(linalg_svd(rows, columns, y, u, s, v));
    *norm = s[0];
    return STATUS_OK;
}

static void form_modes(struct classical *at)
{
    const int samples = at->window->samples;

    for (int k = 0; k < at->dmd.slow_count; k++) {
        mrdmd_powers(at->dmd.rate[k], at->window->count, at->powers + k * at->window->count);
        for (int64_t i = 0; i < at->readings; i++) {
            double complex sum = 0.0;

            for (int j = 0; j < samples; j++)
                sum += at->d[i * samples + j] * at->dmd.combination[k][j];
            at->phi[k * at->readings + i] = sum;
        }
    }
}

static double complex product(const double complex *a, const double complex *b, int64_t count)
{
    double complex sum = 0.0;

    for (int64_t i = 0; i < count; i++) sum += conj(a[i]) * b[i];
    return sum;
}

static status fit_amplitudes(const struct classical *at, double complex *amplitude)
{
    const int modes = at->dmd.slow_count;
    const int64_t count = at->window->count;
    double complex p[MRDMD_SMALL * MRDMD_SMALL];
    double complex q[MRDMD_SMALL];

    for (int j = 0; j < modes; j++) {
        const double complex *phi = at->phi + j * at->readings;

        for (int k = 0; k < modes; k++)
            p[j * modes + k] = product(phi, at->phi + k * at->readings, at->readings)
                               * product(at->powers + j * count, at->powers + k * count, count);
        q[j] = 0.0;
        for (int64_t t = 0; t < count; t++) {
            double complex projection = 0.0;

            for (int64_t i = 0; i < at->readings; i++)
                projection += conj(phi[i]) * at->x[i * at->plan->times + at->window->first + t];
            q[j] += conj(at->powers[j * count + t]) * projection;
        }
    }
    return linalg_hermitian_solve(modes, p, q, MRDMD_PARALLEL, amplitude, NULL);
}

static void subtract(const struct classical *at, const double complex *amplitude)
{
    const int64_t count = at->window->count;

    for (int k = 0; k < at->dmd.slow_count; k++) {
        for (int64_t i = 0; i < at->readings; i++) {
            const double complex weight = at->phi[k * at->readings + i] * amplitude[k];
            double *row = at->x + i * at->plan->times + at->window->first;

            for (int64_t t = 0; t < count; t++) row[t] -= creal(weight * at->powers[k * count + t]);
        }
    }
}

/* Add the modes of this window to the result, and their phi to the pile. */
static void keep(const struct classical *at, int window, const double complex *amplitude,
                 struct mrdmd_result *result, double complex **pile)
{
    result->rank[window] = at->dmd.rank;
    for (int k = 0; k < at->dmd.slow_count; k++) {
        const double complex *phi = at->phi + k * at->readings;
        struct mrdmd_mode *mode = mrdmd_result_add(result, window);

        mode->power = creal(product(phi, phi, at->readings));
        mode->amplitude = amplitude[k];
        mrdmd_mode_set(mode, at->dmd.rate[k], at->plan->options.period_s);
    }
    if (!pile || at->dmd.slow_count == 0) return;
    *pile = mem_resize(*pile, (size_t)(result->mode_total * at->readings), sizeof **pile);
    memcpy(*pile + (result->mode_total - at->dmd.slow_count) * at->readings, at->phi,
           (size_t)(at->dmd.slow_count * at->readings) * sizeof **pile);
}

static status solve_window(struct classical *at, double complex *amplitude)
{
    const int samples = at->window->samples;
    double y[MRDMD_SMALL * MRDMD_SMALL];
    double norm;

    take_samples(at, at->raw);
    TRY(spectral_norm(y, triangle_of(at, y), samples, &norm));
    take_samples(at, at->x);
    TRY(mrdmd_dmd_of(y, triangle_of(at, y), at->window, &at->plan->options, at->readings,
                     MRDMD_FLOOR * norm, &at->dmd));
    form_modes(at);
    if (at->dmd.slow_count == 0) return STATUS_OK;
    TRY(fit_amplitudes(at, amplitude));
    subtract(at, amplitude);
    return STATUS_OK;
}

status mrdmd_classical(const struct mrdmd_plan *plan, double *x, const bool *missing,
                       int64_t readings, struct mrdmd_result **result, double complex **phi)
{
    const size_t cells = (size_t)readings * (size_t)plan->times;
    double *raw = mem_array(cells, sizeof *raw);
    struct mrdmd_result *found = mrdmd_result_create(plan->window_count);
    double complex *pile = NULL;
    status st = STATUS_OK;

    memcpy(raw, x, cells * sizeof *raw);
    for (int w = 0; w < plan->window_count && st == STATUS_OK; w++) {
        const struct mrdmd_window *window = &plan->windows[w];
        struct classical at = {plan, window, x, raw, missing, readings, .d = NULL};
        double complex amplitude[MRDMD_SMALL];

        found->mode_first[w] = found->mode_total;
        at.d = mem_zero((size_t)(readings * window->samples), sizeof *at.d);
        at.phi = mem_zero((size_t)readings * MRDMD_SMALL, sizeof *at.phi);
        at.powers = mem_zero((size_t)window->count * MRDMD_SMALL, sizeof *at.powers);
        st = solve_window(&at, amplitude);
        if (st == STATUS_OK) keep(&at, w, amplitude, found, phi ? &pile : NULL);
        mem_free(&at.powers);
        mem_free(&at.phi);
        mem_free(&at.d);
    }
    mem_free(&raw);
    if (st != STATUS_OK) {
        mem_free(&pile);
        mrdmd_result_destroy(&found);
        return st;
    }
    mrdmd_keep_powerful(plan, found);
    *result = found;
    if (phi) *phi = pile;
    return STATUS_OK;
}
