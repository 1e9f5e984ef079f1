// SPDX-License-Identifier: BSD-3-Clause
/* Fills the report with a made-up night, so that the page can be tried at any size without a facility:
 *
 *     made_up_night OUT_FOLDER KIND
 *
 * KIND: `small` (12 hosts, 474 metrics, no positions, as from LDMS), `large` (4,392 hosts in racks, 8
 * metrics, 35,000 events), `hostile` (names that try to act as markup), `bare` (no scores, no spectrum),
 * `many` (64 metrics on 4,392 hosts, far above the budget), `logs` (jobs and events alone). */
#include "made_up.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct shape shapes[] = {
    {"small",   12,   474, 1098, 12,  40,    1.0,    false, false, true },
    {"large",   4392, 8,   2880, 900, 35000, 30.0,   true,  false, true },
    {"hostile", 40,   6,   960,  30,  200,   60.0,   true,  true,  true },
    {"bare",    40,   6,   960,  0,   0,     60.0,   true,  false, false},
    {"many",    4392, 64,  48,   300, 2000,  1200.0, true,  false, true },
    {"logs",    0,    0,   0,    30,  200,   60.0,   false, false, false},
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

/** A planted host is loud in one metric and in two bands; its neighbourhood a little warm. */
static void fill_scores(struct report_scores *scores, const struct facility *facility,
                        struct random *random)
{
    const int64_t hosts = facility->host_count;
    const int64_t metrics = facility->metric_count;
    const size_t cells = (size_t)(BAND_COUNT * hosts * metrics);
    float *z = mem_zero(cells, sizeof *z);
    float *power = mem_zero(cells, sizeof *power);
    int8_t *is_anomaly = mem_zero(cells, sizeof *is_anomaly);

    for (int64_t cell = 0; cell < (int64_t)cells; cell++) {
        const int64_t host = cell / metrics % hosts;
        const int64_t metric = cell % metrics;
        const int64_t band = cell / metrics / hosts;
        const bool is_planted = (host * 7919 + 13) % hosts < (hosts > 100 ? 37 : 3)
                                && metric % 5 == host % 5 && band == 1 + host % 3;
        const double rack_heat = metric % 4 == 0 && host / 192 % 12 == 4 ? 1.6 : 0.0;

        power[cell] = (float)(random_normal(random) * 0.9 + rack_heat
                              + (is_planted ? 6 + 9 * random_exponential(random) : 0));
        z[cell] = (float)(0.6 * (double)power[cell] + 1.5 * random_normal(random));
        if (is_planted && host % 4 == 0) power[cell] = -power[cell];
        is_anomaly[cell] = fabs((double)power[cell]) > 5.6;
        if (metric % 9 == 8) z[cell] = power[cell] = NAN;
        if (metric % 9 == 8) is_anomaly[cell] = 0;
    }
    for (int b = 0; b < BAND_COUNT; b++) {
        const double scale = 86400.0 / ((double)facility->sample_count * facility->period_s);

        bands[b] =
            (struct report_band){bands_night[b].low_hz * scale, bands_night[b].high_hz * scale};
    }
    *scores =
        (struct report_scores){bands,          BAND_COUNT, z,         power,
                               is_anomaly,     0.01,       "history", hosts * metrics * 97 / 100,
                               hosts * metrics};
}

enum { LEVELS = 7, WINDOWS = (1 << LEVELS) - 1, MODES_EACH = 24 };

static void fill_spectrum(struct report_spectrum *spectrum, const struct facility *facility,
                          struct random *random)
{
    static int64_t level[WINDOWS], first[WINDOWS], samples[WINDOWS],
        mode_window[WINDOWS * MODES_EACH];
    static double hz[WINDOWS * MODES_EACH], growth[WINDOWS * MODES_EACH],
        power[WINDOWS * MODES_EACH];
    static int8_t is_kept[WINDOWS * MODES_EACH];
    int64_t window = 0;
    int64_t mode = 0;

