// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"
#include "sample_facility.h"

#include <telltale/store.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char format[] = "telltale test";

static bool is_first(void)
{
    return comm_rank(check_comm) == 0;
}

/* An array, a column of texts and attributes. */
static const double kept_values[] = {1.5, -2.5, 3e300, 0.0, 5.0, 6.0};

static void write_some_of_all(const char *path)
{
    static const char *const texts[] = {"memleak", "", "h\xc3\xb6st", "memleak"};
    const struct archive_shape shape = {
        ARCHIVE_DOUBLE, 2, {2, 3}
    };
    struct archive *archive;

    CHECK(archive_create(check_comm, path, format, 3, &archive) == STATUS_OK);
    archive_put(archive, "/a/b/values", shape, is_first() ? kept_values : NULL);
    archive_put_texts(archive, "/a/texts", is_first() ? texts : NULL, 4);
    archive_put_text(archive, "/", "settings", "max_level: 6\n");
    archive_put_int(archive, "/a", "seed", -7);
    archive_put_real(archive, "/new/group", "period_s", 0.25);
    archive_put_real(archive, "/new/group", "period_s", 0.5);
    CHECK(archive_commit(&archive) == STATUS_OK && archive == NULL);
}

static void check_array(struct archive *archive)
{
    struct archive_shape found = {
        ARCHIVE_DOUBLE, 2, {2, -1}
    };
    void *items = NULL;

    CHECK(archive_has(archive, "/a/b") && archive_has(archive, "/a/b/values"));
    CHECK(!archive_has(archive, "/a/c") && !archive_has(archive, "/x/y/z"));
    CHECK(archive_get(archive, "/a/b/values", &found, &items) == STATUS_OK);
    CHECK(found.extent[1] == 3);
    for (int i = 0; items && i < 6; i++) CHECK(((double *)items)[i] == kept_values[i]);
    mem_free(&items);
}

static void check_texts(struct archive *archive)
{
    struct name_table *names = names_create();
    int64_t *numbers = NULL;
    int64_t count = 0;

    CHECK(archive_get_texts(archive, "/a/texts", names, &numbers, &count) == STATUS_OK);
    CHECK(count == 4 && numbers[0] == numbers[3]);
    CHECK(strcmp(names_text(names, numbers[2]), "h\xc3\xb6st") == 0);
    mem_free(&numbers);
    names_destroy(&names);
}

static void check_attributes(struct archive *archive)
{
    struct text text = {0};
    int64_t integer = 0;
    double real = 0.0;

    CHECK(archive_get_text(archive, "/", "settings", &text) == STATUS_OK);
    CHECK(strcmp(text.bytes, "max_level: 6\n") == 0);
    CHECK(archive_get_int(archive, "/a", "seed", &integer) == STATUS_OK && integer == -7);
    CHECK(archive_get_real(archive, "/new/group", "period_s", &real) == STATUS_OK && real == 0.5);
    text_release(&text);
}

static void arrays_texts_and_attributes_come_back(void)
{
    const char *path = sample_path("archive.h5");
    struct name_table *paths = names_create();
    struct archive *archive;

    write_some_of_all(path);
    CHECK(archive_open(check_comm, path, format, 3, &archive) == STATUS_OK);
    check_array(archive);
    check_texts(archive);
    check_attributes(archive);
    CHECK(archive_list(archive, paths) == STATUS_OK && names_count(paths) == 2);
    CHECK(strcmp(names_text(paths, 0), "/a/b/values") == 0);
    archive_close(&archive);
    CHECK(archive == NULL);
    names_destroy(&paths);
    sample_remove(path);
}

