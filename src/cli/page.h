// SPDX-License-Identifier: BSD-3-Clause
/**
 * @file page.h
 * From a scores file and its facility file to the page and the summary: fills the structs of report.h.
 */
#pragma once

#include "work.h"

#include <telltale/report.h>

/** What goes into one page, and where it goes. Paths are borrowed. */
struct page_job {
    const char *scores;            /**< the scores file */
    const char *const *facilities; /**< [facility_count]: its facility files, of one span of time */
    int facility_count;
    const char *page;     /**< report.html; NULL: none */
    const char *summary;  /**< summary.json; NULL: none */
    const char *graph;    /**< what `telltale graph` found; NULL: none */
    int64_t budget_bytes; /**< of the page */
    int64_t tile_hosts;
};

/** Collective. Reads both files once, streams tiles, writes on rank 0. */
status page_write(const struct comm *comm, const struct page_job *job);

/** The facility files that a scores file was made from, and its date. */
enum { DATE_BYTES = 11 };
struct page_origin {
    char **files; /**< owned, [count], in order of time; as they were named then */
    int count;
    bool are_apart; /**< nights that were scored one by one */
    char date[DATE_BYTES];
};

/** Collective. */
status page_origin_read(const struct comm *comm, const char *scores, struct page_origin *origin);
void page_origin_release(struct page_origin *origin);

/** Collective. The files are elsewhere now: under their names in a folder, or all that they held in the file @p place. */
void page_origin_move(const struct comm *comm, const char *place, struct page_origin *origin);

/** The parameters of pages. */
#define PAGE_PARAMETERS \
    { \
        "page_mb", PARAMETER_REAL, "16", 1, 512, NULL, "Largest size of the page, in MB" \
    }

/** What the scores file holds for the page, equal on every rank. Arrays are owned. */
struct page_scores {
    struct report_scores scores;     /**< band_count 0: no scores */
    struct report_spectrum spectrum; /**< window_count 0: no spectrum */
    int8_t *is_flagged;              /**< [hosts][metrics]: an anomaly in any analysis */
    int64_t flagged_count;
    struct report_span *spans; /**< when readings were anomalous; scores.spans */
    int64_t span_room;
    struct name_table *groups; /**< units whose metrics were decomposed together; NULL: not told */
    int64_t *group_numbers;
    const char **group_names; /**< spectrum.group_name */
    char baseline_kind[32];
    struct text settings;
};

/** Collective. STATUS_BAD_INPUT where the file does not fit @p facility. */
status page_scores_read(const struct comm *comm, const char *path, const struct facility *facility,
                        struct page_scores *scores);
void page_scores_release(struct page_scores *scores);

/** What the scores file holds of a forecast; records of packed numbers on rank 0 alone. */
struct page_forecast {
    struct report_forecast forecast;
    bool is_there;
    int64_t bytes;  /**< of the page that its records take at most */
    double *epochs; /**< owned, like all below; what `forecast` points to */
    struct report_forecast_metric *metrics;
    struct report_forecast_event *events;
    struct report_what_if levels[REPORT_LEVELS];
    float *peak;
    int32_t *kept_host;
    struct report_timeline *scores, *predictions;
    struct text predictor, training_end;
};

/** Collective. @p page  is zero before; release it on failure, too. STATUS_BAD_INPUT where the file does not
 *  fit @p facility. */
status page_forecast_read(const struct comm *comm, const char *path,
                          const struct facility *facility, int64_t budget_bytes,
                          struct page_forecast *page);
void page_forecast_release(struct page_forecast *page);

/** What a graph file holds for the page, equal on every rank. */
struct page_relation {
    struct report_relation relation;
    bool is_there;
    int64_t bytes;                      /**< of the page that it takes at most */
    struct name_table *names, *periods; /**< owned, like all below; what `relation` points to */
    struct report_node *nodes;
    struct report_edge *edges;
    const char **period_name;
    double *period_influence, *jaccard, *overlap, *tau;
};

/**
 * Collective. @p relation  is zero before; release it on failure, too. STATUS_BAD_INPUT where the file is broken
 * or of another facility.
 */
status page_relation_read(const struct comm *comm, const char *path,
                          const struct facility *facility, struct page_relation *relation);
void page_relation_release(struct page_relation *relation);

/** What each analysis in the scores file came to, in the order of `analyses`. */
enum { PAGE_ANALYSES_MAX = 16 };
struct page_verdicts {
    struct report_analysis verdict[PAGE_ANALYSES_MAX];
    char *left_out[PAGE_ANALYSES_MAX]; /**< owned; what verdicts point to */
    char *notes[PAGE_ANALYSES_MAX];    /**< owned; likewise */
    int count;
};

/** Collective. @p verdicts  is zero before; release it on failure, too */
status page_verdicts_read(const struct comm *comm, const char *path,
                          const struct facility *facility, struct page_verdicts *verdicts);
void page_verdicts_release(struct page_verdicts *verdicts);

/** The date of a moment, "2026-11-20", into @p date [DATE_BYTES]. */
char *date_text(int64_t unix_s, char *date);
