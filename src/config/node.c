// SPDX-License-Identifier: BSD-3-Clause
#include "config_private.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

/* No configuration of ours comes near these bounds; a file that does is no configuration. */
enum { BYTES_MAX = 1 << 20, DEPTH_MAX = 16, NODES_MAX = 100000, KEYS_MAX = 256 };

/* A tree that is being built from libyaml's events. */
struct builder {
    yaml_parser_t parser;
    const char *path;
    struct node *root;
    struct node *open[DEPTH_MAX]; /* mappings and sequences not yet ended, outermost first */
    int depth;
    char *key; /* read, and its value not yet */
    int key_line;
    int node_count;
    int document_count;
};

void node_destroy(struct node **node)
{
    if (!*node) return;
    for (struct node *child = (*node)->first; child;) {
        struct node *next = child->next;

        node_destroy(&child); /* no deeper than DEPTH_MAX */
        child = next;
    }
    mem_free(&(*node)->text);
    mem_free(&(*node)->key);
    mem_free(node);
}

const struct node *node_find(const struct node *mapping, const char *key)
{
    if (!mapping) return NULL;
    for (const struct node *child = mapping->first; child; child = child->next) {
        if (strcmp(child->key, key) == 0) return child;
    }
    return NULL;
}

static int line_of(yaml_mark_t mark)
{
    return (int)mark.line + 1;
}

static struct node *parent_of(const struct builder *builder)
{
    return builder->depth > 0 ? builder->open[builder->depth - 1] : NULL;
}

static status take_key(struct builder *builder, const char *key, int line)
{
    const struct node *mapping = parent_of(builder);
    const struct node *twin = node_find(mapping, key);

    if (twin) {
        return fail(STATUS_BAD_USE, "%s:%d: the key \"%.60s\" stands twice, first in line %d",
                    builder->path, line, key, twin->line);
    }
    if (mapping->child_count >= KEYS_MAX) {
        return fail(STATUS_BAD_USE, "%s:%d: more than %d keys in one mapping", builder->path, line,
                    KEYS_MAX);
    }
    builder->key = mem_text(key);
    builder->key_line = line;
    return STATUS_OK;
}

/* NULL, with a message, where it has no place. */
static struct node *add_node(struct builder *builder, enum node_kind kind, int line)
{
    struct node *parent = parent_of(builder);
    struct node *node;

    if (parent && parent->kind == NODE_MAPPING && !builder->key) {
        fail(STATUS_BAD_USE, "%s:%d: a key must be a text", builder->path, line);
        return NULL;
    }
    if (++builder->node_count > NODES_MAX) {
        fail(STATUS_BAD_USE, "%s:%d: more than %d values in one file", builder->path, line,
             NODES_MAX);
        return NULL;
    }
    node = mem_zero(1, sizeof *node);
    node->kind = kind;
    node->line = builder->key ? builder->key_line : line;
    node->key = builder->key;
    builder->key = NULL;
    if (!parent) {
        builder->root = node;
    } else {
        if (parent->last) {
            parent->last->next = node;
        } else {
            parent->first = node;
        }
        parent->last = node;
        parent->child_count++;
    }
    return node;
}

static status refuse_extras(const struct builder *builder, const yaml_char_t *anchor,
                            const yaml_char_t *tag, int line)
{
    if (anchor) {
        return fail(STATUS_BAD_USE, "%s:%d: anchors (&%.40s) are not accepted", builder->path, line,
                    (const char *)anchor);
    }
    if (tag) {
        return fail(STATUS_BAD_USE, "%s:%d: tags (%.40s) are not accepted", builder->path, line,
                    (const char *)tag);
    }
    return STATUS_OK;
}

