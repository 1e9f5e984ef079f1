// SPDX-License-Identifier: BSD-3-Clause
/* Backbones, cores, stability and likeness of graphs small enough to be worked out by hand. */
#include "check.h"

#include <relation/relation.h>

#include <math.h>
#include <string.h>

/* Row i, column j: from j to i. */
static const double four[16] = {9, 1, 2, 3,  /* */
                                4, 9, 0, 1,  /* */
                                5, 0, 9, 0,  /* */
                                0, 0, 6, 9}; /* */

static bool is_mask(const int8_t *mask, const char *expected)
{
    for (int pair = 0; pair < 16; pair++)
        if (mask[pair] != (expected[pair] == '1')) return false;
    return true;
}

static void the_largest_of_a_row_or_of_all_are_kept(void)
{
    int8_t mask[16];

    backbone_top(four, 4, 1, mask);
    CHECK(is_mask(mask, "0001"
                        "1000"
                        "1000"
                        "0010"));
    backbone_top(four, 4, 2, mask);
    CHECK(is_mask(mask, "0011"
                        "1001"
                        "1000"
                        "0010"));
    /* Of twelve pairs 6, 5 and 4. */
    backbone_threshold(four, 4, 3, mask);
    CHECK(is_mask(mask, "0000"
                        "1000"
                        "1000"
                        "0010"));
    backbone_threshold(four, 4, 0, mask);
    CHECK(is_mask(mask, "0000000000000000"));
    /* More than there are: all that are above 0. */
    backbone_threshold(four, 4, 12, mask);
    CHECK(is_mask(mask, "0111"
                        "1001"
                        "1000"
                        "0010"));
}

static void the_disparity_of_an_edge_is_the_better_of_its_two_ends(void)
{
    double chance[16];

    backbone_disparity(four, 4, chance);
    /* From 3 to 0: into 0 come 1 + 2 + 3 by three edges, out of 3 go 3 + 1 by two. */
    CHECK_CLOSE(chance[3], fmin(pow(1 - 3.0 / 6, 2), 1 - 3.0 / 4), 1e-15);
    /* From 1 to 0: 1's only edge out says nothing. */
    CHECK_CLOSE(chance[1], pow(1 - 1.0 / 6, 2), 1e-15);
    /* From 0 to 2: the only edge into 2, and 5 of 9 out of 0. */
    CHECK_CLOSE(chance[8], 1 - 5.0 / 9, 1e-15);
    CHECK(chance[0] == 1.0 && chance[6] == 1.0);
}

static void noise_correction_tells_lift_from_its_lack_whatever_the_unit(void)
{
    double deviations[16], scaled[16], again[16];

    for (int pair = 0; pair < 16; pair++) scaled[pair] = 17.0 * four[pair];
    backbone_noise_corrected(four, 4, deviations);
    CHECK(deviations[0] == 0.0 && deviations[6] == 0.0);
    /* From 2 to 3: 6 of 6 into 3 and of 8 out of 2 of 22 in all is above 6 x 8 / 22 = 2.2; the 2 from 2 to 0, of 6
     * into 0, is below it. */
    CHECK(deviations[14] > 0.5);
    CHECK(deviations[2] < 0.0);
    backbone_noise_corrected(scaled, 4, again);
    for (int pair = 0; pair < 16; pair++) CHECK_CLOSE(again[pair], deviations[pair], 1e-12);
}

static void independent_weights_have_no_lift(void)
{
    double product[25], deviations[25];

    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) product[i * 5 + j] = i == j ? 0.0 : 1.0;
    backbone_noise_corrected(product, 5, deviations);
    for (int pair = 0; pair < 25; pair++)
        if (pair / 5 != pair % 5) CHECK(fabs(deviations[pair]) < 0.5);
}

static void cores_are_those_of_a_square_with_a_tail(void)
{
    /* 0, 1, 2, 3 all joined, 4 to two of them, 5 to 4, 6 to none. Directions are mixed. */
    static const int edges[][2] = {
        {0, 1},
        {1, 0},
        {0, 2},
        {3, 0},
        {1, 2},
        {3, 1},
        {2, 3},
        {4, 0},
        {1, 4},
        {5, 4},
        {6, 6}
    };
    static const int32_t expected[] = {3, 3, 3, 3, 2, 1, 0};
    int8_t mask[49] = {0};
    int32_t core[7];

    for (size_t e = 0; e < sizeof edges / sizeof edges[0]; e++)
        mask[edges[e][0] * 7 + edges[e][1]] = 1;
    graph_cores(mask, 7, core);
    for (int m = 0; m < 7; m++) CHECK(core[m] == expected[m]);
}

