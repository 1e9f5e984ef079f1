// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <telltale/analysis.h>
#include <telltale/import.h>
#include <telltale/linalg.h>

#include <jansson.h>

#include <stdio.h>
#include <string.h>

/*
 * One line of the result: a value and, where `reference` names an earlier line, its ratio to that. What
 * is measured is the first of rate, dot and measure that is set.
 */
struct bench_row {
    const char *name;
    const char *what; /* for people */
    const char *unit;
    const char *reference; /* NULL: none */

    double (*rate)(double seconds); /* local; its rate per second in units of 10^9 is the value */
    linalg_dot_function *dot;       /* the same for a product of a_rows x b_rows x length */
    int a_rows, b_rows, length;

    /* Collective; the value itself. */
    double (*measure)(const struct context *context, double seconds);
};

/* The shapes of the one-pass engine: a day of 2,880 samples cut into 64 or 8, tiles of 64 hosts x 8. */
#define ELEMENTARY .a_rows = 61, .b_rows = 45, .length = 512
#define EIGHTH     .a_rows = 61, .b_rows = 360, .length = 512
#define LONG       .a_rows = 61, .b_rows = 360, .length = 4096
#define SHORT      .a_rows = 16, .b_rows = 45, .length = 512

static double measure_pass(const struct context *context, double seconds)
{
    const int64_t readings = settings_int(context->settings, "readings");

    return 1e-9 * mrdmd_measure_pass(context->comm, readings, seconds);
}

/* The classical recursion walks whole matrices of doubles: a twentieth of the readings fits anywhere. */
static int64_t few_readings(const struct context *context)
{
    return settings_int(context->settings, "readings") / 20 + 8;
}

static double measure_small_pass(const struct context *context, double seconds)
{
    return 1e-9 * mrdmd_measure_pass(context->comm, few_readings(context), seconds);
}

static double measure_classical(const struct context *context, double seconds)
{
    return 1e-9 * mrdmd_measure_classical(context->comm, few_readings(context), seconds);
}

static double measure_strtod(const struct context *context, double seconds)
{
    return 1e-6 * comm_min_double(context->comm, import_measure_strtod(seconds));
}

static double measure_numbers(const struct context *context, double seconds)
{
    return 1e-6 * comm_min_double(context->comm, import_measure_numbers(seconds));
}

static double measure_rows(const struct context *context, double seconds)
{
    return 1e-6 * comm_min_double(context->comm, import_measure_rows(seconds));
}

/* clang-format off */
static const struct bench_row rows[] = {
    {"fma", "fused multiply-add on registers", "GF/s", NULL, .rate = linalg_measure_fma},
    {"fma_single", "the same in single precision", "GF/s", "fma", .rate = linalg_measure_fma_single},
    {"gemm", "dgemm at its best, m n k below 10^6", "GF/s", "fma", .rate = linalg_measure_gemm},
    {"read", "reading memory", "GB/s", NULL, .rate = linalg_measure_read},
    {"copy", "copying memory, both ways counted", "GB/s", "read", .rate = linalg_measure_copy},
    {"dot_61x45x512", "skinny product", "GF/s", "gemm", .dot = linalg_dot_add, ELEMENTARY},
    {"gemm_61x45x512", "dgemm at that shape", "GF/s", "gemm", .dot = linalg_dot_add_gemm, ELEMENTARY},
    {"plain_61x45x512", "the plain loop", "GF/s", "gemm", .dot = linalg_dot_add_plain, ELEMENTARY},
    {"dot_61x360x512", "skinny product", "GF/s", "gemm", .dot = linalg_dot_add, EIGHTH},
    {"gemm_61x360x512", "dgemm at that shape", "GF/s", "gemm", .dot = linalg_dot_add_gemm, EIGHTH},
    {"dot_61x360x4096", "skinny product", "GF/s", "gemm", .dot = linalg_dot_add, LONG},
    {"gemm_61x360x4096", "dgemm at that shape", "GF/s", "gemm", .dot = linalg_dot_add_gemm, LONG},
    {"dot_16x45x512", "skinny product", "GF/s", "gemm", .dot = linalg_dot_add, SHORT},
    {"gemm_16x45x512", "dgemm at that shape", "GF/s", "gemm", .dot = linalg_dot_add_gemm, SHORT},
    {"tile_sums", "sums of tiles of 64 hosts x 8 metrics", "GB/s", "read", .rate = linalg_measure_tile_sums},
    {"tile_sums_rows", "sums, then centred rows into cache", "GB/s", "read", .rate = linalg_measure_tile_sums_rows},
    {"mrdmd", "one pass over --readings x 2,880, split over the ranks", "GF/s", "gemm", .measure = measure_pass},
    {"mrdmd_classical", "classical recursion, a twentieth of that", "GF/s", "gemm", .measure = measure_classical},
    {"mrdmd_small", "one pass over that twentieth", "GF/s", "mrdmd_classical", .measure = measure_small_pass},
    {"training_step", "a mixer, window 60 x 66 metrics, forward and backward", "GF/s", "fma_single", .rate = forecast_measure_step},
    {"strtod", "short decimals by the C library", "M/s", NULL, .measure = measure_strtod},
    {"numbers", "the same by the import's reader", "M/s", "strtod", .measure = measure_numbers},
    {"rows", "the same as rows of 50 cells, split and read", "M/s", "strtod", .measure = measure_rows},
};
/* clang-format on */

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static const struct parameter parameters[] = {
    {"json",        PARAMETER_FLAG, "false", 0, 0, NULL, "Print JSON"},
    {"seconds",      PARAMETER_REAL, "0.2", 0.01, 60, NULL, "How long each line is measured"},
    {"readings",            PARAMETER_INT, "35000", 512, 1e6, NULL, "Readings of the lines of mrdmd"},
    {0},
};

