/* forms.c — how texts of a rule file are written. */
#include "rule/forms.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool eq_form_is(struct eq_slice s, const char *picture)
{
    size_t i = 0;

    for (; i < s.len && picture[i]; i++) {
        char c = s.ptr[i];
        bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (picture[i] == '0' ? !is_digit(c) : picture[i] == 'x' ? !hex : c != picture[i])
            return false;
    }
    return i == s.len && !picture[i];
}

static int two_digits(const char *p)
{
    return (p[0] - '0') * 10 + p[1] - '0';
}

bool eq_form_is_day(struct eq_slice s)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (!eq_form_is(s, "0000/00/00"))
        return false;
    int year = two_digits(s.ptr) * 100 + two_digits(s.ptr + 2), month = two_digits(s.ptr + 5),
        day = two_digits(s.ptr + 8);
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month >= 1 && month <= 12 && day >= 1 && day <= lengths[month - 1] + (month == 2 && leap);
}

/* Take digits and one of `units` from the front of *s. */
static bool take_duration(struct eq_slice *s, const char *units)
{
    size_t n = 0;

    while (n < s->len && is_digit(s->ptr[n]))
        n++;
    if (n == 0 || n == s->len || s->ptr[n] == '\0' || !strchr(units, s->ptr[n]))
        return false;
    *s = eq_slice(s->ptr + n + 1, s->len - n - 1);
    return true;
}

bool eq_form_is_duration(struct eq_slice s)
{
    return take_duration(&s, "smhd") && s.len == 0;
}

/* now, or an ISO date before "||"; then +N unit or -N unit, and /unit for rounding, any number of times. */
bool eq_form_is_date_math(struct eq_slice s)
{
    const char *units = "yMwdhHms";
    const char *bars = s.len ? memchr(s.ptr, '|', s.len) : NULL;

    if (eq_slice_starts(s, EQ_LIT("now"))) {
        s = eq_slice(s.ptr + 3, s.len - 3);
    } else {
        size_t date = bars ? (size_t)(bars - s.ptr) : s.len;
        if (date < 4 || !eq_form_is(eq_slice(s.ptr, 4), "0000"))
            return false;
        if (bars && !eq_slice_starts(eq_slice(bars, s.len - date), EQ_LIT("||")))
            return false;
        s = bars ? eq_slice(bars + 2, s.len - date - 2) : eq_slice(s.ptr + s.len, 0);
    }
    while (s.len) {
        char op = s.ptr[0];
        s = eq_slice(s.ptr + 1, s.len - 1);
        if (op == '+' || op == '-') {
            if (!take_duration(&s, units))
                return false;
        } else if (op == '/' && s.len && s.ptr[0] && strchr(units, s.ptr[0])) {
            s = eq_slice(s.ptr + 1, s.len - 1);
        } else {
            return false;
        }
    }
    return true;
}

bool eq_form_duration(int64_t *out_ns, struct eq_slice s)
{
    int64_t n = 0, unit = INT64_C(1000000000);

    if (!eq_form_is_duration(s) || s.len > 10)
        return false;
    for (size_t i = 0; i + 1 < s.len; i++)
        n = n * 10 + (s.ptr[i] - '0');
    switch (s.ptr[s.len - 1]) {
    case 'm': unit *= 60; break;
    case 'h': unit *= 3600; break;
    case 'd': unit *= 86400; break;
    default: break;
    }
    if (n > INT64_MAX / unit)
        return false;
    *out_ns = n * unit;
    return true;
}

bool eq_form_look_back(int64_t *out_ns, struct eq_slice s)
{
    return eq_slice_starts(s, EQ_LIT("now-")) && eq_form_duration(out_ns, eq_slice(s.ptr + 4, s.len - 4));
}
