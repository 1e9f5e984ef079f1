// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"
#include "sample_facility.h"

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

static void check_same(const struct score_table *all, const struct score_table *read,
                       const struct name_table *labels)
{
    for (int64_t i = 0; i < all->row_count; i++) {
        const struct score *a = &all->rows[i], *b = &read->rows[i];

        CHECK(a->host == b->host && a->metric == b->metric && a->job == b->job);
        CHECK(a->start_unix_s == b->start_unix_s && a->end_unix_s == b->end_unix_s);
        CHECK(a->value == b->value && a->threshold == b->threshold);
        CHECK(a->is_anomaly == b->is_anomaly);
        CHECK((b->label < 0) == (a->label < 0));
        if (b->label >= 0) CHECK(strcmp(names_text(labels, b->label), "memleak") == 0);
    }
}

static void a_table_comes_back_from_its_file(void)
{
    struct score_table all = {0}, read = {0};
    struct name_table *names = names_create(), *labels = names_create();
    struct archive *archive = NULL;

    names_add(names, "memleak", 7);
    gather_all(&all, 1);
    for (int64_t i = 0; i < all.row_count; i++) {
        all.rows[i].label = i % 3 == 0 ? 0 : -1;
        all.rows[i].threshold = 3.0;
        all.rows[i].is_anomaly = all.rows[i].value > 1.0;
    }
    CHECK(archive_create(check_comm, sample_path("table.h5"), "test", 1, &archive) == STATUS_OK);
    score_table_write(check_comm, &all, "baseline", names, archive);
    CHECK(archive_commit(&archive) == STATUS_OK);
    CHECK(archive_open(check_comm, sample_path("table.h5"), "test", 1, &archive) == STATUS_OK);
    CHECK(score_table_read(archive, "baseline", labels, &read) == STATUS_OK);
    CHECK(read.row_count == ROWS);
    check_same(&all, &read, labels);
    CHECK(score_table_read(archive, "mrdmd", labels, &read) == STATUS_BAD_INPUT);
    CHECK(read.row_count == ROWS);
    archive_close(&archive);
    sample_remove(sample_path("table.h5"));
    score_table_release(&all);
    score_table_release(&read);
    names_destroy(&names);
    names_destroy(&labels);
}

static void a_column_of_another_length_is_refused(void)
{
    const struct archive_shape shorter = {ARCHIVE_DOUBLE, 1, {1}};
    const double one = 1.0;
    struct score_table empty = {0}, read = {0};
    struct name_table *labels = names_create();
    struct archive *archive = NULL;

    CHECK(archive_create(check_comm, sample_path("odd.h5"), "test", 1, &archive) == STATUS_OK);
    score_table_write(check_comm, &empty, "empty", NULL, archive);
    archive_put(archive, "/scores/odd/host", shorter, &one);
    archive_put(archive, "/scores/odd/metric", (struct archive_shape){ARCHIVE_DOUBLE, 1, {0}},
                &one);
    CHECK(archive_commit(&archive) == STATUS_OK);
    CHECK(archive_open(check_comm, sample_path("odd.h5"), "test", 1, &archive) == STATUS_OK);
    CHECK(score_table_read(archive, "empty", labels, &read) == STATUS_OK);
    CHECK(read.row_count == 0);
    CHECK(score_table_read(archive, "odd", labels, &read) == STATUS_BAD_INPUT);
    archive_close(&archive);
    sample_remove(sample_path("odd.h5"));
    score_table_release(&read);
    names_destroy(&labels);
}

CHECK_MAIN({"rows are gathered in order wherever they were",
            rows_are_gathered_in_order_wherever_they_were},
           {"a table without rows is gathered too", a_table_without_rows_is_gathered_too},
           {"a table comes back from its file", a_table_comes_back_from_its_file},
           {"a column of another length is refused", a_column_of_another_length_is_refused})
