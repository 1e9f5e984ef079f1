// SPDX-License-Identifier: BSD-3-Clause
#include "cockpit.h"
#include "gather.h"
#include "host_pattern.h"

#include <telltale/store.h>

#include <math.h>
#include <string.h>

static status read_moment(const struct import *import, const char *name, double otherwise,
                          double *unix_s)
{
    const char *text = settings_text(import->settings, name);

    *unix_s = otherwise;
    if (text && !clock_parse(text, strlen(text), import->time_style.zone_offset_s, unix_s))
        return fail(STATUS_BAD_USE, "%s '%s' is no moment such as 2026-11-21T08:00:00Z", name,
                    text);
    return STATUS_OK;
}

static status read_classes(struct import *import)
{
    const char *path = settings_text(import->settings, "metric_classes");
    char *bytes = NULL;
    size_t length = 0;
    status st;

    if (path) TRY(comm_read_file(import->comm, path, 1 << 20, &bytes, &length));
    st = metric_classes_create(bytes, length, path, &import->classes);
    mem_free(&bytes);
    return st;
}

/* Every rank by the same clock; what is a minute ahead may be written and read at once. */
static double latest_moment(const struct comm *comm)
{
    static const int64_t tolerance_s = 60;
    int64_t now_unix_s = clock_now_unix_s();

    comm_broadcast(comm, &now_unix_s, sizeof now_unix_s, 0);
    return (double)(now_unix_s + tolerance_s);
}

static status check_settings(struct import *import)
{
    const struct settings *settings = import->settings;

    if (!import->output) return fail(STATUS_BAD_USE, "no output is named; -o FILE");
    TRY(time_styles_read(settings, import->time_styles));
    import->time_style = import->time_styles[STYLE_OF_ALL];
    TRY(read_moment(import, "start", -(double)INFINITY, &import->from_unix_s));
    TRY(read_moment(import, "end", (double)INFINITY, &import->to_unix_s));
    if (import->from_unix_s >= import->to_unix_s)
        return fail(STATUS_BAD_USE, "start is not before end");
    for (int item = 0; item < settings_list_count(settings, "run_patterns"); item++)
        TRY(run_pattern_check(settings_list_item(settings, "run_patterns", item)));
    return host_pattern_create(settings, &import->host_pattern);
}

static status begin(const struct comm *comm, const struct settings *settings, struct import *import)
{
    static const int fields_per_line = 64;

    memset(import, 0, sizeof *import);
    import->comm = comm;
    import->settings = settings;
    import->output = settings_text(settings, "output");
    import->latest_unix_s = latest_moment(comm);
    import->is_strict = settings_flag(settings, "strict");
    import->field_limit = (size_t)settings_int(settings, "field_limit_bytes");
    import->line_limit = import->field_limit * (size_t)fields_per_line;
    TRY(comm_agree(comm, check_settings(import)));
    if (comm_rank(comm) == 0) spill_sweep(import->output);
    if (settings_flag(settings, "update")) TRY(earlier_open(import));
    return comm_agree(comm, read_classes(import));
}

static void end(struct import *import)
{
    builder_release(&import->builder);
    metric_classes_destroy(&import->classes);
    host_pattern_destroy(&import->host_pattern);
    halves_destroy(&import->halves);
    text_release(&import->notes);
    store_close(&import->earlier);
}

/** Notes of all ranks, in their order. Collective. */
static void gather_notes(const struct comm *comm, const struct text *mine, struct text *all)
{
    char *bytes;
    int64_t length;

    comm_all_rows(comm, mine->bytes, (int64_t)mine->length, 1, (void **)&bytes, &length);
    text_add(all, bytes ? bytes : "", (size_t)length);
    mem_free(&bytes);
}

/** Hosts that are in telemetry only. */
static int64_t hosts_without_jobs(const struct facility *facility)
{
    int64_t count = facility->host_count;
    char *has_job = mem_zero((size_t)facility->host_count + 1, 1);

    for (int64_t i = 0; i < facility->job_host_count; i++) {
        count -= !has_job[facility->job_hosts[i]];
        has_job[facility->job_hosts[i]] = 1;
    }
    mem_free(&has_job);
    return facility->job_host_count > 0 ? count : 0;
}

static void fill_report(struct import_report *report, const struct import *import,
                        const struct merged *merged)
{
    const struct facility *facility = merged->facility;

    report->output = mem_text(import->output);
    report->tally = import->tally;
    report->hosts = facility->host_count;
    report->metrics = facility->metric_count;
    for (int64_t metric = 0; metric < facility->metric_count; metric++)
        report->counters += facility->metrics[metric].kind == METRIC_COUNTER;
    report->samples = facility->sample_count;
    report->jobs = facility->job_count;
    report->events = facility->event_count;
    report->labels = facility->label_count;
    report->foreign_hosts = merged->foreign_hosts;
    report->hosts_without_jobs = hosts_without_jobs(facility);
    stamps_take(report, facility);
    report->start_unix_s = facility->start_unix_s;
    report->period_s = facility->period_s;
    report->is_period_given = settings_is_given(import->settings, "period_s");
}

