// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/scores.h>

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

void score_table_reserve(struct score_table *table, int64_t rows)
{
    if (table->row_count + rows <= table->room) return;
    table->room = table->row_count + rows;
    table->rows = mem_resize(table->rows, (size_t)table->room, sizeof *table->rows);
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

/* ---- order ---------------------------------------------------------------------------------- */

/* Rows arrive as runs that are in order already, one or a few of each rank: merging them by number leaves the rows, which
 * are large, in place until every one is moved once. */
struct merging {
    const struct score *rows;
    int32_t *from, *to; /* [rows]: numbers of rows */
    int64_t *run;       /* [runs + 1]: where runs begin; the last is the number of rows */
    int64_t runs;
};

static int64_t *find_runs(const struct score *rows, int64_t count, int64_t *runs)
{
    int64_t *run;

    *runs = 1;
    for (int64_t i = 1; i < count; i++) *runs += compare_rows(&rows[i - 1], &rows[i]) > 0;
    run = mem_zero((size_t)*runs + 1, sizeof *run);
    *runs = 1;
    for (int64_t i = 1; i < count; i++)
        if (compare_rows(&rows[i - 1], &rows[i]) > 0) run[(*runs)++] = i;
    run[*runs] = count;
    return run;
}

static void merge_two(const struct merging *merging, int64_t first, int64_t middle, int64_t end)
{
    int64_t left = first;
    int64_t right = middle;

    for (int64_t i = first; i < end; i++) {
        const bool is_left = right == end
                             || (left < middle
                                 && compare_rows(&merging->rows[merging->from[left]],
                                                 &merging->rows[merging->from[right]])
                                        <= 0);

        merging->to[i] = merging->from[is_left ? left++ : right++];
    }
}

/* Two neighbours at a time become one, an odd one left over goes along. */
static void merge_once(struct merging *merging)
{
    int32_t *merged = merging->to;
    int64_t runs = 0;

    for (int64_t r = 0; r < merging->runs; r += 2) {
        const int64_t middle = merging->run[r + 1];
        const int64_t end = r + 2 <= merging->runs ? merging->run[r + 2] : middle;

        merge_two(merging, merging->run[r], middle, end);
        merging->run[runs++] = merging->run[r];
    }
    merging->run[runs] = merging->run[merging->runs];
    merging->runs = runs;
    merging->to = merging->from;
    merging->from = merged;
}

/* Row i is to be what row order[i] is: along each cycle. */
static void rearrange(struct score *rows, int32_t *order, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        const struct score first = rows[i];
        int64_t at = i;

        while (order[at] != i && order[at] >= 0) {
            const int64_t next = order[at];

            rows[at] = rows[next];
            order[at] = -1;
            at = next;
        }
        if (order[at] < 0) continue;
        rows[at] = first;
        order[at] = -1;
    }
}

static void sort_rows(struct score *rows, int64_t count)
{
    struct merging merging = {.rows = rows};

    if (count < 2) return;
    ASSERT(count <= INT32_MAX);
    merging.run = find_runs(rows, count, &merging.runs);
    if (merging.runs > 1) {
        merging.from = mem_zero((size_t)count, sizeof *merging.from);
        merging.to = mem_zero((size_t)count, sizeof *merging.to);
        for (int64_t i = 0; i < count; i++) merging.from[i] = (int32_t)i;
        while (merging.runs > 1) merge_once(&merging);
        rearrange(rows, merging.from, count);
        mem_free(&merging.from);
        mem_free(&merging.to);
    }
    mem_free(&merging.run);
}

void score_table_gather(const struct comm *comm, struct score_table *table)
{
    void *all = NULL;
    int64_t all_count = 0;

    comm_gather_rows(comm, table->rows, table->row_count, sizeof *table->rows, &all, &all_count);
    score_table_release(table);
    if (comm_rank(comm) > 0) return;
    *table = (struct score_table){.rows = all, .row_count = all_count, .room = all_count};
    sort_rows(table->rows, all_count);
}
