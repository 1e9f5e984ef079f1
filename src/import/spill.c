// SPDX-License-Identifier: BSD-3-Clause
#include "builder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Rows are held back per host until all of them reach the budget or one of them the largest segment:
 * a later reader then finds long runs of one host. */
enum { BUDGET_BYTES = 48 * 1024 * 1024, SEGMENT_BYTES = 1024 * 1024 };

/** Rows of one host that are not written yet. */
struct held {
    struct text rows;
    int64_t row_count;
    int64_t run;
    double first_unix_s, last_unix_s;
};

struct spill {
    int file;
    char *path; /**< owned */
    int rank;
    struct list held; /**< struct held, by local host */
    struct list segments;
    size_t held_bytes;
    int64_t offset, sequence, key;
};

void spill_path(const char *output, int rank, struct text *path)
{
    const char *slash = strrchr(output, '/');
    const int folder = slash ? (int)(slash - output) + 1 : 0;

    text_printf(path, "%.*s.%s.rows-%d", folder, output, output + folder, rank);
}

/** Is @p name @p prefix with nothing but digits behind? */
static bool is_numbered(const char *name, const char *prefix)
{
    const size_t length = strlen(prefix);

    return strncmp(name, prefix, length) == 0 && name[length] != '\0'
           && strspn(name + length, "0123456789") == strlen(name + length);
}

void spill_sweep(const char *output)
{
    const char *slash = strrchr(output, '/');
    struct text folder = {0}, prefix = {0};
    const struct dirent *entry;
    DIR *open_folder;

    text_printf(&folder, "%.*s", slash ? (int)(slash - output) + 1 : 2, slash ? output : "./");
    text_printf(&prefix, ".%s.rows-", slash ? slash + 1 : output);
    open_folder = opendir(folder.bytes);
    while (open_folder && (entry = readdir(open_folder)))
        if (is_numbered(entry->d_name, prefix.bytes))
            unlinkat(dirfd(open_folder), entry->d_name, 0);
    if (open_folder) closedir(open_folder);
    text_release(&folder);
    text_release(&prefix);
}

status spill_create(const char *output, int rank, struct spill **spill)
{
    struct text path = {0};
    int file;

    spill_path(output, rank, &path);
    file = open(path.bytes, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) {
        fail(STATUS_CANNOT_WRITE, "%s: cannot write the scratch file beside it: %s", output,
             strerror(errno));
        text_release(&path);
        return STATUS_CANNOT_WRITE;
    }
    *spill = mem_zero(1, sizeof **spill);
    (*spill)->file = file;
    (*spill)->rank = rank;
    (*spill)->path = mem_text(path.bytes);
    text_release(&path);
    return STATUS_OK;
}

void spill_destroy(struct spill **spill)
{
    if (!*spill) return;
    for (int64_t host = 0; host < (*spill)->held.count; host++)
        text_release(&((struct held *)list_at(&(*spill)->held, host))->rows);
    list_release(&(*spill)->held);
    list_release(&(*spill)->segments);
    close((*spill)->file);
    unlink((*spill)->path);
    mem_free(&(*spill)->path);
    mem_free(spill);
}

static status write_all(const struct spill *spill, const char *bytes, size_t length)
{
    size_t done = 0;

    while (done < length) {
        const ssize_t written =
            pwrite(spill->file, bytes + done, length - done, spill->offset + (off_t)done);

        if (written < 0 && errno == EINTR) continue;
        if (written <= 0)
            return fail(STATUS_CANNOT_WRITE, "%s: cannot write the scratch file: %s", spill->path,
                        strerror(written < 0 ? errno : ENOSPC));
        done += (size_t)written;
    }
    return STATUS_OK;
}

static status write_host(struct spill *spill, int32_t host)
{
    struct held *held = list_at(&spill->held, host);
    struct segment *segment;

    if (held->row_count == 0) return STATUS_OK;
    TRY(write_all(spill, held->rows.bytes, held->rows.length));
    segment = list_add(&spill->segments, sizeof *segment);
    segment->key = spill->key;
    segment->run = held->run;
    segment->sequence = spill->sequence++;
    segment->offset = spill->offset;
    segment->bytes = (int64_t)held->rows.length;
    segment->rows = held->row_count;
    segment->rank = spill->rank;
    segment->host = host;
    segment->first_unix_s = held->first_unix_s;
    segment->last_unix_s = held->last_unix_s;
    spill->offset += segment->bytes;
    spill->held_bytes -= held->rows.length;
    held->rows.length = 0;
    held->row_count = 0;
    return STATUS_OK;
}

status spill_flush(struct spill *spill)
{
    for (int32_t host = 0; host < spill->held.count; host++) TRY(write_host(spill, host));
    return STATUS_OK;
}

void spill_begin_part(struct spill *spill, int64_t key)
{
    spill->key = key;
    for (int64_t host = 0; host < spill->held.count; host++)
        ((struct held *)list_at(&spill->held, host))->run = -1;
}

static struct held *held_of(struct spill *spill, int32_t host)
{
    while (spill->held.count <= host) {
        struct held *held = list_add(&spill->held, sizeof *held);

        held->run = -1;
    }
    return list_at(&spill->held, host);
}

void spill_set_run(struct spill *spill, int32_t host, int64_t run)
{
    held_of(spill, host)->run = run;
}

status spill_row(struct spill *spill, int32_t host, const struct spill_row *head,
                 const double *values, int32_t count)
{
    struct held *held = held_of(spill, host);

    if (held->row_count == 0 || head->unix_s < held->first_unix_s)
        held->first_unix_s = head->unix_s;
    if (held->row_count == 0 || head->unix_s > held->last_unix_s) held->last_unix_s = head->unix_s;
    held->row_count++;
    text_add(&held->rows, (const char *)head, sizeof *head);
    text_add(&held->rows, (const char *)values, (size_t)count * sizeof *values);
    spill->held_bytes += sizeof *head + (size_t)count * sizeof *values;
    if (held->rows.length >= SEGMENT_BYTES) return write_host(spill, host);
    return spill->held_bytes >= BUDGET_BYTES ? spill_flush(spill) : STATUS_OK;
}

const struct segment *spill_segments(const struct spill *spill, int64_t *count)
{
    *count = spill ? spill->segments.count : 0;
    return *count > 0 ? list_at(&spill->segments, 0) : NULL;
}
