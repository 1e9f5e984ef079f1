// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/linalg.h>

#include <mrdmd/mrdmd.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The one-pass engine against the classical recursion on whole matrices. Readings come as float, as in
 * the facility file; both engines see the same bits. */

enum { DRAWS = 3 };
enum { HOSTS = 37, METRICS = 3, TIMES = 704, READINGS = HOSTS * METRICS, TILE_HOSTS = 5 };

struct input {
    const char *name;
    double offset, slow, fast, trend, noise; /* sizes of what a reading is made of */
    bool has_constant_rows, has_gaps;
};

static const struct input inputs[] = {
    {"noisy",         40.0,  3.0, 1.0, 0.002, 0.5, false, false},
    {"smooth",        10.0,  2.0, 0.0, 0.0,   0.0, false, false},
    {"constant rows", 100.0, 3.0, 1.0, 0.002, 0.4, true,  false},
    {"gappy",         40.0,  3.0, 1.0, 0.002, 0.5, true,  true },
};

/* The larger, NaN above all. */
static double worse(double a, double b)
{
    return a > b || isnan(a) ? a : b;
}

static float sample(const struct input *input, int reading, int t)
{
    struct random random = random_start(11, (uint64_t)reading);
    const double phase = 6.28 * random_uniform(&random);
    const double size = 0.5 + random_uniform(&random);
    const double shape = random_normal(&random);
    struct random noise = random_start(random_mix(12, (uint64_t)reading), (uint64_t)t);

    if (input->has_constant_rows && reading % 7 == 3) return (float)(input->offset * size);
    if (input->has_gaps && reading == 5) return NAN;
    if (input->has_gaps && random_uniform(&noise) < 0.03) return NAN;
    if (input->has_gaps && reading % 11 == 4 && t > 300 && t < 312) return NAN;
    return (float)(input->offset * size + input->slow * sin(6.28 * t / 500.0 + phase)
                   + input->fast * shape * cos(6.28 * t / 61.0) + input->trend * shape * t
                   + input->noise * random_normal(&noise));
}

static void fill(const struct input *input, float *values)
{
    for (int h = 0; h < HOSTS; h++) {
        for (int t = 0; t < TIMES; t++) {
            for (int m = 0; m < METRICS; m++)
                values[(h * TIMES + t) * METRICS + m] = sample(input, h * METRICS + m, t);
        }
    }
}

static struct mrdmd_plan *make_plan(enum mrdmd_sampling sampling, int64_t root_samples, int cycles)
{
    const struct mrdmd_options options = {
        .max_level = 4,
        .max_cycles = cycles,
        .nyquist_factor = 4,
        .sampling = sampling,
        .period_s = 30.0,
        .power_threshold = 0.01,
        .root_samples = root_samples,
        .job_split_levels = 1u << 1,
        .split_reach = 20,
    };
    const struct mrdmd_job jobs[] = {
        {100.0, 172.0, 4.0},
        {170.5, 400.0, 2.0},
        {520.0, 700.0, 9.0}
    };
    struct mrdmd_plan *plan = NULL;

    CHECK(mrdmd_plan_create(&options, TIMES, jobs, 3, &plan) == STATUS_OK);
    return plan;
}

static struct mrdmd_result *one_pass(const struct mrdmd_plan *plan, const float *values,
                                     bool is_precise)
{
    const int tiles = (HOSTS + TILE_HOSTS - 1) / TILE_HOSTS;
    const struct span mine = comm_share(check_comm, tiles);
    struct mrdmd_products products;
    struct mrdmd_result *result = NULL;
    struct mrdmd_rows rows;

    mrdmd_rows_init(&rows, plan, TILE_HOSTS * METRICS);
    rows.should_defer = !is_precise; /* as the analysis does */
    mrdmd_products_init(&products, plan, is_precise);
    for (int64_t tile = mine.first; tile < mine.first + mine.count; tile++) {
        const int first = (int)tile * TILE_HOSTS;
        const int hosts = HOSTS - first < TILE_HOSTS ? HOSTS - first : TILE_HOSTS;

        mrdmd_rows_fill(&rows, plan, values + (size_t)first * TIMES * METRICS, hosts, METRICS, NULL,
                        NULL);
        mrdmd_products_add(&products, &rows);
    }
    mrdmd_products_reduce(&products, check_comm);
    CHECK(mrdmd_solve(check_comm, &products, &result) == STATUS_OK);
    mrdmd_products_release(&products);
    mrdmd_rows_release(&rows);
    return result;
}

