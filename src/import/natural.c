// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/import.h>

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/** Digits at @p text, without zeros in front. */
static size_t digits(const char **text)
{
    size_t count = 0;

    while (**text == '0' && is_digit((*text)[1])) (*text)++;
    while (is_digit((*text)[count])) count++;
    return count;
}

int natural_compare(const char *a, const char *b)
{
    const char *whole_a = a, *whole_b = b;

    while (*a != '\0' && *b != '\0') {
        if (is_digit(*a) && is_digit(*b)) {
            const size_t a_count = digits(&a), b_count = digits(&b);
            const int order =
                a_count != b_count ? (a_count < b_count ? -1 : 1) : memcmp(a, b, a_count);

            if (order != 0) return order;
            a += a_count;
            b += b_count;
            continue;
        }
        if (*a != *b) return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        a++;
        b++;
    }
    if (*a != *b) return *a == '\0' ? -1 : 1;
    return strcmp(whole_a, whole_b);
}
