// SPDX-License-Identifier: BSD-3-Clause
#include "import_private.h"

#include <string.h>

const struct reason_words reason_table[REASONS] = {
    [REASON_CELL] = {ROW_REPAIRED, "cell",        "a cell that is no number is left empty"             },
    [REASON_TEXT] = {ROW_REPAIRED, "text",        "bytes that are not UTF-8 are replaced"              },
    [REASON_CUT_END] = {ROW_REPAIRED, "cut_end",     "the last cell may be cut off and is left empty"     },
    [REASON_REJOINED] = {ROW_REPAIRED, "rejoined",    "a delimiter or newline inside a name"               },
    [REASON_BACKWARD] = {ROW_REPAIRED, "backward",
                     "the clock stepped back; sorted in by its stamp"                                  },
    [REASON_DUPLICATE] = {ROW_REPAIRED, "duplicate",
                     "a second row for one moment or node; the last wins"                              },
    [REASON_WORD] = {ROW_REPAIRED, "word",        "a word or number that is not known is left empty"   },
    [REASON_HOSTS] = {ROW_REPAIRED, "hosts",       "a list of hosts that cannot be expanded is left out"},
    [REASON_FEW_FIELDS] = {ROW_REFUSED,  "few_fields",  "fewer fields than the header"                       },
    [REASON_MANY_FIELDS] = {ROW_REFUSED,  "many_fields", "more fields than the header"                        },
    [REASON_TIME] = {ROW_REFUSED,  "time",        "no moment between 1980 and 2100"                    },
    [REASON_ORDER] = {ROW_REFUSED,  "order",       "ends before it starts"                              },
    [REASON_NUL] = {ROW_REFUSED,  "nul",         "NUL bytes"                                          },
    [REASON_HUGE] = {ROW_REFUSED,  "huge",        "a field over the limit"                             },
    [REASON_QUOTE] = {ROW_REFUSED,  "quote",       "a quote that is not closed"                         },
    [REASON_NAME] = {ROW_REFUSED,  "name",        "no name where one is needed"                        },
    [REASON_VALUE] = {ROW_REFUSED,  "value",       "a value that is no number"                          },
    [REASON_STEP] = {ROW_LEFT_OUT, "step",        "steps of a job"                                     },
    [REASON_OUTSIDE] = {ROW_LEFT_OUT, "outside",     "outside the span that is wanted"                    },
    [REASON_STATE] = {ROW_LEFT_OUT, "state",       "states of discrete sensors"                         },
    [REASON_NO_READING] = {ROW_LEFT_OUT, "no_reading",  "a sensor gave no reading"                           },
    [REASON_SILENT] = {ROW_LEFT_OUT, "silent",      "a poll without a line of a sensor"                  },
};

static void merge_one(struct tally *sum, const struct tally *other)
{
    sum->read += other->read;
    for (int class = 0; class < ROW_CLASSES; class ++) sum->rows[class] += other->rows[class];
    sum->files += other->files;
    sum->passed_over += other->passed_over;
    sum->bytes += other->bytes;
    sum->cells += other->cells;
    sum->cells_missing += other->cells_missing;
    sum->cells_refused += other->cells_refused;
    for (int reason = 0; reason < REASONS; reason++) {
        struct reason_count *mine = &sum->reasons[reason];
        const struct reason_count *its = &other->reasons[reason];
        const int64_t rows = mine->rows + its->rows;

        if (its->rows == 0) continue;
        if (mine->rows == 0 || its->key < mine->key
            || (its->key == mine->key && its->line < mine->line))
            *mine = *its;
        mine->rows = rows;
    }
}

void tally_merge(const struct comm *comm, struct tally *tally)
{
    struct tally *all;
    int64_t count;

    comm_all_rows(comm, tally, 1, sizeof *tally, (void **)&all, &count);
    memset(tally, 0, sizeof *tally);
    for (int64_t rank = 0; rank < count; rank++) merge_one(tally, &all[rank]);
    mem_free(&all);
}
