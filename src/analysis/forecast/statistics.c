// SPDX-License-Identifier: BSD-3-Clause
#include "forecast.h"

#include <math.h>
#include <string.h>

/* ---- quantiles ---------------------------------------------------------------------------------- */

/* Floats in their order as unsigned numbers, and back. */
static uint32_t key_of(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof bits);
    return bits >> 31 ? ~bits : bits | 0x80000000u;
}

static float of_key(uint32_t key)
{
    const uint32_t bits = key >> 31 ? key & 0x7fffffffu : ~key;
    float x;

    memcpy(&x, &bits, sizeof x);
    return x;
}

/* How many values of each set have keys up to the set's limit. */
static void count_up_to(const struct column_sets *sets, const uint32_t *limits, int64_t *counts)
{
    memset(counts, 0, (size_t)sets->sets * sizeof *counts);
    for (int64_t c = 0; c < sets->column_count; c++) {
        const struct column *column = &sets->columns[c];
        const uint32_t limit = limits[sets->set_of[c]];
        int64_t count = 0;

        for (int64_t i = 0; i < column->count; i++) {
            const float x = column->first[i * column->step];

            count += !isnan(x) && key_of(x) <= limit;
        }
        counts[sets->set_of[c]] += count;
    }
}

void quantiles_of(const struct comm *comm, const struct column_sets *sets, double fraction,
                  double *quantiles)
{
    const size_t room = (size_t)sets->sets;
    uint32_t *low = mem_zero(room, sizeof *low);
    uint32_t *high = mem_zero(room, sizeof *high);
    uint32_t *middle = mem_zero(room, sizeof *middle);
    int64_t *total = mem_zero(room, sizeof *total);
    int64_t *counts = mem_zero(room, sizeof *counts);

    memset(high, 0xff, room * sizeof *high);
    count_up_to(sets, high, total);
    comm_sum_int64s(comm, total, sets->sets);
    for (int bit = 0; bit < 32; bit++) { /* each halves the range of keys */
        for (int64_t s = 0; s < sets->sets; s++) middle[s] = low[s] + (high[s] - low[s]) / 2;
        count_up_to(sets, middle, counts);
        comm_sum_int64s(comm, counts, sets->sets);
        for (int64_t s = 0; s < sets->sets; s++) {
            const double rank = floor(fraction * (double)(total[s] - 1) + 0.5);

            if ((double)counts[s] > rank)
                high[s] = middle[s];
            else if (middle[s] < high[s])
                low[s] = middle[s] + 1;
        }
        comm_progress();
    }
    for (int64_t s = 0; s < sets->sets; s++)
        quantiles[s] = total[s] > 0 ? (double)of_key(high[s]) : (double)NAN;
    mem_free(&low);
    mem_free(&high);
    mem_free(&middle);
    mem_free(&total);
    mem_free(&counts);
}

/* ---- scalings ----------------------------------------------------------------------------------- */

/* The rows that a rank's training items cover, each row of a series once over all ranks: row t belongs to the item
 * whose window ends with it; the first item's window wholly to the first, what the last predicts to the last. */
static int64_t my_columns(const struct data_set *data, struct span mine, struct column *columns)
{
    int64_t count = 0;

    for (int64_t r = 0; r < data->training.run_count; r++) {
        const struct item_run *run = &data->training.runs[r];
        const int64_t low = mine.first > run->number ? mine.first - run->number : 0;
        const int64_t left = mine.first + mine.count - run->number;
        const int64_t high = left < run->count ? left : run->count;
        const int64_t first = run->first + (low == 0 ? 0 : low + data->window - 1);
        const int64_t end =
            run->first + high + data->window - 1 + (high == run->count ? data->horizon : 0);

        if (low >= high) continue;
        columns[count++] = (struct column){data->series[run->series].x + first * data->metrics,
                                           end - first, data->metrics};
    }
    return count;
}

/* For each metric a power of two that brings its values near one, so that all can share one exact sum. */
static void find_units(const struct comm *comm, int64_t metrics, const struct column *columns,
                       int64_t column_count, double *unit)
{
    for (int64_t m = 0; m < metrics; m++) {
        double most = 0;
        int exponent;

        for (int64_t c = 0; c < column_count; c++)
            for (int64_t t = 0; t < columns[c].count; t++)
                most = fmax(most, fabs((double)columns[c].first[t * metrics + m]));
        most = comm_max_double(comm, most);
        frexp(isfinite(most) ? most : 1, &exponent);
        unit[m] = ldexp(1, -exponent);
    }
}

