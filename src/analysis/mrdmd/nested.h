// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file nested.h
 * Sample columns that follow from others: where a window's block of samples is a union of blocks of the half below
 * it, its column of Z is their mean, and so are its products. With steps that halve as windows do, half the
 * columns of a level are of that kind; their products need not be made.
 */
#pragma once

#include "mrdmd.h"

/** The columns of @p child that make up block k of the window above it; none: count is 0. */
struct span nested_columns(const struct mrdmd_plan *plan, const struct mrdmd_window *window, int k,
                           const struct mrdmd_window *child);

/** Which rows of Z follow from the window below, for every segment. @return [segments][path_rows_max],
 *  for mem_free() */
bool *nested_find(const struct mrdmd_plan *plan);

/** Add to the nested rows of a segment's products what follows from the others. @param products  shape
 *  [path_rows][segment's samples] */
void nested_complete(const struct mrdmd_plan *plan, int segment, double *products);

/** The inverse: leave in the nested rows of complete products how far they are off what follows. */
void nested_reduce(const struct mrdmd_plan *plan, int segment, double *products);
