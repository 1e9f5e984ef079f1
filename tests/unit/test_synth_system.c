// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/synth.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { METRICS = 20, SAMPLES = 4000, PARENTS = 3 };

static struct system_options options_of(const char *kind)
{
    return (struct system_options){.kind = kind,
                                   .facility = "made up",
                                   .hosts = 2,
                                   .metrics = METRICS,
                                   .samples = SAMPLES,
                                   .parents = PARENTS,
                                   .period_s = 60.0,
                                   .seed = 3};
}

/* A host's course, shape [SAMPLES, METRICS], for mem_free(). */
static float *course(const struct system_options *options, int64_t host,
                     struct synth_system **system)
{
    float *values = mem_zero((size_t)SAMPLES * METRICS, sizeof *values);

    CHECK(synth_system_create(options, system) == STATUS_OK);
    synth_system_run(*system, host, values);
    return values;
}

static void every_metric_has_its_parents_and_its_own_past(void)
{
    for (int kind = 0; synth_system_name(kind); kind++) {
        const struct system_options options = options_of(synth_system_name(kind));
        struct synth_system *system;
        const struct known_graph *graph;

        CHECK(synth_system_create(&options, &system) == STATUS_OK);
        graph = synth_system_facility(system)->graph;
        CHECK(strcmp(graph->system, synth_system_name(kind)) == 0);
        for (int i = 0; i < METRICS; i++) {
            int parents = 0;

            for (int j = 0; j < METRICS; j++) {
                parents += j != i && graph->weight[i * METRICS + j] != 0.0;
                CHECK((graph->weight[i * METRICS + j] != 0.0) == (graph->lag[i * METRICS + j] > 0));
            }
            CHECK(parents == PARENTS);
            CHECK(graph->weight[i * METRICS + i] != 0.0);
        }
        synth_system_destroy(&system);
    }
}

/* With the weights of the graph, what is left of a linear system is the noise: of variance one. */
static void the_graph_is_the_law_of_the_linear_system(void)
{
    const struct system_options options = options_of("var2");
    struct synth_system *system;
    float *x = course(&options, 1, &system);
    const struct known_graph *graph = synth_system_facility(system)->graph;
    double squares = 0.0, products = 0.0, all = 0.0;

    for (int t = 2; t < SAMPLES; t++) {
        for (int i = 0; i < METRICS; i++) {
            double left = x[t * METRICS + i];

            for (int j = 0; j < METRICS; j++) {
                const int8_t lag = graph->lag[i * METRICS + j];

                left -= graph->weight[i * METRICS + j] * (double)x[(t - lag) * METRICS + j];
            }
            squares += left * left;
            products += left * (double)x[(t - 1) * METRICS + (i + 1) % METRICS];
            all += (double)x[t * METRICS + i] * (double)x[t * METRICS + i];
        }
    }
    /* Over n = 80,000 draws the variance is good to sqrt(2/n) = .005, a product with x to sqrt(2/n) again. */
    CHECK_CLOSE(squares / ((SAMPLES - 2) * METRICS), 1.0, 0.025);
    CHECK_CLOSE(products / ((SAMPLES - 2) * METRICS), 0.0, 0.025);
    CHECK(all / ((SAMPLES - 2) * METRICS) > 1.3);
    mem_free(&x);
    synth_system_destroy(&system);
}

static void slope_of(const double *x, double *slope)
{
    for (int i = 0; i < METRICS; i++) {
        slope[i] =
            (x[(i + 1) % METRICS] - x[(i + METRICS - 2) % METRICS]) * x[(i + METRICS - 1) % METRICS]
            - x[i] + 10.0;
    }
}

