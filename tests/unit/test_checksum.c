// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <string.h>

static bool sums_to(const char *bytes, size_t length, const char *expected)
{
    struct checksum checksum = checksum_start();
    char text[CHECKSUM_TEXT_BYTES];

    checksum_add(&checksum, bytes, length);
    return strcmp(checksum_text(&checksum, text), expected) == 0;
}

/* The examples that accompany FIPS 180-4. */
static void the_examples_of_the_standard_hold(void)
{
    CHECK(sums_to("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    CHECK(sums_to("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    CHECK(sums_to("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
}

static void a_million_letters_sum_as_the_standard_says_in_parts_of_any_size(void)
{
    static char letters[1000000];
    char text[CHECKSUM_TEXT_BYTES];
    struct checksum checksum = checksum_start();
    size_t done = 0;

    memset(letters, 'a', sizeof letters);
    for (size_t part = 0; done < sizeof letters; part = (part + 7) % 200) {
        const size_t length = part < sizeof letters - done ? part : sizeof letters - done;

        checksum_add(&checksum, letters + done, length);
        done += length;
    }
    CHECK(strcmp(checksum_text(&checksum, text),
                 "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
          == 0);
}

CHECK_MAIN({"the examples of the standard hold", the_examples_of_the_standard_hold},
           {"a million letters sum as the standard says, in parts of any size",
            a_million_letters_sum_as_the_standard_says_in_parts_of_any_size})
