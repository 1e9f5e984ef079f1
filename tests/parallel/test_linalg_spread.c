// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/linalg_spread.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A tall matrix in tiles over the ranks: by identities and residuals against the whole. */

enum { TILE = 40, TILES = 11, LAST = 23, ROWS = (TILES - 1) * TILE + LAST, STRIDE = 56 };

/* Are columns reflected on (1, 1, ... 1), which leaves singular values and hides that columns are graded? */
static bool is_mixed;

/* Entry of a matrix whose singular values fall from 1 to 10^-decades. */
static double graded_entry(int64_t row, int column, int columns, double decades)
{
    struct random random = random_start(random_mix(5, (uint64_t)row), (uint64_t)column);

    return random_normal(&random) * pow(10.0, -decades * column / fmax(columns - 1.0, 1.0));
}

static double entry(int64_t row, int column, int columns, double decades)
{
    double sum = 0.0;

    for (int j = 0; j < columns && is_mixed; j++) sum += graded_entry(row, j, columns, decades);
    return graded_entry(row, column, columns, decades) - 2.0 / columns * sum;
}

static int tile_rows(int64_t tile)
{
    return tile == TILES - 1 ? LAST : TILE;
}

static struct linalg_rows make_tile(int64_t tile, int columns, double decades, double *room)
{
    for (int j = 0; j < columns; j++)
        for (int i = 0; i < tile_rows(tile); i++)
            room[j * STRIDE + i] = entry(tile * TILE + i, j, columns, decades);
    return (struct linalg_rows){.first = room, .stride = STRIDE, .count = columns};
}

/* Inner products of all rows, on every rank alike. shape [columns][columns] */
static double *whole_gram(int columns, double decades)
{
    double *g = mem_zero((size_t)columns * (size_t)columns, sizeof *g);
    double *row = mem_zero((size_t)columns, sizeof *row);

    for (int64_t i = 0; i < ROWS; i++) {
        for (int j = 0; j < columns; j++) row[j] = entry(i, j, columns, decades);
        for (int j = 0; j < columns; j++)
            for (int k = 0; k < columns; k++) g[j * columns + k] += row[j] * row[k];
    }
    mem_free(&row);
    return g;
}

/* R of one rank's tiles and those of all. */
static void factor(int columns, double decades, bool is_dealt, double *r)
{
    const struct span mine = is_dealt ? comm_share(check_comm, TILES)
                                      : (struct span){0, comm_rank(check_comm) ? 0 : TILES};
    double *room = mem_zero((size_t)columns * STRIDE, sizeof *room);
    struct tsqr *tsqr = tsqr_create(columns);

    for (int64_t tile = mine.first; tile < mine.first + mine.count; tile++)
        tsqr_add(tsqr, tile, make_tile(tile, columns, decades, room), tile_rows(tile));
    tsqr_reduce(check_comm, tsqr, r);
    tsqr_destroy(&tsqr);
    mem_free(&room);
}

static void check_triangle(int columns)
{
    const size_t n = (size_t)columns;
    double *r = mem_zero(n * n, sizeof *r);
    double *alone = mem_zero(n * n, sizeof *alone);
    double *g = whole_gram(columns, 2.0);
    double worst = 0.0;

    factor(columns, 2.0, true, r);
    factor(columns, 2.0, false, alone);
    CHECK(memcmp(r, alone, n * n * sizeof *r) == 0);
    for (int i = 0; i < columns; i++) {
        CHECK(r[i * columns + i] >= 0.0);
        for (int j = 0; j < columns; j++) {
            double sum = -g[i * columns + j];

            if (j < i) CHECK(r[i * columns + j] == 0.0);
            for (int k = 0; k <= i && k <= j; k++) sum += r[k * columns + i] * r[k * columns + j];
            worst = fmax(worst, fabs(sum));
        }
    }
    CHECK_CLOSE(worst, 0.0, ROWS * 1e-15 * 10.0);
    mem_free(&g);
    mem_free(&alone);
    mem_free(&r);
}

