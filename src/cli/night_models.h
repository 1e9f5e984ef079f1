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
    const char *facility; /* borrowed path */
    char date[DATE_BYTES];
    char *folder;          /* owned */
    char *scores;          /* owned path */
    struct record *record; /* owned */
};

/** Where the model of an analysis stands; for mem_free(). */
char *model_path(const struct nightly *nightly, const struct chapter *chapter);

struct view_options night_view_options(const struct nightly *nightly);

/** Collective. Fit where there is no model, or one older than its analysis wants; the chapter is released. */
status night_fit_if_missing(const struct night *night, int number, struct chapter *chapter);
