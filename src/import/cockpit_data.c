// SPDX-License-Identifier: BSD-3-Clause
/* metric -> scope -> {unit, timestep, series: [{hostname, data: [number or null, ...]}]}. What is of whole
 * nodes is taken; metrics of one timestep make the rows of a host. */
#include "cockpit.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const char scope_name[] = "node";

/** Metrics of one timestep. */
struct columns {
    const json_t **series; /**< owned, [count]; borrowed arrays */
    int32_t *metrics;      /**< owned, [count] */
    const json_t **data;   /**< owned, [count]; of the host at work, NULL none */
    double *values;        /**< owned, [count] */
    int32_t count, schema;
    double timestep_s;
};

/** The unit as "GB/s": a text, or {base, prefix}. */
static const char *unit_of(struct part *part, const json_t *unit)
{
    const char *prefix = json_string_value(json_object_get(unit, "prefix"));
    const char *base = json_string_value(json_object_get(unit, "base"));
    struct text text = {0};
    const char *interned;

    if (json_is_string(unit)) base = json_string_value(unit);
    text_printf(&text, "%s%s", prefix ? prefix : "", base ? base : "");
    interned = part_text(part, (struct piece){text.bytes, text.length});
    text_release(&text);
    return interned;
}

static double timestep_of(const json_t *metric)
{
    const json_t *scope = json_object_get(metric, scope_name);
    const double step_s = json_number_value(json_object_get(scope, "timestep"));

    return step_s > 0 && step_s < 1e7 && json_is_array(json_object_get(scope, "series")) ? step_s
                                                                                         : 0;
}

static void find_columns(struct part *part, const json_t *document, struct columns *columns)
{
    const char *name;
    json_t *metric;
    int64_t column = 0;

    columns->count = 0;
    json_object_foreach((json_t *)(uintptr_t)document, name, metric)
    {
        const json_t *scope = json_object_get(metric, scope_name);
        int32_t number;

        column++;
        if (timestep_of(metric) != columns->timestep_s) continue;
        number =
            builder_metric(part, part_text(part, (struct piece){name, strlen(name)}),
                           "clustercockpit", unit_of(part, json_object_get(scope, "unit")), column);
        if (number < 0) continue;
        columns->series[columns->count] = json_object_get(scope, "series");
        columns->metrics[columns->count++] = number;
    }
    columns->schema = builder_schema(part, columns->metrics, columns->count);
}

static const char *host_of(const json_t *series)
{
    const char *host = json_string_value(json_object_get(series, "hostname"));

    return host ? host : "";
}

/** The samples of a host in one column's series. */
static const json_t *data_of(const json_t *all, const char *host)
{
    size_t number;
    const json_t *series;

    json_array_foreach(all, number, series)
    {
        if (strcmp(host_of(series), host) == 0) return json_object_get(series, "data");
    }
    return NULL;
}

static double value_of(struct part *part, const json_t *sample, bool *is_refused)
{
    struct tally *tally = &part->import->tally;

    tally->cells++;
    if (json_is_number(sample) && fabs(json_number_value(sample)) <= (double)FLT_MAX)
        return json_number_value(sample);
    if (sample && !json_is_null(sample)) {
        *is_refused = true;
        tally->cells_refused++;
    } else {
        tally->cells_missing++;
    }
    return (double)NAN;
}

static status take_host(struct part *part, struct columns *columns, const char *name,
                        double start_unix_s)
{
    size_t times = 0;
    int32_t host;

    for (int32_t column = 0; column < columns->count; column++) {
        columns->data[column] = data_of(columns->series[column], name);
        if (json_array_size(columns->data[column]) > times)
            times = json_array_size(columns->data[column]);
    }
    host = builder_host(part, (struct piece){name, strlen(name)});
    for (size_t time = 0; time < times; time++) {
        const double unix_s = start_unix_s + (double)time * columns->timestep_s;
        bool is_refused = false;

        part->line++;
        part_begin_row(part);
        for (int32_t column = 0; column < columns->count; column++)
            columns->values[column] =
                value_of(part, json_array_get(columns->data[column], time), &is_refused);
        if (is_refused) part_repair(part, REASON_CELL);
        if (!time_is_plausible(unix_s))
            TRY(part_refuse(part, REASON_TIME, "no moment between 1980 and 2100"));
        else
            TRY(builder_row(part, host, columns->schema, unix_s, columns->values));
    }
    comm_progress();
    return comm_check_stop();
}

/** Hosts in the order in which the series name them, each once. */
static status take_hosts(struct part *part, struct columns *columns, double start_unix_s)
{
    struct name_table *hosts = names_create();
    status st = STATUS_OK;

    for (int32_t column = 0; column < columns->count && !st; column++) {
        const size_t count = json_array_size(columns->series[column]);

        for (size_t number = 0; number < count && !st; number++) {
            const char *name = host_of(json_array_get(columns->series[column], number));
            const int64_t before = names_count(hosts);

            if (*name == '\0') {
                part->line++;
                part_begin_row(part);
                st = part_refuse(part, REASON_NAME, "a series without hostname");
            } else if (names_add(hosts, name, strlen(name)) == before) {
                st = take_host(part, columns, name, start_unix_s);
            }
        }
    }
    names_destroy(&hosts);
    return st;
}

/** Metrics whose samples are not of whole nodes. */
static void note_others(struct part *part, const json_t *document)
{
    const char *name;
    json_t *metric;
    int64_t count = 0;

    json_object_foreach((json_t *)(uintptr_t)document, name, metric) count +=
        timestep_of(metric) == 0;
    if (count > 0)
        text_printf(&part->import->notes, "%s: %lld metrics have no series of scope %s\n",
                    part->place, (long long)count, scope_name);
}

/** The smallest timestep above @p above; 0 where there is none. */
static double next_timestep(const json_t *document, double above)
{
    const char *name;
    json_t *metric;
    double next = 0;

    json_object_foreach((json_t *)(uintptr_t)document, name, metric)
    {
        const double step_s = timestep_of(metric);

        if (step_s > above && (next == 0 || step_s < next)) next = step_s;
    }
    return next;
}

status cockpit_take_data(struct part *part, const json_t *data, double start_unix_s)
{
    const size_t room = json_object_size(data) + 1;
    struct columns columns = {
        .series = mem_zero(room, sizeof *columns.series),
        .metrics = mem_zero(room, sizeof *columns.metrics),
        .data = mem_zero(room, sizeof *columns.data),
        .values = mem_zero(room, sizeof *columns.values),
    };
    status st = STATUS_OK;

    part->line = 0;
    note_others(part, data);
    while (!st && (columns.timestep_s = next_timestep(data, columns.timestep_s)) > 0) {
        find_columns(part, data, &columns);
        st = take_hosts(part, &columns, start_unix_s);
    }
    mem_free(&columns.series);
    mem_free(&columns.metrics);
    mem_free(&columns.data);
    mem_free(&columns.values);
    return st;
}
