// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/linalg.h>

#include <math.h>
#include <string.h>

static const char *const kernels[] = {"portable", "avx2", "avx512"};

enum { KERNELS = 3, MOST_ROWS = 70, MOST_LENGTH = 1100, SIZES = 60 };

struct problem {
    double *a, *b;
    int a_rows, b_rows, length;
    size_t stride;
};

static void fill(double *x, size_t count, struct random *random)
{
    for (size_t i = 0; i < count; i++) x[i] = random_normal(random);
}

/* Sizes with every kind of remainder: below, at and above the tile, the vector and the run. */
static struct problem make_problem(uint64_t number)
{
    struct random random = random_start(7, number);
    struct problem problem = {.a_rows = 1 + (int)random_below(&random, MOST_ROWS - 1),
                              .b_rows = 1 + (int)random_below(&random, MOST_ROWS - 1)};
    const bool is_long = number % 4 == 0;

    problem.length = (int)random_below(&random, is_long ? MOST_LENGTH : 40);
    problem.stride = linalg_row_stride((size_t)problem.length) + 5;
    problem.a = mem_array((size_t)problem.a_rows * problem.stride, sizeof *problem.a);
    problem.b = mem_array((size_t)problem.b_rows * problem.stride, sizeof *problem.b);
    fill(problem.a, (size_t)problem.a_rows * problem.stride, &random);
    fill(problem.b, (size_t)problem.b_rows * problem.stride, &random);
    return problem;
}

static bool same_bits(const void *a, const void *b, size_t bytes)
{
    return memcmp(a, b, bytes) == 0;
}

static struct linalg_rows rows(const double *first, size_t stride, int count)
{
    return (struct linalg_rows){.first = first, .stride = stride, .count = count};
}

/* The rule of the header, word for word. */
static void chain(const struct problem *problem, double *c, size_t c_stride)
{
    for (int i = 0; i < problem->a_rows; i++) {
        const double *x = problem->a + (size_t)i * problem->stride;

        for (int j = 0; j < problem->b_rows; j++) {
            const double *y = problem->b + (size_t)j * problem->stride;
            double *entry = &c[(size_t)i * c_stride + (size_t)j];

            for (int p = 0; p < problem->length; p++) *entry = fma(x[p], y[p], *entry);
        }
    }
}

static void every_kernel_gives_the_bits_of_the_fused_chain(void)
{
    enum { C_STRIDE = MOST_ROWS + 2, ENTRIES = MOST_ROWS * C_STRIDE };
    double expected[ENTRIES];
    double found[ENTRIES];

    for (uint64_t number = 0; number < SIZES; number++) {
        struct problem problem = make_problem(number);

        for (int i = 0; i < ENTRIES; i++) expected[i] = 0.25 * i;
        chain(&problem, expected, C_STRIDE);
        for (int k = 0; k < KERNELS; k++) {
            if (!linalg_use_kernel(kernels[k])) continue;
            CHECK(strcmp(linalg_kernel(), kernels[k]) == 0);
            for (int i = 0; i < ENTRIES; i++) found[i] = 0.25 * i;
            linalg_dot_add(rows(problem.a, problem.stride, problem.a_rows),
                           rows(problem.b, problem.stride, problem.b_rows), problem.length, found,
                           C_STRIDE);
            CHECK(same_bits(found, expected, sizeof found));
        }
        linalg_use_kernel(NULL);
        mem_free(&problem.a);
        mem_free(&problem.b);
    }
}

static void rows_by_pointer_and_cut_lengths_change_no_bit(void)
{
    enum { ROWS = 37, LENGTH = 900 };
    const size_t stride = linalg_row_stride(LENGTH);
    struct random random = random_start(8, 0);
    double *x = mem_array(ROWS * stride, sizeof *x);
    const double *pointers[ROWS];
    double whole[ROWS * ROWS] = {0.0};
    double cut[ROWS * ROWS] = {0.0};

    fill(x, ROWS * stride, &random);
    linalg_dot_add(rows(x, stride, ROWS), rows(x, stride, ROWS), LENGTH, whole, ROWS);
    for (int first = 0; first < LENGTH; first += 150) {
        for (int r = 0; r < ROWS; r++) pointers[r] = x + (size_t)r * stride + first;
        linalg_dot_add((struct linalg_rows){.row = pointers, .count = ROWS},
                       rows(x + first, stride, ROWS), 150, cut, ROWS);
    }
    CHECK(same_bits(whole, cut, sizeof whole));
    mem_free(&x);
}

/* Each is within (length + 1) eps |a|.|b| of the true sum, Higham 2002, (3.5); |a|.|b| is below 2 length. */
static void the_references_agree_to_rounding(void)
{
    for (uint64_t number = 0; number < SIZES; number += 4) {
        struct problem problem = make_problem(number);
        const struct linalg_rows a = rows(problem.a, problem.stride, problem.a_rows);
        const struct linalg_rows b = rows(problem.b, problem.stride, problem.b_rows);
        const double tolerance = 4e-16 * (problem.length + 1) * (2 * problem.length + 1);
        double c[3][MOST_ROWS * MOST_ROWS] = {{0.0}};

        linalg_dot_add(a, b, problem.length, c[0], MOST_ROWS);
        linalg_dot_add_plain(a, b, problem.length, c[1], MOST_ROWS);
        linalg_dot_add_gemm(a, b, problem.length, c[2], MOST_ROWS);
        for (int i = 0; i < MOST_ROWS * MOST_ROWS; i++) {
            CHECK_CLOSE(c[0][i], c[1][i], tolerance);
            CHECK_CLOSE(c[2][i], c[1][i], tolerance);
        }
        mem_free(&problem.a);
        mem_free(&problem.b);
    }
}

