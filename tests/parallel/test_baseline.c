// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"
#include "sample_facility.h"

#include "../../src/analysis/baseline_model.h"

#include <telltale/analysis.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HOSTS = 11, METRICS = 3, TIMES = 480, WINDOW_S = 600 };
static const double PERIOD_S = 60.0;

/* One night: its first host is number @p shift of a long row of hosts, so that hosts come and go. */
struct night {
    int shift;
    uint64_t seed;
    int odd_host;     /* -1: none */
    bool is_blind;    /* all samples are missing */
    bool is_labelled; /* what happens to the odd host is known */
    bool is_spiky;    /* noise of Student's law with 1 degree of freedom */
};

static double noise(const struct night *night, struct random *random)
{
    const double value = random_normal(random);

    if (!night->is_spiky) return value;
    return value / fabs(random_normal(random));
}

/* The last metric never moves, but for what happens to the odd host from the sixth window on. */
static float sample_of(const struct night *night, int64_t host, int64_t t, int64_t metric)
{
    const int64_t who = host + night->shift;
    struct random random =
        random_start(night->seed, random_mix((uint64_t)(who * METRICS + metric), (uint64_t)t));
    const bool is_odd = host == night->odd_host && t >= 60;

    if (night->is_blind || random_uniform(&random) < 0.05) return NAN;
    if (metric == METRICS - 1) return is_odd && t < 70 ? 2.0f : 1.0f;
    return (float)(100.0 * (double)who + noise(night, &random)
                   + (is_odd && metric == 0 ? 8.0 : 0.0));
}

static void describe(const struct night *night, struct facility *facility)
{
    char name[16];

    facility->name = facility_text(facility, "test");
    facility->start_unix_s = 1700000000;
    facility->period_s = PERIOD_S;
    facility->sample_count = TIMES;
    for (int h = 0; h < HOSTS; h++) {
        snprintf(name, sizeof name, "n%03d", h + night->shift);
        facility_add_host(facility, name);
    }
    for (int m = 0; m < METRICS; m++) {
        snprintf(name, sizeof name, "m%d", m);
        facility_add_metric(facility, name, "test");
    }
    if (night->is_labelled) {
        struct label *label = facility_add_label(facility);

        label->host = (int32_t)night->odd_host;
        label->start_unix_s = (double)facility->start_unix_s + 60.0 * PERIOD_S;
        label->end_unix_s = (double)facility->start_unix_s + TIMES * PERIOD_S;
        label->name = facility_text(facility, "memleak");
    }
}

static struct view *open_night(const struct night *night, const char *path)
{
    const struct view_options options = {.tile_hosts = 4};
    const struct span all = {0, TIMES};
    struct facility *facility = facility_create();
    struct store_writer *writer = NULL;
    struct view *view = NULL;
    float values[TIMES * METRICS];

    describe(night, facility);
    CHECK(store_create(check_comm, path, facility, NULL, &writer) == STATUS_OK);
    for (int64_t h = 0; h < HOSTS; h++) {
        for (int64_t i = 0; i < TIMES * METRICS; i++)
            values[i] = sample_of(night, h, i / METRICS, i % METRICS);
        if (comm_deals_me(check_comm, h))
            CHECK(store_write(writer, (struct span){h, 1}, all, values) == STATUS_OK);
    }
    CHECK(store_commit(&writer) == STATUS_OK);
    CHECK(view_open(check_comm, path, &options, &view) == STATUS_OK);
    facility_destroy(&facility);
    return view;
}

static void *create_with(const char *window_s, const char *fdr)
{
    const struct analysis *baseline = analysis_find("baseline");
    struct settings *settings = settings_create(baseline->parameters);
    void *self = NULL;

    CHECK(settings_set(settings, "window_s", window_s, "test") == STATUS_OK);
    CHECK(settings_set(settings, "fdr", fdr, "test") == STATUS_OK);
    CHECK(baseline->create(check_comm, settings, &self) == STATUS_OK);
    settings_destroy(&settings);
    return self;
}

