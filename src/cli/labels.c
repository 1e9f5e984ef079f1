// SPDX-License-Identifier: BSD-3-Clause
#include "work.h"

#include <stdio.h>

enum { LABEL_ROWS = 60, NAME_BYTES = 48, CELL_BYTES = 96, COLUMNS = 34 };

/* Where a label says that trouble was. */
static const char *place_of(const struct facility *facility, const struct label *label, char *name)
{
    if (label->host >= 0)
        return text_printable(facility->hosts[label->host].name, name, NAME_BYTES);
    if (label->job < 0) return "all hosts";
    snprintf(name, NAME_BYTES, "job ");
    text_printable(facility->jobs[label->job].id, name + 4, NAME_BYTES - 4);
    return name;
}

/* "found by cpu_temp, 5.63" */
static void print_cell(const struct facility *facility, const struct chapter *chapter,
                       const struct label_outcome *outcome, int width)
{
    const struct score *row = outcome->row >= 0 ? &chapter->table.rows[outcome->row] : NULL;
    char cell[CELL_BYTES];
    char metric[NAME_BYTES];

    if (!row) {
        snprintf(cell, sizeof cell, "no score");
    } else if (!outcome->is_found) {
        snprintf(cell, sizeof cell, "missed (%.2g)", row->value);
    } else {
        snprintf(cell, sizeof cell, "found by %s, %.3g",
                 row->metric < 0 ? "all metrics"
                                 : text_printable(facility->metrics[row->metric].name, metric, 24),
                 row->value);
    }
    printf("  %-*s", width, cell);
}

static void print_label(const struct facility *facility, const struct chapter *chapters, int count,
                        const struct evaluation *evaluations, int64_t number)
{
    const struct label *label = &facility->labels[evaluations[0].outcomes[number].label];
    char place[NAME_BYTES];
    char start[CLOCK_TEXT_BYTES];
    char name[NAME_BYTES];

    printf("  %-20s %-24s %s %6.0f min", text_printable(label->name, name, sizeof name),
           place_of(facility, label, place), clock_text((int64_t)label->start_unix_s, start),
           (label->end_unix_s - label->start_unix_s) / 60.0);
    for (int i = 0; i < count; i++) {
        print_cell(facility, &chapters[i], &evaluations[i].outcomes[number],
                   i < count - 1 ? COLUMNS : 0);
    }
    printf("\n");
}

static void print_table(const struct facility *facility, const struct chapter *chapters, int count,
                        const struct evaluation *evaluations)
{
    int64_t shown = 0;

    printf("\nfound against planted\n  %-20s %-24s %-20s %10s", "kind", "host or job", "from",
           "for");
    for (int i = 0; i < count; i++)
        printf("  %-*s", i < count - 1 ? COLUMNS : 0, chapters[i].analysis->name);
    printf("\n");
    for (; shown < evaluations[0].outcome_count && shown < LABEL_ROWS; shown++)
        print_label(facility, chapters, count, evaluations, shown);
    if (shown < evaluations[0].outcome_count)
        printf("  ... and %lld more\n", (long long)(evaluations[0].outcome_count - shown));
}

static void print_labels(const struct chapter *chapters, int count, const struct facility *facility)
{
    struct evaluation *evaluations = mem_zero((size_t)count, sizeof *evaluations);

    for (int i = 0; i < count; i++) evaluate_scores(facility, &chapters[i].table, &evaluations[i]);
    if (evaluations[0].outcome_count > 0) print_table(facility, chapters, count, evaluations);
    for (int i = 0; i < count; i++) {
        print_evaluation(&chapters[i], &evaluations[i]);
        evaluation_release(&evaluations[i]);
    }
    mem_free(&evaluations);
}

void chapters_print_labels(const struct chapter *chapters, int count,
                           const struct facility *facility)
{
    struct chapter *scored = mem_zero((size_t)count, sizeof *scored);
    int scored_count = 0;

    for (int i = 0; i < count; i++) {
        if (!chapters[i].left_out) scored[scored_count++] = chapters[i];
    }
    if (facility->label_count > 0 && scored_count > 0) print_labels(scored, scored_count, facility);
    mem_free(&scored);
}
