// SPDX-License-Identifier: BSD-3-Clause
#include "page.h"

#include <telltale/clocks.h>

#include <stdio.h>
#include <string.h>

/* What the pass over the tiles finds beside the timelines. */
struct quality {
    int64_t expected, missing, longest;
    struct clocks *clocks; /* owned by fill_and_write() */
};

/* What the scores file holds. */
struct page_parts {
    struct page_scores scores;
    struct page_verdicts verdicts;
    struct page_forecast forecast;
    struct page_relation relation;
};

/* One tile's records, one after the other: host, bytes, record. */
struct packed {
    unsigned char *bytes; /* owned; room for the largest tile */
    int64_t length;
};

struct record_head {
    int64_t host;
    int64_t bytes;
};

char *date_text(int64_t unix_s, char *date)
{
    char text[CLOCK_TEXT_BYTES];

    snprintf(date, DATE_BYTES, "%.10s", clock_text(unix_s, text));
    return date;
}

/* Rates of counters have no first sample; that is no gap. */
static void judge_host(const struct facility *facility, const float *values, int64_t times,
                       struct quality *quality)
{
    for (int64_t m = 0; m < facility->metric_count; m++) {
        const int64_t skipped = facility->metrics[m].kind == METRIC_COUNTER && times > 1;
        const struct gaps gaps = gaps_find(values + skipped * facility->metric_count + m,
                                           times - skipped, facility->metric_count);

        quality->expected += times - skipped;
        quality->missing += times - skipped - gaps.present;
        if (gaps.longest > quality->longest) quality->longest = gaps.longest;
    }
}

static void pack_tile(struct view *view, const struct report_plan *plan, struct span hosts,
                      const float *values, const struct page_scores *scores, struct packed *packed,
                      struct quality *quality)
{
    const struct facility *facility = view_facility(view);
    const int64_t times = view_times(view).count;

    packed->length = 0;
    for (int64_t h = 0; h < hosts.count; h++) {
        const int64_t host = hosts.first + h;
        const float *rows = values + h * times * facility->metric_count;
        unsigned char *at = packed->bytes + packed->length;
        struct record_head head = {.host = host};

        judge_host(facility, rows, times, quality);
        clocks_add(quality->clocks, host, rows);
        head.bytes = (int64_t)report_pack_host(
            plan, rows, scores->is_flagged + host * facility->metric_count, at + sizeof head);
        memcpy(at, &head, sizeof head);
        packed->length += (int64_t)sizeof head + head.bytes;
    }
}

static void take_records(struct report_timeline *timeline, const unsigned char *bytes,
                         int64_t length)
{
    for (int64_t at = 0; at < length;) {
        struct record_head head;

        memcpy(&head, bytes + at, sizeof head);
        at += (int64_t)sizeof head;
        report_timeline_add(timeline, head.host, bytes + at, (size_t)head.bytes);
        at += head.bytes;
    }
}

/* Each round every rank packs one of its tiles and rank 0 takes them in: no rank holds more than that. */
static status gather_timeline(const struct comm *comm, struct view *view,
                              const struct report_plan *plan, const struct page_scores *scores,
                              struct report_timeline *timeline, struct quality *quality)
{
    const struct span mine = view_my_tiles(view);
    const int64_t rounds = comm_max_int64(comm, mine.count);
    const int64_t tile_hosts = view_tile_hosts(view, 0).count;
    struct packed packed = {
        .bytes =
            mem_array((size_t)tile_hosts, sizeof(struct record_head) + report_record_bytes(plan))};
    float *values = mem_array((size_t)view_tile_items(view), sizeof *values);
    status st = STATUS_OK;

    for (int64_t round = 0; round < rounds && !st; round++) {
        void *all = NULL;
        int64_t length = 0;

        packed.length = 0;
        if (round < mine.count) st = view_read_tile(view, mine.first + round, values);
        if (round < mine.count && !st) {
            pack_tile(view, plan, view_tile_hosts(view, mine.first + round), values, scores,
                      &packed, quality);
        }
        if (!st) st = comm_check_stop();
        st = comm_agree(comm, st);
        if (st) break;
        comm_gather_rows(comm, packed.bytes, packed.length, 1, &all, &length);
        if (all) take_records(timeline, all, length);
        mem_free(&all);
        if (comm_rank(comm) == 0) log_progress("page", round + 1, rounds);
    }
    mem_free(&values);
    mem_free(&packed.bytes);
    return st;
}

static void sum_quality(const struct comm *comm, const struct facility *facility,
                        const struct quality *mine, struct report_quality *quality)
{
    quality->samples_expected = comm_sum_int64(comm, mine->expected);
    quality->samples_missing = comm_sum_int64(comm, mine->missing);
    quality->longest_gap_s = facility->period_s * (double)comm_max_int64(comm, mine->longest);
}

