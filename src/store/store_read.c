// SPDX-License-Identifier: BSD-3-Clause
#include "facility_file.h"
#include "hdf5_file.h"
#include "traffic.h"

#include <telltale/store.h>

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct store {
    const struct comm *comm;   /* borrowed */
    char *path;                /* owned */
    struct facility *facility; /* owned */
    struct layout samples;
    int descriptor; /* where samples are direct, else -1 */
    hid_t file;     /* opened by this rank when first needed, else -1 */
    hid_t dataset;
};

static int64_t times_sized(int64_t a, int64_t b)
{
    int64_t product;

    return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

/* The address of the first chunk where the others are known to follow it; else -1. */
static int64_t address_of_chunks(hid_t dataset, struct layout *samples)
{
    const hid_t space = H5Dget_space(dataset);
    haddr_t address = HADDR_UNDEF;
    hsize_t offset[3];
    hsize_t bytes;
    unsigned filters = 0;
    H5D_chunk_index_t kind;

    if (HDF5_FAILED(H5Dget_chunk_index_type(dataset, &kind))
        || (kind != H5D_CHUNK_IDX_NONE && kind != H5D_CHUNK_IDX_SINGLE)
        || HDF5_FAILED(H5Dget_chunk_info(dataset, space, 0, offset, &filters, &address, &bytes))
        || (int64_t)bytes != layout_chunk_bytes(samples))
        address = HADDR_UNDEF;
    H5Sclose(space);
    return address == HADDR_UNDEF ? -1 : (int64_t)address;
}

/* Learn whether samples can be read without HDF5, and where. */
static void find_samples(hid_t dataset, int64_t file_bytes, struct layout *samples)
{
    const hid_t creation = H5Dget_create_plist(dataset);
    const hid_t type = H5Dget_type(dataset);
    hsize_t chunk[3];

    samples->chunk_hosts = samples->hosts;
    samples->chunk_times = samples->times;
    samples->first_byte = -1;
    if (H5Pget_layout(creation) == H5D_CHUNKED && H5Pget_chunk(creation, 3, chunk) == 3) {
        samples->chunk_hosts = (int64_t)chunk[0];
        samples->chunk_times = (int64_t)chunk[1];
        if (chunk[2] == (hsize_t)samples->metrics && H5Pget_nfilters(creation) == 0)
            samples->first_byte = address_of_chunks(dataset, samples);
    } else if (H5Pget_layout(creation) == H5D_CONTIGUOUS && H5Pget_external_count(creation) == 0) {
        const haddr_t address = H5Dget_offset(dataset);

        if (address != HADDR_UNDEF) samples->first_byte = (int64_t)address;
    }
    samples->is_direct = samples->first_byte >= 0 && H5Tequal(type, H5T_NATIVE_FLOAT) > 0
                         && layout_bytes(samples) <= file_bytes - samples->first_byte;
    H5Tclose(type);
    H5Pclose(creation);
}

static status check_samples(hid_t dataset, const char *path, const struct facility *facility,
                            const int64_t extent[3])
{
    const hid_t type = H5Dget_type(dataset);
    const bool is_float = H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) == sizeof(float);
    const int64_t items = times_sized(times_sized(extent[0], extent[1]), extent[2]);

    H5Tclose(type);
    if (!is_float)
        return fail(STATUS_BAD_INPUT, "%s: %s is not of type float32", path, place_values);
    if (extent[0] != facility->host_count || extent[2] != facility->metric_count) {
        return fail(STATUS_BAD_INPUT,
                    "%s: %s is for %lld hosts and %lld metrics, but there are %lld and %lld", path,
                    place_values, (long long)extent[0], (long long)extent[2],
                    (long long)facility->host_count, (long long)facility->metric_count);
    }
    if (extent[1] > INT32_MAX) {
        return fail(STATUS_BAD_INPUT, "%s: %s has %lld times, more than there can be", path,
                    place_values, (long long)extent[1]);
    }
    return hdf5_check_storage(dataset, path, place_values, items, sizeof(float));
}

