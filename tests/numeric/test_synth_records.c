// SPDX-License-Identifier: BSD-3-Clause
/* What published measurements of real systems say, and what generated facilities show (docs/synth.md). */
#include "check.h"
#include "measure.h"

#include <math.h>
#include <string.h>

enum { METRICS = 60 };

/* The share of all that the largest tenth of @p counts holds. */
static double top_tenth(double *counts, int64_t count)
{
    double all = 0.0;
    double top = 0.0;

    sort(counts, count);
    for (int64_t i = 0; i < count; i++) {
        all += counts[i];
        if (i >= count - count / 10) top += counts[i];
    }
    return top / all;
}

static double variation(const double *values, int64_t count)
{
    double sum = 0.0;
    double squares = 0.0;

    for (int64_t i = 0; i < count; i++) sum += values[i];
    for (int64_t i = 0; i < count; i++)
        squares += (values[i] - sum / (double)count) * (values[i] - sum / (double)count);
    return sqrt(squares / (double)count) / (sum / (double)count);
}

/* Maximum likelihood for the shape of a Weibull law, by bisection. */
static double weibull_shape(const double *values, int64_t count)
{
    double low = 0.05;
    double high = 20.0;
    double mean_log = 0.0;

    for (int64_t i = 0; i < count; i++) mean_log += log(values[i]) / (double)count;
    for (int step = 0; step < 60; step++) {
        const double shape = 0.5 * (low + high);
        double sum = 0.0;
        double weighted = 0.0;

        for (int64_t i = 0; i < count; i++) {
            sum += pow(values[i], shape);
            weighted += pow(values[i], shape) * log(values[i]);
        }
        if (weighted / sum - 1.0 / shape < mean_log) {
            low = shape;
        } else {
            high = shape;
        }
    }
    return low;
}

static void check_runs(const struct facility *facility)
{
    double *log_run = mem_zero((size_t)facility->job_count, sizeof *log_run);
    double *used = mem_zero((size_t)facility->job_count, sizeof *used);
    double mean = 0.0;
    double spread = 0.0;
    int64_t count = 0;

    for (int64_t j = 0; j < facility->job_count; j++) {
        const struct job *job = &facility->jobs[j];
        const double run_s = (double)(job->end_unix_s - job->start_unix_s);

        if (job->end_unix_s < 0) continue;
        log_run[count] = log10(run_s > 1.0 ? run_s : 1.0);
        used[count] = run_s / (double)job->limit_s;
        mean += log_run[count++];
    }
    mean /= (double)count;
    for (int64_t i = 0; i < count; i++) spread += (log_run[i] - mean) * (log_run[i] - mean);
    check_range("log10 run time in s, mean", mean, 2.0, 3.1);
    check_range("log10 run time in s, standard deviation", sqrt(spread / (double)count), 0.9, 1.45);
    check_range("run time / limit, median", quantile(used, count, 0.5), 0.0, 0.47);
    mem_free(&used);
    mem_free(&log_run);
}

static double users_top_tenth(const struct facility *facility)
{
    double *counts = mem_zero(1000, sizeof *counts);
    struct name_table *users = names_create();
    double top;

    for (int64_t j = 0; j < facility->job_count; j++)
        counts[names_add(users, facility->jobs[j].user, strlen(facility->jobs[j].user))]++;
    top = top_tenth(counts, names_count(users));
    names_destroy(&users);
    mem_free(&counts);
    return top;
}

static double arrivals_variation(const struct facility *facility)
{
    double *submit_s = mem_zero((size_t)facility->job_count, sizeof *submit_s);
    double *gap_s = mem_zero((size_t)facility->job_count, sizeof *gap_s);
    int64_t count = 0;
    double cv;

    /* Of jobs submitted before the night only those that waited are in the file. */
    for (int64_t j = 0; j < facility->job_count; j++) {
        if (facility->jobs[j].submit_unix_s >= facility->start_unix_s)
            submit_s[count++] = (double)facility->jobs[j].submit_unix_s;
    }
    sort(submit_s, count);
    for (int64_t i = 1; i < count; i++) gap_s[i - 1] = submit_s[i] - submit_s[i - 1];
    cv = variation(gap_s, count - 1);
    mem_free(&gap_s);
    mem_free(&submit_s);
    return cv;
}

static void jobs_come_and_run_as_measured(void)
{
    struct synth_options options = synth_defaults();
    const struct facility *facility;
    struct synth *synth;
    double powers = 0.0;

    options.hosts = 1024;
    options.samples = 7 * 1440;
    CHECK(synth_create(&options, &synth) == STATUS_OK);
    facility = synth_facility(synth);
    for (int64_t j = 0; j < facility->job_count; j++)
        powers += (facility->jobs[j].node_count & (facility->jobs[j].node_count - 1)) == 0;
    check_range("gaps between submissions, coefficient of variation", arrivals_variation(facility),
                3.0, 16.0);
    check_runs(facility);
    check_range("jobs on a power of two of nodes, share", powers / (double)facility->job_count,
                0.73, 0.98);
    check_range("jobs of the top tenth of users, share", users_top_tenth(facility), 0.47, 0.86);
    synth_destroy(&synth);
}

/* How long a host was silent from a moment on, in s. */
static double silence_s(const struct facility *facility, const float *values, int32_t host,
                        double unix_s)
{
    const double since = (unix_s - (double)facility->start_unix_s) / facility->period_s;
    const int64_t first = (int64_t)ceil(since);
    int64_t t = first;

    while (t < facility->sample_count && isnan(values[host * facility->sample_count + t])) t++;
    return (double)(t - first) * facility->period_s;
}

