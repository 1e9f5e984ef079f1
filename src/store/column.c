// SPDX-License-Identifier: BSD-3-Clause
#include "column.h"

#include <stddef.h>
#include <string.h>

#define FIELD(record, field) offsetof(struct record, field)

static const struct column host_columns[] = {
    {"/hosts/name",            FIELD(host, name),            COLUMN_TEXT,  BOUND_NONE,  false},
    {"/hosts/row",             FIELD(host, row),             COLUMN_INT32, BOUND_NONE,  false},
    {"/hosts/rack",            FIELD(host, rack),            COLUMN_INT32, BOUND_NONE,  false},
    {"/hosts/chassis",         FIELD(host, chassis),         COLUMN_INT32, BOUND_NONE,  false},
    {"/hosts/slot",            FIELD(host, slot),            COLUMN_INT32, BOUND_NONE,  false},
    {"/hosts/stamps_backward", FIELD(host, stamps_backward), COLUMN_INT32, BOUND_COUNT, true },
    {"/hosts/stamps_future",   FIELD(host, stamps_future),   COLUMN_INT32, BOUND_COUNT, true },
};

static const struct column metric_columns[] = {
    {"/metrics/name",   FIELD(metric, name),   COLUMN_TEXT, BOUND_NONE, false},
    {"/metrics/unit",   FIELD(metric, unit),   COLUMN_TEXT, BOUND_NONE, false},
    {"/metrics/source", FIELD(metric, source), COLUMN_TEXT, BOUND_NONE, false},
    {"/metrics/kind",   FIELD(metric, kind),   COLUMN_INT8, BOUND_KIND, false},
};

static const struct column job_columns[] = {
    {"/jobs/id",            FIELD(job, id),            COLUMN_TEXT,  BOUND_NONE, false},
    {"/jobs/user",          FIELD(job, user),          COLUMN_TEXT,  BOUND_NONE, false},
    {"/jobs/project",       FIELD(job, project),       COLUMN_TEXT,  BOUND_NONE, false},
    {"/jobs/name",          FIELD(job, name),          COLUMN_TEXT,  BOUND_NONE, false},
    {"/jobs/application",   FIELD(job, application),   COLUMN_TEXT,  BOUND_NONE, false},
    {"/jobs/queue",         FIELD(job, queue),         COLUMN_TEXT,  BOUND_NONE, false},
    {"/jobs/state",         FIELD(job, state),         COLUMN_TEXT,  BOUND_NONE, false},
    {"/jobs/submit_unix_s", FIELD(job, submit_unix_s), COLUMN_INT64, BOUND_NONE, false},
    {"/jobs/start_unix_s",  FIELD(job, start_unix_s),  COLUMN_INT64, BOUND_NONE, false},
    {"/jobs/end_unix_s",    FIELD(job, end_unix_s),    COLUMN_INT64, BOUND_NONE, false},
    {"/jobs/limit_s",       FIELD(job, limit_s),       COLUMN_INT64, BOUND_NONE, false},
    {"/jobs/node_count",    FIELD(job, node_count),    COLUMN_INT32, BOUND_NONE, false},
    {"/jobs/exit_code",     FIELD(job, exit_code),     COLUMN_INT32, BOUND_NONE, false},
};

static const struct column event_columns[] = {
    {"/events/unix_s",   FIELD(event, unix_s),   COLUMN_DOUBLE, BOUND_TIME,     false},
    {"/events/host",     FIELD(event, host),     COLUMN_INT32,  BOUND_HOST,     false},
    {"/events/severity", FIELD(event, severity), COLUMN_INT8,   BOUND_SEVERITY, false},
    {"/events/category", FIELD(event, category), COLUMN_TEXT,   BOUND_NONE,     false},
    {"/events/location", FIELD(event, location), COLUMN_TEXT,   BOUND_NONE,     false},
    {"/events/message",  FIELD(event, message),  COLUMN_TEXT,   BOUND_NONE,     false},
};

static const struct column label_columns[] = {
    {"/labels/host",         FIELD(label, host),         COLUMN_INT32,  BOUND_HOST, false},
    {"/labels/job",          FIELD(label, job),          COLUMN_INT32,  BOUND_JOB,  false},
    {"/labels/start_unix_s", FIELD(label, start_unix_s), COLUMN_DOUBLE, BOUND_TIME, false},
    {"/labels/end_unix_s",   FIELD(label, end_unix_s),   COLUMN_DOUBLE, BOUND_TIME, false},
    {"/labels/name",         FIELD(label, name),         COLUMN_TEXT,   BOUND_NONE, false},
};

