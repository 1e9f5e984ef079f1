// SPDX-License-Identifier: BSD-3-Clause
#include "gather.h"
#include "host_pattern.h"

#include <telltale/store.h>

#include <stdlib.h>
#include <string.h>

/** A job, event or label of any rank, in the order of the input. */
struct found {
    int64_t key, line, arrival;
    struct found_job job;
    struct found_event event;
    struct found_label label;
};

struct collected {
    struct list jobs, events, labels; /**< struct found */
    struct list places;               /**< struct found_place */
};

static int by_arrival(const void *a, const void *b)
{
    const struct found *x = a, *y = b;

    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    return (x->arrival > y->arrival) - (x->arrival < y->arrival);
}

static struct found *add_found(struct list *list, int64_t key, int64_t line)
{
    struct found *found = list_add(list, sizeof *found);

    found->key = key;
    found->line = line;
    found->arrival = list->count;
    return found;
}

static void take_jobs(struct unpack *unpack, struct list *jobs)
{
    for (int64_t left = unpack_int64(unpack); left > 0; left--) {
        struct found_job job;

        unpack_bytes(unpack, &job, sizeof job);
        job.id = unpack_text(unpack);
        job.user = unpack_text(unpack);
        job.project = unpack_text(unpack);
        job.name = unpack_text(unpack);
        job.application = unpack_text(unpack);
        job.queue = unpack_text(unpack);
        job.state = unpack_text(unpack);
        job.hosts = unpack_text(unpack);
        add_found(jobs, job.key, job.line)->job = job;
    }
}

static void take_events(struct unpack *unpack, struct list *events)
{
    for (int64_t left = unpack_int64(unpack); left > 0; left--) {
        struct found_event event;

        unpack_bytes(unpack, &event, sizeof event);
        event.host = unpack_text(unpack);
        event.category = unpack_text(unpack);
        event.location = unpack_text(unpack);
        event.message = unpack_text(unpack);
        add_found(events, event.key, event.line)->event = event;
    }
}

static void take_labels(struct unpack *unpack, struct list *labels)
{
    for (int64_t left = unpack_int64(unpack); left > 0; left--) {
        struct found_label label;

        unpack_bytes(unpack, &label, sizeof label);
        label.host = unpack_text(unpack);
        label.job = unpack_text(unpack);
        label.name = unpack_text(unpack);
        add_found(labels, label.key, label.line)->label = label;
    }
}

static void sort_found(struct list *list)
{
    if (list->count > 1) qsort(list->items, (size_t)list->count, sizeof(struct found), by_arrival);
}

struct host_adding {
    struct facility *facility;
    bool may_add;
    int64_t foreign;     /**< names that are no host of the facility */
    int64_t named;       /**< by the job at work */
    int64_t wide_events; /**< that concern several hosts */
    bool is_of_job;
};

static void add_host(void *context, const char *name)
{
    struct host_adding *adding = context;
    int64_t host = facility_find_host(adding->facility, name);

    if (host < 0 && adding->may_add) {
        host_position_from_name(facility_add_host(adding->facility, name));
        host = facility_find_host(adding->facility, name);
    }
    adding->foreign += host < 0;
    adding->named++;
    if (host >= 0 && adding->is_of_job) facility_add_job_host(adding->facility, (int32_t)host);
}

static void add_job(struct import *import, struct host_adding *adding, const struct found_job *from)
{
    const int64_t limit = settings_int(import->settings, "host_limit");
    struct facility *facility = adding->facility;
    struct job *job = facility_add_job(facility);

    job->id = facility_text(facility, from->id);
    job->user = facility_text(facility, from->user);
    job->project = facility_text(facility, from->project);
    job->name = facility_text(facility, from->name);
    job->application = facility_text(facility, from->application);
    job->queue = facility_text(facility, from->queue);
    job->state = facility_text(facility, from->state);
    job->submit_unix_s = from->submit_unix_s;
    job->start_unix_s = from->start_unix_s;
    job->end_unix_s = from->end_unix_s;
    job->limit_s = from->limit_s;
    job->node_count = from->node_count;
    job->exit_code = from->exit_code;
    if (*from->hosts == '\0') return;
    adding->is_of_job = true;
    adding->named = 0;
    host_list_expand(from->hosts, limit, add_host, adding); /* checked when it was read */
    job = &facility->jobs[facility->job_count - 1];
    if (job->node_count < 0) job->node_count = (int32_t)adding->named;
}

static void add_jobs(struct import *import, struct list *jobs, struct host_adding *adding,
                     struct list *batches)
{
    sort_found(jobs);
    for (int64_t number = 0; number < jobs->count; number++) {
        const struct found *found = list_at(jobs, number);

        add_job(import, adding, &found->job);
        batches_extend(batches, adding->facility->job_count, found->key);
    }
}

static int32_t host_by_name(struct host_adding *adding, const char *name)
{
    if (*name == '\0') return -1;
    adding->is_of_job = false;
    add_host(adding, name);
    return (int32_t)facility_find_host(adding->facility, name);
}

static void take_host(void *context, int32_t host)
{
    *(int32_t *)context = host;
}

/** The host that an event names, or the only one that its location concerns. */
static int32_t host_of_event(struct host_adding *adding, const struct found_event *event)
{
    int32_t host = (int32_t)facility_find_host(adding->facility, event->host);
    int64_t count;

    if (host >= 0) return host;
    /* Hosts that are known from events alone are not all that a place holds. */
    if (adding->may_add) return -1;
    count = facility_hosts_at(adding->facility, event->location, take_host, &host);
    adding->foreign += count == 0 && *event->host != '\0';
    adding->wide_events += count > 1;
    return count == 1 ? host : -1;
}

