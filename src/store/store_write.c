// SPDX-License-Identifier: BSD-3-Clause
#include "facility_file.h"
#include "hdf5_file.h"
#include "store_writer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static hid_t create_samples(hid_t file, const struct layout *samples, int compression)
{
    const hsize_t extent[] = {(hsize_t)samples->hosts, (hsize_t)samples->times,
                              (hsize_t)samples->metrics};
    const hsize_t chunk[] = {(hsize_t)samples->chunk_hosts, (hsize_t)samples->chunk_times,
                             (hsize_t)samples->metrics};
    const hid_t creation = hdf5_creation(H5P_DATASET_CREATE);
    const hid_t space = H5Screate_simple(3, extent, NULL);
    hid_t dataset = -1;

    if (layout_chunk_bytes(samples) > 0) H5Pset_chunk(creation, 3, chunk);
    if (compression > 0 && layout_chunk_bytes(samples) > 0) {
        H5Pset_shuffle(creation);
        H5Pset_deflate(creation, (unsigned)compression);
    } else {
        H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
        H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
    }
    if (!HDF5_FAILED(hdf5_make_groups(file, place_values))) {
        dataset = H5Dcreate2(file, place_values, H5T_IEEE_F32LE, space, H5P_DEFAULT, creation,
                             H5P_DEFAULT);
    }
    H5Sclose(space);
    H5Pclose(creation);
    return dataset;
}

/* Where HDF5 has put the first byte of a dataset; -1 where it has none. */
static int64_t first_byte_of(hid_t dataset)
{
    const hid_t space = H5Dget_space(dataset);
    hsize_t offset[H5S_MAX_RANK];
    hsize_t bytes;
    haddr_t address = H5Dget_offset(dataset);
    unsigned filters;

    if (address == HADDR_UNDEF
        && HDF5_FAILED(H5Dget_chunk_info(dataset, space, 0, offset, &filters, &address, &bytes)))
        address = HADDR_UNDEF;
    H5Sclose(space);
    return address == HADDR_UNDEF ? -1 : (int64_t)address;
}

static status create_bases(hid_t file, const char *path, struct layout *bases)
{
    const int64_t extent[] = {bases->hosts, bases->metrics / 2};
    const hid_t dataset = hdf5_create_dataset(file, place_bases, H5T_IEEE_F64LE, 2, extent, true);

    if (HDF5_FAILED(dataset))
        return hdf5_fail(STATUS_CANNOT_WRITE, path, place_bases, "cannot write");
    bases->first_byte = first_byte_of(dataset);
    H5Dclose(dataset);
    return STATUS_OK;
}

static status write_all_but_samples(struct store_writer *writer, const struct facility *facility,
                                    hid_t file)
{
    const char *path = writer->partial.path;
    hid_t dataset;

    TRY(partial_reserve(&writer->partial, facility_file_bytes(facility)
                                              + layout_bytes(&writer->samples)
                                              + layout_bytes(&writer->bases)));
    TRY(facility_write(file, path, facility));
    TRY(create_bases(file, path, &writer->bases));
    dataset = create_samples(file, &writer->samples, writer->compression);
    if (HDF5_FAILED(dataset))
        return hdf5_fail(STATUS_CANNOT_WRITE, path, place_values, "cannot write");
    if (writer->compression == 0) writer->samples.first_byte = first_byte_of(dataset);
    H5Dclose(dataset);
    return STATUS_OK;
}

/* Set aside what closing the file has given back. */
static status reserve_samples(const struct store_writer *writer)
{
    const struct layout *samples = &writer->samples;

    if (writer->compression > 0 || samples->first_byte < 0) return STATUS_OK;
    return partial_reserve(&writer->partial, samples->first_byte + layout_bytes(samples));
}

/* On rank 0. */
static status make_file(struct store_writer *writer, const struct facility *facility)
{
    const char *path = writer->partial.path;
    int write_error;
    const hid_t file = hdf5_create_file(writer->partial.part, &write_error);
    status outcome, closed;

    if (HDF5_FAILED(file)) {
        TRY(hdf5_check_written(path, write_error));
        return hdf5_fail(STATUS_CANNOT_WRITE, path, "", "cannot write");
    }
    outcome = write_all_but_samples(writer, facility, file);
    closed = hdf5_close_written(file, path, &write_error);
    if (outcome == STATUS_OK) outcome = closed;
    return outcome == STATUS_OK ? reserve_samples(writer) : outcome;
}

static struct store_writer *new_writer(const struct comm *comm, const struct facility *facility,
                                       const struct store_options *options)
{
    enum { TILE_HOSTS = 64 };
    const int64_t tile_hosts =
        options && options->tile_hosts > 0 ? options->tile_hosts : TILE_HOSTS;
    struct store_writer *writer = mem_zero(1, sizeof *writer);

    writer->comm = comm;
    writer->descriptor = -1;
    writer->file = writer->dataset = -1;
    writer->compression = options ? options->compression : 0;
    writer->samples = (struct layout){.hosts = facility->host_count,
                                      .times = facility->sample_count,
                                      .metrics = facility->metric_count,
                                      .first_byte = -1,
                                      .is_direct = true};
    layout_choose_chunks(&writer->samples, tile_hosts);
    if (layout_bytes(&writer->samples) == 0) writer->compression = 0;
    writer->bases = (struct layout){.hosts = facility->host_count,
                                    .times = 1,
                                    .metrics = 2 * facility->metric_count,
                                    .chunk_hosts = facility->host_count,
                                    .chunk_times = 1,
                                    .is_direct = true};
    return writer;
}

