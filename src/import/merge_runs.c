// SPDX-License-Identifier: BSD-3-Clause
#include "gather.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/** By path, then by host. */
static int by_path(const void *a, const void *b)
{
    const struct merged_run *x = a, *y = b;
    const int order = natural_compare(x->path, y->path);

    if (order != 0) return order;
    if (x->host != y->host) return x->host < y->host ? -1 : 1;
    return (x->key > y->key) - (x->key < y->key);
}

/** "CO=cpuoccupy" among the settings: what a label of a path means. */
static const char *meaning_of(const struct settings *settings, const char *name)
{
    const size_t length = strlen(name);

    for (int item = 0; item < settings_list_count(settings, "label_names"); item++) {
        const char *text = settings_list_item(settings, "label_names", item);

        if (strncmp(text, name, length) == 0 && text[length] == '=') return text + length + 1;
    }
    return name;
}

static bool patterns_name_labels(const struct settings *settings)
{
    for (int item = 0; item < settings_list_count(settings, "run_patterns"); item++)
        if (strstr(settings_list_item(settings, "run_patterns", item), "{label")) return true;
    return false;
}

static void add_label(struct facility *facility, int64_t host, const char *name, double start,
                      double end)
{
    struct label *label = facility_add_label(facility);

    label->host = (int32_t)host;
    label->job = (int32_t)facility->job_count - 1;
    label->name = facility_text(facility, name);
    label->start_unix_s = start;
    label->end_unix_s = end;
}

/** The labels of the job added last, on one of its hosts. */
static void add_labels(const struct settings *settings, struct facility *facility,
                       const struct run_name *name, int64_t host, double start, double end)
{
    const char *healthy = settings_text(settings, "healthy_label");
    const double zero = floor(start + 0.5) + settings_real(settings, "run_offset_s");
    int count = 0;

    for (int i = 0; i < name->label_count; i++) {
        const struct run_label *label = &name->labels[i];

        if (label->name[0] == '\0') continue;
        add_label(facility, host, meaning_of(settings, label->name),
                  isnan(label->start_s) ? start : zero + label->start_s,
                  isnan(label->end_s) ? end : zero + label->end_s);
        count++;
    }
    if (count == 0 && healthy && *healthy && patterns_name_labels(settings))
        add_label(facility, host, healthy, start, end);
}

/** One job from stretches [first, end) of one path. */
static void add_run(struct import *import, struct facility *facility,
                    const struct merged_run *stretches, int64_t count)
{
    const char *pattern =
        settings_list_item(import->settings, "run_patterns", stretches[0].pattern);
    struct run_name name;
    struct job *job = facility_add_job(facility);
    double start = stretches[0].start_unix_s, end = stretches[0].end_unix_s;
    int32_t host_count = 0;

    if (!run_name_match(pattern, stretches[0].below, &name)) memset(&name, 0, sizeof name);
    for (int64_t i = 1; i < count; i++) {
        start = fmin(start, stretches[i].start_unix_s);
        end = fmax(end, stretches[i].end_unix_s);
    }
    job->id = job->name = facility_text(facility, stretches[0].path);
    job->application = facility_text(facility, name.application);
    job->user = facility_text(facility, name.user);
    job->project = facility_text(facility, name.project);
    job->queue = facility_text(facility, name.queue);
    job->start_unix_s = (int64_t)floor(start);
    job->end_unix_s = (int64_t)ceil(end);
    for (int64_t i = 0; i < count; i++)
        host_count += i == 0 || stretches[i].host != stretches[i - 1].host;
    job->node_count = host_count;
    for (int64_t i = 0; i < count; i++) {
        if (i > 0 && stretches[i].host == stretches[i - 1].host) continue;
        facility_add_job_host(facility, (int32_t)stretches[i].host);
        add_labels(import->settings, facility, &name, stretches[i].host, start, end);
    }
}

void merge_runs(struct import *import, struct merged *merged)
{
    struct list *list = &merged->run_stretches;
    int64_t first = 0;

    if (list->count == 0) return;
    qsort(list->items, (size_t)list->count, sizeof(struct merged_run), by_path);
    for (int64_t i = 1; i <= list->count; i++) {
        const struct merged_run *stretches = list_at(list, first);

        if (i < list->count
            && strcmp(((struct merged_run *)list_at(list, i))->path, stretches->path) == 0)
            continue;
        add_run(import, merged->facility, stretches, i - first);
        first = i;
    }
}
