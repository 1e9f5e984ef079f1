// SPDX-License-Identifier: BSD-3-Clause
#include "import_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 20000, CELLS = 50, NUMBER_BYTES = 24 };

struct sample {
    char *text;          /* owned; rows of cells */
    struct piece *cells; /* owned, [NUMBERS] */
    struct row row;      /* for splitting */
};

/* Decimals as sensors write them: whole numbers, and some with two digits behind the point. */
static void make_sample(struct sample *sample)
{
    struct random random = random_start(1, 1);
    char *at;

    *sample = (struct sample){.text = mem_zero(NUMBERS, NUMBER_BYTES)};
    sample->cells = mem_zero(NUMBERS, sizeof *sample->cells);
    at = sample->text;
    for (int i = 0; i < NUMBERS; i++) {
        const int number = (int)random_below(&random, 100000);
        const int length = i % 2 == 0 ? sprintf(at, "%d", number)
                                      : sprintf(at, "%d.%02d", number / 100, number % 100);

        sample->cells[i] = (struct piece){at, (size_t)length};
        at += length;
        *at++ = (i + 1) % CELLS == 0 ? '\n' : ',';
    }
}

/* Passes over the sample until the time is over; numbers a second of the best. */
static double measure(double (*pass)(struct sample *sample), double seconds)
{
    const double end = clock_monotonic_s() + seconds;
    volatile double sink = 0;
    struct sample sample;
    double best = 0;

    make_sample(&sample);
    do {
        const double before = clock_monotonic_s();

        sink = sink + pass(&sample);
        best = fmax(best, NUMBERS / (clock_monotonic_s() - before));
    } while (clock_monotonic_s() < end);
    mem_free(&sample.text);
    mem_free(&sample.cells);
    row_release(&sample.row);
    return best;
}

static double pass_of_strtod(struct sample *sample)
{
    double sum = 0;

    for (int i = 0; i < NUMBERS; i++) sum += strtod(sample->cells[i].bytes, NULL);
    return sum;
}

static double sum_of_cells(const char *start, const struct piece *cells, int count)
{
    double sum = 0;

    for (int i = 0; i < count; i++) {
        double value = 0;

        number_parse_within(start, cells[i].bytes, cells[i].length, &value);
        sum += value;
    }
    return sum;
}

static double pass_of_numbers(struct sample *sample)
{
    return sum_of_cells(sample->text, sample->cells, NUMBERS);
}

static double pass_of_rows(struct sample *sample)
{
    const char *text = sample->text;
    double sum = 0;

    while (*text != '\0') {
        const char *end = strchr(text, '\n');

        row_split(&sample->row, text, (size_t)(end - text), ',');
        sum += sum_of_cells(sample->row.start, sample->row.fields, sample->row.count);
        text = end + 1;
    }
    return sum;
}

double import_measure_strtod(double seconds)
{
    return measure(pass_of_strtod, seconds);
}

double import_measure_numbers(double seconds)
{
    return measure(pass_of_numbers, seconds);
}

double import_measure_rows(double seconds)
{
    return measure(pass_of_rows, seconds);
}
