// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/import.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CAPTURES_MAX = 48, NAME_MAX_BYTES = 64, STEPS_MAX = 1000000 };

/** What a named part of the pattern stands for in the path. */
struct capture {
    const char *name;
    size_t name_length;
    const char *bytes;
    size_t length;
};

struct match {
    struct capture captures[CAPTURES_MAX];
    int count;
    int steps; /**< tried: a hostile name must not take for ever */
};

/** `{name}` or `{name:number}` at @p pattern: its parts; NULL where it is none. */
static const char *read_brace(const char *pattern, struct capture *capture, bool *is_number)
{
    const char *close = strchr(pattern, '}');
    const char *colon;

    if (!close) return NULL;
    capture->name = pattern + 1;
    capture->name_length = (size_t)(close - pattern - 1);
    colon = memchr(capture->name, ':', capture->name_length);
    *is_number = colon != NULL;
    if (colon) {
        if ((size_t)(close - colon) != 7 || memcmp(colon, ":number", 7) != 0) return NULL;
        capture->name_length = (size_t)(colon - capture->name);
    }
    if (capture->name_length == 0 || capture->name_length > NAME_MAX_BYTES) return NULL;
    return close + 1;
}

status run_pattern_check(const char *pattern)
{
    int count = 0;

    for (const char *at = pattern; *at != '\0'; at++) {
        struct capture capture;
        bool is_number;

        if (*at != '{') continue;
        if (!read_brace(at, &capture, &is_number))
            return fail(STATUS_BAD_USE,
                        "run_patterns: '%s' has a part that is neither {name} nor {name:number}",
                        pattern);
        if (++count > CAPTURES_MAX)
            return fail(STATUS_BAD_USE, "run_patterns: '%s' has more than %d named parts", pattern,
                        CAPTURES_MAX);
        at = strchr(at, '}');
    }
    return STATUS_OK;
}

static bool match_from(const char *pattern, const char *path, const char *end, struct match *match);

static bool match_brace(const char *pattern, const char *path, const char *end, struct match *match)
{
    struct capture capture;
    bool is_number;
    const char *rest = read_brace(pattern, &capture, &is_number);
    const int before = match->count;

    if (!rest || match->count == CAPTURES_MAX) return false;
    capture.bytes = path;
    for (capture.length = 1; path + capture.length <= end; capture.length++) {
        const char last = path[capture.length - 1];

        if (last == '/' || (is_number && (last < '0' || last > '9'))) return false;
        match->captures[before] = capture;
        match->count = before + 1;
        if (match_from(rest, path + capture.length, end, match)) return true;
        match->count = before;
    }
    return false;
}

/** Any number of whole folders, none included. */
static bool match_folders(const char *rest, const char *path, const char *end, struct match *match)
{
    for (;;) {
        const char *slash;

        if (match_from(rest, path, end, match)) return true;
        slash = memchr(path, '/', (size_t)(end - path));
        if (!slash) return false;
        path = slash + 1;
    }
}

/** Any part of a folder's or file's name, nothing included. */
static bool match_part(const char *rest, const char *path, const char *end, struct match *match)
{
    for (;; path++) {
        if (match_from(rest, path, end, match)) return true;
        if (path == end || *path == '/') return false;
    }
}

/** Does [@p path, @p end) match all of @p pattern? Parts take as little as they can. */
static bool match_from(const char *pattern, const char *path, const char *end, struct match *match)
{
    for (;; pattern++, path++) {
        if (++match->steps > STEPS_MAX) return false;
        if (*pattern == '\0') return path == end;
        if (*pattern == '{') return match_brace(pattern, path, end, match);
        if (strncmp(pattern, "**/", 3) == 0) return match_folders(pattern + 3, path, end, match);
        if (*pattern == '*') return match_part(pattern + 1, path, end, match);
        if (path == end || *path != *pattern) return false;
    }
}

static void copy_text(const struct capture *capture, char *room, size_t room_bytes)
{
    const size_t length = capture->length < room_bytes ? capture->length : room_bytes - 1;

    memcpy(room, capture->bytes, length);
    room[length] = '\0';
}

/** "label2" with @p word "label" is 2, "label" is 1, others 0. */
static int number_of(const struct capture *capture, const char *word)
{
    const size_t length = strlen(word);

    if (capture->name_length < length || memcmp(capture->name, word, length) != 0) return 0;
    if (capture->name_length == length) return 1;
    if (capture->name_length > length + 1) return 0;
    return capture->name[length] >= '1' && capture->name[length] <= '9'
               ? capture->name[length] - '0'
               : 0;
}

static struct run_label *label_number(struct run_name *run, int number)
{
    while (run->label_count < number) {
        struct run_label *label = &run->labels[run->label_count++];

        label->name[0] = '\0';
        label->start_s = label->end_s = (double)NAN;
    }
    return &run->labels[number - 1];
}

static void take_meaning(const struct capture *capture, struct run_name *run)
{
    const struct {
        const char *name;
        char *room;
    } texts[] = {
        {"application", run->application},
        {"user",        run->user       },
        {"project",     run->project    },
        {"queue",       run->queue      }
    };
    double number;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (capture->name_length == strlen(texts[i].name)
            && memcmp(capture->name, texts[i].name, capture->name_length) == 0)
            copy_text(capture, texts[i].room, sizeof run->application);
    if (number_of(capture, "label") > 0) {
        struct run_label *label = label_number(run, number_of(capture, "label"));

        copy_text(capture, label->name, sizeof label->name);
    }
    if (number_parse(capture->bytes, capture->length, &number) != NUMBER_READ) return;
    if (number_of(capture, "start") > 0)
        label_number(run, number_of(capture, "start"))->start_s = number;
    if (number_of(capture, "end") > 0) label_number(run, number_of(capture, "end"))->end_s = number;
}

/** Where the folder ends that holds the last named part; all of the leading path where none is named. */
static const char *identity_end(const struct match *match, const char *path, const char *end)
{
    const struct capture *last = match->count > 0 ? &match->captures[match->count - 1] : NULL;
    const char *at = last ? last->bytes + last->length : end;

    (void)path;
    while (at < end && *at != '/') at++;
    return at;
}

bool run_name_match(const char *pattern, const char *path, struct run_name *run)
{
    const char *end = path;
    struct match match;

    do {
        const char *slash = strchr(end, '/');

        end = slash ? slash : path + strlen(path);
        match.count = match.steps = 0;
        if (match_from(pattern, path, end, &match)) {
            const struct capture whole = {NULL, 0, path,
                                          (size_t)(identity_end(&match, path, end) - path)};

            memset(run, 0, sizeof *run);
            copy_text(&whole, run->path, sizeof run->path);
            for (int i = 0; i < match.count; i++) take_meaning(&match.captures[i], run);
            return true;
        }
    } while (*end++ != '\0');
    return false;
}
