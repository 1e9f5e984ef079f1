// SPDX-License-Identifier: BSD-3-Clause
#include "mrdmd.h"

#include <telltale/linalg.h>

#include <math.h>
#include <string.h>

/* Share of the largest singular value below which one is zero and cannot be divided by. */
static const double nothing = 1e-14;

/* The factors of D[:, :-1] = U S V^T at the rank in use. */
struct factors {
    int rank;
    double u[MRDMD_SMALL * MRDMD_SMALL]; /* [rows][least] */
    double s[MRDMD_SMALL];
    double v[MRDMD_SMALL * MRDMD_SMALL]; /* [samples - 1][least] */
};

static int at_most(int a, int b)
{
    return a < b ? a : b;
}

/* Number of singular values of all columns above threshold and floor. */
static status whole_rank(const double *y, int rows, int samples, int64_t readings, double floor,
                         int *rank)
{
    const int count = readings < samples ? (int)readings : samples;
    const double beta =
        readings < samples ? (double)readings / samples : (double)samples / (double)readings;
    double u[MRDMD_SMALL * MRDMD_SMALL];
    double v[MRDMD_SMALL * MRDMD_SMALL];
    double s[MRDMD_SMALL] = {0.0};

    TRY(linalg_svd(rows, samples, y, u, s, v));
    *rank = at_most(linalg_svht_rank(s, count, beta, floor), samples - 1);
    return STATUS_OK;
}

/* Y[:, from .. from + columns) as a matrix of its own. */
static void take_columns(const double *y, int rows, int samples, int from, int columns,
                         double *part)
{
    for (int i = 0; i < rows; i++)
        memcpy(part + i * columns, y + i * samples + from, (size_t)columns * sizeof *part);
}

static status factor(const double *y, int rows, int samples, int rank, struct factors *f)
{
    const int least = at_most(rows, samples - 1);
    double first[MRDMD_SMALL * MRDMD_SMALL];

    take_columns(y, rows, samples, 0, samples - 1, first);
    TRY(linalg_svd(rows, samples - 1, first, f->u, f->s, f->v));
    f->rank = at_most(rank, least);
    while (f->rank > 0 && f->s[f->rank - 1] <= nothing * f->s[0]) f->rank--;
    return STATUS_OK;
}

/* S^-1/2 U^T Y2 V S^-1/2: the operator in coordinates scaled by S^1/2 (Brunton et al. 2016). */
static void scaled_operator(const double *y, int rows, int samples, const struct factors *f,
                            double *a)
{
    const int least = at_most(rows, samples - 1);
    const int r = f->rank;

    for (int j = 0; j < r; j++) {
        double image[MRDMD_SMALL]; /* Y2 v_j */

        for (int i = 0; i < rows; i++) {
            image[i] = 0.0;
            for (int k = 0; k < samples - 1; k++)
                image[i] += y[i * samples + k + 1] * f->v[k * least + j];
        }
        for (int i = 0; i < r; i++) {
            double sum = 0.0;

            for (int k = 0; k < rows; k++) sum += f->u[k * least + i] * image[k];
            a[i * r + j] = sum / sqrt(f->s[i] * f->s[j]);
        }
    }
}

/* S^-1/2 U^T Y2 Y2^T U S^-1/2, what the backward operator needs beside the forward one. */
static void scaled_image(const double *y, int rows, int samples, const struct factors *f, double *l)
{
    const int least = at_most(rows, samples - 1);
    const int r = f->rank;
    double image[MRDMD_SMALL][MRDMD_SMALL]; /* S^-1/2 U^T Y2 */

    for (int i = 0; i < r; i++) {
        for (int k = 0; k < samples - 1; k++) {
            image[i][k] = 0.0;
            for (int j = 0; j < rows; j++)
                image[i][k] += f->u[j * least + i] * y[j * samples + k + 1];
            image[i][k] /= sqrt(f->s[i]);
        }
    }
    for (int i = 0; i < r; i++) {
        for (int j = 0; j < r; j++) {
            l[i * r + j] = 0.0;
            for (int k = 0; k < samples - 1; k++) l[i * r + j] += image[i][k] * image[j][k];
        }
    }
}

/* Eigenvalues and eigenvectors, column by column, of the operator that is asked for. */
static status eigen(const double *y, int rows, int samples, const struct factors *f,
                    bool is_forward_backward, double complex *mu, double complex *vectors)
{
    double a[MRDMD_SMALL * MRDMD_SMALL];
    double l[MRDMD_SMALL * MRDMD_SMALL];
    double complex by_row[MRDMD_SMALL * MRDMD_SMALL];

    scaled_operator(y, rows, samples, f, a);
    if (!is_forward_backward) return linalg_eigen(f->rank, a, mu, vectors);
    scaled_image(y, rows, samples, f, l);
    TRY(mrdmd_forward_backward(f->rank, a, l, f->s, mu, by_row));
    for (int i = 0; i < f->rank; i++)
        for (int k = 0; k < f->rank; k++) vectors[i * f->rank + k] = by_row[k * f->rank + i];
    return STATUS_OK;
}

