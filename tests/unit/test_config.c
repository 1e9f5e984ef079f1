// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/config.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct parameter table[] = {
    {"max_level",                        PARAMETER_INT, "6", 1, 20, NULL, "Deepest level"},
    {"cutoff",                               PARAMETER_REAL, "0.25", 0, 1, NULL, "Share of the power that is kept"},
    {"sampling",                                PARAMETER_CHOICE, "pooled", 0, 0, "point|pooled", "How windows are sampled"},
    {"title",                   PARAMETER_TEXT, NULL, 0, 0, NULL, "Name on the page"},
    {"output",                           PARAMETER_PATH, NULL, 0, 0, NULL, "Where the result goes"},
    {"strict",                            PARAMETER_FLAG, "false", 0, 0, NULL, "Refuse what could be repaired"},
    {"metrics",                                 PARAMETER_LIST, "a,b", 0, 0, NULL, "Metrics to keep"},
    {0},
};

static const struct parameter other_table[] = {
    {"max_level", PARAMETER_INT, "1", 0, 9, NULL, "Another table's deepest level"},
    {"replicates",        PARAMETER_INT, "100", 0, 0, NULL, "Bootstrap replicates"},
    {0         },
};

static status parse_text(const char *yaml, struct config **config)
{
    return config_parse(yaml, strlen(yaml), "night.yaml", config);
}

/* Parse, apply the section `mrdmd` to fresh settings, and compare the message. */
static bool is_refused(const char *yaml, const char *message)
{
    struct settings *settings = settings_create(table);
    struct config *config = NULL;
    status st = parse_text(yaml, &config);

    if (!st) st = config_apply(config, "mrdmd", settings);
    config_destroy(&config);
    settings_destroy(&settings);
    if (st != STATUS_BAD_USE || !strstr(status_message(), message))
        fprintf(stderr, "  status %d: %s\n", (int)st, status_message());
    return st == STATUS_BAD_USE && strstr(status_message(), message);
}

static void defaults_hold_until_something_is_given(void)
{
    struct settings *settings = settings_create(table);

    CHECK(settings_int(settings, "max_level") == 6);
    CHECK(settings_real(settings, "cutoff") == 0.25);
    CHECK(strcmp(settings_text(settings, "sampling"), "pooled") == 0);
    CHECK(settings_choice(settings, "sampling") == 1);
    CHECK(!settings_text(settings, "title"));
    CHECK(!settings_flag(settings, "strict"));
    CHECK(settings_list_count(settings, "metrics") == 2);
    CHECK(strcmp(settings_list_item(settings, "metrics", 1), "b") == 0);
    CHECK(!settings_is_given(settings, "max_level"));
    settings_destroy(&settings);
}

static void a_file_sets_values_of_each_kind(void)
{
    static const char yaml[] = "# a night\n"
                               "mrdmd:\n"
                               "  max_level: 7\n"
                               "  cutoff: 5e-1\n"
                               "  sampling: point\n"
                               "  title: \"no: \\\"it\\\" is\"\n"
                               "  output: null\n"
                               "  strict: yes\n"
                               "  metrics: [x, \"y,z\"]\n"
                               "baseline:\n";
    struct settings *settings = settings_create(table);
    struct config *config;

    CHECK(parse_text(yaml, &config) == STATUS_OK);
    CHECK(config_apply(config, "mrdmd", settings) == STATUS_OK);
    CHECK(config_apply(config, "baseline", settings) == STATUS_OK);
    CHECK(config_apply(config, "absent", settings) == STATUS_OK);
    CHECK(settings_int(settings, "max_level") == 7 && settings_is_given(settings, "max_level"));
    CHECK(settings_real(settings, "cutoff") == 0.5);
    CHECK(strcmp(settings_text(settings, "sampling"), "point") == 0);
    CHECK(settings_choice(settings, "sampling") == 0);
    CHECK(strcmp(settings_text(settings, "title"), "no: \"it\" is") == 0);
    CHECK(!settings_text(settings, "output"));
    CHECK(settings_flag(settings, "strict"));
    CHECK(settings_list_count(settings, "metrics") == 2);
    CHECK(strcmp(settings_list_item(settings, "metrics", 1), "y,z") == 0);
    config_destroy(&config);
    settings_destroy(&settings);
}

static void what_is_written_reads_back_the_same(void)
{
    struct settings *first = settings_create(table);
    struct settings *second = settings_create(table);
    struct text yaml = {0}, again = {0};
    struct config *config;

    CHECK(settings_set(first, "cutoff", "0.1234567890123456789", "--cutoff") == STATUS_OK);
    CHECK(settings_set(first, "title", "tab\there \"quoted\" \\ \xC3\xA9", "--title") == STATUS_OK);
    CHECK(settings_set(first, "metrics", "MemFree,load", "--metrics") == STATUS_OK);
    text_printf(&yaml, "mrdmd:\n");
    settings_write(first, 2, &yaml);
    CHECK(parse_text(yaml.bytes, &config) == STATUS_OK);
    CHECK(config_apply(config, "mrdmd", second) == STATUS_OK);
    text_printf(&again, "mrdmd:\n");
    settings_write(second, 2, &again);
    CHECK(strcmp(yaml.bytes, again.bytes) == 0);
    CHECK(settings_real(second, "cutoff") == 0.1234567890123456789);
    config_destroy(&config);
    text_release(&yaml);
    text_release(&again);
    settings_destroy(&first);
    settings_destroy(&second);
}

