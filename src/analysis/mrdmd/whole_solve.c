// SPDX-License-Identifier: BSD-3-Clause
#include "whole.h"

#include <math.h>
#include <string.h>

/* Share of the largest singular value below which one is zero and cannot be divided by: rounding of inner
 * products, and of the matrix itself. */
static const double nothing_squared = 1e-8;
static const double nothing = 1e-14;

/* The eigenpairs of one window's operator. */
struct eigenpairs {
    int rank;
    double *s;               /* owned, [rank] */
    double complex *rate;    /* owned, [rank]: logarithms of eigenvalues */
    double complex *vectors; /* owned, [rank][rank], vector by vector */
    int slow_count;
    int slow[MRDMD_SMALL]; /* numbers of slow ones, in order */
};

static bool is_slow(double complex rate, int n, int max_cycles)
{
    return cabs(rate) <= 6.283185307179586 * (double)max_cycles / (double)n;
}

/* Rank of all columns, and whether inner products tell the values that it rests on. */
static status find_rank(struct whole_factor *factor, int64_t readings, double floor,
                        struct whole_window *window)
{
    const int n = factor->n;
    const int count = readings < n ? (int)readings : n;
    const double beta = readings < n ? (double)readings / n : (double)n / (double)readings;
    double *s = mem_zero((size_t)n, sizeof *s);
    const status st = factor->values(factor, s);

    if (st == STATUS_OK) {
        const double median = (s[(count - 1) / 2] + s[count / 2]) / 2;

        window->rank = linalg_svht_rank(s, count, beta, floor);
        if (window->rank > n - 1) window->rank = n - 1;
        window->needs_tsqr = median < MRDMD_SQUARABLE * s[0];
    }
    mem_free(&s);
    return st;
}

/* Eigenvalues by this rank alone, or by the first of those that work together. */
static status find_eigen(const struct whole_factor *factor, struct eigenpairs *pairs,
                         const double *a, const double *l)
{
    const size_t rank = (size_t)pairs->rank;
    status st = STATUS_OK;

    if (!factor->comm || comm_rank(factor->comm) == 0)
        st = l ? mrdmd_forward_backward(pairs->rank, a, l, pairs->s, pairs->rate, pairs->vectors)
               : linalg_dense_eigen(pairs->rank, a, pairs->rate, pairs->vectors);
    for (size_t k = 0; k < rank; k++) pairs->rate[k] = clog(pairs->rate[k]);
    if (!factor->comm) return st;
    TRY(comm_agree(factor->comm, st));
    comm_broadcast(factor->comm, pairs->rate, rank * sizeof *pairs->rate, 0);
    comm_broadcast(factor->comm, pairs->vectors, rank * rank * sizeof *pairs->vectors, 0);
    return STATUS_OK;
}

/* The slow ones in the order of a window's modes; of too many those of lowest frequency. */
static void choose_slow(struct eigenpairs *pairs, int n, int max_cycles)
{
    for (int k = 0; k < pairs->rank; k++) {
        int at = pairs->slow_count;

        if (!is_slow(pairs->rate[k], n, max_cycles)) continue;
        while (at > 0 && mrdmd_comes_before(pairs->rate[k], pairs->rate[pairs->slow[at - 1]])) at--;
        if (at == MRDMD_SMALL) continue;
        if (pairs->slow_count == MRDMD_SMALL) pairs->slow_count--;
        memmove(pairs->slow + at + 1, pairs->slow + at,
                (size_t)(pairs->slow_count - at) * sizeof *pairs->slow);
        pairs->slow[at] = k;
        pairs->slow_count++;
    }
}

/* Operators at the rank that is left when what is zero is taken off. */
static status decompose(struct whole_factor *factor, const struct mrdmd_options *options,
                        struct whole_window *window, struct eigenpairs *pairs)
{
    const double least = factor->solver == WHOLE_TSQR ? nothing : nothing_squared;
    const size_t most = (size_t)window->rank;
    double *a = mem_array(most * most, sizeof *a);
    double *l = options->is_forward_backward ? mem_array(most * most, sizeof *l) : NULL;
    status st = factor->operators(factor, window->rank, pairs->s, a, l);
    int rank = window->rank;

    while (st == STATUS_OK && rank > 0 && pairs->s[rank - 1] <= least * pairs->s[0]) rank--;
    for (size_t i = 1; i < (size_t)rank && (size_t)rank < most; i++) {
        memmove(a + i * (size_t)rank, a + i * most, (size_t)rank * sizeof *a);
        if (l) memmove(l + i * (size_t)rank, l + i * most, (size_t)rank * sizeof *l);
    }
    pairs->rank = rank;
    if (st == STATUS_OK && rank > 0) {
        window->spread = pairs->s[0] / pairs->s[rank - 1];
        if (window->spread > 1.0 / MRDMD_SQUARABLE) window->needs_tsqr = true;
        st = find_eigen(factor, pairs, a, l);
    }
    if (st == STATUS_OK) choose_slow(pairs, factor->n, options->max_cycles);
    mem_free(&l);
    mem_free(&a);
    return st;
}

