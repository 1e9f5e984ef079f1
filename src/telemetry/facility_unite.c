// SPDX-License-Identifier: BSD-3-Clause
/* The same record from several inputs is one record. */
#include <telltale/telemetry.h>

#include <stdlib.h>
#include <string.h>

/** A record's number and the input that it came from. */
struct told {
    int64_t input, number;
};

/* qsort() passes no context. */
static const struct facility *of;

static int by_number(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_real(double a, double b)
{
    return (a > b) - (a < b);
}

/** Interned texts are equal where their pointers are; any order serves to bring equal ones together. */
static int by_text(const char *a, const char *b)
{
    return ((uintptr_t)a > (uintptr_t)b) - ((uintptr_t)a < (uintptr_t)b);
}

static int same_event(const struct told *x, const struct told *y)
{
    const struct event *a = &of->events[x->number], *b = &of->events[y->number];
    int order = by_real(a->unix_s, b->unix_s);

    if (order == 0) order = by_number(a->host, b->host);
    if (order == 0) order = by_number(a->severity, b->severity);
    if (order == 0) order = by_text(a->category, b->category);
    if (order == 0) order = by_text(a->location, b->location);
    return order ? order : by_text(a->message, b->message);
}

static int same_label(const struct told *x, const struct told *y)
{
    const struct label *a = &of->labels[x->number], *b = &of->labels[y->number];
    int order = by_real(a->start_unix_s, b->start_unix_s);

    if (order == 0) order = by_real(a->end_unix_s, b->end_unix_s);
    if (order == 0) order = by_number(a->host, b->host);
    if (order == 0) order = by_number(a->job, b->job);
    return order ? order : by_text(a->name, b->name);
}

/** Jobs without a name of their own are the same only where all that tells them apart is. */
static int same_nameless_job(const struct job *a, const struct job *b)
{
    int order = by_number(a->start_unix_s, b->start_unix_s);

    if (order == 0) order = by_number(a->end_unix_s, b->end_unix_s);
    if (order == 0) order = by_number(a->node_count, b->node_count);
    if (order == 0) order = by_text(a->user, b->user);
    if (order == 0) order = by_text(a->name, b->name);
    return order ? order : by_text(a->queue, b->queue);
}

/** By number and submission; by start where no log says when it was submitted. */
static int same_job(const struct told *x, const struct told *y)
{
    const struct job *a = &of->jobs[x->number], *b = &of->jobs[y->number];
    int order = by_text(a->id, b->id);

    if (order == 0) order = by_number(a->submit_unix_s, b->submit_unix_s);
    if (order == 0 && a->submit_unix_s < 0) order = by_number(a->start_unix_s, b->start_unix_s);
    return order || *a->id != '\0' ? order : same_nameless_job(a, b);
}

typedef int same_function(const struct told *a, const struct told *b);
static same_function *same;

static int by_sameness(const void *a, const void *b)
{
    const struct told *x = a, *y = b;
    int order = same(x, y);

    if (order == 0) order = by_number(x->input, y->input);
    return order ? order : by_number(x->number, y->number);
}

/**
 * For each record the one that it is the same as, or itself. What one input holds twice stays twice: the k-th
 * of an input is the k-th of the inputs before.
 */
static int64_t *find_same(const struct facility *facility, const int64_t *input_of, int64_t count,
                          same_function *function)
{
    struct told *order = mem_zero((size_t)count + 1, sizeof *order);
    int64_t *same_as = mem_zero((size_t)count + 1, sizeof *same_as);
    int64_t *kept = mem_zero((size_t)count + 1, sizeof *kept); /* of the group at work */
    int64_t kept_count = 0, turn = 0;

    of = facility;
    same = function;
    for (int64_t i = 0; i < count; i++) order[i] = (struct told){input_of[i], i};
    qsort(order, (size_t)count, sizeof *order, by_sameness);
    for (int64_t i = 0; i < count; i++) {
        if (i > 0 && same(&order[i - 1], &order[i]) != 0) kept_count = turn = 0;
        if (i > 0 && order[i - 1].input != order[i].input) turn = 0;
        if (turn == kept_count) kept[kept_count++] = order[i].number;
        same_as[order[i].number] = kept[turn++];
    }
    mem_free(&order);
    mem_free(&kept);
    return same_as;
}

static int64_t unite_events(struct facility *facility, const int64_t *input_of)
{
    const int64_t before = facility->event_count;
    int64_t *same_as = find_same(facility, input_of, before, same_event);
    int64_t count = 0;

    for (int64_t i = 0; i < before; i++)
        if (same_as[i] == i) facility->events[count++] = facility->events[i];
    facility->event_count = count;
    mem_free(&same_as);
    return before - count;
}

static int64_t unite_labels(struct facility *facility, const int64_t *input_of)
{
    const int64_t before = facility->label_count;
    int64_t *same_as = find_same(facility, input_of, before, same_label);
    int64_t count = 0;

    for (int64_t i = 0; i < before; i++)
        if (same_as[i] == i) facility->labels[count++] = facility->labels[i];
    facility->label_count = count;
    mem_free(&same_as);
    return before - count;
}

static void take_text(const char **into, const char *text)
{
    if (*text != '\0') *into = text;
}

static void take_number(int64_t *into, int64_t number)
{
    if (number != -1) *into = number;
}

static void take_known(struct job *into, const struct job *from)
{
    take_text(&into->user, from->user);
    take_text(&into->project, from->project);
    take_text(&into->name, from->name);
    take_text(&into->application, from->application);
    take_text(&into->queue, from->queue);
    take_text(&into->state, from->state);
    take_number(&into->start_unix_s, from->start_unix_s);
    take_number(&into->end_unix_s, from->end_unix_s);
    take_number(&into->limit_s, from->limit_s);
    if (from->node_count != -1) into->node_count = from->node_count;
    if (from->exit_code != -1) into->exit_code = from->exit_code;
    if (from->host_count == 0) return;
    into->host_first = from->host_first;
    into->host_count = from->host_count;
}

/** How far a job had come when its record was written. */
static int progress(const struct job *job)
{
    return (job->start_unix_s >= 0) + 2 * (job->end_unix_s >= 0);
}

/** What the later record knows counts: that of a job that had come further, or else the one that was read last. */
static void take_job(struct job *into, const struct job *from)
{
    const struct job earlier = *into;

    take_known(into, from);
    if (progress(from) < progress(&earlier)) take_known(into, &earlier);
}

static int64_t unite_jobs(struct facility *facility, const int64_t *input_of)
{
    const int64_t before = facility->job_count;
    int64_t *same_as = find_same(facility, input_of, before, same_job);
    int64_t count = 0;

    for (int64_t i = 0; i < before; i++) {
        if (same_as[i] != i) {
            take_job(&facility->jobs[same_as[same_as[i]]], &facility->jobs[i]);
            same_as[i] = same_as[same_as[i]];
        } else {
            facility->jobs[count] = facility->jobs[i];
            same_as[i] = count++;
        }
    }
    for (int64_t i = 0; i < facility->label_count; i++) {
        struct label *label = &facility->labels[i];

        if (label->job >= 0) label->job = (int32_t)same_as[label->job];
    }
    facility->job_count = count;
    mem_free(&same_as);
    return before - count;
}

int64_t facility_unite(struct facility *facility, const struct facility_inputs *inputs)
{
    int64_t count = unite_jobs(facility, inputs->jobs); /* first: it renumbers those of labels */

    count += unite_events(facility, inputs->events);
    return count + unite_labels(facility, inputs->labels);
}
