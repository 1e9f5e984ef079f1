// SPDX-License-Identifier: BSD-3-Clause
#include "pool.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* How many waiting jobs are tried when nodes become free, and after what wait the first of them is served
 * before all others. */
enum { BACKFILL_DEPTH = 64, PATIENCE_S = 21600 };

/* The batch queue: first come, first served; smaller jobs may overtake. */
struct queue {
    struct synth_job *jobs;    /**< borrowed requests, by submission */
    int64_t *next;             /**< waiting jobs as a list; owned */
    int64_t first[2], last[2]; /**< of the list of each block, -1 none */
    struct pool pool[2];       /**< without and with accelerators */
    int64_t *running;          /**< job of each host, -1 none; owned, [hosts] */
    bool *is_down;             /**< owned, [hosts] */
    struct moments moments;
    struct schedule *schedule;
    int64_t host_room;
};

static int32_t *take_hosts(struct queue *queue, struct pool *pool, struct synth_job *job)
{
    struct schedule *schedule = queue->schedule;
    int32_t *hosts;

    if (schedule->host_count + job->node_count > queue->host_room) {
        queue->host_room = 2 * (schedule->host_count + job->node_count);
        schedule->hosts =
            mem_resize(schedule->hosts, (size_t)queue->host_room, sizeof *schedule->hosts);
    }
    hosts = &schedule->hosts[schedule->host_count];
    job->host_first = schedule->host_count;
    schedule->host_count += job->node_count;
    pool_take(pool, job->node_count, hosts);
    return hosts;
}

static void start_job(struct queue *queue, int64_t index, int64_t now_s)
{
    struct synth_job *job = &queue->jobs[index];
    const int32_t *hosts = take_hosts(queue, &queue->pool[job->needs_gpu], job);

    job->start_s = now_s;
    job->end_s = now_s + job->run_s;
    for (int32_t i = 0; i < job->node_count; i++) queue->running[hosts[i]] = index;
    moments_push(&queue->moments, (struct moment){.time_s = job->end_s, .item = index});
}

static void unlink_job(struct queue *queue, bool block, int64_t before, int64_t index)
{
    if (before < 0) {
        queue->first[block] = queue->next[index];
    } else {
        queue->next[before] = queue->next[index];
    }
    if (queue->last[block] == index) queue->last[block] = before;
}

/* Start what fits, down to the depth; only the first job where it has waited long enough. */
static void serve(struct queue *queue, bool block, int64_t now_s)
{
    int64_t before = -1;
    int64_t index = queue->first[block];

    for (int depth = 0; depth < BACKFILL_DEPTH && index >= 0; depth++) {
        const int64_t next = queue->next[index];
        const bool fits = queue->jobs[index].node_count <= queue->pool[block].free_count;

        if (fits) {
            unlink_job(queue, block, before, index);
            start_job(queue, index, now_s);
        } else if (before < 0 && now_s - queue->jobs[index].submit_s > PATIENCE_S) {
            break;
        } else {
            before = index;
        }
        index = next;
        if (queue->pool[block].free_count == 0) break;
    }
}

static void enqueue(struct queue *queue, int64_t index)
{
    const bool block = queue->jobs[index].needs_gpu;

    queue->next[index] = -1;
    if (queue->last[block] >= 0) {
        queue->next[queue->last[block]] = index;
    } else {
        queue->first[block] = index;
    }
    queue->last[block] = index;
}

static struct pool *pool_of(struct queue *queue, int64_t host)
{
    return &queue->pool[host >= queue->pool[1].first];
}

static void end_job(struct queue *queue, int64_t index)
{
    const struct synth_job *job = &queue->jobs[index];

    for (int32_t i = 0; i < job->node_count; i++) {
        const int32_t host = queue->schedule->hosts[job->host_first + i];

        queue->running[host] = -1;
        if (!queue->is_down[host]) pool_return(pool_of(queue, host), host);
    }
}

/* A node goes down and takes its job with it. */
static void fail_host(struct queue *queue, int32_t host, int64_t now_s)
{
    const int64_t index = queue->running[host];

    queue->is_down[host] = true;
    if (index < 0) {
        pool_take_one(pool_of(queue, host), host);
        return;
    }
    queue->jobs[index].end_s = now_s;
    queue->jobs[index].outcome = OUTCOME_NODE_FAIL;
    end_job(queue, index);
}

/* Everything that ends by @p now_s, in order; nodes that become free are given out at once. */
static void pass_until(struct queue *queue, int64_t now_s)
{
    while (queue->moments.count > 0 && queue->moments.heap[0].time_s <= now_s) {
        const struct moment moment = moments_pop(&queue->moments);
        bool block;

        if (moment.is_repair) {
            queue->is_down[moment.item] = false;
            pool_return(pool_of(queue, moment.item), moment.item);
            block = moment.item >= queue->pool[1].first;
        } else {
            const struct synth_job *job = &queue->jobs[moment.item];

            /* An outage may have ended it before. */
            if (job->outcome == OUTCOME_NODE_FAIL) continue;
            end_job(queue, moment.item);
            block = job->needs_gpu;
        }
        serve(queue, block, moment.time_s);
    }
}

