/* decode_scalar.c — strings with escapes, and numbers: the scalars that need more than two pointers. */
#include "event/decode_priv.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/utf8.h"

/* ── Strings ───────────────────────────────────────────────────────────────────────────────────────────────────── */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four hex digits at p, or -1. */
static int32_t hex4(const char *p, const char *end)
{
    if (end - p < 4)
        return -1;
    int a = hex_digit(p[0]), b = hex_digit(p[1]), c = hex_digit(p[2]), d = hex_digit(p[3]);
    if ((a | b | c | d) < 0)
        return -1;
    return a << 12 | b << 8 | c << 4 | d;
}

/* The character of a \uXXXX at *p (behind the u), with its second half if it has one; -1 if it is wrong. */
static int32_t unicode_escape(const char **p, const char *end, unsigned *repairs)
{
    int32_t code = hex4(*p, end);
    if (code < 0)
        return -1;
    *p += 4;
    if (code < 0xD800 || code > 0xDFFF)
        return code;
    if (code < 0xDC00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        int32_t low = hex4(*p + 2, end);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *p += 6;
            return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    *repairs |= EQ_REPAIR_SURROGATE;
    return 0xFFFD;
}

static const char simple_escapes[256] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                         ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};

enum { BLOCK = 16 };

/* Where backslashes are in the block at p, as bits. */
static inline unsigned backslashes(const char *p)
{
#if defined(__SSE2__)
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)p);
    return (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, _mm_set1_epi8('\\')));
#else
    unsigned bits = 0;
    for (unsigned i = 0; i < BLOCK; i++)
        bits |= (unsigned)(p[i] == '\\') << i;
    return bits;
#endif
}

/* The block at *p, of which n bytes are text, to *q: up to its end, or the end of an escape that began in it, or an escape
 * that is not simple. A block behind the text is read, too, and one behind the result written. */
static inline void unescape_block(char **q, const char **p, size_t n)
{
    unsigned left = backslashes(*p) & ((1u << n) - 1);
    const char *from = *p, *stop = from + n;
    char *to = *q;
    for (; left; left = left & (left - 1)) {
        const char *escape = *p + __builtin_ctz(left);
        memcpy(to, from, BLOCK);
        to += escape - from;
        from = escape;
        /* A string never ends in a lone backslash: it would have hidden the closing quote. */
        char simple = simple_escapes[(unsigned char)escape[1]];
        if (!simple) {
            stop = escape;
            break;
        }
        *to++ = simple;
        from += 2;
        left &= ~(2u << __builtin_ctz(left));
    }
    if (from < stop) {
        memcpy(to, from, BLOCK);
        to += stop - from;
        from = stop;
    }
    *q = to;
    *p = from;
}

struct eq_slice eq_unescape(struct eq_arena *scratch, struct eq_slice raw, unsigned *repairs, const char **bad_at)
{
    *bad_at = NULL;
    char *out = eq_arena_bytes(scratch, raw.len + BLOCK), *q = out;
    if (!out)
        return (struct eq_slice){NULL, 0};
    const char *p = raw.ptr, *end = raw.ptr + raw.len;
    while (p < end) {
        size_t n = (size_t)(end - p);
        unescape_block(&q, &p, n < BLOCK ? n : BLOCK);
        if (p >= end || *p != '\\' || simple_escapes[(unsigned char)p[1]])
            continue;
        const char *escape = p;
        p += 2;
        int32_t code = p[-1] == 'u' ? unicode_escape(&p, end, repairs) : -1;
        if (code < 0) {
            *bad_at = escape;
            return (struct eq_slice){NULL, 0};
        }
        q += eq_utf8_encode(q, (uint32_t)code); /* at most 4 bytes for at least 6 */
    }
    return (struct eq_slice){out, (size_t)(q - out)};
}

/* ── Numbers and words ─────────────────────────────────────────────────────────────────────────────────────────── */

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* May this byte follow a scalar? */
static bool ends_scalar(char c)
{
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The digits at p, at least one; NULL if there is none. */
static const char *digits(const char *p)
{
    if (!is_digit(*p))
        return NULL;
    while (is_digit(*p))
        p++;
    return p;
}

/* From the first byte that is not part of the integer: fraction and exponent. NULL if they are wrong. */
static const char *fraction(const char *p)
{
    if (*p == '.') {
        p = digits(p + 1);
        if (!p)
            return NULL;
    }
    if (*p == 'e' || *p == 'E') {
        p++;
        if (*p == '+' || *p == '-')
            p++;
        p = digits(p);
    }
    return p;
}

/* A number that is no short integer: base/number.h reads it. */
static void long_number(struct eq_value *v, struct eq_slice text, bool integer, unsigned *repairs)
{
    struct eq_number n = eq_number_parse(text);
    *v = eq_value_of_number(n);
    if (n.kind == EQ_NOT_NUMBER || (integer && n.kind == EQ_NUMBER_DOUBLE))
        *repairs |= EQ_REPAIR_NUMBER;
    v->s = text.ptr;
    v->len = (uint32_t)text.len;
}

static const char *scan_number(struct eq_value *v, const char *s, unsigned *repairs)
{
    const char *p = s + (*s == '-'), *first = p;
    uint64_t u = 0;
    while (is_digit(*p))
        u = u * 10 + (uint64_t)(*p++ - '0'); /* wraps when long; not used then */
    if (p == first || (*first == '0' && p > first + 1))
        return NULL;
    if (*p == '.' || *p == 'e' || *p == 'E') {
        p = fraction(p);
        if (p)
            long_number(v, eq_slice(s, (size_t)(p - s)), false, repairs);
        return p;
    }
    if (p - first > 18) {
        long_number(v, eq_slice(s, (size_t)(p - s)), true, repairs);
        return p;
    }
    v->type = EQ_INT;
    v->i = *s == '-' ? -(int64_t)u : (int64_t)u;
    v->s = s;
    v->len = (uint32_t)(p - s);
    return p;
}

const char *eq_scan_scalar(struct eq_value *v, const char *s, unsigned *repairs)
{
    const char *end;
    *v = EQ_VALUE_NULL;
    switch (*s) {
    case 't':
        *v = eq_value_bool(true);
        end = memcmp(s, "true", 4) == 0 ? s + 4 : NULL;
        break;
    case 'f':
        *v = eq_value_bool(false);
        end = memcmp(s, "false", 5) == 0 ? s + 5 : NULL;
        break;
    case 'n': end = memcmp(s, "null", 4) == 0 ? s + 4 : NULL; break;
    default: end = scan_number(v, s, repairs);
    }
    return end && ends_scalar(*end) ? end : NULL;
}
