// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file linalg.h
 * Numerical kernels: the skinny products of the one-pass engine, the turning of host tiles into rows,
 * small dense problems, the hard threshold for singular values, Fourier plans, and what this
 * machine can do at best.
 *
 * BLAS, LAPACK and FFTW are seen by this module alone. Nothing here is collective (linalg_spread.h is),
 * and except where a comment says "allocates", nothing allocates. Matrices are row-major. Results
 * depend on the arguments alone: not on timing, on alignment or on threads (one BLAS thread), and
 * those of linalg_dot_add() and of the tile functions not on the type of CPU either.
 */
#pragma once

#include <telltale/base.h>

#include <complex.h>

/* glibc defines C11's CMPLX for GCC alone. */
#ifndef CMPLX
#    define CMPLX(re, im) __builtin_complex((double)(re), (double)(im))
#endif

/* ---- start and versions --------------------------------------------------------------------- */

/**
 * Once, at the start of the program: one BLAS thread, and the kernel that TELLTALE_KERNEL names, else
 * the best this CPU can run. STATUS_BAD_USE where the name is unknown or the CPU cannot run it.
 */
status linalg_start(void);

/** Choose a kernel: "avx512", "avx2", "portable"; NULL or "": the best. False: not possible here. */
bool linalg_use_kernel(const char *name);

/** The name of the kernel in use. */
const char *linalg_kernel(void);

enum { LINALG_LIBRARY_COUNT = 4 };
struct linalg_library {
    const char *name; /**< "OpenBLAS", "LAPACK", "FFTW", "ScaLAPACK" */
    char version[96]; /**< as the library says; ScaLAPACK, which cannot say, as it was at build */
};

void linalg_versions(struct linalg_library libraries[LINALG_LIBRARY_COUNT]);

/* ---- skinny products ------------------------------------------------------------------------ */

/** Rows of equal length somewhere in memory, all borrowed. */
struct linalg_rows {
    const double *const *row; /**< [count] first element of each row; NULL: they follow by stride */
    const double *first;      /**< row r starts at first + r * stride; unused where row is set */
    size_t stride;            /**< elements */
    int count;
};

/**
 * C[i][j] += sum over p < @p length of A[i][p] B[j][p].
 *
 * Each entry is a chain of fused multiply-adds in order of p that starts from what C holds:
 * C = fma(A[i][p], B[j][p], C) for p = 0, 1, ... So every kernel gives the same bits, C[i][j] depends on
 * rows i and j alone, and a length may be cut over several calls without a change.
 *
 * Made for few rows A (up to 64, so that they stay in cache) against any number of rows B; fastest
 * where @p a has at least 16 rows, @p b a multiple of 24, and rows are 256 or longer.
 *
 * @param c  shape [a.count, b.count], row i at c + i * c_stride
 */
void linalg_dot_add(struct linalg_rows a, struct linalg_rows b, int length, double *c,
                    size_t c_stride);

/** The same by the plain loop, not fused, and by dgemm: references for tests and bench. */
void linalg_dot_add_plain(struct linalg_rows a, struct linalg_rows b, int length, double *c,
                          size_t c_stride);

/** @pre both have stride, not row pointers. */
void linalg_dot_add_gemm(struct linalg_rows a, struct linalg_rows b, int length, double *c,
                         size_t c_stride);

/**
 * The same product to nearly twice the precision: what each step's rounding takes off is summed
 * too, in order of p. The error of the pair is below 2^-84 |A[i]| |B[j]| at a length of 512 (seen: 2^-94)
 * and grows with the square of the length. The same bits on every kernel; two to four times the
 * work of linalg_dot_add(). Entries are 0 or between 1e-150 and 1e150 in modulus.
 *
 * @param c       shape [a.count, b.count], overwritten: the product rounded
 * @param c_rest  the same shape: what the rounding left
 */
void linalg_dot_precise(struct linalg_rows a, struct linalg_rows b, int length, double *c,
                        double *c_rest, size_t c_stride);

