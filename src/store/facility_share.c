// SPDX-License-Identifier: BSD-3-Clause
#include "column.h"
#include "facility_file.h"

#include <string.h>

/* What is sent first. */
struct outline {
    int64_t name; /* number of the facility's name */
    int64_t start_unix_s;
    double period_s;
    int64_t sample_count;
    int64_t counts[RECORD_KINDS];
    int64_t job_host_count;
    int64_t text_count;
    int64_t text_bytes;
};

/* While records travel, a text field holds the text's number. */
static void texts_to_numbers(const struct facility *facility, const struct record_kind *kind,
                             char *records)
{
    for (int c = 0; c < kind->column_count; c++) {
        const struct column *column = &kind->columns[c];

        for (int64_t i = 0; column->type == COLUMN_TEXT && i < records_count(facility, kind); i++) {
            char *record = records + (size_t)i * kind->record_bytes;
            const char *text = column_text(column, record);
            const int64_t number = names_find(facility->texts, text, strlen(text));

            memcpy(record + column->offset, &number, sizeof number);
        }
    }
}

static void numbers_to_texts(const struct facility *facility, const struct record_kind *kind,
                             char *records)
{
    for (int c = 0; c < kind->column_count; c++) {
        const struct column *column = &kind->columns[c];

        for (int64_t i = 0; column->type == COLUMN_TEXT && i < records_count(facility, kind); i++) {
            char *record = records + (size_t)i * kind->record_bytes;
            int64_t number;

            memcpy(&number, record + column->offset, sizeof number);
            column_set_text(column, record, names_text(facility->texts, number));
        }
    }
}

static void share_texts(const struct comm *comm, struct facility *facility,
                        const struct outline *outline)
{
    struct text all = {0};
    char *bytes = NULL;

    if (comm_rank(comm) == 0) {
        for (int64_t n = 0; n < outline->text_count; n++) {
            const char *text = names_text(facility->texts, n);

            text_add(&all, text, strlen(text) + 1);
        }
        comm_broadcast(comm, all.bytes, all.length, 0);
    } else {
        bytes = mem_zero((size_t)outline->text_bytes, 1);
        comm_broadcast(comm, bytes, (size_t)outline->text_bytes, 0);
        for (const char *at = bytes; at < bytes + outline->text_bytes; at += strlen(at) + 1)
            facility_text(facility, at);
    }
    mem_free(&bytes);
    text_release(&all);
}

static void share_records(const struct comm *comm, struct facility *facility,
                          const struct record_kind *kind, int64_t count)
{
    const size_t bytes = (size_t)count * kind->record_bytes;

    if (comm_rank(comm) == 0) {
        char *copy = mem_zero((size_t)count, kind->record_bytes);

        if (bytes > 0) memcpy(copy, records_first(facility, kind), bytes);
        texts_to_numbers(facility, kind, copy);
        comm_broadcast(comm, copy, bytes, 0);
        mem_free(&copy);
    } else {
        records_make(facility, kind, count);
        comm_broadcast(comm, records_first(facility, kind), bytes, 0);
        numbers_to_texts(facility, kind, records_first(facility, kind));
    }
}

static struct outline outline_of(const struct facility *facility)
{
    struct outline outline = {
        .name = names_find(facility->texts, facility->name, strlen(facility->name)),
        .start_unix_s = facility->start_unix_s,
        .period_s = facility->period_s,
        .sample_count = facility->sample_count,
        .job_host_count = facility->job_host_count,
        .text_count = names_count(facility->texts),
    };

    for (int k = 0; k < RECORD_KINDS; k++)
        outline.counts[k] = records_count(facility, &record_kinds[k]);
    for (int64_t n = 0; n < outline.text_count; n++)
        outline.text_bytes += (int64_t)strlen(names_text(facility->texts, n)) + 1;
    return outline;
}

static void share_job_hosts(const struct comm *comm, struct facility *facility, int64_t count)
{
    if (comm_rank(comm) != 0) {
        facility->job_hosts = mem_zero((size_t)count, sizeof *facility->job_hosts);
        facility->job_host_count = facility->room.job_hosts = count;
    }
    comm_broadcast(comm, facility->job_hosts, (size_t)count * sizeof *facility->job_hosts, 0);
}

void facility_share(const struct comm *comm, struct facility *facility)
{
    struct outline outline = {0};

    if (comm_size(comm) == 1) return;
    if (comm_rank(comm) == 0) outline = outline_of(facility);
    comm_broadcast(comm, &outline, sizeof outline, 0);
    share_texts(comm, facility, &outline);
    for (int k = 0; k < RECORD_KINDS; k++)
        share_records(comm, facility, &record_kinds[k], outline.counts[k]);
    share_job_hosts(comm, facility, outline.job_host_count);
    if (comm_rank(comm) == 0) return;
    facility->name = names_text(facility->texts, outline.name);
    facility->start_unix_s = outline.start_unix_s;
    facility->period_s = outline.period_s;
    facility->sample_count = outline.sample_count;
    facility_index(facility);
}
