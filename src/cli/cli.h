// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file cli.h
 * How a command of the program looks. A file src/cli/cmd_NAME.c that defines
 *
 *     const struct command command_NAME = {.name = "NAME", ...};
 *
 * is a command: the build finds it by its file name, and the command line, the sections of the
 * configuration file, --help and the exit status follow from the row. A command reads its settings, opens,
 * calls modules and writes; what it computes stands in modules.
 */
#pragma once

#include <telltale/analysis.h>
#include <telltale/comm.h>
#include <telltale/config.h>

/** Does the command work with analyses? */
enum analysis_use {
    ANALYSIS_NONE,
    ANALYSIS_NAMED, /**< its first argument names one, whose parameters are options too */
    ANALYSIS_FIXED, /**< it works with the one named in the row, whose parameters are options too */
};

struct command;

/** What a command is run with. All borrowed by the command. */
struct context {
    const struct comm *comm;
    const struct command *command;
    const struct settings *settings;     /**< of the command's own parameters */
    const struct settings *run_settings; /**< of the options that every command takes */

    const struct analysis *analysis;           /**< NULL with ANALYSIS_NONE */
    const struct settings *analysis_settings;  /**< its settings; NULL likewise */
    struct settings *const *analyses_settings; /**< of every analysis, in the order of `analyses` */

    const struct config *config; /**< the file of --config, all of it checked; NULL without */
    const char *const *operands; /**< without the analysis' name */
    int operand_count;
};

/** One command. */
struct command {
    const char *name;
    const char *summary; /**< one line of `telltale --help`, no full stop */
    const char *usage;   /**< what follows the name: "FILE... -m MODEL" */
    const char *details; /**< paragraphs of `telltale NAME --help`, lines broken; may be NULL */
    const struct parameter *parameters; /**< never NULL; also the keys of section `name` */
    int operands_min, operands_max;     /**< without the analysis' name; max -1: any number */
    enum analysis_use analysis_use;
    const char *analysis; /**< with ANALYSIS_FIXED */

    /** Collective: returns the same status on every rank. Results to stdout from rank 0 only. */
    status (*run)(struct context *context);
};

/** All commands in the order of --help; ends with NULL. */
extern const struct command *const commands[];

const struct command *command_find(const char *name);

/** The options that every command takes and the section `run` has; those of the command line alone. */
extern const struct parameter run_parameters[];
extern const struct parameter program_parameters[];

/** The program's version: "0.1.0". */
const char *program_version(void);

/** STATUS_BAD_USE unless the setting, which has no default, is given: "-o FILE is missing". */
status require_text(const struct context *context, const char *name, const char **text);

/**
 * Collective. require_text() of the path of an output; STATUS_BAD_USE where it is one of the @p count
 * inputs, too, which writing it would destroy.
 */
status require_output(const struct context *context, const char *name, const char *const *inputs,
                      int count, const char **path);

/** Print to stdout on rank 0, nothing elsewhere. */
void say(const struct context *context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Print @p document indented to stdout on rank 0, and release it on every rank; NULL prints nothing. */
struct json_t;
void say_json(const struct context *context, struct json_t *document);

/** `telltale info --build`: how this program was built and with what, as text or JSON. Rank 0 prints. */
void print_build(const struct context *context, bool as_json);

/* ---- shared by main.c and its neighbours ---------------------------------------------------- */

/** Everything that a context borrows. */
struct invocation {
    struct context context;
    struct settings *program, *run, *own;
    struct settings **analyses; /**< owned, one an analysis */
    struct config *config;
    const char **operands;
};

/** Read the command line and the configuration. Collective. Release in any case. */
status invocation_read(const struct comm *comm, int argc, char **argv,
                       struct invocation *invocation);
void invocation_release(struct invocation *invocation);

/** Does the command line ask for help or the version? Then print to stdout and return true. */
bool help_if_asked(int argc, char **argv);

/** `telltale help configuration`: docs/configuration.md, to stdout. */
void manual_print(void);

/** Print stage times to stderr from rank 0. Collective. */
void profile_print(const struct comm *comm);

/** Every section that a configuration may have, with its tables: for checking and for the manual. */
struct section {
    const char *name;
    const struct parameter *tables[2]; /**< the second may be NULL */
    bool is_sequence;
};

enum { SECTIONS_MAX = 32 };

/** @return how many */
int sections_list(struct section sections[SECTIONS_MAX]);
