// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/scores.h>

#include <stdio.h>
#include <string.h>

/* A column of the file and the field of a row that it holds. */
struct column {
    const char *name;
    enum archive_type type;
    size_t offset, bytes;
};

#define FIELD(kind, field) \
    { \
#        field, kind, offsetof(struct score, field), sizeof(((struct score *)0)->field) \
    }

static const struct column columns[] = {
    FIELD(ARCHIVE_INT32, host),        FIELD(ARCHIVE_INT32, metric),
    FIELD(ARCHIVE_INT32, job),         FIELD(ARCHIVE_DOUBLE, start_unix_s),
    FIELD(ARCHIVE_DOUBLE, end_unix_s), FIELD(ARCHIVE_DOUBLE, value),
    FIELD(ARCHIVE_DOUBLE, threshold),  FIELD(ARCHIVE_INT8, is_anomaly),
};

enum { COLUMNS = sizeof columns / sizeof columns[0], PATH_BYTES = 128 };

static const char *column_path(const char *analysis, const char *column, char *path)
{
    snprintf(path, PATH_BYTES, "/scores/%s/%s", analysis, column);
    return path;
}

static void put_column(const struct score_table *table, int64_t row_count, const char *path,
                       const struct column *column, struct archive *archive)
{
    const struct archive_shape shape = {column->type, 1, {row_count}};
    char *items = mem_zero((size_t)table->row_count, column->bytes);

    for (int64_t row = 0; row < table->row_count; row++)
        memcpy(items + (size_t)row * column->bytes,
               (const char *)&table->rows[row] + column->offset, column->bytes);
    archive_put(archive, path, shape, items);
    mem_free(&items);
}

void score_table_write(const struct comm *comm, const struct score_table *table,
                       const char *analysis, const struct name_table *labels,
                       struct archive *archive)
{
    int64_t row_count = table->row_count;
    const char **texts = mem_zero((size_t)row_count, sizeof *texts);
    char path[PATH_BYTES];

    comm_broadcast(comm, &row_count, sizeof row_count, 0);
    for (int c = 0; c < COLUMNS; c++)
        put_column(table, row_count, column_path(analysis, columns[c].name, path), &columns[c],
                   archive);
    for (int64_t row = 0; row < table->row_count; row++)
        texts[row] = table->rows[row].label < 0 ? "" : names_text(labels, table->rows[row].label);
    archive_put_texts(archive, column_path(analysis, "label", path),
                      comm_rank(comm) == 0 ? texts : NULL, row_count);
    mem_free(&texts);
}

static status get_column(struct archive *archive, const char *path, const struct column *column,
                         struct score_table *table)
{
    struct archive_shape shape = {column->type, 1, {-1}};
    void *items = NULL;

    TRY(archive_get(archive, path, &shape, &items));
    if (!table->rows) {
        table->rows = mem_zero((size_t)shape.extent[0], sizeof *table->rows);
        table->row_count = table->room = shape.extent[0];
    }
    if (shape.extent[0] != table->row_count) {
        mem_free(&items);
        return fail(STATUS_BAD_INPUT, "%s: has %lld items, expected %lld as in the other columns",
                    path, (long long)shape.extent[0], (long long)table->row_count);
    }
    for (int64_t row = 0; row < table->row_count; row++)
        memcpy((char *)&table->rows[row] + column->offset,
               (char *)items + (size_t)row * column->bytes, column->bytes);
    mem_free(&items);
    return STATUS_OK;
}

static status get_labels(struct archive *archive, const char *path, struct score_table *table,
                         struct name_table *labels)
{
    int64_t *numbers = NULL, count = 0;

    TRY(archive_get_texts(archive, path, labels, &numbers, &count));
    for (int64_t row = 0; row < table->row_count && count == table->row_count; row++) {
        const bool is_empty = names_text(labels, numbers[row])[0] == '\0';

        table->rows[row].label = is_empty ? -1 : (int32_t)numbers[row];
    }
    mem_free(&numbers);
    if (count == table->row_count) return STATUS_OK;
    return fail(STATUS_BAD_INPUT, "%s: has %lld items, expected %lld as in the other columns", path,
                (long long)count, (long long)table->row_count);
}

status score_table_read(struct archive *archive, const char *analysis, struct name_table *labels,
                        struct score_table *table)
{
    struct score_table read = {0};
    char path[PATH_BYTES];
    status st = STATUS_OK;

    for (int c = 0; c < COLUMNS && !st; c++)
        st = get_column(archive, column_path(analysis, columns[c].name, path), &columns[c], &read);
    if (!st) st = get_labels(archive, column_path(analysis, "label", path), &read, labels);
    if (st) {
        score_table_release(&read);
        return st;
    }
    score_table_release(table);
    *table = read;
    return STATUS_OK;
}
