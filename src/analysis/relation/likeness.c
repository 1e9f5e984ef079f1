// SPDX-License-Identifier: BSD-3-Clause
#include "relation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Weight of each further depth of the two rankings: the first fifty decide most. */
static const double persistence = 0.98;

/* One pair's weights in both graphs. */
struct twin {
    double a, b;
    int64_t pair;
};

static int by_a_then_b(const void *left, const void *right)
{
    const struct twin *x = left, *y = right;

    if (x->a != y->a) return (x->a > y->a) - (x->a < y->a);
    if (x->b != y->b) return (x->b > y->b) - (x->b < y->b);
    return (x->pair > y->pair) - (x->pair < y->pair);
}

/* Pairs among @p run equal things. */
static double ties(int64_t run)
{
    return 0.5 * (double)run * (double)(run - 1);
}

/* Sort by b, counting the exchanges. @p spare: room for [count] */
static double merge(struct twin *twins, int64_t count, struct twin *spare)
{
    const int64_t half = count / 2;
    double swaps;
    int64_t left = 0, right = half;

    if (count < 2) return 0.0;
    swaps = merge(twins, half, spare) + merge(twins + half, count - half, spare);
    memcpy(spare, twins, (size_t)count * sizeof *twins);
    for (int64_t to = 0; to < count; to++) {
        if (right >= count || (left < half && spare[left].b <= spare[right].b)) {
            twins[to] = spare[left++];
        } else {
            twins[to] = spare[right++];
            swaps += (double)(half - left);
        }
    }
    return swaps;
}

/* Knight (1966): discordant pairs are the exchanges of a merge sort. */
static double kendall(struct twin *twins, int64_t count, struct twin *spare)
{
    double same_a = 0.0, same_b = 0.0, same_both = 0.0, swaps, scale;
    int64_t first_a = 0, first_b = 0, first_both = 0;

    qsort(twins, (size_t)count, sizeof *twins, by_a_then_b);
    for (int64_t t = 1; t <= count; t++) {
        const bool is_end = t == count;

        if (is_end || twins[t].a != twins[first_a].a) {
            same_a += ties(t - first_a);
            first_a = t;
        }
        if (is_end || twins[t].a != twins[first_both].a || twins[t].b != twins[first_both].b) {
            same_both += ties(t - first_both);
            first_both = t;
        }
    }
    swaps = merge(twins, count, spare);
    for (int64_t t = 1; t <= count; t++) {
        if (t < count && twins[t].b == twins[first_b].b) continue;
        same_b += ties(t - first_b);
        first_b = t;
    }
    scale = sqrt((ties(count) - same_a) * (ties(count) - same_b));
    return scale > 0.0 ? (ties(count) - same_a - same_b + same_both - 2.0 * swaps) / scale
                       : (double)NAN;
}

static int by_a_falling(const void *left, const void *right)
{
    return -by_a_then_b(left, right);
}

/* Place of each pair in the order of falling weights. */
static void rank_pairs(const double *weight, int metrics, struct twin *twins, int32_t *place)
{
    const int64_t pairs = (int64_t)metrics * metrics;
    int64_t count = 0;

    for (int64_t pair = 0; pair < pairs; pair++)
        if (pair / metrics != pair % metrics)
            twins[count++] = (struct twin){weight[pair], 0.0, pair};
    qsort(twins, (size_t)count, sizeof *twins, by_a_falling);
    for (int64_t rank = 0; rank < count; rank++) place[twins[rank].pair] = (int32_t)rank;
}

/* Webber, Moffat, Zobel (2010), eq. 32, for two rankings of the same things. */
static double overlap(const int32_t *first, const int32_t *second, int metrics, int32_t *deeper)
{
    const int64_t pairs = (int64_t)metrics * metrics;
    const int64_t count = pairs - metrics;
    double shared = 0.0, weight = 1.0, sum = 0.0;

    /* A pair is shared from the deeper of its two places on. */
    memset(deeper, 0, (size_t)count * sizeof *deeper);
    for (int64_t pair = 0; pair < pairs; pair++)
        if (pair / metrics != pair % metrics)
            deeper[first[pair] > second[pair] ? first[pair] : second[pair]]++;
    for (int64_t depth = 1; depth <= count; depth++) {
        shared += deeper[depth - 1];
        weight *= persistence;
        sum += shared / (double)depth * weight;
    }
    return shared / (double)count * weight + (1.0 - persistence) / persistence * sum;
}

static double jaccard(const double *a, const double *b, int metrics, int64_t wanted)
{
    const int64_t pairs = (int64_t)metrics * metrics;
    int8_t *in_a = mem_zero((size_t)pairs, sizeof *in_a);
    int8_t *in_b = mem_zero((size_t)pairs, sizeof *in_b);
    int64_t both = 0, either = 0;

    backbone_threshold(a, metrics, wanted, in_a);
    backbone_threshold(b, metrics, wanted, in_b);
    for (int64_t pair = 0; pair < pairs; pair++) {
        both += in_a[pair] && in_b[pair];
        either += in_a[pair] || in_b[pair];
    }
    mem_free(&in_b);
    mem_free(&in_a);
    return either > 0 ? (double)both / (double)either : (double)NAN;
}

struct likeness likeness_of(const double *a, const double *b, int metrics, int64_t wanted)
{
    const int64_t pairs = (int64_t)metrics * metrics;
    struct twin *twins = mem_zero((size_t)(2 * pairs), sizeof *twins);
    int32_t *places = mem_zero((size_t)(3 * pairs), sizeof *places);
    struct likeness likeness = {
        .jaccard = jaccard(a, b, metrics, wanted), .overlap = NAN, .tau = NAN};
    int64_t count = 0;

    if (metrics > 1) {
        rank_pairs(a, metrics, twins, places);
        rank_pairs(b, metrics, twins, places + pairs);
        likeness.overlap = overlap(places, places + pairs, metrics, places + 2 * pairs);
        for (int64_t pair = 0; pair < pairs; pair++)
            if (pair / metrics != pair % metrics)
                twins[count++] = (struct twin){a[pair], b[pair], pair};
        likeness.tau = kendall(twins, count, twins + pairs);
    }
    mem_free(&places);
    mem_free(&twins);
    return likeness;
}
