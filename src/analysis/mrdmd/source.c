// SPDX-License-Identifier: BSD-3-Clause
#include "source.h"

#include "analysis.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Rows of a matrix that make a tile: as many bytes of doubles as a tile of 64 hosts has of floats. */
enum { TILE_ROWS = 512 };

static status open_matrix(struct mrdmd_source *source, const char *path, double period_s)
{
    struct archive_shape shape;

    if (!(period_s > 0.0))
        return fail(STATUS_BAD_USE,
                    "--period-s is missing: seconds between the columns of --dataset");
    TRY(archive_open(source->comm, path, NULL, 0, &source->archive));
    TRY(archive_shape(source->archive, source->dataset, &shape));
    if (shape.dimensions != 2 || shape.extent[0] < 1 || shape.extent[1] < 1)
        return fail(STATUS_BAD_INPUT, "%s: %s is no matrix of readings by times", path,
                    source->dataset);
    source->readings = shape.extent[0];
    source->times = shape.extent[1];
    source->window.count = source->times;
    source->period_s = period_s;
    source->tile_readings = source->readings < TILE_ROWS ? source->readings : TILE_ROWS;
    source->is_single = shape.type == ARCHIVE_FLOAT;
    return STATUS_OK;
}

static status open_facility(struct mrdmd_source *source, const char *const *paths, int count,
                            int64_t tile_hosts)
{
    const struct view_options options = {.tile_hosts = tile_hosts};
    const struct facility *facility;

    TRY(view_open_timeline(source->comm, paths, count, &options, &source->view));
    facility = view_facility(source->view);
    source->readings = facility->host_count * facility->metric_count;
    source->times = view_times(source->view).count;
    source->window.count = source->times;
    source->period_s = facility->period_s;
    source->tile_readings = view_tile_items(source->view) / source->times;
    source->values = mem_array((size_t)view_tile_items(source->view), sizeof *source->values);
    return STATUS_OK;
}

status mrdmd_source_open(const struct comm *comm, const char *const *paths, int count,
                         const struct settings *settings, struct mrdmd_source *source)
{
    status st;

    memset(source, 0, sizeof *source);
    source->comm = comm;
    source->dataset = settings_text(settings, "dataset");
    st = source->dataset
             ? open_matrix(source, paths[0], settings_real(settings, "period_s"))
             : open_facility(source, paths, count, settings_int(settings, "tile_hosts"));
    if (st != STATUS_OK) mrdmd_source_close(source);
    return st;
}

void mrdmd_source_close(struct mrdmd_source *source)
{
    view_close(&source->view);
    if (source->archive) archive_close(&source->archive);
    if (source->kept) archive_close(&source->kept);
    mem_free(&source->values);
    mem_free(&source->singles);
    mem_free(&source->x);
}

struct span mrdmd_source_tiles(const struct mrdmd_source *source)
{
    if (source->view) return view_my_tiles(source->view);
    return comm_share(source->comm, (source->readings + TILE_ROWS - 1) / TILE_ROWS);
}

struct span mrdmd_source_readings(const struct mrdmd_source *source, int64_t tile)
{
    struct span span = {tile * TILE_ROWS, TILE_ROWS};

    if (source->view) {
        const int64_t metrics = view_facility(source->view)->metric_count;
        const struct span hosts = view_tile_hosts(source->view, tile);

        return (struct span){hosts.first * metrics, hosts.count * metrics};
    }
    if (span.first + span.count > source->readings) span.count = source->readings - span.first;
    return span;
}

struct span mrdmd_source_rows(const struct mrdmd_source *source, int64_t tile)
{
    return source->view ? view_tile_hosts(source->view, tile) : mrdmd_source_readings(source, tile);
}

int64_t mrdmd_source_sample_bytes(const struct mrdmd_source *source)
{
    if (!source->view) return (int64_t)sizeof *source->x;
    return view_facility(source->view)->metric_count * (int64_t)sizeof *source->values;
}

/* A facility file's counters need the sample before the first for their rates. */
static int64_t lead_of(const struct mrdmd_source *source)
{
    return source->view && source->window.first > 0 ? 1 : 0;
}