static status read_sample_layout(hid_t file, struct store *store)
{
    struct stat about;
    int64_t extent[3];
    status outcome;
    hid_t dataset;

    TRY(hdf5_open_dataset(file, store->path, place_values, 3, extent, &dataset));
    outcome = check_samples(dataset, store->path, store->facility, extent);
    if (outcome == STATUS_OK) {
        store->facility->sample_count = extent[1];
        store->samples.hosts = extent[0];
        store->samples.times = extent[1];
        store->samples.metrics = extent[2];
        find_samples(dataset, stat(store->path, &about) == 0 ? about.st_size : 0, &store->samples);
    }
    H5Dclose(dataset);
    return outcome;
}

/* On rank 0. */
static status read_all_but_samples(struct store *store)
{
    status outcome;
    hid_t file;

    TRY(hdf5_open(store->path, &file));
    outcome = facility_read(file, store->path, store->facility);
    if (outcome == STATUS_OK) outcome = read_sample_layout(file, store);
    H5Fclose(file);
    return outcome;
}

static status open_direct(struct store *store)
{
    if (!store->samples.is_direct) return STATUS_OK;
    store->descriptor = open(store->path, O_RDONLY | O_CLOEXEC);
    if (store->descriptor >= 0) return STATUS_OK;
    return fail(STATUS_BAD_INPUT, "%s: cannot open on rank %d: %s", store->path,
                comm_rank(store->comm), strerror(errno));
}

static void destroy_store(struct store **store)
{
    if ((*store)->descriptor >= 0) close((*store)->descriptor);
    if (!HDF5_FAILED((*store)->dataset)) H5Dclose((*store)->dataset);
    if (!HDF5_FAILED((*store)->file)) H5Fclose((*store)->file);
    hdf5_hush();
    facility_destroy(&(*store)->facility);
    mem_free(&(*store)->path);
    mem_free(store);
}

status store_open(const struct comm *comm, const char *path, struct store **store)
{
    struct store *opened = mem_zero(1, sizeof *opened);
    status outcome = STATUS_OK;

    opened->comm = comm;
    opened->path = mem_text(path);
    opened->facility = facility_create();
    opened->descriptor = -1;
    opened->file = opened->dataset = -1;
    if (comm_rank(comm) == 0) outcome = read_all_but_samples(opened);
    outcome = comm_agree(comm, outcome);
    if (outcome == STATUS_OK) {
        facility_share(comm, opened->facility);
        comm_broadcast(comm, &opened->samples, sizeof opened->samples, 0);
        outcome = comm_agree(comm, open_direct(opened));
    }
    if (outcome != STATUS_OK) {
        destroy_store(&opened);
        return outcome;
    }
    *store = opened;
    return STATUS_OK;
}

void store_close(struct store **store)
{
    if (*store) destroy_store(store);
}

const struct facility *store_facility(const struct store *store)
{
    return store->facility;
}

const char *store_path(const struct store *store)
{
    return store->path;
}

const struct comm *store_comm(const struct store *store)
{
    return store->comm;
}

void store_chunk(const struct store *store, int64_t *hosts, int64_t *times)
{
    *hosts = store->samples.chunk_hosts;
    *times = store->samples.chunk_times;
}

/* Open for reading through HDF5, with room for the chunks of one tile. */
static status open_samples(struct store *store)
{
    enum { CACHE_BYTES = 64 << 20, CACHE_SLOTS = 10007 };
    hid_t access;

    if (!HDF5_FAILED(store->dataset)) return STATUS_OK;
    if (HDF5_FAILED(store->file)) TRY(hdf5_open(store->path, &store->file));
    access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, CACHE_SLOTS, CACHE_BYTES, 1.0);
    store->dataset = H5Dopen2(store->file, place_values, access);
    H5Pclose(access);
    if (!HDF5_FAILED(store->dataset)) return STATUS_OK;
    return hdf5_fail(STATUS_BAD_INPUT, store->path, place_values, "cannot be read");
}

