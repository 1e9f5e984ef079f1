// SPDX-License-Identifier: BSD-3-Clause
#include "gather.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { DEPTH_MAX = 32, COST_OF_A_FILE_BYTES = 4096 };

/** Files as rank 0 finds them. */
struct walk {
    struct list files; /**< struct file */
    const char *kind;
    size_t root_length; /**< of the folder that was given, its slash included */
};

static void add_file(struct walk *walk, const char *path, const char *below, int64_t bytes,
                     bool is_named)
{
    struct file *file = list_add(&walk->files, sizeof *file);

    file->path = mem_text(path);
    file->below = mem_text(below);
    file->bytes = bytes;
    file->kind = walk->kind;
    file->is_named = is_named;
}

static status walk_folder(struct walk *walk, const char *path, int depth)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    status st = STATUS_OK;

    if (!folder) return fail(STATUS_BAD_INPUT, "%s: %s", path, strerror(errno));
    if (depth > DEPTH_MAX) {
        closedir(folder);
        return fail(STATUS_BAD_INPUT, "%s: folders more than %d deep", path, DEPTH_MAX);
    }
    while (!st && (entry = readdir(folder))) {
        struct text child = {0};
        struct stat stat_of;

        if (entry->d_name[0] == '.') continue;
        text_printf(&child, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/",
                    entry->d_name);
        if (stat(child.bytes, &stat_of) != 0)
            st = fail(STATUS_BAD_INPUT, "%s: %s", child.bytes, strerror(errno));
        else if (S_ISDIR(stat_of.st_mode))
            st = walk_folder(walk, child.bytes, depth + 1);
        else if (S_ISREG(stat_of.st_mode))
            add_file(walk, child.bytes, child.bytes + walk->root_length, stat_of.st_size, false);
        text_release(&child);
    }
    closedir(folder);
    return st;
}

static int by_path(const void *a, const void *b)
{
    return natural_compare(((const struct file *)a)->path, ((const struct file *)b)->path);
}

/** One name as given: a file, or all files below a folder in natural order. */
static status walk_input(struct walk *walk, const char *path, const char *kind)
{
    const int64_t before = walk->files.count;
    struct stat stat_of;

    walk->kind = kind;
    if (stat(path, &stat_of) != 0) return fail(STATUS_BAD_INPUT, "%s: %s", path, strerror(errno));
    if (!S_ISDIR(stat_of.st_mode)) {
        add_file(walk, path, place_name(path), stat_of.st_size, true);
        return STATUS_OK;
    }
    walk->root_length = strlen(path) + (path[strlen(path) - 1] != '/');
    TRY(walk_folder(walk, path, 0));
    if (walk->files.count == before)
        return fail(STATUS_BAD_INPUT, "%s: no file in this folder", path);
    qsort(list_at(&walk->files, before), (size_t)(walk->files.count - before), sizeof(struct file),
          by_path);
    return STATUS_OK;
}

static status walk_list(struct walk *walk, const struct settings *settings, const char *list,
                        const char *kind)
{
    for (int item = 0; item < settings_list_count(settings, list); item++)
        TRY(walk_input(walk, settings_list_item(settings, list, item), kind));
    return STATUS_OK;
}

static status walk_all(struct walk *walk, const struct settings *settings,
                       const char *const *inputs, int input_count)
{
    const char *source = settings_text(settings, "source");
    const char *kind = strcmp(source, "auto") == 0 ? NULL : source;

    for (int i = 0; i < input_count; i++) TRY(walk_input(walk, inputs[i], kind));
    TRY(walk_list(walk, settings, "inputs", kind));
    TRY(walk_list(walk, settings, "jobs", "slurm"));
    TRY(walk_list(walk, settings, "events", "events"));
    TRY(walk_list(walk, settings, "labels", "labels"));
    TRY(walk_list(walk, settings, "topology", "topology"));
    if (walk->files.count == 0)
        return fail(STATUS_BAD_USE, "nothing to import: name files, archives or folders");
    return STATUS_OK;
}

