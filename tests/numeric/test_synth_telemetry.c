// SPDX-License-Identifier: BSD-3-Clause
/* What published measurements of real systems say, and what generated facilities show (docs/synth.md). */
#include "check.h"
#include "measure.h"

#include <math.h>

enum { HOSTS = 512, METRICS = 60, SAMPLES = 1440 };

/* Moments of one series and of its steps. */
struct series {
    double count, mean, variance, product; /* product: of neighbours */
    double steps, repeats, second, fourth; /* of steps */
};

/* What is measured: gauges themselves, counters by their increments. */
static double value_at(const float *values, int64_t stride, int64_t t, bool is_counter)
{
    double increment;

    if (!is_counter) return (double)values[t * stride];
    if (t == 0) return (double)NAN;
    increment = (double)values[t * stride] - (double)values[(t - 1) * stride];
    return increment < 0.0 ? (double)NAN : increment;
}

static void add_step(struct series *s, double before, double after)
{
    const double step = after - before;

    s->steps++;
    s->repeats += step == 0.0;
    s->second += step * step;
    s->fourth += step * step * step * step;
    s->product += (after - s->mean) * (before - s->mean);
}

static struct series measure(const float *values, int64_t stride, bool is_counter)
{
    struct series s = {.count = 0.0};
    double before = (double)NAN;

    for (int64_t t = 0; t < SAMPLES; t++) {
        const double x = value_at(values, stride, t, is_counter);

        s.count += !isnan(x);
        s.mean += isnan(x) ? 0.0 : x;
    }
    s.mean /= s.count;
    for (int64_t t = 0; t < SAMPLES; t++) {
        const double x = value_at(values, stride, t, is_counter);

        if (!isnan(x)) s.variance += (x - s.mean) * (x - s.mean) / s.count;
        if (!isnan(x) && !isnan(before)) add_step(&s, before, x);
        before = x;
    }
    return s;
}

/* One metric over all hosts. */
struct summary {
    double autocorrelation; /* median over hosts */
    double repeats, kurtosis;
    bool is_constant;
};

static struct summary summarise(const struct facility *facility, const float *values, int64_t m)
{
    double *correlation = mem_zero(HOSTS, sizeof *correlation);
    double steps = 0.0;
    double repeats = 0.0;
    double second = 0.0;
    double fourth = 0.0;
    int64_t count = 0;
    struct summary summary;

    for (int64_t h = 0; h < HOSTS; h++) {
        const struct series s = measure(values + h * SAMPLES * METRICS + m, METRICS,
                                        facility->metrics[m].kind == METRIC_COUNTER);

        if (!(s.variance > 0.0)) continue;
        correlation[count++] = s.product / s.steps / s.variance;
        steps += s.steps;
        repeats += s.repeats;
        second += s.second;
        fourth += s.fourth;
    }
    summary.is_constant = count == 0;
    summary.autocorrelation = count ? quantile(correlation, count, 0.5) : 0.0;
    summary.repeats = repeats / steps;
    summary.kurtosis = fourth * steps / (second * second);
    mem_free(&correlation);
    return summary;
}

/* Share of the variance of metric 0 that lies between racks. */
static double between_racks(const struct facility *facility, const float *values)
{
    double sum = 0.0;
    double squares = 0.0;
    double count = 0.0;
    double between = 0.0;
    double rack_sum = 0.0;
    double rack_count = 0.0;

    for (int64_t h = 0; h < HOSTS; h++) {
        for (int64_t t = 0; t < SAMPLES; t++) {
            const double x = (double)values[(h * SAMPLES + t) * METRICS];

            if (isnan(x)) continue;
            rack_sum += x;
            squares += x * x;
            rack_count++;
        }
        if (h + 1 < HOSTS && facility->hosts[h + 1].rack == facility->hosts[h].rack) continue;
        between += rack_sum * rack_sum / rack_count;
        sum += rack_sum;
        count += rack_count;
        rack_sum = rack_count = 0.0;
    }
    return (between - sum * sum / count) / (squares - sum * sum / count);
}

static void check_power(const float *values)
{
    double *power_w = mem_array((size_t)HOSTS * SAMPLES, sizeof *power_w);
    int64_t count = 0;

    for (int64_t i = 0; i < (int64_t)HOSTS * SAMPLES; i++)
        if (!isnan(values[i * METRICS + 1])) power_w[count++] = (double)values[i * METRICS + 1];
    check_range("node power, 5 %, W (170)", quantile(power_w, count, 0.05), 150, 190);
    check_range("node power, median, W (400)", quantile(power_w, count, 0.5), 350, 450);
    check_range("node power, 95 %, W (1,700)", quantile(power_w, count, 0.95), 1600, 1850);
    mem_free(&power_w);
}

static double silent_share(const float *values)
{
    int64_t silent = 0;

    for (int64_t i = 0; i < (int64_t)HOSTS * SAMPLES; i++) {
        int64_t m = 0;

        while (m < METRICS && isnan(values[i * METRICS + m])) m++;
        silent += m == METRICS;
    }
    return (double)silent / HOSTS / SAMPLES;
}

static void telemetry_moves_as_measured(void)
{
    struct synth_options options = synth_defaults();
    double repeats = 0.0;
    double gauges = 0.0;
    double constant = 0.0;
    double changing = 0.0;
    double in_range[2] = {0.0};
    struct synth *synth;
    float *values;

    options.hosts = HOSTS;
    options.metrics = METRICS;
    options.samples = SAMPLES;
    options.rack_hosts = 16;
    values = generate(&options, &synth);
    for (int64_t m = 0; m < METRICS; m++) {
        const struct summary s = summarise(synth_facility(synth), values, m);

        constant += s.is_constant;
        if (s.is_constant) continue;
        changing++;
        in_range[0] += s.autocorrelation >= 0.75 && s.autocorrelation <= 0.97;
        in_range[1] += s.kurtosis >= 16.0 && s.kurtosis <= 173.0;
        if (synth_facility(synth)->metrics[m].kind == METRIC_COUNTER) continue;
        repeats += s.repeats;
        gauges++;
    }
    check_range("metrics with lag-1 autocorrelation in .75 to .97, share", in_range[0] / changing,
                0.9, 1.0);
    check_range("metrics with kurtosis of steps in 16 to 173, share", in_range[1] / changing, 0.8,
                1.0);
    check_range("steps of gauges that repeat the last value (.20)", repeats / gauges, 0.16, 0.24);
    check_range("metrics that never change (.15)", constant / METRICS, 0.13, 0.17);
    check_range("CPU temperature, variance between racks (.63)",
                between_racks(synth_facility(synth), values), 0.53, 0.73);
    check_range("hosts silent at a poll (.02)", silent_share(values), 0.017, 0.025);
    check_power(values);
    mem_free(&values);
    synth_destroy(&synth);
}

CHECK_MAIN({"telemetry moves as measured", telemetry_moves_as_measured})
