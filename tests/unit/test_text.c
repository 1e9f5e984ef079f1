// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/base.h>

#include <string.h>

static bool shows(const char *text, const char *expected)
{
    char line[64];

    return strcmp(text_printable(text, line, sizeof line), expected) == 0;
}

static void controls_and_turns_of_direction_become_question_marks(void)
{
    CHECK(shows("a\x1b[31mb\n", "a?[31mb?"));
    CHECK(shows("\xC2\x9B"
                "31m",
                "?31m")); /* U+009B, an escape of its own */
    CHECK(shows("\xE2\x80\xAE"
                "name",
                "?name"));
    CHECK(shows("\xE2\x81\xA6\xE2\x81\xA9\xD8\x9C\xE2\x80\x8F\xEF\xBB\xBF", "?????"));
}

static void other_letters_stay_as_they_are(void)
{
    static const char names[] = "n\xC3\xB6"
                                "de \xE2\x80\x93 \xF0\x9F\x98\x80 \xC2\xA0";

    CHECK(shows(names, names));
}

static void bytes_that_are_no_utf8_become_question_marks(void)
{
    CHECK(shows("\xFFx\xC3", "?x?"));
}

static void what_is_longer_than_the_room_ends_in_dots(void)
{
    char line[8];

    CHECK(strcmp(text_printable("abcdefghij", line, sizeof line), "abcd...") == 0);
}

CHECK_MAIN({"controls and turns of direction become question marks",
            controls_and_turns_of_direction_become_question_marks},
           {"other letters stay as they are", other_letters_stay_as_they_are},
           {"bytes that are no UTF-8 become question marks",
            bytes_that_are_no_utf8_become_question_marks},
           {"what is longer than the room ends in dots", what_is_longer_than_the_room_ends_in_dots})
