// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/telemetry.h>

static void copy_job(struct facility *to, const struct facility *from, const struct job *job)
{
    struct job *copy = facility_add_job(to);
    const int64_t first = copy->host_first;

    *copy = *job;
    copy->id = facility_text(to, job->id);
    copy->user = facility_text(to, job->user);
    copy->project = facility_text(to, job->project);
    copy->name = facility_text(to, job->name);
    copy->application = facility_text(to, job->application);
    copy->queue = facility_text(to, job->queue);
    copy->state = facility_text(to, job->state);
    copy->host_first = first;
    copy->host_count = 0;
    for (int64_t i = 0; i < job->host_count; i++) {
        const char *name = from->hosts[from->job_hosts[job->host_first + i]].name;

        facility_add_job_host(to, (int32_t)facility_find_host(to, name));
    }
}

static int32_t host_in(const struct facility *to, const struct facility *from, int32_t host)
{
    return host < 0 ? -1 : (int32_t)facility_find_host(to, from->hosts[host].name);
}

static void copy_event(struct facility *to, const struct facility *from, const struct event *event)
{
    struct event *copy = facility_add_event(to);

    *copy = *event;
    copy->host = host_in(to, from, event->host);
    copy->category = facility_text(to, event->category);
    copy->location = facility_text(to, event->location);
    copy->message = facility_text(to, event->message);
}

void facility_copy_records(struct facility *to, const struct facility *from)
{
    const int64_t first_job = to->job_count;

    for (int64_t j = 0; j < from->job_count; j++) copy_job(to, from, &from->jobs[j]);
    for (int64_t e = 0; e < from->event_count; e++) copy_event(to, from, &from->events[e]);
    for (int64_t l = 0; l < from->label_count; l++) {
        const struct label *label = &from->labels[l];
        struct label *copy = facility_add_label(to);

        *copy = *label;
        copy->host = host_in(to, from, label->host);
        if (label->job >= 0) copy->job = (int32_t)(first_job + label->job);
        copy->name = facility_text(to, label->name);
    }
}

/* The records from @p known to @p count are of input @p n. */
static void note_input(int64_t **input_of, int64_t known, int64_t count, int64_t n)
{
    *input_of = mem_resize(*input_of, (size_t)count + 1, sizeof **input_of);
    for (int64_t i = known; i < count; i++) (*input_of)[i] = n;
}

void facility_join_records(struct facility *to, const struct facility *const *from, int count)
{
    int64_t *jobs = NULL, *events = NULL, *labels = NULL;
    struct facility_inputs inputs;

    ASSERT(to->job_count == 0 && to->event_count == 0 && to->label_count == 0);
    for (int n = 0; n < count; n++) {
        const int64_t job_count = to->job_count, event_count = to->event_count;
        const int64_t label_count = to->label_count;

        facility_copy_records(to, from[n]);
        note_input(&jobs, job_count, to->job_count, n);
        note_input(&events, event_count, to->event_count, n);
        note_input(&labels, label_count, to->label_count, n);
    }
    inputs = (struct facility_inputs){jobs, events, labels};
    facility_unite(to, &inputs);
    facility_sort(to);
    mem_free(&jobs);
    mem_free(&events);
    mem_free(&labels);
}
