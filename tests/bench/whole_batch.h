// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file whole_batch.h
 * The opponent of tests/bench/training_step.c: a training step as one writes it after a framework, in many builds.
 */
#pragma once

enum { WHOLE_BATCH_MOST = 512 };

/** One shape of the mixer in one build. */
struct whole_batch {
    void (*start)(void); /**< fills input and weights; once, before steps */
    void (*step)(
        int batch); /**< forward and backward of that many samples, at most WHOLE_BATCH_MOST */
};

/** By the shape's name and how it is compiled: for the machine at hand, or as the rest of the program. */
extern const struct whole_batch whole_batch_day_machine, whole_batch_day_plain;
extern const struct whole_batch whole_batch_jlab_machine, whole_batch_jlab_plain;
extern const struct whole_batch whole_batch_etth1_machine, whole_batch_etth1_plain;
