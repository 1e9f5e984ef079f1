// SPDX-License-Identifier: BSD-3-Clause
#include "update_state.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The settings that a state was made with and that later runs must share. */
static const char *const fixed[] = {
    "dataset",    "max_level",       "max_cycles",       "nyquist_factor",    "sampling",
    "dmd",        "power_threshold", "job_split_levels", "job_split_reach_s", "precision",
    "save_modes", "tile_hosts",      "update_samples"};
enum { FIXED_COUNT = sizeof fixed / sizeof fixed[0] };

/* "max_level: 6\n", from the values used as YAML. */
static void line_of(const char *yaml, const char *name, struct text *line)
{
    const size_t length = strlen(name);

    line->length = 0;
    while (yaml && *yaml) {
        const char *end = strchr(yaml, '\n');
        const size_t bytes = end ? (size_t)(end - yaml) : strlen(yaml);

        if (bytes > length && strncmp(yaml, name, length) == 0 && yaml[length] == ':') {
            text_add(line, yaml, bytes);
            break;
        }
        yaml = end ? end + 1 : NULL;
    }
    text_add(line, "", 0);
}

static status check_settings(const char *path, const char *before, const struct settings *settings)
{
    struct text now = {0};
    struct text a = {0};
    struct text b = {0};
    status st = STATUS_OK;

    settings_write(settings, 0, &now);
    for (int i = 0; i < FIXED_COUNT && st == STATUS_OK; i++) {
        line_of(before, fixed[i], &a);
        line_of(now.bytes, fixed[i], &b);
        if (a.length != b.length || (a.length > 0 && memcmp(a.bytes, b.bytes, a.length) != 0))
            st = fail(STATUS_BAD_USE, "%s: was made with \"%.*s\", not with \"%.*s\"", path,
                      (int)a.length, a.length ? a.bytes : "", (int)b.length,
                      b.length ? b.bytes : "");
    }
    text_release(&b);
    text_release(&a);
    text_release(&now);
    return st;
}

/* What readings there are: their number, or names of hosts and metrics. */
static char *readings_text(const struct mrdmd_source *source, char *digits)
{
    struct checksum checksum = checksum_start();
    const struct facility *facility = source->view ? view_facility(source->view) : NULL;

    checksum_add(&checksum, &source->readings, sizeof source->readings);
    for (int64_t h = 0; facility && h < facility->host_count; h++)
        checksum_add(&checksum, facility->hosts[h].name, strlen(facility->hosts[h].name) + 1);
    for (int64_t m = 0; facility && m < facility->metric_count; m++) {
        const struct metric *metric = &facility->metrics[m];

        checksum_add(&checksum, metric->name, strlen(metric->name) + 1);
        checksum_add(&checksum, metric->source, strlen(metric->source) + 1);
    }
    return checksum_text(&checksum, digits);
}

/* Put the file's samples behind those that the state has seen. */
static status line_up(const char *path, struct mrdmd_source *source,
                      const struct update_state *state)
{
    const struct facility *facility = source->view ? view_facility(source->view) : NULL;

    if (facility) {
        const double samples =
            (double)(facility->start_unix_s - state->start_unix_s) / source->period_s;

        source->file_first = (int64_t)samples;
        if (samples < 0.0 || samples > 1e12 || (double)source->file_first != samples)
            return fail(STATUS_BAD_INPUT,
                        "%s: its samples begin %.6g periods before those of the file", path,
                        samples);
    }
    if (source->file_first > state->times)
        return fail(STATUS_BAD_INPUT, "%s: ends %lld samples before the file begins", path,
                    (long long)(source->file_first - state->times));
    source->times += source->file_first;
    if (source->times < state->times)
        return fail(STATUS_BAD_INPUT, "%s: has seen %lld samples, but the file ends after %lld",
                    path, (long long)state->times, (long long)source->times);
    return STATUS_OK;
}

static status read_numbers(struct archive *archive, const char *path, struct update_state *state,
                           double *period_s, struct span *tail)
{
    TRY(archive_get_int(archive, "/state", "base", &state->base));
    TRY(archive_get_int(archive, "/state", "times", &state->times));
    TRY(archive_get_int(archive, "/state", "start_unix_s", &state->start_unix_s));
    TRY(archive_get_int(archive, "/state", "tail_first", &tail->first));
    TRY(archive_get_real(archive, "/", "period_s", period_s));
    tail->count = state->times - tail->first;
    if (state->base < 1 || state->times < state->base || tail->first < 0 || tail->count < 0)
        return fail(STATUS_BAD_INPUT, "%s: its numbers of samples make no sense", path);
    return STATUS_OK;
}

