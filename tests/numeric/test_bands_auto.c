// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include "../../src/analysis/mrdmd/analysis.h"

#include <math.h>
#include <string.h>

enum { READINGS = 60, TIMES = 4096, LEVELS = 8 };
static const double PERIOD_S = 10.0;

/* A window of 4096 samples: 3, 30 and 240 cycles, far apart. */
static const double tones[] = {3.0, 30.0, 240.0};
enum { TONES = sizeof tones / sizeof tones[0] };

static double tone_hz(int tone)
{
    return tones[tone] / (TIMES * PERIOD_S);
}

/* The first @p count tones over noise, two phases each, so that every tone is a pair of modes. */
static double *make_matrix(int count, double noise)
{
    double *x = mem_zero((size_t)READINGS * TIMES, sizeof *x);

    for (int r = 0; r < READINGS; r++) {
        struct random random = random_start(5, (uint64_t)r);

        for (int tone = 0; tone < count; tone++) {
            const double size = 1.0 + random_uniform(&random);
            const double phase = 6.28 * random_uniform(&random);

            for (int t = 0; t < TIMES; t++)
                x[r * TIMES + t] += size * cos(6.283185307179586 * tones[tone] * t / TIMES + phase);
        }
        for (int t = 0; t < TIMES; t++)
            x[r * TIMES + t] += 20.0 + r + noise * random_normal(&random);
    }
    return x;
}

static struct mrdmd_options options_of(void)
{
    return (struct mrdmd_options){.max_level = LEVELS,
                                  .max_cycles = 1,
                                  .nyquist_factor = 4,
                                  .sampling = SAMPLING_POOLED,
                                  .period_s = PERIOD_S,
                                  .power_threshold = 0.01};
}

static void find_bands(int count, double noise, struct mrdmd_bands *bands)
{
    const struct mrdmd_options options = options_of();
    struct mrdmd_result *result = NULL;
    struct mrdmd_plan *plan = NULL;
    double *x = make_matrix(count, noise);

    CHECK(mrdmd_bands_make(NULL, &options, TIMES, bands) == STATUS_OK);
    CHECK(mrdmd_plan_create(&options, TIMES, NULL, 0, &plan) == STATUS_OK);
    CHECK(mrdmd_classical(plan, x, NULL, READINGS, &result, NULL) == STATUS_OK);
    mrdmd_bands_auto(&result, 1, bands);
    mrdmd_result_destroy(&result);
    mrdmd_plan_destroy(&plan);
    mem_free(&x);
}

static void check_order(const struct mrdmd_bands *bands)
{
    CHECK(bands->hz[0][0] == 0.0);
    CHECK(bands->hz[bands->count - 1][1] > 0.5 / PERIOD_S);
    for (int band = 0; band < bands->count; band++) {
        CHECK(bands->hz[band][0] < bands->hz[band][1]);
        CHECK(band == 0 || bands->hz[band][0] == bands->hz[band - 1][1]);
    }
}

static void every_tone_has_a_band_of_its_own(void)
{
    struct mrdmd_bands bands = {0};

    find_bands(TONES, 0.02, &bands);
    check_order(&bands);
    CHECK(mrdmd_band_of(&bands, 0.0) == 0);
    for (int tone = 0; tone < TONES; tone++) {
        const int band = mrdmd_band_of(&bands, tone_hz(tone));

        CHECK(band == tone + 1);
        CHECK(bands.hz[band][0] < tone_hz(tone) / 1.2 && bands.hz[band][1] > tone_hz(tone) * 1.2);
    }
    mrdmd_bands_release(&bands);
}

static void one_tone_makes_one_band(void)
{
    struct mrdmd_bands bands = {0};

    find_bands(1, 0.02, &bands);
    check_order(&bands);
    CHECK(mrdmd_band_of(&bands, tone_hz(0)) == 1);
    CHECK(bands.count == 3); /* DC, the tone, what is faster than the deepest level */
    mrdmd_bands_release(&bands);
}

/* Modes put where the test wants them. */
static void place(struct mrdmd_result *result, int mode, double hz, double power)
{
    result->modes[mode] = (struct mrdmd_mode){.frequency_hz = hz, .power = power};
}

static void spectrum_of(const double (*lines)[2], int count, struct mrdmd_bands *bands)
{
    const struct mrdmd_options options = options_of();
    struct mrdmd_result *result = mrdmd_result_create(1);

    result->modes = mem_zero((size_t)count, sizeof *result->modes);
    result->mode_total = count;
    for (int i = 0; i < count; i++) place(result, i, lines[i][0], lines[i][1]);
    CHECK(mrdmd_bands_make(NULL, &options, TIMES, bands) == STATUS_OK);
    mrdmd_bands_auto(&result, 1, bands);
    mrdmd_result_destroy(&result);
}

static void an_edge_lies_in_the_middle_of_its_gap(void)
{
    const double lines[][2] = {
        {1e-3, 5.0},
        {2e-5, 9.0}
    };
    struct mrdmd_bands bands = {0};

    spectrum_of(lines, 2, &bands);
    CHECK(bands.count == 4);
    CHECK(fabs(log2(bands.hz[1][1] / sqrt(1e-3 * 2e-5))) <= 0.125);
    mrdmd_bands_release(&bands);
}

static void little_power_and_narrow_gaps_make_no_band(void)
{
    const double lines[][2] = {
        {1e-4,   5.0 },
        {1.3e-4, 5.0 }, /* less than half an octave */
        {2e-3,   0.04}  /* less than a hundredth */
    };
    struct mrdmd_bands bands = {0};

    spectrum_of(lines, 3, &bands);
    CHECK(bands.count == 3);
    mrdmd_bands_release(&bands);
    spectrum_of(lines, 0, &bands);
    CHECK(bands.count == 3);
    check_order(&bands);
    mrdmd_bands_release(&bands);
}

CHECK_MAIN({"every tone has a band of its own", every_tone_has_a_band_of_its_own},
           {"one tone makes one band", one_tone_makes_one_band},
           {"an edge lies in the middle of its gap", an_edge_lies_in_the_middle_of_its_gap},
           {"little power and narrow gaps make no band", little_power_and_narrow_gaps_make_no_band})