#define KIND(record, plural) \
    { \
#        plural, sizeof(struct record), offsetof(struct facility, plural), \
            offsetof(struct facility, record##_count), offsetof(struct facility, room.plural), \
            record##_columns, (int)(sizeof record##_columns / sizeof record##_columns[0]) \
    }

const struct record_kind record_kinds[RECORD_KINDS] = {
    [KIND_HOSTS] = KIND(host, hosts),    [KIND_METRICS] = KIND(metric, metrics),
    [KIND_JOBS] = KIND(job, jobs),       [KIND_EVENTS] = KIND(event, events),
    [KIND_LABELS] = KIND(label, labels),
};

int64_t records_count(const struct facility *facility, const struct record_kind *kind)
{
    int64_t count;

    memcpy(&count, (const char *)facility + kind->count_offset, sizeof count);
    return count;
}

char *records_first(const struct facility *facility, const struct record_kind *kind)
{
    char *first;

    memcpy(&first, (const char *)facility + kind->items_offset, sizeof first);
    return first;
}

void records_make(struct facility *facility, const struct record_kind *kind, int64_t count)
{
    void *items = mem_zero((size_t)count, kind->record_bytes);

    ASSERT(!records_first(facility, kind));
    memcpy((char *)facility + kind->items_offset, &items, sizeof items);
    memcpy((char *)facility + kind->count_offset, &count, sizeof count);
    memcpy((char *)facility + kind->room_offset, &count, sizeof count);
}

size_t column_item_bytes(enum column_type type)
{
    static const size_t bytes[] = {
        [COLUMN_TEXT] = sizeof(char *),
        [COLUMN_INT8] = 1,
        [COLUMN_INT32] = 4,
        [COLUMN_INT64] = 8,
        [COLUMN_DOUBLE] = 8,
    };

    return bytes[type];
}

const char *column_type_name(enum column_type type)
{
    static const char *const names[] = {
        [COLUMN_TEXT] = "string", [COLUMN_INT8] = "int8",     [COLUMN_INT32] = "int32",
        [COLUMN_INT64] = "int64", [COLUMN_DOUBLE] = "double",
    };

    return names[type];
}

hid_t column_file_type(enum column_type type)
{
    const hid_t types[] = {
        [COLUMN_TEXT] = -1,
        [COLUMN_INT8] = H5T_STD_I8LE,
        [COLUMN_INT32] = H5T_STD_I32LE,
        [COLUMN_INT64] = H5T_STD_I64LE,
        [COLUMN_DOUBLE] = H5T_IEEE_F64LE,
    };

    return types[type];
}

hid_t column_memory_type(enum column_type type)
{
    const hid_t types[] = {
        [COLUMN_TEXT] = -1,
        [COLUMN_INT8] = H5T_NATIVE_INT8,
        [COLUMN_INT32] = H5T_NATIVE_INT32,
        [COLUMN_INT64] = H5T_NATIVE_INT64,
        [COLUMN_DOUBLE] = H5T_NATIVE_DOUBLE,
    };

    return types[type];
}

void column_gather(const struct column *column, const struct record_kind *kind, const char *records,
                   int64_t count, void *items)
{
    const size_t bytes = column_item_bytes(column->type);

    for (int64_t i = 0; i < count; i++) {
        const char *field = records + (size_t)i * kind->record_bytes + column->offset;

        if (column->type == COLUMN_INT8) {
            int32_t value;

            memcpy(&value, field, sizeof value);
            ((int8_t *)items)[i] = (int8_t)value;
        } else {
            memcpy((char *)items + (size_t)i * bytes, field, bytes);
        }
    }
}

void column_scatter(const struct column *column, const struct record_kind *kind, char *records,
                    int64_t count, const void *items)
{
    const size_t bytes = column_item_bytes(column->type);

    for (int64_t i = 0; i < count; i++) {
        char *field = records + (size_t)i * kind->record_bytes + column->offset;

        if (column->type == COLUMN_INT8) {
            const int32_t value = (int32_t)((const int8_t *)items)[i];

            memcpy(field, &value, sizeof value);
        } else {
            memcpy(field, (const char *)items + (size_t)i * bytes, bytes);
        }
    }
}

const char *column_text(const struct column *column, const char *record)
{
    const char *text;

    memcpy(&text, record + column->offset, sizeof text);
    return text;
}

void column_set_text(const struct column *column, char *record, const char *text)
{
    memcpy(record + column->offset, &text, sizeof text);
}