/* All ranks measure at once, as they do in earnest; the slowest counts. */
static double measure_row(const struct context *context, const struct bench_row *row,
                          double seconds)
{
    double mine;

    if (row->measure) return row->measure(context, seconds);
    comm_barrier(context->comm);
    mine = row->rate ? row->rate(seconds)
                     : linalg_measure_dot(row->dot, row->a_rows, row->b_rows, row->length, seconds);
    return 1e-9 * comm_min_double(context->comm, mine);
}

static double value_of(const char *name, const double *values)
{
    int r = 0;

    while (strcmp(rows[r].name, name) != 0) r++;
    return values[r];
}

static void say_row(const struct context *context, const struct bench_row *row, double value,
                    double ratio)
{
    char relation[40] = "";

    if (row->reference) snprintf(relation, sizeof relation, "%.2f of %s", ratio, row->reference);
    say(context, "%-18s %9.2f %-5s %-14s %s\n", row->name, value, row->unit, relation, row->what);
}

static json_t *row_members(const struct bench_row *row, double value, double ratio)
{
    json_t *members = json_object();

    json_object_set_new(members, "name", json_string(row->name));
    json_object_set_new(members, "what", json_string(row->what));
    json_object_set_new(members, "value", json_real(value));
    json_object_set_new(members, "unit", json_string(row->unit));
    if (row->reference) {
        json_object_set_new(members, "reference", json_string(row->reference));
        json_object_set_new(members, "ratio", json_real(ratio));
    }
    return members;
}

static json_t *document(const struct context *context, json_t *list)
{
    json_t *members = json_object();

    json_object_set_new(members, "kernel", json_string(linalg_kernel()));
    json_object_set_new(members, "ranks", json_integer(comm_size(context->comm)));
    json_object_set_new(members, "rows", list);
    return members;
}

static status run(struct context *context)
{
    const bool as_json = settings_flag(context->settings, "json");
    const double seconds = settings_real(context->settings, "seconds");
    json_t *list = as_json ? json_array() : NULL;
    double values[ROW_COUNT] = {0.0};
    status st = STATUS_OK;

    if (!as_json) {
        say(context, "%d rank%s at once, kernel %s; the slowest rank's rate for one core\n",
            comm_size(context->comm), comm_size(context->comm) == 1 ? "" : "s", linalg_kernel());
    }
    for (int r = 0; r < ROW_COUNT && !st; r++) {
        const char *reference = rows[r].reference;
        double ratio;

        values[r] = measure_row(context, &rows[r], seconds);
        ratio = reference ? values[r] / value_of(reference, values) : 0.0;
        if (as_json) {
            json_array_append_new(list, row_members(&rows[r], values[r], ratio));
        } else {
            say_row(context, &rows[r], values[r], ratio);
        }
        comm_progress();
        st = comm_agree(context->comm, comm_check_stop());
    }
    if (st) {
        json_decref(list);
        return st;
    }
    if (list) say_json(context, document(context, list));
    return STATUS_OK;
}

const struct command command_bench = {
    .name = "bench",
    .summary = "the limits of this machine and how close the kernels come",
    .usage = "[options]",
    .details =
        "Rates of one core and, for each kernel, the ratio to the limit it is held against, all\n"
        "from one run. Under mpirun all ranks measure at once: what they share gets scarce.\n"
        "TELLTALE_KERNEL=avx512, avx2 or portable in the environment chooses the kernel.",
    .parameters = parameters,
    .run = run,
};
