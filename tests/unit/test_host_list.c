// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <telltale/telemetry.h>

#include <string.h>

static void add_name(void *context, const char *name)
{
    struct text *all = context;

    if (all->length > 0) text_add(all, " ", 1);
    text_add(all, name, strlen(name));
}

static bool expands(const char *list, const char *expected)
{
    struct text all = {0};
    const status outcome = host_list_expand(list, 1000, add_name, &all);
    const bool holds = outcome == STATUS_OK && strcmp(all.bytes ? all.bytes : "", expected) == 0;

    if (!holds) warn("%s gives %s", list, all.bytes ? all.bytes : "nothing");
    text_release(&all);
    return holds;
}

static bool is_refused(const char *list, int64_t limit, const char *reason)
{
    struct text all = {0};
    const status outcome = host_list_expand(list, limit, add_name, &all);
    const bool holds =
        outcome == STATUS_BAD_INPUT && all.length == 0 && strstr(status_message(), reason);

    if (!holds) warn("%s: %d, %s", list, (int)outcome, status_message());
    text_release(&all);
    return holds;
}

static void lists_expand_in_order(void)
{
    CHECK(expands("", ""));
    CHECK(expands("login1", "login1"));
    CHECK(expands("node[001-003,010],login1", "node001 node002 node003 node010 login1"));
    CHECK(expands("n[8-11]", "n8 n9 n10 n11"));
    CHECK(expands("n[08-11]", "n08 n09 n10 n11"));
    CHECK(expands("r[1-2]n[1,3]-ib", "r1n1-ib r1n3-ib r2n1-ib r2n3-ib"));
    CHECK(expands("n[1,2[0-1],b]x", "n1x n20x n21x nbx"));
    CHECK(expands("c0-0c0s[0-1]n0", "c0-0c0s0n0 c0-0c0s1n0"));
    CHECK(expands(" a , b,", "a b"));
}

static void broken_lists_are_refused_with_the_place(void)
{
    CHECK(is_refused("n[1-3", 10, "not closed at character 4"));
    CHECK(is_refused("n1-3]", 10, "closes that was not opened"));
    CHECK(is_refused("n[3-1]", 10, "a range falls"));
    CHECK(is_refused("n[]", 10, "is missing"));
    CHECK(is_refused("n[1,,2]", 10, "is missing"));
    CHECK(is_refused("n[1-2-3]", 10, "not closed"));
    CHECK(is_refused("n[a-b]", 10, "not closed"));
    CHECK(is_refused("n[-]", 10, "is missing"));
    CHECK(is_refused("a b", 10, "comma"));
    CHECK(is_refused("n[[[[[[[[[[[1]]]]]]]]]]]", 10, "too deep"));
    CHECK(is_refused("n[1]\n", 10, "comma"));
}

static void bombs_are_refused_before_they_expand(void)
{
    CHECK(is_refused("n[0-999999999]", 100000, "more hosts"));
    CHECK(is_refused("n[0-999999][0-999999][0-999999][0-999999]", 1 << 30, "more hosts"));
    CHECK(is_refused("n[0-999999999999999999][0-999999999999999999]", INT64_MAX - 1, "more hosts"));
    CHECK(is_refused("a,b,c", 2, "more hosts"));
    CHECK(is_refused("n[0-99999999999999999999]", 100000, "not closed"));
}

static bool folds_to(const char *names, const char *folded)
{
    struct text list = {0};
    char *copy = mem_text(names);
    const char *name[64];
    int64_t count = 0;
    bool holds;

    for (char *at = strtok(copy, " "); at; at = strtok(NULL, " ")) name[count++] = at;
    host_list_fold(name, count, &list);
    holds = strcmp(list.bytes ? list.bytes : "", folded) == 0 && expands(folded, names);
    if (!holds) warn("%s folds to %s", names, list.bytes ? list.bytes : "nothing");
    text_release(&list);
    mem_free(&copy);
    return holds;
}

static void names_fold_to_lists_that_give_them_back(void)
{
    CHECK(folds_to("", ""));
    CHECK(folds_to("login1", "login1"));
    CHECK(folds_to("n1 n2 n3", "n[1-3]"));
    CHECK(folds_to("n8 n9 n10 n11", "n[8-11]"));
    CHECK(folds_to("n08 n09 n10", "n[08-10]"));
    CHECK(folds_to("n1 n3 n4 n2", "n[1,3-4,2]"));
    CHECK(folds_to("n09 n10 n011", "n[09-10,011]"));
    CHECK(folds_to("a1 b1 b2", "a1,b[1-2]"));
    CHECK(folds_to("r1n1-ib0 r1n2-ib0 r2n1-ib0", "r1n[1-2]-ib0,r2n1-ib0"));
    CHECK(folds_to("r1n1 r1n2 r2n1 r2n2 r3n1 r3n2", "r[1-3]n[1-2]"));
    CHECK(folds_to("r1n1 r1n2 r2n1 r2n2 r3n1 r3n3", "r[1-2]n[1-2],r3n[1,3]"));
    CHECK(folds_to("n1b0 n2b0 n1b1 n2b1", "n[1-2]b0,n[1-2]b1"));
    CHECK(
        folds_to("a1r1n1 a1r1n2 a1r2n1 a1r2n2 a2r1n1 a2r1n2 a2r2n1 a2r2n2", "a[1-2]r[1-2]n[1-2]"));
    CHECK(folds_to("n1 n2 n3 m1 n4", "n[1-3],m1,n4"));
    CHECK(folds_to("c0-0c0s0n0 c0-0c0s1n0", "c0-0c0s[0-1]n0"));
    CHECK(folds_to("n1 n1", "n[1,1]"));
    CHECK(folds_to("a b c", "a,b,c"));
    CHECK(folds_to("n123456789012345678901 n123456789012345678902",
                   "n123456789012345678901,n123456789012345678902"));
}

CHECK_MAIN({"lists expand in order", lists_expand_in_order},
           {"broken lists are refused with the place", broken_lists_are_refused_with_the_place},
           {"bombs are refused before they expand", bombs_are_refused_before_they_expand},
           {"names fold to lists that give them back", names_fold_to_lists_that_give_them_back})
