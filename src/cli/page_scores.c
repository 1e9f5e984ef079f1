// SPDX-License-Identifier: BSD-3-Clause
#include "page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* An array of the file that is read into a field: what to free, and how to check it. */
struct wanted {
    const char *name;
    enum archive_type type;
    void *field; /* the address of a pointer to const items */
};

static status get_array(struct archive *archive, const struct wanted *wanted, int dimensions,
                        const int64_t *extent)
{
    struct archive_shape shape = {wanted->type, dimensions, {0}};
    void *items = NULL;

    for (int d = 0; d < dimensions; d++) shape.extent[d] = extent[d];
    TRY(archive_get(archive, wanted->name, &shape, &items));
    memcpy(wanted->field, &items, sizeof items);
    return STATUS_OK;
}

static status get_column(struct archive *archive, const struct wanted *wanted, int64_t *count)
{
    struct archive_shape shape = {wanted->type, 1, {*count}};
    void *items = NULL;

    TRY(archive_get(archive, wanted->name, &shape, &items));
    *count = shape.extent[0];
    memcpy(wanted->field, &items, sizeof items);
    return STATUS_OK;
}

static status read_bands(struct archive *archive, struct report_scores *scores)
{
    struct archive_shape shape = {
        ARCHIVE_DOUBLE, 2, {-1, 2}
    };
    struct report_band *bands;
    void *items = NULL;
    const double *hz;

    TRY(archive_get(archive, "/mrdmd/bands", &shape, &items));
    hz = items;
    bands = mem_zero((size_t)shape.extent[0], sizeof *bands);
    for (int64_t b = 0; b < shape.extent[0]; b++)
        bands[b] = (struct report_band){hz[2 * b], hz[2 * b + 1]};
    mem_free(&items);
    scores->bands = bands;
    scores->band_count = shape.extent[0];
    return STATUS_OK;
}

static status read_mrdmd_scores(struct archive *archive, const struct facility *facility,
                                struct page_scores *page)
{
    struct report_scores *scores = &page->scores;
    struct text kind = {0};

    TRY(read_bands(archive, scores));
    {
        const int64_t extent[3] = {scores->band_count, facility->host_count,
                                   facility->metric_count};
        const struct wanted wanted[] = {
            {"/mrdmd/zscore",       ARCHIVE_FLOAT, &scores->zscore    },
            {"/mrdmd/band_power_z", ARCHIVE_FLOAT, &scores->deciding  },
            {"/mrdmd/is_anomaly",   ARCHIVE_INT8,  &scores->is_anomaly},
        };

        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
            TRY(get_array(archive, &wanted[i], 3, extent));
    }
    TRY(archive_get_real(archive, "/mrdmd", "fdr", &scores->fdr));
    TRY(archive_get_text(archive, "/mrdmd", "baseline_kind", &kind));
    snprintf(page->baseline_kind, sizeof page->baseline_kind, "%s", kind.bytes ? kind.bytes : "");
    text_release(&kind);
    scores->baseline_kind = page->baseline_kind;
    return STATUS_OK;
}

static status read_spectrum(struct archive *archive, struct report_spectrum *spectrum)
{
    const struct wanted windows[] = {
        {"/mrdmd/windows/level", ARCHIVE_INT64, &spectrum->window_level  },
        {"/mrdmd/windows/first", ARCHIVE_INT64, &spectrum->window_first  },
        {"/mrdmd/windows/count", ARCHIVE_INT64, &spectrum->window_samples},
    };
    const struct wanted modes[] = {
        {"/mrdmd/modes/window",       ARCHIVE_INT64,  &spectrum->mode_window      },
        {"/mrdmd/modes/frequency_hz", ARCHIVE_DOUBLE, &spectrum->mode_frequency_hz},
        {"/mrdmd/modes/omega_re",     ARCHIVE_DOUBLE, &spectrum->mode_growth_per_s},
        {"/mrdmd/modes/power",        ARCHIVE_DOUBLE, &spectrum->mode_power       },
        {"/mrdmd/modes/is_kept",      ARCHIVE_INT8,   &spectrum->mode_is_kept     },
    };

    if (!archive_has(archive, windows[0].name)) return STATUS_OK;
    spectrum->window_count = -1;
    spectrum->mode_count = -1;
    for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++)
        TRY(get_column(archive, &windows[i], &spectrum->window_count));
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        TRY(get_column(archive, &modes[i], &spectrum->mode_count));
    return archive_get_real(archive, "/mrdmd", "power_threshold", &spectrum->power_threshold);
}