static void *create(const char *fdr)
{
    return create_with("600", fdr);
}

static void fit(void *self, const struct night *nights, int count)
{
    struct view *views[3];

    for (int n = 0; n < count; n++) {
        char name[32];

        snprintf(name, sizeof name, "baseline%d.h5", n);
        views[n] = open_night(&nights[n], sample_path(name));
    }
    CHECK(analysis_find("baseline")->fit(self, views, count) == STATUS_OK);
    for (int n = 0; n < count; n++) {
        char name[32];

        snprintf(name, sizeof name, "baseline%d.h5", n);
        view_close(&views[n]);
        sample_remove(sample_path(name));
    }
}

static void score(void *self, const struct night *night, struct score_table *table)
{
    struct view *view = open_night(night, sample_path("scored.h5"));

    CHECK(analysis_find("baseline")->score(self, view, table) == STATUS_OK);
    score_table_gather(check_comm, table);
    view_close(&view);
    sample_remove(sample_path("scored.h5"));
}

static const struct night CALM[] = {
    {.seed = 1,  .odd_host = -1},
    {.shift = 1, .seed = 2,      .odd_host = -1},
    {.seed = 3,          .odd_host = -1               },
};

static void what_is_planted_is_found_where_and_when_it_is(void)
{
    const struct night odd = {.seed = 9, .odd_host = 5};
    void *self = create("0");
    struct score_table table = {0};

    fit(self, CALM, 3);
    score(self, &odd, &table);
    if (comm_rank(check_comm) == 0) CHECK(table.row_count == (int64_t)HOSTS * TIMES / 10);
    for (int64_t i = 0; i < table.row_count; i++) {
        const struct score *row = &table.rows[i];
        const int window = (int)((row->start_unix_s - 1700000000.0) / WINDOW_S);

        CHECK(row->end_unix_s - row->start_unix_s == WINDOW_S);
        CHECK(row->is_anomaly == (fabs(row->value) >= row->threshold));
        if (row->host == 5 && window >= 6) {
            CHECK(row->is_anomaly && row->value > 5.0);
            CHECK(row->metric == (window == 6 ? METRICS - 1 : 0));
        }
    }
    score_table_release(&table);
    analysis_find("baseline")->destroy(&self);
}

/* At one alarm in a thousand windows of a host: 11 hosts of 48 windows, four times. */
static void calm_nights_raise_few_alarms(void)
{
    void *self = create("0"), *careful = create("0.01");
    int alarms = 0, careful_alarms = 0;

    fit(self, CALM, 3);
    fit(careful, CALM, 3);
    for (uint64_t seed = 20; seed < 24; seed++) {
        const struct night calm = {.seed = seed, .odd_host = -1};
        struct score_table table = {0};

        score(self, &calm, &table);
        for (int64_t i = 0; i < table.row_count; i++) alarms += table.rows[i].is_anomaly;
        score_table_release(&table);
        score(careful, &calm, &table);
        for (int64_t i = 0; i < table.row_count; i++) careful_alarms += table.rows[i].is_anomaly;
        score_table_release(&table);
    }
    CHECK(alarms <= 6);
    CHECK(careful_alarms <= 1);
    analysis_find("baseline")->destroy(&self);
    analysis_find("baseline")->destroy(&careful);
}

