// SPDX-License-Identifier: BSD-3-Clause
#include "synth_private.h"

#include <stdio.h>

/* Jobs of a night are numbered from here, so that ids of different nights differ and have one length. */
static const int64_t night_ids = 10000000;

static const char *const states[] = {
    [OUTCOME_COMPLETED] = "COMPLETED", [OUTCOME_FAILED] = "FAILED",
    [OUTCOME_TIMEOUT] = "TIMEOUT",     [OUTCOME_CANCELLED] = "CANCELLED",
    [OUTCOME_NODE_FAIL] = "NODE_FAIL",
};

static void name_job(const struct synth_options *options, const struct synth_job *from,
                     struct facility *facility, struct job *job)
{
    const char *application = application_name(from->application);
    char text[64];

    snprintf(text, sizeof text, "%ld", (long)((options->night + 1) * night_ids + from->sequence));
    job->id = facility_text(facility, text);
    snprintf(text, sizeof text, "user%03d", from->user);
    job->user = facility_text(facility, text);
    snprintf(text, sizeof text, "project%02d", from->user % 29);
    job->project = facility_text(facility, text);
    snprintf(text, sizeof text, "%s-%d", application, from->user % 7);
    job->name = facility_text(facility, text);
    job->application = facility_text(facility, application);
    job->queue = facility_text(facility, from->needs_gpu ? "gpu" : "cpu");
}

void schedule_report(const struct synth_options *options, const struct schedule *schedule,
                     int64_t start_unix_s, struct facility *facility)
{
    const double end_s = (double)options->samples * options->period_s;

    for (int64_t j = 0; j < schedule->job_count; j++) {
        const struct synth_job *from = &schedule->jobs[j];
        const bool is_running = (double)from->end_s > end_s;
        struct job *job = facility_add_job(facility);

        name_job(options, from, facility, job);
        job->state = facility_text(facility, is_running ? "RUNNING" : states[from->outcome]);
        job->submit_unix_s = start_unix_s + from->submit_s;
        job->start_unix_s = start_unix_s + from->start_s;
        job->end_unix_s = is_running ? -1 : start_unix_s + from->end_s;
        job->limit_s = from->limit_s;
        job->node_count = from->node_count;
        if (!is_running)
            job->exit_code = from->outcome == OUTCOME_FAILED || from->outcome == OUTCOME_NODE_FAIL;
        for (int32_t i = 0; i < from->node_count; i++)
            facility_add_job_host(facility, schedule->hosts[from->host_first + i]);
    }
}
