// SPDX-License-Identifier: BSD-3-Clause
/* Polls of sensors as ipmitool prints them, a file a host: one poll, or a day of them one behind the
 * other, each with its moment above. A poll becomes one row of samples; its sensors come in the same order
 * every time, so that a sensor is mostly found where it is expected. */
#include "poll.h"

#include <telltale/telemetry.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HOST_BYTES = 512, TWINS_MAX = 16 };

/** A sensor of the host at work. */
struct sensor {
    const char *name; /**< interned, as it is written */
    size_t length;
    int32_t metric;   /**< local number; -1 no number yet, -2 dropped */
    int32_t severity; /**< of the status that was seen last */
    int64_t poll;     /**< that it was seen in last */
    double value;     /**< NaN where this poll has none */
};

struct ipmi {
    char host_name[HOST_BYTES];
    int32_t host;
    double unix_s; /**< NaN: the poll at work has no moment */
    bool is_outside, has_used, has_heading;
    int64_t poll, heading_line, line_count;
    struct list sensors;       /**< struct sensor, in order of arrival */
    struct name_table *places; /**< owned; number of a sensor by name */
    int64_t expected;          /**< number of the sensor that mostly comes next */
    int32_t schema;
    int64_t of_schema; /**< sensors with a metric that the schema is for */
    int32_t *metrics;  /**< owned, room for all sensors */
    double *values;    /**< owned, the same */
    bool keeps_states;
};

static bool recognise(const char *place, const char *head, size_t length)
{
    struct row row = {0};
    bool is_one = false;

    (void)place;
    for (int number = 0; number < 3 && !is_one; number++) {
        const struct piece line = head_line(head, length, number);
        struct reading reading;

        if (line.length == 0) continue;
        row_split(&row, line.bytes, line.length, '|');
        is_one =
            reading_parse(&row, &reading) && reading.is_known && reading.kind != READING_REFUSED;
    }
    row_release(&row);
    return is_one || (length > 11 && memcmp(head, "Timestamp: ", 11) == 0);
}

static struct sensor *add_sensor(struct part *part, struct ipmi *ipmi, struct piece name)
{
    struct sensor *sensor = list_add(&ipmi->sensors, sizeof *sensor);

    sensor->name = part_text(part, name);
    sensor->length = strlen(sensor->name);
    sensor->metric = -1;
    sensor->severity = -1;
    sensor->poll = -1;
    sensor->value = (double)NAN;
    ipmi->metrics = mem_resize(ipmi->metrics, (size_t)ipmi->sensors.count, sizeof *ipmi->metrics);
    ipmi->values = mem_resize(ipmi->values, (size_t)ipmi->sensors.count, sizeof *ipmi->values);
    return sensor;
}

/** By name; the second of a name within a poll is "Temp #2". NULL where there are too many. */
static struct sensor *find_sensor(struct part *part, struct ipmi *ipmi, struct piece name)
{
    struct sensor *sensor;
    struct text twin = {0};

    if (ipmi->expected < ipmi->sensors.count) {
        sensor = list_at(&ipmi->sensors, ipmi->expected);
        if (sensor->poll != ipmi->poll && sensor->length == name.length
            && memcmp(sensor->name, name.bytes, name.length) == 0) {
            ipmi->expected++;
            return sensor;
        }
    }
    for (int count = 1; count <= TWINS_MAX; count++) {
        struct piece full = name;
        int64_t number;

        if (count > 1) {
            text_release(&twin);
            text_printf(&twin, "%.*s #%d", (int)name.length, name.bytes, count);
            full = (struct piece){twin.bytes, twin.length};
        }
        number = names_add(ipmi->places, full.bytes, full.length);
        sensor = number < ipmi->sensors.count ? list_at(&ipmi->sensors, number)
                                              : add_sensor(part, ipmi, full);
        ipmi->expected = number + 1;
        if (sensor->poll != ipmi->poll) {
            text_release(&twin);
            return sensor;
        }
    }
    text_release(&twin);
    return NULL;
}

