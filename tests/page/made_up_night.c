// SPDX-License-Identifier: BSD-3-Clause
/* Fills the report with a made-up night, so that the page can be tried at any size without a facility:
 *
 *     made_up_night OUT_FOLDER KIND
 *
 * KIND: `small` (12 hosts, 474 metrics, no positions, as from LDMS), `large` (4,392 hosts in racks, 8
 * metrics, 35,000 events), `hostile` (names that try to act as markup), `bare` (no scores, no spectrum, no forecast),
 * `many` (64 metrics on 4,392 hosts, far above the budget), `logs` (jobs and events alone). */
#include "made_up.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct shape shapes[] = {
    {"small",   1.0,    12,   474, 1098, 12,  40,    false, false, true,  true },
    {"large",   30.0,   4392, 8,   2880, 900, 35000, true,  false, true,  true },
    {"hostile", 60.0,   40,   6,   960,  30,  200,   true,  true,  true,  true },
    {"bare",    60.0,   40,   6,   960,  0,   0,     true,  false, false, false},
    {"many",    1200.0, 4392, 64,  48,   300, 2000,  true,  false, true,  true },
    {"logs",    60.0,   0,    0,   0,    30,  200,   false, false, false, false},
};

enum { BAND_COUNT = 5 };

static const struct report_band bands_night[BAND_COUNT] = {
    {0.0,    5e-5  },
    {5e-5,   3e-4  },
    {3e-4,   1.2e-3},
    {1.2e-3, 4e-3  },
    {4e-3,   1.6e-2}
};
static struct report_band bands[BAND_COUNT];

static const char *path_of(const char *folder, const char *kind, const char *ending)
{
    static char path[1024];

    snprintf(path, sizeof path, "%s/%s.%s", folder, kind, ending);
    return path;
}

/** A planted host is loud in some metrics and one band; one rack is a little warm. */
static float power_of(const struct facility *facility, int64_t cell, struct random *random)
{
    const int64_t hosts = facility->host_count;
    const int64_t metric = cell % facility->metric_count;
    const int64_t host = cell / facility->metric_count % hosts;
    const int64_t band = cell / facility->metric_count / hosts;
    const bool is_planted_host = (host * 7919 + 13) % hosts < (hosts > 100 ? 37 : 3);
    const double heat = metric % 4 == 0 && host / 192 % 12 == 4 ? 1.6 : 0.0;
    double z = 0.9 * random_normal(random) + heat;

    if (metric % 9 == 8) return NAN;
    if (!is_planted_host || metric % 5 != host % 5 || band != 1 + host % 3) return (float)z;
    z += 6 + 9 * random_exponential(random);
    return (float)(host % 4 == 0 ? -z : z);
}

enum { SPANS = 4096 };

static struct report_span spans[SPANS];
static int64_t span_count;

static void add_span(const struct facility *facility, int64_t cell, double value)
{
    const double night_s = (double)facility->sample_count * facility->period_s;
    const double start = (double)facility->start_unix_s + 0.55 * night_s;

    if (span_count == SPANS) return;
    spans[span_count++] = (struct report_span){
        .host = (int32_t)(cell / facility->metric_count % facility->host_count),
        .metric = (int32_t)(cell % facility->metric_count),
        .start_unix_s = start,
        .end_unix_s = start + 0.15 * night_s,
        .value = value};
}

static void fill_scores(struct report_scores *scores, const struct facility *facility,
                        struct random *random)
{
    const int64_t readings = facility->host_count * facility->metric_count;
    const size_t cells = (size_t)(BAND_COUNT * readings);
    const double scale = 86400.0 / ((double)facility->sample_count * facility->period_s);
    float *z = mem_zero(cells, sizeof *z);
    float *power = mem_zero(cells, sizeof *power);
    int8_t *is_anomaly = mem_zero(cells, sizeof *is_anomaly);

    for (size_t cell = 0; cell < cells; cell++) {
        power[cell] = power_of(facility, (int64_t)cell, random);
        z[cell] = (float)(0.6 * (double)power[cell] + 1.5 * random_normal(random));
        if (!(fabsf(power[cell]) > 5.6F)) continue;
        is_anomaly[cell] = 1;
        add_span(facility, (int64_t)cell, (double)power[cell]);
    }
    for (int b = 0; b < BAND_COUNT; b++) {
        bands[b] =
            (struct report_band){bands_night[b].low_hz * scale, bands_night[b].high_hz * scale};
    }
    *scores = (struct report_scores){.bands = bands,
                                     .band_count = BAND_COUNT,
                                     .zscore = z,
                                     .deciding = power,
                                     .is_anomaly = is_anomaly,
                                     .fdr = 0.01,
                                     .baseline_kind = "history",
                                     .baseline_qualified = readings * 97 / 100,
                                     .baseline_considered = readings,
                                     .spans = spans,
                                     .span_count = span_count};
}

enum {
    LEVELS = 7,
    TREE = (1 << LEVELS) - 1,
    WINDOWS = 2 * TREE,
    MODES_EACH = 24,
    MODES = WINDOWS * MODES_EACH
};

