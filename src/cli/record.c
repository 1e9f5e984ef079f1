// SPDX-License-Identifier: BSD-3-Clause
#include "record.h"

#include "cli.h"

#include <telltale/store.h>

#include <jansson.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEPS_NAME    ".steps.json"
#define MANIFEST_NAME "manifest.json"
#define NIGHT_FORMAT  "telltale night"

enum { NIGHT_VERSION = 1, PATH_BYTES = 4096 };

struct record {
    const struct comm *comm; /* borrowed */
    char *folder;            /* owned */
    json_t *steps;           /* on rank 0: name -> {inputs, files} */
    json_t *left_out;        /* on rank 0: what the finished night lacks; may be NULL */
    char *facility_state; /* owned, on rank 0: of the facility file when the night was finished */
    bool is_complete;     /* on rank 0: read from a manifest */
};

static const char *path_in(const struct record *record, const char *name, char *path)
{
    snprintf(path, PATH_BYTES, "%s/%s", record->folder, name);
    return path;
}

static bool is_true_everywhere(const struct comm *comm, bool on_rank_0)
{
    comm_broadcast(comm, &on_rank_0, sizeof on_rank_0, 0);
    return on_rank_0;
}

/* ---- reading -------------------------------------------------------------------------------- */

/* False where there is no such file or it is damaged. */
static bool load(struct record *record, const char *name)
{
    char path[PATH_BYTES];
    json_t *document = json_load_file(path_in(record, name, path), JSON_REJECT_DUPLICATES, NULL);
    json_t *steps = json_object_get(document, "steps");
    const char *state = json_string_value(json_object_get(document, "facility_state"));
    const bool is_good = json_is_object(steps);

    if (is_good) record->steps = json_incref(steps);
    if (is_good) record->left_out = json_incref(json_object_get(document, "left_out"));
    if (is_good && state) record->facility_state = mem_text(state);
    json_decref(document);
    return is_good;
}

void record_open(const struct comm *comm, const char *folder, struct record **record)
{
    struct record *opened = mem_zero(1, sizeof *opened);

    opened->comm = comm;
    opened->folder = mem_text(folder);
    if (comm_rank(comm) == 0) {
        opened->is_complete = load(opened, MANIFEST_NAME);
        if (!opened->is_complete && !load(opened, STEPS_NAME)) opened->steps = json_object();
    }
    *record = opened;
}

void record_close(struct record **record)
{
    if (!*record) return;
    json_decref((*record)->steps);
    json_decref((*record)->left_out);
    mem_free(&(*record)->folder);
    mem_free(&(*record)->facility_state);
    mem_free(record);
}

static bool is_there(const struct record *record, const json_t *file, bool should_sum)
{
    const char *name = json_string_value(json_object_get(file, "name"));
    const char *sum = json_string_value(json_object_get(file, "sha256"));
    char path[PATH_BYTES];
    char actual[CHECKSUM_TEXT_BYTES];
    struct stat about;

    if (!name || !sum || stat(path_in(record, name, path), &about) != 0) return false;
    if (json_integer_value(json_object_get(file, "size_bytes")) != (json_int_t)about.st_size)
        return false;
    return !should_sum || (checksum_file(path, actual) && strcmp(actual, sum) == 0);
}

static bool are_there(const struct record *record, const json_t *step, bool should_sum)
{
    const json_t *files = json_object_get(step, "files");
    size_t i;
    json_t *file;

    json_array_foreach(files, i, file)
    {
        if (!is_there(record, file, should_sum)) return false;
    }
    return json_is_array(files);
}

/* On rank 0: has none of the models come or changed that were missing or refused? */
static bool is_still_left_out(const struct record *record)
{
    bool is_same = true;
    size_t i;
    json_t *entry;

    json_array_foreach(record->left_out, i, entry)
    {
        const char *model = json_string_value(json_object_get(entry, "model"));
        const char *state = json_string_value(json_object_get(entry, "model_state"));
        struct text now = {0};

        if (model) inputs_add_file(record->comm, &now, model);
        if (!state || !now.bytes || strcmp(state, now.bytes) != 0) is_same = false;
        text_release(&now);
    }
    return is_same;
}

bool record_is_complete(const struct record *record, const char *facility)
{
    bool is_complete = record->is_complete;
    struct text state = {0};
    const char *name;
    json_t *step;

    inputs_add_file(record->comm, &state, facility);
    if (!record->facility_state || !state.bytes || strcmp(record->facility_state, state.bytes) != 0)
        is_complete = false;
    text_release(&state);

    json_object_foreach(record->steps, name, step)
    {
        if (!are_there(record, step, false)) is_complete = false;
    }
    if (!is_still_left_out(record)) is_complete = false;
    return is_true_everywhere(record->comm, is_complete);
}

static void sum_text(const char *text, char *sum)
{
    struct checksum checksum = checksum_start();

    checksum_add(&checksum, text, strlen(text));
    checksum_text(&checksum, sum);
}

bool record_is_done(const struct record *record, const char *step, const char *inputs)
{
    const json_t *known = json_object_get(record->steps, step);
    const char *known_inputs = json_string_value(json_object_get(known, "inputs_sha256"));
    char sum[CHECKSUM_TEXT_BYTES];
    bool is_done = false;

    if (known_inputs) {
        sum_text(inputs, sum);
        is_done = strcmp(known_inputs, sum) == 0 && are_there(record, known, true);
    }
    return is_true_everywhere(record->comm, is_done);
}

/* ---- writing -------------------------------------------------------------------------------- */

