/* value.c — values as text and as JSON. */
#include "event/value.h"

#include <math.h>

#include "event/ip.h"
#include "event/time.h"

static struct eq_time time_of(const struct eq_value *v)
{
    return (struct eq_time){v->i, v->len};
}

static bool is_v4(const struct eq_ip *ip)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    return memcmp(ip->b, mapped, sizeof mapped) == 0;
}

static void add_ip(struct eq_buf *out, const struct eq_value *v)
{
    struct eq_ip ip;
    memcpy(ip.b, v->s, sizeof ip.b);
    eq_buf_ip(out, &ip);
    if (v->u)
        eq_buf_printf(out, "/%u", (is_v4(&ip) && v->u <= 32 ? 32u : 128u) - (unsigned)v->u);
}

/* A number as we write it, whatever its text was. */
static void add_number(struct eq_buf *out, const struct eq_value *v)
{
    if (v->type == EQ_INT)
        eq_buf_int(out, v->i);
    else if (v->type == EQ_UINT)
        eq_buf_uint(out, v->u);
    else
        eq_buf_double(out, v->d);
}

void eq_value_text(struct eq_buf *out, const struct eq_value *v)
{
    switch ((enum eq_type)v->type) {
    case EQ_NULL: break;
    case EQ_BOOL: eq_buf_puts(out, v->b ? "true" : "false"); break;
    case EQ_INT:
    case EQ_UINT:
    case EQ_DOUBLE:
        if (v->len)
            eq_buf_add(out, eq_value_slice(v));
        else
            add_number(out, v);
        break;
    case EQ_STRING: eq_buf_add(out, eq_value_slice(v)); break;
    case EQ_TIME: eq_buf_time(out, time_of(v)); break;
    case EQ_IP: add_ip(out, v); break;
    }
}

static size_t skip_digits(struct eq_slice s, size_t at)
{
    while (at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9')
        at++;
    return at;
}

/* Numbers of rules (".5", "1.") and of lenient readers are not all numbers of JSON. */
static bool is_json_number(struct eq_slice s)
{
    size_t at = s.len && s.ptr[0] == '-', end = skip_digits(s, at);
    if (end == at || (s.ptr[at] == '0' && end > at + 1))
        return false;
    at = end;
    if (at < s.len && s.ptr[at] == '.') {
        end = skip_digits(s, at + 1);
        if (end == at + 1)
            return false;
        at = end;
    }
    if (at < s.len && (s.ptr[at] == 'e' || s.ptr[at] == 'E')) {
        at++;
        at += at < s.len && (s.ptr[at] == '+' || s.ptr[at] == '-');
        end = skip_digits(s, at);
        if (end == at)
            return false;
        at = end;
    }
    return at == s.len;
}

static void number_json(struct eq_buf *out, const struct eq_value *v)
{
    if (v->len && is_json_number(eq_value_slice(v)))
        eq_buf_add(out, eq_value_slice(v));
    else if (v->type == EQ_DOUBLE && !isfinite(v->d))
        eq_buf_puts(out, "null");
    else
        add_number(out, v);
}

void eq_value_json(struct eq_buf *out, const struct eq_value *v)
{
    switch ((enum eq_type)v->type) {
    case EQ_NULL: eq_buf_puts(out, "null"); break;
    case EQ_BOOL: eq_buf_puts(out, v->b ? "true" : "false"); break;
    case EQ_INT:
    case EQ_UINT:
    case EQ_DOUBLE: number_json(out, v); break;
    case EQ_STRING: eq_buf_json(out, eq_value_slice(v)); break;
    case EQ_TIME:
    case EQ_IP:
        eq_buf_putc(out, '"');
        eq_value_text(out, v);
        eq_buf_putc(out, '"');
        break;
    }
}
