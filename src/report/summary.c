// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.h"
#include "ranking.h"

/* A machine that wants more reads scores.h5. */
static const int64_t most_anomalies = 10000;

static json_t *counts_of(const struct facility *facility)
{
    json_t *object = json_object();

    json_put(object, "hosts", json_integer(facility->host_count));
    json_put(object, "metrics", json_integer(facility->metric_count));
    json_put(object, "samples", json_integer(facility->sample_count));
    json_put(object, "jobs", json_integer(facility->job_count));
    json_put(object, "events", json_integer(facility->event_count));
    json_put(object, "labels", json_integer(facility->label_count));
    return object;
}

static const char *deciding_name(const struct report_scores *scores)
{
    return scores->zscore ? "band_power_z" : "value_over_threshold";
}

static json_t *cell_of(const struct report_night *night, const struct ranked *ranked)
{
    const struct report_scores *scores = night->scores;
    const struct metric *metric = &night->facility->metrics[ranked->metric];
    const int64_t cell = ranking_cell(night, ranked);
    json_t *object = json_object();

    json_put(object, "host", json_full(night->facility->hosts[ranked->host].name));
    json_put(object, "metric", json_full(metric->name));
    json_put(object, "source", json_full(metric->source));
    json_put(object, "band", json_integer(ranked->band));
    json_put(object, "band_low_hz", json_number(scores->bands[ranked->band].low_hz));
    json_put(object, "band_high_hz", json_number(scores->bands[ranked->band].high_hz));
    if (scores->zscore) json_put(object, "mrdmd_z", json_number((double)scores->zscore[cell]));
    json_put(object, deciding_name(scores), json_number((double)scores->deciding[cell]));
    json_put(object, "is_anomaly", json_boolean(scores->is_anomaly[cell] != 0));
    return object;
}

/** Flagged hosts, the worst first, each with its worst reading. */
static json_t *hosts_of(const struct report_night *night, int64_t *flagged_hosts)
{
    struct ranked *rows = mem_zero((size_t)night->facility->host_count, sizeof *rows);
    const int64_t count = ranking_hosts(night, rows);
    json_t *list = json_array();

    *flagged_hosts = 0;
    for (int64_t i = 0; i < count && rows[i].flagged_count > 0; i++) {
        json_t *host = cell_of(night, &rows[i]);

        json_put(host, "flagged_readings", json_integer(rows[i].flagged_count));
        json_array_append_new(list, host);
        ++*flagged_hosts;
    }
    mem_free(&rows);
    return list;
}

static json_t *anomalies_of(const struct report_night *night, int64_t *count)
{
    struct ranked *rows = ranking_flagged(night, count);
    json_t *list = json_array();

    for (int64_t i = 0; i < *count && i < most_anomalies; i++) {
        json_array_append_new(list, cell_of(night, &rows[i]));
    }
    mem_free(&rows);
    return list;
}

static json_t *job_of(const struct job *job, int64_t flagged_hosts)
{
    json_t *object = json_object();

    json_put(object, "id", json_full(job->id));
    json_put(object, "user", json_full(job->user));
    json_put(object, "name", json_full(job->name));
    json_put(object, "start_unix_s", json_integer(job->start_unix_s));
    json_put(object, "end_unix_s", json_integer(job->end_unix_s));
    json_put(object, "hosts", json_integer(job->host_count));
    json_put(object, "flagged_hosts", json_integer(flagged_hosts));
    return object;
}

/** Jobs of the night that ran on flagged hosts: a coincidence until someone looks. */
static json_t *jobs_of(const struct report_night *night)
{
    const struct facility *facility = night->facility;
    const int64_t end = block_end_unix_s(facility);
    int64_t *counts = mem_zero((size_t)facility->host_count, sizeof *counts);
    json_t *list = json_array();

    ranking_host_counts(night, counts);
    for (int64_t i = 0; i < facility->job_count; i++) {
        const struct job *job = &facility->jobs[i];
        int64_t flagged = 0;

        if (job->start_unix_s >= end) continue;
        if (job->end_unix_s >= 0 && job->end_unix_s < block_start_unix_s(facility)) continue;
        for (int64_t h = 0; h < job->host_count; h++) {
            flagged += counts[facility->job_hosts[job->host_first + h]] > 0;
        }
        if (flagged) json_array_append_new(list, job_of(job, flagged));
    }
    mem_free(&counts);
    return list;
}

