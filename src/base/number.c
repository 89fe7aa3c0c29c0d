/* number.c — decimal text to numbers and back, without a look at the locale.
 *
 * A decimal is read as digits and a power of ten. Small ones are computed exactly; the others go to
 * strtod as "digits e power", a text without a decimal point. */
#include "base/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* No double needs more digits than this to be told from its neighbours; what follows only counts as
 * "and something". */
enum { MAX_DIGITS = 800 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

struct decimal {
    bool negative, integer;  /* integer: neither point nor exponent */
    const char *first, *end; /* mantissa: digits, with perhaps one point among them */
    int64_t exponent;        /* as written, clamped to ±99999 */
};

static bool scan_exponent(struct decimal *d, const char *p, const char *end)
{
    bool negative = false;
    if (p < end && (*p == '+' || *p == '-'))
        negative = *p++ == '-';
    if (p == end)
        return false;
    for (; p < end; p++) {
        if (!is_digit(*p))
            return false;
        if (d->exponent < 99999)
            d->exponent = d->exponent * 10 + (*p - '0');
    }
    if (d->exponent > 99999)
        d->exponent = 99999;
    if (negative)
        d->exponent = -d->exponent;
    return true;
}

/* The shape of the whole text; false if it is not a number. */
static bool scan(struct decimal *d, struct eq_slice text)
{
    const char *p = text.ptr, *end;
    bool digits = false, point = false;

    *d = (struct decimal){.integer = true};
    if (text.len == 0)
        return false;
    end = p + text.len;
    if (*p == '+' || *p == '-')
        d->negative = *p++ == '-';
    d->first = p;
    for (; p < end; p++) {
        if (is_digit(*p))
            digits = true;
        else if (*p == '.' && !point)
            point = true;
        else
            break;
    }
    d->end = p;
    if (!digits)
        return false;
    d->integer = !point && p == end;
    if (p == end)
        return true;
    return (*p == 'e' || *p == 'E') && scan_exponent(d, p + 1, end);
}

/* The integer value of an integer; false beyond 64 bits. */
static bool read_integer(struct eq_number *out, const struct decimal *d)
{
    uint64_t u = 0;
    for (const char *p = d->first; p < d->end; p++) {
        unsigned digit = (unsigned)(*p - '0');
        if (u > (UINT64_MAX - digit) / 10)
            return false;
        u = u * 10 + digit;
    }
    if (d->negative) {
        if (u > (uint64_t)INT64_MAX + 1)
            return false;
        *out = (struct eq_number){.kind = EQ_NUMBER_INT, .i = u ? -(int64_t)(u - 1) - 1 : 0};
    } else if (u > INT64_MAX) {
        *out = (struct eq_number){.kind = EQ_NUMBER_UINT, .u = u};
    } else {
        *out = (struct eq_number){.kind = EQ_NUMBER_INT, .i = (int64_t)u};
    }
    return true;
}

static double read_double(const struct decimal *d)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    char text[MAX_DIGITS + 32];
    size_t n = 0;
    uint64_t mantissa = 0;
    int64_t exponent = d->exponent;
    bool after_point = false, more = false;
    double value;

    for (const char *p = d->first; p < d->end; p++) {
        if (*p == '.') {
            after_point = true;
            continue;
        }
        if (n < MAX_DIGITS) {
            if (n || *p != '0') {
                text[n++] = *p;
                if (n <= 18)
                    mantissa = mantissa * 10 + (uint64_t)(*p - '0');
            }
            exponent -= after_point;
        } else {
            more |= *p != '0';
            exponent += !after_point;
        }
    }
    if (n == 0)
        return d->negative ? -0.0 : 0.0;
    if (n <= 18 && mantissa <= UINT64_C(1) << DBL_MANT_DIG && exponent >= -22 && exponent <= 22) {
        value = exponent < 0 ? (double)mantissa / powers[-exponent] : (double)mantissa * powers[exponent];
        return d->negative ? -value : value;
    }
    if (more) {
        text[n++] = '1';
        exponent--;
    }
    snprintf(text + n, sizeof text - n, "e%lld", (long long)exponent);
    value = strtod(text, NULL);
    return d->negative ? -value : value;
}

struct eq_number eq_number_parse(struct eq_slice text)
{
    struct eq_number n = {.kind = EQ_NOT_NUMBER};
    struct decimal d;
    double value;

    if (!scan(&d, text))
        return n;
    if (d.integer && read_integer(&n, &d))
        return n;
    value = read_double(&d);
    if (!isfinite(value))
        return n;
    return (struct eq_number){.kind = EQ_NUMBER_DOUBLE, .d = value};
}

static int cmp_int_double(int64_t i, double d)
{
    double whole;
    int64_t w;
    if (d >= 0x1p63)
        return -1;
    if (d < -0x1p63)
        return 1;
    whole = trunc(d);
    w = (int64_t)whole;
    if (i != w)
        return i < w ? -1 : 1;
    return (d < whole) - (d > whole);
}

