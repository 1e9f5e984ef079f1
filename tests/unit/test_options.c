// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/config.h>

#include <stdio.h>
#include <string.h>

static const struct parameter table[] = {
    {"max_level",              PARAMETER_INT, "6", 1, 20, NULL, "Deepest level"},
    {"output",                     PARAMETER_PATH, NULL, 0, 0, NULL, "Where the result goes"},
    {"strict",                      PARAMETER_FLAG, "false", 0, 0, NULL, "Refuse what could be repaired"},
    {"metrics",         PARAMETER_LIST, "a,b", 0, 0, NULL, "Metrics to keep"},
    {"keep",                 PARAMETER_FLAG, "true", 0, 0, NULL, "Keep what is there"},
    {"sampling",                    PARAMETER_CHOICE, "pooled", 0, 0, "point|pooled", "How windows are sampled"},
    {"offset",                       PARAMETER_REAL, NULL, 0, 0, NULL, "Shift"},
    {0},
};

static struct settings *settings;
static const char *operands[16];
static int operand_count;

/* Parse the words of one line on top of the settings. */
static status parse_more(const char *line)
{
    static char copy[256];
    const struct option_set set = {&settings, 1};
    char *words[16];
    int count = 0;

    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " ")) words[count++] = word;
    return options_parse(&set, count, words, operands, &operand_count);
}

static status parse_line(const char *line)
{
    settings_destroy(&settings);
    settings = settings_create(table);
    return parse_more(line);
}

static bool is_refused(const char *line, const char *message)
{
    const status st = parse_line(line);
    const bool is_as_expected = st == STATUS_BAD_USE && strcmp(status_message(), message) == 0;

    if (!is_as_expected) fprintf(stderr, "  status %d: %s\n", (int)st, status_message());
    settings_destroy(&settings);
    return is_as_expected;
}

static void options_and_operands_may_be_mixed(void)
{
    CHECK(parse_line("a.h5 --max-level 3 --strict b.h5 -o x.h5 --no-keep --sampling=point")
          == STATUS_OK);
    CHECK(operand_count == 2 && strcmp(operands[1], "b.h5") == 0);
    CHECK(settings_int(settings, "max_level") == 3);
    CHECK(settings_flag(settings, "strict") && !settings_flag(settings, "keep"));
    CHECK(strcmp(settings_text(settings, "output"), "x.h5") == 0);
    CHECK(strcmp(settings_text(settings, "sampling"), "point") == 0);
    settings_destroy(&settings);
}

static void what_follows_two_dashes_is_an_operand(void)
{
    CHECK(parse_line("--strict -- --max-level - -o") == STATUS_OK);
    CHECK(operand_count == 3 && strcmp(operands[0], "--max-level") == 0);
    CHECK(parse_line("-") == STATUS_OK && operand_count == 1);
    settings_destroy(&settings);
}

static void a_value_may_be_negative(void)
{
    CHECK(parse_line("--offset -2.5") == STATUS_OK);
    CHECK(settings_real(settings, "offset") == -2.5);
    settings_destroy(&settings);
}

static void lists_replace_the_default_and_then_add(void)
{
    CHECK(parse_line("--metrics x,y --metrics z") == STATUS_OK);
    CHECK(settings_list_count(settings, "metrics") == 3);
    CHECK(strcmp(settings_list_item(settings, "metrics", 2), "z") == 0);
    settings_destroy(&settings);
}

static void the_command_line_wins_over_the_file(void)
{
    static const char yaml[] = "x: {metrics: [f, g], max_level: 9, strict: true}\n";
    struct config *config;

    settings = settings_create(table);
    CHECK(config_parse(yaml, sizeof yaml - 1, "f", &config) == STATUS_OK);
    CHECK(config_apply(config, "x", settings) == STATUS_OK);
    CHECK(parse_more("--metrics z --max-level 3 --no-strict") == STATUS_OK);
    CHECK(settings_list_count(settings, "metrics") == 1);
    CHECK(settings_int(settings, "max_level") == 3);
    CHECK(!settings_flag(settings, "strict"));
    config_destroy(&config);
    settings_destroy(&settings);
}

static void wrong_options_are_named(void)
{
    CHECK(is_refused("--max-levle 3",
                     "the option --max-levle is unknown; did you mean --max-level?"));
    CHECK(is_refused("--colour", "the option --colour is unknown"));
    CHECK(is_refused("-x", "the option -x is unknown"));
    CHECK(is_refused("--max-level", "--max-level: the value is missing"));
    CHECK(is_refused("--max-level --strict", "--max-level: the value is missing"));
    CHECK(is_refused("-o", "-o: the value is missing"));
    CHECK(is_refused("--max-level=", "--max-level: \"\" is no whole number"));
    CHECK(is_refused("--max-level 0", "--max-level: 0 is not within 1 to 20"));
    CHECK(is_refused("--strict=maybe", "--strict: \"maybe\" is neither true nor false"));
    CHECK(is_refused("--no-keep=true", "--no-keep takes no value"));
    CHECK(is_refused("--metrics ,", "--metrics: the list is empty"));
    CHECK(is_refused("--no-max-level 3", "the option --no-max-level is unknown; did you mean "
                                         "--max-level?"));
}

static void help_says_kind_range_and_default(void)
{
    struct text help = {0};

    options_help(table, &help);
    CHECK(strstr(help.bytes, "  --max-level N               Deepest level (1 to 20; default 6)\n"));
    CHECK(strstr(help.bytes, "  -o, --output PATH"));
    CHECK(strstr(help.bytes,
                 "  --sampling point|pooled     How windows are sampled (default pooled)"));
    CHECK(strstr(help.bytes, "  --no-keep"));
    text_release(&help);
}

CHECK_MAIN({"options and operands may be mixed", options_and_operands_may_be_mixed},
           {"what follows two dashes is an operand", what_follows_two_dashes_is_an_operand},
           {"a value may be negative", a_value_may_be_negative},
           {"lists replace the default and then add", lists_replace_the_default_and_then_add},
           {"the command line wins over the file", the_command_line_wins_over_the_file},
           {"wrong options are named", wrong_options_are_named},
           {"help says kind, range and default", help_says_kind_range_and_default})
