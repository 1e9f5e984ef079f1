// SPDX-License-Identifier: BSD-3-Clause
#include "synth_private.h"

#include <math.h>

/* Share of the CPU load that a checkpoint takes away, and of the network load that computing does. */
static const float checkpoint_pause = 0.4F;
static const float compute_quiet = 0.6F;

/* Between checkpoints a job does this share of its file traffic. */
static const float io_between = 0.4F;

/* A node without a job. */
static const float idle[4] = {0.01F, 0.03F, 0.002F, 0.003F};

/* Time spent high from 0 to @p time >= 0 by the wave of wave_mean(). */
static double wave_integral(double time, double period, double share)
{
    const double whole = (double)(int64_t)(time / period);
    const double rest = time - whole * period;
    const double high = period * share;

    return whole * high + (rest < high ? rest : high);
}

double wave_mean(double from, double to, double period, double share)
{
    if (to <= from) return from - floor(from / period) * period < period * share ? 1.0 : 0.0;
    return (wave_integral(to, period, share) - wave_integral(from, period, share)) / (to - from);
}

/* Mean over [from, to) of a rise from 0 to 1 over @p ramp. */
static double ramp_mean(double from, double to, double ramp)
{
    const double a = from < ramp ? 0.5 * from * from / ramp : from - 0.5 * ramp;
    const double b = to < ramp ? 0.5 * to * to / ramp : to - 0.5 * ramp;

    return (b - a) / (to - from);
}

/* The mean of a product is taken as the product of means: the waves of a job are not in step. */
static void add_job(const struct profile *profile, double from, double to, float weight,
                    float sums[4])
{
    const float compute = (float)wave_mean(from, to, profile->iteration_s, profile->compute_share);
    const float burst =
        profile->checkpoint_s > 0.0
            ? 1.0F - (float)wave_mean(from, to, profile->checkpoint_s, 1.0 - profile->burst_share)
            : 0.0F;
    const float ramp = from >= profile->ramp_s ? 1.0F : (float)ramp_mean(from, to, profile->ramp_s);
    const float on = weight * ramp;

    sums[DRIVER_CPU] += on * (profile->waiting + (profile->busy - profile->waiting) * compute)
                        * (1.0F - checkpoint_pause * burst);
    sums[DRIVER_MEMORY] += on * profile->memory;
    sums[DRIVER_NETWORK] += on * profile->network * (1.0F - compute_quiet * compute);
    sums[DRIVER_IO] += on * profile->io * (io_between + (1.0F - io_between) * burst);
}

/* Sample t stands at t * period and shows the mean over the period before it. */
static void load_job(const struct synth_job *job, double period_s, struct span times,
                     struct load *load)
{
    const double start_s = (double)job->start_s;
    const double end_s = (double)job->end_s;
    const int64_t before = (int64_t)floor(start_s / period_s) + 1 - times.first;
    const int64_t after = (int64_t)ceil(end_s / period_s) + 1 - times.first;
    const int64_t last = after < times.count ? after : times.count;

    for (int64_t t = before > 0 ? before : 0; t < last; t++) {
        const double until_s = (double)(times.first + t) * period_s;
        const double from_s = until_s - period_s;
        const double a = from_s > start_s ? from_s : start_s;
        const double b = until_s < end_s ? until_s : end_s;
        float sums[4] = {0.0F};

        if (b <= a) continue;
        add_job(&job->profile, a - start_s, b - start_s, (float)((b - a) / period_s), sums);
        for (int d = 0; d < 4; d++)
            load->driver[d][t] += sums[d] - idle[d] * (float)((b - a) / period_s);
    }
}

void load_fill(const struct synth *synth, int64_t host, struct span times, struct load *load)
{
    const double period_s = synth->options.period_s;
    const double begin_s = (double)(times.first - 1) * period_s;
    const double end_s = (double)(times.first + times.count) * period_s;
    const float gain = synth->places[host].gain;
    int64_t low = synth->jobs_of.first[host];
    int64_t high = synth->jobs_of.first[host + 1];
    const int64_t end = high;

    for (int d = 0; d < 4; d++) {
        for (int64_t t = 0; t < times.count; t++) load->driver[d][t] = idle[d];
    }
    /* A host runs one job after the other: the first that ends after the block begins. */
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;

        if ((double)synth->schedule.jobs[synth->jobs_of.item[middle]].end_s > begin_s) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    for (; low < end; low++) {
        const struct synth_job *job = &synth->schedule.jobs[synth->jobs_of.item[low]];

        if ((double)job->start_s >= end_s) break;
        load_job(job, period_s, times, load);
    }
    for (int d = 0; d < 4; d++) {
        for (int64_t t = 0; t < times.count; t++) load->driver[d][t] *= gain;
    }
}