static void the_triangle_has_the_inner_products_and_its_bits_no_rank(void)
{
    check_triangle(1);
    check_triangle(13);
    check_triangle(90); /* more columns than a tile has rows */
}

/* The columns fall over 10 decades: R's singular values keep what their squares lose. */
static void small_singular_values_survive_in_the_triangle_alone(void)
{
    enum { COLUMNS = 11 };
    double r[COLUMNS * COLUMNS];
    double graded[COLUMNS * COLUMNS];
    double u[COLUMNS * COLUMNS], v[COLUMNS * COLUMNS];
    double found[COLUMNS], exact[COLUMNS], squares[COLUMNS];
    double *g;

    /* dgesvj keeps the relative accuracy of graded columns: an independent truth. */
    factor(COLUMNS, 10.0, true, graded);
    CHECK(linalg_svd(COLUMNS, COLUMNS, graded, u, exact, v) == STATUS_OK);
    is_mixed = true;
    factor(COLUMNS, 10.0, true, r);
    g = whole_gram(COLUMNS, 10.0);
    is_mixed = false;
    CHECK(linalg_dense_svd(COLUMNS, COLUMNS, r, NULL, found, NULL) == STATUS_OK);
    CHECK(linalg_dense_symmetric(COLUMNS, g, 0, squares, NULL) == STATUS_OK);
    CHECK(exact[COLUMNS - 1] < 1e-9 * exact[0] && exact[COLUMNS - 1] > 1e-11 * exact[0]);
    for (int k = 0; k < COLUMNS; k++) CHECK_CLOSE(found[k] / exact[k], 1.0, 1e-4);
    CHECK(fabs(sqrt(fmax(squares[COLUMNS - 1], 0.0)) / exact[COLUMNS - 1] - 1.0) > 0.5);
    mem_free(&g);
}

static void packed_inner_products_are_those_of_the_plain_loop(void)
{
    enum { COLUMNS = 301 };
    double *room = mem_zero((size_t)COLUMNS * STRIDE, sizeof *room);
    double *g = mem_zero((size_t)linalg_packed(COLUMNS), sizeof *g);
    const struct linalg_rows columns = make_tile(3, COLUMNS, 1.0, room);

    linalg_gram(columns, TILE, g);
    for (int i = 0; i < COLUMNS; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = 0.0;

            for (int p = 0; p < TILE; p++)
                sum = fma(room[i * STRIDE + p], room[j * STRIDE + p], sum);
            CHECK(g[linalg_packed(i) + j] == sum);
        }
    }
    mem_free(&g);
    mem_free(&room);
}

static struct spread *spread_whole(int columns)
{
    const struct span mine = comm_share(check_comm, TILES);
    const int64_t steps = comm_max_int64(check_comm, mine.count);
    double *room = mem_zero((size_t)columns * STRIDE, sizeof *room);
    struct spread *spread = spread_create(check_comm, columns, TILE);

    for (int64_t step = 0; step < steps; step++) {
        const bool has_one = step < mine.count;

        spread_add(spread,
                   has_one ? make_tile(mine.first + step, columns, 0.5, room)
                           : (struct linalg_rows){.count = 0},
                   has_one ? tile_rows(mine.first + step) : 0);
    }
    mem_free(&room);
    return spread;
}

/* V x of unit vectors are the eigenvectors: [order][order]. */
static double *eigenvectors(const struct spread *spread, int order)
{
    double *unit = mem_zero((size_t)order * (size_t)order, sizeof *unit);
    double *v = mem_zero((size_t)order * (size_t)order, sizeof *v);

    for (int k = 0; k < order; k++) unit[k * order + k] = 1.0;
    spread_combine(spread, order, order, unit, v);
    mem_free(&unit);
    return v;
}

