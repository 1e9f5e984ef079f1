// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/telemetry.h>

#include <stdio.h>
#include <string.h>

/* A list is parsed to a small tree and counted before any name is made. */

enum { DEPTH_MAX = 8, PARTS_MAX = 64, NUMBER_DIGITS_MAX = 18 };

enum part_kind { PART_LITERAL, PART_RANGE, PART_CHOICE };

/* One piece of a name; the pieces that follow it are at `next`. */
struct part {
    enum part_kind kind;
    const char *bytes; /* LITERAL */
    size_t length;
    int64_t low, high; /* RANGE */
    int digits;
    struct part *choice;      /* CHOICE: first piece of the first alternative; owned */
    struct part *alternative; /* first piece of the next alternative; owned */
    struct part *next;        /* owned */
};

struct reader {
    const char *at;
    const char *list; /* whole, for messages */
    int depth;
};

static void free_parts(struct part **part)
{
    for (struct part *each = *part; each;) {
        struct part *next = each->next;

        free_parts(&each->choice);
        free_parts(&each->alternative);
        mem_free(&each);
        each = next;
    }
    *part = NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static status refuse(const struct reader *reader, const char *why)
{
    char shown[80];

    return fail(STATUS_BAD_INPUT, "host list \"%s\": %s at character %lld",
                text_printable(reader->list, shown, sizeof shown), why,
                (long long)(reader->at - reader->list) + 1);
}

static const char *skip_digits(const char *at, int64_t *value)
{
    const char *first = at;

    *value = 0;
    for (; is_digit(*at) && at - first < NUMBER_DIGITS_MAX; at++)
        *value = 10 * *value + (*at - '0');
    return at;
}

/* `7` or `001-128`, ended by a comma or the bracket; false where it is something else. */
static bool read_range(struct reader *reader, struct part *part)
{
    const char *at = skip_digits(reader->at, &part->low);

    if (at == reader->at) return false;
    part->digits = (int)(at - reader->at);
    part->high = part->low;
    if (*at == '-') {
        const char *second = at + 1;

        at = skip_digits(second, &part->high);
        if (at == second) return false;
    }
    if (*at != ',' && *at != ']') return false;
    part->kind = PART_RANGE;
    reader->at = at;
    return true;
}

static status read_pieces(struct reader *reader, struct part **first);

/* What stands between brackets; the reader is behind the opening one. */
static status read_choice(struct reader *reader, struct part *part)
{
    struct part **place = &part->choice;

    part->kind = PART_CHOICE;
    if (++reader->depth > DEPTH_MAX) return refuse(reader, "brackets are nested too deep");
    for (;;) {
        struct part range = {0};

        if (read_range(reader, &range)) {
            if (range.high < range.low) return refuse(reader, "a range falls");
            *place = mem_zero(1, sizeof **place);
            **place = range;
        } else {
            TRY(read_pieces(reader, place));
        }
        if (!*place) return refuse(reader, "a number or range is missing");
        place = &(*place)->alternative;
        if (*reader->at == ']') break;
        if (*reader->at != ',') return refuse(reader, "a bracket is not closed");
        reader->at++;
    }
    reader->at++;
    reader->depth--;
    return STATUS_OK;
}

static bool ends_literal(const struct reader *reader, char c)
{
    return c == '\0' || c == ',' || c == '[' || c == ']' || (unsigned char)c <= ' ' || c == 0x7F
           || (c == '-' && reader->depth > 0);
}

/* A name up to a comma, a closing bracket or the end. Takes over what it makes even when it fails. */
static status read_pieces(struct reader *reader, struct part **first)
{
    struct part **place = first;
    int parts = 0;

    while (*reader->at == '[' || !ends_literal(reader, *reader->at)) {
        struct part *part = *place = mem_zero(1, sizeof *part);

        if (++parts > PARTS_MAX) return refuse(reader, "a name has too many brackets");
        place = &part->next;
        if (*reader->at == '[') {
            reader->at++;
            TRY(read_choice(reader, part));
            continue;
        }
        part->bytes = reader->at;
        while (!ends_literal(reader, *reader->at)) reader->at++;
        part->length = (size_t)(reader->at - part->bytes);
    }
    return STATUS_OK;
}

/* Names that a chain of pieces makes, or @p limit + 1 where there are more. */
static int64_t count_names(const struct part *part, int64_t limit)
{
    int64_t product = 1;

    for (; part; part = part->next) {
        int64_t ways = 1;

        if (part->kind == PART_RANGE) ways = part->high - part->low + 1;
        if (part->kind == PART_CHOICE) {
            ways = 0;
            for (const struct part *a = part->choice; a && ways <= limit; a = a->alternative)
                ways += count_names(a, limit);
        }
        if (ways == 0) return 0;
        if (ways > limit || product > limit / ways) return limit + 1;
        product *= ways;
    }
    return product;
}

/* What remains to be written behind the alternative of a bracket. */
struct rest {
    const struct part *part;
    const struct rest *outer;
};

struct writer {
    struct text name;
    void (*add)(void *context, const char *name);
    void *context;
};

static void write_names(struct writer *writer, const struct part *part, const struct rest *rest)
{
    const size_t length = writer->name.length;

    if (!part && !rest) {
        writer->add(writer->context, writer->name.bytes);
    } else if (!part) {
        write_names(writer, rest->part, rest->outer);
    } else if (part->kind == PART_LITERAL) {
        text_add(&writer->name, part->bytes, part->length);
        write_names(writer, part->next, rest);
    } else if (part->kind == PART_RANGE) {
        for (int64_t number = part->low; number <= part->high; number++) {
            writer->name.length = length;
            text_printf(&writer->name, "%0*lld", part->digits, (long long)number);
            write_names(writer, part->next, rest);
        }
    } else {
        const struct rest behind = {part->next, rest};

        for (const struct part *a = part->choice; a; a = a->alternative)
            write_names(writer, a, &behind);
    }
    writer->name.length = length;
}

/* One name pattern of the list, @p left the names that may still come. */
static status read_item(struct reader *reader, int64_t *left, struct part **item)
{
    int64_t count;

    TRY(read_pieces(reader, item));
    while (*reader->at == ' ') reader->at++;
    if (*reader->at != ',' && *reader->at != '\0') {
        return refuse(reader, *reader->at == ']' ? "a bracket closes that was not opened"
                                                 : "a comma is missing");
    }
    if (!*item) return STATUS_OK;
    count = count_names(*item, *left);
    if (count > *left) return refuse(reader, "more hosts than there can be");
    *left -= count;
    return STATUS_OK;
}

status host_list_expand(const char *list, int64_t limit,
                        void (*add)(void *context, const char *name), void *context)
{
    struct reader reader = {.at = list, .list = list};
    struct writer writer = {.add = add, .context = context};
    struct part *items = NULL; /* the patterns, chained as alternatives */
    struct part **place = &items;
    int64_t left = limit;
    status outcome = STATUS_OK;

    while (outcome == STATUS_OK && *reader.at) {
        while (*reader.at == ' ' || *reader.at == ',') reader.at++;
        outcome = read_item(&reader, &left, place);
        if (*place) place = &(*place)->alternative;
    }
    for (const struct part *a = outcome == STATUS_OK ? items : NULL; a; a = a->alternative) {
        writer.name.length = 0;
        write_names(&writer, a, NULL);
    }
    text_release(&writer.name);
    free_parts(&items);
    return outcome;
}
