// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/scores.h>

#include <math.h>

enum { ITEMS = 600, RANKS = 250, BUFFER_MAX = 100 };

struct series {
    double value[ITEMS];
    int8_t is_true[ITEMS];
    int64_t group[ITEMS];
};

/* Two hosts with labels of several lengths, one at the border between them; values that repeat. */
static void make(struct series *series, double lift)
{
    struct random random = random_start(31, 0);

    for (int i = 0; i < ITEMS; i++) {
        series->group[i] = i < 330 ? 4 : 7;
        series->is_true[i] = (i >= 40 && i < 47) || (i >= 60 && i < 61) || (i >= 300 && i < 330)
                             || (i >= 500 && i < 503);
        series->value[i] =
            floor(20.0 * (random_normal(&random) + (series->is_true[i] ? lift : 0.0))) / 20.0;
    }
}

/* ---- the definition, by plain loops --------------------------------------------------------------- */

/* What label [first, end) adds to item i under a buffer. */
static double weight_of(int i, int first, int end, int buffer)
{
    const int distance = i < first ? first - i : i - end + 1;

    if (i >= first && i < end) return 0.0;
    return distance <= buffer / 2 ? sqrt(1.0 - (double)distance / buffer) : 0.0;
}

static double extra_of(const struct series *series, int i, int buffer)
{
    double sum = 0.0;

    for (int first = 0, end; first < ITEMS; first = end) {
        for (end = first + 1; end < ITEMS && series->is_true[end] == series->is_true[first]
                              && series->group[end] == series->group[first];
             end++) {
        }
        if (series->is_true[first] && series->group[first] == series->group[i])
            sum += weight_of(i, first, end, buffer);
    }
    return series->is_true[i] ? 0.0 : fmin(sum, 1.0);
}

static double nth_highest(const struct series *series, int place)
{
    for (int i = 0; i < ITEMS; i++) {
        int above = 0, equal = 0;

        for (int k = 0; k < ITEMS; k++) {
            above += series->value[k] > series->value[i];
            equal += series->value[k] >= series->value[i];
        }
        if (above <= place && place < equal) return series->value[i];
    }
    return NAN;
}

static double existence_of(const struct series *series, const double *extra, double threshold)
{
    int spans = 0, met = 0;

    for (int first = 0, end; first < ITEMS; first = end) {
        bool is_met = false;

        end = first + 1;
        if (!series->is_true[first] && extra[first] <= 0.0) continue;
        while (end < ITEMS && series->group[end] == series->group[first]
               && (series->is_true[end] || extra[end] > 0.0))
            end++;
        for (int i = first; i < end; i++) is_met = is_met || series->value[i] >= threshold;
        spans++;
        met += is_met;
    }
    return (double)met / spans;
}

static struct volumes plain_volumes(const struct series *series)
{
    double thresholds[RANKS], extra[ITEMS];
    struct volumes sum = {0.0, 0.0};

    for (int k = 0; k < RANKS; k++)
        thresholds[k] = nth_highest(series, k * (ITEMS - 1) / (RANKS - 1));
    for (int buffer = 0; buffer <= BUFFER_MAX; buffer++) {
        double recall_before = 0.0, false_before = 0.0;

        for (int i = 0; i < ITEMS; i++) extra[i] = extra_of(series, i, buffer);
        for (int k = 0; k <= RANKS; k++) {
            double predicted = 0.0, hits = 0.0, added = 0.0, positives = 0.0, recall = 1.0,
                   false_rate = 1.0;

            for (int i = 0; i < ITEMS && k < RANKS; i++) {
                positives += series->is_true[i];
                if (series->value[i] < thresholds[k]) continue;
                predicted += 1.0;
                hits += series->is_true[i];
                added += extra[i];
            }
            if (k < RANKS) {
                const double possible = 0.5 * (2.0 * positives + added);

                recall = fmin((hits + added) / possible, 1.0)
                         * existence_of(series, extra, thresholds[k]);
                false_rate = (predicted - hits - added) / (ITEMS - possible);
                sum.precision_recall += (recall - recall_before) * (hits + added) / predicted;
            }
            sum.roc += 0.5 * (false_rate - false_before) * (recall + recall_before);
            recall_before = recall;
            false_before = false_rate;
        }
    }
    return (struct volumes){sum.precision_recall / (BUFFER_MAX + 1), sum.roc / (BUFFER_MAX + 1)};
}

static void volumes_are_those_of_the_definition(void)
{
    for (int trial = 0; trial < 3; trial++) {
        struct series series;
        struct volumes plain, fast;

        make(&series, 1.5 * trial);
        plain = plain_volumes(&series);
        fast = detection_volumes(series.value, series.is_true, series.group, ITEMS);
        CHECK_CLOSE(fast.precision_recall, plain.precision_recall, 1e-12);
        CHECK_CLOSE(fast.roc, plain.roc, 1e-12);
    }
}

static void a_score_beside_the_label_is_better_than_one_far_off(void)
{
    struct series series;
    struct volumes at, beside, far;

    make(&series, 0.0);
    for (int i = 0; i < ITEMS; i++) {
        series.is_true[i] = i >= 100 && i < 120;
        series.value[i] = 1e-4 * i + (i >= 100 && i < 120);
    }
    at = detection_volumes(series.value, series.is_true, series.group, ITEMS);
    for (int i = 0; i < ITEMS; i++) series.value[i] = 1e-4 * i + (i >= 122 && i < 142);
    beside = detection_volumes(series.value, series.is_true, series.group, ITEMS);
    for (int i = 0; i < ITEMS; i++) series.value[i] = 1e-4 * i + (i >= 400 && i < 420);
    far = detection_volumes(series.value, series.is_true, series.group, ITEMS);
    CHECK(at.precision_recall > 2.0 * beside.precision_recall);
    CHECK(beside.precision_recall > 2.0 * far.precision_recall);
    CHECK(at.roc > beside.roc && beside.roc > far.roc);
}

static void without_both_kinds_there_is_no_volume(void)
{
    const double value[] = {1.0, NAN, 2.0};
    const int64_t group[] = {0, 0, 0};
    const int8_t none[] = {0, 0, 0}, all[] = {1, 1, 1}, last[] = {0, 0, 1};

    CHECK(isnan(detection_volumes(value, none, group, 3).roc));
    CHECK(isnan(detection_volumes(value, all, group, 3).precision_recall));
    CHECK(isnan(detection_volumes(value, none, group, 0).roc));
    CHECK(detection_volumes(value, last, group, 3).roc > 0.5);
}

static void the_best_f1_is_that_of_the_best_cut(void)
{
    const double value[] = {5.0, 4.0, 4.0, 3.0, 1.0};
    const int8_t is_true[] = {1, 1, 0, 1, 0};

    CHECK_CLOSE(best_f1(value, is_true, 5), 2.0 * 3.0 / (4.0 + 3.0), 1e-15);
    CHECK_CLOSE(f1_of(1, 1, 3), 0.5, 1e-15);
    CHECK(f1_of(0, 0, 3) == 0.0 && isnan(f1_of(0, 1, 0)));
}

CHECK_MAIN({"volumes are those of the definition", volumes_are_those_of_the_definition},
           {"a score beside the label is better than one far off",
            a_score_beside_the_label_is_better_than_one_far_off},
           {"without both kinds there is no volume", without_both_kinds_there_is_no_volume},
           {"the best F1 is that of the best cut", the_best_f1_is_that_of_the_best_cut})
