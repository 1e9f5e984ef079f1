// SPDX-License-Identifier: BSD-3-Clause
#include "config_private.h"

#include <string.h>

enum { NAME_MAX_BYTES = 48 };

static int least(int a, int b, int c)
{
    const int ab = a < b ? a : b;

    return ab < c ? ab : c;
}

static char folded(char c)
{
    return (char)(c == '-' ? '_' : c);
}

/* Edits (insert, drop, replace) that turn one name into the other: Wagner and Fischer (1974), a row
 * of the table at a time. */
static int edits(const char *a, const char *b)
{
    const int a_length = (int)strlen(a);
    const int b_length = (int)strlen(b);
    int row[NAME_MAX_BYTES + 1];

    for (int j = 0; j <= b_length; j++) row[j] = j;
    for (int i = 1; i <= a_length; i++) {
        int diagonal = row[0];

        row[0] = i;
        for (int j = 1; j <= b_length; j++) {
            const int above = row[j];

            row[j] =
                least(above + 1, row[j - 1] + 1, diagonal + (folded(a[i - 1]) != folded(b[j - 1])));
            diagonal = above;
        }
    }
    return row[b_length];
}

struct nearest nearest_start(const char *wanted)
{
    const int length = (int)strnlen(wanted, NAME_MAX_BYTES + 1);

    /* A third of the letters may differ, and two in any case. */
    return (struct nearest){.wanted = wanted, .distance = (length / 3 < 2 ? 2 : length / 3) + 1};
}

void nearest_offer(struct nearest *nearest, const char *known)
{
    int distance;

    if (strnlen(nearest->wanted, NAME_MAX_BYTES + 1) > NAME_MAX_BYTES
        || strlen(known) > NAME_MAX_BYTES)
        return;
    distance = edits(nearest->wanted, known);
    if (distance >= nearest->distance || distance >= (int)strlen(known)) return;
    nearest->distance = distance;
    nearest->best = known;
}

void nearest_offer_table(struct nearest *nearest, const struct parameter *table)
{
    for (; table->name; table++) nearest_offer(nearest, table->name);
}

const char *config_nearest(const char *wanted, const char *const *known, int count)
{
    struct nearest nearest = nearest_start(wanted);

    for (int i = 0; i < count; i++) nearest_offer(&nearest, known[i]);
    return nearest.best;
}
