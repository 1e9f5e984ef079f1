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
        "\ntelltale COMMAND --help describes a command, telltale fit ANALYSIS --help an analysis.\n"
        "Exit status: 0 fine, 1 failure inside, 2 wrong use or configuration, 3 bad or missing\n"
        "input, 4 could not write, 10 anomalies with --fail-on-anomaly, 75 interrupted, resumable.\n");
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
        printf("\n%s: %s\n", analysis->name, analysis->summary);
        snprintf(title, sizeof title, "Options of the analysis %s (section `%s`):", analysis->name,
                 analysis->name);
        print_options(title, analysis->parameters);
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

bool help_if_asked(int argc, char **argv)
{
    const char *request = find_request(argc, argv);
    const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;
    const struct analysis *analysis = NULL;

    if (argc == 2 && strcmp(argv[1], "help") == 0) request = "--help";
    if (argc == 3 && strcmp(argv[1], "help") == 0 && strcmp(argv[2], "configuration") == 0) {
        manual_print();
        return true;
    }
    if (!request) return false;
    if (!is_help(request)) {
        printf("telltale %s\n", program_version());
        return true;
    }
    if (!command && argv[1][0] != '-' && strcmp(argv[1], "help") != 0) return false;
    if (!command) {
        print_program_help();
        return true;
    }
    if (command->analysis_use == ANALYSIS_NAMED && argc > 2) analysis = analysis_find(argv[2]);
    if (command->analysis_use == ANALYSIS_FIXED) analysis = analysis_find(command->analysis);
    print_command_help(command, analysis);
    return true;
}
