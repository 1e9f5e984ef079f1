// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"
#include "sample_facility.h"

#include <telltale/store.h>

#include <math.h>
#include <string.h>
#include <unistd.h>

/* Write a facility by tiles that are dealt out like cards. */
static status write_file(const char *path, const struct facility *facility,
                         const struct store_options *options, int64_t tile_hosts)
{
    const int64_t tiles = (facility->host_count + tile_hosts - 1) / tile_hosts;
    const struct span times = {0, facility->sample_count};
    struct store_writer *writer;
    float *values;

    TRY(store_create(check_comm, path, facility, options, &writer));
    values = mem_zero((size_t)(tile_hosts * times.count * facility->metric_count), sizeof *values);
    for (int64_t tile = 0; tile < tiles; tile += comm_size(check_comm)) {
        const int64_t mine = tile + comm_rank(check_comm);
        const int64_t left = facility->host_count - mine * tile_hosts;
        struct span hosts = {mine * tile_hosts, left < tile_hosts ? left : tile_hosts};

        if (hosts.count <= 0) hosts = (struct span){0, 0};
        sample_fill(hosts, times, facility->metric_count, values);
        CHECK(store_write(writer, hosts, times, values) == STATUS_OK);
    }
    mem_free(&values);
    return store_commit(&writer);
}

static bool equal_values(const float *a, const float *b, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        if (!(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])))) return false;
    }
    return true;
}

/* Does a part of the file hold what it should? */
static bool reads_well(struct store *store, struct span hosts, struct span times)
{
    const int64_t metrics = store_facility(store)->metric_count;
    const int64_t items = hosts.count * times.count * metrics;
    float *expected = mem_zero((size_t)items, sizeof *expected);
    float *values = mem_zero((size_t)items, sizeof *values);
    bool holds;

    sample_fill(hosts, times, metrics, expected);
    holds = store_read(store, hosts, times, values) == STATUS_OK
            && equal_values(values, expected, items);
    mem_free(&values);
    mem_free(&expected);
    return holds;
}

static void check_round_trip(int64_t hosts, int64_t metrics, int64_t times,
                             const struct store_options *options)
{
    struct facility *facility = sample_facility(hosts, metrics, times);
    const char *path = sample_path("round.h5");
    struct store *store;

    CHECK(write_file(path, facility, options, options ? options->tile_hosts : 64) == STATUS_OK);
    if (CHECK(store_open(check_comm, path, &store) == STATUS_OK)) {
        CHECK(store_facility(store)->sample_count == times);
        CHECK(reads_well(store, (struct span){0, hosts}, (struct span){0, times}));
        if (hosts > 3 && times > 5)
            CHECK(reads_well(store, (struct span){1, hosts - 2}, (struct span){3, times - 4}));
        if (hosts > 3)
            CHECK(reads_well(store, (struct span){hosts - 1, 1}, (struct span){0, times}));
        if (times > 5)
            CHECK(reads_well(store, (struct span){0, hosts}, (struct span){times / 2, 1}));
        store_close(&store);
    }
    sample_remove(path);
    facility_destroy(&facility);
}

static void samples_come_back_with_equal_bits(void)
{
    static const struct store_options tiles_of_16 = {.tile_hosts = 16};
    static const struct store_options tiles_of_7 = {.tile_hosts = 7};

    check_round_trip(100, 3, 50, NULL);
    check_round_trip(70, 5, 9000, &tiles_of_16);
    check_round_trip(15, 2, 400, &tiles_of_7);
    check_round_trip(1, 1, 1, NULL);
    check_round_trip(3, 200, 3000, NULL);
}

static void files_without_samples_hosts_or_metrics_work(void)
{
    check_round_trip(10, 3, 0, NULL);
    check_round_trip(0, 3, 0, NULL);
    check_round_trip(0, 0, 0, NULL);
    check_round_trip(5, 0, 20, NULL);
}

