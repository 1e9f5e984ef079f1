// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/store.h>
#include <telltale/synth.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct synth_options some_options(void)
{
    struct synth_options options = synth_defaults();

    /* Three tiles, the last one short: with four ranks one has nothing to write. */
    options.hosts = 150;
    options.metrics = 21;
    options.samples = 203;
    options.outages_per_node_year = 300.0;
    return options;
}

/* Does the file hold these samples of these hosts, NaN for NaN, and these bases? */
static bool holds(struct store *store, const struct synth *synth, struct span hosts)
{
    const struct facility *facility = synth_facility(synth);
    const int64_t host_items = facility->sample_count * facility->metric_count;
    const size_t items = (size_t)(hosts.count * host_items);
    const size_t bases = (size_t)(hosts.count * facility->metric_count);
    float *wanted = mem_zero(items, sizeof *wanted);
    float *read = mem_zero(items, sizeof *read);
    double *wanted_bases = mem_zero(bases, sizeof *wanted_bases);
    double *read_bases = mem_zero(bases, sizeof *read_bases);
    struct synth_stream *stream = synth_stream_create(synth, hosts, facility->sample_count);
    bool is_equal;

    synth_stream_bases(stream, wanted_bases);
    synth_stream_next(stream, facility->sample_count, wanted);
    CHECK(store_read(store, hosts, (struct span){0, facility->sample_count}, read) == STATUS_OK);
    CHECK(store_read_bases(store, hosts, read_bases) == STATUS_OK);
    is_equal = memcmp(wanted_bases, read_bases, bases * sizeof *read_bases) == 0;
    for (size_t i = 0; i < items; i++)
        is_equal = is_equal && (wanted[i] == read[i] || (isnan(wanted[i]) && isnan(read[i])));
    synth_stream_destroy(&stream);
    mem_free(&read_bases);
    mem_free(&wanted_bases);
    mem_free(&read);
    mem_free(&wanted);
    return is_equal;
}

static void the_file_is_the_plan_on_any_number_of_ranks(void)
{
    const struct synth_options options = some_options();
    struct synth *synth;
    struct store *store;
    char path[64];

    snprintf(path, sizeof path, "synth_write_np%d.h5", comm_size(check_comm));
    CHECK(synth_create(&options, &synth) == STATUS_OK);
    CHECK(synth_write(check_comm, synth, path) == STATUS_OK);
    if (CHECK(store_open(check_comm, path, &store) == STATUS_OK)) {
        const struct facility *written = store_facility(store);
        const struct facility *planned = synth_facility(synth);

        CHECK(written->host_count == planned->host_count);
        CHECK(written->metric_count == planned->metric_count);
        CHECK(written->job_count == planned->job_count && planned->job_count > 0);
        CHECK(written->event_count == planned->event_count && planned->event_count > 0);
        CHECK(written->label_count == planned->label_count && planned->label_count > 0);
        CHECK(holds(store, synth, (struct span){0, 150}));
        store_close(&store);
    }
    synth_destroy(&synth);
    comm_barrier(check_comm);
    if (comm_rank(check_comm) == 0) remove(path);
}

static void a_folder_that_is_not_there_is_told_on_every_rank(void)
{
    const struct synth_options options = some_options();
    struct synth *synth;

    CHECK(synth_create(&options, &synth) == STATUS_OK);
    CHECK(synth_write(check_comm, synth, "no_such_folder/x.h5") == STATUS_CANNOT_WRITE);
    CHECK(strstr(status_message(), "no_such_folder") != NULL);
    synth_destroy(&synth);
}

CHECK_MAIN({"the file is the plan on any number of ranks",
            the_file_is_the_plan_on_any_number_of_ranks},
           {"a folder that is not there is told on every rank",
            a_folder_that_is_not_there_is_told_on_every_rank})
