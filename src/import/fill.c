// SPDX-License-Identifier: BSD-3-Clause
/* From the scratch files onto the grid: block by block of hosts and times, each by one rank. */
#include "gather.h"

#include <telltale/store.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_BYTES = 16 * 1024 * 1024 };

/** A segment with the host that it belongs to in the facility. */
struct placed {
    struct segment segment;
    int64_t host;
};

struct filling {
    struct import *import;
    const struct merged *merged;
    const struct files *files;
    const struct facility *facility;
    struct placed *segments; /**< owned, by tile, then in order of arrival */
    int64_t segment_count;
    int64_t tile_hosts, block_times;
    int *scratch;  /**< owned; open files of the ranks, -1 */
    float *values; /**< owned; one block */
    char *bytes;   /**< owned; one segment */
    int64_t bytes_room;
    double *bases;            /**< owned, [metrics], of the segment at work */
    double *file_bases;       /**< owned, [hosts of a tile, metrics] */
    struct span hosts, times; /**< the block */
    double largest_offset_s;
};

/* ---- segments ------------------------------------------------------------------------------- */

static int64_t order_tile_hosts; /* qsort() passes no context */

static int by_tile(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    const int64_t x_tile = x->host / order_tile_hosts, y_tile = y->host / order_tile_hosts;

    if (x_tile != y_tile) return x_tile < y_tile ? -1 : 1;
    if (x->segment.key != y->segment.key) return x->segment.key < y->segment.key ? -1 : 1;
    return (x->segment.sequence > y->segment.sequence)
           - (x->segment.sequence < y->segment.sequence);
}

static void gather_segments(struct filling *filling)
{
    int64_t count;
    const struct segment *mine = spill_segments(filling->import->builder.spill, &count);
    struct segment *all;

    comm_all_rows(filling->import->comm, mine, count, sizeof *mine, (void **)&all,
                  &filling->segment_count);
    filling->segments = mem_zero((size_t)filling->segment_count + 1, sizeof *filling->segments);
    for (int64_t i = 0; i < filling->segment_count; i++) {
        filling->segments[i].segment = all[i];
        filling->segments[i].host = filling->merged->of_rank[all[i].rank].hosts[all[i].host];
        if (all[i].bytes > filling->bytes_room) filling->bytes_room = all[i].bytes;
    }
    mem_free(&all);
    order_tile_hosts = filling->tile_hosts;
    if (filling->segment_count > 1)
        qsort(filling->segments, (size_t)filling->segment_count, sizeof *filling->segments,
              by_tile);
    filling->bytes = mem_zero((size_t)filling->bytes_room + 1, 1);
}

/** Bytes of a segment from the scratch file of the rank that read it. */
static status read_segment(struct filling *filling, const struct segment *segment)
{
    struct text path = {0};
    int64_t done = 0;
    status st = STATUS_OK;

    spill_path(filling->import->output, segment->rank, &path);
    if (filling->scratch[segment->rank] < 0)
        filling->scratch[segment->rank] = open(path.bytes, O_RDONLY | O_CLOEXEC);
    while (!st && done < segment->bytes) {
        const ssize_t got = pread(filling->scratch[segment->rank], filling->bytes + done,
                                  (size_t)(segment->bytes - done), (off_t)(segment->offset + done));

        if (got < 0 && errno == EINTR) continue;
        if (got <= 0)
            st = fail(STATUS_FAILED, "%s: cannot read the scratch file back: %s", path.bytes,
                      got < 0 ? strerror(errno) : "it ends too early");
        done += got;
    }
    text_release(&path);
    return st;
}

/* ---- values --------------------------------------------------------------------------------- */

/** A second row for a moment: what was used becomes repaired. */
static void note_duplicate(struct filling *filling, const struct segment *segment,
                           const struct spill_row *row)
{
    struct tally *tally = &filling->import->tally;
    struct reason_count *count = &tally->reasons[REASON_DUPLICATE];

    if (!row->is_repaired) {
        tally->rows[ROW_USED]--;
        tally->rows[ROW_REPAIRED]++;
    }
    if (count->rows++ > 0
        && (count->key < segment->key || (count->key == segment->key && count->line <= row->line)))
        return;
    count->key = segment->key;
    count->line = row->line;
    text_printable(filling->files->files[segment->key >> 32].path, count->place,
                   sizeof count->place);
}