static int64_t level[WINDOWS];
static int64_t first[WINDOWS];
static int64_t samples[WINDOWS];
static int64_t group[WINDOWS];
static int64_t mode_window[MODES];
static double hz[MODES];
static double growth[MODES];
static double mode_power[MODES];
static int8_t is_kept[MODES];

static void fill_modes(int64_t window, double span_s, struct random *random)
{
    for (int m = 0; m < MODES_EACH; m++) {
        const int64_t mode = window * MODES_EACH + m;
        const double reach = m % 2 ? 1.0 : 0.35;

        mode_window[mode] = window;
        hz[mode] = m == 0 ? 0.0 : reach * random_uniform(random) / span_s;
        growth[mode] = 0.3 * random_normal(random) / span_s;
        mode_power[mode] =
            exp(3.0 * random_normal(random) - 1.2 * (double)level[window] + (m == 0 ? 7.0 : 0.0));
    }
}

static void fill_spectrum(struct report_spectrum *spectrum, const struct facility *facility,
                          struct random *random)
{
    static const char *const units[] = {"degC", "W"};
    const double threshold = 1e-4;
    double largest = 0.0;

    for (int64_t w = 0; w < WINDOWS; w++) {
        const int64_t number = w % TREE + 1;

        while (number >= (int64_t)2 << level[w]) level[w]++;
        samples[w] = facility->sample_count >> level[w];
        first[w] = (number - ((int64_t)1 << level[w])) * samples[w];
        group[w] = w / TREE;
        fill_modes(w, (double)samples[w] * facility->period_s, random);
    }
    for (int m = 0; m < MODES; m++) largest = fmax(largest, mode_power[m]);
    for (int m = 0; m < MODES; m++) {
        if (mode_power[m] >= threshold * largest) is_kept[m] = 1;
    }
    *spectrum = (struct report_spectrum){.window_count = WINDOWS,
                                         .window_level = level,
                                         .window_first = first,
                                         .window_samples = samples,
                                         .mode_count = MODES,
                                         .mode_window = mode_window,
                                         .mode_frequency_hz = hz,
                                         .mode_growth_per_s = growth,
                                         .mode_power = mode_power,
                                         .mode_is_kept = is_kept,
                                         .window_group = group,
                                         .group_name = units,
                                         .group_count = 2,
                                         .power_threshold = threshold};
}

/** A day's swell, jobs that come and go, noise that remembers, and a tone where the reading is flagged. */
static double value_of(const struct shape *shape, int t, double mean, double noise, bool is_flagged)
{
    const double phase = 6.2831853 * t / shape->samples;
    const double busy = t % 400 < 260 ? 0.12 : 0.0;
    double value = mean * (1 + 0.06 * sin(2 * phase) + busy) + noise;

    if (is_flagged && t > 0.55 * shape->samples && t < 0.7 * shape->samples) {
        value += mean * (0.1 + 0.25 * sin(60 * phase));
    }
    return value;
}

static void fill_reading(float *values, const struct shape *shape, int metric, double mean,
                         bool is_flagged, struct random *random)
{
    const int gap = shape->samples / 3;
    const bool is_constant = metric % 7 == 6 && shape->metrics > 8;
    double noise = 0.0;

    for (int t = 0; t < shape->samples; t++) {
        const bool is_gap = metric % 3 == 1 && t > gap && t < gap + shape->samples / 40;
        float *value = &values[(size_t)t * (size_t)shape->metrics];

        noise = 0.9 * noise + 0.034 * mean * (random_uniform(random) - 0.5);
        *value = (float)(is_constant ? mean : value_of(shape, t, mean, noise, is_flagged));
        if (is_gap || metric % 9 == 8) *value = NAN;
    }
}

static void fill_values(float *values, const struct shape *shape, int host,
                        const int8_t *is_flagged, struct random *random)
{
    static const double means[8] = {48.0, 320.0, 2e3, 3e3, 4e3, 5e3, 6e3, 7e3};

    for (int m = 0; m < shape->metrics; m++) {
        fill_reading(values + m, shape, m, means[m % 8] + host % 17, is_flagged[m], random);
    }
}

static struct report_timeline *make_timeline(const struct report_plan *plan,
                                             const struct shape *shape, const int8_t *is_flagged,
                                             struct random *random)
{
    const size_t metrics = (size_t)shape->metrics;
    struct report_timeline *timeline = report_timeline_create(shape->hosts);
    float *values = mem_zero((size_t)shape->samples * metrics, sizeof *values);
    unsigned char *record = mem_zero(report_record_bytes(plan), 1);

    for (int h = 0; h < shape->hosts; h++) {
        fill_values(values, shape, h, is_flagged + (size_t)h * metrics, random);
        report_timeline_add(
            timeline, h, record,
            report_pack_host(plan, values, is_flagged + (size_t)h * metrics, record));
    }
    mem_free(&values);
    mem_free(&record);
    return timeline;
}