static status write_json(const struct record *record, const char *name, const json_t *document)
{
    char path[PATH_BYTES];
    char *text = json_dumps(document, JSON_INDENT(2));
    struct text bytes = {0};
    status st;

    if (!text) base_die("out of memory: a JSON text");
    text_printf(&bytes, "%s\n", text);
    free(text);
    st = file_write(path_in(record, name, path), bytes.bytes, bytes.length);
    text_release(&bytes);
    return st;
}

static status describe_file(const struct record *record, const char *name, json_t *files)
{
    char path[PATH_BYTES];
    char sum[CHECKSUM_TEXT_BYTES];
    struct stat about;

    if (stat(path_in(record, name, path), &about) != 0 || !checksum_file(path, sum)) {
        return fail(STATUS_CANNOT_WRITE, "%s: was written and cannot be read back: %s", path,
                    strerror(errno));
    }
    json_array_append_new(files, json_pack("{s:s, s:I, s:s}", "name", name, "size_bytes",
                                           (json_int_t)about.st_size, "sha256", sum));
    return STATUS_OK;
}

static status note_on_rank_0(struct record *record, const char *step, const char *inputs,
                             const char *const *files)
{
    char path[PATH_BYTES];
    char sum[CHECKSUM_TEXT_BYTES];
    json_t *list = json_array();
    json_t *document;
    status st = STATUS_OK;

    for (; *files && !st; files++) st = describe_file(record, *files, list);
    if (st) {
        json_decref(list);
        return st;
    }
    sum_text(inputs, sum);
    json_object_set_new(record->steps, step,
                        json_pack("{s:s, s:o}", "inputs_sha256", sum, "files", list));
    document = json_pack("{s:O}", "steps", record->steps);
    st = write_json(record, STEPS_NAME, document);
    json_decref(document);
    if (!st && record->is_complete) {
        unlink(path_in(record, MANIFEST_NAME, path));
        record->is_complete = false;
    }
    return st;
}

status record_note(struct record *record, const char *step, const char *inputs,
                   const char *const *files)
{
    const bool is_mine = comm_rank(record->comm) == 0;

    return comm_agree(record->comm,
                      is_mine ? note_on_rank_0(record, step, inputs, files) : STATUS_OK);
}

static json_t *list_left_out(const struct record *record, const struct record_left_out *left_out,
                             int count)
{
    json_t *list = json_array();

    for (int i = 0; i < count; i++) {
        struct text state = {0};

        inputs_add_file(record->comm, &state, left_out[i].model);
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:s, s:s}", "analysis", left_out[i].analysis,
                                        "reason", left_out[i].reason, "model", left_out[i].model,
                                        "model_state", state.bytes));
        text_release(&state);
    }
    return list;
}

/* Takes @p left_out over. */
static status complete_on_rank_0(struct record *record, const char *night, const char *facility,
                                 json_t *left_out)
{
    char path[PATH_BYTES];
    json_t *files = json_array();
    struct text state = {0};
    json_t *document;
    const char *name;
    json_t *step;
    status st;

    inputs_add_file(record->comm, &state, facility);

    json_object_foreach(record->steps, name, step)
    {
        json_array_extend(files, json_object_get(step, "files"));
    }
    document = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s, s:o, s:o, s:O}", "format", NIGHT_FORMAT,
                         "version", NIGHT_VERSION, "night", night, "facility_file", facility,
                         "facility_state", state.bytes, "program_version", program_version(),
                         "left_out", left_out, "files", files, "steps", record->steps);
    if (!document) base_die("out of memory: a JSON document");
    text_release(&state);
    st = write_json(record, MANIFEST_NAME, document);
    json_decref(document);
    if (st) return st;
    record->is_complete = true;
    unlink(path_in(record, STEPS_NAME, path));
    return STATUS_OK;
}

status record_complete(struct record *record, const char *night, const char *facility,
                       const struct record_left_out *left_out, int count)
{
    const bool is_new = !record->is_complete || !is_still_left_out(record);
    status st = STATUS_OK;

    if (comm_rank(record->comm) == 0 && is_new)
        st = complete_on_rank_0(record, night, facility, list_left_out(record, left_out, count));
    return comm_agree(record->comm, st);
}

/* ---- files ---------------------------------------------------------------------------------- */

void inputs_add_file(const struct comm *comm, struct text *inputs, const char *path)
{
    struct stat about;

    if (comm_rank(comm) != 0) return;
    if (stat(path, &about) != 0) {
        text_printf(inputs, "missing\n");
    } else {
        text_printf(inputs, "%lld bytes of %lld.%09ld\n", (long long)about.st_size,
                    (long long)about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
    }
}

void inputs_add_bytes(const struct comm *comm, struct text *inputs, const char *path)
{
    char sum[CHECKSUM_TEXT_BYTES];

    if (comm_rank(comm) != 0) return;
    text_printf(inputs, "%s\n", checksum_file(path, sum) ? sum : "missing");
}

bool file_is_there(const struct comm *comm, const char *path)
{
    return is_true_everywhere(comm, comm_rank(comm) == 0 && access(path, F_OK) == 0);
}

static status make_on_rank_0(const char *path)
{
    char part[PATH_BYTES];
    const size_t length = strlen(path);

    if (length >= sizeof part)
        return fail(STATUS_CANNOT_WRITE, "%.60s...: the path is too long", path);
    for (size_t i = 1; i <= length; i++) {
        struct stat about;

        if (path[i] != '/' && path[i] != '\0') continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) == 0) continue;
        if (errno == EEXIST && stat(part, &about) == 0 && S_ISDIR(about.st_mode)) continue;
        return fail(STATUS_CANNOT_WRITE, "%s: cannot be made a folder: %s", part, strerror(errno));
    }
    return STATUS_OK;
}

status folder_make(const struct comm *comm, const char *path)
{
    return comm_agree(comm, comm_rank(comm) == 0 ? make_on_rank_0(path) : STATUS_OK);
}
