// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <telltale/import.h>

#include <string.h>

static struct section *find_or_add(struct section *sections, int *count, const char *name)
{
    for (int i = 0; i < *count; i++) {
        if (strcmp(sections[i].name, name) == 0) return &sections[i];
    }
    ASSERT(*count < SECTIONS_MAX);
    sections[*count] = (struct section){.name = name};
    return &sections[(*count)++];
}

static void add_table(struct section *sections, int *count, const char *name,
                      const struct parameter *table)
{
    struct section *section;

    if (!table[0].name) return;
    section = find_or_add(sections, count, name);
    section->tables[section->tables[0] != NULL] = table;
}

int sections_list(struct section sections[SECTIONS_MAX])
{
    int count = 0;

    add_table(sections, &count, "run", run_parameters);
    for (int i = 0; commands[i]; i++)
        add_table(sections, &count, commands[i]->name, commands[i]->parameters);
    for (int i = 0; analyses[i]; i++)
        add_table(sections, &count, analyses[i]->name, analyses[i]->parameters);
    find_or_add(sections, &count, "sources")->tables[0] = import_parameters;
    sections[count - 1].is_sequence = true;
    return count;
}
