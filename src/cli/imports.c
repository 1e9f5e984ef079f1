// SPDX-License-Identifier: BSD-3-Clause
#include "imports.h"

#include "record.h"

#include <telltale/store.h>

#include <jansson.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 4096, DEPTH_MAX = 32 };

struct imports {
    const struct comm *comm; /* borrowed */
    char *path;              /* owned; of the record */
    json_t *inputs;          /* on rank 0: path -> {signature, night} */
    json_t *nights;          /* on rank 0: night -> end_unix_s */
};

/* ---- signatures ----------------------------------------------------------------------------- */

/* A sum over files, so that the order in which a folder names them does not matter. */
struct signature {
    uint64_t part[4];
};

static void add_file(struct signature *signature, const char *path, const struct stat *about)
{
    struct checksum checksum = checksum_start();
    char line[PATH_BYTES + 80];
    char text[CHECKSUM_TEXT_BYTES];

    snprintf(line, sizeof line, "%s %lld %lld.%09ld", path, (long long)about->st_size,
             (long long)about->st_mtim.tv_sec, about->st_mtim.tv_nsec);
    checksum_add(&checksum, line, strlen(line));
    checksum_text(&checksum, text);
    for (int i = 0; i < 4; i++) {
        char part[17];

        snprintf(part, sizeof part, "%.16s", text + 16 * i);
        signature->part[i] += strtoull(part, NULL, 16);
    }
}

static void add_folder(struct signature *signature, const char *path, int depth);

/* False where there is nothing. */
static bool add_path(struct signature *signature, const char *path, int depth)
{
    struct stat about;

    if (stat(path, &about) != 0) return false;
    if (S_ISREG(about.st_mode)) add_file(signature, path, &about);
    if (S_ISDIR(about.st_mode) && depth < DEPTH_MAX) add_folder(signature, path, depth);
    return true;
}

static void add_folder(struct signature *signature, const char *path, int depth)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;

    if (!folder) return;
    while ((entry = readdir(folder))) {
        char inside[PATH_BYTES];

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name) < (int)sizeof inside)
            add_path(signature, inside, depth + 1);
    }
    closedir(folder);
}

static bool sign(const char *path, char *text)
{
    struct signature signature = {{0}};

    if (!add_path(&signature, path, 0)) return false;
    for (int i = 0; i < 4; i++)
        snprintf(text + 16 * i, 17, "%016llx", (unsigned long long)signature.part[i]);
    return true;
}

/* ---- the record ----------------------------------------------------------------------------- */

void imports_open(const struct comm *comm, const char *folder, struct imports **imports)
{
    struct imports *opened = mem_zero(1, sizeof *opened);
    struct text path = {0};
    json_t *document;

    text_printf(&path, "%s/imported.json", folder);
    opened->comm = comm;
    opened->path = path.bytes;
    if (comm_rank(comm) == 0) {
        document = json_load_file(opened->path, JSON_REJECT_DUPLICATES, NULL);
        opened->inputs = json_incref(json_object_get(document, "inputs"));
        opened->nights = json_incref(json_object_get(document, "nights"));
        json_decref(document);
        if (!json_is_object(opened->inputs) || !json_is_object(opened->nights)) {
            json_decref(opened->inputs);
            json_decref(opened->nights);
            opened->inputs = json_object();
            opened->nights = json_object();
        }
    }
    *imports = opened;
}

void imports_close(struct imports **imports)
{
    if (!*imports) return;
    json_decref((*imports)->inputs);
    json_decref((*imports)->nights);
    mem_free(&(*imports)->path);
    mem_free(imports);
}

static enum input_news news_on_rank_0(const struct imports *imports, const char *path)
{
    const json_t *known = json_object_get(imports->inputs, path);
    const char *known_signature = json_string_value(json_object_get(known, "signature"));
    char signature[CHECKSUM_TEXT_BYTES];

    if (!sign(path, signature)) return INPUT_MISSING;
    if (!known_signature) return INPUT_NEW;
    return strcmp(known_signature, signature) == 0 ? INPUT_KNOWN : INPUT_CHANGED;
}