/* ---- host tiles ----------------------------------------------------------------------------- */

/** Values of some hosts as they stand in the facility file; a missing sample is NaN. */
struct linalg_tile {
    const float *values; /**< shape [hosts, times, metrics], borrowed */
    int hosts, times, metrics;
    size_t
        host_stride; /**< floats from one host to the next: times * metrics where all times are here */
};

/**
 * Sum and number of the samples that are there (not NaN) for each reading, in order of time.
 *
 * @param sums    shape [hosts, metrics], overwritten
 * @param counts  shape [hosts, metrics], overwritten
 */
void linalg_tile_sums(const struct linalg_tile *tile, double *sums, int32_t *counts);

/**
 * rows[t][h * metrics + m] = values[h][t][m] - offsets[h][m]; NaN stays NaN. At memory speed.
 *
 * @param offsets     shape [hosts, metrics]; NULL: zeros
 * @param rows        shape [times, hosts * metrics], row t at rows + t * row_stride
 * @param row_stride  elements; a multiple of 512 makes rows fall on each other in the caches, so
 *                    take linalg_row_stride(hosts * metrics)
 */
void linalg_tile_rows(const struct linalg_tile *tile, const double *offsets, double *rows,
                      size_t row_stride);

/**
 * linalg_dot_add() with the rows that linalg_tile_rows() would make of a tile, times @p scales, for B, of the same bits,
 * straight from its values: C[i][t] += sum over readings r of A[i][r] (values[t][r] - offsets[r]) scales[r].
 *
 * @param a        rows of hosts * metrics
 * @param offsets  shape [hosts, metrics]
 * @param scales   shape [hosts, metrics]; NULL: ones
 * @param c        shape [a.count, times], row i at c + i * c_stride
 */
void linalg_dot_add_tile(struct linalg_rows a, const struct linalg_tile *tile,
                         const double *offsets, const double *scales, double *c, size_t c_stride);

enum { LINALG_TURNED = 8 }; /**< series of which one host of a tile is made */

/**
 * LINALG_TURNED readings, each a series, as one host of a tile: values[t][k] = series[k * stride + t], NaN
 * where that is not finite.
 */
void linalg_tile_turn(const float *series, size_t stride, int times, float *values);

/**
 * sum[p] += rows[0][p] + rows[1][p] + ..., in that order: the sums of blocks of times. Fastest while the
 * rows are still in cache.
 *
 * @pre rows have stride, not row pointers
 */
void linalg_rows_sum(struct linalg_rows rows, int length, double *sum);

/** Means over blocks of times that may overlap, in terms of runs of times that no block cuts. */
struct linalg_run {
    int times;
    int part_count; /**< blocks that hold the run */
};
struct linalg_part {
    int row;       /**< that of the block */
    bool is_first; /**< is this run its first? */
    double weight; /**< one over the times of the block where this run is its last, else 0 */
};
struct linalg_blocks {
    const struct linalg_run *runs;   /**< [run_count], one after the other from the first time on */
    const struct linalg_part *parts; /**< those of the runs one after the other */
    int run_count;
};

/**
 * rows[b][h * metrics + m] = scales[h][m] times the mean over block b of values[h][t][m] - offsets[h][m]: each
 * run is summed in order of time, and the runs' sums are, times the weight. Runs of no block are passed over. The same bits on every CPU. No gaps.
 *
 * @param offsets  shape [hosts, metrics]
 * @param scales   shape [hosts, metrics]; NULL: ones
 */
void linalg_tile_pool(const struct linalg_tile *tile, const double *offsets, const double *scales,
                      const struct linalg_blocks *blocks, double *rows, size_t row_stride);

/** A good stride for rows of @p length: a multiple of 8 (64 bytes), an odd number of them. */
size_t linalg_row_stride(size_t length);

/* ---- small dense problems (n at most 64) ---------------------------------------------------- */

enum { LINALG_SMALL = 64 }; /**< largest order of the functions below; asserted */