static void queue_init(struct queue *queue, const struct synth_options *options,
                       struct synth_job *jobs, int64_t job_count, struct schedule *schedule)
{
    const int64_t cpu_hosts = places_cpu_hosts(options);

    *queue = (struct queue){.jobs = jobs, .schedule = schedule};
    queue->next = mem_zero((size_t)job_count, sizeof *queue->next);
    queue->running = mem_zero((size_t)options->hosts, sizeof *queue->running);
    queue->is_down = mem_zero((size_t)options->hosts, sizeof *queue->is_down);
    for (int64_t h = 0; h < options->hosts; h++) queue->running[h] = -1;
    for (int block = 0; block < 2; block++) queue->first[block] = queue->last[block] = -1;
    pool_init(&queue->pool[0], 0, cpu_hosts);
    pool_init(&queue->pool[1], cpu_hosts, options->hosts - cpu_hosts);
}

static void queue_release(struct queue *queue)
{
    for (int block = 0; block < 2; block++) pool_release(&queue->pool[block]);
    mem_free(&queue->moments.heap);
    mem_free(&queue->is_down);
    mem_free(&queue->running);
    mem_free(&queue->next);
}

static int by_start(const void *a, const void *b)
{
    const struct synth_job *x = a;
    const struct synth_job *y = b;

    if (x->start_s != y->start_s) return x->start_s < y->start_s ? -1 : 1;
    if (x->submit_s != y->submit_s) return x->submit_s < y->submit_s ? -1 : 1;
    return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

/* Keep the jobs that ran at some moment of the night. */
static void keep_night(struct schedule *schedule, struct synth_job *jobs, int64_t count,
                       double end_s)
{
    int64_t kept = 0;

    for (int64_t index = 0; index < count; index++) {
        const bool ran = jobs[index].start_s >= arrivals_first_s();

        if (ran && jobs[index].end_s > 0 && (double)jobs[index].start_s < end_s)
            jobs[kept++] = jobs[index];
    }
    if (kept > 0) qsort(jobs, (size_t)kept, sizeof *jobs, by_start);
    schedule->jobs = jobs;
    schedule->job_count = kept;
}

void schedule_make(const struct synth_options *options, const struct outage *outages,
                   int64_t outage_count, struct schedule *schedule)
{
    const double end_s = (double)options->samples * options->period_s;
    struct synth_job *jobs;
    struct queue queue;
    const int64_t job_count = arrivals_make(options, &jobs);
    int64_t arrival = 0;
    int64_t outage = 0;

    *schedule = (struct schedule){0};
    queue_init(&queue, options, jobs, job_count, schedule);
    for (int64_t i = 0; i < job_count; i++) jobs[i].start_s = INT64_MIN;
    while (arrival < job_count || outage < outage_count) {
        const bool is_outage =
            outage < outage_count
            && (arrival == job_count || outages[outage].down_s < jobs[arrival].submit_s);

        if (is_outage) {
            const struct outage *now = &outages[outage++];

            pass_until(&queue, now->down_s);
            fail_host(&queue, now->host, now->down_s);
            moments_push(
                &queue.moments,
                (struct moment){.time_s = now->up_s, .item = now->host, .is_repair = true});
        } else {
            pass_until(&queue, jobs[arrival].submit_s);
            enqueue(&queue, arrival);
            serve(&queue, jobs[arrival].needs_gpu, jobs[arrival].submit_s);
            arrival++;
        }
    }
    pass_until(&queue, (int64_t)ceil(end_s));
    queue_release(&queue);
    keep_night(schedule, jobs, job_count, end_s);
}

void schedule_release(struct schedule *schedule)
{
    mem_free(&schedule->jobs);
    mem_free(&schedule->hosts);
}

void by_host_release(struct by_host *index)
{
    mem_free(&index->first);
    mem_free(&index->item);
}

void schedule_by_host(const struct schedule *schedule, int64_t hosts, struct by_host *index)
{
    int64_t total = 0;

    index->first = mem_zero((size_t)hosts + 1, sizeof *index->first);
    for (int64_t j = 0; j < schedule->job_count; j++) {
        const struct synth_job *job = &schedule->jobs[j];

        for (int32_t i = 0; i < job->node_count; i++)
            index->first[schedule->hosts[job->host_first + i]]++;
        total += job->node_count;
    }
    for (int64_t h = 1; h <= hosts; h++) index->first[h] += index->first[h - 1];
    index->item = mem_zero((size_t)total, sizeof *index->item);
    /* Backwards, so that each host's jobs stand in the order of the schedule. */
    for (int64_t j = schedule->job_count - 1; j >= 0; j--) {
        const struct synth_job *job = &schedule->jobs[j];

        for (int32_t i = 0; i < job->node_count; i++)
            index->item[--index->first[schedule->hosts[job->host_first + i]]] = j;
    }
}
