// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file measure.h
 * Figures of samples, and facilities to take them from.
 */
#pragma once

#include <telltale/synth.h>

/** Print a figure beside its range, and check it. */
void check_range(const char *what, double measured, double low, double high);

/** Ascending. */
void sort(double *values, int64_t count);

/** Of @p count values, which it sorts; @p q from 0 to 1. */
double quantile(double *values, int64_t count, double q);

/** All samples of a facility, shape [hosts, samples, metrics]; for mem_free(). */
float *generate(const struct synth_options *options, struct synth **synth);
