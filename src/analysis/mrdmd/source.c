// SPDX-License-Identifier: BSD-3-Clause
#include "source.h"

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
    source->period_s = period_s;
    source->tile_readings = source->readings < TILE_ROWS ? source->readings : TILE_ROWS;
    source->x = mem_array((size_t)(source->tile_readings * source->times), sizeof *source->x);
    return STATUS_OK;
}

static status open_facility(struct mrdmd_source *source, const char *path, int64_t tile_hosts)
{
    const struct view_options options = {.tile_hosts = tile_hosts};
    const struct facility *facility;

    TRY(view_open(source->comm, path, &options, &source->view));
    facility = view_facility(source->view);
    source->readings = facility->host_count * facility->metric_count;
    source->times = view_times(source->view).count;
    source->period_s = facility->period_s;
    source->tile_readings = view_tile_items(source->view) / source->times;
    source->values = mem_array((size_t)view_tile_items(source->view), sizeof *source->values);
    return STATUS_OK;
}

status mrdmd_source_open(const struct comm *comm, const char *path, const struct settings *settings,
                         struct mrdmd_source *source)
{
    status st;

    memset(source, 0, sizeof *source);
    source->comm = comm;
    source->dataset = settings_text(settings, "dataset");
    st = source->dataset ? open_matrix(source, path, settings_real(settings, "period_s"))
                         : open_facility(source, path, settings_int(settings, "tile_hosts"));
    if (st != STATUS_OK) mrdmd_source_close(source);
    return st;
}

void mrdmd_source_close(struct mrdmd_source *source)
{
    view_close(&source->view);
    if (source->archive) archive_close(&source->archive);
    mem_free(&source->values);
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

status mrdmd_source_fill(struct mrdmd_source *source, const struct mrdmd_plan *plan, int64_t tile,
                         struct mrdmd_rows *rows)
{
    const struct span readings = mrdmd_source_readings(source, tile);

    if (source->view) {
        const int64_t metrics = view_facility(source->view)->metric_count;

        TRY(view_read_tile(source->view, tile, source->values));
        mrdmd_rows_fill(rows, plan, source->values, comm_count(readings.count / metrics),
                        comm_count(metrics), NULL, NULL);
        return STATUS_OK;
    }
    TRY(archive_get_rows(source->archive, source->dataset, readings, ARCHIVE_DOUBLE, source->x));
    for (int64_t i = 0; i < readings.count * source->times; i++)
        if (fabs(source->x[i]) > (double)FLT_MAX) source->x[i] = (double)NAN;
    mrdmd_rows_fill_matrix(rows, plan, source->x, readings.count);
    return STATUS_OK;
}
