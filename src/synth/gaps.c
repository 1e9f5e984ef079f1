// SPDX-License-Identifier: BSD-3-Clause
#include "gaps.h"

#include <math.h>
#include <string.h>

/* A host that does not answer stays silent for so many polls in the mean. */
static const double silent_run = 3.0;

/* Once in so many host-days one sampler's counters start again without a reboot. */
static const double days_per_reset = 30.0;

/* Draws the waits of one kind of mishap. */
struct wait {
    struct random random;
    int64_t next; /* sample at which it happens */
};

struct gap_state {
    struct wait silence, reset;
    bool is_silent;
    struct wait missing[]; /* [samplers] */
};

size_t gaps_bytes(const struct synth *synth)
{
    return sizeof(struct gap_state) + (size_t)synth->sampler_count * sizeof(struct wait);
}

/* Trials up to and including the first success. */
static int64_t geometric(struct random *random, double p)
{
    const double trials = 1.0 + floor(log1p(-random_uniform(random)) / log1p(-p));

    return trials < 1e15 ? (int64_t)trials : (int64_t)1e15;
}

static void wait_start(struct wait *wait, struct random random, double p)
{
    wait->random = random;
    wait->next = INT64_MAX;
    if (p > 0.0) wait->next = geometric(&wait->random, p) - 1;
}

static double reset_share(const struct synth *synth)
{
    return fmin(0.5, synth->options.period_s / 86400.0 / days_per_reset);
}

/* Chance that a host which answers falls silent at the next poll, in balance with the runs' length. */
static double fall_silent(const struct synth *synth)
{
    const double share = synth->options.silent_share;

    return fmin(1.0 - 1e-9, share / ((1.0 - share) * silent_run));
}

void gaps_start(const struct synth *synth, int64_t host, struct gap_state *state)
{
    const uint64_t key = synth->night_key;
    const uint64_t owner = (uint64_t)host;
    struct random silence = keyed_random(key, FOR_SILENCE, owner, 0);

    state->is_silent = random_uniform(&silence) < synth->options.silent_share;
    wait_start(&state->silence, silence, state->is_silent ? 1.0 / silent_run : fall_silent(synth));
    wait_start(&state->reset, keyed_random(key, FOR_RESET, owner, 0), reset_share(synth));
    for (int sampler = 0; sampler < synth->sampler_count; sampler++) {
        wait_start(&state->missing[sampler],
                   keyed_random(key, FOR_MISSING, owner, (uint64_t)sampler),
                   synth->options.missing_share);
    }
}

static void fill_silence(const struct synth *synth, struct span times, struct gap_state *state,
                         bool *lost)
{
    for (int64_t t = 0; t < times.count; t++) {
        if (times.first + t == state->silence.next) {
            state->is_silent = !state->is_silent;
            state->silence.next += geometric(
                &state->silence.random, state->is_silent ? 1.0 / silent_run : fall_silent(synth));
        }
        lost[t] = state->is_silent;
    }
}

/* First sample at or after a moment, within the block. */
static int64_t sample_from(double time_s, double period_s, struct span times)
{
    const double sample = ceil(time_s / period_s) - (double)times.first;

    return sample < 0.0 ? 0 : sample > (double)times.count ? times.count : (int64_t)sample;
}

static void fill_outages(const struct synth *synth, int64_t host, struct span times, bool *lost,
                         uint16_t *reset)
{
    const double period_s = synth->options.period_s;

    for (int64_t i = synth->outages_of.first[host]; i < synth->outages_of.first[host + 1]; i++) {
        const struct outage *outage = &synth->outages[synth->outages_of.item[i]];
        const int64_t down = sample_from((double)outage->down_s, period_s, times);
        const int64_t up = sample_from((double)outage->up_s, period_s, times);
        const bool is_here = (double)outage->up_s > (double)(times.first - 1) * period_s;

        for (int64_t t = down; t < up; t++) lost[t] = true;
        if (is_here && up < times.count) reset[up] = RESET_ALL;
    }
}

void gaps_next(const struct synth *synth, int64_t host, struct span times, struct gap_state *state,
               bool *lost, uint16_t *reset)
{
    fill_silence(synth, times, state, lost);
    memset(reset, 0, (size_t)times.count * sizeof *reset);
    while (state->reset.next < times.first + times.count) {
        const int64_t sampler = random_below(&state->reset.random, synth->sampler_count);

        reset[state->reset.next - times.first] = (uint16_t)(RESET_SAMPLER + sampler);
        state->reset.next += geometric(&state->reset.random, reset_share(synth));
    }
    fill_outages(synth, host, times, lost, reset);
}

int64_t gaps_missing(const struct synth *synth, struct span times, struct gap_state *state,
                     int sampler, int64_t *sample)
{
    struct wait *wait = &state->missing[sampler];
    int64_t count = 0;

    while (wait->next < times.first + times.count) {
        sample[count++] = wait->next - times.first;
        wait->next += geometric(&wait->random, synth->options.missing_share);
    }
    return count;
}