/** A reading is flagged where any of its bands is. */
static int8_t *flagged_readings(const struct report_scores *scores, int64_t readings,
                                int64_t *count)
{
    int8_t *is_flagged = mem_zero((size_t)readings, 1);

    *count = 0;
    for (int64_t cell = 0; scores && cell < readings * scores->band_count; cell++) {
        if (scores->is_anomaly[cell]) is_flagged[cell % readings] = 1;
    }
    for (int64_t reading = 0; reading < readings; reading++) *count += is_flagged[reading];
    return is_flagged;
}

static void describe(struct report_night *night, const struct shape *shape)
{
    static const struct report_stage stages[] = {
        {"import",    11.2, 11.6, 12.0},
        {"decompose", 4.1,  4.2,  4.3 },
        {"score",     0.9,  1.0,  1.1 },
        {"write",     0.4,  0.4,  0.4 }
    };
    static const struct report_reason reasons[] = {
        {"truncated last line", "meminfo.csv:1098", 12},
        {"time steps back",     "vmstat.csv:77",    3 }
    };
    static const struct report_left_out left_out[] = {
        {3,  1, "a hole longer than a window's step at every level"},
        {-1, 2, "constant"                                         }
    };
    const int64_t expected = (int64_t)shape->hosts * shape->metrics * shape->samples;

    night->night = "2026-11-20";
    night->program_version = "0.1.0";
    night->created_unix_s = night->facility->start_unix_s + 90000;
    night->ranks = 2;
    night->settings = "mrdmd:\n  max_level: 6\n  max_cycles: 1\n  sampling: pooled\n  fdr: 0.01\n";
    night->stages = stages;
    night->stage_count = 4;
    night->quality = (struct report_quality){.rows_kept = 12648960,
                                             .rows_repaired = 15,
                                             .rows_refused = 12,
                                             .reasons = reasons,
                                             .reason_count = 2,
                                             .samples_expected = expected,
                                             .samples_missing = expected / 120,
                                             .longest_gap_s = 1440,
                                             .left_out = left_out,
                                             .left_out_count = 2};
}

static status write_files(const struct report_night *night, const struct shape *shape,
                          const char *folder, int64_t forecast_bytes, struct random *random)
{
    const struct facility *facility = night->facility;
    int64_t flagged_count;
    int8_t *is_flagged = flagged_readings(
        night->scores, facility->host_count * facility->metric_count, &flagged_count);
    struct report_timeline *timeline;
    struct report_plan plan;
    status st;

    report_plan(&plan, facility, night->scores ? BAND_COUNT : 0, flagged_count,
                REPORT_BUDGET_BYTES - forecast_bytes);
    timeline = make_timeline(&plan, shape, is_flagged, random);
    st = report_write_page(path_of(folder, shape->kind, "html"), night, &plan, timeline);
    if (!st) st = report_write_summary(path_of(folder, shape->kind, "json"), night);
    report_timeline_destroy(&timeline);
    mem_free(&is_flagged);
    return st;
}

/** The arrays that fill_scores() has made. */
static void release_scores(const struct report_scores *scores)
{
    const void *arrays[] = {scores->zscore, scores->deciding, scores->is_anomaly};

    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) mem_free(&arrays[i]);
}

static status write_night(const struct shape *shape, const char *folder)
{
    struct random random = random_start(7, 1);
    struct facility *facility = made_up_facility(shape, &random);
    struct report_night night = {.facility = facility};
    struct report_scores scores;
    struct report_spectrum spectrum;
    struct report_forecast forecast;
    struct report_relation relation;
    int64_t forecast_bytes = 0;
    status st;

    describe(&night, shape);
    if (shape->has_scores) {
        fill_scores(&scores, night.facility, &random);
        fill_spectrum(&spectrum, night.facility, &random);
        night.scores = &scores;
        night.spectrum = &spectrum;
    }
    if (shape->has_forecast) {
        struct random forecast_random = random_start(7, 2);

        forecast_bytes = made_up_forecast(shape, facility, &forecast_random, &forecast);
        made_up_relation(shape, facility, &forecast_random, &relation);
        night.forecast = &forecast;
        night.relation = &relation;
    }
    st = write_files(&night, shape, folder, forecast_bytes, &random);
    made_up_forecast_release();
    if (shape->has_scores) release_scores(&scores);
    facility_destroy(&facility);
    return st;
}

int main(int argc, char **argv)
{
    for (size_t s = 0; argc == 3 && s < sizeof shapes / sizeof shapes[0]; s++) {
        if (strcmp(shapes[s].kind, argv[2]) != 0) continue;
        if (write_night(&shapes[s], argv[1]) == STATUS_OK && mem_live() == 0) return 0;
        fprintf(stderr, "%s, %ld blocks left\n", status_message(), mem_live());
        return 1;
    }
    fprintf(stderr, "usage: made_up_night OUT_FOLDER small|large|hostile|bare|many|logs\n");
    return 2;
}
