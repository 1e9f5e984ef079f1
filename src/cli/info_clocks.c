// SPDX-License-Identifier: BSD-3-Clause
#include "info.h"

#include <jansson.h>

#include <math.h>

/* Findings that a person reads; JSON has all. */
enum { SHOWN_FINDINGS = 8 };

static const char *const against_names[] = {[CLOCK_JOBS] = "jobs", [CLOCK_HOSTS] = "hosts"};

static void print_lag(const struct context *context, const struct facility *facility,
                      const char *what, double lag_s)
{
    if (!(fabs(lag_s) > 2.0 * facility->period_s)) return;
    say(context, "%-10s most hosts change %.0f s %s the job log's %s\n", "", fabs(lag_s),
        lag_s > 0.0 ? "after" : "before", what);
}

static void print_finding(const struct context *context, const struct facility *facility,
                          const struct clock_finding *finding)
{
    char name[64];

    say(context, "  %s is %.0f s %s",
        text_printable(facility->hosts[finding->host].name, name, sizeof name),
        fabs(finding->offset_s), finding->offset_s > 0.0 ? "ahead" : "behind");
    if (fabs(finding->drift_s_per_day) > 0.0)
        say(context, ", drifting by %+.0f s a day", finding->drift_s_per_day);
    say(context, ": %d of %d %s\n", finding->matched, finding->edges,
        finding->against == CLOCK_JOBS ? "starts and ends of its jobs show so much later or earlier"
                                       : "moments at which many hosts change");
}

/* What the import saw: up to so many hosts by name. */
static void print_stamps(const struct context *context, const struct facility *facility)
{
    int64_t backward = 0, future = 0;

    for (int64_t h = 0; h < facility->host_count; h++) {
        backward += facility->hosts[h].stamps_backward > 0;
        future += facility->hosts[h].stamps_future > 0;
    }
    if (backward + future == 0) return;
    say(context,
        "%-10s at the import the stamps of %lld hosts stepped back, of %lld were still to come\n",
        "stamps", (long long)backward, (long long)future);
}

void facility_print_clocks(const struct context *context, const struct facility_summary *summary)
{
    const struct clock_verdict *clocks = &summary->clocks;

    print_stamps(context, summary->facility);
    if (clocks->judged_by_jobs + clocks->judged_by_hosts == 0) return;
    say(context,
        "%-10s %lld of %lld hosts seem wrong (%lld judged by their jobs, %lld by other hosts)\n",
        "clocks", (long long)clocks->finding_count, (long long)summary->facility->host_count,
        (long long)clocks->judged_by_jobs, (long long)clocks->judged_by_hosts);
    print_lag(context, summary->facility, "starts", clocks->starts_lag_s);
    print_lag(context, summary->facility, "ends", clocks->ends_lag_s);
    for (int64_t i = 0; i < clocks->finding_count && i < SHOWN_FINDINGS; i++)
        print_finding(context, summary->facility, &clocks->findings[i]);
    if (clocks->finding_count > SHOWN_FINDINGS)
        say(context, "  and %lld more; --json lists all\n",
            (long long)(clocks->finding_count - SHOWN_FINDINGS));
}

static json_t *number_or_null(double number)
{
    return isnan(number) ? json_null() : json_real(number);
}

static json_t *stamps_json(const struct facility *facility)
{
    json_t *stamps = json_array();

    for (int64_t h = 0; h < facility->host_count; h++) {
        const struct host *host = &facility->hosts[h];

        if (host->stamps_backward == 0 && host->stamps_future == 0) continue;
        json_array_append_new(stamps, json_pack("{s:s, s:i, s:i}", "host", host->name,
                                                "stamps_backward", host->stamps_backward,
                                                "stamps_future", host->stamps_future));
    }
    return stamps;
}

json_t *facility_clocks_json(const struct facility_summary *summary)
{
    const struct clock_verdict *clocks = &summary->clocks;
    json_t *wrong = json_array();

    for (int64_t i = 0; i < clocks->finding_count; i++) {
        const struct clock_finding *finding = &clocks->findings[i];

        json_array_append_new(
            wrong, json_pack("{s:s, s:s, s:f, s:f, s:i, s:i, s:f}", "host",
                             summary->facility->hosts[finding->host].name, "against",
                             against_names[finding->against], "offset_s", finding->offset_s,
                             "drift_s_per_day", finding->drift_s_per_day, "matched",
                             finding->matched, "edges", finding->edges, "chance", finding->chance));
    }
    return json_pack(
        "{s:I, s:I, s:o, s:o, s:o, s:o}", "judged_by_jobs", (json_int_t)clocks->judged_by_jobs,
        "judged_by_hosts", (json_int_t)clocks->judged_by_hosts, "starts_lag_s",
        number_or_null(clocks->starts_lag_s), "ends_lag_s", number_or_null(clocks->ends_lag_s),
        "wrong", wrong, "stamps", stamps_json(summary->facility));
}
