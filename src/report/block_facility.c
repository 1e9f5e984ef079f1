// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.h"

static json_t *hosts_of(const struct facility *facility)
{
    static const char *const keys[] = {"row", "rack", "chassis", "slot"};
    json_t *object = json_object();
    json_t *names = json_array();
    json_t *places[4];

    for (int part = 0; part < 4; part++) places[part] = json_array();
    for (int64_t i = 0; i < facility->host_count; i++) {
        const struct host *host = &facility->hosts[i];
        const int32_t place[4] = {host->row, host->rack, host->chassis, host->slot};

        json_array_append_new(names, json_name(host->name));
        for (int part = 0; part < 4; part++) {
            json_array_append_new(places[part], json_integer(place[part]));
        }
    }
    json_put(object, "name", names);
    for (int part = 0; part < 4; part++) json_put(object, keys[part], places[part]);
    return object;
}

static json_t *metrics_of(const struct facility *facility)
{
    json_t *object = json_object();
    json_t *names = json_array();
    json_t *units = json_array();
    json_t *sources = json_array();
    json_t *kinds = json_array();

    for (int64_t i = 0; i < facility->metric_count; i++) {
        const struct metric *metric = &facility->metrics[i];

        json_array_append_new(names, json_name(metric->name));
        json_array_append_new(units, json_name(metric->unit));
        json_array_append_new(sources, json_name(metric->source));
        json_array_append_new(kinds, json_integer(metric->kind));
    }
    json_put(object, "name", names);
    json_put(object, "unit", units);
    json_put(object, "source", sources);
    json_put(object, "kind", kinds);
    return object;
}

json_t *block_facility(const struct block_source *source)
{
    json_t *object = json_object();

    json_put(object, "hosts", hosts_of(source->night->facility));
    json_put(object, "metrics", metrics_of(source->night->facility));
    return object;
}

json_t *block_labels(const struct block_source *source)
{
    const struct facility *facility = source->night->facility;
    json_t *object;
    json_t *columns[5];
    static const char *const keys[] = {"host", "job", "start_unix_s", "end_unix_s", "name"};

    if (!facility->label_count) return NULL;
    object = json_object();
    for (int i = 0; i < 5; i++) columns[i] = json_put_list(object, keys[i]);
    for (int64_t i = 0; i < facility->label_count; i++) {
        const struct label *label = &facility->labels[i];

        json_array_append_new(columns[0], json_integer(label->host));
        json_array_append_new(columns[1], json_integer(label->job));
        json_array_append_new(columns[2], json_number(label->start_unix_s));
        json_array_append_new(columns[3], json_number(label->end_unix_s));
        json_array_append_new(columns[4], json_name(label->name));
    }
    return object;
}
