// SPDX-License-Identifier: BSD-3-Clause
#include "import_private.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK_BYTES = 256 * 1024 };

struct input {
    struct archive *archive; /**< owned */
    struct input *outer; /**< borrowed; that this file is a member of, NULL for a file on disk */
    char *block;         /**< owned; of the outer's bytes */
    char *path;          /**< owned */
    struct text member;
    bool is_archive; /**< holds files with names */
    bool has_begun, is_empty;
};

static const char *reason_of(struct archive *archive)
{
    const char *text = archive_error_string(archive);

    return text ? text : "it cannot be unpacked";
}

/** One that knows the ways of packing and holding files that an import takes. */
static struct archive *archive_for_reading(void)
{
    struct archive *archive = archive_read_new();

    if (!archive) base_die("no memory for reading an archive");
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_format_tar(archive);
    archive_read_support_format_raw(archive);
    archive_read_support_format_empty(archive);
    return archive;
}

status input_open(const char *path, struct input **input)
{
    struct stat stat_of;
    struct archive *archive;

    if (stat(path, &stat_of) != 0) return fail(STATUS_BAD_INPUT, "%s: %s", path, strerror(errno));
    if (S_ISDIR(stat_of.st_mode)) return fail(STATUS_BAD_INPUT, "%s: is a folder", path);
    if (!S_ISREG(stat_of.st_mode)) return fail(STATUS_BAD_INPUT, "%s: is not a regular file", path);
    archive = archive_for_reading();
    if (archive_read_open_filename(archive, path, BLOCK_BYTES) != ARCHIVE_OK) {
        fail(STATUS_BAD_INPUT, "%s: cannot be read: %s", path, reason_of(archive));
        archive_read_free(archive);
        return STATUS_BAD_INPUT;
    }
    *input = mem_zero(1, sizeof **input);
    (*input)->archive = archive;
    (*input)->path = mem_text(path);
    return STATUS_OK;
}

/** Bytes of the member at work, for the archive that unpacks them. */
static la_ssize_t read_outer(struct archive *archive, void *data, const void **bytes)
{
    struct input *input = data;
    const la_ssize_t got =
        archive_read_data(input->outer->archive, input->block, (size_t)BLOCK_BYTES);

    if (got < 0) archive_set_error(archive, EIO, "%s", reason_of(input->outer->archive));
    *bytes = input->block;
    return got;
}

status input_open_member(struct input *outer, const char *place, struct input **input)
{
    struct input *made = mem_zero(1, sizeof *made);

    made->archive = archive_for_reading();
    made->outer = outer;
    made->path = mem_text(place);
    made->block = mem_array(BLOCK_BYTES, 1);
    if (archive_read_open(made->archive, made, NULL, read_outer, NULL) != ARCHIVE_OK) {
        fail(STATUS_BAD_INPUT, "%s: cannot be unpacked: %s", place, reason_of(made->archive));
        input_close(&made);
        return STATUS_BAD_INPUT;
    }
    *input = made;
    return STATUS_OK;
}

bool place_is_packed(const char *name)
{
    static const char *const packings[] = {".gz", ".xz", ".zst", ".bz2"};
    const size_t length = strlen(name);

    for (size_t i = 0; i < sizeof packings / sizeof packings[0]; i++) {
        const size_t tail = strlen(packings[i]);

        if (length > tail && strcmp(name + length - tail, packings[i]) == 0) return true;
    }
    return false;
}

void input_close(struct input **input)
{
    if (!*input) return;
    archive_read_free((*input)->archive);
    mem_free(&(*input)->path);
    mem_free(&(*input)->block);
    text_release(&(*input)->member);
    mem_free(input);
}

static bool is_regular(struct archive_entry *entry)
{
    return archive_entry_filetype(entry) == AE_IFREG || archive_entry_filetype(entry) == 0;
}

status input_next(struct input *input, const char **name)
{
    struct archive_entry *entry;
    int outcome;

    do {
        outcome = archive_read_next_header(input->archive, &entry);
        if (outcome == ARCHIVE_EOF) break;
        if (outcome < ARCHIVE_WARN)
            return fail(STATUS_BAD_INPUT, "%s: cannot be unpacked: %s", input->path,
                        reason_of(input->archive));
    } while (!is_regular(entry));
    *name = NULL;
    if (outcome == ARCHIVE_EOF) {
        /* An empty file has no entry at all, but is one. */
        if (!input->has_begun) *name = "";
        input->is_empty = !input->has_begun;
        input->has_begun = true;
        return STATUS_OK;
    }
    input->has_begun = true;
    input->is_archive =
        (archive_format(input->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
    input->member.length = 0;
    if (input->is_archive) {
        const char *member = archive_entry_pathname(entry);

        if (!member) member = "?";
        text_add(&input->member, member, strlen(member));
    } else {
        text_add(&input->member, "", 0);
    }
    *name = input->member.bytes ? input->member.bytes : "";
    return STATUS_OK;
}

status input_read(struct input *input, char *bytes, size_t room, size_t *count)
{
    la_ssize_t got;

    *count = 0;
    if (input->is_empty) return STATUS_OK;
    got = archive_read_data(input->archive, bytes, room);
    if (got < 0)
        return fail(STATUS_BAD_INPUT, "%s: is damaged or cut off: %s", input->path,
                    reason_of(input->archive));
    *count = (size_t)got;
    return STATUS_OK;
}

int64_t input_position(const struct input *input)
{
    return archive_filter_bytes((input->outer ? input->outer : input)->archive, -1);
}