static void a_saved_model_scores_with_the_same_bits(void)
{
    const struct analysis *baseline = analysis_find("baseline");
    const struct night odd = {.shift = 1, .seed = 9, .odd_host = 5};
    void *self = create("0.05"), *loaded = create("0.05"), *other = create_with("300", "0.05");
    struct score_table table = {0}, again = {0};
    struct archive *archive = NULL;
    const char *path;

    fit(self, CALM, 2);
    path = sample_path("baseline_model.h5");
    CHECK(archive_create(check_comm, path, MODEL_FORMAT, MODEL_VERSION, &archive) == STATUS_OK);
    baseline->save(self, archive);
    CHECK(archive_commit(&archive) == STATUS_OK);
    CHECK(archive_open(check_comm, path, MODEL_FORMAT, MODEL_VERSION, &archive) == STATUS_OK);
    CHECK(baseline->load(loaded, archive) == STATUS_OK);
    CHECK(baseline->load(other, archive) == STATUS_BAD_USE);
    CHECK(strstr(status_message(), "window_s is 300 s") != NULL);
    baseline->destroy(&other);
    archive_close(&archive);
    sample_remove(sample_path("baseline_model.h5"));
    score(self, &odd, &table);
    score(loaded, &odd, &again);
    CHECK(table.row_count == again.row_count);
    for (int64_t i = 0; i < table.row_count; i++) {
        CHECK(memcmp(&table.rows[i].value, &again.rows[i].value, sizeof(double)) == 0);
        CHECK(memcmp(&table.rows[i].threshold, &again.rows[i].threshold, sizeof(double)) == 0);
    }
    score_table_release(&table);
    score_table_release(&again);
    baseline->destroy(&self);
    baseline->destroy(&loaded);
}

/* The windows of one reading in all nights, taken from the recipe of the samples by plain loops. */
static int64_t plain_windows(const struct night *nights, int count, int64_t who, int64_t metric,
                             double *values)
{
    int64_t windows = 0;

    for (int n = 0; n < count; n++) {
        const int64_t host = who - nights[n].shift;

        for (int64_t t = 0; t < TIMES; t += 10) {
            double window[10], work[10];
            const bool is_there = host >= 0 && host < HOSTS;

            for (int i = 0; i < 10; i++)
                window[i] =
                    is_there ? (double)sample_of(&nights[n], host, t + i, metric) : (double)NAN;
            values[windows++] = (double)(float)median_of(window, 10, work);
        }
    }
    return windows;
}

static void a_model_has_the_bits_of_plain_loops_on_any_number_of_ranks(void)
{
    const struct analysis *baseline = analysis_find("baseline");
    const char *path;
    struct archive_shape shape = {
        ARCHIVE_DOUBLE, 3, {-1, -1, -1}
    };
    struct baseline_model plain;
    struct archive *archive = NULL;
    void *self = create("0"), *found = NULL;
    double values[3 * TIMES / 10], work[3 * TIMES / 10];

    fit(self, CALM, 3);
    path = sample_path("baseline_bits.h5");
    CHECK(archive_create(check_comm, path, MODEL_FORMAT, MODEL_VERSION, &archive) == STATUS_OK);
    baseline->save(self, archive);
    CHECK(archive_commit(&archive) == STATUS_OK);
    baseline_model_init(&plain);
    plain.readings = mem_zero((HOSTS + 1) * METRICS, sizeof *plain.readings);
    for (int m = 0; m < METRICS; m++) names_add(plain.metrics, &"abc"[m], 1);
    for (int who = 0; who <= HOSTS; who++) {
        names_add(plain.hosts, &"abcdefghijkl"[who], 1);
        for (int m = 0; m < METRICS; m++) {
            const int64_t windows = plain_windows(CALM, 3, who, m, values);

            plain.readings[who * METRICS + m] = normal_of_values(values, windows, work);
        }
    }
    baseline_model_pool(&plain);
    CHECK(archive_open(check_comm, path, MODEL_FORMAT, MODEL_VERSION, &archive) == STATUS_OK);
    CHECK(archive_get(archive, "/baseline/readings", &shape, &found) == STATUS_OK);
    CHECK(shape.extent[0] == HOSTS + 1 && shape.extent[1] == METRICS && shape.extent[2] == 2);
    CHECK(memcmp(found, plain.readings, (HOSTS + 1) * METRICS * sizeof *plain.readings) == 0);
    archive_close(&archive);
    sample_remove(sample_path("baseline_bits.h5"));
    mem_free(&found);
    baseline_model_release(&plain);
    baseline->destroy(&self);
}

