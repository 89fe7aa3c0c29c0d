/* string.c — string literals: their escapes checked, their values made.
 *
 *      "C:\\x\u{41}"   ordinary: escapes       """C:\x"""   raw: none, quotes at the end may belong to it
 *
 * One function reads an escape, for the check and for the value. */
#include "lang/eql/string.h"

#include "base/utf8.h"

/* One escape, from its backslash on. */
struct escape {
    uint32_t code;   /* what it stands for */
    unsigned len;    /* bytes it takes, right or wrong */
    const char *why; /* NULL: it is right */
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* \uXXXX or \u{X…}; `at` is the backslash. */
static struct escape read_unicode(const char *at, const char *end)
{
    struct escape e = {.len = 2};
    bool braces = end - at > 2 && at[2] == '{';
    const char *digits = at + (braces ? 3 : 2), *c = digits;
    uint64_t code = 0;
    while (c < end && (braces || c - digits < 4) && hex_digit(*c) >= 0) {
        if (code <= 0x10ffff)
            code = code * 16 + (uint64_t)hex_digit(*c);
        c++;
    }
    ptrdiff_t n = c - digits;
    e.len = (unsigned)(c - at);
    e.code = (uint32_t)code;
    if (braces && (c == end || *c != '}'))
        e.why = "a Unicode escape is closed with }, after hexadecimal digits only";
    else if (braces && (n < 2 || n > 8))
        e.why = "a Unicode escape in braces has 2 to 8 hexadecimal digits";
    else if (!braces && n != 4)
        e.why = "a Unicode escape without braces has 4 hexadecimal digits";
    else if (code == 0)
        e.why = "a string cannot hold the character U+0000";
    else if (code > 0x10ffff)
        e.why = "there is no such character: the last one is U+10FFFF";
    else if (code >= 0xd800 && code <= 0xdfff)
        e.why = "this code is half of a surrogate pair, not a character";
    if (braces && c < end && *c == '}')
        e.len++;
    return e;
}

static struct escape read_escape(const char *at, const char *end)
{
    static const char letters[] = "btnfr\"'\\", codes[] = "\b\t\n\f\r\"'\\";
    if (end - at < 2)
        return (struct escape){.len = 1, .why = "a backslash begins an escape"};
    if (at[1] == 'u')
        return read_unicode(at, end);
    for (size_t i = 0; letters[i]; i++)
        if (at[1] == letters[i])
            return (struct escape){.code = (unsigned char)codes[i], .len = 2};
    unsigned len = 1;
    eq_utf8_decode(at + 1, end, &len);
    return (struct escape){.len = 1 + len, .why = "there is no such escape"};
}

void eql_string_check(struct eql_parser *p, struct eq_span span)
{
    const char *at = p->text + span.start + 1, *end = p->text + span.end - 1;
    while (at < end && (at = memchr(at, '\\', (size_t)(end - at)))) {
        struct escape e = read_escape(at, end);
        uint32_t start = (uint32_t)(at - p->text);
        at += e.len;
        if (!e.why)
            continue;
        struct eq_slice s = eq_slice(p->text + start, e.len);
        struct eq_diag *d = eq_diag_add(p->diags, EQ_E0104, p->source, (struct eq_span){start, start + e.len},
                                        "invalid escape \"%.*s\": %s", (int)s.len, s.ptr, e.why);
        eq_diag_help(p->diags, d, "write a backslash itself as \\\\, or use a raw string: \"\"\"...\"\"\"");
    }
}

/* The text between n quotes at each end, as it stands. */
static struct eq_slice inner(struct eq_slice s, size_t n)
{
    size_t last = s.len >= 2 * n ? n : 0; /* a string that was not closed */
    return s.len < n ? eq_slice(s.ptr, 0) : eq_slice(s.ptr + n, s.len - n - last);
}

struct eq_slice eql_string_value(struct eql_parser *p, struct eq_span span)
{
    struct eq_slice token = eql_text(p, span);
    if (token.len >= 3 && memcmp(token.ptr, "\"\"\"", 3) == 0)
        return inner(token, 3);
    struct eq_slice body = inner(token, 1);
    if (!body.len || !memchr(body.ptr, '\\', body.len))
        return body;

    char *out = eq_arena_bytes(p->arena, body.len); /* an escape is never shorter than what it stands for */
    size_t n = 0;
    if (!out) {
        p->nomem = true;
        return eq_slice(NULL, 0);
    }
    for (const char *at = body.ptr, *end = at + body.len; at < end;) {
        if (*at != '\\') {
            out[n++] = *at++;
            continue;
        }
        struct escape e = read_escape(at, end);
        if (!e.why)
            n += eq_utf8_encode(out + n, e.code);
        at += e.len;
    }
    return eq_slice(out, n);
}

struct eq_slice eql_name_value(struct eql_parser *p, struct eq_span span)
{
    struct eq_slice token = eql_text(p, span);
    if (token.len == 0 || token.ptr[0] != '`')
        return token;
    struct eq_slice body = inner(token, 1);
    if (!body.len || !memchr(body.ptr, '`', body.len))
        return body;

    char *out = eq_arena_bytes(p->arena, body.len);
    size_t n = 0;
    if (!out) {
        p->nomem = true;
        return eq_slice(NULL, 0);
    }
    for (size_t i = 0; i < body.len; i++) {
        out[n++] = body.ptr[i];
        if (body.ptr[i] == '`')
            i++;
    }
    return eq_slice(out, n);
}
