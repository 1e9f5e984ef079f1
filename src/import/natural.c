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

/** Which number is smaller; where they are equal, both are passed over. */
static int compare_numbers(const char **a, const char **b)
{
    const size_t a_count = digits(a), b_count = digits(b);
    int order;

    if (a_count != b_count) return a_count < b_count ? -1 : 1;
    order = memcmp(*a, *b, a_count);
    if (order == 0) {
        *a += a_count;
        *b += b_count;
    }
    return order;
}

int natural_compare(const char *a, const char *b)
{
    const char *whole_a = a, *whole_b = b;

    while (*a != '\0' && *b != '\0') {
        if (is_digit(*a) && is_digit(*b)) {
            const int order = compare_numbers(&a, &b);

            if (order != 0) return order;
        } else {
            if (*a != *b) break;
            a++;
            b++;
        }
    }
    if (*a != *b) return (unsigned char)*a < (unsigned char)*b ? -1 : 1; /* an end is first */
    return strcmp(whole_a, whole_b);
}