static void put_verdict(json_t *object, const struct report_night *night)
{
    json_t *verdict = json_object();
    int64_t flagged_hosts;
    int64_t flagged_readings;
    json_t *hosts = hosts_of(night, &flagged_hosts);
    json_t *anomalies = anomalies_of(night, &flagged_readings);

    json_put(verdict, "deciding_score",
             json_full(night->scores->zscore ? "band_power" : "value_over_threshold"));
    if (night->scores->zscore) json_put(verdict, "fdr", json_number(night->scores->fdr));
    json_put(verdict, "flagged_hosts", json_integer(flagged_hosts));
    json_put(verdict, "flagged_readings", json_integer(flagged_readings));
    if (night->scores->baseline_kind)
        json_put(verdict, "baseline", json_full(night->scores->baseline_kind));
    json_put(object, "verdict", verdict);
    json_put(object, "bands", block_bands(night->scores));
    json_put(object, "hosts", hosts);
    json_put(object, "anomalies", anomalies);
    json_put(object, "jobs_on_flagged_hosts", jobs_of(night));
}

static json_t *analysis_of(const struct report_analysis *analysis)
{
    json_t *object = json_object();
    json_t *labels;

    json_put(object, "name", json_full(analysis->name));
    if (analysis->left_out) {
        json_put(object, "left_out", json_full(analysis->left_out));
        return object;
    }
    json_put(object, "scores", json_integer(analysis->score_count));
    json_put(object, "anomalies", json_integer(analysis->anomaly_count));
    if (analysis->notes) json_put(object, "notes", json_full(analysis->notes));
    if (analysis->label_count == 0) return object;
    labels = json_object();
    json_put(labels, "labels", json_integer(analysis->label_count));
    json_put(labels, "found", json_integer(analysis->found_count));
    json_put(labels, "host_days", json_integer(analysis->host_days));
    json_put(labels, "false_host_days", json_integer(analysis->false_host_days));
    json_put(labels, "average_precision", json_number(analysis->average_precision));
    json_put(labels, "roc_area", json_number(analysis->roc_area));
    json_put(object, "against_labels", labels);
    return object;
}

static json_t *analyses_of(const struct report_night *night)
{
    json_t *list = json_array();

    for (int i = 0; i < night->analysis_count; i++)
        json_array_append_new(list, analysis_of(&night->analyses[i]));
    return list;
}

status report_write_summary(const char *path, const struct report_night *night)
{
    const struct facility *facility = night->facility;
    struct output output;
    json_t *object;

    TRY(output_open(&output, path));
    object = json_object();
    json_put(object, "format", json_full("telltale summary"));
    json_put(object, "version", json_integer(1));
    json_put(object, "program_version", json_full(night->program_version));
    json_put(object, "facility", json_full(facility->name));
    json_put(object, "night", json_full(night->night));
    json_put(object, "created_unix_s", json_integer(night->created_unix_s));
    json_put(object, "start_unix_s", json_integer(block_start_unix_s(facility)));
    json_put(object, "end_unix_s", json_integer(block_end_unix_s(facility)));
    json_put(object, "period_s", json_number(facility->period_s));
    json_put(object, "ranks", json_integer(night->ranks));
    json_put(object, "counts", counts_of(facility));
    json_put(object, "analyses", analyses_of(night));
    if (night->scores) put_verdict(object, night);
    json_put(object, "quality", block_quality(night, json_full));
    json_put(object, "stages", block_stages(night));
    if (night->settings) json_put(object, "settings", json_full(night->settings));
    json_write(&output, object, false);
    output_write(&output, "\n", 1);
    json_decref(object);
    return output_close(&output);
}
