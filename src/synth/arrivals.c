// SPDX-License-Identifier: BSD-3-Clause
#include "synth_private.h"

#include <math.h>

/* Run times are log-normal, log10 mean 2.6, standard deviation 1.15, between 5 s and two days. */
static const double run_log10_mean = 2.6;
static const double run_log10_spread = 1.15;
static const double run_low_s = 5.0;
static const double run_high_s = 172800.0;

/* Gaps between submissions are log-normal; this spread gives a coefficient of variation of 5. */
static const double gap_spread = 1.8;

/* What jobs ask for if none is given: this share of all node-seconds. */
static const double offered_load = 0.92;

/* A night's queue starts four days early, twice the longest job, with a burst that fills the machine. */
enum { WARM_UP_S = 345600 };

/* Node counts are 2^k with a weight of 2^(-k size_decay); some of those above 1 are then made odd. */
static const double size_decay = 0.6;
static const double odd_share = 0.22;

static const double zipf_exponent = 1.2;

int64_t arrivals_first_s(void)
{
    return -WARM_UP_S;
}

/* The largest job asks for a quarter of its block of nodes. */
static int size_limit(int64_t nodes)
{
    int k = 0;

    while (nodes / 4 >= (int64_t)2 << k) k++;
    return k;
}

static int32_t size_draw(int limit, struct random *random)
{
    double total = 0.0;
    double rest;
    int k = 0;

    for (int i = 0; i <= limit; i++) total += exp2(-size_decay * i);
    rest = random_uniform(random) * total;
    while (k < limit && (rest -= exp2(-size_decay * k)) >= 0.0) k++;
    if (k == 0 || random_uniform(random) >= odd_share) return 1 << k;
    return (1 << k) + (int32_t)random_below(random, 1 << k);
}

static double size_mean(int limit)
{
    double total = 0.0;
    double weights = 0.0;

    for (int k = 0; k <= limit; k++) {
        const double odd = k == 0 ? 0.0 : odd_share * 0.5 * (exp2(k) - 1.0);

        weights += exp2(-size_decay * k);
        total += exp2(-size_decay * k) * (exp2(k) + odd);
    }
    return total / weights;
}

static double run_at(double p)
{
    const double run_s = pow(10.0, run_log10_mean + run_log10_spread * normal_quantile(p));

    return fmin(fmax(run_s, run_low_s), run_high_s);
}

static double run_mean_s(void)
{
    enum { POINTS = 500 };
    double total = 0.0;

    for (int i = 0; i < POINTS; i++) total += run_at((i + 0.5) / POINTS);
    return total / POINTS;
}

/* People ask for round times, and for much more than they need. */
static int64_t limit_for(int64_t run_s, struct random *random)
{
    static const int minutes[] = {5,   10,  15,  20,  30,  45,   60,   90,  120,
                                  180, 240, 360, 480, 720, 1440, 2160, 2880};
    const double used = pow(random_uniform(random), 1.3) * 0.98 + 0.02;
    size_t i = 0;

    while (i + 1 < sizeof minutes / sizeof minutes[0] && minutes[i] * 60.0 < (double)run_s / used)
        i++;
    return (int64_t)minutes[i] * 60;
}

/* Zipf's law over the users, by inversion of its sum. */
struct users {
    int32_t count;
    double total;
};

static struct users users_of(const struct synth_options *options)
{
    struct users users = {.count = (int32_t)(options->hosts / 4)};

    if (users.count < 40) users.count = 40;
    if (users.count > 800) users.count = 800;
    for (int32_t user = 1; user <= users.count; user++) users.total += pow(user, -zipf_exponent);
    return users;
}

static int32_t user_draw(const struct users *users, struct random *random)
{
    double rest = random_uniform(random) * users->total;
    int32_t user = 0;

    while (user + 1 < users->count && (rest -= pow(user + 1, -zipf_exponent)) >= 0.0) user++;
    return user;
}

static void outcome_draw(struct synth_job *job, struct random *random)
{
    const double u = random_uniform(random);

    job->outcome = OUTCOME_COMPLETED;
    if (u < 0.03 || job->run_s > job->limit_s) {
        job->outcome = OUTCOME_TIMEOUT;
        job->run_s = job->limit_s;
    } else if (u < 0.09) {
        job->outcome = OUTCOME_FAILED;
    } else if (u < 0.13) {
        job->outcome = OUTCOME_CANCELLED;
    }
}

/* How much of the demand goes to the block with accelerators. */
struct demand {
    struct users users;
    double gpu_share;
    int limit[2]; /* of sizes, without and with accelerators */
};

static void request_make(const struct demand *demand, uint64_t key, int64_t sequence,
                         struct synth_job *job)
{
    struct random random = keyed_random(key, FOR_ARRIVAL, (uint64_t)sequence, 1);
    struct random shape = keyed_random(key, FOR_PROFILE, (uint64_t)sequence, 0);
    const double run_s = run_at(1e-9 + (1.0 - 2e-9) * random_uniform(&random));

    job->sequence = sequence;
    job->needs_gpu = random_uniform(&random) < demand->gpu_share;
    job->run_s = (int64_t)run_s;
    job->limit_s = limit_for(job->run_s, &random);
    job->node_count = size_draw(demand->limit[job->needs_gpu], &random);
    job->user = user_draw(&demand->users, &random);
    outcome_draw(job, &random);
    job->application = application_draw(job->needs_gpu, &shape);
    application_profile(job->application, &shape, &job->profile);
}

static struct demand demand_of(const struct synth_options *options, double *rate_per_s,
                               double *mean_nodes)
{
    const int64_t cpu = places_cpu_hosts(options);
    const int64_t gpu = options->hosts - cpu;
    struct demand demand = {
        .users = users_of(options), .limit = {size_limit(cpu), size_limit(gpu)}
    };
    const double cpu_rate = (double)cpu / size_mean(demand.limit[0]);
    const double gpu_rate = (double)gpu / size_mean(demand.limit[1]);

    demand.gpu_share = gpu_rate / (cpu_rate + gpu_rate);
    *mean_nodes = (double)options->hosts / (cpu_rate + gpu_rate);
    *rate_per_s = options->jobs_per_day > 0.0 ? options->jobs_per_day / 86400.0
                                              : offered_load * (cpu_rate + gpu_rate) / run_mean_s();
    return demand;
}

int64_t arrivals_make(const struct synth_options *options, struct synth_job **requests)
{
    const uint64_t key = synth_night_key(options);
    const double end_s = (double)options->samples * options->period_s;
    struct random gaps = keyed_random(key, FOR_ARRIVAL, 0, 0);
    double rate_per_s;
    double mean_nodes;
    double now_s = -WARM_UP_S;
    const struct demand demand = demand_of(options, &rate_per_s, &mean_nodes);
    const int64_t burst =
        options->jobs_per_day > 0.0 ? 0 : (int64_t)(1.2 * (double)options->hosts / mean_nodes) + 1;
    struct synth_job *jobs = NULL;
    int64_t count = 0;
    int64_t room = 0;

    if (options->jobs_per_day < 0.0) now_s = end_s;
    while (now_s < end_s) {
        if (count == room) {
            room = room ? 2 * room : 1024;
            jobs = mem_resize(jobs, (size_t)room, sizeof *jobs);
        }
        jobs[count] = (struct synth_job){.submit_s = (int64_t)floor(now_s)};
        request_make(&demand, key, count, &jobs[count]);
        count++;
        if (count < burst) continue;
        now_s +=
            exp(gap_spread * random_normal(&gaps) - 0.5 * gap_spread * gap_spread) / rate_per_s;
    }
    *requests = jobs;
    return count;
}
