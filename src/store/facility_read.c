// SPDX-License-Identifier: BSD-3-Clause
#include "column.h"
#include "facility_file.h"
#include "hdf5_file.h"

#include <math.h>
#include <string.h>

static bool has_type(hid_t found, enum column_type type)
{
    static const H5T_class_t classes[] = {
        [COLUMN_TEXT] = H5T_STRING,   [COLUMN_INT8] = H5T_INTEGER, [COLUMN_INT32] = H5T_INTEGER,
        [COLUMN_INT64] = H5T_INTEGER, [COLUMN_DOUBLE] = H5T_FLOAT,
    };

    if (H5Tget_class(found) != classes[type]) return false;
    if (type == COLUMN_TEXT) return H5Tis_variable_str(found) > 0;
    if (H5Tget_size(found) != column_item_bytes(type)) return false;
    return type == COLUMN_DOUBLE || H5Tget_sign(found) == H5T_SGN_2;
}

/* Open a column and check its type and length; *count -1 takes any length and is set. */
static status open_column(hid_t file, const char *path, const char *place, enum column_type type,
                          int64_t *count, hid_t *dataset)
{
    status outcome = STATUS_OK;
    int64_t extent = 0;
    hid_t opened;
    hid_t found;

    TRY(hdf5_open_dataset(file, path, place, 1, &extent, &opened));
    found = H5Dget_type(opened);
    if (!has_type(found, type)) {
        outcome = fail(STATUS_BAD_INPUT, "%s: %s is not of type %s%s", path, place,
                       column_type_name(type), type == COLUMN_TEXT ? " of variable length" : "");
    } else if (*count >= 0 && extent != *count) {
        outcome = fail(STATUS_BAD_INPUT, "%s: %s has %lld items, expected %lld", path, place,
                       (long long)extent, (long long)*count);
    } else if (extent > INT32_MAX && type != COLUMN_INT32) {
        outcome = fail(STATUS_BAD_INPUT, "%s: %s has %lld items, more than there can be", path,
                       place, (long long)extent);
    } else {
        outcome = hdf5_check_storage(opened, path, place, extent, column_item_bytes(type));
    }
    H5Tclose(found);
    if (outcome != STATUS_OK) {
        H5Dclose(opened);
        return outcome;
    }
    *count = extent;
    *dataset = opened;
    return STATUS_OK;
}

struct text_target {
    struct facility *facility;
    const struct record_kind *kind;
    const struct column *column;
};

static void take_text(void *context, int64_t item, const char *text, size_t length)
{
    const struct text_target *target = context;
    char *records = records_first(target->facility, target->kind);

    column_set_text(target->column, records + (size_t)item * target->kind->record_bytes,
                    facility_text_part(target->facility, text, length));
}

static status read_numbers(hid_t dataset, const char *path, const char *place,
                           enum column_type type, void *items)
{
    if (HDF5_FAILED(
            H5Dread(dataset, column_memory_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, items)))
        return hdf5_fail(STATUS_BAD_INPUT, path, place, "cannot be read");
    return STATUS_OK;
}

/* Reads the column into the records, which the first column of a kind makes. */
static status read_column(hid_t file, const char *path, struct facility *facility,
                          const struct record_kind *kind, const struct column *column)
{
    const bool is_first = column == kind->columns;
    int64_t count = is_first ? -1 : records_count(facility, kind);
    status outcome;
    hid_t dataset;

    if (column->is_optional && !hdf5_has(file, column->place)) return STATUS_OK;
    TRY(open_column(file, path, column->place, column->type, &count, &dataset));
    if (is_first) records_make(facility, kind, count);
    if (column->type == COLUMN_TEXT) {
        struct text_target target = {facility, kind, column};

        outcome = hdf5_read_texts(dataset, path, column->place, count, take_text, &target);
    } else {
        void *items = mem_zero((size_t)count, column_item_bytes(column->type));

        outcome =
            count > 0 ? read_numbers(dataset, path, column->place, column->type, items) : STATUS_OK;
        column_scatter(column, kind, records_first(facility, kind), count, items);
        mem_free(&items);
    }
    H5Dclose(dataset);
    return outcome;
}

