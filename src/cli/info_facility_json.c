// SPDX-License-Identifier: BSD-3-Clause
#include "info.h"

#include <jansson.h>

static json_t *time_json(int64_t unix_s)
{
    char text[CLOCK_TEXT_BYTES];

    return json_string(clock_text(unix_s, text));
}

static const char *list_of(const struct text *list)
{
    return list->bytes ? list->bytes : "";
}

static json_t *hosts_json(const struct facility_summary *summary)
{
    json_t *hosts = json_pack("{s:I, s:s, s:I}", "count", (json_int_t)summary->facility->host_count,
                              "list", list_of(&summary->host_list), "racks",
                              (json_int_t)names_count(summary->racks.names));

    if (summary->has_survey) {
        json_object_set_new(hosts, "silent_count", json_integer(summary->silent_hosts));
        json_object_set_new(hosts, "silent_list", json_string(list_of(&summary->silent_list)));
    }
    return hosts;
}

static json_t *metrics_json(const struct facility_summary *summary)
{
    const struct facility *facility = summary->facility;
    json_t *metrics = json_array();

    for (int64_t m = 0; m < facility->metric_count; m++) {
        const struct metric *row = &facility->metrics[m];
        json_t *metric =
            json_pack("{s:s, s:s, s:s, s:s}", "name", row->name, "unit", row->unit, "source",
                      row->source, "kind", row->kind == METRIC_COUNTER ? "counter" : "gauge");

        if (summary->has_survey) {
            json_object_set_new(
                metric, "missing_fraction",
                json_real(missing_fraction(summary->present_by_metric[m],
                                           facility->host_count * facility->sample_count)));
        }
        json_array_append_new(metrics, metric);
    }
    return metrics;
}

static json_t *jobs_json(const struct facility_summary *summary)
{
    return json_pack("{s:I, s:I, s:I, s:o}", "count", (json_int_t)summary->facility->job_count,
                     "with_hosts", (json_int_t)summary->jobs_with_hosts, "users",
                     (json_int_t)names_count(summary->users.names), "states",
                     tally_json(&summary->states));
}

static json_t *events_json(const struct facility_summary *summary)
{
    const struct facility *facility = summary->facility;
    const int64_t *severities = summary->severities;
    json_t *events = json_pack(
        "{s:I, s:{s:I, s:I, s:I, s:I}}", "count", (json_int_t)facility->event_count, "by_severity",
        "info", (json_int_t)severities[SEVERITY_INFO], "warning",
        (json_int_t)severities[SEVERITY_WARNING], "error", (json_int_t)severities[SEVERITY_ERROR],
        "fatal", (json_int_t)severities[SEVERITY_FATAL]);

    if (facility->event_count > 0) {
        json_object_set_new(events, "first_unix_s", json_real(facility->events[0].unix_s));
        json_object_set_new(events, "last_unix_s",
                            json_real(facility->events[facility->event_count - 1].unix_s));
    }
    return events;
}

json_t *facility_json(const struct facility_summary *summary)
{
    const struct facility *facility = summary->facility;
    const double length_s = (double)facility->sample_count * facility->period_s;
    const int64_t all = facility->host_count * facility->sample_count * facility->metric_count;
    json_t *document = json_object();

    json_object_set_new(document, "file", json_string(summary->path));
    json_object_set_new(document, "format", json_string(FACILITY_FORMAT));
    json_object_set_new(document, "facility", json_string(facility->name));
    json_object_set_new(document, "start", time_json(facility->start_unix_s));
    json_object_set_new(document, "start_unix_s", json_integer(facility->start_unix_s));
    json_object_set_new(document, "end", time_json(facility->start_unix_s + (int64_t)length_s));
    json_object_set_new(document, "period_s", json_real(facility->period_s));
    json_object_set_new(document, "sample_count", json_integer(facility->sample_count));
    json_object_set_new(document, "chunk_hosts", json_integer(summary->chunk_hosts));
    json_object_set_new(document, "chunk_times", json_integer(summary->chunk_times));
    if (summary->has_survey) {
        json_object_set_new(document, "missing_fraction",
                            json_real(missing_fraction(summary->present, all)));
    }
    if (summary->has_survey) json_object_set_new(document, "clocks", facility_clocks_json(summary));
    json_object_set_new(document, "hosts", hosts_json(summary));
    json_object_set_new(document, "metrics", metrics_json(summary));
    json_object_set_new(document, "jobs", jobs_json(summary));
    json_object_set_new(document, "events", events_json(summary));
    json_object_set_new(document, "labels",
                        json_pack("{s:I, s:o}", "count", (json_int_t)facility->label_count,
                                  "by_name", tally_json(&summary->labels)));
    return document;
}
