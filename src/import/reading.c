// SPDX-License-Identifier: BSD-3-Clause
/* Each rank reads its own files, one after the other, and the files within archives. */
#include "cockpit.h"
#include "gather.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/** Is it wanted? Folders and archives hold readmes and licences too. */
static bool is_wanted(const struct import *import, const struct part *part)
{
    static const char *const prose[] = {"README*", "LICENSE*", "LICENCE*", "COPYING*", ".*"};
    const struct settings *settings = import->settings;
    const int globs = settings_list_count(settings, "include");

    if (part->is_only_one) return true;
    for (size_t i = 0; i < sizeof prose / sizeof prose[0]; i++)
        if (text_matches(place_name(part->place), prose[i])) return false;
    for (int item = 0; item < globs; item++)
        if (text_matches(part->below, settings_list_item(settings, "include", item))) return true;
    return globs == 0;
}

static void pass_over(struct part *part, const char *why)
{
    char place[PLACE_BYTES];

    part->import->tally.passed_over++;
    text_printf(&part->import->notes, "%s: passed over: %s\n",
                text_printable(part->place, place, sizeof place), why);
}

/** What cannot be read: an error for a file that was named, a note for one that was found. */
static status reject(struct part *part, const char *why)
{
    part->line = part->lines.number + 1;
    if (part->is_only_one || part->import->is_strict) return part_fail(part, "%s", why);
    pass_over(part, why);
    return STATUS_OK;
}

static void find_run(struct part *part)
{
    struct builder *builder = &part->import->builder;
    const struct settings *settings = part->import->settings;
    struct run_name name;

    builder->run_of_part = -1;
    for (int item = 0; item < settings_list_count(settings, "run_patterns"); item++)
        if (run_name_match(settings_list_item(settings, "run_patterns", item), part->below,
                           &name)) {
            builder->run_of_part = item;
            snprintf(builder->run_path, sizeof builder->run_path, "%s", name.path);
            return;
        }
}

static status read_part(struct part *part, const char *kind)
{
    const struct source *source;
    const char *head;
    struct piece first;
    size_t length;

    TRY(lines_head(&part->lines, &head, &length));
    if (length == 0) return reject(part, "the file is empty");
    /* What is no text shows it in what would be its first line. */
    first = head_line(head, length, 0);
    if (memchr(first.bytes, '\0', first.length))
        return reject(part, "not text: NUL bytes at the beginning");
    source = source_find(kind, part->place, head, length);
    /* A table whose times have a name of their own is told by that name. */
    if (!source && settings_text(part->import->settings, "time_column")) source = &source_csv;
    if (!source)
        return reject(part, "of no kind that is known by its content; name it by --source");
    find_run(part);
    builder_begin_part(part);
    TRY(source->read(part));
    ASSERT(!part->is_open);
    part->import->tally.files++;
    return builder_end_part(part);
}

static status read_input(struct part *part, struct input *input, const char *kind)
{
    status st;

    lines_init(&part->lines, input, part->import->line_limit);
    st = read_part(part, kind);
    part->import->tally.bytes += part->lines.bytes;
    lines_release(&part->lines);
    row_release(&part->row);
    return st;
}

/** What is packed within an archive is unpacked, too; one archive in another is not looked into. */
static status open_member(struct part *part, struct input *input, const char *kind)
{
    struct input *inner = NULL;
    const char *name = NULL;
    status st;

    if (!part->is_member || !place_is_packed(part->place)) return read_input(part, input, kind);
    TRY(input_open_member(input, part->place, &inner));
    st = input_next(inner, &name);
    if (!st && *name != '\0')
        st = reject(part, "an archive within an archive");
    else if (!st)
        st = read_input(part, inner, kind);
    input_close(&inner);
    return st;
}

/** A file of an archive, or the whole of one that is none. */
static status open_part(struct import *import, const struct file *file, struct input *input,
                        const char *member, int64_t key)
{
    struct part part = {.import = import, .key = key, .file = file->path};
    struct text place = {0};
    status st = STATUS_OK;

    part.is_member = *member != '\0';
    part.is_only_one = file->is_named && !part.is_member;
    text_printf(&place, "%s%s%s", file->path, part.is_member ? "!" : "", member);
    part.place = place.bytes;
    part.below =
        part.is_member ? (strncmp(member, "./", 2) == 0 ? member + 2 : member) : file->below;
    import->time_style = import->time_styles[time_style_of(file->kind)];
    if (is_wanted(import, &part)) st = open_member(&part, input, file->kind);
    text_release(&place);
    return st;
}

static status read_file(struct import *import, const struct file *file, int64_t number)
{
    struct input *input;
    const char *member = "";
    int64_t key = number << 32;
    status st = STATUS_OK;

    TRY(input_open(file->path, &input));
    while (!st) {
        st = input_next(input, &member);
        if (st || !member) break;
        st = open_part(import, file, input, member, key++);
        if (!st) st = comm_check_stop();
    }
    if (!st) st = halves_end(import, file->path);
    input_close(&input);
    return st;
}

status files_read(struct import *import, const struct files *files)
{
    const int rank = comm_rank(import->comm);

    for (int64_t i = 0; i < files->count; i++)
        if (files->files[i].owner == rank) import->bytes_to_read += files->files[i].bytes;
    for (int64_t i = 0; i < files->count; i++) {
        if (files->files[i].owner != rank) continue;
        TRY(read_file(import, &files->files[i], i));
        import->bytes_done += files->files[i].bytes;
        comm_progress();
        log_progress("import: reading", import->bytes_done, import->bytes_to_read);
    }
    builder_finish(&import->builder);
    return STATUS_OK;
}
