// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/scores.h>

#include <math.h>

/* Makes the deviation of a normal law's median agree with its standard deviation: 1 / Phi^-1(3/4). */
static const double MAD_OF_NORMAL = 1.4826022185056018;

static void swap(double *a, double *b)
{
    const double kept = *a;

    *a = *b;
    *b = kept;
}

/* Rearrange so that the item of rank @p k stands in its place, none greater before it (Hoare's
 * selection with the median of three). */
static void select_rank(double *items, int64_t count, int64_t k)
{
    int64_t low = 0, high = count - 1;

    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        int64_t left = low, right = high;
        double pivot;

        if (items[middle] < items[low]) swap(&items[middle], &items[low]);
        if (items[high] < items[low]) swap(&items[high], &items[low]);
        if (items[high] < items[middle]) swap(&items[high], &items[middle]);
        pivot = items[middle];
        while (left <= right) {
            while (items[left] < pivot) left++;
            while (pivot < items[right]) right--;
            if (left <= right) swap(&items[left++], &items[right--]);
        }
        if (k <= right)
            high = right;
        else if (k >= left)
            low = left;
        else
            return;
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
