// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.h"
#include "ranking.h"

/* More rows help nobody who reads a page; their number is told. */
static const int64_t most_left_out = 500;
static const int64_t most_reasons = 200;

/** The first moment that jobs or events tell of, where there are no samples to begin the night. */
static int64_t first_record_unix_s(const struct facility *facility)
{
    int64_t first = INT64_MAX;

    for (int64_t job = 0; job < facility->job_count; job++) {
        const int64_t start = facility->jobs[job].start_unix_s;

        if (start >= 0 && start < first) first = start;
    }
    if (facility->event_count > 0 && facility->events[0].unix_s < (double)first) {
        first = (int64_t)facility->events[0].unix_s;
    }
    return first < INT64_MAX ? first : facility->start_unix_s;
}

int64_t block_start_unix_s(const struct facility *facility)
{
    return facility->sample_count > 0 ? facility->start_unix_s : first_record_unix_s(facility);
}

int64_t block_end_unix_s(const struct facility *facility)
{
    int64_t end = facility->start_unix_s;

    if (facility->sample_count > 0) {
        return end + (int64_t)((double)facility->sample_count * facility->period_s);
    }
    for (int64_t job = 0; job < facility->job_count; job++) {
        if (facility->jobs[job].end_unix_s > end) end = facility->jobs[job].end_unix_s;
    }
    if (facility->event_count > 0) {
        const int64_t last = (int64_t)facility->events[facility->event_count - 1].unix_s + 1;

        if (last > end) end = last;
    }
    return end;
}

static json_t *reasons_of(const struct report_quality *quality, json_t *(*text)(const char *))
{
    json_t *list = json_array();

    for (int64_t i = 0; i < quality->reason_count && i < most_reasons; i++) {
        json_t *row = json_object();

        json_put(row, "reason", text(quality->reasons[i].reason));
        json_put(row, "count", json_integer(quality->reasons[i].count));
        json_put(row, "where", text(quality->reasons[i].where));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *left_out_of(const struct report_quality *quality, json_t *(*text)(const char *))
{
    json_t *list = json_array();

    for (int64_t i = 0; i < quality->left_out_count && i < most_left_out && quality->left_out;
         i++) {
        json_t *row = json_object();

        json_put(row, "host", json_integer(quality->left_out[i].host));
        json_put(row, "metric", json_integer(quality->left_out[i].metric));
        json_put(row, "reason", text(quality->left_out[i].reason));
        json_array_append_new(list, row);
    }
    return list;
}

json_t *block_quality(const struct report_night *night, json_t *(*text)(const char *))
{
    const struct report_quality *quality = &night->quality;
    json_t *object = json_object();

    json_put(object, "rows_kept", json_integer(quality->rows_kept));
    json_put(object, "rows_repaired", json_integer(quality->rows_repaired));
    json_put(object, "rows_refused", json_integer(quality->rows_refused));
    json_put(object, "reasons", reasons_of(quality, text));
    json_put(object, "samples_expected", json_integer(quality->samples_expected));
    json_put(object, "samples_missing", json_integer(quality->samples_missing));
    json_put(object, "longest_gap_s", json_number(quality->longest_gap_s));
    json_put(object, "left_out_count", json_integer(quality->left_out_count));
    json_put(object, "left_out", left_out_of(quality, text));
    json_put(object, "clocks", block_clocks(night, text));
    return object;
}

json_t *block_stages(const struct report_night *night)
{
    json_t *list = json_array();

    for (int i = 0; i < night->stage_count; i++) {
        json_t *stage = json_object();

        json_put(stage, "name", json_name(night->stages[i].name));
        json_put(stage, "min_s", json_number(night->stages[i].min_s));
        json_put(stage, "mean_s", json_number(night->stages[i].mean_s));
        json_put(stage, "max_s", json_number(night->stages[i].max_s));
        json_array_append_new(list, stage);
    }
    return list;
}

static void put_verdict(json_t *object, const struct report_night *night)
{
    const int64_t host_count = night->facility->host_count;
    int64_t *counts = mem_zero((size_t)host_count, sizeof *counts);
    json_t *baseline = json_object();
    int64_t flagged_hosts = 0;
    int64_t flagged_readings = 0;

    if (night->scores) ranking_host_counts(night, counts);
    for (int64_t host = 0; host < host_count; host++) {
        flagged_hosts += counts[host] > 0;
        flagged_readings += counts[host];
    }
    json_put(object, "flagged_hosts", json_integer(flagged_hosts));
    json_put(object, "flagged_readings", json_integer(flagged_readings));
    json_put(object, "fdr",
             night->scores && night->scores->zscore ? json_number(night->scores->fdr)
                                                    : json_null());
    json_put(baseline, "kind",
             json_name(night->scores && night->scores->baseline_kind ? night->scores->baseline_kind
                                                                     : ""));
    json_put(baseline, "qualified",
             json_integer(night->scores ? night->scores->baseline_qualified : 0));
    json_put(baseline, "considered",
             json_integer(night->scores ? night->scores->baseline_considered : 0));
    json_put(object, "baseline", baseline);
    mem_free(&counts);
}

static json_t *analyses_left_out_of(const struct report_night *night)
{
    json_t *list = json_array();

    for (int i = 0; i < night->analysis_count; i++) {
        json_t *row;

        if (!night->analyses[i].left_out) continue;
        row = json_object();
        json_put(row, "name", json_name(night->analyses[i].name));
        json_put(row, "reason", json_full(night->analyses[i].left_out));
        json_array_append_new(list, row);
    }
    return list;
}

json_t *block_night(const struct block_source *source)
{
    const struct report_night *night = source->night;
    const struct facility *facility = night->facility;
    json_t *object = json_object();

    json_put(object, "facility", json_name(facility->name));
    json_put(object, "night", json_name(night->night));
    json_put(object, "version", json_name(night->program_version));
    json_put(object, "created_unix_s", json_integer(night->created_unix_s));
    json_put(object, "start_unix_s", json_integer(block_start_unix_s(facility)));
    json_put(object, "end_unix_s", json_integer(block_end_unix_s(facility)));
    json_put(object, "period_s", json_number(facility->period_s));
    json_put(object, "sample_count", json_integer(facility->sample_count));
    json_put(object, "job_count", json_integer(facility->job_count));
    json_put(object, "event_count", json_integer(facility->event_count));
    json_put(object, "ranks", json_integer(night->ranks));
    json_put(object, "settings", night->settings ? json_full(night->settings) : json_null());
    json_put(object, "stages", block_stages(night));
    json_put(object, "quality", block_quality(night, json_name));
    json_put(object, "analyses_left_out", analyses_left_out_of(night));
    json_put(object, "budget_bytes", json_integer(source->plan->budget_bytes));
    put_verdict(object, night);
    return object;
}
