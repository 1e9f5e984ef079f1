// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/base.h>

#include <stdio.h>
#include <time.h>

enum { DAY_S = 86400 };

double clock_monotonic_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double clock_processor_s(void)
{
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
}

int64_t clock_now_unix_s(void)
{
    return (int64_t)time(NULL);
}

/* Years are counted from March, so that the leap day is the last of its year; an era is the 400
 * years after which the calendar repeats. */
int64_t clock_days(int64_t year, int month, int day)
{
    const int64_t shifted_year = month <= 2 ? year - 1 : year;
    const int64_t era = (shifted_year >= 0 ? shifted_year : shifted_year - 399) / 400;
    const int64_t year_of_era = shifted_year - era * 400;
    const int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static void date_of_days(int64_t days, int64_t *year, int *month, int *day)
{
    const int64_t shifted = days + 719468;
    const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const int64_t day_of_era = shifted - era * 146097;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month_from_march = (5 * day_of_year + 2) / 153;

    *day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

char *clock_text(int64_t unix_s, char *text)
{
    const int64_t days = unix_s >= 0 ? unix_s / DAY_S : -((-unix_s + DAY_S - 1) / DAY_S);
    const int64_t second = unix_s - days * DAY_S;
    int64_t year;
    int month, day;

    date_of_days(days, &year, &month, &day);
    snprintf(text, CLOCK_TEXT_BYTES, "%04lld-%02d-%02dT%02d:%02d:%02dZ", (long long)year, month,
             day, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    return text;
}
