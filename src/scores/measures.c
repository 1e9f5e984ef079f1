// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/scores.h>

#include <math.h>
#include <stdlib.h>

struct judged {
    double value;
    int8_t is_true;
};

static int highest_first(const void *left, const void *right)
{
    const double a = ((const struct judged *)left)->value,
                 b = ((const struct judged *)right)->value;

    return (a < b) - (a > b);
}

/* The items from the highest value to the lowest; a new block. */
static struct judged *rank_items(const double *value, const int8_t *is_true, int64_t count,
                                 int64_t *true_count)
{
    struct judged *items = mem_zero((size_t)count, sizeof *items);

    *true_count = 0;
    for (int64_t i = 0; i < count; i++) {
        items[i].value = isnan(value[i]) ? -HUGE_VAL : value[i];
        items[i].is_true = is_true[i] != 0;
        *true_count += items[i].is_true;
    }
    if (count > 0) qsort(items, (size_t)count, sizeof *items, highest_first);
    return items;
}

/* The end of the run of equal values that begins at @p first; counts the true ones. */
static int64_t tie_end(const struct judged *items, int64_t count, int64_t first,
                       int64_t *true_count)
{
    int64_t end = first;

    *true_count = 0;
    for (; end < count && items[end].value == items[first].value; end++)
        *true_count += items[end].is_true;
    return end;
}

double average_precision(const double *value, const int8_t *is_true, int64_t count)
{
    int64_t true_count, found = 0, tied_true;
    struct judged *items = rank_items(value, is_true, count, &true_count);
    double sum = 0.0;

    for (int64_t first = 0, end; first < count; first = end) {
        end = tie_end(items, count, first, &tied_true);
        found += tied_true;
        sum += (double)tied_true * (double)found / (double)end;
    }
    mem_free(&items);
    if (true_count == 0 || true_count == count) return NAN;
    return sum / (double)true_count;
}

double roc_area(const double *value, const int8_t *is_true, int64_t count)
{
    int64_t true_count, false_left, tied_true;
    struct judged *items = rank_items(value, is_true, count, &true_count);
    double sum = 0.0;

    false_left = count - true_count;
    for (int64_t first = 0, end; first < count; first = end) {
        end = tie_end(items, count, first, &tied_true);
        false_left -= end - first - tied_true;
        sum += (double)tied_true * ((double)false_left + 0.5 * (double)(end - first - tied_true));
    }
    mem_free(&items);
    if (true_count == 0 || true_count == count) return NAN;
    return sum / ((double)true_count * (double)(count - true_count));
}

double f1_of(int64_t found, int64_t in_alarm, int64_t true_count)
{
    if (true_count == 0) return NAN;
    return 2.0 * (double)found / (double)(in_alarm + true_count);
}

double best_f1(const double *value, const int8_t *is_true, int64_t count)
{
    int64_t true_count, found = 0, tied_true;
    struct judged *items = rank_items(value, is_true, count, &true_count);
    double best = true_count > 0 ? 0.0 : (double)NAN;

    for (int64_t first = 0, end; first < count; first = end) {
        end = tie_end(items, count, first, &tied_true);
        found += tied_true;
        best = fmax(best, f1_of(found, end, true_count));
    }
    mem_free(&items);
    return best;
}
