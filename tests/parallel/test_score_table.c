// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/scores.h>

#include <string.h>

enum { ROWS = 200 };

static struct score row_number(int i)
{
    struct random random = random_start(3, (uint64_t)i);

    return (struct score){.host = (int32_t)random_below(&random, 3),
                          .metric = (int32_t)random_below(&random, 2) - 1,
                          .job = -1,
                          .label = -1,
                          .start_unix_s = (double)random_below(&random, 4),
                          .end_unix_s = 10.0 + (double)random_below(&random, 2),
                          .value = random_normal(&random)};
}

/* The rows dealt like cards; after gathering they are all on rank 0. */
static void gather_all(struct score_table *table, int direction)
{
    for (int i = 0; i < ROWS; i++) {
        const int number = direction > 0 ? i : ROWS - 1 - i;

        if (comm_deals_me(check_comm, number)) *score_table_add(table) = row_number(number);
    }
    score_table_gather(check_comm, table);
}

static void rows_are_gathered_in_order_wherever_they_were(void)
{
    struct score_table forward = {0}, backward = {0};

    gather_all(&forward, 1);
    gather_all(&backward, -1);
    CHECK(forward.row_count == (comm_rank(check_comm) == 0 ? ROWS : 0));
    for (int64_t i = 0; i < forward.row_count; i++)
        CHECK(memcmp(&forward.rows[i].value, &backward.rows[i].value, sizeof(double)) == 0);
    for (int64_t i = 1; i < forward.row_count; i++) {
        const struct score *a = &forward.rows[i - 1], *b = &forward.rows[i];

        CHECK(a->start_unix_s <= b->start_unix_s);
        if (a->start_unix_s != b->start_unix_s) continue;
        CHECK(a->host <= b->host);
        if (a->host == b->host) CHECK(a->metric <= b->metric);
    }
    score_table_release(&forward);
    score_table_release(&backward);
}

static void a_table_without_rows_is_gathered_too(void)
{
    struct score_table table = {0};

    score_table_gather(check_comm, &table);
    CHECK(table.row_count == 0);
    score_table_release(&table);
}

CHECK_MAIN({"rows are gathered in order wherever they were",
            rows_are_gathered_in_order_wherever_they_were},
           {"a table without rows is gathered too", a_table_without_rows_is_gathered_too})
