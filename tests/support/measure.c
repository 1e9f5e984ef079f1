// SPDX-License-Identifier: BSD-3-Clause
#include "measure.h"

#include "check.h"

#include <stdio.h>
#include <stdlib.h>

void check_range(const char *what, double measured, double low, double high)
{
    printf("     %-58s %8.4g to %8.4g: %8.4g\n", what, low, high, measured);
    CHECK(measured >= low && measured <= high);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

void sort(double *values, int64_t count)
{
    qsort(values, (size_t)count, sizeof *values, ascending);
}

double quantile(double *values, int64_t count, double q)
{
    sort(values, count);
    return values[(int64_t)(q * (double)(count - 1))];
}

float *generate(const struct synth_options *options, struct synth **synth)
{
    struct synth_stream *stream;
    float *values;

    CHECK(synth_create(options, synth) == STATUS_OK);
    values =
        mem_array((size_t)(options->hosts * options->metrics * options->samples), sizeof *values);
    stream = synth_stream_create(*synth, (struct span){0, options->hosts}, options->samples);
    synth_stream_next(stream, options->samples, values);
    synth_stream_destroy(&stream);
    return values;
}