static void pack_files(const struct list *files, struct text *bytes)
{
    pack_int64(bytes, files->count);
    for (int64_t i = 0; i < files->count; i++) {
        const struct file *file = list_at(files, i);

        pack_text(bytes, file->path);
        pack_text(bytes, file->below);
        pack_text(bytes, file->kind ? file->kind : "");
        pack_int64(bytes, file->bytes);
        pack_int64(bytes, file->is_named);
    }
}

struct size {
    int64_t bytes, number;
};

static int by_size(const void *a, const void *b)
{
    const struct size *x = a, *y = b;

    if (x->bytes != y->bytes) return x->bytes > y->bytes ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

/** The largest first, each to the rank with least: the same on every rank. */
static void deal(struct files *files, int ranks)
{
    int64_t *load = mem_zero((size_t)ranks, sizeof *load);
    struct size *sizes = mem_zero((size_t)files->count + 1, sizeof *sizes);

    for (int64_t i = 0; i < files->count; i++) sizes[i] = (struct size){files->files[i].bytes, i};
    qsort(sizes, (size_t)files->count, sizeof *sizes, by_size);
    for (int64_t i = 0; i < files->count; i++) {
        int least = 0;

        for (int rank = 1; rank < ranks; rank++)
            if (load[rank] < load[least]) least = rank;
        files->files[sizes[i].number].owner = least;
        load[least] += sizes[i].bytes + COST_OF_A_FILE_BYTES;
    }
    mem_free(&load);
    mem_free(&sizes);
}

static void unpack_files(const char *bytes, size_t length, const struct settings *settings,
                         struct files *files)
{
    static const char *const kinds[] = {"slurm", "events", "labels", "topology"};
    struct unpack unpack = {bytes, bytes + length};

    files->count = unpack_int64(&unpack);
    files->bytes = 0;
    files->files = mem_zero((size_t)files->count + 1, sizeof *files->files);
    for (int64_t i = 0; i < files->count; i++) {
        struct file *file = &files->files[i];
        const char *kind;

        file->path = mem_text(unpack_text(&unpack));
        file->below = mem_text(unpack_text(&unpack));
        kind = unpack_text(&unpack);
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
            if (strcmp(kind, kinds[k]) == 0) file->kind = kinds[k];
        if (!file->kind && *kind != '\0') file->kind = settings_text(settings, "source");
        file->bytes = unpack_int64(&unpack);
        file->is_named = unpack_int64(&unpack) != 0;
        files->bytes += file->bytes;
    }
}

status files_list(const struct comm *comm, const struct settings *settings,
                  const char *const *inputs, int input_count, struct files *files)
{
    struct walk walk = {.kind = NULL};
    struct text packed = {0};
    int64_t length;
    status st = STATUS_OK;

    if (comm_rank(comm) == 0) {
        st = walk_all(&walk, settings, inputs, input_count);
        if (!st) pack_files(&walk.files, &packed);
        for (int64_t i = 0; i < walk.files.count; i++) {
            mem_free(&((struct file *)list_at(&walk.files, i))->path);
            mem_free(&((struct file *)list_at(&walk.files, i))->below);
        }
        list_release(&walk.files);
    }
    st = comm_agree(comm, st);
    if (!st) {
        length = (int64_t)packed.length;
        comm_broadcast(comm, &length, sizeof length, 0);
        if (comm_rank(comm) != 0) packed.bytes = mem_zero((size_t)length, 1);
        comm_broadcast(comm, packed.bytes, (size_t)length, 0);
        unpack_files(packed.bytes, (size_t)length, settings, files);
        deal(files, comm_size(comm));
    }
    text_release(&packed);
    return st;
}

void files_release(struct files *files)
{
    for (int64_t i = 0; i < files->count; i++) {
        mem_free(&files->files[i].path);
        mem_free(&files->files[i].below);
    }
    mem_free(&files->files);
    files->count = 0;
}
