// SPDX-License-Identifier: BSD-3-Clause
/* The configuration, for every table of parameters; values that are taken survive being written. */
#include "fuzz.h"

#include <telltale/analysis.h>
#include <telltale/import.h>

#include <string.h>

static void check_written(const struct settings *settings, const struct parameter *table)
{
    struct settings *again = settings_create(table);
    struct text first = {0}, second = {0};
    struct config *config;

    text_printf(&first, "section:\n");
    settings_write(settings, 2, &first);
    if (config_parse(first.bytes, first.length, "again.yaml", &config) == STATUS_OK) {
        ASSERT(config_apply(config, "section", again) == STATUS_OK);
        text_printf(&second, "section:\n");
        settings_write(again, 2, &second);
        ASSERT(strcmp(first.bytes, second.bytes) == 0);
        config_destroy(&config);
    }
    settings_destroy(&again);
    text_release(&first);
    text_release(&second);
}

static void try_table(const struct config *config, const char *section,
                      const struct parameter *table)
{
    struct settings *settings = settings_create(table);
    int count;

    if (config_apply(config, section, settings) == STATUS_OK) check_written(settings, table);
    if (config_item_count(config, section, &count) == STATUS_OK)
        for (int item = 0; item < count; item++) {
            settings_destroy(&settings);
            settings = settings_create(table);
            if (config_apply_item(config, section, item, settings) == STATUS_OK)
                check_written(settings, table);
        }
    settings_destroy(&settings);
}

void fuzz_one(const char *bytes, size_t length)
{
    static const char *const sections[] = {"sources", "mrdmd", "baseline"};
    struct config *config;

    if (config_parse(bytes, length, "night.yaml", &config) != STATUS_OK) return;
    (void)config_check_sections(config, sections, 3);
    try_table(config, "sources", import_parameters);
    for (const struct analysis *const *analysis = analyses; *analysis; analysis++)
        try_table(config, (*analysis)->name, (*analysis)->parameters);
    config_destroy(&config);
}