static void bridge(double *row, int times)
{
    int last = -1;

    for (int t = 0; t < times; t++) {
        if (isnan(row[t])) continue;
        for (int i = last + 1; i < t; i++)
            row[i] = last < 0 ? row[t] : row[last] + (row[t] - row[last]) * (i - last) / (t - last);
        last = t;
    }
    for (int i = last + 1; i < times; i++) row[i] = row[last];
}

/* Readings that are there, as rows of doubles, gaps bridged. @return how many; which[] their numbers */
static int matrix(const float *values, int root, double *x, bool *missing, int *which)
{
    int count = 0;

    for (int r = 0; r < READINGS; r++) {
        int present = 0;
        double *row = x + (size_t)count * TIMES;

        for (int t = 0; t < TIMES; t++) {
            row[t] = (double)values[(r / METRICS * TIMES + t) * METRICS + r % METRICS];
            missing[count * TIMES + t] = isnan(row[t]);
            present += !isnan(row[t]);
        }
        if (present == 0) continue;
        for (int first = 0; first < TIMES; first += root) bridge(row + first, root);
        which[count++] = r;
    }
    return count;
}

/* The classical recursion and what it was given. */
struct reference {
    const struct mrdmd_plan *plan;
    const double *x;
    const bool *missing;
    const int *which; /* [count]: numbers of the readings that are there */
    int count;
    struct mrdmd_result *result;
    double complex *phi;
};

/* The largest entry of |phi b - phi' b'| for one mode, over the largest of |phi' b'|. The modes of the
 * one-pass engine are formed from sample rows of one large tile. */
static double mode_difference(const struct mrdmd_result *ours, const struct mrdmd_rows *rows,
                              const struct reference *reference, int64_t j)
{
    const struct mrdmd_plan *plan = reference->plan;
    const double complex amplitude = reference->result->modes[j].amplitude;
    const double complex *phi = reference->phi + j * reference->count;
    const struct mrdmd_mode *mode = &ours->modes[j];
    const double complex *c = ours->combinations + mode->combination_first;
    double worst = 0.0;
    double largest = 0.0;

    for (int i = 0; i < reference->count; i++) {
        const int r = reference->which[i];
        double complex entry =
            c[0]
            * rows->centre[(size_t)plan->windows[mode->window].root * rows->stride + (size_t)r];

        for (int w = mode->window; w >= 0; w = plan->windows[w].parent) {
            const struct mrdmd_window *window = &plan->windows[w];

            for (int k = 0; k < window->samples; k++)
                entry +=
                    c[window->path_rows - window->samples + k]
                    * rows->samples[(size_t)(window->row_first + k) * rows->stride + (size_t)r];
        }
        worst = worse(worst, cabs(entry * mode->amplitude - phi[i] * amplitude));
        largest = fmax(largest, cabs(phi[i] * amplitude));
    }
    return largest > 0.0 ? worst / largest : worst;
}

/* How far two results are apart: eigenvalues, and phi b over its largest entry. */
struct distance {
    double mu, mode;
};

/* The distance of the reference from itself with its input moved by rounding errors: it is in double, and no other
 * engine can be asked for more than a few times that. tests/cli/mrdmd_reference.py is one in a wider type. */
