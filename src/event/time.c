/* time.c — ISO text and numbers since 1970 to points in time, and back.
 *
 *      2017-08-30T20:47:33Z     names a period: 20:47:33.000000000 .. 20:47:33.999999999
 *      2017-08                  the whole month
 *      2017-08-30T20:47:33.5Z   an instant
 *
 * Calendar: Gregorian, also before 1582; years 0000 to 9999; no leap seconds. */
#include "event/time.h"

#include <math.h>

#define MIN_SECOND INT64_C(-62167219200) /* 0000-01-01T00:00:00Z */
#define MAX_SECOND INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define SECOND_NS INT64_C(1000000000)

enum { DAY_SECONDS = 86400 };

int64_t eq_time_diff_ns(struct eq_time a, struct eq_time b)
{
    int64_t diff;
    if (__builtin_sub_overflow(b.s, a.s, &diff) || __builtin_mul_overflow(diff, SECOND_NS, &diff) ||
        __builtin_add_overflow(diff, (int64_t)b.ns - (int64_t)a.ns, &diff))
        return b.s < a.s ? INT64_MIN : INT64_MAX;
    return diff;
}

/* Days from 1970-01-01. Years are counted from March, so that the leap day is the last one. */
static int64_t days_of(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
    int64_t of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int64_t *year, int *month, int *day)
{
    int64_t shifted = days + 719468, era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = y + era * 400 + (*month <= 2);
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

/* How much of a point in time a text names. */
enum part { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FRACTION };

struct iso {
    const char *p, *end;
    int value[6];   /* by part; what is not named has its first value */
    enum part last; /* the last one named */
    uint32_t ns;
    int offset_minutes;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly n digits, within low..high. */
static bool take_digits(struct iso *t, int n, int low, int high, int *out)
{
    int value = 0;
    if (t->end - t->p < n)
        return false;
    for (int i = 0; i < n; i++) {
        if (!is_digit(t->p[i]))
            return false;
        value = value * 10 + (t->p[i] - '0');
    }
    if (value < low || value > high)
        return false;
    t->p += n;
    *out = value;
    return true;
}

/* Parts behind the year, as far as a mark and a digit follow; false if what follows them is wrong. */
static bool take_parts(struct iso *t)
{
    static const struct {
        char mark, other;
        int low, high;
    } shapes[] = {[MONTH] = {'-', '-', 1, 12}, [DAY] = {'-', '-', 1, 31},   [HOUR] = {'T', ' ', 0, 23},
                  [MINUTE] = {':', ':', 0, 59}, [SECOND] = {':', ':', 0, 59}};
    for (int part = MONTH; part <= SECOND; part++) {
        const char *p = t->p;
        if (t->end - p < 2 || (p[0] != shapes[part].mark && p[0] != shapes[part].other) || !is_digit(p[1]))
            return true;
        if (t->end - p < 3 || !is_digit(p[2]))
            return false;
        int value = (p[1] - '0') * 10 + p[2] - '0';
        if (value < shapes[part].low || value > shapes[part].high)
            return false;
        t->value[part] = value;
        t->last = (enum part)part;
        t->p = p + 3;
    }
    return true;
}

/* The digits at *p as nanoseconds after a decimal point; those beyond are cut. */
static uint32_t take_nanoseconds(const char **p, const char *end)
{
    uint32_t ns = 0, unit = 100000000;
    for (; *p < end && is_digit(**p); ++*p) {
        ns += (uint32_t)(**p - '0') * unit;
        unit /= 10;
    }
    return ns;
}

static void take_fraction(struct iso *t)
{
    if (t->last != SECOND || t->end - t->p < 2 || (t->p[0] != '.' && t->p[0] != ',') || !is_digit(t->p[1]))
        return;
    t->p++;
    t->ns = take_nanoseconds(&t->p, t->end);
    t->last = FRACTION;
}

static bool take_zone(struct iso *t)
{
    int hours, minutes = 0;
    bool west;
    if (t->p == t->end)
        return true;
    if (*t->p == 'Z')
        return ++t->p == t->end;
    if (*t->p != '+' && *t->p != '-')
        return false;
    west = *t->p++ == '-';
    if (!take_digits(t, 2, 0, 23, &hours))
        return false;
    if (t->p < t->end) {
        t->p += *t->p == ':';
        if (!take_digits(t, 2, 0, 59, &minutes))
            return false;
    }
    t->offset_minutes = (hours * 60 + minutes) * (west ? -1 : 1);
    return t->p == t->end;
}

static int64_t seconds_of(const struct iso *t)
{
    return days_of(t->value[YEAR], t->value[MONTH], t->value[DAY]) * DAY_SECONDS + t->value[HOUR] * 3600 +
           t->value[MINUTE] * 60 + t->value[SECOND] - (int64_t)t->offset_minutes * 60;
}

/* The last instant of the period that starts at `first`. */
static struct eq_time end_of(const struct iso *t, struct eq_time first)
{
    static const int seconds[] = {[DAY] = DAY_SECONDS, [HOUR] = 3600, [MINUTE] = 60, [SECOND] = 1};
    int days = 0;
    if (t->last == FRACTION)
        return first;
    if (t->last == MONTH)
        days = month_days(t->value[YEAR], t->value[MONTH]);
    else if (t->last == YEAR)
        days = 337 + month_days(t->value[YEAR], 2);
    first.s += (days ? (int64_t)days * DAY_SECONDS : seconds[t->last]) - 1;
    first.ns = 999999999;
    return first;
}

bool eq_time_parse(struct eq_time *first, struct eq_time *last, struct eq_slice text)
{
    struct iso t = {.value = {0, 1, 1, 0, 0, 0}};
    struct eq_time begin;

    if (text.len < 4)
        return false;
    t.p = text.ptr;
    t.end = text.ptr + text.len;
    if (!take_digits(&t, 4, 0, 9999, &t.value[YEAR]) || !take_parts(&t))
        return false;
    if (t.value[DAY] > month_days(t.value[YEAR], t.value[MONTH]))
        return false;
    take_fraction(&t);
    if (!take_zone(&t))
        return false;

    begin = (struct eq_time){seconds_of(&t), t.ns};
    if (first)
        *first = begin;
    if (last)
        *last = end_of(&t, begin);
    return true;
}

static bool in_range(int64_t s)
{
    return s >= MIN_SECOND && s <= MAX_SECOND;
}

/* What a number counts since 1970: milliseconds, unless it is so large that they would be beyond the year 5138; then
 * microseconds, then nanoseconds. With a fraction, seconds where milliseconds would be before 1973. */
static int64_t units_per_second(uint64_t size, bool fraction)
{
    if (fraction && size >= UINT64_C(100000000) && size < UINT64_C(100000000000))
        return 1;
    if (size < UINT64_C(100000000000000))
        return 1000;
    return size < UINT64_C(100000000000000000) ? 1000000 : SECOND_NS;
}

/* Whole units and nanoseconds beyond them. */
static bool of_units(struct eq_time *out, int64_t whole, int64_t per_second, int64_t ns)
{
    int64_t s = whole / per_second, rest = whole % per_second;
    if (rest < 0) {
        rest += per_second;
        s--;
    }
    *out = (struct eq_time){s, (uint32_t)(rest * (SECOND_NS / per_second) + ns)};
    return in_range(s);
}

static bool of_integer(struct eq_time *out, int64_t i)
{
    uint64_t size = i < 0 ? -(uint64_t)i : (uint64_t)i;
    return of_units(out, i, units_per_second(size, false), 0);
}

static bool of_double(struct eq_time *out, double d)
{
    double whole = floor(d);
    if (!(fabs(d) < 9e18))
        return false;
    int64_t per_second = units_per_second((uint64_t)fabs(d), d != whole), unit = SECOND_NS / per_second;
    int64_t ns = (int64_t)((d - whole) * (double)unit + 0.5);
    return ns < unit ? of_units(out, (int64_t)whole, per_second, ns) : of_units(out, (int64_t)whole + 1, per_second, 0);
}

static bool of_number(struct eq_time *out, struct eq_number n)
{
    switch (n.kind) {
    case EQ_NUMBER_INT: return of_integer(out, n.i);
    case EQ_NUMBER_UINT: *out = (struct eq_time){(int64_t)(n.u / 1000000000), (uint32_t)(n.u % 1000000000)}; return true;
    case EQ_NUMBER_DOUBLE: return of_double(out, n.d);
    case EQ_NOT_NUMBER: break;
    }
    return false;
}

/* A number as text: exact to the nanosecond if it is [-]digits.digits; a text of another shape goes by its value. */
static bool of_digits(struct eq_time *out, struct eq_slice text)
{
    size_t at = text.len && text.ptr[0] == '-', first = at;
    bool negative = at;
    int64_t whole = 0, ns = 0;

    for (; at < text.len && is_digit(text.ptr[at]) && at - first < 18; at++)
        whole = whole * 10 + (text.ptr[at] - '0');
    if (at == first || at + 1 >= text.len || text.ptr[at] != '.')
        return of_number(out, eq_number_parse(text));
    int64_t per_second = units_per_second((uint64_t)whole, true), unit = SECOND_NS / per_second;
    for (int64_t digit = unit / 10; ++at < text.len && is_digit(text.ptr[at]); digit /= 10)
        ns += (text.ptr[at] - '0') * digit;
    if (at < text.len)
        return of_number(out, eq_number_parse(text));
    if (!negative)
        return of_units(out, whole, per_second, ns);
    return ns ? of_units(out, -whole - 1, per_second, unit - ns) : of_units(out, -whole, per_second, 0);
}

bool eq_time_of_value(struct eq_time *out, const struct eq_value *v)
{
    switch ((enum eq_type)v->type) {
    case EQ_TIME: *out = (struct eq_time){v->i, v->len}; return true;
    case EQ_INT: return of_integer(out, v->i);
    case EQ_UINT: return of_number(out, eq_value_number(v));
    case EQ_DOUBLE: return v->len ? of_digits(out, eq_value_slice(v)) : of_double(out, v->d);
    case EQ_STRING: return eq_time_parse(out, NULL, eq_value_slice(v)) || of_digits(out, eq_value_slice(v));
    case EQ_NULL:
    case EQ_BOOL:
    case EQ_IP: break;
    }
    return false;
}

/* ss[.fraction]Z, all there is behind the minute; false for other shapes, which may be right all the same. */
static bool take_second(struct eq_time *out, struct eq_slice text)
{
    const char *p = text.ptr, *end = p + text.len - 1;
    if (text.len < 3 || !is_digit(p[0]) || !is_digit(p[1]) || p[0] > '5' || *end != 'Z')
        return false;
    int64_t s = (p[0] - '0') * 10 + p[1] - '0';
    p += 2;
    if (p < end && (*p++ != '.' || p == end))
        return false;
    *out = (struct eq_time){s, take_nanoseconds(&p, end)};
    return p == end;
}

bool eq_time_near(struct eq_time *out, const struct eq_value *v, struct eq_time_minute *minute)
{
    struct eq_slice text = eq_value_slice(v);
    struct eq_time second;
    bool usual = v->type == EQ_STRING && text.len > sizeof minute->text && text.ptr[sizeof minute->text] == ':' &&
                 take_second(&second, eq_slice(text.ptr + sizeof minute->text + 1, text.len - sizeof minute->text - 1));
    if (usual && minute->known && memcmp(text.ptr, minute->text, sizeof minute->text) == 0) {
        *out = (struct eq_time){minute->s + second.s, second.ns};
        return true;
    }
    if (!eq_time_of_value(out, v))
        return false;
    if (usual) { /* what is in front of those seconds can only be the minute */
        memcpy(minute->text, text.ptr, sizeof minute->text);
        minute->s = out->s - second.s;
        minute->known = true;
    }
    return true;
}

void eq_buf_time(struct eq_buf *b, struct eq_time t)
{
    int64_t days = t.s / DAY_SECONDS, rest = t.s % DAY_SECONDS, year;
    int month, day, second;
    if (rest < 0) {
        rest += DAY_SECONDS;
        days--;
    }
    second = (int)rest;
    date_of(days, &year, &month, &day);
    eq_buf_printf(b, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)year, month, day, second / 3600, second / 60 % 60,
                  second % 60);
    if (t.ns % 1000 != 0)
        eq_buf_printf(b, ".%09uZ", t.ns);
    else if (t.ns % 1000000 != 0)
        eq_buf_printf(b, ".%06uZ", t.ns / 1000);
    else
        eq_buf_printf(b, ".%03uZ", t.ns / 1000000);
}
