// SPDX-License-Identifier: BSD-3-Clause
#include "facility_file.h"
#include "hdf5_file.h"
#include "store_writer.h"

#include <telltale/comm_mpi.h>

status compressed_open(struct store_writer *writer)
{
    const hid_t access = hdf5_access(true);
    status mine = STATUS_OK;

    H5Pset_fapl_mpio(access, comm_mpi(writer->comm), MPI_INFO_NULL);
    H5Pset_coll_metadata_write(access, true);
    H5Pset_all_coll_metadata_ops(access, true);
    comm_wait();
    writer->file = H5Fopen(writer->partial.part, H5F_ACC_RDWR, access);
    H5Pclose(access);
    if (!HDF5_FAILED(writer->file))
        writer->dataset = H5Dopen2(writer->file, place_values, H5P_DEFAULT);
    if (HDF5_FAILED(writer->file) || HDF5_FAILED(writer->dataset))
        mine = hdf5_fail(STATUS_CANNOT_WRITE, writer->partial.path, "", "cannot write in parallel");
    return comm_agree(writer->comm, mine);
}

/* The part of a dataset that a span covers; an empty one selects nothing. */
static void select_part(hid_t space, const hsize_t first[3], const hsize_t count[3])
{
    if (count[0] == 0 || count[1] == 0) {
        H5Sselect_none(space);
    } else {
        H5Sselect_hyperslab(space, H5S_SELECT_SET, first, NULL, count, NULL);
    }
}

status compressed_write(struct store_writer *writer, struct span hosts, struct span times,
                        const float *values)
{
    const hsize_t first[] = {(hsize_t)hosts.first, (hsize_t)times.first, 0};
    const hsize_t count[] = {(hsize_t)hosts.count, (hsize_t)times.count,
                             (hsize_t)writer->samples.metrics};
    const hsize_t origin[] = {0, 0, 0};
    const hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    const hid_t file_space = H5Dget_space(writer->dataset);
    const hid_t memory_space = H5Screate_simple(3, count, NULL);
    status mine = STATUS_OK;

    H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE);
    select_part(file_space, first, count);
    select_part(memory_space, origin, count);
    comm_wait();
    if (HDF5_FAILED(H5Dwrite(writer->dataset, H5T_NATIVE_FLOAT, memory_space, file_space, transfer,
                             values)))
        mine = hdf5_fail(STATUS_CANNOT_WRITE, writer->partial.path, "", "cannot write");
    H5Sclose(memory_space);
    H5Sclose(file_space);
    H5Pclose(transfer);
    comm_progress();
    return comm_agree(writer->comm, mine);
}

status compressed_close(struct store_writer *writer)
{
    bool is_closed = true;

    comm_wait();
    if (!HDF5_FAILED(writer->dataset)) is_closed = !HDF5_FAILED(H5Dclose(writer->dataset));
    if (!HDF5_FAILED(writer->file)) is_closed = !HDF5_FAILED(H5Fclose(writer->file)) && is_closed;
    comm_progress();
    if (is_closed) return STATUS_OK;
    return hdf5_fail(STATUS_CANNOT_WRITE, writer->partial.path, "", "cannot write");
}