static int cmp_uint_double(uint64_t u, double d)
{
    double whole;
    uint64_t w;
    if (d >= 0x1p64)
        return -1;
    if (d < 0)
        return 1;
    whole = trunc(d);
    w = (uint64_t)whole;
    if (u != w)
        return u < w ? -1 : 1;
    return d > whole ? -1 : 0;
}

static int cmp_to_double(struct eq_number a, double d)
{
    if (isnan(d))
        return 2;
    return a.kind == EQ_NUMBER_INT ? cmp_int_double(a.i, d) : cmp_uint_double(a.u, d);
}

int eq_number_cmp(struct eq_number a, struct eq_number b)
{
    int c;
    if (a.kind == EQ_NOT_NUMBER || b.kind == EQ_NOT_NUMBER)
        return 2;
    if (a.kind == EQ_NUMBER_DOUBLE && b.kind == EQ_NUMBER_DOUBLE)
        return isnan(a.d) || isnan(b.d) ? 2 : (a.d > b.d) - (a.d < b.d);
    if (b.kind == EQ_NUMBER_DOUBLE)
        return cmp_to_double(a, b.d);
    if (a.kind == EQ_NUMBER_DOUBLE) {
        c = cmp_to_double(b, a.d);
        return c == 2 ? 2 : -c;
    }
    if (a.kind != b.kind)
        return a.kind == EQ_NUMBER_INT ? -1 : 1; /* a UINT is above every INT */
    if (a.kind == EQ_NUMBER_INT)
        return (a.i > b.i) - (a.i < b.i);
    return (a.u > b.u) - (a.u < b.u);
}

void eq_buf_uint(struct eq_buf *b, uint64_t u)
{
    char text[20];
    size_t at = sizeof text;
    do {
        text[--at] = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    eq_buf_add(b, eq_slice(text + at, sizeof text - at));
}

void eq_buf_int(struct eq_buf *b, int64_t i)
{
    if (i < 0)
        eq_buf_putc(b, '-');
    eq_buf_uint(b, i < 0 ? 0 - (uint64_t)i : (uint64_t)i);
}

struct digits {
    char text[20]; /* d1 d2 … of d1.d2… × 10^exponent, without trailing zeros */
    int n, exponent;
};

static bool reads_back(const struct digits *v, double d)
{
    char text[48];
    snprintf(text, sizeof text, "%.*se%d", v->n, v->text, v->exponent - v->n + 1);
    return strtod(text, NULL) == d;
}

/* `d` rounded to `n` digits; false if that does not read back as d. */
static bool round_to(struct digits *out, double d, int n)
{
    char text[40];
    const char *p = text;
    snprintf(text, sizeof text, "%.*e", n - 1, d);
    out->n = 0;
    for (; *p && *p != 'e'; p++)
        if (is_digit(*p)) /* whatever the locale's point is, it is skipped */
            out->text[out->n++] = *p;
    out->exponent = *p ? atoi(p + 1) : 0;
    while (out->n > 1 && out->text[out->n - 1] == '0')
        out->n--;
    return reads_back(out, d);
}

/* One more in digit number n; false if that changes the number of digits. */
static bool next_up(struct digits *v, int n)
{
    while (v->n < n)
        v->text[v->n++] = '0';
    while (v->n && v->text[v->n - 1] == '9')
        v->n--;
    if (v->n == 0)
        return false;
    v->text[v->n - 1]++;
    return true;
}

/* The fewest digits that read back. Below 16 digits, rounding the exact value and cutting zeros gives
 * them at once; only subnormal numbers, which have fewer, must be tried upwards. A power of two has
 * more room above than below, so there the next 16 digits may do where the nearest do not. */
static void shortest(struct digits *out, double d)
{
    for (int n = d < DBL_MIN ? 2 : 15; n < 17; n++)
        if (round_to(out, d, n))
            return;
    if (next_up(out, 16) && reads_back(out, d))
        return;
    round_to(out, d, 17);
}

static void add_digits(struct eq_buf *b, const struct digits *v, int from, int to)
{
    for (int i = from; i < to; i++)
        eq_buf_putc(b, i < v->n ? v->text[i] : '0');
}

void eq_buf_double(struct eq_buf *b, double d)
{
    struct digits v;
    int point;

    if (isnan(d)) {
        eq_buf_puts(b, "NaN");
        return;
    }
    if (signbit(d))
        eq_buf_putc(b, '-');
    d = fabs(d);
    if (isinf(d) || d == 0) {
        eq_buf_puts(b, d == 0 ? "0.0" : "Infinity");
        return;
    }
    shortest(&v, d);
    if (d >= 1e-3 && d < 1) {
        eq_buf_puts(b, "0.");
        eq_buf_fill(b, '0', (size_t)(-v.exponent - 1));
        add_digits(b, &v, 0, v.n);
        return;
    }
    point = d >= 1 && d < 1e7 ? v.exponent + 1 : 1;
    add_digits(b, &v, 0, point);
    eq_buf_putc(b, '.');
    add_digits(b, &v, point, v.n > point ? v.n : point + 1);
    if (d < 1e-3 || d >= 1e7)
        eq_buf_printf(b, "E%d", v.exponent);
}
