/**
 * @file kernels.h
 * What the files of linalg share: the rows of the table of kernels.
 */
#pragma once

#include <telltale/linalg.h>

/** Are all @p count numbers finite? */
bool small_is_finite(const double *x, size_t count);