/**
 * Eigenvalues, ascending, and orthonormal eigenvectors of a real symmetric matrix (dsyev).
 *
 * @param a        shape [n, n], its lower triangle is read
 * @param values   shape [n]
 * @param vectors  shape [n, n]; vector k is column k: vectors[i * n + k]. The entry of largest modulus
 *                 (the first of equals) is positive.
 * STATUS_FAILED where a is not finite or the iteration does not converge.
 */
status linalg_symmetric_eigen(int n, const double *a, double *values, double *vectors);

/**
 * A = U diag(s) V^T, thin, s descending, by one-sided Jacobi (dgesvj; Drmac, Veselic 2008): small
 * singular values of A D, D diagonal and A well conditioned, keep their relative accuracy (columns
 * may be graded; where rows are graded pass the transpose). Its rotations find no end on some matrices of
 * deficient rank; those are done by bidiagonal form (dgesdd), to absolute accuracy.
 *
 * @param a  shape [rows, columns], both at most 64, k the smaller
 * @param u  shape [rows, k]
 * @param s  shape [k]
 * @param v  shape [columns, k]
 * Columns of U that belong to s = 0 are zero (of V where rows < columns). STATUS_FAILED as above.
 */
status linalg_svd(int rows, int columns, const double *a, double *u, double *s, double *v);

/**
 * Eigenvalues and right eigenvectors of a real square matrix (dgeev), conjugate pairs together, that
 * of positive imaginary part first.
 *
 * @param a        shape [n, n]
 * @param values   shape [n]
 * @param vectors  shape [n, n]; vector k is column k, of 2-norm one, its largest entry real
 * STATUS_FAILED as above.
 */
status linalg_eigen(int n, const double *a, double complex *values, double complex *vectors);

/**
 * Solve P x = q for Hermitian positive semidefinite P, minimum-norm least squares where P is of lower
 * rank: P is scaled to unit diagonal, and eigenvalues up to @p tolerance times the largest count
 * as none. Rows of zero diagonal get x = 0.
 *
 * @param p     shape [n, n], its lower triangle is read
 * @param q     shape [n]
 * @param x     shape [n]; may be q
 * @param rank  receives the rank used; may be NULL
 */
status linalg_hermitian_solve(int n, const double complex *p, const double complex *q,
                              double tolerance, double complex *x, int *rank);

/**
 * Solve A X = B for symmetric positive definite A of any order (dposv). Allocates where LAPACKE does.
 *
 * @param a  shape [n, n], its lower triangle is read and replaced by its Cholesky factor
 * @param b  shape [n, columns], replaced by X
 * STATUS_FAILED where A is not finite or not positive definite.
 */
status linalg_positive_solve(int n, double *a, int columns, double *b);

/**
 * Pivoted Cholesky factor of a symmetric positive semidefinite Gram matrix: G[p_i][p_j] is the inner
 * product of columns i and j of R. Stops at the first pivot not above @p tolerance times the
 * largest diagonal entry.
 *
 * With G = X^T X, X Pi = Q R for the orthonormal Q = X Pi[:, :rank] R[:rank, :rank]^-1, so the singular values of
 * R are those of X. Plain loops: the same bits anywhere.
 *
 * @param g      shape [n, n], its lower triangle is read
 * @param r      shape [n, n], upper triangular, columns in pivoted order; rows from the rank on are 0
 * @param pivot  shape [n]: column j of R belongs to column pivot[j] of X
 * @return the rank
 */
int linalg_pivoted_cholesky(int n, const double *g, double tolerance, double *r, int *pivot);

/* ---- dense problems of any order ------------------------------------------------------------ */

/* These allocate while they run; vector k is row k of its array. STATUS_FAILED where the input is not
 * finite or the iteration does not converge. */

/**
 * Eigenvalues of a real symmetric matrix, descending: all of them for @p count 0, else the
 * @p count largest and their orthonormal eigenvectors (dsyevr).
 *
 * @param a        shape [n, n], its lower triangle is read, all of it finite
 * @param values   shape [count], or [n]
 * @param vectors  shape [count, n]; unused for count 0
 */