/* The midpoint rule with steps a hundred times finer, from what stands in the file. */
static void one_sample_of_lorenz96_follows_from_the_one_before(void)
{
    enum { STEPS = 500 };
    const struct system_options options = options_of("lorenz96");
    struct synth_system *system;
    float *values = course(&options, 0, &system);

    for (int t = 0; t < 50; t++) {
        double x[METRICS], middle[METRICS], slope[METRICS];

        for (int i = 0; i < METRICS; i++) x[i] = values[t * METRICS + i];
        for (int step = 0; step < STEPS; step++) {
            slope_of(x, slope);
            for (int i = 0; i < METRICS; i++) middle[i] = x[i] + 0.025 / STEPS * slope[i];
            slope_of(middle, slope);
            for (int i = 0; i < METRICS; i++) x[i] += 0.05 / STEPS * slope[i];
        }
        /* Runge-Kutta at 0.01 errs by some 1e-6 a sample, single precision by 1e-6 of values up to 20. */
        for (int i = 0; i < METRICS; i++) CHECK_CLOSE(values[(t + 1) * METRICS + i], x[i], 1e-4);
    }
    mem_free(&values);
    synth_system_destroy(&system);
}

static bool is_equal(const struct synth_system *a, const struct synth_system *b)
{
    return memcmp(synth_system_facility(a)->graph->weight, synth_system_facility(b)->graph->weight,
                  METRICS * METRICS * sizeof(double))
           == 0;
}

static void seeds_change_the_law_and_hosts_and_nights_the_course(void)
{
    struct system_options options = options_of("nonlinear_var");
    struct synth_system *first, *second, *third;
    float *one = course(&options, 0, &first);
    float *two = course(&options, 1, &second);
    float *three;

    CHECK(is_equal(first, second));
    CHECK(memcmp(one, two, METRICS * sizeof *one) != 0);
    options.night = 1;
    three = course(&options, 0, &third);
    CHECK(is_equal(first, third));
    CHECK(memcmp(one, three, METRICS * sizeof *one) != 0);
    CHECK(synth_system_facility(third)->start_unix_s == SAMPLES * 60);
    synth_system_destroy(&third);
    options.seed = 4;
    CHECK(synth_system_create(&options, &third) == STATUS_OK);
    CHECK(!is_equal(first, third));
    synth_system_destroy(&third);
    synth_system_destroy(&second);
    synth_system_destroy(&first);
    mem_free(&three);
    mem_free(&two);
    mem_free(&one);
}

static int rising(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;

    return (x > y) - (x < y);
}

static void permuted_metrics_keep_their_values_and_lose_their_past(void)
{
    struct system_options options = options_of("lorenz96");
    struct synth_system *plain, *permuted;
    float *x = course(&options, 0, &plain);
    float *y;
    float a[SAMPLES], b[SAMPLES];
    double sum = 0.0, products = 0.0, squares = 0.0;

    options.is_permuted = true;
    y = course(&options, 0, &permuted);
    for (int t = 0; t < SAMPLES; t++) {
        a[t] = x[t * METRICS + 7];
        b[t] = y[t * METRICS + 7];
        sum += (double)b[t] / SAMPLES;
    }
    for (int t = 1; t < SAMPLES; t++) {
        products += ((double)b[t] - sum) * ((double)b[t - 1] - sum);
        squares += ((double)b[t] - sum) * ((double)b[t] - sum);
    }
    CHECK(fabs(products / squares)
          < 5.0 / sqrt(SAMPLES)); /* five deviations of a correlation of 0 */
    qsort(a, SAMPLES, sizeof a[0], rising);
    qsort(b, SAMPLES, sizeof b[0], rising);
    CHECK(memcmp(a, b, sizeof a) == 0);
    CHECK(is_equal(plain, permuted));
    synth_system_destroy(&permuted);
    synth_system_destroy(&plain);
    mem_free(&y);
    mem_free(&x);
}

CHECK_MAIN({"every metric has its parents and its own past",
            every_metric_has_its_parents_and_its_own_past},
           {"the graph is the law of the linear system", the_graph_is_the_law_of_the_linear_system},
           {"one sample of lorenz96 follows from the one before",
            one_sample_of_lorenz96_follows_from_the_one_before},
           {"seeds change the law and hosts and nights the course",
            seeds_change_the_law_and_hosts_and_nights_the_course},
           {"permuted metrics keep their values and lose their past",
            permuted_metrics_keep_their_values_and_lose_their_past})
