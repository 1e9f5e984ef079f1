// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file config.h
 * Settings: one table of parameters per command and per analysis gives the keys of the YAML file, the
 * options of the command line, their ranges, the text of --help, and the settings written into every
 * result.
 *
 * `null` in the file leaves a parameter as it was.
 *
 * A parameter `max_level` is the key `max_level` in the file and the option `--max-level` on the
 * command line. Later sources win: default, file, command line. What is not in the table is an error
 * that names file and line, or the option. Nothing here is collective: each rank parses the same
 * bytes (comm_read_file()) to the same settings.
 */
#pragma once

#include <telltale/base.h>

enum parameter_kind {
    PARAMETER_FLAG,   /**< true or false; the option alone means true, --no-x false */
    PARAMETER_INT,    /**< within [low, high] */
    PARAMETER_REAL,   /**< within [low, high], finite */
    PARAMETER_TEXT,   /**< any text */
    PARAMETER_PATH,   /**< a file or folder; relative ones in a YAML file are relative to where the
                           program was started */
    PARAMETER_CHOICE, /**< one of `choices` */
    PARAMETER_LIST,   /**< texts: a YAML sequence, or one text with commas on the command line */
};

/** One row of a table; a table ends with a row whose name is NULL. */
struct parameter {
    const char *name; /**< snake_case */
    enum parameter_kind kind;
    const char *standard; /**< the default as text; NULL: unset */
    double low, high;     /**< for INT and REAL; both 0: no bounds */
    const char *choices;  /**< for CHOICE: "point|pooled" */
    const char *help;     /**< one sentence for --help, with the unit */
};

/* ---- settings: values for the parameters of one table --------------------------------------- */

struct settings;

/** All defaults. @p table is borrowed and must outlive the settings. */
struct settings *settings_create(const struct parameter *table);
void settings_destroy(struct settings **settings);

/**
 * Set from text, as on the command line. @p origin says where it stands, for the message
 * ("--max-level", "night.yaml:12: max_level"). STATUS_BAD_USE where it is no acceptable value.
 */
status settings_set(struct settings *settings, const char *name, const char *value,
                    const char *origin);

/** Asking for a name or kind that is not in the table is a bug (asserted). */
bool settings_flag(const struct settings *settings, const char *name);
int64_t settings_int(const struct settings *settings, const char *name);
double settings_real(const struct settings *settings, const char *name);

/** TEXT, PATH and CHOICE; NULL where unset. Borrowed until the settings change. */
const char *settings_text(const struct settings *settings, const char *name);

/** CHOICE: the place of the value among the choices, from 0, so that an enum in their order is the value. */
int settings_choice(const struct settings *settings, const char *name);

/** LIST: the number of items, and one of them. */
int settings_list_count(const struct settings *settings, const char *name);
const char *settings_list_item(const struct settings *settings, const char *name, int item);

/** Is there such a parameter at all? */
bool settings_has(const struct settings *settings, const char *name);

/** Was it set by file or command line? */
bool settings_is_given(const struct settings *settings, const char *name);

/** Set a LIST to the @p count texts at @p items; as if given. */
void settings_set_list(struct settings *settings, const char *name, char *const *items, int count);

/** Move the items of one LIST to the end of another. */
void settings_move_list(struct settings *settings, const char *from, const char *to);

/** Back to the default, as if it had never been given. */
void settings_reset(struct settings *settings, const char *name);

/**
 * Take over what is given in @p from, settings of the same table: lists are added up. STATUS_BAD_USE
 * where both give another value; @p origin says where @p from stands.
 */
status settings_merge(struct settings *into, const struct settings *from, const char *origin);

/** The values used as YAML, `name: value` a line, each line indented by @p indent spaces. */
void settings_write(const struct settings *settings, int indent, struct text *yaml);

/* ---- the YAML file -------------------------------------------------------------------------- */

struct config;

/**
 * Parse a configuration from memory. Sizes are bounded (1 MB, depth 16, no aliases), duplicate keys,
 * anchors and tags refused, each with file and line. @p path is only for messages and copied.
 */
status config_parse(const char *bytes, size_t length, const char *path, struct config **config);
void config_destroy(struct config **config);

/**
 * Refuse top-level keys that are not in @p sections ([count] names). Every section is a mapping
 * (or, for lists of sources, a sequence of mappings).
 */
status config_check_sections(const struct config *config, const char *const *sections, int count);

/** Put the values of the top-level mapping @p section into @p settings; absent is no error. */
status config_apply(const struct config *config, const char *section, struct settings *settings);

/** The same for several tables that share a section: a key goes to each that knows it. */
struct option_set;
status config_apply_set(const struct config *config, const char *section,
                        const struct option_set *set);

/** For a section that is a sequence of mappings: how many, 0 where absent, and the values of one. */
status config_item_count(const struct config *config, const char *section, int *count);
status config_apply_item(const struct config *config, const char *section, int item,
                         struct settings *settings);

/* ---- the command line ----------------------------------------------------------------------- */

/** What a command accepts: several tables share one command line (the command's and its analysis's). */
struct option_set {
    struct settings **settings; /**< [count], borrowed; an option goes to the first that knows it */
    int count;
};

/**
 * Read options into settings, leaving operands. `--name value`, `--name=value`, `--flag`, `--no-flag`,
 * `-o FILE` for the parameter `output`, `-m FILE` for `model`, `--` ends options. An option of a LIST
 * may come again and adds. Unknown options: STATUS_BAD_USE, naming the nearest known one.
 *
 * @param arguments  shape [count], without program and command
 * @param operands   room for [count] pointers into @p arguments
 */
status options_parse(const struct option_set *set, int count, char *const *arguments,
                     const char **operands, int *operand_count);

/** The options of a table for --help: one line each with kind, range, default and help. */
void options_help(const struct parameter *table, struct text *help);

/** The name of @p known that is most like @p wanted, or NULL where none is: "did you mean". */
const char *config_nearest(const char *wanted, const char *const *known, int count);

/** The version of the YAML library. */
const char *config_yaml_version(void);
