// SPDX-License-Identifier: BSD-3-Clause
#include "synth_private.h"

#include <telltale/store.h>

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

/* Hosts made together at most, series made together at most, and floats of a block of them. */
enum { GROUP_HOSTS = 64, GROUP_SERIES = 1 << 18, BLOCK_FLOATS = 4 << 20 };

/* Hosts made together: half as many where metrics are many. */
static int64_t group_size(const struct synth_options *options)
{
    int64_t hosts = GROUP_HOSTS;

    while (hosts > 1 && hosts * options->metrics > GROUP_SERIES) hosts /= 2;
    return hosts;
}

/* Samples of a block: a multiple of 4. */
static int64_t block_samples(const struct synth_options *options)
{
    const int64_t fitting = BLOCK_FLOATS / group_size(options) / options->metrics / 4 * 4;
    const int64_t wanted = fitting < 4 ? 4 : fitting;

    return wanted < options->samples ? wanted : options->samples;
}

static status write_group(const struct synth *synth, struct span hosts, float *values,
                          double *bases, struct store_writer *writer)
{
    const struct synth_options *options = &synth->options;
    const int64_t block = block_samples(options);
    struct synth_stream *stream = synth_stream_create(synth, hosts, block);
    status st;

    synth_stream_bases(stream, bases);
    st = store_write_bases(writer, hosts, bases);
    for (int64_t first = 0; first < options->samples && !st; first += block) {
        const int64_t left = options->samples - first;
        const struct span times = {first, left < block ? left : block};

        synth_stream_next(stream, times.count, values);
        st = store_write(writer, hosts, times, values);
        comm_progress();
        if (!st) st = comm_check_stop();
    }
    synth_stream_destroy(&stream);
    return st;
}

static status write_groups(const struct comm *comm, const struct synth *synth,
                           struct store_writer *writer)
{
    const struct synth_options *options = &synth->options;
    const int64_t size = group_size(options);
    const struct span mine = comm_share(comm, (options->hosts + size - 1) / size);
    const size_t series = (size_t)(size * options->metrics);
    float *values = mem_array(series * (size_t)block_samples(options), sizeof *values);
    double *bases = mem_zero(series, sizeof *bases);
    status st = STATUS_OK;

    for (int64_t group = mine.first; group < mine.first + mine.count && !st; group++) {
        const int64_t first = group * size;
        const int64_t left = options->hosts - first;
        const struct span hosts = {first, left < size ? left : size};

        st = write_group(synth, hosts, values, bases, writer);
        log_progress("synth", group + 1 - mine.first, mine.count);
    }
    mem_free(&bases);
    mem_free(&values);
    return comm_agree(comm, st);
}

status synth_check_room(const char *path, const struct synth_options *options)
{
    const double needed = (double)options->hosts * (double)options->samples
                          * (double)options->metrics * (double)sizeof(float);
    const char *slash = strrchr(path, '/');
    struct text folder = {0};
    struct statvfs room;
    double free_bytes;
    int error;

    text_add(&folder, path, slash ? (size_t)(slash - path) + 1 : 0);
    error = statvfs(folder.length > 0 ? folder.bytes : ".", &room) == 0 ? 0 : errno;
    text_release(&folder);
    if (error) return fail(STATUS_CANNOT_WRITE, "%s: %s", path, strerror(error));
    free_bytes = (double)room.f_bavail * (double)room.f_frsize;
    if (needed > free_bytes) {
        return fail(STATUS_CANNOT_WRITE,
                    "%s: %.4g GB of samples are needed (%ld hosts x %ld metrics x %ld samples x "
                    "4 bytes), %.4g GB are free",
                    path, needed * 1e-9, (long)options->hosts, (long)options->metrics,
                    (long)options->samples, free_bytes * 1e-9);
    }
    return STATUS_OK;
}

status synth_write(const struct comm *comm, const struct synth *synth, const char *path)
{
    const struct store_options store_options = {0};
    struct store_writer *writer;
    status st;

    TRY(store_create(comm, path, synth->facility, &store_options, &writer));
    comm_stage_begin(comm, "generate");
    st = write_groups(comm, synth, writer);
    comm_stage_end(comm);
    if (!st) return store_commit(&writer);
    store_discard(&writer);
    return st;
}