static status check_readings(struct archive *archive, const char *path,
                             const struct mrdmd_source *source, double period_s, struct span tail)
{
    char digits[CHECKSUM_TEXT_BYTES];
    struct archive_shape shape;
    struct text text = {0};
    status st = archive_get_text(archive, "/state", "readings", &text);

    if (st == STATUS_OK && strcmp(text.bytes, readings_text(source, digits)) != 0)
        st = fail(STATUS_BAD_INPUT, "%s: was made of other hosts or metrics", path);
    text_release(&text);
    TRY(st);
    if (period_s != source->period_s)
        return fail(STATUS_BAD_INPUT, "%s: period %g s, but the file has %g s", path, period_s,
                    source->period_s);
    TRY(archive_shape(archive, "/state/tail", &shape));
    if (shape.extent[1] != tail.count || (shape.dimensions == 3) != (source->view != NULL)
        || shape.extent[0]
               != (source->view ? view_facility(source->view)->host_count : source->readings)
        || (source->view && shape.extent[2] != view_facility(source->view)->metric_count))
        return fail(STATUS_BAD_INPUT, "%s: /state/tail is not of %lld samples", path,
                    (long long)tail.count);
    return STATUS_OK;
}

static status read_archive(struct archive *archive, const char *path,
                           const struct settings *settings, struct mrdmd_source *source,
                           struct update_state *state)
{
    struct text yaml = {0};
    double period_s;
    struct span tail;
    status st = archive_get_text(archive, "/", "settings", &yaml);

    if (st == STATUS_OK) st = check_settings(path, yaml.bytes, settings);
    text_release(&yaml);
    TRY(st);
    TRY(read_numbers(archive, path, state, &period_s, &tail));
    TRY(check_readings(archive, path, source, period_s, tail));
    TRY(line_up(path, source, state));
    source->kept_span = tail;
    return forest_read(archive, path, &state->forest);
}

status update_state_read(const char *path, const struct settings *settings,
                         struct mrdmd_source *source, struct update_state *state)
{
    int8_t is_there = 0;

    memset(state, 0, sizeof *state);
    if (source->view) state->start_unix_s = view_facility(source->view)->start_unix_s;
    if (comm_rank(source->comm) == 0) is_there = access(path, F_OK) == 0;
    comm_broadcast(source->comm, &is_there, sizeof is_there, 0);
    if (!is_there) return STATUS_OK;
    TRY(archive_open(source->comm, path, UPDATE_FORMAT, UPDATE_VERSION, &source->kept));
    return read_archive(source->kept, path, settings, source, state);
}

static status write_tail(struct archive *archive, struct mrdmd_source *source, struct span tail)
{
    const struct span tiles = mrdmd_source_tiles(source);
    const int64_t row_bytes = tail.count * mrdmd_source_sample_bytes(source);
    status st = STATUS_OK;

    for (int64_t tile = tiles.first; tile < tiles.first + tiles.count && st == STATUS_OK; tile++) {
        const struct span rows = mrdmd_source_rows(source, tile);
        char *raw = mem_array((size_t)(rows.count * row_bytes), 1);

        if (tail.count > 0) st = mrdmd_source_read(source, tile, tail, raw);
        if (st == STATUS_OK) archive_put_rows(archive, "/state/tail", rows, raw);
        mem_free(&raw);
        comm_progress();
    }
    return st;
}

status update_state_write(struct archive *archive, const struct settings *settings,
                          struct mrdmd_source *source, const struct update_state *state,
                          const struct mrdmd_bands *bands, struct span tail)
{
    const struct facility *facility = source->view ? view_facility(source->view) : NULL;
    const struct archive_shape of_matrix = {
        ARCHIVE_DOUBLE, 2, {source->readings, tail.count}
    };
    const struct archive_shape of_facility = {
        ARCHIVE_FLOAT,
        3,
        {facility ? facility->host_count : 0, tail.count, facility ? facility->metric_count : 0}
    };
    char digits[CHECKSUM_TEXT_BYTES];
    struct text yaml = {0};

    settings_write(settings, 0, &yaml);
    archive_put_text(archive, "/", "settings", yaml.bytes);
    archive_put_real(archive, "/", "period_s", source->period_s);
    archive_put_int(archive, "/state", "base", state->base);
    archive_put_int(archive, "/state", "times", source->times);
    archive_put_int(archive, "/state", "start_unix_s", state->start_unix_s);
    archive_put_int(archive, "/state", "tail_first", tail.first);
    archive_put_text(archive, "/state", "readings", readings_text(source, digits));
    text_release(&yaml);
    forest_write(source->comm, archive, &state->forest, bands);
    archive_declare(archive, "/state/tail", facility ? of_facility : of_matrix);
    return comm_agree(source->comm, write_tail(archive, source, tail));
}
