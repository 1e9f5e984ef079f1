// SPDX-License-Identifier: BSD-3-Clause
/*
 * A training step of ours beside the same in whole batches (whole_batch.c), by processor time.
 *
 *   training_step [-n SHAPE] [-s SECONDS] [-r ROUNDS] [-p PROCESSES] [-k KERNEL] [-o]
 *
 * Both sides take turns, SECONDS each (.3), ROUNDS times (5): best and median rates, what share of the peak of fused
 * multiply-adds that is, and how many times as fast ours is, by the bests and by the median of the rounds. With -p 2
 * as many processes do so side by side, to share what the cores share, and the first reports. -k: our products by that
 * instruction set. -o: ours alone.
 * A whole batch is all samples of a rank: shards of 32, of which eight keep it efficient.
 */
#include "whole_batch.h"

#include <telltale/analysis.h>
#include <telltale/linalg.h>
#include <telltale/nn.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_ROUNDS = 99, SIZES = 4, LINES = 1 + 2 * SIZES };

/* A mixer, and its opponents in two builds. */
struct contest {
    const char *name;
    struct forecast_step step;
    const struct whole_batch *machine, *plain;
};

static const struct contest contests[] = {
    {"day",   {60, 66, 1, 2, 128, 0.1}, &whole_batch_day_machine,   &whole_batch_day_plain  },
    {"jlab",  {10, 66, 1, 3, 128, 0.2}, &whole_batch_jlab_machine,  &whole_batch_jlab_plain },
    {"etth1", {512, 7, 96, 2, 64, 0.1}, &whole_batch_etth1_machine, &whole_batch_etth1_plain},
};

enum { CONTESTS = (int)(sizeof contests / sizeof contests[0]) };

static const int batches[SIZES] = {32, 128, 256, 512};

struct options {
    const char *name;
    double seconds;
    int rounds, processes;
    bool is_ours_alone;
};

/* Samples a second, line by line and round by round. */
struct rates {
    double of[LINES][MOST_ROUNDS];
    double peak;
};

static double processor_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The quickest of the steps that fit. */
static double measure_whole_batch(const struct whole_batch *opponent, int batch, double seconds)
{
    const double start = processor_s();
    double best = 0;

    while (processor_s() - start < seconds) {
        const double before = processor_s();
        const int repeats = batch < 64 ? 2 : 1;

        for (int repeat = 0; repeat < repeats; repeat++) opponent->step(batch);
        best = fmax(best, repeats * batch / (processor_s() - before));
    }
    return best;
}

static double sample_flops(const struct forecast_step *step)
{
    const struct mixer_shape shape = {.length = step->window,
                                      .channels = step->metrics,
                                      .horizon = step->horizon,
                                      .hidden = step->hidden,
                                      .blocks = step->blocks,
                                      .norm_eps = 1e-5};
    struct mixer *mixer = mixer_create(&shape);
    const double flops = mixer_sample_flops(mixer);

    mixer_destroy(&mixer);
    return flops;
}

/* Memory is touched before it is measured. */
static void enter(const struct whole_batch *opponent)
{
    opponent->start();
    opponent->step(WHOLE_BATCH_MOST);
}

static void measure(const struct contest *contest, const struct options *options,
                    struct rates *rates)
{
    const double flops = sample_flops(&contest->step);

    *rates = (struct rates){0};
    if (!options->is_ours_alone) {
        enter(contest->machine);
        enter(contest->plain);
    }
    for (int round = 0; round < options->rounds; round++) {
        rates->peak = fmax(rates->peak, linalg_measure_fma_single(0.1));
        rates->of[0][round] = forecast_measure(&contest->step, options->seconds) / flops;
        for (int size = 0; size < SIZES && !options->is_ours_alone; size++) {
            rates->of[1 + size][round] =
                measure_whole_batch(contest->machine, batches[size], options->seconds);
            rates->of[1 + SIZES + size][round] =
                measure_whole_batch(contest->plain, batches[size], options->seconds);
        }
    }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Best and median of some rates. */
struct summary {
    double best, median;
};

static struct summary summary_of(const double *values, int count)
{
    double sorted[MOST_ROUNDS];

