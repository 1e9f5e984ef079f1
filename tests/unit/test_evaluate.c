// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/scores.h>

static struct facility *make_facility(void)
{
    struct facility *facility = facility_create();

    facility->period_s = 60.0;
    facility->sample_count = 1440;
    for (int host = 0; host < 4; host++) {
        static const char *const names[] = {"n0", "n1", "n2", "n3"};

        facility_add_host(facility, names[host]);
    }
    return facility;
}

static void add_label(struct facility *facility, const char *name, int32_t host, double start_s,
                      double end_s)
{
    struct label *label = facility_add_label(facility);

    label->name = facility_text(facility, name);
    label->host = host;
    label->start_unix_s = start_s;
    label->end_unix_s = end_s;
}

static void add_row(struct score_table *table, int32_t host, double start_s, double end_s,
                    double value)
{
    struct score *row = score_table_add(table);

    row->host = host;
    row->metric = 0;
    row->start_unix_s = start_s;
    row->end_unix_s = end_s;
    row->value = value;
    row->is_anomaly = value > 3.0 || value < -3.0;
}

static void trouble_that_stands_above_the_rest_is_found(void)
{
    struct facility *facility = make_facility();
    struct score_table table = {0};
    struct evaluation evaluation;

    add_label(facility, "memleak", 1, 3600.0, 7200.0);
    add_label(facility, "cpuoccupy", 2, 3600.0, 7200.0);
    for (int32_t host = 0; host < 4; host++) {
        add_row(&table, host, 0.0, 43200.0, host == 1 ? -9.0 : 1.0 + 0.1 * host);
        add_row(&table, host, 0.0, 43200.0, 0.5);
        add_row(&table, host, 43200.0, 86400.0, host == 3 ? 4.0 : 0.5);
    }
    evaluate_scores(facility, &table, &evaluation);
    CHECK(evaluation.item_count == 8 && evaluation.true_count == 2);
    CHECK_CLOSE(evaluation.average_precision, 0.5 * (1.0 + 2.0 / 4.0), 1e-12);
    CHECK(evaluation.outcome_count == 2 && evaluation.found_count == 1);
    CHECK(evaluation.false_events == 1);
    CHECK_CLOSE(evaluation.f1, 0.5, 1e-15);
    CHECK_CLOSE(evaluation.oracle_f1, 2.0 / 3.0, 1e-15);
    CHECK_CLOSE(evaluation.median_delay_s, 43200.0 - 3600.0, 1e-12);
    CHECK(evaluation.volumes.precision_recall > 0.0 && evaluation.volumes.roc > 0.5);
    CHECK(evaluation.outcomes[0].is_found && !evaluation.outcomes[1].is_found);
    CHECK(table.rows[evaluation.outcomes[0].row].value == -9.0);
    CHECK(evaluation.false_host_days == 1 && evaluation.host_days == 4);
    evaluation_release(&evaluation);
    score_table_release(&table);
    facility_destroy(&facility);
}

static void where_health_is_labelled_the_rest_is_unknown(void)
{
    struct facility *facility = make_facility();
    struct score_table table = {0};
    struct evaluation evaluation;

    add_label(facility, "healthy", 0, 0.0, 600.0);
    add_label(facility, "leak", 1, 0.0, 600.0);
    for (int32_t host = 0; host < 4; host++) add_row(&table, host, 0.0, 600.0, host);
    evaluate_scores(facility, &table, &evaluation);
    CHECK(evaluation.item_count == 2 && evaluation.true_count == 1);
    CHECK(evaluation.roc_area == 1.0);
    CHECK(evaluation.outcome_count == 1);
    evaluation_release(&evaluation);
    score_table_release(&table);
    facility_destroy(&facility);
}

static void a_label_of_a_job_counts_for_its_hosts(void)
{
    struct facility *facility = make_facility();
    struct score_table table = {0};
    struct evaluation evaluation;

    facility_add_job(facility);
    facility_add_job_host(facility, 2);
    facility_add_job_host(facility, 3);
    add_label(facility, "leak", -1, 0.0, 600.0);
    facility->labels[0].job = 0;
    for (int32_t host = 0; host < 4; host++) add_row(&table, host, 0.0, 600.0, 5.0);
    evaluate_scores(facility, &table, &evaluation);
    CHECK(evaluation.true_count == 2 && evaluation.false_host_days == 2);
    CHECK(evaluation.outcome_count == 1 && evaluation.found_count == 1);
    evaluation_release(&evaluation);
    score_table_release(&table);
    facility_destroy(&facility);
}

static void nothing_is_no_trouble(void)
{
    struct facility *facility = make_facility();
    struct score_table table = {0};
    struct evaluation evaluation;

    evaluate_scores(facility, &table, &evaluation);
    CHECK(evaluation.item_count == 0 && evaluation.outcome_count == 0);
    CHECK(evaluation.average_precision != evaluation.average_precision);
    evaluation_release(&evaluation);
    facility_destroy(&facility);
}

/* Of 20 metrics the two that are farthest speak: a single wild one does not outrank two odd ones. */
static void a_tenth_of_the_metrics_speaks_for_a_host(void)
{
    struct facility *facility = make_facility();
    struct score_table table = {0};
    struct evaluation evaluation;

    add_label(facility, "memleak", 1, 0.0, 86400.0);
    for (int32_t host = 0; host < 4; host++)
        for (int metric = 0; metric < 20; metric++) {
            const double odd = host == 1 && metric < 2 ? -6.0 : 0.0;

            add_row(&table, host, 0.0, 86400.0, host == 2 && metric == 7 ? 9.0 : odd);
        }
    evaluate_scores(facility, &table, &evaluation);
    CHECK(evaluation.item_count == 4 && evaluation.true_count == 1);
    CHECK_CLOSE(evaluation.average_precision, 1.0, 1e-12);
    evaluation_release(&evaluation);
    score_table_release(&table);
    facility_destroy(&facility);
}

CHECK_MAIN({"a tenth of the metrics speaks for a host", a_tenth_of_the_metrics_speaks_for_a_host},
           {"trouble that stands above the rest is found",
            trouble_that_stands_above_the_rest_is_found},
           {"where health is labelled the rest is unknown",
            where_health_is_labelled_the_rest_is_unknown},
           {"a label of a job counts for its hosts", a_label_of_a_job_counts_for_its_hosts},
           {"nothing is no trouble", nothing_is_no_trouble})
