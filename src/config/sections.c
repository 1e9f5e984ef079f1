// SPDX-License-Identifier: BSD-3-Clause
#include "config_private.h"

#include <stdio.h>
#include <string.h>

status config_parse(const char *bytes, size_t length, const char *path, struct config **config)
{
    struct node *root = NULL;

    TRY(node_parse(bytes, length, path, &root));
    if (root && root->kind == NODE_SCALAR && (root->is_empty || root->is_null)) node_destroy(&root);
    if (root && root->kind != NODE_MAPPING) {
        const int line = root->line;

        node_destroy(&root);
        return fail(STATUS_BAD_USE, "%s:%d: the file must be a mapping of sections", path, line);
    }
    *config = mem_zero(1, sizeof **config);
    (*config)->path = mem_text(path);
    (*config)->root = root;
    return STATUS_OK;
}

void config_destroy(struct config **config)
{
    if (!*config) return;
    node_destroy(&(*config)->root);
    mem_free(&(*config)->path);
    mem_free(config);
}

static status unknown_key(const struct config *config, const struct node *node, const char *kind,
                          const struct nearest *nearest)
{
    if (!nearest->best) {
        return fail(STATUS_BAD_USE, "%s:%d: %s \"%.60s\" is unknown", config->path, node->line,
                    kind, node->key);
    }
    return fail(STATUS_BAD_USE, "%s:%d: %s \"%.60s\" is unknown; did you mean \"%s\"?",
                config->path, node->line, kind, node->key, nearest->best);
}

status config_check_sections(const struct config *config, const char *const *sections, int count)
{
    if (!config->root) return STATUS_OK;
    for (const struct node *node = config->root->first; node; node = node->next) {
        struct nearest nearest = nearest_start(node->key);
        int known = 0;

        while (known < count && strcmp(sections[known], node->key) != 0) known++;
        if (known < count) continue;
        for (int i = 0; i < count; i++) nearest_offer(&nearest, sections[i]);
        return unknown_key(config, node, "the section", &nearest);
    }
    return STATUS_OK;
}

static status read_list(const struct config *config, const struct node *node, struct value *value)
{
    for (const struct node *item = node->first; item; item = item->next) {
        if (item->kind != NODE_SCALAR || item->is_empty || item->is_null) {
            return fail(STATUS_BAD_USE, "%s:%d: %s: an item of the list must be a text",
                        config->path, item->line, node->key);
        }
    }
    value_release(value);
    for (const struct node *item = node->first; item; item = item->next)
        value_add_item(value, item->text, strlen(item->text));
    value->is_set = true;
    return STATUS_OK;
}

static status read_node(const struct config *config, const struct node *node,
                        const struct parameter *parameter, struct value *value)
{
    struct text origin = {0};
    status st;

    if (node->is_null) return STATUS_OK;
    text_printf(&origin, "%.300s:%d: %s", config->path, node->line, node->key);
    if (parameter->kind == PARAMETER_LIST && node->kind == NODE_SEQUENCE) {
        st = read_list(config, node, value);
    } else if (node->kind != NODE_SCALAR) {
        st = fail(STATUS_BAD_USE, "%s: a single value is expected", origin.bytes);
    } else if (node->is_empty) {
        st = fail(STATUS_BAD_USE, "%s: the value is missing", origin.bytes);
    } else {
        st = value_read(parameter, node->text, origin.bytes, value);
    }
    if (!st) value->is_given = true;
    text_release(&origin);
    return st;
}

/* A key goes to each table that knows it: a command and an analysis of one name share their section. */
static status apply_key(const struct config *config, const struct node *node,
                        const struct option_set *set)
{
    struct nearest nearest = nearest_start(node->key);
    bool is_known = false;

    for (int i = 0; i < set->count; i++) {
        struct settings *settings = set->settings[i];
        const int row =
            strchr(node->key, '-') ? -1 : table_find(settings->table, node->key, strlen(node->key));

        nearest_offer_table(&nearest, settings->table);
        if (row < 0) continue;
        is_known = true;
        TRY(read_node(config, node, &settings->table[row], &settings->values[row]));
    }
    return is_known ? STATUS_OK : unknown_key(config, node, "the key", &nearest);
}

static status apply_mapping(const struct config *config, const struct node *mapping,
                            const struct option_set *set)
{
    for (const struct node *node = mapping->first; node; node = node->next)
        TRY(apply_key(config, node, set));
    return STATUS_OK;
}

status config_apply_set(const struct config *config, const char *section,
                        const struct option_set *set)
{
    const struct node *node = node_find(config->root, section);

    if (!node || node->is_empty || node->is_null) return STATUS_OK;
    if (node->kind != NODE_MAPPING) {
        return fail(STATUS_BAD_USE, "%s:%d: the section \"%s\" must be a mapping of keys to values",
                    config->path, node->line, section);
    }
    return apply_mapping(config, node, set);
}

status config_apply(const struct config *config, const char *section, struct settings *settings)
{
    const struct option_set set = {&settings, 1};

    return config_apply_set(config, section, &set);
}

static status find_items(const struct config *config, const char *section,
                         const struct node **sequence)
{
    const struct node *node = node_find(config->root, section);

    *sequence = NULL;
    if (!node || node->is_empty || node->is_null) return STATUS_OK;
    if (node->kind != NODE_SEQUENCE) {
        return fail(STATUS_BAD_USE, "%s:%d: the section \"%s\" must be a sequence of mappings",
                    config->path, node->line, section);
    }
    for (const struct node *item = node->first; item; item = item->next) {
        if (item->kind != NODE_MAPPING) {
            return fail(STATUS_BAD_USE, "%s:%d: an item of \"%s\" must be a mapping", config->path,
                        item->line, section);
        }
    }
    *sequence = node;
    return STATUS_OK;
}

status config_item_count(const struct config *config, const char *section, int *count)
{
    const struct node *sequence;

    TRY(find_items(config, section, &sequence));
    *count = sequence ? sequence->child_count : 0;
    return STATUS_OK;
}

status config_apply_item(const struct config *config, const char *section, int item,
                         struct settings *settings)
{
    const struct option_set set = {&settings, 1};
    const struct node *sequence;
    const struct node *node;

    TRY(find_items(config, section, &sequence));
    ASSERT(sequence && item >= 0 && item < sequence->child_count);
    for (node = sequence->first; item > 0; item--) node = node->next;
    return apply_mapping(config, node, &set);
}