/* A whole numeric column into a new block, whatever happens. */
static status read_array(hid_t file, const char *path, const char *place, enum column_type type,
                         int64_t *count, void **items)
{
    status outcome = STATUS_OK;
    hid_t dataset;

    TRY(open_column(file, path, place, type, count, &dataset));
    *items = mem_zero((size_t)*count, column_item_bytes(type));
    if (*count > 0) outcome = read_numbers(dataset, path, place, type, *items);
    H5Dclose(dataset);
    return outcome;
}

static status set_job_hosts(const char *path, struct facility *facility, const int64_t *host_first)
{
    if (host_first[0] != 0 || host_first[facility->job_count] != facility->job_host_count) {
        return fail(STATUS_BAD_INPUT, "%s: /jobs/host_first does not run from 0 to %lld", path,
                    (long long)facility->job_host_count);
    }
    for (int64_t j = 0; j < facility->job_count; j++) {
        if (host_first[j + 1] < host_first[j]) {
            return fail(STATUS_BAD_INPUT, "%s: /jobs/host_first[%lld] falls", path,
                        (long long)j + 1);
        }
        facility->jobs[j].host_first = host_first[j];
        facility->jobs[j].host_count = host_first[j + 1] - host_first[j];
    }
    return STATUS_OK;
}

static status read_job_hosts(hid_t file, const char *path, struct facility *facility)
{
    int64_t count = facility->job_count + 1;
    int64_t host_count = -1;
    void *host_first = NULL;
    void *hosts = NULL;
    status outcome;

    outcome = read_array(file, path, "/jobs/host_first", COLUMN_INT64, &count, &host_first);
    if (outcome == STATUS_OK)
        outcome = read_array(file, path, "/jobs/host_index", COLUMN_INT32, &host_count, &hosts);
    if (outcome == STATUS_OK) {
        facility->job_hosts = hosts;
        facility->job_host_count = facility->room.job_hosts = host_count;
        hosts = NULL;
        outcome = set_job_hosts(path, facility, host_first);
    }
    mem_free(&hosts);
    mem_free(&host_first);
    return outcome;
}

static status check_format(hid_t root, const char *path)
{
    struct text format = {0};
    int64_t version;
    bool is_ours;

    TRY(hdf5_get_text(root, path, "/", "format", &format));
    is_ours = strcmp(format.bytes, FACILITY_FORMAT) == 0;
    text_release(&format);
    if (!is_ours) {
        return fail(STATUS_BAD_INPUT, "%s: attribute \"format\" is not \"%s\"", path,
                    FACILITY_FORMAT);
    }
    TRY(hdf5_get_int(root, path, "/", "version", &version));
    if (version != FACILITY_VERSION) {
        return fail(STATUS_BAD_INPUT, "%s: is version %lld of the facility file, expected %d", path,
                    (long long)version, FACILITY_VERSION);
    }
    return STATUS_OK;
}

static status read_attributes(hid_t root, const char *path, struct facility *facility)
{
    struct text name = {0};

    TRY(check_format(root, path));
    TRY(hdf5_get_text(root, path, "/", "facility", &name));
    facility->name = facility_text(facility, name.bytes);
    text_release(&name);
    TRY(hdf5_get_int(root, path, "/", "start_unix_s", &facility->start_unix_s));
    return hdf5_get_real(root, path, "/", "period_s", &facility->period_s);
}

status facility_read(hid_t file, const char *path, struct facility *facility)
{
    const hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    status outcome;

    if (HDF5_FAILED(root)) return hdf5_fail(STATUS_BAD_INPUT, path, "/", "cannot be read");
    outcome = read_attributes(root, path, facility);
    H5Gclose(root);
    for (int k = 0; outcome == STATUS_OK && k < RECORD_KINDS; k++) {
        const struct record_kind *kind = &record_kinds[k];

        for (int c = 0; outcome == STATUS_OK && c < kind->column_count; c++)
            outcome = read_column(file, path, facility, kind, &kind->columns[c]);
    }
    if (outcome == STATUS_OK) outcome = read_job_hosts(file, path, facility);
    if (outcome != STATUS_OK) return outcome;
    facility_index(facility);
    return facility_check(facility, path);
}
