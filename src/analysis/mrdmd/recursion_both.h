// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file recursion_both.h
 * The recursions of both precisions, for those who choose between them.
 */
#pragma once

#include "recursion.h"

struct recursion_precise_state;

struct recursion_precise_state *recursion_precise_create(const struct mrdmd_products *products);
void recursion_precise_destroy(struct recursion_precise_state **state);
status recursion_precise_window(struct recursion_precise_state *state, int window,
                                struct window_modes *found);