static void compressed_files_come_back_with_equal_bits(void)
{
    static const struct store_options gzip = {.tile_hosts = 16, .compression = 1};

    check_round_trip(70, 3, 2000, &gzip);
    check_round_trip(2, 3, 20, &gzip);
    check_round_trip(2, 3, 0, &gzip);
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static void hosts_jobs_events_and_labels_come_back(void)
{
    struct facility *facility = sample_facility(9, 4, 6);
    const char *path = sample_path("all.h5");
    const struct facility *found;
    struct store *store;

    CHECK(write_file(path, facility, NULL, 64) == STATUS_OK);
    CHECK(store_open(check_comm, path, &store) == STATUS_OK);
    found = store_facility(store);
    CHECK(same_text(found->name, "sample") && found->start_unix_s == 1700000000);
    CHECK(found->period_s == 60.0);
    CHECK(found->host_count == 9 && facility_find_host(found, "n008") == 8);
    CHECK(found->hosts[8].rack == 2 && found->hosts[8].slot == -1);
    CHECK(found->metric_count == 4 && facility_find_metric(found, "m2", "sample") == 2);
    CHECK(found->metrics[2].kind == METRIC_COUNTER
          && same_text(found->metrics[2].unit, "\xc2\xb0"
                                               "C"));
    CHECK(found->job_count == 5 && found->jobs[3].host_count == 3);
    CHECK(found->job_hosts[found->jobs[3].host_first + 2] == 2);
    CHECK(same_text(found->jobs[1].name, "</script>\n\"x\",'y'"));
    CHECK(found->jobs[4].end_unix_s == -1 && found->jobs[4].limit_s == -1);
    CHECK(found->event_count == 7 && found->events[3].severity == SEVERITY_FATAL);
    CHECK(found->events[1].unix_s == 1700000000.25 && found->events[0].host == -1);
    CHECK(found->label_count == 3 && same_text(found->labels[2].name, "memleak"));
    CHECK(found->jobs[1].user == found->jobs[2].user);
    store_close(&store);
    sample_remove(path);
    facility_destroy(&facility);
}

static void bases_of_counters_are_kept(void)
{
    struct facility *facility = sample_facility(6, 3, 0);
    const char *path = sample_path("bases.h5");
    const double given[3] = {0.0, 0.0, 1e15 + 1.0};
    double bases[6 * 3];
    struct store_writer *writer;
    struct store *store;

    CHECK(store_create(check_comm, path, facility, NULL, &writer) == STATUS_OK);
    if (comm_rank(check_comm) == comm_size(check_comm) - 1)
        CHECK(store_write_bases(writer, (struct span){4, 1}, given) == STATUS_OK);
    CHECK(store_commit(&writer) == STATUS_OK);
    CHECK(store_open(check_comm, path, &store) == STATUS_OK);
    CHECK(store_read_bases(store, (struct span){0, 6}, bases) == STATUS_OK);
    for (int i = 0; i < 18; i++) CHECK(bases[i] == (i == 14 ? 1e15 + 1.0 : 0.0));
    store_close(&store);
    sample_remove(path);
    facility_destroy(&facility);
}

static void an_incomplete_file_is_not_kept(void)
{
    struct facility *facility = sample_facility(6, 3, 4);
    const char *path = sample_path("incomplete.h5");
    struct store_writer *writer;

    CHECK(store_create(check_comm, path, facility, NULL, &writer) == STATUS_OK);
    CHECK(store_commit(&writer) == STATUS_FAILED);
    CHECK(access(path, F_OK) != 0);
    CHECK(store_create(check_comm, path, facility, NULL, &writer) == STATUS_OK);
    store_discard(&writer);
    CHECK(writer == NULL && access(path, F_OK) != 0);
    facility_destroy(&facility);
}

/* As NaN as sample_value() makes them. */
static void a_survey_counts_what_is_there(void)
{
    enum { HOSTS = 70, METRICS = 3, TIMES = 500 };
    struct facility *facility = sample_facility(HOSTS, METRICS, TIMES);
    const char *path = sample_path("survey.h5");
    int64_t expected_by_host[HOSTS] = {0};
    int64_t expected_by_metric[METRICS] = {0};
    int64_t *by_host = NULL;
    int64_t *by_metric = NULL;
    struct store *store;

    for (int64_t i = 0; i < (int64_t)HOSTS * TIMES * METRICS; i++) {
        const int64_t host = i / (TIMES * METRICS);
        const int is_present = !isnan(sample_value(host, i / METRICS % TIMES, i % METRICS));

        expected_by_host[host] += is_present;
        expected_by_metric[i % METRICS] += is_present;
    }
    CHECK(write_file(path, facility, NULL, 64) == STATUS_OK);
    CHECK(store_open(check_comm, path, &store) == STATUS_OK);
    CHECK(store_survey(store, &by_host, &by_metric) == STATUS_OK);
    for (int h = 0; by_host && h < HOSTS; h++) CHECK(by_host[h] == expected_by_host[h]);
    for (int m = 0; by_metric && m < METRICS; m++) CHECK(by_metric[m] == expected_by_metric[m]);
    mem_free(&by_metric);
    mem_free(&by_host);
    store_close(&store);
    sample_remove(path);
    facility_destroy(&facility);
}

CHECK_MAIN({"samples come back with equal bits", samples_come_back_with_equal_bits},
           {"files without samples, hosts or metrics work",
            files_without_samples_hosts_or_metrics_work},
           {"compressed files come back with equal bits",
            compressed_files_come_back_with_equal_bits},
           {"hosts, jobs, events and labels come back", hosts_jobs_events_and_labels_come_back},
           {"bases of counters are kept", bases_of_counters_are_kept},
           {"a survey counts what is there", a_survey_counts_what_is_there},
           {"an incomplete file is not kept", an_incomplete_file_is_not_kept})
