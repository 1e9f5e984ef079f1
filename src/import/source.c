// SPDX-License-Identifier: BSD-3-Clause
#include "import_private.h"

#include <string.h>

/* In the order in which content is asked: the particular before the general. */
const struct source *const source_table[] = {&source_ldms,
                                             &source_cockpit,
                                             &source_slurm_json,
                                             &source_slurm_tacc,
                                             &source_slurm_nrel,
                                             &source_slurm,
                                             &source_labels,
                                             &source_ipmi,
                                             &source_swf,
                                             &source_mira_ras,
                                             &source_rack_layout,
                                             &source_xtdb2proc,
                                             &source_mira_reservations,
                                             &source_mira_maintenance,
                                             &source_events,
                                             &source_csv,
                                             NULL};

/* Families: the first member that recognises the content, else the last. */
static const struct family {
    const char *name;
    const struct source *members[8]; /**< ended by NULL */
} families[] = {
    {"slurm",
     {&source_slurm_json, &source_slurm_tacc, &source_slurm_nrel, &source_swf,
      &source_mira_reservations, &source_mira_maintenance, &source_slurm, NULL}},
    {"events",   {&source_mira_ras, &source_events, NULL}                      },
    {"topology", {&source_rack_layout, &source_xtdb2proc, NULL}                },
};

static const struct source *find_member(const struct family *family, const char *place,
                                        const char *head, size_t length)
{
    const struct source *const *member = family->members;

    while (member[1] && !(*member)->recognise(place, head, length)) member++;
    return *member;
}

const struct source *source_find(const char *name, const char *place, const char *head,
                                 size_t length)
{
    for (size_t i = 0; name && i < sizeof families / sizeof families[0]; i++)
        if (strcmp(families[i].name, name) == 0)
            return find_member(&families[i], place, head, length);
    for (const struct source *const *source = source_table; *source; source++)
        if (name ? strcmp((*source)->name, name) == 0 : (*source)->recognise(place, head, length))
            return *source;
    return NULL;
}

struct piece head_line(const char *head, size_t length, int number)
{
    const char *end = head + length;
    struct piece line = {head, 0};

    for (;; number--) {
        const char *newline = memchr(line.bytes, '\n', (size_t)(end - line.bytes));

        line.length = (size_t)((newline ? newline : end) - line.bytes);
        if (number == 0 || !newline) break;
        line.bytes = newline + 1;
    }
    if (number > 0) line.length = 0;
    if (line.length > 0 && line.bytes[line.length - 1] == '\r') line.length--;
    return line;
}

status delimiter_read(const char *text, char *delimiter)
{
    static const struct {
        const char *name;
        char delimiter;
    } named[] = {
        {"tab",       '\t'  },
        {"\\t",       '\t'  },
        {"comma",     ','   },
        {"semicolon", ';'   },
        {"pipe",      '|'   },
        {"space",     ' '   },
        {"bell",      '\a'  },
        {"unit",      '\x1f'}
    };

    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (strcmp(named[i].name, text) == 0) {
            *delimiter = named[i].delimiter;
            return STATUS_OK;
        }
    if (strlen(text) != 1 || *text == '\n' || *text == '"')
        return fail(STATUS_BAD_USE,
                    "delimiter '%s' is not one character, nor tab, comma, semicolon, pipe, space, "
                    "bell or unit",
                    text);
    *delimiter = *text;
    return STATUS_OK;
}

char line_delimiter(struct piece line)
{
    static const char candidates[] = {',', '\t', ';', '|', '\a', '\x1f'};
    char best = '\0';
    size_t best_count = 0;

    for (size_t i = 0; i < sizeof candidates; i++) {
        size_t count = 0;
        bool is_quoted = false;

        for (size_t at = 0; at < line.length; at++) {
            is_quoted ^= line.bytes[at] == '"';
            count += line.bytes[at] == candidates[i] && !is_quoted;
        }
        if (count > best_count) {
            best_count = count;
            best = candidates[i];
        }
    }
    return best;
}

void import_sources_help(struct text *help)
{
    for (const struct source *const *source = source_table; *source; source++)
        text_printf(help, "  %-12s %s\n", (*source)->name, (*source)->summary);
}
