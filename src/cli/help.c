// SPDX-License-Identifier: BSD-3-Clause
#include "cli.h"

#include <stdio.h>
#include <string.h>

static void print_options(const char *title, const struct parameter *table)
{
    struct text help = {0};

    if (!table[0].name) return;
    options_help(table, &help);
    printf("\n%s\n%s", title, help.bytes);
    text_release(&help);
}

static void print_analyses(void)
{
    printf("\nAnalyses:\n");
    for (int i = 0; analyses[i]; i++)
        printf("  %-12s %s\n", analyses[i]->name, analyses[i]->summary);
}

static void print_program_help(void)
{
    printf("telltale %s: the nightly watch over a computing facility\n\n"
           "Usage: telltale COMMAND [options] [files]\n"
           "       mpirun -n RANKS telltale COMMAND ...     or srun; same results on any number\n"
           "\nCommands:\n",
           program_version());
    for (int i = 0; commands[i]; i++)
        printf("  %-12s %s\n", commands[i]->name, commands[i]->summary);
    print_analyses();
    print_options("Options of every command (keys of the section `run` of a configuration):",
                  run_parameters);
    print_options("Options of the command line alone:", program_parameters);
    printf(
        "\ntelltale help COMMAND describes a command, telltale help ANALYSIS an analysis, and\n"
        "telltale help configuration is the manual of the configuration.\n"
        "Exit status: 0 fine, 1 failure inside, 2 wrong use or configuration, 3 bad or missing\n"
        "input, 4 could not write, 10 anomalies with --fail-on-anomaly, 75 interrupted, resumable.\n");
}

static void print_analysis_help(const struct analysis *analysis)
{
    char title[120];

    printf("%s: %s\n", analysis->name, analysis->summary);
    snprintf(title, sizeof title, "Options of the analysis %s (section `%s`):", analysis->name,
             analysis->name);
    print_options(title, analysis->parameters);
}

static void print_command_help(const struct command *command, const struct analysis *analysis)
{
    const bool has_section = command->parameters[0].name != NULL;
    char title[120];

    printf("telltale %s: %s\n\nUsage: telltale %s %s\n", command->name, command->summary,
           command->name, command->usage);
    if (command->details) printf("\n%s\n", command->details);
    if (command->analysis_use == ANALYSIS_NAMED && !analysis) print_analyses();
    if (has_section) {
        snprintf(title, sizeof title,
                 "Options (keys of the section `%s` of a configuration):", command->name);
        print_options(title, command->parameters);
    }
    if (analysis) {
        printf("\n");
        print_analysis_help(analysis);
    }
    print_options("Options of every command (section `run`):", run_parameters);
    print_options("Options of the command line alone:", program_parameters);
}

static bool is_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

/* The first word that asks for help or, before any command, for the version; NULL without one. */
static const char *find_request(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (is_help(argv[i]) || strcmp(argv[i], "--version") == 0) return argv[i];
    }
    return NULL;
}

/* `--help` of the words after the program's name. */
static void print_help(int count, char **words)
{
    const struct command *command = count > 0 ? command_find(words[0]) : NULL;
    const struct analysis *analysis = NULL;

    if (!command) {
        print_program_help();
        return;
    }
    if (command->analysis_use == ANALYSIS_NAMED && count > 1) analysis = analysis_find(words[1]);
    if (command->analysis_use == ANALYSIS_FIXED) analysis = analysis_find(command->analysis);
    print_command_help(command, analysis);
}

/* `telltale help WORD...`; false where no such thing is known. */
static bool print_topic(int count, char **words)
{
    const struct analysis *analysis = count > 0 ? analysis_find(words[0]) : NULL;

    if (count == 0 || words[0][0] == '-' || command_find(words[0]))
        print_help(count, words);
    else if (analysis)
        print_analysis_help(analysis);
    else if (strcmp(words[0], "configuration") == 0)
        manual_print();
    else
        return false;
    return true;
}

bool help_if_asked(int argc, char **argv)
{
    const char *request = find_request(argc, argv);
    const bool is_topic = argc > 1 && strcmp(argv[1], "help") == 0;

    if (is_topic) return print_topic(argc - 2, argv + 2);
    if (!request) return false;
    if (!is_help(request)) {
        printf("telltale %s\n", program_version());
        return true;
    }
    if (!command_find(argv[1]) && argv[1][0] != '-') return false;
    print_help(argc - 1, argv + 1);
    return true;
}