static void a_wrong_key_is_named_with_its_line_and_the_nearest(void)
{
    static const char *const sections[] = {"mrdmd", "baseline"};
    struct config *config;

    CHECK(
        is_refused("mrdmd:\n  max_levle: 3\n",
                   "night.yaml:2: the key \"max_levle\" is unknown; did you mean \"max_level\"?"));
    CHECK(is_refused("mrdmd:\n  max-level: 3\n", "did you mean \"max_level\"?"));
    CHECK(is_refused("mrdmd:\n\n  colour: 3\n", "night.yaml:3: the key \"colour\" is unknown"));
    CHECK(parse_text("\nmrdm:\n  max_level: 3\n", &config) == STATUS_OK);
    CHECK(config_check_sections(config, sections, 2) == STATUS_BAD_USE);
    CHECK(strcmp(status_message(),
                 "night.yaml:2: the section \"mrdm\" is unknown; did you mean \"mrdmd\"?")
          == 0);
    config_destroy(&config);
}

static void a_wrong_value_is_named_with_its_line(void)
{
    CHECK(is_refused("mrdmd:\n  max_level: 21\n",
                     "night.yaml:2: max_level: 21 is not within 1 to 20"));
    CHECK(is_refused("mrdmd: {max_level: 3.5}\n", "\"3.5\" is no whole number"));
    CHECK(is_refused("mrdmd: {max_level: 99999999999999999999}\n", "out of all bounds"));
    CHECK(is_refused("mrdmd: {cutoff: .nan}\n", "\".nan\" is no number"));
    CHECK(is_refused("mrdmd: {cutoff: 1e999}\n", "out of all bounds"));
    CHECK(is_refused("mrdmd: {cutoff: 0x1}\n", "is no number"));
    CHECK(is_refused("mrdmd: {sampling: random}\n", "\"random\" is none of point|pooled"));
    CHECK(is_refused("mrdmd: {strict: 2}\n", "neither true nor false"));
    CHECK(is_refused("mrdmd:\n  output: \"\"\n", "the path is empty"));
    CHECK(is_refused("mrdmd:\n  title:\n", "night.yaml:2: title: the value is missing"));
    CHECK(is_refused("mrdmd:\n  title: [a]\n", "a single value is expected"));
    CHECK(is_refused("mrdmd:\n  metrics: [a, {b: c}]\n", "an item of the list must be a text"));
}

static void what_is_not_plain_yaml_is_refused(void)
{
    struct config *config = NULL;

    CHECK(is_refused("mrdmd:\n  max_level: 1\n  title: x\n  max_level: 2\n",
                     "night.yaml:4: the key \"max_level\" stands twice, first in line 2"));
    CHECK(is_refused("mrdmd: &a\n  max_level: 1\n", "anchors (&a) are not accepted"));
    CHECK(is_refused("mrdmd:\n  title: &t x\n", "anchors (&t) are not accepted"));
    CHECK(is_refused("a: 1\nmrdmd:\n  title: *t\n", "night.yaml:3: aliases (*t)"));
    CHECK(is_refused("mrdmd: !!map\n  max_level: 1\n", "tags ("));
    CHECK(is_refused("mrdmd:\n  title: !!python/object x\n", "night.yaml:2: tags ("));
    CHECK(is_refused("? [a, b]\n: 1\n", "a key must be a text"));
    CHECK(is_refused("a: 1\n---\nb: 2\n", "night.yaml:2: a second document begins"));
    CHECK(is_refused("- a\n- b\n", "night.yaml:1: the file must be a mapping of sections"));
    CHECK(is_refused("mrdmd: 3\n", "the section \"mrdmd\" must be a mapping"));
    CHECK(is_refused("mrdmd:\n  - a\n b: [\n", "night.yaml:3: did not find expected"));
    CHECK(is_refused("mrdmd:\n\tmax_level: 3\n", "night.yaml:2:"));
    CHECK(config_parse("a: \xFF\xFE\n", 6, "night.yaml", &config) == STATUS_BAD_USE);
    CHECK(config_parse("a: b\0c\n", 7, "night.yaml", &config) == STATUS_BAD_USE);
    CHECK(is_refused("mrdmd: {title: \"a\\0b\"}\n", "NUL"));
    CHECK(config_parse("", 0, "night.yaml", &config) == STATUS_OK);
    config_destroy(&config);
}

static void add_times(struct text *yaml, const char *part, int times)
{
    for (int i = 0; i < times; i++) text_printf(yaml, "%s", part);
}