/* c = (0; V S^-1/2 w): phi = D c = D2 V S^-1/2 w. */
static double complex *combine(struct whole_factor *factor, const struct eigenpairs *pairs)
{
    const int m = factor->n - 1;
    const int slow = pairs->slow_count;
    double *x = mem_array((size_t)(2 * slow) * (size_t)pairs->rank, sizeof *x);
    double *y = mem_array((size_t)(2 * slow) * (size_t)m, sizeof *y);
    double complex *c = mem_zero((size_t)slow * (size_t)factor->n, sizeof *c);

    for (int k = 0; k < slow; k++) {
        const double complex *w = pairs->vectors + (size_t)pairs->slow[k] * (size_t)pairs->rank;

        for (int i = 0; i < pairs->rank; i++) {
            x[2 * k * pairs->rank + i] = creal(w[i]) / sqrt(pairs->s[i]);
            x[(2 * k + 1) * pairs->rank + i] = cimag(w[i]) / sqrt(pairs->s[i]);
        }
    }
    factor->combine(factor, 2 * slow, pairs->rank, x, y);
    for (int k = 0; k < slow; k++)
        for (int i = 0; i < m; i++)
            c[(size_t)k * (size_t)factor->n + (size_t)i + 1] =
                CMPLX(y[2 * k * m + i], y[(2 * k + 1) * m + i]);
    mem_free(&y);
    mem_free(&x);
    return c;
}

/* D^T phi of every mode. */
static double complex *project(struct whole_factor *factor, const double complex *c, int slow)
{
    const size_t n = (size_t)factor->n;
    double *x = mem_array(2 * (size_t)slow * n, sizeof *x);
    double *y = mem_array(2 * (size_t)slow * n, sizeof *y);
    double complex *image = mem_array((size_t)slow * n, sizeof *image);

    for (size_t k = 0; k < (size_t)slow; k++) {
        for (size_t i = 0; i < n; i++) {
            x[2 * k * n + i] = creal(c[k * n + i]);
            x[(2 * k + 1) * n + i] = cimag(c[k * n + i]);
        }
    }
    factor->image(factor, 2 * slow, x, y);
    for (size_t k = 0; k < (size_t)slow; k++)
        for (size_t i = 0; i < n; i++)
            image[k * n + i] = CMPLX(y[2 * k * n + i], y[(2 * k + 1) * n + i]);
    mem_free(&y);
    mem_free(&x);
    return image;
}

static double complex inner(const double complex *a, const double complex *b, size_t count)
{
    double complex sum = 0.0;

    for (size_t i = 0; i < count; i++) sum += conj(a[i]) * b[i];
    return sum;
}

/* Pm = (Phi^H Phi) o conj(V V^H), q = conj(diag(V D^H Phi)), Pm b = q (Jovanovic et al. 2014). */
static void fit_amplitudes(struct whole_factor *factor, const double complex *c,
                           struct whole_window *window)
{
    const size_t n = (size_t)factor->n;
    const size_t slow = (size_t)window->slow_count;
    double complex *image = project(factor, c, window->slow_count);
    double complex *powers = mem_array(slow * n, sizeof *powers);
    double complex p[MRDMD_SMALL * MRDMD_SMALL];
    double complex q[MRDMD_SMALL];

    for (size_t k = 0; k < slow; k++) mrdmd_powers(window->rate[k], (int64_t)n, powers + k * n);
    for (size_t j = 0; j < slow; j++) {
        q[j] = 0.0;
        for (size_t t = 0; t < n; t++) q[j] += conj(powers[j * n + t] * image[j * n + t]);
        for (size_t k = 0; k < slow; k++)
            p[j * slow + k] =
                inner(c + j * n, image + k * n, n) * inner(powers + j * n, powers + k * n, n);
        window->power[j] = creal(inner(c + j * n, image + j * n, n));
    }
    if (linalg_hermitian_solve((int)slow, p, q, MRDMD_PARALLEL, window->amplitude, NULL)
        != STATUS_OK)
        memset(window->amplitude, 0, sizeof window->amplitude);
    mem_free(&powers);
    mem_free(&image);
}

status whole_solve(struct whole_factor *factor, const struct mrdmd_options *options,
                   int64_t readings, double floor, struct whole_window *window,
                   double complex **combinations)
{
    struct eigenpairs pairs = {.rank = 0};
    size_t rank;
    status st;

    memset(window, 0, sizeof *window);
    window->solver = (int)factor->solver;
    *combinations = NULL;
    if (readings == 0) return STATUS_OK;
    TRY(find_rank(factor, readings, floor, window));
    if (window->rank == 0) return STATUS_OK;
    rank = (size_t)window->rank;
    pairs.s = mem_zero(rank, sizeof *pairs.s);
    pairs.rate = mem_zero(rank, sizeof *pairs.rate);
    pairs.vectors = mem_array(rank * rank, sizeof *pairs.vectors);
    st = decompose(factor, options, window, &pairs);
    if (st == STATUS_OK && pairs.slow_count > 0) {
        window->slow_count = pairs.slow_count;
        for (int k = 0; k < pairs.slow_count; k++) window->rate[k] = pairs.rate[pairs.slow[k]];
        *combinations = combine(factor, &pairs);
        fit_amplitudes(factor, *combinations, window);
    }
    mem_free(&pairs.vectors);
    mem_free(&pairs.rate);
    mem_free(&pairs.s);
    return st;
}
