// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/linalg.h>

#include <math.h>

/*
 * With t = 1 + beta + 2 sqrt(beta) cos(theta) the law becomes (2/pi) sin^2(theta) / t over (0, pi); the mass of
 * t below t(phi) is its integral over (phi, pi). Below beta = 1/2 it is summed as a power series
 * in -sqrt(beta), which the closed form would lose to cancellation; above, the closed form serves.
 */
static double mass_by_series(double beta, double phi)
{
    const double ratio = -sqrt(beta);
    double sum = (M_PI - phi) / 2 + sin(2 * phi) / 4;
    double power = ratio;

    for (int k = 1; fabs(power) > 1e-18; k++) {
        sum += power / 2 * (sin((k + 2) * phi) / (k + 2) - sin(k * phi) / k);
        power *= ratio;
    }
    return 2 / M_PI * sum;
}

static double mass_in_closed_form(double beta, double phi)
{
    const double a = 1 + beta;
    const double b = 2 * sqrt(beta);
    const double ratio = (1 - sqrt(beta)) / (1 + sqrt(beta));
    const double angle = atan2(ratio * sin(phi / 2), cos(phi / 2));

    return 2 / M_PI
           * (sin(phi) / b + a * (M_PI - phi) / (b * b)
              - (1 - beta) / (b * b) * (M_PI - 2 * angle));
}

double linalg_marchenko_pastur_median(double beta)
{
    double (*const mass)(double, double) = beta < 0.5 ? mass_by_series : mass_in_closed_form;
    double low = 0.0;
    double high = M_PI;

    ASSERT(beta >= 0.0 && beta <= 1.0);
    for (int i = 0; i < 60; i++) {
        const double middle = (low + high) / 2;

        if (mass(beta, middle) > 0.5) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return 1 + beta + 2 * sqrt(beta) * cos(low);
}

double linalg_svht_factor(double beta)
{
    const double sum = beta + 1;
    const double root = sqrt(beta * beta + 14 * beta + 1);

    return sqrt(2 * sum + 8 * beta / (sum + root)) / sqrt(linalg_marchenko_pastur_median(beta));
}

int linalg_svht_rank(const double *s, int count, double beta, double floor)
{
    double threshold;
    int rank = 0;

    if (count == 0) return 0;
    threshold = linalg_svht_factor(beta) * (s[(count - 1) / 2] + s[count / 2]) / 2;
    while (rank < count && s[rank] > threshold && s[rank] > floor) rank++;
    return rank;
}
