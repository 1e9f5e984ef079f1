// SPDX-License-Identifier: BSD-3-Clause
#include "band_power.h"

#include <telltale/scores.h>

#include <math.h>

/* psi(x) and psi'(x): recurrence up to where the asymptotic series (DLMF 5.11.2, 5.15.8) has 14 digits. */
static double digamma(double x)
{
    double sum = 0.0, r;

    for (; x < 12.0; x += 1.0) sum -= 1.0 / x;
    r = 1.0 / (x * x);
    return sum + log(x) - 0.5 / x
           - r
                 * (1.0 / 12.0
                    - r * (1.0 / 120.0 - r * (1.0 / 252.0 - r * (1.0 / 240.0 - r / 132.0))));
}

static double trigamma(double x)
{
    double sum = 0.0, r;

    for (; x < 12.0; x += 1.0) sum += 1.0 / (x * x);
    r = 1.0 / (x * x);
    return sum + 1.0 / x + 0.5 * r
           + r / x
                 * (1.0 / 6.0
                    - r * (1.0 / 30.0 - r * (1.0 / 42.0 - r * (1.0 / 30.0 - r * 5.0 / 66.0))));
}

/* The x with psi'(x) = y, by bisection in log x: psi' falls from 1/x^2 to 1/x. */
static double inverse_trigamma(double y)
{
    double low = 1e-6, high = 1e12;

    for (int i = 0; i < 200 && high > low * (1.0 + 1e-14); i++) {
        const double middle = sqrt(low * high);

        if (trigamma(middle) > y)
            low = middle;
        else
            high = middle;
    }
    return sqrt(low * high);
}

void band_prior_add(const struct band_baseline *baseline, int items, struct band_sums *sums)
{
    for (int item = 0; item < items; item++) {
        const struct band_baseline *own = &baseline[item];
        const double half = 0.5 * own->freedom;
        double e;

        if (!(own->dispersion > 0.0 && own->unit > 0.0) || own->is_tied != 0.0) continue;
        e = 2.0 * log(own->dispersion / own->unit) - digamma(half) + log(half);
        sums[item].readings += 1.0;
        sums[item].logs += e;
        sums[item].squares += e * e;
        sums[item].noise += trigamma(half);
        sums[item].freedom += own->freedom;
    }
}

void band_prior_of(const struct band_sums *sums, int items, struct band_prior *prior)
{
    for (int item = 0; item < items; item++) {
        const struct band_sums *own = &sums[item];
        const double n = own->readings;
        double mean, spread;

        prior[item] = (struct band_prior){NAN, 0.0, own->freedom};
        if (n < 2.0) continue;
        mean = own->logs / n;
        spread = (own->squares - n * mean * mean) / (n - 1.0);
        spread += spread * sqrt(2.0 / (n - 1.0)) - own->noise / n;
        if (spread > 0.0) {
            const double half = inverse_trigamma(spread);

            prior[item].freedom = 2.0 * half;
            prior[item].variance = exp(mean + digamma(half) - log(half));
        } else {
            prior[item].freedom = INFINITY;
            prior[item].variance = exp(mean);
        }
    }
}
