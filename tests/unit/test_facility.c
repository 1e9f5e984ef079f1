// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/telemetry.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static void equal_texts_are_equal_pointers_that_stay(void)
{
    struct facility *facility = facility_create();
    const char *first = facility_text(facility, "first");
    char name[32];

    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "text %d", i);
        facility_text(facility, name);
    }
    CHECK(facility_text(facility, "first") == first);
    CHECK(facility_text_part(facility, "first and more", 5) == first);
    CHECK(strcmp(first, "first") == 0);
    facility_destroy(&facility);
    CHECK(facility == NULL);
}

static void hosts_and_metrics_are_found_by_name(void)
{
    struct facility *facility = facility_create();
    char name[32];

    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "n%d", i);
        facility_add_host(facility, name)->slot = i;
    }
    CHECK(facility_add_host(facility, "n7")->slot == 7);
    CHECK(facility->host_count == 1000);
    CHECK(facility_find_host(facility, "n999") == 999);
    CHECK(facility_find_host(facility, "n1000") == -1);
    facility_add_metric(facility, "active", "meminfo")->kind = METRIC_GAUGE;
    facility_add_metric(facility, "active", "vmstat")->kind = METRIC_COUNTER;
    CHECK(facility_add_metric(facility, "active", "vmstat")->kind == METRIC_COUNTER);
    CHECK(facility->metric_count == 2);
    CHECK(facility_find_metric(facility, "active", "vmstat") == 1);
    CHECK(facility_find_metric(facility, "active", NULL) == 0);
    CHECK(facility_find_metric(facility, "active", "nfs") == -1);
    CHECK(facility_find_metric(facility, "idle", NULL) == -1);
    facility_destroy(&facility);
}

static void add_job(struct facility *facility, const char *id, int64_t start_unix_s, int32_t host)
{
    struct job *job = facility_add_job(facility);

    job->id = facility_text(facility, id);
    job->start_unix_s = start_unix_s;
    for (int32_t i = 0; i < 2; i++) facility_add_job_host(facility, host + i);
}

static void sorting_keeps_jobs_with_their_hosts_and_labels(void)
{
    struct facility *facility = facility_create();
    struct label *label;

    add_job(facility, "c", 30, 6);
    add_job(facility, "b", 10, 4);
    add_job(facility, "a", 10, 2);
    label = facility_add_label(facility);
    label->job = 0;
    label->start_unix_s = 5.0;
    facility_add_label(facility)->start_unix_s = 1.0;
    facility_add_event(facility)->unix_s = 9.0;
    facility_add_event(facility)->unix_s = 8.0;
    facility_sort(facility);
    CHECK(strcmp(facility->jobs[0].id, "a") == 0 && strcmp(facility->jobs[2].id, "c") == 0);
    for (int32_t i = 0; i < 6; i++) CHECK(facility->job_hosts[i] == 2 + i);
    CHECK(facility->jobs[2].host_first == 4 && facility->jobs[2].host_count == 2);
    CHECK(facility->labels[0].job == -1 && facility->labels[1].job == 2);
    CHECK(facility->events[0].unix_s == 8.0);
    facility_destroy(&facility);
}

static void large_counters_keep_their_increments(void)
{
    const double series[] = {NAN, 1e10 + 1, 1e10 + 2, NAN, 1e10 + 5, 3.0};
    const double small[] = {5.0, 6.0, NAN, 7.0};
    float values[12];

    CHECK(counter_rebase(series, 6, values, 2) == 1e10 + 1);
    CHECK(isnan(values[0]) && values[2] == 0.0F && values[4] == 1.0F && isnan(values[6]));
    CHECK(values[8] == 4.0F && values[10] < values[8]);
    CHECK(counter_rebase(small, 4, values, 1) == 0.0);
    CHECK(values[0] == 5.0F && isnan(values[2]));
    CHECK(counter_rebase(small + 2, 1, values, 1) == 0.0);
    CHECK(counter_rebase(small, 0, values, 1) == 0.0);
}

CHECK_MAIN({"equal texts are equal pointers that stay", equal_texts_are_equal_pointers_that_stay},
           {"hosts and metrics are found by name", hosts_and_metrics_are_found_by_name},
           {"sorting keeps jobs with their hosts and labels",
            sorting_keeps_jobs_with_their_hosts_and_labels},
           {"large counters keep their increments", large_counters_keep_their_increments})
