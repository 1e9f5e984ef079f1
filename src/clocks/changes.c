// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/clocks.h>

#include <math.h>
#include <string.h>

/* Samples before and after a change whose means are compared. */
enum { WIDTH = 3 };
/* Steps up to this many times the usual one are noise; at most so many more count. */
static const float noise_steps = 3.0f, most_steps = 8.0f;

struct scale {
    float sum, usual;
    int32_t count;
};

size_t changes_workspace_bytes(int64_t times, int64_t metrics)
{
    return (size_t)times * sizeof(float) + (size_t)metrics * sizeof(struct scale);
}

/** Size of the step between samples t - 1 and t; 0 where one of them is missing. */
static float step_at(const float *at, int64_t metrics)
{
    const float after = at[0] + at[metrics] + at[2 * metrics];
    const float before = at[-metrics] + at[-2 * metrics] + at[-3 * metrics];
    const float step = fabsf(after - before);

    return step < INFINITY ? step : 0.0f;
}

/**
 * The usual step of each metric: the mean of those that are not over twice the mean. Where that is nothing, a metric
 * that hardly ever moves, any step is one.
 */
static void find_scales(const float *values, int64_t times, int64_t metrics, struct scale *scales)
{
    memset(scales, 0, (size_t)metrics * sizeof *scales);
    for (int64_t t = WIDTH; t + WIDTH <= times; t++)
        for (int64_t m = 0; m < metrics; m++)
            scales[m].sum += step_at(values + t * metrics + m, metrics);
    for (int64_t m = 0; m < metrics; m++) {
        scales[m].usual = 2.0f * scales[m].sum / (float)times;
        scales[m].sum = 0.0f;
    }
    for (int64_t t = WIDTH; t + WIDTH <= times; t++)
        for (int64_t m = 0; m < metrics; m++) {
            const float step = step_at(values + t * metrics + m, metrics);
            const bool is_usual = step <= scales[m].usual;

            scales[m].sum += is_usual ? step : 0.0f;
            scales[m].count += is_usual;
        }
    for (int64_t m = 0; m < metrics; m++)
        scales[m].usual = scales[m].count > 0 ? scales[m].sum / (float)scales[m].count : 0.0f;
}

static void find_strengths(const float *values, int64_t times, int64_t metrics,
                           const struct scale *scales, float *strengths)
{
    memset(strengths, 0, (size_t)times * sizeof *strengths);
    for (int64_t t = WIDTH; t + WIDTH <= times; t++) {
        float sum = 0.0f;

        for (int64_t m = 0; m < metrics; m++) {
            const float excess =
                step_at(values + t * metrics + m, metrics) - noise_steps * scales[m].usual;
            const float most = most_steps * scales[m].usual;

            if (excess <= 0.0f) continue;
            sum += excess < most ? excess / scales[m].usual : most_steps;
        }
        strengths[t] = sum;
    }
}

/** None within the width is stronger, none before is as strong. */
static bool is_peak(const float *strengths, int64_t times, int64_t t)
{
    if (strengths[t] <= 0.0f) return false;
    for (int64_t other = t - WIDTH; other <= t + WIDTH; other++) {
        if (other < 0 || other >= times || other == t) continue;
        if (strengths[other] > strengths[t] || (other < t && strengths[other] == strengths[t]))
            return false;
    }
    return true;
}

int32_t changes_find(const float *values, int64_t times, int64_t metrics, void *workspace,
                     int32_t *changes)
{
    struct scale *scales = workspace;
    float *strengths = (float *)(void *)(scales + metrics);
    int32_t count = 0;

    find_scales(values, times, metrics, scales);
    find_strengths(values, times, metrics, scales, strengths);
    for (int64_t t = 0; t < times; t++) {
        int32_t place = count;

        if (!is_peak(strengths, times, t)) continue;
        if (count == CLOCK_CHANGES_MAX) {
            if (strengths[changes[count - 1]] >= strengths[t]) continue;
            place--;
        } else {
            count++;
        }
        for (; place > 0 && strengths[changes[place - 1]] < strengths[t]; place--)
            changes[place] = changes[place - 1];
        changes[place] = (int32_t)t;
    }
    return count;
}