/* @p rows  [findings], filled; the texts are static */
static void tell_clocks(const struct clock_verdict *verdict, struct report_clock *rows,
                        struct report_quality *quality)
{
    for (int64_t i = 0; i < verdict->finding_count; i++) {
        const struct clock_finding *finding = &verdict->findings[i];

        rows[i] = (struct report_clock){
            finding->host,     finding->against == CLOCK_JOBS ? "jobs" : "hosts",
            finding->offset_s, finding->drift_s_per_day,
            finding->matched,  finding->edges};
    }
    quality->clocks = rows;
    quality->clock_count = verdict->finding_count;
    quality->clocks_judged = verdict->judged_by_jobs > verdict->judged_by_hosts
                                 ? verdict->judged_by_jobs
                                 : verdict->judged_by_hosts;
    quality->starts_lag_s = verdict->starts_lag_s;
    quality->ends_lag_s = verdict->ends_lag_s;
}

static int list_stages(const struct comm *comm, struct stage_time *times,
                       struct report_stage *stages)
{
    const int count = comm_stage_times(comm, times);

    for (int i = 0; i < count; i++) {
        stages[i] =
            (struct report_stage){times[i].name, times[i].min_s, times[i].mean_s, times[i].max_s};
    }
    return count;
}

static status write_files(const struct page_job *job, const struct report_night *night,
                          const struct report_plan *plan, const struct report_timeline *timeline)
{
    if (job->summary) TRY(report_write_summary(job->summary, night));
    if (job->page) TRY(report_write_page(job->page, night, plan, timeline));
    return STATUS_OK;
}

/* What the pass over the tiles found, and the files. */
static status finish(const struct comm *comm, const struct page_job *job,
                     const struct quality *quality, struct report_night *night,
                     const struct report_plan *plan, const struct report_timeline *timeline)
{
    struct stage_time times[COMM_STAGES_MAX];
    struct report_stage stages[COMM_STAGES_MAX];
    struct clock_verdict verdict = {0};
    struct report_clock *rows;
    status st = STATUS_OK;

    sum_quality(comm, night->facility, quality, &night->quality);
    clocks_judge(comm, quality->clocks, &verdict);
    rows = mem_zero((size_t)verdict.finding_count + 1, sizeof *rows);
    tell_clocks(&verdict, rows, &night->quality);
    night->stages = stages;
    night->stage_count = list_stages(comm, times, stages);
    if (comm_rank(comm) == 0) st = write_files(job, night, plan, timeline);
    night->stages = NULL;
    night->stage_count = 0;
    mem_free(&rows);
    clock_verdict_release(&verdict);
    return st;
}

static status fill_and_write(const struct comm *comm, const struct page_job *job, struct view *view,
                             const struct page_parts *parts)
{
    const struct page_scores *scores = &parts->scores;
    const struct facility *facility = view_facility(view);
    struct report_timeline *timeline = report_timeline_create(facility->host_count);
    char date[DATE_BYTES];
    struct quality quality = {.clocks = clocks_create(facility, view_times(view))};
    struct report_plan plan;
    status st;
    struct report_night night = {
        .facility = facility,
        .night = date_text(facility->start_unix_s, date),
        .program_version = program_version(),
        .created_unix_s = clock_now_unix_s(),
        .ranks = comm_size(comm),
        .settings = scores->settings.bytes,
        .analyses = parts->verdicts.verdict,
        .analysis_count = parts->verdicts.count,
        .scores = scores->scores.band_count > 0 ? &scores->scores : NULL,
        .spectrum = scores->spectrum.window_count > 0 ? &scores->spectrum : NULL,
        .forecast = parts->forecast.is_there ? &parts->forecast.forecast : NULL,
        .relation = parts->relation.is_there ? &parts->relation.relation : NULL,
    };

    report_plan(&plan, facility, scores->scores.band_count, scores->flagged_count,
                job->budget_bytes - parts->forecast.bytes - parts->relation.bytes);
    plan.budget_bytes = job->budget_bytes;
    st = gather_timeline(comm, view, &plan, scores, timeline, &quality);
    if (!st) st = finish(comm, job, &quality, &night, &plan, timeline);
    clocks_destroy(&quality.clocks);
    report_timeline_destroy(&timeline);
    return comm_agree(comm, st);
}

static status read_parts(const struct comm *comm, const struct page_job *job,
                         const struct facility *facility, struct page_parts *parts)
{
    TRY(page_scores_read(comm, job->scores, facility, &parts->scores));
    TRY(page_verdicts_read(comm, job->scores, facility, &parts->verdicts));
    TRY(page_forecast_read(comm, job->scores, facility, job->budget_bytes, &parts->forecast));
    if (!job->graph) return STATUS_OK;
    return page_relation_read(comm, job->graph, facility, &parts->relation);
}

status page_write(const struct comm *comm, const struct page_job *job)
{
    const struct view_options options = {.tile_hosts = job->tile_hosts};
    struct page_parts parts = {0};
    struct view *view = NULL;
    status st;

    TRY(view_open_timeline(comm, job->facilities, job->facility_count, &options, &view));
    comm_stage_begin(comm, "page");
    st = read_parts(comm, job, view_facility(view), &parts);
    if (!st) st = fill_and_write(comm, job, view, &parts);
    page_relation_release(&parts.relation);
    page_forecast_release(&parts.forecast);
    page_verdicts_release(&parts.verdicts);
    page_scores_release(&parts.scores);
    comm_stage_end(comm);
    view_close(&view);
    return st;
}
