// SPDX-License-Identifier: BSD-3-Clause
#include "blocks.h"

#include <math.h>
#include <string.h>

/* Time, host, severity and three numbers of texts, with their commas. */
static const int64_t event_number_bytes = 36;

/** Texts of events, each once: most messages come in thousands. */
struct texts {
    struct name_table *table;
    int64_t bytes;
};

static int64_t add_text(struct texts *texts, const char *text)
{
    const int64_t before = names_count(texts->table);
    const size_t length = text ? strlen(text) : 0;
    const int64_t number = names_add(texts->table, text ? text : "", length);

    if (number == before)
        texts->bytes += 3 + (int64_t)(length < JSON_NAME_BYTES ? length : JSON_NAME_BYTES);
    return number;
}

/** Choose the gravest events first until the room is used; what is chosen stays in time order. */
static bool *choose(const struct facility *facility, int64_t room, struct texts *texts)
{
    const double start = (double)block_start_unix_s(facility);
    const double end = (double)block_end_unix_s(facility);
    bool *is_chosen = mem_zero((size_t)facility->event_count, sizeof *is_chosen);
    int64_t used = 0;

    for (int severity = SEVERITY_FATAL; severity >= SEVERITY_INFO; severity--) {
        for (int64_t i = 0; i < facility->event_count; i++) {
            const struct event *event = &facility->events[i];

            if ((int)event->severity != severity) continue;
            if (event->unix_s < start || event->unix_s > end) continue;
            if (used + texts->bytes > room) return is_chosen;
            add_text(texts, event->category);
            add_text(texts, event->message);
            add_text(texts, event->location);
            is_chosen[i] = true;
            used += event_number_bytes;
        }
    }
    return is_chosen;
}

static void add_event(json_t **columns, const struct event *event, struct texts *texts)
{
    json_array_append_new(columns[0], json_number(round(event->unix_s * 1000.0) / 1000.0));
    json_array_append_new(columns[1], json_integer(event->host));
    json_array_append_new(columns[2], json_integer(event->severity));
    json_array_append_new(columns[3], json_integer(add_text(texts, event->category)));
    json_array_append_new(columns[4], json_integer(add_text(texts, event->message)));
    json_array_append_new(columns[5], json_integer(add_text(texts, event->location)));
}

json_t *block_events(const struct block_source *source)
{
    static const char *const keys[] = {"unix_s",   "host",    "severity",
                                       "category", "message", "location"};
    const struct facility *facility = source->night->facility;
    struct texts texts = {0};
    json_t *object;
    json_t *list;
    json_t *columns[6];
    bool *is_chosen;

    if (!facility->event_count) return NULL;
    texts.table = names_create();
    is_chosen = choose(facility, source->plan->event_bytes, &texts);
    object = json_object();
    for (int i = 0; i < 6; i++) columns[i] = json_put_list(object, keys[i]);
    for (int64_t i = 0; i < facility->event_count; i++) {
        if (is_chosen[i]) add_event(columns, &facility->events[i], &texts);
    }
    list = json_array();
    for (int64_t i = 0; i < names_count(texts.table); i++) {
        json_array_append_new(list, json_name(names_text(texts.table, i)));
    }
    json_put(object, "texts", list);
    mem_free(&is_chosen);
    names_destroy(&texts.table);
    return object;
}