__extension__ typedef __int128 wide;

static wide whole(double x)
{
    return (wide)x;
}

/* Whole numbers below 2^50, so that sums are exact in 128 bits. */
static void fill_whole(double *x, size_t count, struct random *random)
{
    for (size_t i = 0; i < count; i++)
        x[i] = floor(ldexp(random_uniform(random) - 0.5, (int)random_below(random, 51)));
}

/* Largest distance of c + rest from the exact product, in units of the norms' product. */
static double departure(const struct problem *problem, const double *c, const double *rest)
{
    double worst = 0.0;

    for (int i = 0; i < problem->a_rows; i++) {
        for (int j = 0; j < problem->b_rows; j++) {
            const double *a = problem->a + (size_t)i * problem->stride;
            const double *b = problem->b + (size_t)j * problem->stride;
            const int at = i * MOST_ROWS + j;
            wide distance = -whole(c[at]) - whole(rest[at]);
            double norms2[2] = {1e-300, 1e-300};

            for (int p = 0; p < problem->length; p++) {
                distance += whole(a[p]) * whole(b[p]);
                norms2[0] += a[p] * a[p];
                norms2[1] += b[p] * b[p];
            }
            worst = fmax(worst, fabs((double)distance) / sqrt(norms2[0] * norms2[1]));
        }
    }
    return worst;
}

/* The bound of the header at length 1,100 is 2^-81. A rest that is no whole number is cut here. */
static void precise_products_are_exact_to_nearly_twice_the_precision(void)
{
    static double c[2][MOST_ROWS * MOST_ROWS];
    static double rest[2][MOST_ROWS * MOST_ROWS];

    for (uint64_t number = 0; number < SIZES; number++) {
        struct problem problem = make_problem(number);
        struct random random = random_start(10, number);
        int done = 0;

        fill_whole(problem.a, (size_t)problem.a_rows * problem.stride, &random);
        fill_whole(problem.b, (size_t)problem.b_rows * problem.stride, &random);
        for (int k = 0; k < KERNELS; k++) {
            const int to = done > 0;

            if (!linalg_use_kernel(kernels[k])) continue;
            linalg_dot_precise(rows(problem.a, problem.stride, problem.a_rows),
                               rows(problem.b, problem.stride, problem.b_rows), problem.length,
                               c[to], rest[to], MOST_ROWS);
            CHECK(same_bits(c[to], c[0], sizeof c[0]));
            CHECK(same_bits(rest[to], rest[0], sizeof rest[0]));
            if (done++ == 0) CHECK(departure(&problem, c[0], rest[0]) < ldexp(1.0, -81));
            memcpy(c[1], c[0], sizeof c[0]);
            memcpy(rest[1], rest[0], sizeof rest[0]);
        }
        linalg_use_kernel(NULL);
        mem_free(&problem.a);
        mem_free(&problem.b);
    }
}

/* a b + tiny - a b: the plain chain loses the tiny; here it is kept to 2^-101 |a| |b|. Zero rows are exact. */
static void precise_products_keep_what_cancels(void)
{
    const double a[6] = {3e10, 1.0, 3e10, 0.0, 0.0, 0.0};
    const double b[3] = {7e10, 1e-5, -7e10};
    double c[2];
    double rest[2];

    linalg_dot_precise(rows(a, 3, 2), rows(b, 3, 1), 3, c, rest, 1);
    CHECK_CLOSE(c[0], 1e-5, 2e-9);
    CHECK(c[1] == 0.0 && rest[1] == 0.0);
}

static void every_kernel_sums_rows_in_their_order(void)
{
    for (uint64_t number = 0; number < SIZES; number++) {
        struct problem problem = make_problem(number);
        double *expected = mem_array((size_t)problem.length + 1, sizeof *expected);
        double *found = mem_array((size_t)problem.length + 1, sizeof *found);

        for (int p = 0; p < problem.length; p++) {
            for (int r = 0; r < problem.a_rows; r++)
                expected[p] += problem.a[(size_t)r * problem.stride + (size_t)p];
        }
        for (int k = 0; k < KERNELS; k++) {
            if (!linalg_use_kernel(kernels[k])) continue;
            memset(found, 0, ((size_t)problem.length + 1) * sizeof *found);
            linalg_rows_sum(rows(problem.a, problem.stride, problem.a_rows), problem.length, found);
            CHECK(same_bits(found, expected, ((size_t)problem.length + 1) * sizeof *found));
        }
        linalg_use_kernel(NULL);
        mem_free(&expected);
        mem_free(&found);
        mem_free(&problem.a);
        mem_free(&problem.b);
    }
}