static void add_events(struct list *events, struct host_adding *adding, struct list *batches)
{
    struct facility *facility = adding->facility;

    sort_found(events);
    /* Hosts first: what a rack's event concerns depends on all of them. */
    for (int64_t number = 0; number < events->count && adding->may_add; number++)
        host_by_name(adding, ((struct found *)list_at(events, number))->event.host);
    for (int64_t number = 0; number < events->count; number++) {
        const struct found *found = list_at(events, number);
        const struct found_event *from = &found->event;
        const int32_t host = host_of_event(adding, from);
        struct event *event = facility_add_event(facility);

        event->unix_s = from->unix_s;
        event->host = host;
        event->severity = (enum severity)from->severity;
        event->category = facility_text(facility, from->category);
        event->location = facility_text(facility, from->location);
        event->message = facility_text(facility, from->message);
        batches_extend(batches, facility->event_count, found->key);
    }
}

static int32_t job_by_id(const struct facility *facility, const char *id)
{
    for (int64_t job = 0; *id != '\0' && job < facility->job_count; job++)
        if (strcmp(facility->jobs[job].id, id) == 0) return (int32_t)job;
    return -1;
}

static void add_labels(struct import *import, struct list *labels, struct host_adding *adding,
                       struct list *batches)
{
    struct facility *facility = adding->facility;
    int64_t left_out = 0;

    sort_found(labels);
    for (int64_t number = 0; number < labels->count; number++) {
        const struct found *found = list_at(labels, number);
        const struct found_label *from = &found->label;
        const int32_t host = host_by_name(adding, from->host);
        const int32_t job = job_by_id(facility, from->job);
        struct label *label;

        /* A label on what is not here would otherwise read as one on everything. */
        if (host < 0 && job < 0 && (*from->host != '\0' || *from->job != '\0')) {
            left_out++;
            continue;
        }
        label = facility_add_label(facility);
        label->host = host;
        label->job = job;
        label->start_unix_s = from->start_unix_s;
        label->end_unix_s = from->end_unix_s;
        label->name = facility_text(facility, from->name);
        batches_extend(batches, facility->label_count, found->key);
    }
    if (left_out > 0)
        text_printf(&import->notes, "%lld labels name neither a host nor a job that is here\n",
                    (long long)left_out);
}

static void gather(struct import *import, struct merged *merged)
{
    struct text mine = {0};
    int64_t size, total;

    builder_pack(&import->builder, &mine);
    size = (int64_t)mine.length;
    comm_all_rows(import->comm, &size, 1, sizeof size, (void **)&merged->sizes, &total);
    merged->ranks = (int)total;
    comm_all_rows(import->comm, mine.bytes, size, 1, (void **)&merged->bytes, &total);
    text_release(&mine);
}

/** Places that the user's pattern finds in names; what a layout says goes above it. */
static void read_names(struct import *import, struct facility *facility, struct list *places)
{
    if (!import->host_pattern || facility->host_count == 0) return;
    if (host_pattern_apply(import->host_pattern, facility) == 0)
        text_printf(&import->notes, "host_pattern matches none of %lld hosts\n",
                    (long long)facility->host_count);
    merge_places(facility, places);
}

/** Jobs, events and labels; runs become jobs with labels behind the others. */
static void add_records(struct import *import, struct merged *merged, struct collected *collected,
                        struct host_adding *adding)
{
    const int64_t of_runs = INT64_MAX;
    struct facility *facility = merged->facility;
    struct batches batches = {{0}, {0}, {0}};

    earlier_records(import, facility, &batches);
    add_jobs(import, &collected->jobs, adding, &batches.jobs);
    add_events(&collected->events, adding, &batches.events);
    merge_runs(import, merged);
    batches_extend(&batches.jobs, facility->job_count, of_runs);
    batches_extend(&batches.labels, facility->label_count, of_runs);
    add_labels(import, &collected->labels, adding, &batches.labels);
    merged->known_records = batches_unite(&batches, facility);
    batches_release(&batches);
}

/** The name of the settings, or that of the file that is added to. */
static const char *choose_name(const struct import *import)
{
    const bool is_given = settings_is_given(import->settings, "facility");

    if (import->earlier && !is_given) return store_facility(import->earlier)->name;
    return settings_text(import->settings, "facility");
}

status merge(struct import *import, struct merged *merged)
{
    struct collected collected = {0};
    struct host_adding adding = {0};
    struct unpack unpack;
    int64_t with_samples;

    gather(import, merged);
    merged->facility = facility_create();
    merged->facility->name = facility_text(merged->facility, choose_name(import));
    adding.facility = merged->facility;
    with_samples = merge_telemetry(import, merged);
    for (int rank = 0; rank < merged->ranks; rank++) {
        unpack = merged->of_rank[rank].rest;
        take_jobs(&unpack, &collected.jobs);
        take_events(&unpack, &collected.events);
        take_labels(&unpack, &collected.labels);
        take_places(&unpack, &collected.places);
    }
    merge_places(merged->facility, &collected.places);
    /* Where neither samples nor a layout say what there is, jobs and events do. */
    adding.may_add = with_samples == 0 && collected.places.count == 0;
    add_records(import, merged, &collected, &adding);
    read_names(import, merged->facility, &collected.places);
    facility_sort(merged->facility);
    merged->foreign_hosts = adding.foreign;
    if (adding.wide_events > 0)
        text_printf(&import->notes,
                    "%lld events concern several hosts, which their location says\n",
                    (long long)adding.wide_events);
    list_release(&collected.jobs);
    list_release(&collected.events);
    list_release(&collected.labels);
    list_release(&collected.places);
    return STATUS_OK;
}
