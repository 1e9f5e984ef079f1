// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file analysis.h
 * The row of the table of analyses.
 */
#pragma once

#include <telltale/analysis.h>

extern const struct analysis analysis_forecast;
