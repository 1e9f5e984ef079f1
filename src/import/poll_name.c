// SPDX-License-Identifier: BSD-3-Clause
/* What the name of a poll's file says: "holy7c16109-2025-05-29.txt" is a host and a moment. */
#include "poll.h"

#include <string.h>

enum { STAMP_BYTES = 32 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Forms of a moment at the end of a name; 9 stands for a digit. The longest first. */
static const char *const stamp_forms[] = {
    "9999-99-99T99:99:99", "9999-99-99_99:99:99", "9999-99-99T99-99-99", "9999-99-99_99-99-99",
    "9999-99-99T99:99",    "9999-99-99T99-99",    "9999-99-99T999999",   "9999-99-99-999999",
    "99999999T999999",     "99999999-999999",     "99999999_999999",     "9999-99-99T9999",
    "99999999T9999",       "9999-99-99",          "9999999999",          "99999999",
};

static bool has_form(const char *text, const char *form)
{
    for (; *form; text++, form++)
        if (*form == '9' ? !is_digit(*text) : *text != *form) return false;
    return true;
}

/** Digits of the form as "2025-05-29T13:34:02", which times are read from; seconds as they are. */
static size_t write_stamp(const char *text, const char *form, char *stamp)
{
    static const char separators[] = "0000-00-00T00:00:00";
    size_t length = 0, place = 0;

    if (strcmp(form, "9999999999") == 0) {
        memcpy(stamp, text, strlen(form));
        return strlen(form);
    }
    for (size_t i = 0; form[i]; i++) {
        if (form[i] != '9') continue;
        while (separators[place] != '0') stamp[length++] = separators[place++];
        stamp[length++] = text[i];
        place++;
    }
    return length;
}

/** Where a moment begins that ends the text; the whole length where there is none. */
static size_t find_stamp(const struct part *part, const char *text, size_t length, double *unix_s)
{
    for (size_t i = 0; i < sizeof stamp_forms / sizeof stamp_forms[0]; i++) {
        const size_t bytes = strlen(stamp_forms[i]);
        const size_t start = length < bytes ? 0 : length - bytes;
        char stamp[STAMP_BYTES];
        double moment;

        if (length < bytes || !has_form(text + start, stamp_forms[i])) continue;
        if (start > 0 && is_digit(text[start - 1])) continue;
        if (!clock_parse(stamp, write_stamp(text + start, stamp_forms[i], stamp),
                         part->import->time_style.zone_offset_s, &moment))
            continue;
        if (!time_is_plausible(moment)) continue;
        *unix_s = moment;
        return start;
    }
    return length;
}

bool poll_from_name(const struct part *part, char *host, size_t room, double *unix_s)
{
    char folder[PLACE_BYTES];
    const char *end;
    size_t length, start;
    bool has_moment;

    place_stem(part->place, host, room);
    length = strlen(host);
    start = find_stamp(part, host, length, unix_s);
    has_moment = start < length;
    while (has_moment && start > 0 && strchr("-_.@", host[start - 1])) start--;
    if (start > 0) host[start] = '\0';
    if (has_moment) return true;
    /* A folder for each poll: the innermost one that ends with a moment. */
    for (end = place_name(part->place); end > part->place; end--) {
        size_t bytes = 0;

        if (end[-1] != '/') continue;
        while (end - 1 - bytes > part->place && end[-2 - (long)bytes] != '/'
               && end[-2 - (long)bytes] != '!' && bytes < sizeof folder - 1)
            bytes++;
        memcpy(folder, end - 1 - bytes, bytes);
        folder[bytes] = '\0';
        if (find_stamp(part, folder, bytes, unix_s) < bytes) return true;
    }
    return false;
}