static void nothing_to_multiply_changes_nothing(void)
{
    const double x[8] = {1.0};
    double c[2] = {3.0, 4.0};

    linalg_dot_add(rows(x, 8, 1), rows(x, 8, 0), 8, c, 1);
    linalg_dot_add(rows(x, 8, 0), rows(x, 8, 1), 8, c, 1);
    linalg_dot_add(rows(x, 8, 1), rows(x, 8, 1), 0, c, 1);
    CHECK(c[0] == 3.0 && c[1] == 4.0);
}

struct tile_problem {
    struct linalg_tile tile;
    float *values;
    double *sums, *rows;
    int32_t *counts;
    size_t readings, stride;
};

static struct tile_problem make_tile(int hosts, int times, int metrics)
{
    struct random random = random_start(9, (uint64_t)metrics);
    struct tile_problem problem = {
        .tile = {.hosts = hosts, .times = times, .metrics = metrics}
    };
    const size_t count = (size_t)hosts * (size_t)(times + 2) * (size_t)metrics;

    problem.values = mem_array(count, sizeof *problem.values);
    for (size_t i = 0; i < count; i++) {
        problem.values[i] =
            random_uniform(&random) < 0.1 ? NAN : (float)(1e3 + random_normal(&random));
    }
    problem.tile.values = problem.values;
    problem.tile.host_stride = (size_t)(times + 2) * (size_t)metrics;
    problem.readings = (size_t)hosts * (size_t)metrics;
    problem.stride = linalg_row_stride(problem.readings);
    problem.sums = mem_array(problem.readings, sizeof *problem.sums);
    problem.counts = mem_array(problem.readings, sizeof *problem.counts);
    problem.rows = mem_array(problem.stride * (size_t)times, sizeof *problem.rows);
    return problem;
}

static void release_tile(struct tile_problem *problem)
{
    mem_free(&problem->values);
    mem_free(&problem->sums);
    mem_free(&problem->counts);
    mem_free(&problem->rows);
}

static bool same(double x, double y)
{
    return isnan(x) ? isnan(y) : x == y;
}

static void check_tile(const struct tile_problem *problem)
{
    const struct linalg_tile *tile = &problem->tile;

    for (int h = 0; h < tile->hosts; h++) {
        for (int m = 0; m < tile->metrics; m++) {
            const size_t reading = (size_t)h * (size_t)tile->metrics + (size_t)m;
            double sum = 0.0;
            int32_t count = 0;

            for (int t = 0; t < tile->times; t++) {
                const size_t sample = (size_t)t * (size_t)tile->metrics + (size_t)m;
                const double value =
                    (double)problem->values[(size_t)h * tile->host_stride + sample];

                CHECK(same(problem->rows[(size_t)t * problem->stride + reading],
                           value - problem->sums[reading]));
                if (isnan(value)) continue;
                sum += value;
                count++;
            }
            CHECK(problem->sums[reading] == sum && problem->counts[reading] == count);
        }
    }
}

static void every_kernel_turns_tiles_the_same_way(void)
{
    static const int shapes[][3] = {
        {1,  1,   1 },
        {3,  50,  1 },
        {5,  33,  3 },
        {2,  700, 8 },
        {4,  20,  9 },
        {2,  11,  16},
        {3,  9,   29},
        {64, 90,  8 }
    };

    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        struct tile_problem problem = make_tile(shapes[s][0], shapes[s][1], shapes[s][2]);

        for (int k = 0; k < KERNELS; k++) {
            if (!linalg_use_kernel(kernels[k])) continue;
            linalg_tile_sums(&problem.tile, problem.sums, problem.counts);
            linalg_tile_rows(&problem.tile, problem.sums, problem.rows, problem.stride);
            check_tile(&problem);
        }
        linalg_use_kernel(NULL);
        linalg_tile_rows(&problem.tile, NULL, problem.rows, problem.stride);
        CHECK(same(problem.rows[0], (double)problem.values[0]));
        release_tile(&problem);
    }
}

static void an_unknown_kernel_is_refused(void)
{
    CHECK(!linalg_use_kernel("sse9"));
    CHECK(linalg_use_kernel(""));
    CHECK(linalg_row_stride(512) == 520 && linalg_row_stride(1) == 8);
}

CHECK_MAIN({"every kernel gives the bits of the fused chain",
            every_kernel_gives_the_bits_of_the_fused_chain},
           {"rows by pointer and cut lengths change no bit",
            rows_by_pointer_and_cut_lengths_change_no_bit},
           {"the references agree to rounding", the_references_agree_to_rounding},
           {"precise products are exact to nearly twice the precision",
            precise_products_are_exact_to_nearly_twice_the_precision},
           {"precise products keep what cancels", precise_products_keep_what_cancels},
           {"every kernel sums rows in their order", every_kernel_sums_rows_in_their_order},
           {"nothing to multiply changes nothing", nothing_to_multiply_changes_nothing},
           {"every kernel turns tiles the same way", every_kernel_turns_tiles_the_same_way},
           {"an unknown kernel is refused", an_unknown_kernel_is_refused})
