// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/import.h>

#include <math.h>
#include <string.h>

static const char single[] = "**/{application}_{label}/ST{start:number}_ET{end:number}_{rest}";
static const char pair[] =
    "**/{application}_{label1}_{label2}/{kind}/ST{start1:number}_ET{end1:number}_{p1}_"
    "ST{start2:number}_ET{end2:number}_{p2}";

static void a_run_with_one_anomaly_says_which_and_when(void)
{
    struct run_name run;

    CHECK(run_name_match(single, "ExaMiniMD_CC/ST148_ET720_cL2_m0.8/data/memory_metrics/meminfo",
                         &run));
    CHECK(strcmp(run.path, "ExaMiniMD_CC/ST148_ET720_cL2_m0.8") == 0);
    CHECK(strcmp(run.application, "ExaMiniMD") == 0);
    CHECK(run.label_count == 1 && strcmp(run.labels[0].name, "CC") == 0);
    CHECK(run.labels[0].start_s == 148 && run.labels[0].end_s == 720);
}

static void a_run_with_two_anomalies_has_two_labels(void)
{
    struct run_name run;

    CHECK(
        run_name_match(pair,
                       "dataset/ExaMiniMD_CO_CC/separate/ST73_ET324_u95_ST534_ET815_cL2_m0.8/data/"
                       "process_metrics/procstat",
                       &run));
    CHECK(strcmp(run.path, "dataset/ExaMiniMD_CO_CC/separate/ST73_ET324_u95_ST534_ET815_cL2_m0.8")
          == 0);
    CHECK(run.label_count == 2);
    CHECK(strcmp(run.labels[0].name, "CO") == 0 && strcmp(run.labels[1].name, "CC") == 0);
    CHECK(run.labels[0].start_s == 73 && run.labels[0].end_s == 324);
    CHECK(run.labels[1].start_s == 534 && run.labels[1].end_s == 815);
}

static void a_clean_run_matches_by_its_folder_alone(void)
{
    struct run_name run;

    CHECK(!run_name_match(single, "SW4lite/data/memory_metrics/meminfo", &run));
    CHECK(run_name_match("**/{application}/data", "a/SW4lite/data/memory_metrics/meminfo", &run));
    CHECK(strcmp(run.path, "a/SW4lite") == 0 && strcmp(run.application, "SW4lite") == 0);
    CHECK(run.label_count == 0);
}

static void times_that_are_not_named_are_the_runs_own(void)
{
    struct run_name run;

    CHECK(run_name_match("{label}/*.csv", "memleak/node1.csv", &run));
    CHECK(strcmp(run.path, "memleak") == 0);
    CHECK(run.label_count == 1 && isnan(run.labels[0].start_s) && isnan(run.labels[0].end_s));
}

static void what_does_not_match_leaves_the_run_alone(void)
{
    struct run_name run;

    memset(&run, 7, sizeof run);
    CHECK(!run_name_match("x{start:number}", "xy/z", &run));
    CHECK(run.path[0] == 7);
    CHECK(!run_name_match("{application}/b", "a", &run));
}

static void a_hostile_name_does_not_take_for_ever(void)
{
    char path[400];
    struct run_name run;

    memset(path, '_', sizeof path);
    path[sizeof path - 1] = '\0';
    CHECK(!run_name_match("{a}_{b}_{c}_{d}_{e}_{f}_{g}_{h}x", path, &run));
}

static void a_pattern_that_cannot_be_meant_is_refused(void)
{
    CHECK(run_pattern_check(single) == STATUS_OK && run_pattern_check(pair) == STATUS_OK);
    CHECK(run_pattern_check("{application") == STATUS_BAD_USE);
    CHECK(run_pattern_check("{}") == STATUS_BAD_USE);
    CHECK(run_pattern_check("{start:float}") == STATUS_BAD_USE);
}

static void names_are_ordered_as_people_count(void)
{
    CHECK(natural_compare("node2", "node10") < 0);
    CHECK(natural_compare("node10", "node2") > 0);
    CHECK(natural_compare("node02", "node2") != 0);
    CHECK(natural_compare("a", "a1") < 0);
    CHECK(natural_compare("r1c2", "r1c2") == 0);
    CHECK(natural_compare("n99999999999999999999998", "n99999999999999999999999") < 0);
}

static void the_standard_classes_know_what_counts(void)
{
    struct metric_classes *classes;

    CHECK(metric_classes_create(NULL, 0, NULL, &classes) == STATUS_OK);
    CHECK(metric_classes_find(classes, "pgfault", "vmstat") == CLASS_COUNTER);
    CHECK(metric_classes_find(classes, "workingset_nodes", "vmstat") == CLASS_GAUGE);
    CHECK(metric_classes_find(classes, "nr_dirtied", "vmstat") == CLASS_COUNTER);
    CHECK(metric_classes_find(classes, "nr_dirty", "vmstat") == CLASS_GAUGE);
    CHECK(metric_classes_find(classes, "nr_dirty_threshold", "vmstat") == CLASS_DROPPED);
    CHECK(metric_classes_find(classes, "MemTotal", "meminfo") == CLASS_DROPPED);
    CHECK(metric_classes_find(classes, "MemFree", "meminfo") == CLASS_GAUGE);
    CHECK(metric_classes_find(classes, "user", "procstat") == CLASS_COUNTER);
    CHECK(metric_classes_find(classes, "user", "csv") == CLASS_UNLISTED);
    CHECK(metric_classes_find(classes, "requests_total", "csv") == CLASS_COUNTER);
    metric_classes_destroy(&classes);
}

CHECK_MAIN({"a run with one anomaly says which and when",
            a_run_with_one_anomaly_says_which_and_when},
           {"a run with two anomalies has two labels", a_run_with_two_anomalies_has_two_labels},
           {"a clean run matches by its folder alone", a_clean_run_matches_by_its_folder_alone},
           {"times that are not named are the run's own",
            times_that_are_not_named_are_the_runs_own},
           {"what does not match leaves the run alone", what_does_not_match_leaves_the_run_alone},
           {"a hostile name does not take for ever", a_hostile_name_does_not_take_for_ever},
           {"a pattern that cannot be meant is refused", a_pattern_that_cannot_be_meant_is_refused},
           {"names are ordered as people count", names_are_ordered_as_people_count},
           {"the standard classes know what counts", the_standard_classes_know_what_counts})
