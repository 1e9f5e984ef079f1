// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file night_models.h
 * The models of a night: learned from earlier nights where they are missing or worn out.
 */
#pragma once

#include "night.h"

/* One night that is being done. */
struct night {
    struct nightly *nightly;
    int number;           /* in the list of nights */
    const char *facility; /* borrowed path */
    char date[DATE_BYTES];
    char *folder;          /* owned */
    char *scores;          /* owned path */
    struct record *record; /* owned */
};

/** Where the model of an analysis stands; for mem_free(). */
char *model_path(const struct nightly *nightly, const struct chapter *chapter);

/** Where the scores of night @p number are, or will be; for mem_free(). */
char *night_scores_path(const struct nightly *nightly, int number);

struct view_options night_view_options(const struct nightly *nightly);

/** Collective. Fit where there is no model, or one older than its analysis wants; the chapter is released. */
status night_fit_if_missing(const struct night *night, struct chapter *chapter);

/**
 * Collective. The relation graph of a night that has a forecast, into its folder. A night that no graph can be made of goes
 * without, with a warning.
 * @param path  a new text: the graph file, which is or, in a dry run, would be there; NULL: none
 */
status night_graph(const struct night *night, char **path);

/** Collective. Let an analysis learn from its scores of earlier nights; what cannot be used is passed over. */
status night_recall(const struct night *night, struct chapter *chapter);

/** Append those scores files to the inputs of a step. */
void night_add_recalled(const struct night *night, const struct chapter *chapter,
                        struct text *inputs);