static void bombs_are_refused_at_once(void)
{
    const clock_t begun = clock();
    struct text yaml = {0};

    text_printf(&yaml, "a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (int c = 'b'; c < 'k'; c++) {
        text_printf(&yaml, "%c: &%c [", c, c);
        for (int i = 0; i < 9; i++) text_printf(&yaml, "*%c,", c - 1);
        text_printf(&yaml, "]\n");
    }
    CHECK(is_refused(yaml.bytes, "anchors"));
    text_release(&yaml);
    text_printf(&yaml, "mrdmd: ");
    add_times(&yaml, "[", 500000);
    CHECK(is_refused(yaml.bytes, "more than 16 levels deep"));
    text_release(&yaml);
    text_printf(&yaml, "mrdmd: ");
    add_times(&yaml, "{a: ", 200000);
    CHECK(is_refused(yaml.bytes, "more than 16 levels deep"));
    text_release(&yaml);
    for (int i = 0; i < 90000; i++) text_printf(&yaml, "k%d: 1\n", i);
    CHECK(is_refused(yaml.bytes, "more than 256 keys in one mapping"));
    text_release(&yaml);
    text_printf(&yaml, "mrdmd: [");
    add_times(&yaml, "1,", 500000);
    CHECK(is_refused(yaml.bytes, "more than 100000 values"));
    text_release(&yaml);
    add_times(&yaml, "# comment\n", 110000);
    CHECK(is_refused(yaml.bytes, "more than a configuration may have"));
    text_release(&yaml);
    CHECK((double)(clock() - begun) < 20.0 * CLOCKS_PER_SEC);
}

static void sequences_of_mappings_are_read_item_by_item(void)
{
    struct settings *settings = settings_create(table);
    struct config *config;
    int count = -1;

    CHECK(parse_text("sources:\n  - title: one\n  - {title: two, strict: true}\nodd: [1]\n"
                     "map: {a: 1}\n",
                     &config)
          == STATUS_OK);
    CHECK(config_item_count(config, "absent", &count) == STATUS_OK && count == 0);
    CHECK(config_item_count(config, "sources", &count) == STATUS_OK && count == 2);
    CHECK(config_apply_item(config, "sources", 1, settings) == STATUS_OK);
    CHECK(strcmp(settings_text(settings, "title"), "two") == 0);
    CHECK(config_item_count(config, "odd", &count) == STATUS_BAD_USE);
    CHECK(config_item_count(config, "map", &count) == STATUS_BAD_USE && count == 2);
    config_destroy(&config);
    settings_destroy(&settings);
}

static void two_tables_share_a_section(void)
{
    struct settings *both[] = {settings_create(table), settings_create(other_table)};
    const struct option_set set = {both, 2};
    struct config *config;

    CHECK(parse_text("mrdmd: {replicates: 7, max_level: 2}\nbad: {replicate: 7}\n", &config)
          == STATUS_OK);
    CHECK(config_apply_set(config, "mrdmd", &set) == STATUS_OK);
    CHECK(settings_int(both[0], "max_level") == 2 && settings_int(both[1], "replicates") == 7);
    CHECK(settings_int(both[1], "max_level") == 2);
    CHECK(config_apply_set(config, "bad", &set) == STATUS_BAD_USE);
    CHECK(strstr(status_message(), "did you mean \"replicates\"?"));
    config_destroy(&config);
    settings_destroy(&both[0]);
    settings_destroy(&both[1]);
}

static void merging_adds_lists_and_refuses_contradictions(void)
{
    struct settings *into = settings_create(table);
    struct settings *from = settings_create(table);

    CHECK(settings_set(into, "metrics", "x", "a") == STATUS_OK);
    CHECK(settings_set(from, "metrics", "y,z", "b") == STATUS_OK);
    CHECK(settings_set(from, "max_level", "3", "b") == STATUS_OK);
    CHECK(settings_merge(into, from, "entry 2") == STATUS_OK);
    CHECK(settings_list_count(into, "metrics") == 3 && settings_int(into, "max_level") == 3);
    CHECK(settings_merge(into, from, "entry 3") == STATUS_OK);
    CHECK(settings_set(from, "max_level", "4", "b") == STATUS_OK);
    CHECK(settings_merge(into, from, "entry 4") == STATUS_BAD_USE);
    CHECK(strcmp(status_message(), "entry 4: max_level was given another value before") == 0);
    settings_reset(into, "metrics");
    CHECK(settings_list_count(into, "metrics") == 2 && !settings_is_given(into, "metrics"));
    settings_destroy(&into);
    settings_destroy(&from);
}

CHECK_MAIN({"defaults hold until something is given", defaults_hold_until_something_is_given},
           {"a file sets values of each kind", a_file_sets_values_of_each_kind},
           {"what is written reads back the same", what_is_written_reads_back_the_same},
           {"a wrong key is named with its line and the nearest",
            a_wrong_key_is_named_with_its_line_and_the_nearest},
           {"a wrong value is named with its line", a_wrong_value_is_named_with_its_line},
           {"what is not plain YAML is refused", what_is_not_plain_yaml_is_refused},
           {"bombs are refused at once", bombs_are_refused_at_once},
           {"sequences of mappings are read item by item",
            sequences_of_mappings_are_read_item_by_item},
           {"merging adds lists and refuses contradictions",
            merging_adds_lists_and_refuses_contradictions},
           {"two tables share a section", two_tables_share_a_section})