static status take_scalar(struct builder *builder, const yaml_event_t *event)
{
    const struct node *parent = parent_of(builder);
    const char *text = (const char *)event->data.scalar.value;
    const bool is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    const int line = line_of(event->start_mark);
    struct node *node;

    TRY(refuse_extras(builder, event->data.scalar.anchor, event->data.scalar.tag, line));
    if (strlen(text) != event->data.scalar.length)
        return fail(STATUS_BAD_USE, "%s:%d: a text holds a NUL character", builder->path, line);
    if (parent && parent->kind == NODE_MAPPING && !builder->key)
        return take_key(builder, text, line);
    node = add_node(builder, NODE_SCALAR, line);
    if (!node) return STATUS_BAD_USE;
    node->text = mem_text(text);
    node->is_empty = is_plain && *text == '\0';
    node->is_null = is_plain && (strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
    return STATUS_OK;
}

static status take_start(struct builder *builder, const yaml_event_t *event)
{
    const bool is_mapping = event->type == YAML_MAPPING_START_EVENT;
    const int line = line_of(event->start_mark);
    struct node *node;

    if (is_mapping) {
        TRY(refuse_extras(builder, event->data.mapping_start.anchor, event->data.mapping_start.tag,
                          line));
    } else {
        TRY(refuse_extras(builder, event->data.sequence_start.anchor,
                          event->data.sequence_start.tag, line));
    }
    if (builder->depth == DEPTH_MAX) {
        return fail(STATUS_BAD_USE, "%s:%d: more than %d levels deep", builder->path, line,
                    DEPTH_MAX);
    }
    node = add_node(builder, is_mapping ? NODE_MAPPING : NODE_SEQUENCE, line);
    if (!node) return STATUS_BAD_USE;
    builder->open[builder->depth++] = node;
    return STATUS_OK;
}

static status take_event(struct builder *builder, const yaml_event_t *event)
{
    const int line = line_of(event->start_mark);

    switch ((int)event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (++builder->document_count == 1) return STATUS_OK;
        return fail(STATUS_BAD_USE, "%s:%d: a second document begins", builder->path, line);
    case YAML_ALIAS_EVENT:
        return fail(STATUS_BAD_USE, "%s:%d: aliases (*%.40s) are not accepted", builder->path, line,
                    (const char *)event->data.alias.anchor);
    case YAML_SCALAR_EVENT:
        return take_scalar(builder, event);
    case YAML_MAPPING_START_EVENT:
    case YAML_SEQUENCE_START_EVENT:
        return take_start(builder, event);
    case YAML_MAPPING_END_EVENT:
    case YAML_SEQUENCE_END_EVENT:
        builder->depth--;
        return STATUS_OK;
    default:
        return STATUS_OK;
    }
}

static status syntax_error(const struct builder *builder)
{
    const yaml_parser_t *parser = &builder->parser;
    const char *problem = parser->problem ? parser->problem : "is no YAML";

    if (parser->context) {
        return fail(STATUS_BAD_USE, "%s:%d: %s (%s that begins in line %d)", builder->path,
                    line_of(parser->problem_mark), problem, parser->context,
                    line_of(parser->context_mark));
    }
    return fail(STATUS_BAD_USE, "%s:%d: %s", builder->path, line_of(parser->problem_mark), problem);
}

static status take_all(struct builder *builder)
{
    for (bool is_done = false; !is_done;) {
        yaml_event_t event;
        status st;

        if (!yaml_parser_parse(&builder->parser, &event)) return syntax_error(builder);
        is_done = event.type == YAML_STREAM_END_EVENT;
        st = take_event(builder, &event);
        yaml_event_delete(&event);
        TRY(st);
    }
    return STATUS_OK;
}

status node_parse(const char *bytes, size_t length, const char *path, struct node **root)
{
    struct builder builder = {.path = path};
    status st;

    if (length > BYTES_MAX) {
        return fail(STATUS_BAD_USE, "%s: %zu bytes are more than a configuration may have (%d)",
                    path, length, BYTES_MAX);
    }
    if (!text_is_utf8(bytes, length)) return fail(STATUS_BAD_USE, "%s: is no UTF-8 text", path);
    if (!yaml_parser_initialize(&builder.parser)) base_die("out of memory: the YAML parser");
    yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&builder.parser, (const unsigned char *)bytes, length);
    st = take_all(&builder);
    yaml_parser_delete(&builder.parser);
    mem_free(&builder.key);
    if (st) {
        node_destroy(&builder.root);
    } else {
        *root = builder.root;
    }
    return st;
}

const char *config_yaml_version(void)
{
    return yaml_get_version_string();
}