/* Modulus of log mu over the window: growth counts as much as rotation. */
static bool is_slow(double complex mu, const struct mrdmd_window *window, int max_cycles)
{
    const double limit =
        6.283185307179586 * (double)max_cycles * (double)window->step / (double)window->count;

    return cabs(mu) > 0.0 && cabs(clog(mu)) <= limit;
}

/* phi = Y2 V S^-1/2 w: column j of D has weight (V S^-1/2 w)[j - 1]. */
static void combine(const struct factors *f, int rows, int samples, const double complex *vectors,
                    int column, double complex *combination)
{
    const int least = at_most(rows, samples - 1);

    combination[0] = 0.0;
    for (int j = 1; j < samples; j++) {
        combination[j] = 0.0;
        for (int i = 0; i < f->rank; i++)
            combination[j] +=
                f->v[(j - 1) * least + i] / sqrt(f->s[i]) * vectors[i * f->rank + column];
    }
}

status mrdmd_dmd_of(const double *y, int rows, const struct mrdmd_window *window,
                    const struct mrdmd_options *options, int64_t readings, double floor,
                    struct mrdmd_dmd *dmd)
{
    const int samples = window->samples;
    double complex mu[MRDMD_SMALL];
    double complex vectors[MRDMD_SMALL * MRDMD_SMALL];
    struct factors f;

    dmd->slow_count = 0;
    dmd->rank = 0;
    dmd->least = INFINITY;
    if (readings == 0 || rows == 0) return STATUS_OK; /* nothing but zeros has no rows */
    TRY(whole_rank(y, rows, samples, readings, floor, &dmd->rank));
    if (dmd->rank == 0) return STATUS_OK;
    TRY(factor(y, rows, samples, dmd->rank, &f));
    if (f.rank == 0) return STATUS_OK;
    dmd->least = f.s[f.rank - 1];
    TRY(eigen(y, rows, samples, &f, options->is_forward_backward, mu, vectors));
    for (int k = 0; k < f.rank; k++) {
        if (!is_slow(mu[k], window, options->max_cycles)) continue;
        dmd->rate[dmd->slow_count] = clog(mu[k]) / (double)window->step;
        combine(&f, rows, samples, vectors, k, dmd->combination[dmd->slow_count]);
        dmd->slow_count++;
    }
    mrdmd_dmd_sort(dmd);
    return STATUS_OK;
}

bool mrdmd_comes_before(double complex a, double complex b)
{
    if (fabs(cimag(a)) != fabs(cimag(b))) return fabs(cimag(a)) < fabs(cimag(b));
    if (creal(a) != creal(b)) return creal(a) > creal(b);
    return cimag(a) > cimag(b);
}

void mrdmd_dmd_sort(struct mrdmd_dmd *dmd)
{
    for (int i = 1; i < dmd->slow_count; i++) {
        for (int k = i; k > 0 && mrdmd_comes_before(dmd->rate[k], dmd->rate[k - 1]); k--) {
            const double complex rate = dmd->rate[k];
            double complex row[MRDMD_SMALL];

            dmd->rate[k] = dmd->rate[k - 1];
            dmd->rate[k - 1] = rate;
            memcpy(row, dmd->combination[k], sizeof row);
            memcpy(dmd->combination[k], dmd->combination[k - 1], sizeof row);
            memcpy(dmd->combination[k - 1], row, sizeof row);
        }
    }
}

struct mrdmd_power mrdmd_power_start(double complex rate)
{
    const long double size = expl((long double)creal(rate));
    const long double angle = (long double)cimag(rate);

    return (struct mrdmd_power){1.0L, 0.0L, size * cosl(angle), size * sinl(angle)};
}

void mrdmd_power_next(struct mrdmd_power *power)
{
    const long double re = power->re;

    power->re = re * power->mu_re - power->im * power->mu_im;
    power->im = re * power->mu_im + power->im * power->mu_re;
}

void mrdmd_powers(double complex rate, int64_t count, double complex *powers)
{
    struct mrdmd_power power = mrdmd_power_start(rate);

    for (int64_t t = 0; t < count; t++) {
        powers[t] = CMPLX((double)power.re, (double)power.im);
        mrdmd_power_next(&power);
    }
}