/** A threshold that is passed is an event when it begins, not at each poll. */
static void follow_status(struct part *part, const struct ipmi *ipmi, struct sensor *sensor,
                          const struct reading *reading)
{
    struct found_event *event;
    struct text message = {0};

    if (reading->severity == sensor->severity) return;
    sensor->severity = reading->severity;
    if (reading->severity < 0) return;
    event = builder_event(part);
    event->unix_s = ipmi->unix_s;
    event->host = event->location =
        builder_text(&part->import->builder, ipmi->host_name, strlen(ipmi->host_name));
    event->severity = reading->severity;
    event->category = builder_text(&part->import->builder, "ipmi", 4);
    text_printf(&message, "%s %g%s%.*s (%.*s)", sensor->name, reading->value,
                reading->unit.length > 0 ? " " : "", (int)reading->unit.length, reading->unit.bytes,
                (int)reading->status.length, reading->status.bytes);
    event->message = part_text(part, (struct piece){message.bytes, message.length});
    text_release(&message);
}

static void take_value(struct part *part, struct ipmi *ipmi, struct sensor *sensor,
                       const struct reading *reading)
{
    part->import->tally.cells++;
    sensor->value = reading->value;
    if (sensor->metric == -1) {
        const char *unit = reading->unit.length > 0 ? part_text(part, reading->unit) : "";
        const int32_t metric =
            builder_metric(part, sensor->name, "ipmi", unit, ipmi->sensors.count);

        sensor->metric = metric < 0 ? -2 : metric;
    }
    if (!reading->is_known) part_repair(part, REASON_WORD);
    ipmi->has_used = ipmi->has_used || !part->is_repaired;
    part_use(part);
}

/** The poll at work is complete: its numbers become a row. */
static status end_poll(struct part *part, struct ipmi *ipmi)
{
    int32_t count = 0;
    bool has_value = false;

    for (int64_t number = 0; number < ipmi->sensors.count; number++) {
        struct sensor *sensor = list_at(&ipmi->sensors, number);

        if (sensor->metric < 0) continue;
        has_value = has_value || !isnan(sensor->value);
        ipmi->metrics[count] = sensor->metric;
        ipmi->values[count++] = sensor->value;
        sensor->value = (double)NAN;
    }
    if (ipmi->has_heading && ipmi->line_count == 0) {
        part->line = ipmi->heading_line;
        part_begin_row(part);
        part_leave_out(part, REASON_SILENT);
    }
    if (!has_value || ipmi->is_outside || isnan(ipmi->unix_s)) return STATUS_OK;
    if (count != ipmi->of_schema) {
        ipmi->schema = builder_schema(part, ipmi->metrics, count);
        ipmi->of_schema = count;
    }
    if (ipmi->host < 0)
        ipmi->host = builder_host(part, (struct piece){ipmi->host_name, strlen(ipmi->host_name)});
    part->is_repaired = false;
    return builder_poll(part, ipmi->host, ipmi->schema, ipmi->unix_s, ipmi->values, ipmi->has_used);
}

static void begin_poll(const struct part *part, struct ipmi *ipmi, double unix_s)
{
    ipmi->poll++;
    ipmi->unix_s = unix_s;
    ipmi->is_outside = unix_s < part->import->from_unix_s || unix_s >= part->import->to_unix_s;
    ipmi->has_used = false;
    ipmi->expected = 0;
    ipmi->line_count = 0;
}

