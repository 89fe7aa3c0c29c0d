/* utf8.c — code points, and the little Unicode that EQL needs; tables of case and width are libutf8proc's.
 *
 * Folding is Unicode's simple folding (statuses C and S of CaseFolding.txt): one code point to one, so
 * that "ẞ" is "ß", the Kelvin sign is "k", "ſ" is "s" and final sigma is sigma, but "ß" is never "ss",
 * and "İ" is only itself. */
#include "base/utf8.h"

#include <utf8proc.h>

/* clang-format off */
#define SELF_16(c) (c), (c) + 1, (c) + 2, (c) + 3, (c) + 4, (c) + 5, (c) + 6, (c) + 7, \
                    (c) + 8, (c) + 9, (c) + 10, (c) + 11, (c) + 12, (c) + 13, (c) + 14, (c) + 15

const unsigned char eq_fold_ascii[256] = {
    SELF_16(0x00), SELF_16(0x10), SELF_16(0x20), SELF_16(0x30),
    '@', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '[', '\\', ']', '^', '_',
    SELF_16(0x60), SELF_16(0x70), SELF_16(0x80), SELF_16(0x90), SELF_16(0xA0), SELF_16(0xB0),
    SELF_16(0xC0), SELF_16(0xD0), SELF_16(0xE0), SELF_16(0xF0)};
/* clang-format on */

