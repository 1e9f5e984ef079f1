// SPDX-License-Identifier: BSD-3-Clause
#include "gather.h"

#include <jansson.h>
#include <stdlib.h>

static const char *const class_names[ROW_CLASSES] = {"used", "repaired", "refused", "left_out"};

void import_report_destroy(struct import_report **report)
{
    if (!*report) return;
    stamps_release(*report);
    text_release(&(*report)->notes);
    mem_free(&(*report)->output);
    mem_free(report);
}

int64_t import_report_rows(const struct import_report *report, enum row_class row_class)
{
    return report->tally.rows[row_class];
}

int64_t import_report_samples(const struct import_report *report)
{
    return report->samples;
}

static void table_of_reasons(const struct tally *tally, enum row_class row_class,
                             struct text *table)
{
    for (int reason = 0; reason < REASONS; reason++) {
        const struct reason_count *count = &tally->reasons[reason];

        if (reason_table[reason].row_class != row_class || count->rows == 0) continue;
        text_printf(table, "    %10lld  %s; first %s:%lld\n", (long long)count->rows,
                    reason_table[reason].words, count->place, (long long)count->line);
    }
}

static void table_of_rows(const struct tally *tally, struct text *table)
{
    text_printf(table, "rows read   %12lld from %lld files, %.1f MB\n", (long long)tally->read,
                (long long)tally->files, (double)tally->bytes / 1e6);
    text_printf(table, "  used      %12lld\n", (long long)tally->rows[ROW_USED]);
    text_printf(table, "  repaired  %12lld\n", (long long)tally->rows[ROW_REPAIRED]);
    table_of_reasons(tally, ROW_REPAIRED, table);
    text_printf(table, "  refused   %12lld\n", (long long)tally->rows[ROW_REFUSED]);
    table_of_reasons(tally, ROW_REFUSED, table);
    text_printf(table, "  left out  %12lld\n", (long long)tally->rows[ROW_LEFT_OUT]);
    table_of_reasons(tally, ROW_LEFT_OUT, table);
    if (tally->cells > 0)
        text_printf(table, "cells read  %12lld, %lld empty, %lld no number\n",
                    (long long)tally->cells, (long long)tally->cells_missing,
                    (long long)tally->cells_refused);
}

void import_report_table(const struct import_report *report, struct text *table)
{
    char start[CLOCK_TEXT_BYTES];

    table_of_rows(&report->tally, table);
    if (report->samples > 0) {
        text_printf(table, "telemetry   %lld hosts x %lld samples x %lld metrics (%lld counters)\n",
                    (long long)report->hosts, (long long)report->samples,
                    (long long)report->metrics, (long long)report->counters);
        text_printf(
            table, "grid        from %s every %g s (%s); stamps are at most %.3g s off it\n",
            clock_text(report->start_unix_s, start), report->period_s,
            report->is_period_given ? "as asked for" : "the median step", report->largest_offset_s);
    }
    text_printf(table, "also        %lld jobs, %lld events, %lld labels\n", (long long)report->jobs,
                (long long)report->events, (long long)report->labels);
    if (report->foreign_hosts > 0)
        text_printf(table, "            jobs and events name hosts without samples %lld times\n",
                    (long long)report->foreign_hosts);
    if (report->hosts_without_jobs > 0)
        text_printf(table, "            %lld hosts are in no job\n",
                    (long long)report->hosts_without_jobs);
    stamps_table(report, table);
    if (report->notes.length > 0) text_printf(table, "notes\n%s", report->notes.bytes);
    text_printf(table, "written to  %s in %.1f s, %.1f MB/s\n", report->output, report->seconds,
                (double)report->tally.bytes / 1e6 / (report->seconds > 0 ? report->seconds : 1));
}

static json_t *json_of_rows(const struct tally *tally)
{
    json_t *rows = json_object();
    json_t *reasons = json_object();

    json_object_set_new(rows, "read", json_integer(tally->read));
    for (int class = 0; class < ROW_CLASSES; class ++)
        json_object_set_new(rows, class_names[class], json_integer(tally->rows[class]));
    for (int reason = 0; reason < REASONS; reason++) {
        const struct reason_count *count = &tally->reasons[reason];

        if (count->rows == 0) continue;
        json_object_set_new(reasons, reason_table[reason].name,
                            json_pack("{s:s, s:I, s:s, s:I}", "class",
                                      class_names[reason_table[reason].row_class], "rows",
                                      (json_int_t)count->rows, "first_file", count->place,
                                      "first_line", (json_int_t)count->line));
    }
    json_object_set_new(rows, "reasons", reasons);
    return rows;
}

static json_t *json_of_notes(const struct text *notes)
{
    json_t *list = json_array();
    const char *at = notes->bytes, *end = notes->bytes + notes->length;

    while (at && at < end) {
        struct piece line = head_line(at, (size_t)(end - at), 0);

        json_array_append_new(list, json_stringn(line.bytes, line.length));
        at += line.length + 1;
    }
    return list;
}

void import_report_json(const struct import_report *report, struct text *json)
{
    const struct tally *tally = &report->tally;
    json_t *root = json_pack(
        "{s:s, s:I, s:I, s:I, s:o, s:{s:I, s:I, s:I}, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, "
        "s:I, s:I, s:f, s:f, s:o, s:o}",
        "output", report->output, "files", (json_int_t)tally->files, "files_passed_over",
        (json_int_t)tally->passed_over, "bytes", (json_int_t)tally->bytes, "rows",
        json_of_rows(tally), "cells", "read", (json_int_t)tally->cells, "missing",
        (json_int_t)tally->cells_missing, "refused", (json_int_t)tally->cells_refused, "hosts",
        (json_int_t)report->hosts, "samples", (json_int_t)report->samples, "metrics",
        (json_int_t)report->metrics, "counters", (json_int_t)report->counters, "jobs",
        (json_int_t)report->jobs, "events", (json_int_t)report->events, "labels",
        (json_int_t)report->labels, "start_unix_s", (json_int_t)report->start_unix_s, "period_s",
        report->period_s, "foreign_hosts", (json_int_t)report->foreign_hosts, "hosts_without_jobs",
        (json_int_t)report->hosts_without_jobs, "largest_offset_s", report->largest_offset_s,
        "seconds", report->seconds, "clocks", stamps_json(report), "notes",
        json_of_notes(&report->notes));
    char *text;

    ASSERT(root != NULL);
    text = json_dumps(root, JSON_INDENT(2));
    if (!text) base_die("no memory for the report of the import");
    text_printf(json, "%s\n", text);
    free(text);
    json_decref(root);
}