void mrdmd_source_look(struct mrdmd_source *source, struct span window)
{
    source->window = window;
    if (source->view) {
        const int64_t items =
            view_tile_items(source->view) / view_times(source->view).count * (window.count + 1);

        source->values = mem_resize(source->values, (size_t)items, sizeof *source->values);
    } else {
        mem_free(&source->values);
        mem_free(&source->singles);
        mem_free(&source->x);
    }
}

static status read_file(struct mrdmd_source *source, int64_t tile, struct span times, void *raw)
{
    times.first -= source->file_first;
    if (source->view) return view_read_raw(source->view, tile, times, raw);
    return archive_get_block(source->archive, source->dataset, mrdmd_source_rows(source, tile),
                             times, ARCHIVE_DOUBLE, raw);
}

/* Read samples of either origin and put them to their places within longer rows. */
static status read_part(struct mrdmd_source *source, int64_t tile, struct span times, bool is_kept,
                        char *to, int64_t to_row_bytes)
{
    const enum archive_type type = source->view ? ARCHIVE_FLOAT : ARCHIVE_DOUBLE;
    const struct span rows = mrdmd_source_rows(source, tile);
    const int64_t row_bytes = times.count * mrdmd_source_sample_bytes(source);
    char *part = mem_array((size_t)(rows.count * row_bytes), 1);
    status st;

    if (is_kept) {
        const struct span columns = {times.first - source->kept_span.first, times.count};

        st = archive_get_block(source->kept, "/state/tail", rows, columns, type, part);
    } else {
        st = read_file(source, tile, times, part);
    }
    for (int64_t row = 0; st == STATUS_OK && row < rows.count; row++)
        memcpy(to + row * to_row_bytes, part + row * row_bytes, (size_t)row_bytes);
    mem_free(&part);
    return st;
}

status mrdmd_source_read(struct mrdmd_source *source, int64_t tile, struct span times, void *raw)
{
    const int64_t bytes = mrdmd_source_sample_bytes(source);
    const int64_t kept_end = source->kept_span.first + source->kept_span.count;
    const int64_t end = times.first + times.count;
    struct span old = {times.first, 0};
    struct span rest = times;

    if (times.first >= source->kept_span.first && times.first < kept_end) {
        old.count = (kept_end < end ? kept_end : end) - times.first;
        rest = (struct span){times.first + old.count, times.count - old.count};
    }
    if (old.count == 0) return read_file(source, tile, times, raw);
    TRY(read_part(source, tile, old, true, raw, times.count * bytes));
    if (rest.count == 0) return STATUS_OK;
    return read_part(source, tile, rest, false, (char *)raw + old.count * bytes,
                     times.count * bytes);
}

/* Samples of the window as the analysis sees them, in source->values. */
static status read_tile(struct mrdmd_source *source, int64_t tile)
{
    const int64_t lead = lead_of(source);
    const struct span times = {source->window.first - lead, source->window.count + lead};
    const int64_t hosts = mrdmd_source_rows(source, tile).count;
    const int64_t metrics = view_facility(source->view)->metric_count;

    TRY(mrdmd_source_read(source, tile, times, source->values));
    view_refine(source->view, hosts, times.count, source->values);
    for (int64_t h = 0; lead > 0 && h < hosts; h++)
        memmove(source->values + h * source->window.count * metrics,
                source->values + (h * times.count + 1) * metrics,
                (size_t)(source->window.count * metrics) * sizeof *source->values);
    return STATUS_OK;
}

/* A matrix of singles, which is read as it is. */
static status read_singles(struct mrdmd_source *source, int64_t tile)
{
    const size_t room = (size_t)(source->tile_readings * source->window.count);
    struct span times = source->window;

    if (!source->singles) source->singles = mem_array(room, sizeof *source->singles);
    times.first -= source->file_first;
    return archive_get_block(source->archive, source->dataset, mrdmd_source_rows(source, tile),
                             times, ARCHIVE_FLOAT, source->singles);
}

/* Are doubles singles? They are copied as such. */
static bool are_all_singles(const double *x, int64_t count, float *singles)
{
    int64_t others = 0;

    for (int64_t i = 0; i < count; i++) {
        singles[i] = (float)x[i];
        others += (double)singles[i] != x[i] && !isnan(x[i]);
    }
    return others == 0;
}

