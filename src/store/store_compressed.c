// SPDX-License-Identifier: BSD-3-Clause
/* Ranks pack chunks at the same time, one each a turn; rank 0 writes them. */
#include "facility_file.h"
#include "hdf5_file.h"
#include "store_writer.h"

status compressed_open(struct store_writer *writer)
{
    const char *path = writer->partial.path;
    status mine = STATUS_OK;

    chunk_pack_init(&writer->pack, &writer->samples);
    if (comm_rank(writer->comm) == 0) {
        writer->file = hdf5_open_written(writer->partial.part, &writer->write_error);
        if (!HDF5_FAILED(writer->file))
            writer->dataset = H5Dopen2(writer->file, place_values, H5P_DEFAULT);
        mine = hdf5_check_written(path, writer->write_error);
        if (mine == STATUS_OK && HDF5_FAILED(writer->dataset))
            mine = hdf5_fail(STATUS_CANNOT_WRITE, path, place_values, "cannot write");
    }
    return comm_agree(writer->comm, mine);
}

/* A chunk on its way to rank 0, followed by its bytes among those of all. */
struct sent_chunk {
    struct chunk_place place;
    int64_t bytes;
};

/* On rank 0. */
static status put_chunks(struct store_writer *writer, const struct sent_chunk *chunks,
                         int64_t count, const char *packed)
{
    const char *path = writer->partial.path;

    for (int64_t i = 0; i < count; i++) {
        const hsize_t first[] = {(hsize_t)chunks[i].place.host, (hsize_t)chunks[i].place.time, 0};
        const herr_t outcome =
            H5Dwrite_chunk(writer->dataset, H5P_DEFAULT, 0, first, (size_t)chunks[i].bytes, packed);

        TRY(hdf5_check_written(path, writer->write_error));
        if (HDF5_FAILED(outcome))
            return hdf5_fail(STATUS_CANNOT_WRITE, path, place_values, "cannot write");
        packed += chunks[i].bytes;
    }
    return STATUS_OK;
}

/* Collective. One turn: at most one chunk from each rank. */
static status send_chunk(struct store_writer *writer, const struct sent_chunk *mine)
{
    const struct comm *comm = writer->comm;
    void *chunks, *packed;
    int64_t count, bytes;
    status outcome = STATUS_OK;

    comm_gather_rows(comm, mine, mine ? 1 : 0, sizeof *mine, &chunks, &count);
    comm_gather_rows(comm, writer->pack.packed, mine ? mine->bytes : 0, 1, &packed, &bytes);
    if (comm_rank(comm) == 0) outcome = put_chunks(writer, chunks, count, packed);
    mem_free(&packed);
    mem_free(&chunks);
    return comm_agree(comm, outcome);
}

static int64_t parts(int64_t items, int64_t part_items)
{
    return (items + part_items - 1) / part_items;
}

status compressed_write(struct store_writer *writer, const struct chunk_source *source)
{
    const struct layout *layout = &writer->samples;
    const int64_t across = parts(source->times.count, layout->chunk_times);
    const int64_t mine = parts(source->hosts.count, layout->chunk_hosts) * across;
    const int64_t turns = comm_max_int64(writer->comm, mine);
    status outcome = STATUS_OK;

    ASSERT(source->hosts.first % layout->chunk_hosts == 0);
    ASSERT(source->times.first % layout->chunk_times == 0);
    for (int64_t turn = 0; turn < turns && outcome == STATUS_OK; turn++) {
        struct sent_chunk chunk = {
            {0, 0},
            0
        };

        if (turn < mine) {
            chunk.place.host = source->hosts.first + turn / across * layout->chunk_hosts;
            chunk.place.time = source->times.first + turn % across * layout->chunk_times;
            chunk.bytes = (int64_t)chunk_pack(&writer->pack, layout, writer->compression,
                                              chunk.place, source);
        }
        outcome = send_chunk(writer, turn < mine ? &chunk : NULL);
    }
    return outcome;
}

status compressed_close(struct store_writer *writer)
{
    status outcome = STATUS_OK;

    chunk_pack_release(&writer->pack);
    if (!HDF5_FAILED(writer->dataset)) H5Dclose(writer->dataset);
    if (!HDF5_FAILED(writer->file))
        outcome = hdf5_close_written(writer->file, writer->partial.path, &writer->write_error);
    return outcome;
}