    memcpy(sorted, values, (size_t)count * sizeof *values);
    qsort(sorted, (size_t)count, sizeof *sorted, by_value);
    return (struct summary){sorted[count - 1], (sorted[count / 2] + sorted[(count - 1) / 2]) / 2};
}

static void print_line(const char *name, const struct rates *rates, int line, int rounds,
                       double flops)
{
    const struct summary ours = summary_of(rates->of[0], rounds);
    const struct summary rate = summary_of(rates->of[line], rounds);
    double ratios[MOST_ROUNDS];

    for (int r = 0; r < rounds; r++) ratios[r] = rates->of[0][r] / rates->of[line][r];
    printf("%-30s %8.0f %8.0f %6.2f", name, rate.best, rate.median,
           rate.best * flops / rates->peak);
    if (line > 0) printf(" %10.2f %6.2f", ours.best / rate.best, summary_of(ratios, rounds).median);
    printf("\n");
}

static void print(const struct contest *contest, const struct options *options,
                  const struct rates *rates)
{
    const struct forecast_step *step = &contest->step;
    const double flops = sample_flops(step);
    char name[64];

    printf("%s: window %d, %d metrics, %d ahead, %d blocks of %d; peak %.1f GF/s\n", contest->name,
           step->window, step->metrics, step->horizon, step->blocks, step->hidden,
           1e-9 * rates->peak);
    printf("%-30s %8s %8s %6s %17s\n", "samples/s", "best", "median", "peak", "ours is times");
    print_line("ours", rates, 0, options->rounds, flops);
    for (int line = 1; line < LINES && !options->is_ours_alone; line++) {
        snprintf(name, sizeof name, "whole batch of %d%s", batches[(line - 1) % SIZES],
                 line > SIZES ? ", plain build" : "");
        print_line(name, rates, line, options->rounds, flops);
    }
    fflush(stdout);
}

static bool is_known(const char *name)
{
    for (int c = 0; c < CONTESTS; c++)
        if (strcmp(name, contests[c].name) == 0) return true;
    return false;
}

static bool read_options(int argc, char **argv, struct options *options)
{
    int letter;

    *options = (struct options){.seconds = 0.3, .rounds = 5, .processes = 1};
    while ((letter = getopt(argc, argv, "n:s:r:p:k:o")) != -1) {
        if (letter == 'n') options->name = optarg;
        if (letter == 's') options->seconds = strtod(optarg, NULL);
        if (letter == 'r') options->rounds = atoi(optarg);
        if (letter == 'p') options->processes = atoi(optarg);
        if (letter == 'o') options->is_ours_alone = true;
        if (letter == '?' || (letter == 'k' && !nn_use_kernel(optarg))) return false;
    }
    if (options->name && !is_known(options->name)) return false;
    return optind == argc && options->seconds > 0 && options->rounds > 0
           && options->rounds <= MOST_ROUNDS && options->processes > 0;
}

int main(int argc, char **argv)
{
    static struct rates rates;
    struct options options;
    bool is_first = true;

    if (!read_options(argc, argv, &options)) {
        fprintf(stderr, "usage: training_step [-n day|jlab|etth1] [-s SECONDS] [-r ROUNDS] "
                        "[-p PROCESSES] [-k avx512|avx2|portable] [-o]\n");
        return 2;
    }
    linalg_start();
    for (int process = 1; process < options.processes && is_first; process++)
        is_first = fork() != 0;
    for (int c = 0; c < CONTESTS; c++) {
        if (options.name && strcmp(options.name, contests[c].name) != 0) continue;
        measure(&contests[c], &options, &rates);
        if (is_first) print(&contests[c], &options, &rates);
    }
    while (is_first && wait(NULL) > 0) continue;
    return 0;
}