/* Any matrix: as singles where all values are, whatever the type in the file. */
static status read_doubles(struct mrdmd_source *source, int64_t tile, bool *are_singles)
{
    const size_t room = (size_t)(source->tile_readings * source->window.count);
    const int64_t count = mrdmd_source_readings(source, tile).count * source->window.count;

    if (!source->x) source->x = mem_array(room, sizeof *source->x);
    if (!source->singles) source->singles = mem_array(room, sizeof *source->singles);
    TRY(mrdmd_source_read(source, tile, source->window, source->x));
    for (int64_t i = 0; i < count; i++)
        if (!(fabs(source->x[i]) <= (double)FLT_MAX)) source->x[i] = (double)NAN;
    *are_singles = true;
    for (int64_t i = 0; i < count && *are_singles; i += source->window.count)
        *are_singles = are_all_singles(source->x + i, source->window.count, source->singles + i);
    return STATUS_OK;
}

/* Singles become a tile of hosts of some readings each, for which everything is fast; where the number of readings
 * does not allow that, each is a host. */
static void fill_singles(struct mrdmd_source *source, const struct mrdmd_plan *plan,
                         int64_t readings, struct mrdmd_rows *rows)
{
    const int64_t times = source->window.count;
    const size_t room = (size_t)(source->tile_readings * times);

    if (readings % LINALG_TURNED != 0) {
        for (int64_t i = 0; i < readings * times; i++)
            if (!isfinite(source->singles[i])) source->singles[i] = NAN;
        mrdmd_rows_fill(rows, plan, source->singles, comm_count(readings), 1, NULL, NULL);
        return;
    }
    if (!source->values) source->values = mem_array(room, sizeof *source->values);
    for (int64_t r = 0; r < readings; r += LINALG_TURNED)
        linalg_tile_turn(source->singles + r * times, (size_t)times, comm_count(times),
                         source->values + r * times);
    mrdmd_rows_fill(rows, plan, source->values, comm_count(readings / LINALG_TURNED), LINALG_TURNED,
                    NULL, NULL);
}

static status matrix_fill(struct mrdmd_source *source, const struct mrdmd_plan *plan, int64_t tile,
                          struct mrdmd_rows *rows)
{
    const int64_t readings = mrdmd_source_readings(source, tile).count;
    bool are_singles = true;

    if (source->is_single && !source->kept)
        TRY(read_singles(source, tile));
    else
        TRY(read_doubles(source, tile, &are_singles));
    if (are_singles)
        fill_singles(source, plan, readings, rows);
    else
        mrdmd_rows_fill_matrix(rows, plan, source->x, readings);
    return STATUS_OK;
}

status mrdmd_source_plan(const struct mrdmd_source *source, const struct settings *settings,
                         int levels_fewer, struct mrdmd_plan **plan)
{
    struct mrdmd_options options;
    struct mrdmd_job *jobs = NULL;
    int64_t job_count = 0;
    status st;

    TRY(mrdmd_options_read(settings, &options));
    options.max_level = options.max_level > levels_fewer ? options.max_level - levels_fewer : 0;
    options.period_s = source->period_s;
    options.split_reach =
        (int64_t)(settings_real(settings, "job_split_reach_s") / source->period_s);
    if (source->view)
        job_count =
            mrdmd_jobs_of(view_facility(source->view),
                          view_time_unix_s(source->view, source->window.first - source->file_first),
                          source->period_s, &jobs);
    st = mrdmd_plan_create(&options, source->window.count, jobs, job_count, plan);
    mem_free(&jobs);
    return st;
}

status mrdmd_source_fill(struct mrdmd_source *source, const struct mrdmd_plan *plan, int64_t tile,
                         struct mrdmd_rows *rows)
{
    const struct span readings = mrdmd_source_readings(source, tile);

    if (source->view) {
        const int64_t metrics = view_facility(source->view)->metric_count;

        TRY(read_tile(source, tile));
        mrdmd_rows_fill(rows, plan, source->values, comm_count(readings.count / metrics),
                        comm_count(metrics), NULL, NULL);
        return STATUS_OK;
    }
    return matrix_fill(source, plan, tile, rows);
}