/* Sums of x, x^2 and 1 for each metric; the squares are exact, being 24 bits times 24 bits. */
static void add_moments(const struct column *column, int64_t metrics, const double *unit,
                        struct exact_sums *sums, double *row)
{
    for (int64_t t = 0; t < column->count; t++) {
        for (int64_t m = 0; m < metrics; m++) {
            const double x = (double)column->first[t * metrics + m] * unit[m];
            const bool is_there = isfinite(x);

            row[m] = is_there ? x : 0;
            row[metrics + m] = is_there ? x * x : 0;
            row[2 * metrics + m] = is_there;
        }
        exact_add(sums, row);
    }
}

static void standard(const struct comm *comm, const struct data_set *data,
                     const struct column *columns, int64_t column_count, struct scaling *scaling)
{
    const int64_t metrics = data->metrics;
    const size_t room = 3 * (size_t)metrics;
    struct exact_sums *sums = exact_create((int64_t)room);
    double *unit = mem_zero((size_t)metrics, sizeof *unit);
    double *row = mem_zero(room, sizeof *row);
    double *rest = mem_zero(room, sizeof *rest);

    find_units(comm, metrics, columns, column_count, unit);
    for (int64_t c = 0; c < column_count; c++) add_moments(&columns[c], metrics, unit, sums, row);
    exact_reduce(comm, sums);
    exact_read_pairs(sums, row, rest);
    for (int64_t m = 0; m < metrics; m++) {
        const long double count = (long double)row[2 * metrics + m];
        const long double sum = (long double)row[m] + (long double)rest[m];
        const long double squares = (long double)row[metrics + m] + (long double)rest[metrics + m];
        const double variance = (double)((squares - sum * sum / count) / count);

        scaling[m] =
            (struct scaling){(double)(sum / count) / unit[m], sqrt(fmax(variance, 0)) / unit[m], 0};
    }
    exact_destroy(&sums);
    mem_free(&unit);
    mem_free(&row);
    mem_free(&rest);
}

/* By quantiles: each metric's columns are one set. */
static void by_quantiles(const struct comm *comm, const struct data_set *data,
                         const struct column *columns, int64_t column_count,
                         const double fraction[3], struct scaling *scaling)
{
    const int64_t metrics = data->metrics;
    const size_t count = (size_t)(column_count * metrics);
    struct column *each = mem_zero(count + 1, sizeof *each);
    int32_t *set_of = mem_zero(count + 1, sizeof *set_of);
    double *quantile = mem_zero(3 * (size_t)metrics, sizeof *quantile);
    struct column_sets sets = {each, set_of, (int64_t)count, metrics};

    for (int64_t c = 0; c < column_count; c++) {
        for (int64_t m = 0; m < metrics; m++) {
            each[c * metrics + m] = columns[c];
            each[c * metrics + m].first += m;
            set_of[c * metrics + m] = (int32_t)m;
        }
    }
    for (int q = 0; q < 3; q++) quantiles_of(comm, &sets, fraction[q], quantile + q * metrics);
    for (int64_t m = 0; m < metrics; m++)
        scaling[m] =
            (struct scaling){quantile[metrics + m], quantile[2 * metrics + m] - quantile[m], 0};
    mem_free(&each);
    mem_free(&set_of);
    mem_free(&quantile);
}

/* A scale below so many roundings of the centre is no movement. */
static const double LEAST_SCALE = 8 * 0x1p-23;

void scaling_learn(const struct comm *comm, const struct data_set *data, enum forecast_scaler kind,
                   struct span my_training, struct scaling *scaling)
{
    static const double quartiles[3] = {0.25, 0.5, 0.75};
    static const double extremes[3] = {0, 0, 1};
    struct column *columns = mem_zero((size_t)data->training.run_count + 1, sizeof *columns);
    const int64_t count = my_columns(data, my_training, columns);

    standard(comm, data, columns, count, scaling);
    if (kind != SCALER_STANDARD) {
        struct scaling *robust = mem_zero((size_t)data->metrics, sizeof *robust);

        by_quantiles(comm, data, columns, count, kind == SCALER_ROBUST ? quartiles : extremes,
                     robust);
        for (int m = 0; m < data->metrics;
             m++) /* a metric that rests most of the time has no quartiles */
            if (robust[m].scale > 0) scaling[m] = robust[m];
        mem_free(&robust);
    }
    for (int m = 0; m < data->metrics; m++) {
        struct scaling *s = &scaling[m];

        s->is_used = s->scale > LEAST_SCALE * fabs(s->centre) && isfinite(s->scale);
        if (!s->is_used) s->scale = 1;
        if (!isfinite(s->centre)) s->centre = 0;
    }
    mem_free(&columns);
}