    for (int l = 0; l < LEVELS; l++) {
        for (int64_t w = 0; w < (int64_t)1 << l; w++, window++) {
            level[window] = l;
            samples[window] = facility->sample_count >> l;
            first[window] = w * samples[window];
            for (int m = 0; m < MODES_EACH; m++, mode++) {
                const double span_s = (double)samples[window] * facility->period_s;

                mode_window[mode] = window;
                hz[mode] = m == 0 ? 0.0 : (m % 2 ? 1.0 : 0.35) * random_uniform(random) / span_s;
                growth[mode] = 0.3 * random_normal(random) / span_s;
                power[mode] = exp(3.0 * random_normal(random) - 1.2 * l + (m == 0 ? 7.0 : 0.0));
                is_kept[mode] = power[mode] > 0.6;
            }
        }
    }
    *spectrum = (struct report_spectrum){WINDOWS, level,  first, samples, mode, mode_window,
                                         hz,      growth, power, is_kept, 1e-4};
}

static void fill_values(float *values, const struct shape *shape, int host,
                        const int8_t *is_flagged, struct random *random)
{
    for (int m = 0; m < shape->metrics; m++) {
        const double level = (m % 8 == 0   ? 48.0
                              : m % 8 == 1 ? 320.0
                                           : 1000.0 * (m % 8))
                             + host % 17;
        double noise = 0.0;

        for (int t = 0; t < shape->samples; t++) {
            const double phase = 6.2831853 * t / shape->samples;
            const bool is_gap = m % 3 == 1 && t > shape->samples / 3
                                && t < shape->samples / 3 + shape->samples / 40;
            double value =
                level * (1 + 0.06 * sin(phase * 2 + host % 12) + (t % 400 < 260 ? 0.12 : 0.0));

            noise = 0.9 * noise + 0.034 * level * (random_uniform(random) - 0.5);
            value += noise;
            if (is_flagged[m] && t > 0.55 * shape->samples && t < 0.7 * shape->samples) {
                value += 0.25 * level * sin(phase * 60) + 0.1 * level;
            }
            if (m % 7 == 6 && shape->metrics > 8) value = level;
            values[(size_t)t * (size_t)shape->metrics + (size_t)m] =
                is_gap || m % 9 == 8 ? NAN : (float)value;
        }
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

static status write_night(const struct shape *shape, const char *folder)
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
    struct random random = random_start(7, 1);
    struct facility *facility = made_up_facility(shape, &random);
    struct report_scores scores;
    struct report_spectrum spectrum;
    struct report_plan plan;
    struct report_night night = {
        .facility = facility,
        .night = "2026-11-20",
        .program_version = "0.1.0",
        .created_unix_s = facility->start_unix_s + 90000,
        .ranks = 2,
        .settings = "mrdmd:\n  max_level: 6\n  max_cycles: 1\n  sampling: pooled\n  fdr: 0.01\n",
        .stages = stages,
        .stage_count = 4,
        .quality = {.rows_kept = 12648960,
                    .rows_repaired = 15,
                    .rows_refused = 12,
                    .reasons = reasons,
                    .reason_count = 2,
                    .samples_expected = (int64_t)shape->hosts * shape->metrics * shape->samples,
                    .samples_missing =
                        (int64_t)shape->hosts * shape->metrics * shape->samples / 120,
                    .longest_gap_s = 1440,
                    .left_out = left_out,
                    .left_out_count = 2}
    };

    if (shape->has_scores) {
        fill_scores(&scores, facility, &random);
        fill_spectrum(&spectrum, facility, &random);
        night.scores = &scores;
        night.spectrum = &spectrum;
    }
    {
        int64_t flagged_count;
        int8_t *is_flagged = flagged_readings(
            night.scores, facility->host_count * facility->metric_count, &flagged_count);
        struct report_timeline *timeline;

        report_plan(&plan, facility, shape->has_scores ? BAND_COUNT : 0, flagged_count,
                    REPORT_BUDGET_BYTES);
        timeline = make_timeline(&plan, shape, is_flagged, &random);
        TRY(report_write_page(path_of(folder, shape->kind, "html"), &night, &plan, timeline));
        report_timeline_destroy(&timeline);
        mem_free(&is_flagged);
    }
    return report_write_summary(path_of(folder, shape->kind, "json"), &night);
}

int main(int argc, char **argv)
{
    for (size_t s = 0; argc == 3 && s < sizeof shapes / sizeof shapes[0]; s++) {
        if (strcmp(shapes[s].kind, argv[2]) != 0) continue;
        if (write_night(&shapes[s], argv[1]) == STATUS_OK) return 0;
        fprintf(stderr, "%s\n", status_message());
        return 1;
    }
    fprintf(stderr, "usage: made_up_night OUT_FOLDER small|large|hostile|bare|many|logs\n");
    return 2;
}
