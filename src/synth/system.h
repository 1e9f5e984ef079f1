// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file system.h
 * What the files of the systems of known structure share.
 */
#pragma once

#include "synth_private.h"

enum system_kind { SYSTEM_VAR2, SYSTEM_NONLINEAR_VAR, SYSTEM_LORENZ96 };

/** How a cause enters: x, x / sqrt(1 + x^2), 2 x / (1 + x^2) or (x^2 - 1) / (x^2 + 1). */
enum law_shape { SHAPE_LINEAR, SHAPE_SATURATING, SHAPE_FOLDING, SHAPE_EVEN };

/** One term of the law of one metric. */
struct law {
    int64_t cause; /**< the metric whose past it is */
    int lag;       /**< 1 or 2 samples */
    enum law_shape shape;
    double weight;
};

struct synth_system {
    struct system_options options;
    enum system_kind kind;
    struct facility *facility; /**< owned */
    struct law
        *laws; /**< owned, [metrics, term_count]; the first term of a metric is its own past */
    int64_t term_count;
};

/** Draw the laws of an autoregressive system. */
void laws_make(const struct system_options *options, enum system_kind kind, struct law *laws);

/**
 * One step: next[i] = sum of the terms of i.
 *
 * @param past  shape [2, metrics]: the sample before, and the one before that
 */
void laws_step(const struct law *laws, int64_t metrics, int64_t term_count, const double *past,
               double *next);

/**
 * Lorenz (1996): dx_i/dt = (x_{i+1} - x_{i-2}) x_{i-1} - x_i + F. From one sample to the next, by the
 * classical Runge-Kutta method.
 *
 * @param x     shape [metrics]
 * @param work  room for [5, metrics]
 */
void lorenz_step(int64_t metrics, double *x, double *work);

/** F, at which the system is chaotic. */
extern const double lorenz_forcing;