/* Metrics of one unit are decomposed together: which windows are whose. */
static status read_groups(struct archive *archive, struct page_scores *page)
{
    const struct wanted group = {"/mrdmd/windows/group", ARCHIVE_INT64,
                                 &page->spectrum.window_group};
    int64_t windows = page->spectrum.window_count;

    if (!archive_has(archive, group.name)) return STATUS_OK;
    TRY(get_column(archive, &group, &windows));
    page->groups = names_create();
    TRY(archive_get_texts(archive, "/mrdmd/groups", page->groups, &page->group_numbers,
                          &page->spectrum.group_count));
    page->group_names = mem_zero((size_t)page->spectrum.group_count, sizeof *page->group_names);
    for (int64_t i = 0; i < page->spectrum.group_count; i++)
        page->group_names[i] = names_text(page->groups, page->group_numbers[i]);
    page->spectrum.group_name = page->group_names;
    return STATUS_OK;
}

/* One band for analyses that know none: the gravest row of each reading, in units of its threshold. */
static void make_single_band(const struct facility *facility, struct page_scores *page)
{
    const size_t readings = (size_t)(facility->host_count * facility->metric_count);
    struct report_band *band = mem_zero(1, sizeof *band);
    float *values = mem_zero(readings, sizeof *values);
    int8_t *is_anomaly = mem_zero(readings, sizeof *is_anomaly);

    band->high_hz = 0.5 / facility->period_s;
    for (size_t i = 0; i < readings; i++) values[i] = NAN;
    page->scores.bands = band;
    page->scores.band_count = 1;
    page->scores.deciding = values;
    page->scores.is_anomaly = is_anomaly;
}

static void add_span(struct page_scores *page, const struct score *row)
{
    if (page->scores.span_count == page->span_room) {
        page->span_room = page->span_room ? 2 * page->span_room : 64;
        page->spans = mem_resize(page->spans, (size_t)page->span_room, sizeof *page->spans);
    }
    page->spans[page->scores.span_count++] = (struct report_span){
        row->host, row->metric, row->start_unix_s, row->end_unix_s, row->value};
    page->scores.spans = page->spans;
}

static void take_row(const struct score *row, const struct facility *facility,
                     struct page_scores *page, float *values, int8_t *is_anomaly)
{
    const int64_t first = row->metric < 0 ? 0 : row->metric;
    const int64_t last = row->metric < 0 ? facility->metric_count - 1 : row->metric;
    const double size = row->threshold > 0 ? row->value / row->threshold : (double)NAN;

    if (row->is_anomaly) add_span(page, row);
    for (int64_t metric = first; metric <= last; metric++) {
        const int64_t at = row->host * facility->metric_count + metric;

        if (row->is_anomaly) page->is_flagged[at] = 1;
        if (!values) continue;
        if (isnan(values[at]) || fabs(size) > (double)fabsf(values[at])) values[at] = (float)size;
        if (row->is_anomaly) is_anomaly[at] = 1;
    }
}

