// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/scores.h>

#include <math.h>

static const double INVERSE_SQRT_PI = 0.56418958354775628695;

/* normal_tail(NORMAL_DEVIATE_MAX) */
static const double TAIL_OF_MAX = 0x1.eaccc6bfeadb8p-995;

double normal_tail(double z)
{
    return 0.5 * erfc(z * 0.70710678118654752440);
}

/* Newton's method on log Q, which is close to a parabola: from the leading term it takes few steps. */
double normal_deviate(double tail)
{
    const double target = log(tail);
    double z = sqrt(fmax(-2.0 * target - 1.0, 0.0));

    if (isnan(tail)) return NAN;
    if (tail > 0.5) return -normal_deviate(1.0 - tail);
    if (tail <= TAIL_OF_MAX) return NORMAL_DEVIATE_MAX;
    for (int i = 0; i < 50; i++) {
        const double q = normal_tail(z);
        const double density = exp(-0.5 * z * z) * INVERSE_SQRT_PI * 0.70710678118654752440;
        const double step = (log(q) - target) * q / density;

        z += step;
        if (fabs(step) <= 1e-15 * (1.0 + z)) break;
    }
    return z;
}

/* Gamma(a + 1/2) / Gamma(a): raised by the recurrence to where the asymptotic series (DLMF 5.11.13) is
 * good to the last digit. Differences of lgamma() would lose log10(a log a) digits. */
static double half_step_of_gamma(double a)
{
    static const double term[] = {-1.0 / 8.0,          1.0 / 128.0,       5.0 / 1024.0,
                                  -21.0 / 32768.0,     -399.0 / 262144.0, 869.0 / 4194304.0,
                                  39325.0 / 33554432.0};
    double factor = 1.0, sum = 0.0;

    for (; a < 30.0; a += 1.0) factor *= a / (a + 0.5);
    for (int k = (int)(sizeof term / sizeof *term) - 1; k >= 0; k--) sum = (sum + term[k]) / a;
    return factor * sqrt(a) * (1.0 + sum);
}

/* I_x(a, 1/2) B(a, 1/2) / (x^a y^(1/2)), y = 1 - x, by the continued fraction of Didonato and Morris
 * ("Algorithm 708", 1992, eq. 9). It is written with lambda = a - (a + 1/2) x, which the caller knows
 * without cancellation, and so stays exact for many degrees of freedom, where x is close to 1. */
static double beta_fraction(double a, double x, double y)
{
    const double b = 0.5;
    const double lambda = (a + b) * y - b;
    double above = 0.0, value = 1.0, below = (lambda + 1.0) * a / (a + 1.0), last = 1.0;
    double ratio = 1.0 / below;

    for (int n = 1; n < 10000; n++) {
        const double odd = a + 2.0 * n - 1.0;
        const double alpha = (a + n - 1.0) / odd * ((a + b + n - 1.0) / odd) * n * (b - n) * x * x;
        const double beta =
            n + n * (b - n) * x / odd + (a + n) / (odd + 2.0) * (lambda + 1.0 + n * (1.0 + y));
        const double next_value = alpha * above + beta * value;
        const double next_below = alpha * last + beta * below;
        const double before = ratio;

        ratio = next_value / next_below;
        above = value / next_below;
        last = below / next_below;
        value = ratio;
        below = 1.0;
        if (fabs(ratio - before) <= 1e-16 * ratio) break;
    }
    return ratio;
}

/* I_y(1/2, b) B(1/2, b) / (2 y^(1/2) (1 - y)^b) by its series (DLMF 8.17.7-8): all terms are positive. */
static double beta_series(double b, double y)
{
    double term = 1.0, sum = 1.0;

    for (int n = 0; n < 10000 && term > 1e-17 * sum; n++) {
        term *= (0.5 + b + n) / (1.5 + n) * y;
        sum += term;
    }
    return sum;
}

double student_tail(double t, double freedom)
{
    const double a = 0.5 * freedom;
    const double root = fabs(t) / sqrt(freedom);
    const double x = 1.0 / (1.0 + root * root);
    const double y = root < 1.0 ? root * root * x : 1.0 - x;
    double scale, tail;

    if (isnan(t) || !(freedom > 0.0)) return NAN;
    if (isinf(freedom)) return normal_tail(t);
    if (t < 0.0) return 1.0 - student_tail(-t, freedom);
    if (isinf(t)) return 0.0;
    scale = half_step_of_gamma(a) * INVERSE_SQRT_PI * sqrt(y)
            * exp(root < 1e8 ? -a * log1p(root * root) : -freedom * log(root));
    if (t * t <= 3.0 && y < 0.6)
        tail = 0.5 - scale * beta_series(a, y);
    else
        tail = 0.5 * scale * beta_fraction(a, x, y);
    return tail;
}