static void check_eigen(struct spread *spread, int order, const double *g, int n)
{
    double *values = mem_zero((size_t)order, sizeof *values);
    double *v;
    double worst = 0.0;
    double skew = 0.0;

    CHECK(spread_eigen(spread, order, values) == STATUS_OK);
    v = eigenvectors(spread, order);
    for (int k = 0; k < order; k++) {
        CHECK(k == 0 || values[k] <= values[k - 1]);
        for (int i = 0; i < order; i++) {
            double sum = -values[k] * v[k * order + i];
            double product = i == k ? -1.0 : 0.0;

            for (int j = 0; j < order; j++) {
                sum += g[i * n + j] * v[k * order + j];
                product += v[i * order + j] * v[k * order + j];
            }
            worst = fmax(worst, fabs(sum));
            skew = fmax(skew, fabs(product));
        }
    }
    CHECK_CLOSE(worst / values[0], 0.0, order * 1e-15);
    CHECK_CLOSE(skew, 0.0, order * 1e-15);
    mem_free(&v);
    mem_free(&values);
}

/* K = V^T G' V and L = V^T G' G'^T V, by the plain loops. */
static void check_shifted(const struct spread *spread, const double *g, int n, int count)
{
    const int m = n - 1;
    double *v = eigenvectors(spread, m);
    double *image = mem_zero((size_t)count * (size_t)m, sizeof *image);
    double *k = mem_zero((size_t)count * (size_t)count, sizeof *k);
    double *l = mem_zero((size_t)count * (size_t)count, sizeof *l);
    double worst = 0.0;

    spread_shifted(spread, count, k, l);
    for (int a = 0; a < count; a++)
        for (int j = 0; j < m; j++)
            for (int i = 0; i < m; i++) image[a * m + j] += v[a * m + i] * g[i * n + j + 1];
    for (int a = 0; a < count; a++) {
        for (int b = 0; b < count; b++) {
            double k_sum = 0.0;
            double l_sum = 0.0;

            for (int j = 0; j < m; j++) {
                k_sum += image[a * m + j] * v[b * m + j];
                l_sum += image[a * m + j] * image[b * m + j];
            }
            worst = fmax(worst, fabs(k[a * count + b] / k_sum - 1.0) * fabs(k_sum) / fabs(k[0]));
            worst = fmax(worst, fabs(l[a * count + b] - l_sum) / l[0]);
        }
    }
    CHECK_CLOSE(worst, 0.0, n * 1e-14);
    mem_free(&l);
    mem_free(&k);
    mem_free(&image);
    mem_free(&v);
}

static void check_spread(int n)
{
    double *g = whole_gram(n, 0.5);
    struct spread *spread = spread_whole(n);
    double *x = mem_zero((size_t)n, sizeof *x);
    double *y = mem_zero((size_t)n, sizeof *y);

    check_eigen(spread, n, g, n);
    check_eigen(spread, n - 1, g, n);
    check_shifted(spread, g, n, n - 1);
    check_shifted(spread, g, n, n < 40 ? 1 : 37);
    for (int i = 0; i < n; i++) x[i] = i == n / 2;
    spread_image(spread, 1, x, y);
    for (int i = 0; i < n; i++) CHECK_CLOSE(y[i], g[i * n + n / 2], 1e-9);
    mem_free(&y);
    mem_free(&x);
    spread_destroy(&spread);
    mem_free(&g);
}

static void spread_eigenvectors_solve_the_problem(void)
{
    check_spread(5); /* less than a block: some ranks hold nothing */
    check_spread(64);
    check_spread(150);
    check_spread(257);
}

CHECK_MAIN({"the triangle has the inner products, and its bits no rank",
            the_triangle_has_the_inner_products_and_its_bits_no_rank},
           {"small singular values survive in the triangle alone",
            small_singular_values_survive_in_the_triangle_alone},
           {"packed inner products are those of the plain loop",
            packed_inner_products_are_those_of_the_plain_loop},
           {"spread eigenvectors solve the problem", spread_eigenvectors_solve_the_problem})
