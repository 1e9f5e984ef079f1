// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/report.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HOSTS = 3, METRICS = 2, SAMPLES = 100, BANDS = 2, CELLS = BANDS * HOSTS * METRICS };

/** A night of three hosts; the second is loud in metric 1, band 0. */
struct sample {
    struct host hosts[HOSTS];
    struct metric metrics[METRICS];
    struct facility facility;
    struct report_band bands[BANDS];
    float z[CELLS], power[CELLS];
    int8_t is_anomaly[CELLS];
    struct report_scores scores;
    struct report_night night;
};

static void sample_init(struct sample *sample, const char *name)
{
    memset(sample, 0, sizeof *sample);
    for (int h = 0; h < HOSTS; h++) sample->hosts[h] = (struct host){name, -1, -1, -1, -1, 0, 0};
    for (int m = 0; m < METRICS; m++)
        sample->metrics[m] = (struct metric){name, "W", "ipmi", METRIC_GAUGE};
    for (int cell = 0; cell < CELLS; cell++) sample->power[cell] = 0.1F * (float)cell;
    sample->power[1 * METRICS + 1] = -7.5F;
    sample->is_anomaly[1 * METRICS + 1] = 1;
    sample->z[2 * METRICS] = NAN;
    sample->bands[1] = (struct report_band){1e-4, 1e-3};
    sample->facility = (struct facility){.name = name,
                                         .start_unix_s = 1700000000,
                                         .period_s = 60,
                                         .sample_count = SAMPLES,
                                         .hosts = sample->hosts,
                                         .host_count = HOSTS,
                                         .metrics = sample->metrics,
                                         .metric_count = METRICS};
    sample->scores = (struct report_scores){.bands = sample->bands,
                                            .band_count = BANDS,
                                            .zscore = sample->z,
                                            .deciding = sample->power,
                                            .is_anomaly = sample->is_anomaly,
                                            .fdr = 0.01,
                                            .baseline_kind = "history"};
    sample->night = (struct report_night){.facility = &sample->facility,
                                          .night = "2026-11-20",
                                          .program_version = "0.1.0",
                                          .ranks = 1,
                                          .scores = &sample->scores};
}

static char *folder;

static char *path_in(const char *name)
{
    static char template[] = "/tmp/telltale_report_XXXXXX";
    static char path[256];

    if (!folder) folder = mkdtemp(template);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static char *contents(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct text text = {0};
    char part[4096];
    size_t count;

    if (!file) return NULL;
    while ((count = fread(part, 1, sizeof part, file)) > 0) text_add(&text, part, count);
    fclose(file);
    return text.bytes;
}

static void write_page(const struct sample *sample, const char *path)
{
    struct report_plan plan;

    report_plan(&plan, &sample->facility, BANDS, 1, REPORT_BUDGET_BYTES);
    CHECK(report_write_page(path, &sample->night, &plan, NULL) == STATUS_OK);
}

/** The JSON of a block, read back; NULL where the page has none. */
static json_t *block_of(const char *page, const char *name)
{
    char mark[64];
    const char *start;
    const char *end;

    snprintf(mark, sizeof mark, "id=\"telltale-%s\">", name);
    start = strstr(page, mark);
    if (!start) return NULL;
    start += strlen(mark);
    end = strstr(start, "</script>");
    return end ? json_loadb(start, (size_t)(end - start), 0, NULL) : NULL;
}

static void names_cannot_end_their_block(void)
{
    static const char *const names[] = {"</script><script>alert(1)</script>", "<!--<script>",
                                        "\"\\\n\r\t", "]]>", "</SCRIPT >"};

    if (!report_has_page()) return;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct sample sample;
        char *page;
        json_t *block;

        sample_init(&sample, names[i]);
        write_page(&sample, path_in("hostile.html"));
        page = contents(path_in("hostile.html"));
        block = block_of(page, "facility");
        CHECK(block);
        CHECK(strcmp(json_string_value(json_array_get(
                         json_object_get(json_object_get(block, "hosts"), "name"), 0)),
                     names[i])
              == 0);
        CHECK(!strstr(page, "alert(1)</script>"));
        json_decref(block);
        mem_free(&page);
    }
}