static void place_row(struct filling *filling, const struct placed *placed,
                      const struct spill_row *row, const struct schema *schema,
                      const double *values)
{
    const int64_t slot = grid_slot(filling->facility, row->unix_s);
    const int64_t metrics = filling->facility->metric_count;
    const double moment =
        (double)filling->facility->start_unix_s + (double)slot * filling->facility->period_s;
    bool is_second = false;
    float *samples;

    if (slot < filling->times.first || slot >= filling->times.first + filling->times.count) return;
    samples = filling->values
              + ((placed->host - filling->hosts.first) * filling->times.count + slot
                 - filling->times.first)
                    * metrics;
    for (int32_t i = 0; i < schema->count; i++) {
        const int32_t metric = schema->metrics[i];

        if (isnan(values[i])) continue;
        is_second = is_second || !isnan(samples[metric]);
        samples[metric] = (float)(values[i] - filling->bases[metric]);
    }
    if (is_second) note_duplicate(filling, &placed->segment, row);
    filling->largest_offset_s = fmax(filling->largest_offset_s, fabs(row->unix_s - moment));
}

static status place_segment(struct filling *filling, const struct placed *placed)
{
    const struct rank_numbers *numbers = &filling->merged->of_rank[placed->segment.rank];
    const int64_t run = placed->segment.run < 0 ? -1 : numbers->runs[placed->segment.run];
    const char *at, *end;

    TRY(read_segment(filling, &placed->segment));
    bases_find(filling->merged, run, placed->host, filling->bases);
    at = filling->bytes;
    end = at + placed->segment.bytes;
    while (at < end) {
        const struct spill_row *row = (const struct spill_row *)(const void *)at;
        const struct schema *schema = &numbers->schemas[row->schema];
        const double *values = (const double *)(const void *)(at + sizeof *row);

        place_row(filling, placed, row, schema, values);
        at += sizeof *row + (size_t)schema->count * sizeof *values;
    }
    return STATUS_OK;
}

