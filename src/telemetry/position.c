// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/telemetry.h>

#include <string.h>

/* Names of machines that are known: `#` stands for a decimal number, `1` and `2` for so many decimal
 * digits, `$` for one and `%` for two hexadecimal digits, `@` for
 * a digit or letter, anything else for itself. */
static const struct naming {
    const char *pattern;
    int row, rack, chassis, slot; /* which of the numbers, -1 none */
    int shared[2]; /* numbers behind the slot's count within it: how many there can be, 0 no more */
} namings[] = {
    {"c#-#c#s#n#",   1,  0, 2,  3,  {4, 0} }, /* Cray XT to XC: 4 nodes a blade */
    {"c#-#c#s#",     1,  0, 2,  3,  {0, 0} },
    {"x#c#s#b#n#",   -1, 0, 1,  2,  {2, 2} }, /* Cray EX: 2 boards of 2 nodes */
    {"R$$-M#-N#-J#", 0,  1, 2,  3,  {32, 0}}, /* Blue Gene: 32 cards a node board */
    {"R$$-M#-N#",    0,  1, 2,  3,  {0, 0} },
    {"R$$-M#",       0,  1, 2,  -1, {0, 0} },
    {"R$$",          0,  1, -1, -1, {0, 0} },
    {"Q#@-I#-J#",    0,  1, 2,  3,  {0, 0} }, /* its I/O racks: G, H, ... */
    {"holy%212",     0,  1, 2,  3,  {0, 0} }, /* Harvard at Holyoke */
    {"holy%222",     0,  1, 2,  3,  {0, 0} },
    {"holygpu%212",  0,  1, 2,  3,  {0, 0} },
    {"holy%22",      0,  1, -1, 2,  {0, 0} },
    {"holygpu%22",   0,  1, -1, 2,  {0, 0} },
};

/* More digits than this are a serial number, no position. */
enum { VALUES_MAX = 6, POSITION_DIGITS_MAX = 6 };

static int digit_value(char c, int base)
{
    int value = -1;

    if (c >= '0' && c <= '9') value = c - '0';
    if (c >= 'a' && c <= 'z') value = c - 'a' + 10;
    if (c >= 'A' && c <= 'Z') value = c - 'A' + 10;
    return value < base ? value : -1;
}

/* Reads up to @p digits digits; returns how many there were. */
static int read_digits(const char *at, int digits, int base, int32_t *value)
{
    int count = 0;

    for (*value = 0; count < digits && digit_value(at[count], base) >= 0; count++)
        *value = base * *value + digit_value(at[count], base);
    return count;
}

/* What a letter of a pattern stands for. */
static const struct number_form {
    char letter;
    int base, digits_min, digits_max;
} number_forms[] = {
    {'#', 10, 1, POSITION_DIGITS_MAX},
    {'1', 10, 1, 1                  },
    {'2', 10, 2, 2                  },
    {'$', 16, 1, 1                  },
    {'%', 16, 2, 2                  },
    {'@', 36, 1, 1                  },
};

static const struct number_form *find_form(char letter)
{
    for (size_t i = 0; i < sizeof number_forms / sizeof number_forms[0]; i++) {
        if (number_forms[i].letter == letter) return &number_forms[i];
    }
    return NULL;
}

static bool matches(const char *name, const char *pattern, int32_t values[VALUES_MAX])
{
    for (; *pattern; pattern++) {
        const struct number_form *form = find_form(*pattern);

        if (form) {
            const int digits = read_digits(name, form->digits_max, form->base, values++);

            if (digits < form->digits_min) return false;
            name += digits;
        } else if (*name++ != *pattern) {
            return false;
        }
    }
    return *name == '\0';
}

static bool place_by_naming(const struct naming *naming, struct host *host)
{
    int32_t values[VALUES_MAX];
    int32_t slot;

    if (!matches(host->name, naming->pattern, values)) return false;
    slot = naming->slot < 0 ? -1 : values[naming->slot];
    for (int i = 0; i < 2 && naming->shared[i] > 0; i++) {
        const int32_t number = values[naming->slot + 1 + i];

        if (number >= naming->shared[i]) return false;
        slot = naming->shared[i] * slot + number;
    }
    host->row = naming->row < 0 ? -1 : values[naming->row];
    host->rack = naming->rack < 0 ? -1 : values[naming->rack];
    host->chassis = naming->chassis < 0 ? -1 : values[naming->chassis];
    host->slot = slot;
    return true;
}

enum level { ROW, RACK, CHASSIS, SLOT, NODE, LEVELS };

static const struct {
    const char *word;
    enum level level;
} words[] = {
    {"row",       ROW    },
    {"rack",      RACK   },
    {"rk",        RACK   },
    {"cabinet",   RACK   },
    {"cab",       RACK   },
    {"r",         RACK   },
    {"x",         RACK   },
    {"c",         CHASSIS},
    {"chassis",   CHASSIS},
    {"enclosure", CHASSIS},
    {"i",         CHASSIS},
    {"iru",       CHASSIS},
    {"slot",      SLOT   },
    {"blade",     SLOT   },
    {"s",         SLOT   },
    {"b",         SLOT   },
    {"u",         SLOT   },
    {"n",         NODE   },
    {"node",      NODE   },
    {"cn",        NODE   },
    {"nid",       NODE   },
};

static bool find_level(const char *word, size_t length, enum level *level)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i].word) != length || strncmp(words[i].word, word, length) != 0) continue;
        *level = words[i].level;
        return true;
    }
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Read `rack12-node03` word by word; false where a word is unknown or says the same again. */
static bool read_words(const char *at, int32_t values[LEVELS])
{
    while (*at && *at != '.') {
        const char *word = at;
        enum level level;
        int digits;

        while (is_letter(*at)) at++;
        if (!find_level(word, (size_t)(at - word), &level) || values[level] >= 0) return false;
        digits = read_digits(at, POSITION_DIGITS_MAX, 10, &values[level]);
        if (digits == 0) return false;
        at += digits;
        if (*at == '-' || *at == '_') at++;
    }
    return true;
}

void host_position_from_name(struct host *host)
{
    enum { BLADE_NODES = 4 };
    int32_t values[LEVELS] = {-1, -1, -1, -1, -1};
    int32_t slot;

    for (size_t i = 0; i < sizeof namings / sizeof namings[0]; i++) {
        if (place_by_naming(&namings[i], host)) return;
    }
    if (!read_words(host->name, values) || values[RACK] < 0) return;
    slot = values[SLOT] < 0 ? values[NODE] : values[SLOT];
    if (values[SLOT] >= 0 && values[NODE] >= 0)
        slot = values[NODE] < BLADE_NODES ? BLADE_NODES * values[SLOT] + values[NODE] : -1;
    host->row = values[ROW];
    host->rack = values[RACK];
    host->chassis = values[CHASSIS];
    host->slot = slot;
}