static status take_tables(struct archive *archive, const struct facility *facility,
                          struct page_scores *page, float *values, int8_t *is_anomaly)
{
    for (int i = 0; analyses[i]; i++) {
        struct name_table *labels;
        struct score_table table = {0};
        char name[64];
        status st;

        snprintf(name, sizeof name, "/scores/%s/value", analyses[i]->name);
        if (!archive_has(archive, name)) continue;
        labels = names_create();
        st = score_table_read(archive, analyses[i]->name, labels, &table);
        for (int64_t r = 0; r < table.row_count && !st; r++) {
            const struct score *row = &table.rows[r];

            if (row->host < 0) continue;
            if (row->host >= facility->host_count || row->metric >= facility->metric_count) {
                st = fail(STATUS_BAD_INPUT, "a score names host %d, metric %d, which are not there",
                          row->host, row->metric);
            } else {
                take_row(row, facility, page, values, is_anomaly);
            }
        }
        score_table_release(&table);
        names_destroy(&labels);
        TRY(st);
    }
    return STATUS_OK;
}

static status read_mrdmd(struct archive *archive, const struct facility *facility,
                         struct page_scores *page)
{
    TRY(read_mrdmd_scores(archive, facility, page));
    TRY(read_spectrum(archive, &page->spectrum));
    TRY(read_groups(archive, page));
    return take_tables(archive, facility, page, NULL, NULL);
}

static status read_others(struct archive *archive, const struct facility *facility,
                          struct page_scores *page)
{
    float *values;
    int8_t *is_anomaly;

    make_single_band(facility, page);
    memcpy(&values, &page->scores.deciding, sizeof(values));
    memcpy(&is_anomaly, &page->scores.is_anomaly, sizeof(is_anomaly));
    return take_tables(archive, facility, page, values, is_anomaly);
}

static void count_flags(int64_t readings, struct page_scores *page)
{
    for (int64_t b = 0; b < page->scores.band_count; b++) {
        for (int64_t i = 0; i < readings; i++)
            if (page->scores.is_anomaly[b * readings + i]) page->is_flagged[i] = 1;
    }
    for (int64_t i = 0; i < readings; i++) page->flagged_count += page->is_flagged[i];
}

static status read_all(struct archive *archive, const struct facility *facility,
                       struct page_scores *page)
{
    const int64_t readings = facility->host_count * facility->metric_count;

    page->is_flagged = mem_zero((size_t)readings, sizeof *page->is_flagged);
    TRY(archive_has(archive, "/mrdmd/zscore") ? read_mrdmd(archive, facility, page)
                                              : read_others(archive, facility, page));
    count_flags(readings, page);
    return archive_get_text(archive, "/", "settings", &page->settings);
}

status page_scores_read(const struct comm *comm, const char *path, const struct facility *facility,
                        struct page_scores *scores)
{
    struct page_scores page = {0};
    struct archive *archive = NULL;
    status st;

    TRY(archive_open(comm, path, SCORES_FORMAT, SCORES_VERSION, &archive));
    st = comm_agree(comm, read_all(archive, facility, &page));
    archive_close(&archive);
    if (st) {
        page_scores_release(&page);
    } else {
        *scores = page;
    }
    if (!st && page.scores.baseline_kind == page.baseline_kind)
        scores->scores.baseline_kind = scores->baseline_kind;
    return st;
}

void page_scores_release(struct page_scores *scores)
{
    mem_free(&scores->scores.bands);
    mem_free(&scores->scores.zscore);
    mem_free(&scores->scores.deciding);
    mem_free(&scores->scores.is_anomaly);
    mem_free(&scores->spectrum.window_level);
    mem_free(&scores->spectrum.window_first);
    mem_free(&scores->spectrum.window_samples);
    mem_free(&scores->spectrum.window_group);
    mem_free(&scores->group_numbers);
    mem_free(&scores->group_names);
    names_destroy(&scores->groups);
    mem_free(&scores->spans);
    mem_free(&scores->spectrum.mode_window);
    mem_free(&scores->spectrum.mode_frequency_hz);
    mem_free(&scores->spectrum.mode_growth_per_s);
    mem_free(&scores->spectrum.mode_power);
    mem_free(&scores->spectrum.mode_is_kept);
    mem_free(&scores->is_flagged);
    text_release(&scores->settings);
}
