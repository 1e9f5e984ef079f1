// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/linalg.h>

#include <math.h>

/* Gavish, Donoho 2014: 4/sqrt(3) / sqrt(median) = 2.858 at 1; table of section III-E. */
static void the_factor_is_that_of_gavish_and_donoho(void)
{
    CHECK_CLOSE(linalg_svht_factor(0.0), sqrt(2.0), 1e-14);
    CHECK_CLOSE(linalg_svht_factor(1e-9), 1.41421, 3e-5);
    CHECK_CLOSE(linalg_svht_factor(0.1), 1.60877, 3e-6);
    CHECK_CLOSE(linalg_svht_factor(0.5), 2.17119, 3e-6);
    CHECK_CLOSE(linalg_svht_factor(1.0), 2.85836, 3e-6);
}

static void the_two_forms_of_the_median_meet(void)
{
    const double below = linalg_marchenko_pastur_median(nextafter(0.5, 0.0));
    const double above = linalg_marchenko_pastur_median(0.5);

    CHECK_CLOSE(below, above, 1e-13);
}

/* Half of the mass lies below the median: midpoint rule in the angle, 100,000 points, error below 1e-9. */
static void half_of_the_law_lies_below_the_median(void)
{
    static const double betas[] = {1e-4, 0.01, 0.3, 0.49, 0.51, 0.8};

    for (size_t i = 0; i < sizeof betas / sizeof betas[0]; i++) {
        const double beta = betas[i];
        const double median = linalg_marchenko_pastur_median(beta);
        const double phi = acos((median - 1 - beta) / (2 * sqrt(beta)));
        const int points = 100000;
        double mass = 0.0;

        for (int k = 0; k < points; k++) {
            const double theta = phi + (M_PI - phi) * (k + 0.5) / points;

            mass += sin(theta) * sin(theta) / (1 + beta + 2 * sqrt(beta) * cos(theta));
        }
        CHECK_CLOSE(mass * (M_PI - phi) / points * 2 / M_PI, 0.5, 1e-8);
    }
}

static void values_above_threshold_and_floor_are_counted(void)
{
    static const double s[] = {100.0, 50.0, 1.0, 0.9, 0.8, 0.7};

    CHECK(linalg_svht_rank(s, 6, 0.1, 0.0) == 2);
    CHECK(linalg_svht_rank(s, 6, 0.1, 60.0) == 1);
    CHECK(linalg_svht_rank(s, 0, 0.1, 0.0) == 0);
    CHECK(linalg_svht_rank(s, 1, 0.1, 0.0) == 0);
}

CHECK_MAIN({"the factor is that of Gavish and Donoho", the_factor_is_that_of_gavish_and_donoho},
           {"the two forms of the median meet", the_two_forms_of_the_median_meet},
           {"half of the law lies below the median", half_of_the_law_lies_below_the_median},
           {"values above threshold and floor are counted",
            values_above_threshold_and_floor_are_counted})
