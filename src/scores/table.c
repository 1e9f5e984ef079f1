// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/scores.h>

#include <stdlib.h>
#include <string.h>

struct score *score_table_add(struct score_table *table)
{
    if (table->row_count == table->room) {
        table->room = table->room ? 2 * table->room : 64;
        table->rows = mem_resize(table->rows, (size_t)table->room, sizeof *table->rows);
    }
    table->rows[table->row_count] =
        (struct score){.host = -1, .metric = -1, .job = -1, .label = -1};
    return &table->rows[table->row_count++];
}

void score_table_release(struct score_table *table)
{
    mem_free(&table->rows);
    *table = (struct score_table){0};
}

static int by_number(double a, double b)
{
    return (a > b) - (a < b);
}

/* Rows that agree in all that orders them are told apart by their bits, so that the order of equal
 * rows does not depend on the ranks they came from. */
static int compare_rows(const void *left, const void *right)
{
    const struct score *a = left, *b = right;
    int order = by_number(a->start_unix_s, b->start_unix_s);

    if (!order) order = (a->host > b->host) - (a->host < b->host);
    if (!order) order = (a->metric > b->metric) - (a->metric < b->metric);
    if (!order) order = by_number(a->end_unix_s, b->end_unix_s);
    if (!order) order = (a->job > b->job) - (a->job < b->job);
    if (!order) order = (a->label > b->label) - (a->label < b->label);
    if (!order) order = memcmp(&a->value, &b->value, sizeof a->value);
    if (!order) order = memcmp(&a->threshold, &b->threshold, sizeof a->threshold);
    return order;
}

void score_table_gather(const struct comm *comm, struct score_table *table)
{
    void *all = NULL;
    int64_t all_count = 0;

    comm_gather_rows(comm, table->rows, table->row_count, sizeof *table->rows, &all, &all_count);
    score_table_release(table);
    if (comm_rank(comm) > 0) return;
    *table = (struct score_table){.rows = all, .row_count = all_count, .room = all_count};
    if (all_count > 0) qsort(table->rows, (size_t)all_count, sizeof *table->rows, compare_rows);
}
