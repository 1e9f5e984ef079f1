// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file gaps.h
 * What is lost on the way to the file: hosts that do not answer, samplers that skip, nodes that are down;
 * and the moments at which counters start again.
 */
#pragma once

#include "synth_private.h"

struct gap_state; /* of one host */

size_t gaps_bytes(const struct synth *synth);
void gaps_start(const struct synth *synth, int64_t host, struct gap_state *state);

enum { RESET_NONE = 0, RESET_ALL = 1, RESET_SAMPLER = 2 /**< plus the sampler's number */ };

/**
 * Work out the next samples of one host: lost[t] where all of it is missing, reset[t] what counters do
 * there. @param lost, reset  shape [times]
 */
void gaps_next(const struct synth *synth, int64_t host, struct span times, struct gap_state *state,
               bool *lost, uint16_t *reset);

/** The samples that sampler @p sampler loses in @p times; @p sample gets them; returns how many. */
int64_t gaps_missing(const struct synth *synth, struct span times, struct gap_state *state,
                     int sampler, int64_t *sample);
