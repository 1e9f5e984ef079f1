// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <stdio.h>
#include <string.h>

/* What stands in a cell of a table must not end the cell. */
static void print_cell(const char *text)
{
    putchar(' ');
    for (; *text; text++) {
        if (*text == '|') putchar('\\');
        putchar(*text);
    }
    fputs(" |", stdout);
}

static void print_kind(const struct parameter *parameter)
{
    static const char *const kinds[] = {
        [PARAMETER_FLAG] = "true, false", [PARAMETER_INT] = "whole number",
        [PARAMETER_REAL] = "number",      [PARAMETER_TEXT] = "text",
        [PARAMETER_PATH] = "path",        [PARAMETER_CHOICE] = "choice",
        [PARAMETER_LIST] = "list",
    };
    char kind[96];

    if (parameter->kind == PARAMETER_CHOICE) {
        print_cell(parameter->choices);
    } else if (parameter->low != 0.0 || parameter->high != 0.0) {
        if (parameter->kind == PARAMETER_INT) {
            snprintf(kind, sizeof kind, "%s, %.0f to %.0f", kinds[parameter->kind], parameter->low,
                     parameter->high);
        } else {
            snprintf(kind, sizeof kind, "%s, %g to %g", kinds[parameter->kind], parameter->low,
                     parameter->high);
        }
        print_cell(kind);
    } else
        print_cell(kinds[parameter->kind]);
}

static void print_table(const struct parameter *table)
{
    printf("| key | kind | default | |\n|---|---|---|---|\n");
    for (; table->name; table++) {
        printf("| `%s` |", table->name);
        print_kind(table);
        print_cell(table->standard ? table->standard : "");
        print_cell(table->help);
        putchar('\n');
    }
}

static const char *title_of(const char *section)
{
    const struct command *command = command_find(section);
    const struct analysis *analysis = analysis_find(section);

    if (strcmp(section, "run") == 0) return "options of every command";
    if (strcmp(section, "sources") == 0) return "a sequence: what `nightly` imports";
    if (analysis) return analysis->summary;
    return command ? command->summary : "";
}

static void print_section(const struct section *section)
{
    if (section->is_sequence) {
        printf(
            "Each entry has keys of `import`, except `output` and `json`; patterns with `*` are\n"
            "allowed in `inputs`, `jobs`, `events` and `labels`. All entries together make one facility\n"
            "file: lists add up, other keys must not contradict each other. `inputs` of a source that\n"
            "is a job log, an event log or labels belong to the telemetry of the other entries.\n");
        return;
    }
    if (section->tables[1]) {
        printf("Of `telltale %s` itself; a key that stands in both tables goes to both:\n\n",
               section->name);
    }
    print_table(section->tables[0]);
    if (!section->tables[1]) return;
    printf("\nOf the analysis, for `fit`, `score` and `nightly`:\n\n");
    print_table(section->tables[1]);
}

void manual_print(void)
{
    struct section sections[SECTIONS_MAX];
    const int count = sections_list(sections);

    printf(
        "# Configuration\n\n"
        "This page is made by `telltale help configuration` from the tables that the program itself\n"
        "reads; a test compares the two.\n\n"
        "A configuration is one YAML file, given with `--config`. Each command and each analysis has a\n"
        "section of its name; a key `max_level` is the option `--max-level` on the command line, and the\n"
        "command line wins. `null` leaves a key at its default. Lists are YAML sequences in the file and\n"
        "texts with commas on the command line. Paths are relative to where telltale is started.\n\n"
        "The whole file is checked whichever command runs. Refused, with file and line: unknown sections\n"
        "and keys (with the nearest known name), values out of range, keys that stand twice, anchors,\n"
        "aliases, tags, a second document, more than 16 levels, 256 keys in a mapping, 100,000 values or\n"
        "1 MB. The values used are written into every model and scores file (attribute `settings`).\n");
    for (int i = 0; i < count; i++) {
        printf("\n## `%s`: %s\n\n", sections[i].name, title_of(sections[i].name));
        print_section(&sections[i]);
    }
}
