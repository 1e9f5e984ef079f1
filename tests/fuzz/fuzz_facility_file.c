// SPDX-License-Identifier: BSD-3-Clause
/* The facility file: everything that it says is read, and some of its samples. */
#include "fuzz.h"

#include <telltale/store.h>

static int64_t at_most(int64_t count, int64_t limit)
{
    return count < limit ? count : limit;
}

static void read_some(struct store *store)
{
    const struct facility *facility = store_facility(store);
    const struct span hosts = {0, at_most(facility->host_count, 4)};
    const struct span times = {0, at_most(facility->sample_count, 16)};
    float *values;
    double *bases;

    if (facility->metric_count > 1000) return;
    values =
        mem_zero((size_t)(hosts.count * times.count * facility->metric_count) + 1, sizeof *values);
    bases = mem_zero((size_t)(hosts.count * facility->metric_count) + 1, sizeof *bases);
    (void)store_read(store, hosts, times, values);
    (void)store_read_bases(store, hosts, bases);
    mem_free(&values);
    mem_free(&bases);
}

void fuzz_one(const char *bytes, size_t length)
{
    struct store *store;

    if (store_open(fuzz_comm, fuzz_file(bytes, length), &store) == STATUS_OK) {
        read_some(store);
        store_close(&store);
    }
}
