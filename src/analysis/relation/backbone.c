// SPDX-License-Identifier: BSD-3-Clause
#include "relation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void backbone_top(const double *weight, int metrics, int k, int8_t *mask)
{
    memset(mask, 0, (size_t)metrics * (size_t)metrics);
    for (int i = 0; i < metrics; i++) {
        const double *row = weight + (int64_t)i * metrics;
        int8_t *kept = mask + (int64_t)i * metrics;

        for (int n = 0; n < k; n++) {
            int best = -1;

            for (int j = 0; j < metrics; j++) {
                if (j == i || kept[j] || !(row[j] > 0.0)) continue;
                if (best < 0 || row[j] > row[best]) best = j;
            }
            if (best < 0) break;
            kept[best] = 1;
        }
    }
}

static int falling(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;

    return (x < y) - (x > y);
}

void backbone_threshold(const double *weight, int metrics, int64_t wanted, int8_t *mask)
{
    const int64_t pairs = (int64_t)metrics * metrics;
    double *sorted = mem_zero((size_t)pairs, sizeof *sorted);
    int64_t count = 0;
    double limit;

    for (int64_t pair = 0; pair < pairs; pair++)
        if (pair / metrics != pair % metrics && weight[pair] > 0.0) sorted[count++] = weight[pair];
    qsort(sorted, (size_t)count, sizeof *sorted, falling);
    limit = wanted <= 0 ? (double)INFINITY : count > wanted ? sorted[wanted - 1] : 0.0;
    for (int64_t pair = 0; pair < pairs; pair++) {
        mask[pair] =
            pair / metrics != pair % metrics && weight[pair] > 0.0 && weight[pair] >= limit;
    }
    mem_free(&sorted);
}

/* Strength and number of the edges into (step 1) or out of (step metrics) metric @p m. */
static double strength(const double *weight, int metrics, int m, bool into, int *count)
{
    double sum = 0.0;

    *count = 0;
    for (int other = 0; other < metrics; other++) {
        const double w = weight[into ? (int64_t)m * metrics + other : (int64_t)other * metrics + m];

        if (other == m || !(w > 0.0)) continue;
        sum += w;
        (*count)++;
    }
    return sum;
}

void backbone_disparity(const double *weight, int metrics, double *chance)
{
    const int64_t pairs = (int64_t)metrics * metrics;

    for (int64_t pair = 0; pair < pairs; pair++) {
        const int i = (int)(pair / metrics), j = (int)(pair % metrics);
        int into_count, out_count;
        double into, out;

        chance[pair] = 1.0;
        if (i == j || !(weight[pair] > 0.0)) continue;
        into = strength(weight, metrics, i, true, &into_count);
        out = strength(weight, metrics, j, false, &out_count);
        if (into_count > 1) chance[pair] = pow(1.0 - weight[pair] / into, into_count - 1);
        if (out_count > 1) {
            chance[pair] = fmin(chance[pair], pow(1.0 - weight[pair] / out, out_count - 1));
        }
    }
}

/*
 * With counts w of total n, into i and out of j: the lift k w, k = n / (into out), is brought to (k w - 1) / (k w + 1).
 * The number of events is binomial; its probability has a beta prior whose mean is in out / n^2 and whose variance is
 * the hypergeometric one, and the variance of w is carried to the lift by the delta method.
 */
static double lift_deviations(double w, double into, double out, double n)
{
    const double mean = into * out / (n * n);
    const double variance = into * out * (n - into) * (n - out) / (n * n * n * n * (n - 1.0));
    const double prior = variance > 0.0 ? mean * (1.0 - mean) / variance - 1.0 : 0.0;
    const double expected = (mean * prior + w) / (prior + n);
    const double lift = n / (into * out);
    const double slope =
        2.0 * (lift + w * (1.0 / (into * out) - n * (into + out) / (into * out * into * out)))
        / ((lift * w + 1.0) * (lift * w + 1.0));
    const double deviation = fabs(slope) * sqrt(n * expected * (1.0 - expected));
    const double score = (lift * w - 1.0) / (lift * w + 1.0);

    return deviation > 0.0 ? score / deviation : 0.0;
}

void backbone_noise_corrected(const double *weight, int metrics, double *deviations)
{
    const int64_t pairs = (int64_t)metrics * metrics;
    int64_t edges = 0;
    double total = 0.0, scale;

    memset(deviations, 0, (size_t)pairs * sizeof *deviations);
    for (int64_t pair = 0; pair < pairs; pair++) {
        if (pair / metrics == pair % metrics || !(weight[pair] > 0.0)) continue;
        total += weight[pair];
        edges++;
    }
    if (edges < 2) return;
    scale = (double)edges / total;
    for (int64_t pair = 0; pair < pairs; pair++) {
        const int i = (int)(pair / metrics), j = (int)(pair % metrics);
        int count;

        if (i == j || !(weight[pair] > 0.0)) continue;
        deviations[pair] = lift_deviations(
            scale * weight[pair], scale * strength(weight, metrics, i, true, &count),
            scale * strength(weight, metrics, j, false, &count), (double)edges);
    }
}

static bool is_joined(const int8_t *mask, int metrics, int a, int b)
{
    return a != b && (mask[(int64_t)a * metrics + b] || mask[(int64_t)b * metrics + a]);
}

void graph_cores(const int8_t *mask, int metrics, int32_t *core)
{
    int32_t *degree = mem_zero((size_t)metrics, sizeof *degree);
    int32_t level = 0;

    for (int a = 0; a < metrics; a++)
        for (int b = 0; b < metrics; b++) degree[a] += is_joined(mask, metrics, a, b);
    /* Take away a metric of least degree until none is left; its core is the highest degree at which one went. */
    for (int gone = 0; gone < metrics; gone++) {
        int least = -1;

        for (int a = 0; a < metrics; a++)
            if (degree[a] >= 0 && (least < 0 || degree[a] < degree[least])) least = a;
        if (degree[least] > level) level = degree[least];
        core[least] = level;
        degree[least] = -1;
        for (int b = 0; b < metrics; b++)
            if (degree[b] > 0 && is_joined(mask, metrics, least, b)) degree[b]--;
    }
    mem_free(&degree);
}
