// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file job_scores.h
 * Jobs judged as they are decomposed: every job of a night is a root of its own (job_roots.h), its readings get the
 * magnitudes and the residual that readings get in an analysis window, and these are held against those of
 * the healthy jobs of the nights of fit(), metric by metric.
 */
#pragma once

#include "analysis.h"

/** A row for each reading of each job; by job, then by host in the job's order, then by metric. */
struct job_scores {
    int64_t count;
    int sizes;                    /**< a magnitude a band, then the residual */
    int32_t *job, *host, *metric; /**< owned, [count] */
    float *size;                  /**< owned, [count][sizes]; NaN where the reading was left out */
    float *z;                     /**< owned, [count][sizes]; NULL before job_scores_judge() */
};

/** Does the setting `roots` ask for jobs? */
bool job_scores_are_asked(const struct settings *settings);

/** Collective. Decompose the jobs of a night, dealt out over the ranks; all ranks get all rows. */
status job_scores_find(const struct mrdmd_analysis *self, struct view *view,
                       const struct mrdmd_scale *scales, const struct mrdmd_night *night,
                       struct job_scores *scores);
void job_scores_release(struct job_scores *scores);

/** Sums of the healthy jobs of some nights. */
struct job_sums {
    int64_t jobs;
    double *sums; /**< owned, [jobs][metrics][sizes][MRDMD_MOMENTS] */
};

/** Collective. Add a night's healthy jobs: no trouble by label on their hosts, completed where states are told. */
status job_sums_add(struct job_sums *sums, const struct mrdmd_analysis *self, struct view *view,
                    const struct mrdmd_night *night);
void job_sums_release(struct job_sums *sums);

/** The model's part on jobs; STATUS_BAD_INPUT where fewer than two jobs are healthy. */
status job_sums_fit(const struct job_sums *sums, const struct mrdmd_analysis *self,
                    struct mrdmd_model *model);

/**
 * z of every size of every row against the model; NaN where no healthy job ever had any of it.
 *
 * @param known_metric  the night's metrics in the model, -1 unknown
 */
void job_scores_judge(struct job_scores *scores, const struct mrdmd_model *model,
                      const int64_t *known_metric);

/** Collective. Write /mrdmd/job_scores/. */
void job_scores_write(const struct job_scores *scores, struct archive *archive);

/** A line on the reading that is farthest off. */
void job_scores_notes(const struct job_scores *scores, const struct facility *facility,
                      const struct mrdmd_model *model, struct text *lines);
