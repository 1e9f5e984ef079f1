// SPDX-License-Identifier: BSD-3-Clause
#include "page.h"

#include <stdio.h>

static struct report_analysis judge(const char *name, const struct facility *facility,
                                    const struct score_table *table)
{
    struct report_analysis verdict = {.name = name, .score_count = table->row_count};
    struct evaluation evaluation;

    for (int64_t r = 0; r < table->row_count; r++)
        verdict.anomaly_count += table->rows[r].is_anomaly;
    if (facility->label_count == 0) return verdict;
    evaluate_scores(facility, table, &evaluation);
    verdict.label_count = evaluation.outcome_count;
    verdict.found_count = evaluation.found_count;
    verdict.host_days = evaluation.host_days;
    verdict.false_host_days = evaluation.false_host_days;
    verdict.average_precision = evaluation.average_precision;
    verdict.roc_area = evaluation.roc_area;
    evaluation_release(&evaluation);
    return verdict;
}

static void take_left_out(struct archive *archive, const char *name, struct page_verdicts *verdicts)
{
    char *reason = left_out_reason(archive, name);

    if (!reason) return;
    verdicts->left_out[verdicts->count] = reason;
    verdicts->verdict[verdicts->count++] =
        (struct report_analysis){.name = name, .left_out = reason};
}

static status read_verdicts(struct archive *archive, const struct facility *facility,
                            struct page_verdicts *verdicts)
{
    for (int i = 0; analyses[i] && verdicts->count < PAGE_ANALYSES_MAX; i++) {
        struct score_table table = {0};
        struct name_table *labels;
        char name[64];
        status st;

        snprintf(name, sizeof name, "/scores/%s/value", analyses[i]->name);
        if (!archive_has(archive, name)) {
            take_left_out(archive, analyses[i]->name, verdicts);
            continue;
        }
        labels = names_create();
        st = score_table_read(archive, analyses[i]->name, labels, &table);
        names_destroy(&labels);
        TRY(st);
        verdicts->verdict[verdicts->count] = judge(analyses[i]->name, facility, &table);
        verdicts->notes[verdicts->count] = notes_of(archive, analyses[i]->name);
        verdicts->verdict[verdicts->count].notes = verdicts->notes[verdicts->count];
        verdicts->count++;
        score_table_release(&table);
    }
    return STATUS_OK;
}

status page_verdicts_read(const struct comm *comm, const char *path,
                          const struct facility *facility, struct page_verdicts *verdicts)
{
    struct archive *archive = NULL;
    status st;

    TRY(archive_open(comm, path, SCORES_FORMAT, SCORES_VERSION, &archive));
    st = comm_agree(comm, read_verdicts(archive, facility, verdicts));
    archive_close(&archive);
    return st;
}

void page_verdicts_release(struct page_verdicts *verdicts)
{
    for (int i = 0; i < verdicts->count; i++) {
        mem_free(&verdicts->left_out[i]);
        mem_free(&verdicts->notes[i]);
    }
    verdicts->count = 0;
}