enum input_news imports_news(const struct imports *imports, const char *path)
{
    enum input_news news = INPUT_KNOWN;

    if (comm_rank(imports->comm) == 0) news = news_on_rank_0(imports, path);
    comm_broadcast(imports->comm, &news, sizeof news, 0);
    return news;
}

double imports_end_unix_s(const struct imports *imports)
{
    double end_unix_s = 0.0;
    const char *night;
    json_t *end;

    json_object_foreach(imports->nights, night, end)
    {
        if (json_number_value(end) > end_unix_s) end_unix_s = json_number_value(end);
    }
    comm_broadcast(imports->comm, &end_unix_s, sizeof end_unix_s, 0);
    return end_unix_s;
}

bool imports_has_night(const struct imports *imports, const char *night)
{
    bool has_night = json_object_get(imports->nights, night) != NULL;

    comm_broadcast(imports->comm, &has_night, sizeof has_night, 0);
    return has_night;
}

void imports_inputs(const struct imports *imports, const char *night,
                    void (*add)(void *context, const char *path), void *context)
{
    struct text found = {0};
    int64_t length;
    const char *path;
    char *bytes;
    json_t *input;

    json_object_foreach(imports->inputs, path, input)
    {
        const char *its_night = json_string_value(json_object_get(input, "night"));

        if (its_night && strcmp(its_night, night) == 0) text_add(&found, path, strlen(path) + 1);
    }
    length = (int64_t)found.length;
    comm_broadcast(imports->comm, &length, sizeof length, 0);
    bytes = mem_zero((size_t)length + 1, 1);
    if (found.length > 0) memcpy(bytes, found.bytes, found.length);
    if (length > 0) comm_broadcast(imports->comm, bytes, (size_t)length, 0);
    for (const char *at = bytes; at < bytes + length; at += strlen(at) + 1) add(context, at);
    mem_free(&bytes);
    text_release(&found);
}

static status write_record(const struct imports *imports)
{
    json_t *document = json_pack("{s:s, s:i, s:O, s:O}", "format", "telltale imports", "version", 1,
                                 "inputs", imports->inputs, "nights", imports->nights);
    char *bytes = json_dumps(document, JSON_INDENT(2));
    status st;

    if (!bytes) base_die("out of memory: a JSON text");
    st = file_write(imports->path, bytes, strlen(bytes));
    free(bytes);
    json_decref(document);
    return st;
}

static status note_on_rank_0(struct imports *imports, const char *night, double end_unix_s,
                             char *const *inputs, int count)
{
    for (int i = 0; i < count; i++) {
        char signature[CHECKSUM_TEXT_BYTES];

        if (!sign(inputs[i], signature)) continue;
        json_object_set_new(imports->inputs, inputs[i],
                            json_pack("{s:s, s:s}", "signature", signature, "night", night));
    }
    json_object_set_new(imports->nights, night, json_real(end_unix_s));
    return write_record(imports);
}

status imports_note(struct imports *imports, const char *night, double end_unix_s,
                    char *const *inputs, int count)
{
    const bool is_mine = comm_rank(imports->comm) == 0;

    return comm_agree(imports->comm, is_mine
                                         ? note_on_rank_0(imports, night, end_unix_s, inputs, count)
                                         : STATUS_OK);
}

static status note_known_on_rank_0(struct imports *imports, char *const *inputs, int count)
{
    for (int i = 0; i < count; i++) {
        const json_t *known = json_object_get(imports->inputs, inputs[i]);
        const char *night = json_string_value(json_object_get(known, "night"));
        char signature[CHECKSUM_TEXT_BYTES];

        if (!sign(inputs[i], signature)) continue;
        json_object_set_new(
            imports->inputs, inputs[i],
            json_pack("{s:s, s:s}", "signature", signature, "night", night ? night : ""));
    }
    return write_record(imports);
}

status imports_note_known(struct imports *imports, char *const *inputs, int count)
{
    const bool is_mine = comm_rank(imports->comm) == 0;

    return comm_agree(imports->comm,
                      is_mine ? note_known_on_rank_0(imports, inputs, count) : STATUS_OK);
}
