// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file second_pass.h
 * What of `telltale mrdmd` needs the modes themselves: another pass over the tiles forms them at the readings, for
 * `modes/phi`, `reconstruction` and `forecast`.
 */
#pragma once

#include "source.h"
#include "whole.h"

/** What is asked for; all borrowed. */
struct second_pass {
    struct mrdmd_source *source;
    const struct mrdmd_plan *plan;     /**< the windows */
    const struct mrdmd_plan *row_plan; /**< what rows are filled by: for whole windows their own */
    const struct mrdmd_result *result;
    struct whole *whole; /**< NULL: modes are combinations of sample rows */
    struct archive *archive;
    bool should_save;        /**< modes/phi */
    bool should_reconstruct; /**< reconstruction */
    int64_t horizon;         /**< samples of forecast; 0: none */
};

/** Collective. Nothing where nothing is asked for. */
status mrdmd_second_pass(const struct second_pass *asked);

/* ---- a window's modes beyond the last sample ------------------------------------------------- */

/** The modes of a window at some readings; all borrowed. */
struct formed_modes {
    const struct mrdmd_window *window;
    const struct mrdmd_mode *modes; /**< [count] */
    int64_t count;
    const double complex *phi; /**< [count][readings] */
    int64_t readings;
};

/**
 * Add what the modes of one window say of the @p horizon samples after its last one: phi b mu^t carried on, with two
 * limits. A mode that grows (|mu| > 1) goes on with the size that it has at the last sample: no exponential
 * fitted to a window says anything of its growth outside. And a window below the root fades: its share falls
 * linearly to nothing over as many samples as it has, beyond which it knows nothing.
 *
 * @param forecast  shape [readings, horizon]
 */
void mrdmd_carry_window(const struct formed_modes *formed, double period_s, int64_t horizon,
                        double *forecast);

/** Does this window reach the last sample, so that it has a say in the forecast? */
bool mrdmd_reaches_end(const struct mrdmd_plan *plan, int window);

/** Modes in the forecast, and those of them that grow and are held. */
void mrdmd_count_carried(const struct mrdmd_plan *plan, const struct mrdmd_result *result,
                         int64_t *carried, int64_t *held);