static status refuse_no_rows(const struct files *files, const struct tally *all)
{
    const long long more = (long long)(all->files + all->passed_over) - 1;
    char place[PLACE_BYTES];

    text_printable(files->count > 0 ? files->files[0].path : "", place, sizeof place);
    if (more <= 0) return fail(STATUS_BAD_INPUT, "%s: no row of any use is in it", place);
    return fail(STATUS_BAD_INPUT,
                "%s and %lld more: no row of any use is in these files, and %lld are of no known "
                "kind",
                place, more, (long long)all->passed_over);
}

/** Every row that was begun has come to one end. */
static void check_sum(const struct tally *all)
{
    int64_t rows = 0;

    for (int row_class = 0; row_class < ROW_CLASSES; row_class++) rows += all->rows[row_class];
    ASSERT(rows == all->read);
}

/** An import of which nothing remains is a mistake: of the format, the time zone, the file. */
static status check_any(const struct import *import, const struct files *files, bool *is_outside)
{
    struct tally all = import->tally;
    const struct reason_count *first = NULL;
    int which = 0;

    tally_merge(import->comm, &all);
    check_sum(&all);
    *is_outside = false;
    if (all.rows[ROW_USED] + all.rows[ROW_REPAIRED] > 0) return STATUS_OK;
    *is_outside = all.reasons[REASON_OUTSIDE].rows > 0;
    for (int reason = 0; reason < REASONS; reason++) {
        const struct reason_count *count = &all.reasons[reason];

        if (count->rows == 0 || reason_table[reason].row_class == ROW_REPAIRED) continue;
        if (first
            && (first->key < count->key
                || (first->key == count->key && first->line <= count->line)))
            continue;
        first = count;
        which = reason;
    }
    if (!first) return refuse_no_rows(files, &all);
    return fail(STATUS_BAD_INPUT, "none of %lld rows can be used; the first is %s:%lld: %s",
                (long long)(all.rows[ROW_REFUSED] + all.rows[ROW_LEFT_OUT]), first->place,
                (long long)first->line, reason_table[which].words);
}

/** With names known everywhere: grid, kinds, file. Collective. */
static status put_together(struct import *import, const struct files *files,
                           struct import_report *report)
{
    struct merged merged = {0};
    struct text notes = {0};
    status st;

    gather_notes(import->comm, &import->notes, &notes);
    text_release(&import->notes);
    st = merge(import, &merged);
    if (!st) st = grid_decide(import, &merged);
    if (!st) kinds_decide(import, &merged);
    if (!st)
        st =
            comm_agree(import->comm, earlier_bases(import, merged.facility, &merged.earlier_bases));
    if (!st) st = fill(import, &merged, files, &report->largest_offset_s);
    if (!st) {
        tally_merge(import->comm, &import->tally);
        check_sum(&import->tally);
        text_add(&notes, import->notes.bytes ? import->notes.bytes : "", import->notes.length);
        if (merged.known_records > 0)
            text_printf(&notes, "%lld jobs, events and labels were known already\n",
                        (long long)merged.known_records);
        fill_report(report, import, &merged);
        report->notes = notes;
        notes = (struct text){0};
    }
    text_release(&notes);
    merged_release(&merged);
    return st;
}

static status read_and_write(struct import *import, const struct files *files,
                             struct import_report *report, bool *is_outside)
{
    status st;

    builder_init(&import->builder);
    comm_stage_begin(import->comm, "read");
    st = files_read(import, files);
    comm_stage_end(import->comm);
    TRY(comm_agree(import->comm, st));
    TRY(check_any(import, files, is_outside));
    comm_stage_begin(import->comm, "write");
    st = put_together(import, files, report);
    comm_stage_end(import->comm);
    return st;
}

status import_run(const struct comm *comm, const struct settings *settings,
                  const char *const *inputs, int count, struct import_report **report)
{
    bool is_outside;

    return import_run_new(comm, settings, inputs, count, report, &is_outside);
}

status import_run_new(const struct comm *comm, const struct settings *settings,
                      const char *const *inputs, int count, struct import_report **report,
                      bool *is_outside)
{
    const double started = clock_monotonic_s();
    struct import_report *made = mem_zero(1, sizeof *made);
    struct files files = {0};
    struct import import;
    status st;

    *is_outside = false;
    st = begin(comm, settings, &import);
    if (!st) st = files_list(comm, settings, inputs, count, &files);
    if (!st) st = read_and_write(&import, &files, made, is_outside);
    end(&import);
    files_release(&files);
    if (st) {
        import_report_destroy(&made);
        return st;
    }
    made->seconds = comm_max_double(comm, clock_monotonic_s() - started);
    *report = made;
    return STATUS_OK;
}
