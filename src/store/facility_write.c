// SPDX-License-Identifier: BSD-3-Clause
#include "column.h"
#include "facility_file.h"
#include "hdf5_file.h"

#include <string.h>

const char place_values[] = "/telemetry/values";
const char place_bases[] = "/telemetry/counter_base";

static herr_t write_items(hid_t file, const char *place, hid_t file_type, hid_t memory_type,
                          int64_t count, const void *items)
{
    const hid_t dataset = hdf5_create_dataset(file, place, file_type, 1, &count, false);
    herr_t outcome = HDF5_FAILED(dataset) ? -1 : 0;

    if (outcome == 0 && count > 0)
        outcome = H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, items);
    if (!HDF5_FAILED(dataset) && HDF5_FAILED(H5Dclose(dataset))) outcome = -1;
    return outcome;
}

/* Is an optional column 0 everywhere? */
static bool is_zero(const struct facility *facility, const struct record_kind *kind,
                    const struct column *column)
{
    const char *records = records_first(facility, kind);

    for (int64_t i = 0; i < records_count(facility, kind); i++) {
        int32_t value;

        memcpy(&value, records + (size_t)i * kind->record_bytes + column->offset, sizeof value);
        if (value != 0) return false;
    }
    return true;
}

static herr_t write_column(hid_t file, const struct facility *facility,
                           const struct record_kind *kind, const struct column *column)
{
    const int64_t count = records_count(facility, kind);
    const bool is_text = column->type == COLUMN_TEXT;
    const hid_t text_type = hdf5_text_type();
    void *items = mem_zero((size_t)count, column_item_bytes(column->type));
    herr_t outcome;

    column_gather(column, kind, records_first(facility, kind), count, items);
    outcome = write_items(file, column->place, is_text ? text_type : column_file_type(column->type),
                          is_text ? text_type : column_memory_type(column->type), count, items);
    mem_free(&items);
    H5Tclose(text_type);
    return outcome;
}

/* The jobs' hosts, packed in the order of the jobs. */
static herr_t write_job_hosts(hid_t file, const struct facility *facility)
{
    int64_t *host_first = mem_zero((size_t)facility->job_count + 1, sizeof *host_first);
    int32_t *hosts;
    int64_t count = 0;
    herr_t outcome;

    for (int64_t j = 0; j < facility->job_count; j++) {
        host_first[j] = count;
        count += facility->jobs[j].host_count;
    }
    host_first[facility->job_count] = count;
    hosts = mem_zero((size_t)count, sizeof *hosts);
    for (int64_t j = 0; j < facility->job_count; j++) {
        const struct job *job = &facility->jobs[j];

        if (job->host_count > 0) {
            memcpy(hosts + host_first[j], facility->job_hosts + job->host_first,
                   (size_t)job->host_count * sizeof *hosts);
        }
    }
    outcome = write_items(file, "/jobs/host_first", H5T_STD_I64LE, H5T_NATIVE_INT64,
                          facility->job_count + 1, host_first);
    if (outcome == 0) {
        outcome =
            write_items(file, "/jobs/host_index", H5T_STD_I32LE, H5T_NATIVE_INT32, count, hosts);
    }
    mem_free(&hosts);
    mem_free(&host_first);
    return outcome;
}

static herr_t write_pairs(hid_t file, const char *place, hid_t file_type, hid_t memory_type,
                          int64_t metrics, const void *items)
{
    const int64_t extent[] = {metrics, metrics};
    const hid_t dataset = hdf5_create_dataset(file, place, file_type, 2, extent, false);
    herr_t outcome;

    if (HDF5_FAILED(dataset)) return -1;
    outcome = H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, items);
    if (HDF5_FAILED(H5Dclose(dataset))) outcome = -1;
    return outcome;
}

static herr_t write_graph(hid_t file, const struct facility *facility)
{
    const int64_t metrics = facility->metric_count;
    const struct known_graph *graph = facility->graph;
    herr_t outcome = write_pairs(file, "/truth/weight", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, metrics,
                                 graph->weight);
    hid_t group;

    if (outcome == 0)
        outcome =
            write_pairs(file, "/truth/lag", H5T_STD_I8LE, H5T_NATIVE_INT8, metrics, graph->lag);
    if (HDF5_FAILED(outcome)) return outcome;
    group = H5Gopen2(file, "/truth", H5P_DEFAULT);
    if (HDF5_FAILED(group)) return -1;
    outcome = hdf5_put_text(group, "system", graph->system);
    H5Gclose(group);
    return outcome;
}

static herr_t write_attributes(hid_t file, const struct facility *facility)
{
    static const int64_t version = FACILITY_VERSION;
    const hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    herr_t outcome = 0;

    outcome |= hdf5_put_text(root, "format", FACILITY_FORMAT);
    outcome |= hdf5_put_attribute(root, "version", H5T_NATIVE_INT64, &version);
    outcome |= hdf5_put_text(root, "facility", facility->name);
    outcome |= hdf5_put_attribute(root, "start_unix_s", H5T_NATIVE_INT64, &facility->start_unix_s);
    outcome |= hdf5_put_attribute(root, "period_s", H5T_NATIVE_DOUBLE, &facility->period_s);
    H5Gclose(root);
    return outcome;
}

status facility_write(hid_t file, const char *path, const struct facility *facility)
{
    if (HDF5_FAILED(write_attributes(file, facility)))
        return hdf5_fail(STATUS_CANNOT_WRITE, path, "", "cannot write");
    for (int k = 0; k < RECORD_KINDS; k++) {
        const struct record_kind *kind = &record_kinds[k];

        for (int c = 0; c < kind->column_count; c++) {
            if (kind->columns[c].is_optional && is_zero(facility, kind, &kind->columns[c]))
                continue;
            if (HDF5_FAILED(write_column(file, facility, kind, &kind->columns[c])))
                return hdf5_fail(STATUS_CANNOT_WRITE, path, kind->columns[c].place, "cannot write");
        }
    }
    if (HDF5_FAILED(write_job_hosts(file, facility)))
        return hdf5_fail(STATUS_CANNOT_WRITE, path, "/jobs/host_index", "cannot write");
    if (facility->graph && HDF5_FAILED(write_graph(file, facility)))
        return hdf5_fail(STATUS_CANNOT_WRITE, path, "/truth", "cannot write");
    return STATUS_OK;
}

int64_t facility_file_bytes(const struct facility *facility)
{
    /* Each text: a reference of 16 bytes, a heap object with a header of 16 bytes, padded to 8. */
    enum { FIXED_BYTES = 256 * 1024, TEXT_BYTES = 16 + 16 + 8 };
    int64_t bytes = FIXED_BYTES + 8 * facility->job_count + 4 * facility->job_host_count;

    if (facility->graph) bytes += (8 + 1) * facility->metric_count * facility->metric_count;
    for (int k = 0; k < RECORD_KINDS; k++) {
        const struct record_kind *kind = &record_kinds[k];
        const int64_t count = records_count(facility, kind);

        for (int c = 0; c < kind->column_count; c++) {
            const struct column *column = &kind->columns[c];
            const char *records = records_first(facility, kind);

            bytes += count * (int64_t)column_item_bytes(column->type);
            for (int64_t i = 0; column->type == COLUMN_TEXT && i < count; i++) {
                bytes += TEXT_BYTES
                         + (int64_t)strlen(
                             column_text(column, records + (size_t)i * kind->record_bytes));
            }
        }
    }
    return bytes + bytes / 8;
}
