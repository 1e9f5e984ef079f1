// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <string.h>

enum { CONFIG_BYTES_MAX = 1 << 20, SETTINGS_MAX = 4, NAMES_MAX = 32 };

static int analysis_count(void)
{
    int count = 0;

    while (analyses[count]) count++;
    return count;
}

/* "; did you mean X?" for a list of known names, or "". */
static void add_hint(struct text *hint, const char *wanted, const char *const *known, int count)
{
    const char *nearest = config_nearest(wanted, known, count);

    text_printf(hint, "%s%s%s", nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                nearest ? "\"?" : "");
}

static status unknown_command(const char *wanted)
{
    const char *known[NAMES_MAX];
    struct text hint = {0};
    int count = 0;
    status st;

    for (; commands[count]; count++) known[count] = commands[count]->name;
    add_hint(&hint, wanted, known, count);
    st = fail(STATUS_BAD_USE, "the command \"%.60s\" is unknown%s", wanted, hint.bytes);
    text_release(&hint);
    return st;
}

static status unknown_analysis(const struct command *command, const char *wanted)
{
    const char *known[NAMES_MAX];
    struct text hint = {0};
    int count = 0;
    status st;

    for (; analyses[count]; count++) known[count] = analyses[count]->name;
    add_hint(&hint, wanted, known, count);
    st = fail(STATUS_BAD_USE, "%s: there is no analysis \"%.60s\"%s", command->name, wanted,
              hint.bytes);
    text_release(&hint);
    return st;
}

static status find_command(int argc, char **argv, const struct command **command)
{
    if (argc < 2) return fail(STATUS_BAD_USE, "a command is missing");
    if (argc > 2 && strcmp(argv[1], "help") == 0)
        return fail(STATUS_BAD_USE, "there is no help on \"%.60s\"", argv[2]);
    if (argv[1][0] == '-')
        return fail(STATUS_BAD_USE, "a command must come first, not %.60s", argv[1]);
    *command = command_find(argv[1]);
    return *command ? STATUS_OK : unknown_command(argv[1]);
}

/* Which analysis the command works with, and how many arguments named it. */
static status find_analysis(int argc, char **argv, struct context *context, int *named)
{
    const struct command *command = context->command;

    *named = 0;
    if (command->analysis_use == ANALYSIS_NONE) return STATUS_OK;
    if (command->analysis_use == ANALYSIS_NAMED) {
        if (argc < 3 || argv[2][0] == '-') {
            return fail(STATUS_BAD_USE, "%s: the analysis must come first: telltale %s %s",
                        command->name, command->name, command->usage);
        }
        *named = 1;
    }
    context->analysis = analysis_find(*named ? argv[2] : command->analysis);
    if (!context->analysis) return unknown_analysis(command, *named ? argv[2] : command->analysis);
    return STATUS_OK;
}

static void make_settings(struct invocation *invocation)
{
    struct context *context = &invocation->context;
    const int count = analysis_count();

    invocation->program = settings_create(program_parameters);
    invocation->run = settings_create(run_parameters);
    invocation->own = settings_create(context->command->parameters);
    invocation->analyses = mem_zero((size_t)count + 1, sizeof(struct settings *));
    for (int i = 0; i < count; i++) {
        invocation->analyses[i] = settings_create(analyses[i]->parameters);
        if (analyses[i] == context->analysis) context->analysis_settings = invocation->analyses[i];
    }
    context->settings = invocation->own;
    context->run_settings = invocation->run;
    context->analyses_settings = invocation->analyses;
}

/* The settings in use for a table, or NULL where this run does not look at it. */
static struct settings *settings_of(const struct invocation *invocation,
                                    const struct parameter *table)
{
    if (table == run_parameters) return invocation->run;
    if (table == invocation->context.command->parameters) return invocation->own;
    for (int i = 0; analyses[i]; i++) {
        if (analyses[i]->parameters == table) return invocation->analyses[i];
    }
    return NULL;
}

/* Put one section's values where they belong; what this run does not use is checked all the same. */
static status apply_section(const struct invocation *invocation, const struct section *section)
{
    struct settings *settings[2] = {NULL, NULL};
    struct settings *checked[2] = {NULL, NULL};
    struct option_set set = {settings, 0};
    status st;

    for (int i = 0; i < 2 && section->tables[i]; i++) {
        settings[i] = settings_of(invocation, section->tables[i]);
        if (!settings[i]) settings[i] = checked[i] = settings_create(section->tables[i]);
        set.count++;
    }
    st = config_apply_set(invocation->config, section->name, &set);
    settings_destroy(&checked[0]);
    settings_destroy(&checked[1]);
    return st;
}

