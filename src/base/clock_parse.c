// SPDX-License-Identifier: BSD-3-Clause
#include <telltale/base.h>

#include <math.h>

/* A place in a text that is being read from left to right. */
struct cursor {
    const char *at;
    const char *end;
};

static bool take(struct cursor *cursor, char wanted)
{
    if (cursor->at == cursor->end || *cursor->at != wanted) return false;
    cursor->at++;
    return true;
}

static bool take_digits(struct cursor *cursor, int digits, int *value)
{
    *value = 0;
    for (int i = 0; i < digits; i++, cursor->at++) {
        if (cursor->at == cursor->end || *cursor->at < '0' || *cursor->at > '9') return false;
        *value = 10 * *value + (*cursor->at - '0');
    }
    return true;
}

static double take_fraction(struct cursor *cursor)
{
    double fraction = 0.0;
    double unit = 0.1;

    for (; cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9'; cursor->at++) {
        fraction += unit * (*cursor->at - '0');
        unit *= 0.1;
    }
    return fraction;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool take_date(struct cursor *cursor, int64_t *days)
{
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;

    if (!take_digits(cursor, 4, &year) || !take(cursor, '-') || !take_digits(cursor, 2, &month)
        || !take(cursor, '-') || !take_digits(cursor, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1) return false;
    if (day > month_days[month - 1] + (month == 2 && is_leap(year))) return false;
    *days = clock_days(year, month, day);
    return true;
}

static bool take_time(struct cursor *cursor, double *seconds)
{
    int hour, minute;
    int second = 0;

    if (!take_digits(cursor, 2, &hour) || !take(cursor, ':') || !take_digits(cursor, 2, &minute))
        return false;
    if (take(cursor, ':') && !take_digits(cursor, 2, &second)) return false;
    if (hour > 23 || minute > 59 || second > 60) return false;
    *seconds = hour * 3600.0 + minute * 60.0 + second;
    if (take(cursor, '.')) *seconds += take_fraction(cursor);
    return true;
}

static bool take_zone(struct cursor *cursor, int *offset_s)
{
    const bool is_west = cursor->at < cursor->end && *cursor->at == '-';
    int hour;
    int minute = 0;

    if (cursor->at == cursor->end) return true;
    if (take(cursor, 'Z')) {
        *offset_s = 0;
        return true;
    }
    if (!take(cursor, '+') && !take(cursor, '-')) return false;
    if (!take_digits(cursor, 2, &hour)) return false;
    take(cursor, ':');
    if (cursor->at < cursor->end && !take_digits(cursor, 2, &minute)) return false;
    if (hour > 18 || minute > 59) return false;
    *offset_s = (is_west ? -1 : 1) * (hour * 3600 + minute * 60);
    return true;
}

static bool parse_seconds(struct cursor cursor, double *unix_s)
{
    const bool is_negative = take(&cursor, '-');
    const char *first = cursor.at;
    double seconds = 0.0;

    for (; cursor.at < cursor.end && *cursor.at >= '0' && *cursor.at <= '9'; cursor.at++)
        seconds = 10.0 * seconds + (*cursor.at - '0');
    if (cursor.at == first || cursor.at - first > 12) return false;
    if (take(&cursor, '.')) seconds += take_fraction(&cursor);
    if (cursor.at != cursor.end) return false;
    *unix_s = is_negative ? -seconds : seconds;
    return true;
}

bool clock_parse(const char *text, size_t bytes, int zone_offset_s, double *unix_s)
{
    struct cursor cursor = {text, text + bytes};
    int offset_s = zone_offset_s;
    double seconds = 0.0;
    int64_t days;

    if (parse_seconds(cursor, unix_s)) return true;
    if (!take_date(&cursor, &days)) return false;
    if (cursor.at < cursor.end) {
        if (!take(&cursor, 'T') && !take(&cursor, ' ')) return false;
        if (!take_time(&cursor, &seconds)) return false;
        take(&cursor, ' ');
        if (!take_zone(&cursor, &offset_s)) return false;
        if (take(&cursor, 'Z') || cursor.at != cursor.end) return false;
    }
    *unix_s = (double)days * 86400.0 + seconds - offset_s;
    return true;
}