static bool is_tail(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

int32_t eq_utf8_decode(const char *p, const char *end, unsigned *len)
{
    unsigned char c = (unsigned char)*p;
    size_t room = (size_t)(end - p);
    int32_t code;

    *len = 1;
    if (c < 0x80)
        return c;
    if (c >= 0xC2 && c < 0xE0) {
        if (room < 2 || !is_tail(p[1]))
            return -1;
        *len = 2;
        return (c & 0x1F) << 6 | (p[1] & 0x3F);
    }
    if (c >= 0xE0 && c < 0xF0) {
        if (room < 3 || !is_tail(p[1]) || !is_tail(p[2]))
            return -1;
        code = (c & 0x0F) << 12 | (p[1] & 0x3F) << 6 | (p[2] & 0x3F);
        if (code < 0x800 || (code >= 0xD800 && code <= 0xDFFF))
            return -1;
        *len = 3;
        return code;
    }
    if (c >= 0xF0 && c < 0xF5) {
        if (room < 4 || !is_tail(p[1]) || !is_tail(p[2]) || !is_tail(p[3]))
            return -1;
        code = (c & 0x07) << 18 | (p[1] & 0x3F) << 12 | (p[2] & 0x3F) << 6 | (p[3] & 0x3F);
        if (code < 0x10000 || code > 0x10FFFF)
            return -1;
        *len = 4;
        return code;
    }
    return -1;
}

unsigned eq_utf8_encode(char out[4], uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* How many of the first bytes of p..end are ASCII. */
static size_t ascii_run(const char *p, const char *end)
{
    const char *start = p;
    uint64_t word;
    for (; end - p >= 8; p += 8) {
        memcpy(&word, p, 8);
        if (word & 0x8080808080808080u)
            break;
    }
    while (p < end && (unsigned char)*p < 0x80)
        p++;
    return (size_t)(p - start);
}

bool eq_ascii(struct eq_slice s)
{
    return s.len == 0 || ascii_run(s.ptr, s.ptr + s.len) == s.len;
}

bool eq_utf8_valid(struct eq_slice s, size_t *bad_at)
{
    size_t at = 0;
    unsigned len;
    while (at < s.len) {
        at += ascii_run(s.ptr + at, s.ptr + s.len);
        if (at == s.len)
            break;
        if (eq_utf8_decode(s.ptr + at, s.ptr + s.len, &len) < 0) {
            if (bad_at)
                *bad_at = at;
            return false;
        }
        at += len;
    }
    return true;
}

size_t eq_utf8_count(struct eq_slice s)
{
    size_t n = 0, at = 0, run;
    unsigned len;
    while (at < s.len) {
        run = ascii_run(s.ptr + at, s.ptr + s.len);
        n += run;
        at += run;
        if (at == s.len)
            break;
        eq_utf8_decode(s.ptr + at, s.ptr + s.len, &len);
        at += len;
        n++;
    }
    return n;
}

size_t eq_utf8_offset(struct eq_slice s, size_t index)
{
    size_t at = 0, run;
    unsigned len;
    while (index && at < s.len) {
        run = ascii_run(s.ptr + at, s.ptr + at + (index < s.len - at ? index : s.len - at));
        at += run;
        index -= run;
        if (index == 0 || at == s.len)
            break;
        eq_utf8_decode(s.ptr + at, s.ptr + s.len, &len);
        at += len;
        index--;
    }
    return at;
}

bool eq_utf8_tricks(int32_t code)
{
    return (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x180E || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
           (code >= 0xFFF9 && code <= 0xFFFB) || (code >= 0xE0000 && code <= 0xE007F);
}

size_t eq_utf8_width(struct eq_slice s)
{
    size_t columns = 0, at = 0;
    unsigned len;
    while (at < s.len) {
        int32_t code = eq_utf8_decode(s.ptr + at, s.ptr + s.len, &len);
        int width = 1;
        if (code >= 0xA0)
            width = utf8proc_charwidth(code);
        columns += width > 0 ? (size_t)width : 0;
        at += len;
    }
    return columns;
}

uint32_t eq_fold_code(uint32_t code)
{
    utf8proc_int32_t to[8];
    int boundary = 0;
    if (code < 0x80)
        return eq_fold_ascii[code];
    if (code > 0x10FFFF || code == 0x130)
        return code;
    if (utf8proc_decompose_char((utf8proc_int32_t)code, to, 8, UTF8PROC_CASEFOLD, &boundary) == 1)
        return (uint32_t)to[0];
    /* Full folding gives several; where simple folding exists at all, it is the lower case letter. */
    return (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
}

/* Copy n ASCII bytes in lower case; no table, so that compilers make vectors of it. */
static void fold_ascii(char *restrict to, const char *restrict from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)from[i];
        to[i] = (char)(c | ((unsigned char)(c - 'A') < 26 ? 0x20 : 0));
    }
}

/* Eight ASCII bytes in lower case at once. */
static uint64_t fold_word(uint64_t w)
{
    const uint64_t each = 0x0101010101010101u;
    uint64_t from_a = w + each * (0x80 - 'A'), past_z = w + each * (0x7F - 'Z');
    return w | ((from_a ^ past_z) & each * 0x80) >> 2;
}

/* How many of the first n bytes of p and q are ASCII and equal but for case; eight at a time. */
static size_t same_words(const char *p, const char *q, size_t n)
{
    size_t at = 0;
    uint64_t a, b;
    for (; n - at >= 8; at += 8) {
        memcpy(&a, p + at, 8);
        memcpy(&b, q + at, 8);
        if (((a | b) & 0x8080808080808080u) || fold_word(a) != fold_word(b))
            break;
    }
    return at;
}

void eq_fold(struct eq_buf *out, struct eq_slice s)
{
    size_t at = 0, run;
    unsigned len;
    char bytes[4];

    if (!eq_buf_reserve(out, s.len))
        return;
    while (at < s.len) {
        run = ascii_run(s.ptr + at, s.ptr + s.len);
        if (!eq_buf_reserve(out, run))
            return;
        fold_ascii(out->ptr + out->len, s.ptr + at, run);
        out->len += run;
        at += run;
        if (at < s.len) {
            int32_t code = eq_utf8_decode(s.ptr + at, s.ptr + s.len, &len);
            if (code < 0)
                eq_buf_putc(out, s.ptr[at]);
            else
                eq_buf_add(out, eq_slice(bytes, eq_utf8_encode(bytes, eq_fold_code((uint32_t)code))));
            at += len;
        }
    }
}

/* The folded code point at *p, which moves on. An invalid byte is itself and equal to nothing else. */
static uint32_t next_folded(const char **p, const char *end)
{
    unsigned len;
    int32_t code = eq_utf8_decode(*p, end, &len);
    uint32_t folded = code < 0 ? 0x80000000u | (unsigned char)**p : eq_fold_code((uint32_t)code);
    *p += len;
    return folded;
}

bool eq_fold_eq(struct eq_slice a, struct eq_slice b)
{
    const char *p = a.ptr, *q = b.ptr, *pe, *qe;
    size_t same;
    if (a.len == 0 || b.len == 0)
        return a.len == b.len;
    pe = p + a.len;
    qe = q + b.len;
    same = same_words(p, q, a.len < b.len ? a.len : b.len);
    p += same;
    q += same;
    while (p < pe && q < qe) {
        unsigned char c = (unsigned char)*p, d = (unsigned char)*q;
        if ((c | d) < 0x80) {
            if (eq_fold_ascii[c] != eq_fold_ascii[d])
                return false;
            p++;
            q++;
        } else if (next_folded(&p, pe) != next_folded(&q, qe)) {
            return false;
        }
    }
    return p == pe && q == qe;
}
