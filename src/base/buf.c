/* buf.c — growing bytes, and the three ways in which foreign text is made safe: JSON, EQL, terminal. */
#include "base/buf.h"

#include <stdio.h>

#include "base/utf8.h"

void eq_buf_init(struct eq_buf *b, const struct eq_alloc *alloc)
{
    *b = (struct eq_buf){.alloc = alloc};
}

void eq_buf_free(struct eq_buf *b)
{
    if (b->alloc)
        eq_free(b->alloc, b->ptr);
    *b = (struct eq_buf){.alloc = b->alloc};
}

void eq_buf_clear(struct eq_buf *b)
{
    b->len = 0;
    b->failed = false;
}

enum eq_status eq_buf_status(const struct eq_buf *b)
{
    return b->failed ? EQ_NOMEM : EQ_OK;
}

struct eq_slice eq_buf_slice(const struct eq_buf *b)
{
    return (struct eq_slice){b->ptr, b->len};
}

bool eq_buf_reserve(struct eq_buf *b, size_t more)
{
    if (b->failed)
        return false;
    if (more <= b->cap - b->len)
        return true;
    if (more > SIZE_MAX - b->len || !eq_grow(b->alloc, &b->ptr, &b->cap, b->len + more, 1))
        b->failed = true;
    return !b->failed;
}

void eq_buf_add(struct eq_buf *b, struct eq_slice s)
{
    if (s.len == 0 || !eq_buf_reserve(b, s.len))
        return;
    memcpy(b->ptr + b->len, s.ptr, s.len);
    b->len += s.len;
}

void eq_buf_puts(struct eq_buf *b, const char *text)
{
    eq_buf_add(b, eq_slice_of(text));
}

void eq_buf_putc(struct eq_buf *b, char c)
{
    if (eq_buf_reserve(b, 1))
        b->ptr[b->len++] = c;
}

void eq_buf_fill(struct eq_buf *b, char c, size_t n)
{
    if (n == 0 || !eq_buf_reserve(b, n))
        return;
    memset(b->ptr + b->len, c, n);
    b->len += n;
}

void eq_buf_printf(struct eq_buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    eq_buf_vprintf(b, format, args);
    va_end(args);
}

void eq_buf_vprintf(struct eq_buf *b, const char *format, va_list args)
{
    va_list again;
    size_t room;
    int n;

    if (!eq_buf_reserve(b, 64))
        return;
    room = b->cap - b->len;
    va_copy(again, args);
    n = vsnprintf(b->ptr + b->len, room, format, args);
    if (n < 0) {
        b->failed = true;
    } else if ((size_t)n < room) {
        b->len += (size_t)n;
    } else if (eq_buf_reserve(b, (size_t)n + 1)) { /* vsnprintf also writes a NUL */
        vsnprintf(b->ptr + b->len, (size_t)n + 1, format, again);
        b->len += (size_t)n;
    }
    va_end(again);
}

/* The letter of a short escape, or 0. */
static char short_escape(int32_t code)
{
    switch (code) {
    case '\b': return 'b';
    case '\t': return 't';
    case '\n': return 'n';
    case '\f': return 'f';
    case '\r': return 'r';
    default: return 0;
    }
}

enum style { AS_JSON, AS_EQL, AS_TERMINAL };

/* Append one code point that cannot stand as it is; code -1 is an invalid byte. */
static void escape(struct eq_buf *b, enum style style, int32_t code, unsigned char byte)
{
    char letter = short_escape(code);
    if (letter) {
        eq_buf_putc(b, '\\');
        eq_buf_putc(b, letter);
    } else if (code == '"' || code == '\\') {
        eq_buf_putc(b, '\\');
        eq_buf_putc(b, (char)code);
    } else if (code < 0 && style == AS_TERMINAL) {
        eq_buf_printf(b, "\\x%02x", byte);
    } else if (code < 0) {
        eq_buf_puts(b, "\xEF\xBF\xBD");
    } else if (style == AS_JSON) {
        eq_buf_printf(b, "\\u%04x", (unsigned)code);
    } else {
        eq_buf_printf(b, "\\u{%02x}", (unsigned)code);
    }
}

/* Whether a code point must be escaped in this style. */
static bool needs_escape(enum style style, int32_t code)
{
    if (code < 0x20)
        return true;
    if (style == AS_TERMINAL)
        return eq_utf8_tricks(code);
    return code == '"' || code == '\\' || (style == AS_EQL && eq_utf8_tricks(code));
}

static void add_escaped(struct eq_buf *b, enum style style, struct eq_slice s)
{
    const char *p = s.ptr, *end, *plain = p; /* plain..p is good as it is, not yet appended */
    if (s.len == 0)
        return;
    end = p + s.len;
    while (p < end) {
        unsigned char c = (unsigned char)*p;
        unsigned len = 1;
        if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') { /* nearly all bytes; no style escapes them */
            p++;
            continue;
        }
        int32_t code = c < 0x80 ? c : eq_utf8_decode(p, end, &len);
        if (needs_escape(style, code)) {
            eq_buf_add(b, eq_slice(plain, (size_t)(p - plain)));
            escape(b, style, code, c);
            plain = p + len;
        }
        p += len;
    }
    eq_buf_add(b, eq_slice(plain, (size_t)(p - plain)));
}

void eq_buf_json(struct eq_buf *b, struct eq_slice s)
{
    eq_buf_putc(b, '"');
    add_escaped(b, AS_JSON, s);
    eq_buf_putc(b, '"');
}

void eq_buf_eql(struct eq_buf *b, struct eq_slice s)
{
    eq_buf_putc(b, '"');
    add_escaped(b, AS_EQL, s);
    eq_buf_putc(b, '"');
}

void eq_buf_terminal(struct eq_buf *b, struct eq_slice s)
{
    add_escaped(b, AS_TERMINAL, s);
}
