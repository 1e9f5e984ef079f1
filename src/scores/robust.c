// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/scores.h>

#include <math.h>

/* Makes the deviation of a normal law's median agree with its standard deviation: 1 / Phi^-1(3/4). */
static const double MAD_OF_NORMAL = 1.4826022185056018;

/* Move what is below (or, with @p or_equal, not above) the pivot to the front; no branch depends on the items, which the
 * processor could not foresee. @return how many */
static int64_t move_to_front(double *items, int64_t count, double pivot, bool or_equal)
{
    int64_t front = 0;

    for (int64_t i = 0; i < count; i++) {
        const double item = items[i];

        items[i] = items[front];
        items[front] = item;
        front += or_equal ? item <= pivot : item < pivot;
    }
    return front;
}

static double middle_of(double a, double b, double c)
{
    const double low = a < b ? a : b, high = a < b ? b : a;

    return c < low ? low : c > high ? high : c;
}

/* Rearrange so that the item of rank @p k stands in its place, none greater before it: selection with the median of
 * three, in three parts, since sensors repeat themselves. */
static void select_rank(double *items, int64_t count, int64_t k)
{
    while (count > 1) {
        const double pivot = middle_of(items[0], items[count / 2], items[count - 1]);
        const int64_t below = move_to_front(items, count, pivot, false);
        int64_t equal;

        if (k < below) {
            count = below;
            continue;
        }
        equal = move_to_front(items + below, count - below, pivot, true);
        ASSERT(equal > 0); /* there is no NaN */
        if (k < below + equal) return;
        items += below + equal;
        count -= below + equal;
        k -= below + equal;
    }
}

double rank_in_place(double *items, int64_t count, int64_t rank)
{
    ASSERT(rank >= 0 && rank < count);
    select_rank(items, count, rank);
    return items[rank];
}

static int64_t pack_present(const double *values, int64_t count, double *packed)
{
    int64_t present = 0;

    for (int64_t i = 0; i < count; i++)
        if (!isnan(values[i])) packed[present++] = values[i];
    return present;
}

double median_in_place(double *items, int64_t count)
{
    const int64_t upper = count / 2;
    double lower;

    if (count == 0) return NAN;
    select_rank(items, count, upper);
    if (count % 2) return items[upper];
    lower = items[0];
    for (int64_t i = 1; i < upper; i++) lower = items[i] > lower ? items[i] : lower;
    return lower + 0.5 * (items[upper] - lower);
}

double median_of(const double *values, int64_t count, double *work)
{
    return median_in_place(work, pack_present(values, count, work));
}

void median_mad(const double *values, int64_t count, double *work, double *median, double *mad)
{
    const int64_t present = pack_present(values, count, work);
    const double center = median_in_place(work, present);

    for (int64_t i = 0; i < present; i++) work[i] = fabs(work[i] - center);
    *median = center;
    *mad = MAD_OF_NORMAL * median_in_place(work, present);
}
