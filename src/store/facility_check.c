// SPDX-License-Identifier: BSD-3-Clause
#include "column.h"
#include "facility_file.h"

#include <math.h>
#include <string.h>

static bool is_within(const struct facility *facility, enum column_bound bound, const char *field)
{
    double time_unix_s;
    int32_t value;

    memcpy(&value, field, sizeof value);
    switch (bound) {
    case BOUND_KIND:
        return value >= METRIC_GAUGE && value <= METRIC_COUNTER;
    case BOUND_SEVERITY:
        return value >= SEVERITY_INFO && value <= SEVERITY_FATAL;
    case BOUND_HOST:
        return value >= -1 && value < facility->host_count;
    case BOUND_JOB:
        return value >= -1 && value < facility->job_count;
    case BOUND_TIME:
        memcpy(&time_unix_s, field, sizeof time_unix_s);
        return !isnan(time_unix_s);
    case BOUND_COUNT:
        return value >= 0;
    case BOUND_NONE:
        break;
    }
    return true;
}

static bool is_good_text(const char *text)
{
    return text && text_is_utf8(text, strlen(text));
}

/* Are all texts of the facility well-formed? Each stands in the table once, however often it is used. */
static bool has_good_texts(const struct facility *facility)
{
    for (int64_t n = 0; n < names_count(facility->texts); n++) {
        if (!is_good_text(names_text(facility->texts, n))) return false;
    }
    return true;
}

static status check_texts(const struct facility *facility, const struct record_kind *kind,
                          const struct column *column, const char *path)
{
    const char *records = records_first(facility, kind);
    const int64_t count = records_count(facility, kind);

    for (int64_t i = 0; i < count; i++) {
        if (!is_good_text(column_text(column, records + (size_t)i * kind->record_bytes))) {
            return fail(STATUS_BAD_INPUT, "%s: %s[%lld] is not UTF-8", path, column->place,
                        (long long)i);
        }
    }
    return STATUS_OK;
}

static status check_numbers(const struct facility *facility, const struct record_kind *kind,
                            const struct column *column, const char *path)
{
    const char *records = records_first(facility, kind);
    const int64_t count = records_count(facility, kind);

    if (column->bound == BOUND_NONE) return STATUS_OK;
    for (int64_t i = 0; i < count; i++) {
        if (!is_within(facility, column->bound,
                       records + (size_t)i * kind->record_bytes + column->offset)) {
            return fail(STATUS_BAD_INPUT, "%s: %s[%lld] is out of range", path, column->place,
                        (long long)i);
        }
    }
    return STATUS_OK;
}

static status check_kind(const struct facility *facility, const struct record_kind *kind,
                         const char *path, bool should_check_texts)
{
    for (int c = 0; c < kind->column_count; c++) {
        const struct column *column = &kind->columns[c];

        if (column->type != COLUMN_TEXT) {
            TRY(check_numbers(facility, kind, column, path));
        } else if (should_check_texts) {
            TRY(check_texts(facility, kind, column, path));
        }
    }
    return STATUS_OK;
}

static status check_names(const struct facility *facility, const char *path)
{
    for (int64_t h = 0; h < facility->host_count; h++) {
        const char *name = facility->hosts[h].name;

        if (name[0] == '\0')
            return fail(STATUS_BAD_INPUT, "%s: /hosts/name[%lld] is empty", path, (long long)h);
        if (facility_find_host(facility, name) != h) {
            return fail(STATUS_BAD_INPUT, "%s: /hosts/name[%lld] \"%s\" comes twice", path,
                        (long long)h, name);
        }
    }
    for (int64_t m = 0; m < facility->metric_count; m++) {
        const struct metric *metric = &facility->metrics[m];

        if (metric->name[0] == '\0')
            return fail(STATUS_BAD_INPUT, "%s: /metrics/name[%lld] is empty", path, (long long)m);
        if (facility_find_metric(facility, metric->name, metric->source) != m) {
            return fail(STATUS_BAD_INPUT,
                        "%s: /metrics/name[%lld] \"%s\" of source \"%s\" comes twice", path,
                        (long long)m, metric->name, metric->source);
        }
    }
    return STATUS_OK;
}

static status check_jobs(const struct facility *facility, const char *path)
{
    for (int64_t j = 0; j < facility->job_count; j++) {
        const struct job *job = &facility->jobs[j];

        if (job->host_first < 0 || job->host_count < 0
            || job->host_count > facility->job_host_count - job->host_first) {
            return fail(STATUS_BAD_INPUT, "%s: the hosts of job %lld are out of range", path,
                        (long long)j);
        }
    }
    for (int64_t i = 0; i < facility->job_host_count; i++) {
        if (facility->job_hosts[i] < 0 || facility->job_hosts[i] >= facility->host_count) {
            return fail(STATUS_BAD_INPUT,
                        "%s: /jobs/host_index[%lld] is %d, but there are %lld hosts", path,
                        (long long)i, facility->job_hosts[i], (long long)facility->host_count);
        }
    }
    return STATUS_OK;
}

static status check_clock(const struct facility *facility, const char *path)
{
    /* About 30,000 years either way: sums of times stay exact in double and far from overflow. */
    static const int64_t unix_s_max = INT64_C(1) << 40;

    if (!(facility->period_s > 0.0) || !isfinite(facility->period_s)) {
        return fail(STATUS_BAD_INPUT, "%s: attribute \"period_s\" is %g, expected more than 0",
                    path, facility->period_s);
    }
    if (facility->start_unix_s < -unix_s_max || facility->start_unix_s > unix_s_max) {
        return fail(STATUS_BAD_INPUT, "%s: attribute \"start_unix_s\" is %lld, out of range", path,
                    (long long)facility->start_unix_s);
    }
    for (int64_t e = 1; e < facility->event_count; e++) {
        if (facility->events[e].unix_s < facility->events[e - 1].unix_s) {
            return fail(STATUS_BAD_INPUT, "%s: /events/unix_s[%lld] is before the one before it",
                        path, (long long)e);
        }
    }
    return STATUS_OK;
}

status facility_check(const struct facility *facility, const char *path)
{
    const bool should_check_texts = !has_good_texts(facility);

    TRY(check_clock(facility, path));
    for (int k = 0; k < RECORD_KINDS; k++)
        TRY(check_kind(facility, &record_kinds[k], path, should_check_texts));
    TRY(check_names(facility, path));
    return check_jobs(facility, path);
}
