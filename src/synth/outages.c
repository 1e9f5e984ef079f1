// SPDX-License-Identifier: BSD-3-Clause
#include "synth_private.h"

#include <math.h>

/* Gaps between outages are Weibull (decreasing hazard), repairs log-normal with a median of an hour. */
static const double gap_shape = 0.72;
static const double repair_median_s = 3600.0;
static const double repair_spread = 1.1;

/* The process starts so many of its scales before the night: a decreasing hazard would crowd its start. */
static const double warm_up_scales = 20.0;

static const double year_s = 365.25 * 86400.0;

/* The first host at which the sum of frailties passes @p target. */
static int64_t find_host(const double *sum, int64_t hosts, double target)
{
    int64_t low = 0;
    int64_t high = hosts - 1;

    while (low < high) {
        const int64_t middle = low + (high - low) / 2;

        if (sum[middle] > target) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

/* A host that is up, drawn by frailty; -1 where the dice only show hosts that are down. */
static int64_t draw_host(const struct synth_options *options, const double *sum,
                         const int64_t *up_s, int64_t now_s, struct random *random)
{
    enum { TRIES = 16 };

    for (int i = 0; i < TRIES; i++) {
        const double target = random_uniform(random) * sum[options->hosts - 1];
        const int64_t host = find_host(sum, options->hosts, target);

        if (up_s[host] < now_s) return host;
    }
    return -1;
}

int64_t outages_make(const struct synth_options *options, const struct place *places,
                     struct outage **outages)
{
    const double end_s = (double)options->samples * options->period_s;
    const double rate_per_s = options->outages_per_node_year * (double)options->hosts / year_s;
    const double scale_s =
        rate_per_s > 0.0 ? 1.0 / (rate_per_s * tgamma(1.0 + 1.0 / gap_shape)) : 0.0;
    struct random random = keyed_random(synth_night_key(options), FOR_OUTAGE, 0, 0);
    double *sum = mem_zero((size_t)options->hosts, sizeof *sum);
    int64_t *up_s = mem_zero((size_t)options->hosts, sizeof *up_s);
    int64_t count = 0;
    int64_t room = 0;
    double now_s = rate_per_s > 0.0 ? -warm_up_scales * scale_s : end_s;

    *outages = NULL;
    for (int64_t h = 0; h < options->hosts; h++) {
        sum[h] = (h > 0 ? sum[h - 1] : 0.0) + places[h].frailty;
        up_s[h] = INT64_MIN;
    }
    while ((now_s += scale_s * pow(random_exponential(&random), 1.0 / gap_shape)) < end_s) {
        const int64_t down_s = (int64_t)floor(now_s) + 1;
        const int64_t host = draw_host(options, sum, up_s, down_s, &random);
        const double repair_s = repair_median_s * exp(repair_spread * random_normal(&random));

        if (host < 0) continue;
        up_s[host] = down_s + (int64_t)ceil(repair_s);
        if (up_s[host] <= 0) continue;
        if (count == room) {
            room = room ? 2 * room : 64;
            *outages = mem_resize(*outages, (size_t)room, sizeof **outages);
        }
        (*outages)[count++] = (struct outage){down_s, up_s[host], (int32_t)host};
    }
    mem_free(&up_s);
    mem_free(&sum);
    return count;
}

void outages_by_host(const struct outage *outages, int64_t count, int64_t hosts,
                     struct by_host *index)
{
    index->first = mem_zero((size_t)hosts + 1, sizeof *index->first);
    index->item = mem_zero((size_t)count, sizeof *index->item);
    for (int64_t i = 0; i < count; i++) index->first[outages[i].host]++;
    for (int64_t h = 1; h <= hosts; h++) index->first[h] += index->first[h - 1];
    for (int64_t i = count - 1; i >= 0; i--) index->item[--index->first[outages[i].host]] = i;
}
