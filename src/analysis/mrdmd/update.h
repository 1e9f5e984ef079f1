// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file update.h
 * Appended samples: a decomposition that goes on from a state file without reading old samples again.
 *
 * A window's modes are combinations of its sample columns, and their amplitudes are fitted to all its
 * samples: were a window to grow, its new sample columns would meet every old sample. So a window that is
 * complete stays as it is, and appended samples become roots of their own: a first root of `base` samples, then
 * roots of `update_samples` (an eighth of the base unless set), the last of which is open: it grows with
 * what comes. Only its samples are kept in the state. Once there are twice as many samples as the base had,
 * everything is read once more and becomes the base, where FILE still holds it.
 *
 * So the roots follow from base, length and the number of samples alone, every root's tables have the bits of a
 * decomposition of its samples by themselves, and no sample is read from FILE more than four times.
 */
#pragma once

#include "forest.h"
#include "source.h"

/**
 * The roots of [0, times): the first of @p base samples, then of @p length each, the last of which takes
 * a remainder shorter than half of that, or than @p least; fewer than @p least samples after the base
 * make no root yet. Pure.
 *
 * @param roots  room for [times / length + 2]
 * @return how many
 */
int64_t update_roots(int64_t base, int64_t times, int64_t length, int64_t least,
                     struct span *roots);

/**
 * Collective. Begin or continue the state at @p state_path with the samples of @p source, write all windows and
 * modes to @p output and the new state.
 *
 * @param settings  of mrdmd_command_parameters
 * @param summary   one line for people is added
 */
status mrdmd_update(struct mrdmd_source *source, const struct settings *settings,
                    const char *state_path, const char *output, struct text *summary);