/* Outages on the hotter half of the hosts (metric 0 is a temperature) against those on the cooler. */
static double heat_ratio(const struct facility *facility, const float *values,
                         const double *per_host)
{
    double *mean = mem_zero((size_t)facility->host_count, sizeof *mean);
    double *sorted = mem_zero((size_t)facility->host_count, sizeof *sorted);
    double hot = 0.0;
    double cool = 0.0;
    double middle;

    for (int64_t h = 0; h < facility->host_count; h++) {
        for (int64_t t = 0; t < facility->sample_count; t += 60) {
            const float value = values[h * facility->sample_count + t];

            mean[h] += isnan(value) ? 45.0 : (double)value;
        }
        sorted[h] = mean[h];
    }
    middle = quantile(sorted, facility->host_count, 0.5);
    for (int64_t h = 0; h < facility->host_count; h++) {
        hot += mean[h] > middle ? per_host[h] : 0.0;
        cool += mean[h] > middle ? 0.0 : per_host[h];
    }
    mem_free(&sorted);
    mem_free(&mean);
    return hot / cool;
}

/* All outages of a facility. */
struct outages {
    double *gap_s;    /* owned, [count] */
    double *repair_s; /* owned, [count] */
    double *per_host; /* owned, [hosts] */
    int64_t count;
};

static void outages_read(const struct facility *facility, const float *values,
                         struct outages *outages)
{
    double before_unix_s = 0.0;

    outages->gap_s = mem_zero((size_t)facility->event_count, sizeof(double));
    outages->repair_s = mem_zero((size_t)facility->event_count, sizeof(double));
    outages->per_host = mem_zero((size_t)facility->host_count, sizeof(double));
    for (int64_t i = 0; i < facility->event_count; i++) {
        const struct event *event = &facility->events[i];

        if (event->severity != SEVERITY_FATAL) continue;
        outages->repair_s[outages->count] = silence_s(facility, values, event->host, event->unix_s);
        /* Times are whole seconds. */
        outages->gap_s[outages->count++] = fmax(0.5, event->unix_s - before_unix_s);
        before_unix_s = event->unix_s;
        outages->per_host[event->host]++;
    }
}

static void outages_come_and_last_as_measured(void)
{
    struct synth_options options = synth_defaults();
    struct outages outages = {0};
    const struct facility *facility;
    struct synth *synth;
    float *values;

    options.hosts = 512;
    options.samples = (int64_t)120 * 720;
    options.period_s = 120.0;
    options.outages_per_node_year = 20.0;
    options.jobs_per_day = -1.0;
    options.anomalies = 0;
    options.silent_share = options.missing_share = 0.0;
    values = generate(&options, &synth);
    facility = synth_facility(synth);
    outages_read(facility, values, &outages);
    check_range("gaps between outages, Weibull shape",
                weibull_shape(outages.gap_s + 1, outages.count - 1), 0.56, 0.89);
    check_range("repair, median, s (3,600)", quantile(outages.repair_s, outages.count, 0.5), 3200,
                4000);
    check_range("outages on the hotter half of the nodes / on the cooler",
                heat_ratio(facility, values, outages.per_host), 1.2, 5.0);
    check_range("outages on the top tenth of nodes, share (.63)",
                top_tenth(outages.per_host, facility->host_count), 0.55, 0.71);
    check_range("raw messages an outage", (double)facility->event_count / (double)outages.count, 76,
                94);
    mem_free(&outages.per_host);
    mem_free(&outages.repair_s);
    mem_free(&outages.gap_s);
    mem_free(&values);
    synth_destroy(&synth);
}

/* Labels of one incident have one name and one span; is there such a label before this one? */
static bool is_told_before(const struct facility *facility, int64_t i)
{
    const struct label *label = &facility->labels[i];

    for (int64_t k = i - 1; k >= 0; k--) {
        const struct label *before = &facility->labels[k];

        if (before->start_unix_s < label->start_unix_s) return false;
        if (before->name == label->name && before->end_unix_s == label->end_unix_s) return true;
    }
    return false;
}

static void anomalies_last_and_spread_as_measured(void)
{
    struct synth_options options = synth_defaults();
    const struct facility *facility;
    struct synth *synth;
    double *steps;
    double *metrics;
    int64_t count = 0;
    int64_t below = 0;

    options.hosts = 4096;
    options.metrics = METRICS;
    options.samples = 2880;
    options.anomalies = 1500;
    CHECK(synth_create(&options, &synth) == STATUS_OK);
    CHECK(synth_anomaly_count(synth) > 1450);
    facility = synth_facility(synth);
    steps = mem_zero((size_t)facility->label_count, sizeof *steps);
    metrics = mem_zero((size_t)facility->label_count, sizeof *metrics);
    for (int64_t i = 0; i < facility->label_count; i++) {
        const struct label *label = &facility->labels[i];

        if (is_told_before(facility, i)) continue;
        steps[count] = (label->end_unix_s - label->start_unix_s) / options.period_s;
        below += steps[count] < 400.0;
        for (int64_t m = 0; m < METRICS; m++)
            metrics[count] += synth_kind_touches(label->name, facility->metrics[m].name);
        count++;
    }
    check_range("anomalies, median duration in samples (7.5)", quantile(steps, count, 0.5), 6, 9);
    check_range("anomalies below 400 samples, share (.90)", (double)below / (double)count, 0.87,
                0.95);
    check_range("metrics an anomaly changes, median (4)", quantile(metrics, count, 0.5), 4, 5);
    mem_free(&metrics);
    mem_free(&steps);
    synth_destroy(&synth);
}

CHECK_MAIN({"jobs come and run as measured", jobs_come_and_run_as_measured},
           {"outages come and last as measured", outages_come_and_last_as_measured},
           {"anomalies last and spread as measured", anomalies_last_and_spread_as_measured})