/* Bases that nobody writes are 0. On rank 0. */
static status clear_bases(struct store_writer *writer)
{
    const size_t bytes = (size_t)layout_bytes(&writer->bases);
    char *zeros = mem_zero(bytes, 1);
    const bool is_written = layout_transfer_bytes(writer->descriptor, zeros, bytes,
                                                  writer->bases.first_byte, LAYOUT_WRITE);

    mem_free(&zeros);
    if (is_written) return STATUS_OK;
    return fail(STATUS_CANNOT_WRITE, "%s: cannot write: %s", writer->partial.path, strerror(errno));
}

/* Collective. Give the new file to all ranks. */
static status open_everywhere(struct store_writer *writer)
{
    status mine;

    comm_broadcast(writer->comm, &writer->samples.first_byte, sizeof(int64_t), 0);
    comm_broadcast(writer->comm, &writer->bases.first_byte, sizeof(int64_t), 0);
    mine = partial_open(&writer->partial, &writer->descriptor);
    if (mine == STATUS_OK && comm_rank(writer->comm) == 0) mine = clear_bases(writer);
    mine = comm_agree(writer->comm, mine);
    if (mine != STATUS_OK || writer->compression == 0) return mine;
    return compressed_open(writer);
}

/* Collective. Everything that store_commit() and store_discard() have in common. */
static status end_writer(struct store_writer **address, status mine)
{
    struct store_writer *writer = *address;
    const status closed = compressed_close(writer);
    const status synced = partial_close(&writer->partial, &writer->descriptor);
    status outcome;

    if (mine == STATUS_OK) mine = closed;
    if (mine == STATUS_OK) mine = synced;
    outcome = partial_end(writer->comm, &writer->partial, mine);
    hdf5_hush();
    mem_free(address);
    return outcome;
}

status store_create(const struct comm *comm, const char *path, const struct facility *facility,
                    const struct store_options *options, struct store_writer **writer)
{
    struct store_writer *made = new_writer(comm, facility, options);
    status outcome = STATUS_OK;

    if (comm_rank(comm) == 0) outcome = facility_check(facility, path);
    outcome = comm_agree(comm, outcome);
    if (outcome == STATUS_OK) outcome = partial_begin(comm, path, &made->partial);
    if (outcome != STATUS_OK) {
        mem_free(&made);
        return outcome;
    }
    if (comm_rank(comm) == 0) outcome = make_file(made, facility);
    outcome = comm_agree(comm, outcome);
    if (outcome == STATUS_OK) outcome = open_everywhere(made);
    if (outcome != STATUS_OK) return end_writer(&made, outcome);
    *writer = made;
    return STATUS_OK;
}

/* Keep the first failure for store_commit(). */
static status note(struct store_writer *writer, status mine)
{
    if (writer->outcome == STATUS_OK) writer->outcome = mine;
    return mine;
}

static status write_directly(struct store_writer *writer, const struct layout *layout,
                             struct span hosts, struct span times, const float *values)
{
    float *source;

    ASSERT(layout_holds(layout, hosts, times));
    memcpy(&source, &values, sizeof source); /* layout_transfer() only reads from it */
    if (layout_transfer(layout, writer->descriptor, hosts, times, source, LAYOUT_WRITE))
        return STATUS_OK;
    return note(writer, fail(STATUS_CANNOT_WRITE, "%s: cannot write: %s", writer->partial.path,
                             strerror(errno)));
}

void store_writer_chunk(const struct store_writer *writer, int64_t *hosts, int64_t *times)
{
    *hosts = writer->samples.chunk_hosts;
    *times = writer->samples.chunk_times;
}

status store_write(struct store_writer *writer, struct span hosts, struct span times,
                   const float *values)
{
    writer->written += hosts.count * times.count;
    if (writer->compression > 0)
        return note(writer, compressed_write(writer, &(struct chunk_source){hosts, times, values}));
    return write_directly(writer, &writer->samples, hosts, times, values);
}

status store_write_bases(struct store_writer *writer, struct span hosts, const double *bases)
{
    const float *halves;

    memcpy(&halves, &bases, sizeof halves); /* moved as bytes */
    return write_directly(writer, &writer->bases, hosts, (struct span){0, 1}, halves);
}

/* Collective. A file with holes would hold zeros where samples are missing. */
static status check_complete(const struct store_writer *writer)
{
    const int64_t written = comm_sum_int64(writer->comm, writer->written);
    const int64_t expected = writer->samples.hosts * writer->samples.times;

    if (written == expected || writer->samples.metrics == 0) return STATUS_OK;
    return fail(STATUS_FAILED, "%s: %lld of %lld samples of hosts were written",
                writer->partial.path, (long long)written, (long long)expected);
}

status store_commit(struct store_writer **writer)
{
    const status complete = check_complete(*writer);
    const status mine = (*writer)->outcome;

    return end_writer(writer, mine != STATUS_OK ? mine : complete);
}

void store_discard(struct store_writer **writer)
{
    char message[STATUS_MESSAGE_BYTES];

    if (!*writer) return;
    snprintf(message, sizeof message, "%s", status_message());
    end_writer(writer, STATUS_INTERRUPTED);
    status_set_message(message);
}
