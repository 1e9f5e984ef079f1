// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/telemetry.h>

#include <string.h>

struct facility *facility_create(void)
{
    struct facility *facility = mem_zero(1, sizeof *facility);

    facility->texts = names_create();
    facility->host_names = names_create();
    facility->metric_names = names_create();
    facility->name = facility_text(facility, "");
    facility->period_s = 1.0;
    return facility;
}

void facility_destroy(struct facility **facility)
{
    struct facility *old = *facility;

    if (!old) return;
    mem_free(&old->hosts);
    mem_free(&old->metrics);
    mem_free(&old->jobs);
    mem_free(&old->job_hosts);
    mem_free(&old->events);
    mem_free(&old->labels);
    if (old->graph) {
        mem_free(&old->graph->weight);
        mem_free(&old->graph->lag);
    }
    mem_free(&old->graph);
    names_destroy(&old->metric_names);
    names_destroy(&old->host_names);
    names_destroy(&old->texts);
    mem_free(facility);
}

const char *facility_text_part(struct facility *facility, const char *bytes, size_t length)
{
    return names_text(facility->texts, names_add(facility->texts, bytes, length));
}

const char *facility_text(struct facility *facility, const char *text)
{
    return facility_text_part(facility, text, strlen(text));
}

/* Room for one item more than @p count. */
static void *grow(void *items, int64_t count, int64_t *room, size_t item_bytes)
{
    if (count < *room) return items;
    *room = count < 8 ? 16 : 2 * count;
    return mem_resize(items, (size_t)*room, item_bytes);
}

struct host *facility_add_host(struct facility *facility, const char *name)
{
    const int64_t host = names_add(facility->host_names, name, strlen(name));

    if (host < facility->host_count) return &facility->hosts[host];
    facility->hosts = grow(facility->hosts, host, &facility->room.hosts, sizeof(struct host));
    facility->hosts[host] = (struct host){
        .name = facility_text(facility, name), .row = -1, .rack = -1, .chassis = -1, .slot = -1};
    facility->host_count++;
    return &facility->hosts[host];
}

static void write_metric_key(struct text *key, const char *name, const char *source)
{
    text_add(key, name, strlen(name));
    text_add(key, "::", 2);
    text_add(key, source, strlen(source));
}

struct metric *facility_add_metric(struct facility *facility, const char *name, const char *source)
{
    struct text key = {0};
    int64_t metric;

    write_metric_key(&key, name, source);
    metric = names_add(facility->metric_names, key.bytes, key.length);
    text_release(&key);
    if (metric < facility->metric_count) return &facility->metrics[metric];
    facility->metrics =
        grow(facility->metrics, metric, &facility->room.metrics, sizeof(struct metric));
    facility->metrics[metric] = (struct metric){.name = facility_text(facility, name),
                                                .unit = facility_text(facility, ""),
                                                .source = facility_text(facility, source)};
    facility->metric_count++;
    return &facility->metrics[metric];
}

struct job *facility_add_job(struct facility *facility)
{
    const char *none = facility_text(facility, "");
    struct job *job;

    facility->jobs =
        grow(facility->jobs, facility->job_count, &facility->room.jobs, sizeof(struct job));
    job = &facility->jobs[facility->job_count++];
    *job = (struct job){.id = none,
                        .user = none,
                        .project = none,
                        .name = none,
                        .application = none,
                        .queue = none,
                        .state = none,
                        .submit_unix_s = -1,
                        .start_unix_s = -1,
                        .end_unix_s = -1,
                        .limit_s = -1,
                        .node_count = -1,
                        .exit_code = -1,
                        .host_first = facility->job_host_count};
    return job;
}

struct event *facility_add_event(struct facility *facility)
{
    const char *none = facility_text(facility, "");
    struct event *event;

    facility->events =
        grow(facility->events, facility->event_count, &facility->room.events, sizeof(struct event));
    event = &facility->events[facility->event_count++];
    *event = (struct event){.host = -1, .category = none, .location = none, .message = none};
    return event;
}

struct label *facility_add_label(struct facility *facility)
{
    struct label *label;

    facility->labels =
        grow(facility->labels, facility->label_count, &facility->room.labels, sizeof(struct label));
    label = &facility->labels[facility->label_count++];
    *label = (struct label){.host = -1, .job = -1, .name = facility_text(facility, "")};
    return label;
}

struct known_graph *facility_add_graph(struct facility *facility, const char *system)
{
    const size_t pairs = (size_t)(facility->metric_count * facility->metric_count);
    struct known_graph *graph = mem_zero(1, sizeof *graph);

    ASSERT(!facility->graph);
    graph->system = facility_text(facility, system);
    graph->weight = mem_zero(pairs, sizeof *graph->weight);
    graph->lag = mem_zero(pairs, sizeof *graph->lag);
    facility->graph = graph;
    return graph;
}

void facility_add_job_host(struct facility *facility, int32_t host)
{
    ASSERT(facility->job_count > 0);
    facility->job_hosts = grow(facility->job_hosts, facility->job_host_count,
                               &facility->room.job_hosts, sizeof(int32_t));
    facility->job_hosts[facility->job_host_count++] = host;
    facility->jobs[facility->job_count - 1].host_count++;
}

void facility_index(struct facility *facility)
{
    struct text key = {0};

    names_destroy(&facility->host_names);
    names_destroy(&facility->metric_names);
    facility->host_names = names_create();
    facility->metric_names = names_create();
    for (int64_t h = 0; h < facility->host_count; h++)
        names_add(facility->host_names, facility->hosts[h].name, strlen(facility->hosts[h].name));
    for (int64_t m = 0; m < facility->metric_count; m++) {
        key.length = 0;
        write_metric_key(&key, facility->metrics[m].name, facility->metrics[m].source);
        names_add(facility->metric_names, key.bytes, key.length);
    }
    text_release(&key);
}

int64_t facility_find_host(const struct facility *facility, const char *name)
{
    return names_find(facility->host_names, name, strlen(name));
}

int64_t facility_find_metric(const struct facility *facility, const char *name, const char *source)
{
    struct text key = {0};
    int64_t metric;

    if (source) {
        write_metric_key(&key, name, source);
        metric = names_find(facility->metric_names, key.bytes, key.length);
        text_release(&key);
        return metric;
    }
    for (metric = 0; metric < facility->metric_count; metric++) {
        if (strcmp(facility->metrics[metric].name, name) == 0) return metric;
    }
    return -1;
}
