// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file json_part.h
 * A part that is one JSON document.
 */
#pragma once

#include "import_private.h"

#include <jansson.h>

/** The whole part as an object, for json_decref(); a failure names the line that is not JSON. */
status json_part_read(struct part *part, json_t **document);
