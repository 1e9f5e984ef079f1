// SPDX-License-Identifier: BSD-3-Clause
/* Evidence of wrong clocks: hosts by their load, and by the stamps of their samples. */
#include "blocks.h"

/* A page of them says it as well as all. */
static const int64_t most_rows = 1000;

static json_t *by_load(const struct report_night *night, json_t *(*text)(const char *))
{
    json_t *list = json_array();

    for (int64_t i = 0; i < night->quality.clock_count && i < most_rows; i++) {
        const struct report_clock *clock = &night->quality.clocks[i];
        json_t *row = json_object();

        json_put(row, "host", text(night->facility->hosts[clock->host].name));
        json_put(row, "against", text(clock->against));
        json_put(row, "offset_s", json_number(clock->offset_s));
        json_put(row, "drift_s_per_day", json_number(clock->drift_s_per_day));
        json_put(row, "matched", json_integer(clock->matched));
        json_put(row, "edges", json_integer(clock->edges));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *by_stamps(const struct facility *facility, json_t *(*text)(const char *),
                         int64_t *count)
{
    json_t *list = json_array();

    *count = 0;
    for (int64_t h = 0; h < facility->host_count; h++) {
        const struct host *host = &facility->hosts[h];
        json_t *row;

        if (host->stamps_backward == 0 && host->stamps_future == 0) continue;
        if (++*count > most_rows) continue;
        row = json_object();
        json_put(row, "host", text(host->name));
        json_put(row, "stamps_backward", json_integer(host->stamps_backward));
        json_put(row, "stamps_future", json_integer(host->stamps_future));
        json_array_append_new(list, row);
    }
    return list;
}

json_t *block_clocks(const struct report_night *night, json_t *(*text)(const char *))
{
    const struct report_quality *quality = &night->quality;
    json_t *object = json_object();
    int64_t stamp_count;
    json_t *stamps = by_stamps(night->facility, text, &stamp_count);

    json_put(object, "judged", json_integer(quality->clocks_judged));
    json_put(object, "starts_lag_s", json_number(quality->starts_lag_s));
    json_put(object, "ends_lag_s", json_number(quality->ends_lag_s));
    json_put(object, "wrong_count", json_integer(quality->clock_count));
    json_put(object, "wrong", by_load(night, text));
    json_put(object, "stamps_count", json_integer(stamp_count));
    json_put(object, "stamps", stamps);
    return object;
}