/* Of Cauchy's law. The stated rate is 0.001: 5 alarms; a normal law's threshold raises 18. */
static void spiky_noise_raises_no_more_alarms_than_stated(void)
{
    const struct night spiky[] = {
        {.seed = 21, .odd_host = -1, .is_spiky = true},
        {.seed = 22, .odd_host = -1, .is_spiky = true},
        {.seed = 23, .odd_host = -1, .is_spiky = true},
    };
    const struct night next = {.seed = 24, .odd_host = -1, .is_spiky = true};
    void *self = create_with("60", "0");
    struct score_table table = {0};
    int64_t alarms = 0;

    fit(self, spiky, 3);
    score(self, &next, &table);
    for (int64_t r = 0; r < table.row_count; r++) {
        const struct score *row = &table.rows[r];

        alarms += row->is_anomaly;
        CHECK(row->is_anomaly == (fabs(row->value) >= row->threshold * (1.0 - 1e-12)));
    }
    if (comm_rank(check_comm) == 0) CHECK(table.row_count > 5000 && alarms <= 13);
    score_table_release(&table);
    analysis_find("baseline")->destroy(&self);
}

/* Host 11 was never seen; its level would be odd for its neighbours, whose levels differ by as much. */
static void an_unknown_host_is_judged_by_the_others(void)
{
    const struct night shifted = {.shift = 1, .seed = 9, .odd_host = -1};
    void *self = create("0");
    struct score_table table = {0};
    int rows = 0;

    fit(self, CALM, 1);
    score(self, &shifted, &table);
    for (int64_t i = 0; i < table.row_count; i++) {
        if (table.rows[i].host != HOSTS - 1) continue;
        rows++;
        CHECK(!table.rows[i].is_anomaly);
    }
    if (comm_rank(check_comm) == 0) CHECK(rows == TIMES / 10);
    score_table_release(&table);
    analysis_find("baseline")->destroy(&self);
}

static void known_trouble_teaches_nothing(void)
{
    const struct night odd = {.seed = 9, .odd_host = 5, .is_labelled = true};
    void *self = create("0");
    struct score_table table = {0};

    fit(self, &odd, 1);
    score(self, &odd, &table);
    for (int64_t i = 0; i < table.row_count; i++) {
        const struct score *row = &table.rows[i];

        if (row->host == 5 && row->start_unix_s >= 1700000000.0 + 3600.0) CHECK(row->value > 5.0);
    }
    score_table_release(&table);
    analysis_find("baseline")->destroy(&self);
}

static void a_night_without_samples_has_no_rows(void)
{
    const struct night blind = {.seed = 9, .odd_host = -1, .is_blind = true};
    void *self = create("0.01");
    struct score_table table = {0};

    fit(self, CALM, 1);
    score(self, &blind, &table);
    CHECK(table.row_count == 0);
    score_table_release(&table);
    analysis_find("baseline")->destroy(&self);
}

CHECK_MAIN({"spiky noise raises no more alarms than stated",
            spiky_noise_raises_no_more_alarms_than_stated},
           {"what is planted is found where and when it is",
            what_is_planted_is_found_where_and_when_it_is},
           {"calm nights raise few alarms", calm_nights_raise_few_alarms},
           {"a saved model scores with the same bits", a_saved_model_scores_with_the_same_bits},
           {"a model has the bits of plain loops on any number of ranks",
            a_model_has_the_bits_of_plain_loops_on_any_number_of_ranks},
           {"an unknown host is judged by the others", an_unknown_host_is_judged_by_the_others},
           {"known trouble teaches nothing", known_trouble_teaches_nothing},
           {"a night without samples has no rows", a_night_without_samples_has_no_rows})