static status read_through_hdf5(struct store *store, struct span hosts, struct span times,
                                float *values)
{
    const hsize_t first[] = {(hsize_t)hosts.first, (hsize_t)times.first, 0};
    const hsize_t count[] = {(hsize_t)hosts.count, (hsize_t)times.count,
                             (hsize_t)store->samples.metrics};
    hid_t file_space;
    hid_t memory_space;
    herr_t outcome;

    if (count[0] * count[1] * count[2] == 0) return STATUS_OK;
    TRY(open_samples(store));
    file_space = H5Dget_space(store->dataset);
    memory_space = H5Screate_simple(3, count, NULL);
    H5Sselect_hyperslab(file_space, H5S_SELECT_SET, first, NULL, count, NULL);
    outcome =
        H5Dread(store->dataset, H5T_NATIVE_FLOAT, memory_space, file_space, H5P_DEFAULT, values);
    H5Sclose(memory_space);
    H5Sclose(file_space);
    if (!HDF5_FAILED(outcome)) return STATUS_OK;
    return hdf5_fail(STATUS_BAD_INPUT, store->path, place_values, "cannot be read");
}

bool store_is_direct(const struct store *store)
{
    return store->samples.is_direct;
}

status store_read(struct store *store, struct span hosts, struct span times, float *values)
{
    ASSERT(layout_holds(&store->samples, hosts, times));
    traffic_add(hosts.count * times.count * store->samples.metrics * (int64_t)sizeof *values);
    if (!store->samples.is_direct) return read_through_hdf5(store, hosts, times, values);
    if (layout_transfer(&store->samples, store->descriptor, hosts, times, values, LAYOUT_READ))
        return STATUS_OK;
    return fail(STATUS_BAD_INPUT, "%s: %s: cannot be read: %s", store->path, place_values,
                errno ? strerror(errno) : "the file ends early");
}

/* Read bases of a file that has them. */
static status read_bases(struct store *store, struct span hosts, double *bases)
{
    const int64_t metrics = store->samples.metrics;
    const hsize_t first[] = {(hsize_t)hosts.first, 0};
    const hsize_t count[] = {(hsize_t)hosts.count, (hsize_t)metrics};
    int64_t extent[2];
    status outcome = STATUS_OK;
    hid_t dataset;
    hid_t file_space;
    hid_t memory_space;

    TRY(hdf5_open_dataset(store->file, store->path, place_bases, 2, extent, &dataset));
    file_space = H5Dget_space(dataset);
    memory_space = H5Screate_simple(2, count, NULL);
    H5Sselect_hyperslab(file_space, H5S_SELECT_SET, first, NULL, count, NULL);
    if (extent[0] != store->samples.hosts || extent[1] != metrics) {
        outcome = fail(STATUS_BAD_INPUT, "%s: %s is for %lld hosts and %lld metrics", store->path,
                       place_bases, (long long)extent[0], (long long)extent[1]);
    } else if (HDF5_FAILED(H5Dread(dataset, H5T_NATIVE_DOUBLE, memory_space, file_space,
                                   H5P_DEFAULT, bases))) {
        outcome = hdf5_fail(STATUS_BAD_INPUT, store->path, place_bases, "cannot be read");
    }
    H5Sclose(memory_space);
    H5Sclose(file_space);
    H5Dclose(dataset);
    return outcome;
}

status store_read_bases(struct store *store, struct span hosts, double *bases)
{
    ASSERT(layout_holds(&store->samples, hosts, (struct span){0, 0}));
    if (hosts.count * store->samples.metrics == 0) return STATUS_OK;
    if (HDF5_FAILED(store->file)) TRY(hdf5_open(store->path, &store->file));
    if (hdf5_has(store->file, place_bases)) return read_bases(store, hosts, bases);
    memset(bases, 0, (size_t)(hosts.count * store->samples.metrics) * sizeof *bases);
    return STATUS_OK;
}