/* A section that is a sequence is left to the command that knows it; here its keys are checked. */
static status check_sequence(const struct config *config, const struct section *section)
{
    int count;

    TRY(config_item_count(config, section->name, &count));
    for (int item = 0; item < count; item++) {
        struct settings *checked = settings_create(section->tables[0]);
        const status st = config_apply_item(config, section->name, item, checked);

        settings_destroy(&checked);
        TRY(st);
    }
    return STATUS_OK;
}

static status apply_config(struct invocation *invocation)
{
    struct section sections[SECTIONS_MAX];
    const char *names[SECTIONS_MAX];
    const int count = sections_list(sections);

    for (int i = 0; i < count; i++) names[i] = sections[i].name;
    TRY(config_check_sections(invocation->config, names, count));
    for (int i = 0; i < count; i++) {
        if (sections[i].is_sequence) {
            TRY(check_sequence(invocation->config, &sections[i]));
        } else {
            TRY(apply_section(invocation, &sections[i]));
        }
    }
    return STATUS_OK;
}

static status read_config(const struct comm *comm, const char *path, struct invocation *invocation)
{
    char *bytes = NULL;
    size_t length;
    status st;

    TRY(comm_read_file(comm, path, CONFIG_BYTES_MAX, &bytes, &length));
    st = config_parse(bytes, length, path, &invocation->config);
    mem_free(&bytes);
    TRY(st);
    invocation->context.config = invocation->config;
    return apply_config(invocation);
}

static status check_operands(const struct context *context)
{
    const struct command *command = context->command;

    if (context->operand_count < command->operands_min) {
        return fail(STATUS_BAD_USE, "%s: %s is missing: telltale %s %s", command->name,
                    context->operand_count == 0 ? "a file" : "another file", command->name,
                    command->usage);
    }
    if (command->operands_max >= 0 && context->operand_count > command->operands_max) {
        return fail(STATUS_BAD_USE, "%s: \"%.60s\" is one too many: telltale %s %s", command->name,
                    context->operands[command->operands_max], command->name, command->usage);
    }
    return STATUS_OK;
}

static int known_settings(const struct invocation *invocation, struct settings **known)
{
    int count = 0;

    known[count++] = invocation->own;
    for (int i = 0; analyses[i]; i++) {
        if (analyses[i] == invocation->context.analysis) known[count++] = invocation->analyses[i];
    }
    known[count++] = invocation->run;
    known[count++] = invocation->program;
    return count;
}

/* The command line is read twice: for --config, and again so that it wins over the file. */
static status read_options(const struct comm *comm, int argc, char **argv,
                           struct invocation *invocation)
{
    struct settings *known[SETTINGS_MAX];
    const struct option_set set = {known, known_settings(invocation, known)};
    const char *path;

    TRY(options_parse(&set, argc, argv, invocation->operands, &invocation->context.operand_count));
    path = settings_text(invocation->program, "config");
    if (path) {
        TRY(read_config(comm, path, invocation));
        TRY(options_parse(&set, argc, argv, invocation->operands,
                          &invocation->context.operand_count));
    }
    return check_operands(&invocation->context);
}

status invocation_read(const struct comm *comm, int argc, char **argv,
                       struct invocation *invocation)
{
    struct context *context = &invocation->context;
    int named;

    *invocation = (struct invocation){.context.comm = comm};
    TRY(find_command(argc, argv, &context->command));
    TRY(find_analysis(argc, argv, context, &named));
    make_settings(invocation);
    invocation->operands = mem_zero((size_t)argc, sizeof *invocation->operands);
    context->operands = invocation->operands;
    return read_options(comm, argc - 2 - named, argv + 2 + named, invocation);
}

void invocation_release(struct invocation *invocation)
{
    settings_destroy(&invocation->program);
    settings_destroy(&invocation->run);
    settings_destroy(&invocation->own);
    for (int i = 0; invocation->analyses && analyses[i]; i++)
        settings_destroy(&invocation->analyses[i]);
    mem_free(&invocation->analyses);
    config_destroy(&invocation->config);
    mem_free(&invocation->operands);
}
