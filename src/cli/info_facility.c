// SPDX-License-Identifier: BSD-3-Clause
#include "info.h"

#include <jansson.h>

#include <stdio.h>

double missing_fraction(int64_t present, int64_t all)
{
    return all > 0 ? (double)(all - present) / (double)all : 0.0;
}

static void fold_hosts(struct facility_summary *summary)
{
    const struct facility *facility = summary->facility;
    const int64_t each = facility->sample_count * facility->metric_count;
    const char **names = mem_zero((size_t)facility->host_count, sizeof *names);
    int64_t silent = 0;

    for (int64_t h = 0; h < facility->host_count; h++) names[h] = facility->hosts[h].name;
    host_list_fold(names, facility->host_count, &summary->host_list);
    for (int64_t h = 0; summary->has_survey && each > 0 && h < facility->host_count; h++) {
        if (summary->present_by_host[h] == 0) names[silent++] = facility->hosts[h].name;
    }
    host_list_fold(names, silent, &summary->silent_list);
    summary->silent_hosts = silent;
    mem_free(&names);
}

static void count_hosts(struct facility_summary *summary)
{
    const struct facility *facility = summary->facility;

    for (int64_t h = 0; h < facility->host_count; h++) {
        const struct host *host = &facility->hosts[h];
        char name[48];

        if (host->rack < 0) continue;
        summary->placed_hosts++;
        snprintf(name, sizeof name, "row %d rack %d", host->row, host->rack);
        tally_add(&summary->racks, name);
    }
    for (int64_t m = 0; m < facility->metric_count; m++)
        summary->counters += facility->metrics[m].kind == METRIC_COUNTER;
}

static void count_jobs_events_labels(struct facility_summary *summary)
{
    const struct facility *facility = summary->facility;

    for (int64_t j = 0; j < facility->job_count; j++) {
        tally_add(&summary->states, facility->jobs[j].state);
        tally_add(&summary->users, facility->jobs[j].user);
        summary->jobs_with_hosts += facility->jobs[j].host_count > 0;
    }
    for (int64_t e = 0; e < facility->event_count; e++)
        summary->severities[facility->events[e].severity]++;
    for (int64_t l = 0; l < facility->label_count; l++)
        tally_add(&summary->labels, facility->labels[l].name);
    tally_sort(&summary->states);
    tally_sort(&summary->labels);
}

/* Collective. Look at the samples. */
static status survey(struct store *store, struct facility_summary *summary)
{
    TRY(store_survey(store, &summary->present_by_host, &summary->present_by_metric));
    summary->has_survey = true;
    for (int64_t h = 0; h < summary->facility->host_count; h++)
        summary->present += summary->present_by_host[h];
    return STATUS_OK;
}

static void release(struct facility_summary *summary)
{
    clock_verdict_release(&summary->clocks);
    mem_free(&summary->present_by_host);
    mem_free(&summary->present_by_metric);
    text_release(&summary->host_list);
    text_release(&summary->silent_list);
    tally_release(&summary->racks);
    tally_release(&summary->states);
    tally_release(&summary->users);
    tally_release(&summary->labels);
}

static void tell(const struct context *context, const struct facility_summary *summary)
{
    if (comm_rank(context->comm) != 0) return;
    if (settings_flag(context->settings, "json")) {
        say_json(context, facility_json(summary));
    } else {
        facility_print(context, summary);
    }
}

status info_facility(struct context *context, const char *path)
{
    struct facility_summary summary = {.path = path};
    struct store *store;
    status st = STATUS_OK;

    TRY(store_open(context->comm, path, &store));
    summary.facility = store_facility(store);
    store_chunk(store, &summary.chunk_hosts, &summary.chunk_times);
    tally_init(&summary.racks);
    tally_init(&summary.states);
    tally_init(&summary.users);
    tally_init(&summary.labels);
    if (!settings_flag(context->settings, "brief")) st = survey(store, &summary);
    if (!st && summary.has_survey && summary.present > 0)
        st = clocks_survey(context->comm, path, &summary.clocks);
    if (!st) {
        fold_hosts(&summary);
        count_hosts(&summary);
        count_jobs_events_labels(&summary);
        tell(context, &summary);
    }
    release(&summary);
    store_close(&store);
    return st;
}