static status use_line(struct part *part, struct ipmi *ipmi)
{
    struct reading reading;
    struct sensor *sensor;

    if (!reading_parse(&part->row, &reading))
        return part_refuse(part, part->row.count < 3 ? REASON_FEW_FIELDS : REASON_MANY_FIELDS,
                           "%d fields where ipmitool writes 3, 5 or 10", part->row.count);
    ipmi->line_count++;
    if (reading.name.length == 0) return part_refuse(part, REASON_NAME, "no name of a sensor");
    if (reading.kind == READING_REFUSED)
        return part_refuse(part, REASON_VALUE, "the reading is no number with a unit");
    if (isnan(ipmi->unix_s))
        return part_refuse(part, REASON_TIME,
                           "the poll has no moment, above it, in a name or by --file-time");
    if (ipmi->is_outside) {
        part_leave_out(part, REASON_OUTSIDE);
        return STATUS_OK;
    }
    sensor = find_sensor(part, ipmi, reading.name);
    if (!sensor)
        return part_refuse(part, REASON_TIME,
                           "a sensor comes again and again without a moment between");
    sensor->poll = ipmi->poll;
    if (reading.kind == READING_NONE || (reading.kind == READING_STATE && !ipmi->keeps_states)) {
        part_leave_out(part, reading.kind == READING_NONE ? REASON_NO_READING : REASON_STATE);
        return STATUS_OK;
    }
    follow_status(part, ipmi, sensor, &reading);
    take_value(part, ipmi, sensor, &reading);
    return STATUS_OK;
}

/** A line without `|`: it begins a poll, or it is what ipmitool said when something went wrong. */
static status use_heading(struct part *part, struct ipmi *ipmi)
{
    double unix_s = (double)NAN;
    const enum heading heading = poll_heading(part, part->row.fields[0], &unix_s);
    const int64_t line = part->line;

    if (heading == HEADING_NONE)
        return part_refuse(part, REASON_FEW_FIELDS, "neither a reading nor a moment");
    part_not_a_row(part);
    TRY(end_poll(part, ipmi));
    part->line = line;
    ipmi->has_heading = heading == HEADING_READ;
    ipmi->heading_line = line;
    begin_poll(part, ipmi, unix_s);
    if (heading == HEADING_READ) return STATUS_OK;
    part_begin_row(part);
    return part_refuse(part, REASON_TIME, "the moment of the poll is none between 1980 and 2100");
}

static status read_polls(struct part *part, struct ipmi *ipmi)
{
    bool has_row;

    for (;;) {
        TRY(part_next_row(part, '|', false, &has_row));
        if (!has_row) return end_poll(part, ipmi);
        if (part->row.count == 1)
            TRY(use_heading(part, ipmi));
        else
            TRY(use_line(part, ipmi));
    }
}

/** Host and moment before the first line: the settings', or the name's. */
static status begin_file(struct part *part, struct ipmi *ipmi)
{
    const char *host = settings_text(part->import->settings, "host");
    const char *moment = settings_text(part->import->settings, "file_time");
    double unix_s = (double)NAN, named = (double)NAN;

    if (poll_from_name(part, ipmi->host_name, sizeof ipmi->host_name, &named)) unix_s = named;
    if (host) snprintf(ipmi->host_name, sizeof ipmi->host_name, "%s", host);
    if (moment
        && !clock_parse(moment, strlen(moment), part->import->time_style.zone_offset_s, &unix_s))
        return fail(STATUS_BAD_USE, "file_time '%s' is no moment such as 2026-11-21T08:00:00Z",
                    moment);
    begin_poll(part, ipmi, unix_s);
    return STATUS_OK;
}

static status read_ipmi(struct part *part)
{
    struct ipmi ipmi = {.host = -1, .of_schema = -1};
    status st;

    TRY(begin_file(part, &ipmi));
    ipmi.keeps_states = settings_flag(part->import->settings, "sensor_states");
    ipmi.places = names_create();
    st = read_polls(part, &ipmi);
    names_destroy(&ipmi.places);
    list_release(&ipmi.sensors);
    mem_free(&ipmi.metrics);
    mem_free(&ipmi.values);
    return st;
}

const struct source source_ipmi = {"ipmi", "polls of sensors by ipmitool, a file a host", recognise,
                                   read_ipmi};