/** The first segment of a tile. */
static int64_t first_of_tile(const struct filling *filling, int64_t tile)
{
    int64_t low = 0, high = filling->segment_count;

    while (low < high) {
        const int64_t middle = low + (high - low) / 2;

        if (filling->segments[middle].host / filling->tile_hosts < tile)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/** Where nothing new came, what the earlier file holds stays; it is taken from another base, perhaps. */
static status add_earlier(struct filling *filling)
{
    const int64_t metrics = filling->facility->metric_count;
    const double *earlier = filling->merged->earlier_bases + filling->hosts.first * metrics;

    bases_of_file(filling->merged, filling->hosts, filling->file_bases);
    for (int64_t i = 0; i < filling->hosts.count * metrics; i++)
        filling->file_bases[i] = earlier[i] - filling->file_bases[i];
    return earlier_samples(filling->import, filling->facility, filling->hosts, filling->times,
                           filling->file_bases, filling->values);
}

static status fill_block(struct filling *filling)
{
    const struct facility *facility = filling->facility;
    const int64_t items = filling->hosts.count * filling->times.count * facility->metric_count;
    const int64_t end = first_of_tile(filling, filling->hosts.first / filling->tile_hosts + 1);

    for (int64_t i = 0; i < items; i++) filling->values[i] = NAN;
    for (int64_t i = first_of_tile(filling, filling->hosts.first / filling->tile_hosts); i < end;
         i++) {
        const struct placed *placed = &filling->segments[i];

        if (grid_slot(facility, placed->segment.first_unix_s)
                >= filling->times.first + filling->times.count
            || grid_slot(facility, placed->segment.last_unix_s) < filling->times.first)
            continue;
        TRY(place_segment(filling, placed));
    }
    return filling->merged->earlier_bases ? add_earlier(filling) : STATUS_OK;
}

/* ---- blocks --------------------------------------------------------------------------------- */

static status write_bases(struct filling *filling, struct store_writer *writer)
{
    bases_of_file(filling->merged, filling->hosts, filling->file_bases);
    return store_write_bases(writer, filling->hosts, filling->file_bases);
}

/** Hosts and times of a block by its number. */
static void choose_block(struct filling *filling, int64_t number, int64_t time_blocks)
{
    const struct facility *facility = filling->facility;

    filling->hosts.first = number / time_blocks * filling->tile_hosts;
    filling->hosts.count = facility->host_count - filling->hosts.first;
    if (filling->hosts.count > filling->tile_hosts) filling->hosts.count = filling->tile_hosts;
    filling->times.first = number % time_blocks * filling->block_times;
    filling->times.count = facility->sample_count - filling->times.first;
    if (filling->times.count > filling->block_times) filling->times.count = filling->block_times;
}

/** With compression every rank writes as often as the others: a rank that is done, or failed, nothing. */
static status write_blocks(struct filling *filling, struct store_writer *writer, bool is_collective)
{
    const struct comm *comm = filling->import->comm;
    const struct span nothing = {0, 0};
    const int64_t tiles =
        (filling->facility->host_count + filling->tile_hosts - 1) / filling->tile_hosts;
    const int64_t time_blocks =
        (filling->facility->sample_count + filling->block_times - 1) / filling->block_times;
    const struct span mine = comm_share(comm, tiles * time_blocks);
    const int64_t turns = is_collective ? comm_max_int64(comm, mine.count) : mine.count;
    status st = STATUS_OK;

    for (int64_t turn = 0; turn < turns && (is_collective || !st); turn++) {
        bool has_block = !st && turn < mine.count;

        comm_progress();
        log_progress("import: writing", turn + 1, turns);
        if (has_block) {
            choose_block(filling, mine.first + turn, time_blocks);
            st = comm_check_stop();
            if (!st) st = fill_block(filling);
            if (!st && filling->times.first == 0) st = write_bases(filling, writer);
            has_block = !st;
        }
        if (has_block)
            st = store_write(writer, filling->hosts, filling->times, filling->values);
        else if (is_collective)
            store_write(writer, nothing, nothing, filling->values);
    }
    return st;
}

static void release(struct filling *filling)
{
    for (int rank = 0; rank < comm_size(filling->import->comm); rank++)
        if (filling->scratch[rank] >= 0) close(filling->scratch[rank]);
    mem_free(&filling->scratch);
    mem_free(&filling->segments);
    mem_free(&filling->values);
    mem_free(&filling->bytes);
    mem_free(&filling->bases);
    mem_free(&filling->file_bases);
}

/** Times of a block: as many whole chunks as a block's bytes hold. */
static int64_t choose_block_times(const struct facility *facility, int64_t tile_hosts,
                                  int64_t chunk_times)
{
    const int64_t hosts = facility->host_count < tile_hosts ? facility->host_count : tile_hosts;
    const int64_t row = hosts * facility->metric_count * (int64_t)sizeof(float);
    const int64_t chunks = row * chunk_times > 0 ? BLOCK_BYTES / (row * chunk_times) : 1;

    return (chunks < 1 ? 1 : chunks) * (chunk_times < 1 ? 1 : chunk_times);
}

static void prepare(struct filling *filling, const struct store_writer *writer)
{
    const struct facility *facility = filling->facility;
    const int ranks = comm_size(filling->import->comm);
    int64_t chunk_hosts, chunk_times, hosts;

    filling->tile_hosts = settings_int(filling->import->settings, "tile_hosts");
    store_writer_chunk(writer, &chunk_hosts, &chunk_times);
    filling->block_times = choose_block_times(facility, filling->tile_hosts, chunk_times);
    filling->scratch = mem_zero((size_t)ranks, sizeof *filling->scratch);
    for (int rank = 0; rank < ranks; rank++) filling->scratch[rank] = -1;
    filling->bases = mem_zero((size_t)facility->metric_count + 1, sizeof *filling->bases);
    hosts = facility->host_count < filling->tile_hosts ? facility->host_count : filling->tile_hosts;
    filling->file_bases =
        mem_zero((size_t)(hosts * facility->metric_count) + 1, sizeof *filling->file_bases);
    filling->values = mem_array((size_t)(hosts * filling->block_times * facility->metric_count) + 1,
                                sizeof *filling->values);
    gather_segments(filling);
}

/**
 * Hosts that lack most metrics, or times without rows, shall cost no more than they hold: where less than half of the
 * grid has values the samples are compressed. Small files, and those that are added to, stay as they are.
 */
static int choose_compression(struct import *import, const struct facility *facility)
{
    static const int64_t small_bytes = 1 << 20;
    const struct tally *tally = &import->tally;
    const int64_t given = settings_int(import->settings, "compression");
    const int64_t grid = facility->host_count * facility->sample_count * facility->metric_count;
    const int64_t held =
        comm_sum_int64(import->comm, tally->cells - tally->cells_missing - tally->cells_refused);

    if (given >= 0) return (int)given;
    if (import->earlier && store_facility(import->earlier)->sample_count > 0)
        return store_is_direct(import->earlier) ? 0 : 1;
    if (grid * (int64_t)sizeof(float) < small_bytes || 2 * held >= grid) return 0;
    text_printf(&import->notes,
                "values fill %.1f %% of hosts x samples x metrics: they are compressed "
                "(--compression 0 keeps them as they are)\n",
                100.0 * (double)held / (double)grid);
    return 1;
}

status fill(struct import *import, const struct merged *merged, const struct files *files,
            double *largest_offset_s)
{
    const struct store_options options = {settings_int(import->settings, "tile_hosts"),
                                          choose_compression(import, merged->facility)};
    struct filling filling = {
        .import = import, .merged = merged, .files = files, .facility = merged->facility};
    struct store_writer *writer = NULL;
    status st;

    TRY(store_create(import->comm, import->output, merged->facility, &options, &writer));
    prepare(&filling, writer);
    st = write_blocks(&filling, writer, options.compression > 0);
    *largest_offset_s = comm_max_double(import->comm, filling.largest_offset_s);
    release(&filling);
    st = comm_agree(import->comm, st);
    if (st) {
        store_discard(&writer);
        return st;
    }
    return store_commit(&writer);
}
