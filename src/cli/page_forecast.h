// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file page_forecast.h
 * Between the files that bring a forecast to the page.
 */
#pragma once

#include "page.h"

/** Collective. Rows of an array; a whole array of @p rows, @p columns 0: of one dimension. */
status forecast_rows(struct archive *archive, const char *name, int64_t *rows);
status forecast_items(struct archive *archive, const char *name, enum archive_type type,
                      int64_t rows, int64_t columns, void **items);

/** Collective. Pack the scores of all hosts, and the predictions of those kept; on rank 0 alone, which
 *  holds one host at a time beside what is packed. */
status forecast_pack_scores(const struct comm *comm, struct archive *archive,
                            const struct facility *facility, const struct report_plan *plan,
                            struct page_forecast *page);
status forecast_pack_kept(const struct comm *comm, struct archive *archive,
                          const struct facility *facility, const struct report_plan *plan,
                          struct page_forecast *page);