static void rows_of_all_ranks_make_one_array(void)
{
    enum { ROWS = 37, COLUMNS = 5 };
    const struct archive_shape shape = {
        ARCHIVE_FLOAT, 2, {ROWS, COLUMNS}
    };
    const struct archive_shape none = {ARCHIVE_INT32, 1, {0}};
    const struct span mine = comm_share(check_comm, ROWS);
    const char *path = sample_path("rows.h5");
    float rows[ROWS * COLUMNS];
    double back[ROWS * COLUMNS];
    struct archive *archive;

    CHECK(archive_create(check_comm, path, format, 1, &archive) == STATUS_OK);
    archive_declare(archive, "/deep/rows", shape);
    archive_declare(archive, "/none", none);
    archive_put_int(archive, "/deep/rows", "seed", 1);
    for (int64_t i = 0; i < mine.count * COLUMNS; i++) rows[i] = (float)(mine.first * COLUMNS + i);
    archive_put_rows(archive, "/deep/rows", mine, rows);
    archive_put_rows(archive, "/none", (struct span){0, 0}, NULL);
    CHECK(archive_commit(&archive) == STATUS_OK);

    CHECK(archive_open(check_comm, path, NULL, 0, &archive) == STATUS_OK);
    CHECK(archive_get_rows(archive, "/deep/rows", (struct span){0, ROWS}, ARCHIVE_DOUBLE, back)
          == STATUS_OK);
    for (int i = 0; i < ROWS * COLUMNS; i++) CHECK(back[i] == (double)i);
    CHECK(archive_get_rows(archive, "/deep/rows", (struct span){30, 3}, ARCHIVE_DOUBLE, back)
          == STATUS_OK);
    CHECK(back[0] == 30 * COLUMNS);
    CHECK(archive_get_rows(archive, "/deep/rows", (struct span){30, 8}, ARCHIVE_DOUBLE, back)
          == STATUS_BAD_INPUT);
    archive_close(&archive);
    sample_remove(path);
}

static void what_is_missing_or_different_is_named(void)
{
    static const int32_t values[] = {1, 2, 3};
    const struct archive_shape shape = {ARCHIVE_INT32, 1, {3}};
    struct archive_shape wanted = {ARCHIVE_INT32, 1, {4}};
    const char *path = sample_path("different.h5");
    struct archive *archive;
    int64_t integer;
    void *items;

    CHECK(archive_create(check_comm, path, format, 1, &archive) == STATUS_OK);
    archive_put(archive, "/three", shape, is_first() ? values : NULL);
    CHECK(archive_commit(&archive) == STATUS_OK);
    CHECK(archive_open(check_comm, path, format, 2, &archive) == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "version 1"));
    CHECK(archive_open(check_comm, path, "telltale model", 1, &archive) == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), format));
    CHECK(archive_open(check_comm, path, format, 1, &archive) == STATUS_OK);
    CHECK(archive_get(archive, "/three", &wanted, &items) == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "is 3, expected 4"));
    CHECK(archive_get(archive, "/four", &wanted, &items) == STATUS_BAD_INPUT);
    CHECK(strstr(status_message(), "/four is missing"));
    CHECK(archive_get_int(archive, "/three", "seed", &integer) == STATUS_BAD_INPUT);
    CHECK(archive_get_int(archive, "/four", "seed", &integer) == STATUS_BAD_INPUT);
    archive_close(&archive);
    sample_remove(path);
}

static void a_discarded_archive_leaves_the_old_file(void)
{
    const char *path = sample_path("discarded.h5");
    struct archive *archive;
    int64_t integer = 0;

    CHECK(archive_create(check_comm, path, format, 1, &archive) == STATUS_OK);
    archive_put_int(archive, "/", "seed", 5);
    CHECK(archive_commit(&archive) == STATUS_OK);
    CHECK(archive_create(check_comm, path, format, 1, &archive) == STATUS_OK);
    archive_put_int(archive, "/", "seed", 6);
    archive_discard(&archive);
    CHECK(archive == NULL);
    CHECK(archive_open(check_comm, path, format, 1, &archive) == STATUS_OK);
    CHECK(archive_get_int(archive, "/", "seed", &integer) == STATUS_OK && integer == 5);
    archive_close(&archive);
    sample_remove(path);
}

CHECK_MAIN({"arrays, texts and attributes come back", arrays_texts_and_attributes_come_back},
           {"rows of all ranks make one array", rows_of_all_ranks_make_one_array},
           {"what is missing or different is named", what_is_missing_or_different_is_named},
           {"a discarded archive leaves the old file", a_discarded_archive_leaves_the_old_file})