static void names_that_are_not_utf8_or_too_long_still_give_json(void)
{
    char name[10241] = "\xff\xfe\xc3 bad ";
    struct sample sample;
    char *page;
    json_t *block;
    const char *shown;

    if (!report_has_page()) return;
    memset(name + strlen(name), '<', sizeof name - 1 - strlen(name));
    sample_init(&sample, name);
    write_page(&sample, path_in("long.html"));
    page = contents(path_in("long.html"));
    block = block_of(page, "facility");
    CHECK(block);
    shown = json_string_value(
        json_array_get(json_object_get(json_object_get(block, "hosts"), "name"), 0));
    CHECK(shown && strlen(shown) <= 256
          && strncmp(shown, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd bad <", 15) == 0);
    json_decref(block);
    mem_free(&page);
}

static void the_policy_allows_nothing_but_the_pages_own_script_and_style(void)
{
    struct sample sample;
    char *page;

    if (!report_has_page()) return;
    sample_init(&sample, "node");
    write_page(&sample, path_in("policy.html"));
    page = contents(path_in("policy.html"));
    CHECK(strstr(page, "default-src 'none'; script-src 'sha256-"));
    CHECK(!strstr(page, "unsafe-") && !strstr(page, "<!--telltale:"));
    CHECK(!strstr(page, " src=") && !strstr(page, "<link"));
    mem_free(&page);
}

static void the_summary_names_the_worst_reading_of_each_flagged_host(void)
{
    struct sample sample;
    json_t *summary;
    json_t *host;

    sample_init(&sample, "node");
    sample.hosts[1].name = "loud";
    CHECK(report_write_summary(path_in("summary.json"), &sample.night) == STATUS_OK);
    summary = json_load_file(path_in("summary.json"), 0, NULL);
    CHECK(json_array_size(json_object_get(summary, "hosts")) == 1);
    host = json_array_get(json_object_get(summary, "hosts"), 0);
    CHECK(strcmp(json_string_value(json_object_get(host, "host")), "loud") == 0);
    CHECK_CLOSE(json_real_value(json_object_get(host, "band_power_z")), -7.5, 1e-9);
    CHECK(json_integer_value(json_object_get(host, "band")) == 0);
    CHECK(json_integer_value(json_object_get(json_object_get(summary, "verdict"), "flagged_hosts"))
          == 1);
    json_decref(summary);
}

static void a_folder_that_is_missing_is_named_and_nothing_is_left(void)
{
    struct sample sample;

    sample_init(&sample, "node");
    CHECK(report_write_summary("/nonexistent/summary.json", &sample.night) == STATUS_CANNOT_WRITE);
    CHECK(strstr(status_message(), "/nonexistent/summary.json: cannot write: No such file"));
}

static void a_path_that_cannot_be_replaced_is_left_alone(void)
{
    struct sample sample;

    sample_init(&sample, "node");
    CHECK(report_write_summary("/dev/full/summary.json", &sample.night) == STATUS_CANNOT_WRITE);
    CHECK(mkdir(path_in("taken"), 0777) == 0);
    CHECK(report_write_summary(path_in("taken"), &sample.night) == STATUS_CANNOT_WRITE);
    CHECK(rmdir(path_in("taken")) == 0);
    CHECK(mkfifo(path_in("pipe"), 0666) == 0);
    CHECK(report_write_summary(path_in("pipe"), &sample.night) == STATUS_CANNOT_WRITE);
    CHECK(strstr(status_message(), "is not a regular file"));
    CHECK(unlink(path_in("pipe")) == 0);
}

/** The value that the page will show for a code. */
static double value_of(const unsigned char *code, double low, double high)
{
    return low + (code[0] + 256 * code[1]) * (high - low) / 65534;
}

static void a_flagged_reading_keeps_every_sample_to_half_a_step(void)
{
    const struct report_plan plan = {
        .sample_count = 50, .metric_count = 1, .flagged_bucket_samples = 1};
    const int8_t is_flagged = 1;
    float values[50];
    unsigned char *record = mem_zero(report_record_bytes(&plan), 1);
    size_t bytes;

    for (int t = 0; t < 50; t++) values[t] = 100.0F + 3.0F * sinf((float)t);
    values[7] = NAN;
    bytes = report_pack_host(&plan, values, &is_flagged, record);
    CHECK(bytes == 13 + 2 * 50 && record[0] == 2);
    CHECK(record[13 + 14] == 255 && record[13 + 15] == 255);
    for (int t = 0; t < 50; t++) {
        float low;
        float high;

        memcpy(&low, record + 5, 4);
        memcpy(&high, record + 9, 4);
        if (t != 7) {
            CHECK(fabs(value_of(record + 13 + 2 * t, (double)low, (double)high) - (double)values[t])
                  <= 0.51 * ((double)high - (double)low) / 65534);
        }
    }
    mem_free(&record);
}

static void buckets_hold_the_extremes_of_their_samples(void)
{
    const struct report_plan plan = {
        .sample_count = 100, .metric_count = 1, .other_bucket_samples = 30};
    const int8_t is_flagged = 0;
    float values[100];
    unsigned char *record = mem_zero(report_record_bytes(&plan), 1);

    for (int t = 0; t < 100; t++) values[t] = (float)t;
    CHECK(report_pack_host(&plan, values, &is_flagged, record) == 13 + 6 * 4);
    CHECK(record[0] == 3);
    for (int b = 0; b < 4; b++) {
        const double last = b == 3 ? 99 : 30 * b + 29;

        CHECK_CLOSE(value_of(record + 13 + 2 * b, 0, 99), 30.0 * b, 1e-3);
        CHECK_CLOSE(value_of(record + 13 + 8 + 2 * b, 0, 99), 0.5 * (30 * b + last), 1e-3);
        CHECK_CLOSE(value_of(record + 13 + 16 + 2 * b, 0, 99), last, 1e-3);
    }
    mem_free(&record);
}

static void constant_and_empty_readings_cost_a_header_or_a_byte(void)
{
    const struct report_plan plan = {.sample_count = 10,
                                     .metric_count = 2,
                                     .flagged_bucket_samples = 1,
                                     .other_bucket_samples = 1};
    const int8_t is_flagged[2] = {0, 0};
    float values[20];
    unsigned char *record = mem_zero(report_record_bytes(&plan), 1);

    for (int t = 0; t < 10; t++) {
        values[2 * t] = 5.0F;
        values[2 * t + 1] = NAN;
    }
    CHECK(report_pack_host(&plan, values, is_flagged, record) == 13 + 1);
    CHECK(record[0] == 1 && record[13] == 0);
    mem_free(&record);
}

/** Bytes of the records of readings of 2,880 samples each. */
static int64_t record_bytes(int64_t readings, int64_t bucket)
{
    return readings * (13 + (bucket == 1 ? 2 * 2880 : 6 * ((2880 + bucket - 1) / bucket)));
}

static void a_plan_keeps_a_large_facility_within_its_budget(void)
{
    struct host *hosts = mem_zero(4392, sizeof *hosts);
    struct metric metrics[8];
    struct facility facility = {.sample_count = 2880,
                                .period_s = 30,
                                .hosts = hosts,
                                .host_count = 4392,
                                .metrics = metrics,
                                .metric_count = 8,
                                .event_count = 35000};
    struct report_plan plan;
    int64_t bytes;

    for (int h = 0; h < 4392; h++) hosts[h].name = "node0001";
    for (int m = 0; m < 8; m++) metrics[m] = (struct metric){"power", "W", "", METRIC_GAUGE};
    report_plan(&plan, &facility, 5, 300, REPORT_BUDGET_BYTES);
    CHECK(plan.flagged_bucket_samples == 1
          && plan.beside_bucket_samples < plan.other_bucket_samples);
    CHECK(plan.score_bits == 16 && plan.score_metric_count == 8);
    bytes = record_bytes(300, 1) + record_bytes(300 * 7, plan.beside_bucket_samples)
            + record_bytes(4092 * 8, plan.other_bucket_samples);
    CHECK(bytes * 4 / 3 < REPORT_BUDGET_BYTES);
    report_plan(&plan, &facility, 5, 300, 1000);
    CHECK(plan.other_bucket_samples == 0 && plan.score_metric_count < 8);
    mem_free(&hosts);
}

CHECK_MAIN({"names_cannot_end_their_block", names_cannot_end_their_block},
           {"names_that_are_not_utf8_or_too_long_still_give_json",
            names_that_are_not_utf8_or_too_long_still_give_json},
           {"the_policy_allows_nothing_but_the_pages_own_script_and_style",
            the_policy_allows_nothing_but_the_pages_own_script_and_style},
           {"the_summary_names_the_worst_reading_of_each_flagged_host",
            the_summary_names_the_worst_reading_of_each_flagged_host},
           {"a_folder_that_is_missing_is_named_and_nothing_is_left",
            a_folder_that_is_missing_is_named_and_nothing_is_left},
           {"a_path_that_cannot_be_replaced_is_left_alone",
            a_path_that_cannot_be_replaced_is_left_alone},
           {"a_flagged_reading_keeps_every_sample_to_half_a_step",
            a_flagged_reading_keeps_every_sample_to_half_a_step},
           {"buckets_hold_the_extremes_of_their_samples",
            buckets_hold_the_extremes_of_their_samples},
           {"constant_and_empty_readings_cost_a_header_or_a_byte",
            constant_and_empty_readings_cost_a_header_or_a_byte},
           {"a_plan_keeps_a_large_facility_within_its_budget",
            a_plan_keeps_a_large_facility_within_its_budget})