static void stability_counts_cells_and_its_interval_holds_the_mean(void)
{
    double cells[3 * 16], stable[16], low[16], high[16];

    memcpy(cells, four, sizeof four);
    memcpy(cells + 16, four, sizeof four);
    memcpy(cells + 32, four, sizeof four);
    cells[32 + 14] = 0.5; /* the largest falls out in the third */
    stability_share(cells, 3, 4, 3, stable);
    CHECK_CLOSE(stable[14], 2.0 / 3, 1e-15);
    CHECK_CLOSE(stable[8], 1.0, 1e-15);
    CHECK_CLOSE(stable[3], 1.0 / 3, 1e-15);
    stability_interval(cells, 3, 4, 1, low, high);
    CHECK_CLOSE(low[8], 5.0, 1e-12);
    CHECK_CLOSE(high[8], 5.0, 1e-12);
    CHECK(low[14] < 12.5 / 3 && high[14] > 12.5 / 3);
    CHECK(low[14] >= 0.5 - 1e-12 && high[14] <= 6.0 + 1e-12);
}

static void a_graph_is_like_itself_and_unlike_its_reverse(void)
{
    double reverse[16];
    struct likeness same = likeness_of(four, four, 4, 3);
    struct likeness other;

    CHECK_CLOSE(same.jaccard, 1.0, 0.0);
    CHECK_CLOSE(same.overlap, 1.0, 1e-12);
    CHECK_CLOSE(same.tau, 1.0, 1e-12);
    for (int pair = 0; pair < 16; pair++) reverse[pair] = 7.0 - four[pair];
    other = likeness_of(four, reverse, 4, 3);
    CHECK_CLOSE(other.jaccard, 0.0, 0.0);
    CHECK_CLOSE(other.tau, -1.0, 1e-12);
}

static void likeness_is_as_worked_out_by_hand(void)
{
    /* Two pairs the wrong way round agree at depth 2 alone: p^2 + (1 - p) p = p. */
    static const double a[4] = {0, 1, 2, 0}, b[4] = {0, 2, 1, 0};
    /* Six pairs: x = 1 2 3 4 5 5, y = 1 3 2 4 4 6: of 15 pairs of pairs 12 agree, 1 is against, 1 tie in each. */
    static const double x[9] = {0, 1, 2, 3, 0, 4, 5, 5, 0}, y[9] = {0, 1, 3, 2, 0, 4, 4, 6, 0};
    static const double flat[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    const struct likeness swapped = likeness_of(a, b, 2, 1);

    CHECK_CLOSE(swapped.overlap, 0.98, 1e-12);
    CHECK_CLOSE(swapped.jaccard, 0.0, 0.0);
    CHECK_CLOSE(likeness_of(x, y, 3, 3).tau, (12.0 - 1.0) / sqrt(14.0 * 14.0), 1e-12);
    /* The largest three are 3 5 6 and 3 5 6 with the tie at 4 let in: {4, 5, 5} and {4, 4, 6}. */
    CHECK_CLOSE(likeness_of(x, y, 3, 3).jaccard, 1.0, 0.0);
    CHECK(isnan(likeness_of(x, flat, 3, 3).tau));
}

CHECK_MAIN({"the largest of a row or of all are kept", the_largest_of_a_row_or_of_all_are_kept},
           {"the disparity of an edge is the better of its two ends",
            the_disparity_of_an_edge_is_the_better_of_its_two_ends},
           {"noise correction tells lift from its lack whatever the unit",
            noise_correction_tells_lift_from_its_lack_whatever_the_unit},
           {"independent weights have no lift", independent_weights_have_no_lift},
           {"cores are those of a square with a tail", cores_are_those_of_a_square_with_a_tail},
           {"stability counts cells and its interval holds the mean",
            stability_counts_cells_and_its_interval_holds_the_mean},
           {"a graph is like itself and unlike its reverse",
            a_graph_is_like_itself_and_unlike_its_reverse},
           {"likeness is as worked out by hand", likeness_is_as_worked_out_by_hand})