status linalg_dense_symmetric(int n, const double *a, int count, double *values, double *vectors);

/**
 * A = U diag(s) V^T, thin, s descending (dgesdd): small singular values are good to 1e-16 of the largest.
 *
 * @param a  shape [rows, columns], k the smaller
 * @param u  shape [k, rows]; NULL, and v NULL as well: singular values alone
 * @param s  shape [k]
 * @param v  shape [k, columns]
 */
status linalg_dense_svd(int rows, int columns, const double *a, double *u, double *s, double *v);

/** Eigenvalues and right eigenvectors of a real square matrix (dgeev), pairs together. */
status linalg_dense_eigen(int n, const double *a, double complex *values, double complex *vectors);

/**
 * Solve A x = b for @p count right sides (dgetrf), in place.
 *
 * @param b          shape [count, n]
 * @param condition  receives the reciprocal condition number in the 1-norm, estimated
 * @return false: A is singular, b is as it was
 */
bool linalg_dense_solve(int n, const double *a, int count, double *b, double *condition);

/* ---- hard threshold for singular values ----------------------------------------------------- */

/** Median of the Marchenko-Pastur law of ratio @p beta in (0, 1], unit variance, by quadrature. */
double linalg_marchenko_pastur_median(double beta);

/**
 * omega(beta) = lambda(beta) / sqrt(median), the factor on the median singular value where noise is
 * unknown (Gavish, Donoho 2014, eq. 11 and section III-E): 1.41421 as beta -> 0, 2.85836 at 1.
 */
double linalg_svht_factor(double beta);

/**
 * How many of the singular values exceed both @p floor and omega(beta) times their median.
 *
 * @param s     shape [count], descending; the median of an even count is the mean of the middle two
 * @param beta  smaller over larger side of the matrix
 */
int linalg_svht_rank(const double *s, int count, double beta, double floor);

/* ---- Fourier -------------------------------------------------------------------------------- */

/** Plan for real input of one length. */
struct fft;

/** Allocates. Not for concurrent use: FFTW's planner is not thread-safe. */
struct fft *fft_create(int length);
void fft_destroy(struct fft **fft);
int fft_length(const struct fft *fft);

/**
 * out[k] = sum_t in[t] exp(-2 pi i k t / length), not scaled, k = 0 .. length / 2. @p in is kept. The
 * same bits whatever the alignment.
 */
void fft_run(const struct fft *fft, const double *in, double complex *out);

/* ---- the limits of this machine, and how close the kernels come ----------------------------- */

/*
 * Each of these takes @p seconds, allocates while it runs, uses one core and returns its best rate: that
 * of the quickest of many short repeats, so that what else runs on the machine matters little.
 */

/** dgemm at the best of some shapes of m n k below 10^6; flop/s. */
double linalg_measure_gemm(double seconds);

/** Fused multiply-add on registers, double and single precision; flop/s. */
double linalg_measure_fma(double seconds);
double linalg_measure_fma_single(double seconds);

/** Reading an array larger than any cache; bytes/s. */
double linalg_measure_read(double seconds);

/** Copying such an array, bytes read and bytes written counted; bytes/s. */
double linalg_measure_copy(double seconds);

/** A function like linalg_dot_add(). */
typedef void linalg_dot_function(struct linalg_rows a, struct linalg_rows b, int length, double *c,
                                 size_t c_stride);

/**
 * A product of this shape, over rows B that follow one another in an array of 2,880 rows or 64 MB,
 * whichever is less; flop/s.
 */
double linalg_measure_dot(linalg_dot_function *dot, int a_rows, int b_rows, int length,
                          double seconds);

/**
 * linalg_tile_sums(), alone or with linalg_tile_rows() after it, over tiles of 64 hosts x 2,880 times x
 * 8 metrics from memory, rows 48 times at a time into a buffer that stays in cache; bytes of values/s.
 */
double linalg_measure_tile_sums(double seconds);
double linalg_measure_tile_sums_rows(double seconds);