static void move_reference(const struct reference *from, uint64_t draw, struct distance *most)
{
    const int count = from->count;
    const struct mrdmd_mode *modes = from->result->modes;
    const int64_t total = from->result->mode_total;
    struct random random = random_start(3, draw);
    double *moved = mem_zero((size_t)count * TIMES, sizeof *moved);
    struct mrdmd_result *other = NULL;
    double complex *other_phi = NULL;

    for (int i = 0; i < count * TIMES; i++)
        moved[i] = from->x[i] * (1.0 + 0x1p-52 * (random_uniform(&random) < 0.5 ? -1.0 : 1.0));
    CHECK(mrdmd_classical(from->plan, moved, from->missing, count, &other, &other_phi)
          == STATUS_OK);
    CHECK(other->mode_total == total);
    for (int64_t j = 0; j < total && other->mode_total == total; j++) {
        const double complex amplitude = modes[j].amplitude;
        double worst = 0.0;
        double largest = 0.0;

        for (int64_t i = j * count; i < (j + 1) * count; i++) {
            worst = worse(
                worst, cabs(other_phi[i] * other->modes[j].amplitude - from->phi[i] * amplitude));
            largest = fmax(largest, cabs(from->phi[i] * amplitude));
        }
        most->mu = worse(most->mu, cabs(other->modes[j].mu - modes[j].mu));
        if (largest > 0.0) most->mode = worse(most->mode, worst / largest);
    }
    mem_free(&other_phi);
    mrdmd_result_destroy(&other);
    mem_free(&moved);
}

/* Plain products, and precise ones where their spread asks for it, as the analysis does. */
static struct mrdmd_result *one_pass_as_needed(const struct mrdmd_plan *plan, const float *values)
{
    struct mrdmd_result *result = one_pass(plan, values, false);

    if (result->spread > MRDMD_SPREAD_PLAIN) {
        mrdmd_result_destroy(&result);
        result = one_pass(plan, values, true);
    }
    return result;
}

static void check_windows(const struct mrdmd_plan *plan, const struct mrdmd_result *ours,
                          const struct mrdmd_result *classical)
{
    for (int w = 0; w < plan->window_count; w++) {
        CHECK(ours->rank[w] == classical->rank[w]);
        CHECK(ours->mode_count[w] == classical->mode_count[w]);
    }
    CHECK(ours->mode_total == classical->mode_total && ours->mode_total > 0);
}

static void compare(const struct input *input, const struct mrdmd_plan *plan)
{
    float *values = mem_zero((size_t)HOSTS * TIMES * METRICS, sizeof *values);
    double *x = mem_zero((size_t)READINGS * TIMES, sizeof *x);
    double *residual = mem_zero((size_t)READINGS * TIMES, sizeof *residual);
    bool *missing = mem_zero((size_t)READINGS * TIMES, sizeof *missing);
    struct mrdmd_result *classical = NULL;
    struct mrdmd_result *ours;
    double complex *phi = NULL;
    struct distance found = {0.0, 0.0};
    struct distance own = {0.0, 0.0};
    const bool is_first = comm_rank(check_comm) == 0; /* all have the same result */
    struct mrdmd_rows rows;
    struct reference reference;
    int which[READINGS];
    int count;

    fill(input, values);
    count = matrix(values, (int)plan->windows[0].count, x, missing, which);
    ours = one_pass_as_needed(plan, values);
    memcpy(residual, x, (size_t)READINGS * TIMES * sizeof *x);
    CHECK(mrdmd_classical(plan, residual, missing, count, &classical, &phi) == STATUS_OK);
    reference = (struct reference){plan, x, missing, which, count, classical, phi};
    for (uint64_t draw = 0; draw < DRAWS && is_first; draw++)
        move_reference(&reference, draw, &own);
    mrdmd_rows_init(&rows, plan, READINGS);
    mrdmd_rows_fill(&rows, plan, values, HOSTS, METRICS, NULL, NULL);
    check_windows(plan, ours, classical);
    for (int64_t j = 0; j < ours->mode_total && ours->mode_total == classical->mode_total; j++) {
        found.mu = worse(found.mu, cabs(ours->modes[j].mu - classical->modes[j].mu));
        found.mode = worse(found.mode, mode_difference(ours, &rows, &reference, j));
    }
    if (is_first)
        printf("     %-14s %-6s %lld modes, spread %.1e, eigenvalues %.1e (reference %.1e), "
               "modes %.1e (%.1e)\n",
               input->name, plan->options.sampling == SAMPLING_POINT ? "point" : "pooled",
               (long long)ours->mode_total, ours->spread, found.mu, own.mu, found.mode, own.mode);
    CHECK(!is_first || found.mu <= fmax(1e-10, 3.0 * own.mu));
    CHECK(!is_first || found.mode <= fmax(1e-8, 3.0 * own.mode));
    mrdmd_rows_release(&rows);
    mem_free(&phi);
    mrdmd_result_destroy(&classical);
    mrdmd_result_destroy(&ours);
    mem_free(&missing);
    mem_free(&residual);
    mem_free(&x);
    mem_free(&values);
}

