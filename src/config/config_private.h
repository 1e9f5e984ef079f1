// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file config_private.h
 * What the files of config share: how a value is kept, and the tree that a YAML file becomes.
 */
#pragma once

#include <telltale/config.h>

/* ---- values --------------------------------------------------------------------------------- */

/** The value of one parameter. */
struct value {
    char *text;   /**< owned; TEXT, PATH, CHOICE; NULL unset */
    char **items; /**< owned; LIST */
    int item_count;
    double real;          /**< REAL */
    int64_t integer;      /**< INT, FLAG */
    bool is_set;          /**< has a value, by default or otherwise */
    bool is_given;        /**< by file or command line */
    bool is_from_options; /**< LIST: the command line began it, and adds to it */
};

struct settings {
    const struct parameter *table; /**< borrowed */
    struct value *values;          /**< owned, [count] */
    int count;
};

int table_count(const struct parameter *table);

/** The row named by @p length bytes at @p name, `-` and `_` being the same, or -1. */
int table_find(const struct parameter *table, const char *name, size_t length);

/** Check @p text and take it as the value; nothing changes where it is not acceptable. */
status value_read(const struct parameter *parameter, const char *text, const char *origin,
                  struct value *value);

/** Which of the choices "a|b|c" the text is, from 0; -1: none. */
int value_choice(const char *choices, const char *text);

void value_add_item(struct value *value, const char *text, size_t length);
void value_add_items(struct value *value, const char *comma_separated);
void value_set_standard(const struct parameter *parameter, struct value *value);
void value_release(struct value *value);

/** The value of a parameter that must be in the table. */
struct value *settings_value(const struct settings *settings, const char *name);

/** Shortest text that reads back as the same double, into @p text. */
enum { REAL_TEXT_BYTES = 32 };
char *real_text(double real, char *text);

/* ---- the nearest known name ----------------------------------------------------------------- */

/** Collects known names and keeps the one that is most like the wrong one. */
struct nearest {
    const char *wanted;
    const char *best; /**< borrowed; NULL where nothing is like it */
    int distance;
};

struct nearest nearest_start(const char *wanted);
void nearest_offer(struct nearest *nearest, const char *known);
void nearest_offer_table(struct nearest *nearest, const struct parameter *table);

/* ---- the tree of a YAML file ---------------------------------------------------------------- */

enum node_kind { NODE_SCALAR, NODE_MAPPING, NODE_SEQUENCE };

struct node {
    enum node_kind kind;
    int line;                  /**< counted from 1; of the key where there is one */
    bool is_null;              /**< a plain `null` or `~` */
    bool is_empty;             /**< plain and nothing there */
    char *text;                /**< owned; the scalar */
    char *key;                 /**< owned; in a mapping */
    struct node *first, *last; /**< owned; children */
    struct node *next;
    int child_count;
};

struct config {
    char *path;        /**< owned; for messages */
    struct node *root; /**< owned; NULL where the file is empty */
};

/** Parse; on failure nothing remains. */
status node_parse(const char *bytes, size_t length, const char *path, struct node **root);
void node_destroy(struct node **node);
const struct node *node_find(const struct node *mapping, const char *key);
