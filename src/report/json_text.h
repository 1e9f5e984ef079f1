// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file json_text.h
 * JSON values from texts and numbers that may be anything, and JSON text that may stand in HTML.
 */
#pragma once

#include "output.h"

#include <jansson.h>

/** Names longer than this are cut in the page; summary.json has them in full. */
enum { JSON_NAME_BYTES = 256 };

/**
 * A copy of @p source in valid UTF-8 of at most @p limit bytes: each byte that is not UTF-8 becomes
 * U+FFFD, and what is cut ends in an ellipsis. NULL counts as "".
 */
void json_clean(const char *source, size_t limit, struct text *clean);

/** A string of any length, and one cut to JSON_NAME_BYTES. */
json_t *json_full(const char *source);
json_t *json_name(const char *source);

/** A number, or null where it is not finite. */
json_t *json_number(double value);

/** The same with six digits: more than a chart shows. */
json_t *json_short(double value);

/** Set a key and give up the value; the order of keys is kept. */
void json_put(json_t *object, const char *key, json_t *value);

/** Set a key to an empty list, which is returned, borrowed, to be filled. */
json_t *json_put_list(json_t *object, const char *key);

/** Write @p value compactly; with @p is_inside_html every `<` becomes \u003c. */
void json_write(struct output *output, const json_t *value, bool is_inside_html);
