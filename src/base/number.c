/* number.c — decimal text to numbers and back. What a number looks like is decided here, and integers are read here;
 * doubles are read and written by number_shim. */
#include "base/number.h"

#include <math.h>

#include "base/number_shim.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

struct decimal {
    bool negative, integer;  /* integer: neither point nor exponent */
    const char *first, *end; /* without the sign: digits, with perhaps one point among them, perhaps an exponent */
};

static bool is_exponent(const char *p, const char *end)
{
    if (p < end && (*p == '+' || *p == '-'))
        p++;
    if (p == end)
        return false;
    while (p < end && is_digit(*p))
        p++;
    return p == end;
}

/* The shape of the whole text; false if it is not a number. */
static bool scan(struct decimal *d, struct eq_slice text)
{
    const char *p = text.ptr, *end;
    bool digits = false, point = false;

    if (text.len == 0)
        return false;
    end = p + text.len;
    *d = (struct decimal){.integer = true, .end = end};
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
    if (!digits)
        return false;
    d->integer = !point && p == end;
    if (p == end)
        return true;
    return (*p == 'e' || *p == 'E') && is_exponent(p + 1, end);
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

struct eq_number eq_number_parse(struct eq_slice text)
{
    struct eq_number n = {.kind = EQ_NOT_NUMBER};
    struct decimal d;
    double value;

    if (!scan(&d, text))
        return n;
    if (d.integer && read_integer(&n, &d))
        return n;
    value = eq_decimal_read(d.first, d.end);
    if (!isfinite(value))
        return n;
    return (struct eq_number){.kind = EQ_NUMBER_DOUBLE, .d = d.negative ? -value : value};
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
    char text[EQ_DECIMAL_DIGITS]; /* d1 d2 … of d1.d2… × 10^exponent */
    int n, exponent;
};

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
    v.n = eq_decimal_digits(v.text, &v.exponent, d);
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