static void one_pass_agrees_with_the_classical_recursion(void)
{
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        for (int sampling = SAMPLING_POINT; sampling <= SAMPLING_POOLED; sampling++) {
            for (int cycles = 1; cycles <= 2; cycles++) {
                struct mrdmd_plan *plan =
                    make_plan((enum mrdmd_sampling)sampling, cycles == 1 ? 0 : TIMES / 2, cycles);

                compare(&inputs[i], plan);
                mrdmd_plan_destroy(&plan);
            }
        }
    }
}

static void both_directions_agree_with_the_classical_recursion(void)
{
    for (int i = 0; i < 4; i += 3) { /* noisy, gappy */
        struct mrdmd_plan *plan = make_plan(SAMPLING_POOLED, 0, 1);

        plan->options.is_forward_backward = true;
        compare(&inputs[i], plan);
        mrdmd_plan_destroy(&plan);
    }
}

/* The sums over the readings of one tile. */
static void sum_products(const struct mrdmd_plan *plan, const float *values, bool should_defer,
                         struct mrdmd_products *products)
{
    struct mrdmd_rows rows;

    mrdmd_rows_init(&rows, plan, READINGS);
    rows.should_defer = should_defer;
    mrdmd_products_init(products, plan, false);
    mrdmd_rows_fill(&rows, plan, values, HOSTS, METRICS, NULL, NULL);
    CHECK(rows.is_deferred == should_defer);
    mrdmd_products_add(products, &rows);
    mrdmd_products_reduce(products, check_comm);
    mrdmd_rows_release(&rows);
}

static void rows_that_are_made_with_their_segments_change_no_bit(void)
{
    float *values = mem_zero((size_t)HOSTS * TIMES * METRICS, sizeof *values);

    fill(&inputs[0], values);
    for (int sampling = SAMPLING_POINT; sampling <= SAMPLING_POOLED; sampling++) {
        for (int64_t root = 0; root <= TIMES / 2; root += TIMES / 4) { /* roots long and short */
            struct mrdmd_plan *plan = make_plan((enum mrdmd_sampling)sampling, root, 1);
            struct mrdmd_products at_once;
            struct mrdmd_products later;

            sum_products(plan, values, false, &at_once);
            sum_products(plan, values, true, &later);
            CHECK(memcmp(at_once.tile, later.tile, (size_t)at_once.count * sizeof(double)) == 0);
            mrdmd_products_release(&at_once);
            mrdmd_products_release(&later);
            mrdmd_plan_destroy(&plan);
        }
    }
    mem_free(&values);
}

CHECK_MAIN({"one pass agrees with the classical recursion",
            one_pass_agrees_with_the_classical_recursion},
           {"both directions of time agree with the classical recursion",
            both_directions_agree_with_the_classical_recursion},
           {"rows that are made with their segments change no bit",
            rows_that_are_made_with_their_segments_change_no_bit})
