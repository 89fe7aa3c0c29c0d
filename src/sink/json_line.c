/* json_line.c — the JSON of an event, fit to print.
 *
 * Most events are printed as they came, byte by byte. Two kinds are not: a text over several lines is put on one, and
 * an event that had to be mended to be read is mended in print too, so that our output is always JSON in UTF-8:
 *
 *      raw control character in a string   ─▶ its \u escape      invalid UTF-8, lone surrogate ─▶ U+FFFD
 *      NaN, Infinity                       ─▶ null               byte order mark               ─▶ gone */
#include "base/utf8.h"
#include "sink/sink_priv.h"

struct scan {
    const char *p, *end;
    bool squeeze; /* drop blanks between tokens */
    bool mend;
};

static void escape(struct eq_buf *out, uint32_t code)
{
    eq_buf_printf(out, "\\u%04x", (unsigned)code);
}

static int hex4(const char *p, const char *end)
{
    int v = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0)
            return -1;
        v = v * 16 + digit;
    }
    return v;
}

/* The code of a \uXXXX at p, or -1. */
static int unit_at(const char *p, const char *end)
{
    return end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2, end) : -1;
}

/* An escape at s->p; a surrogate without its other half becomes U+FFFD. */
static void copy_escape(struct eq_buf *out, struct scan *s)
{
    int unit = unit_at(s->p, s->end);
    if (unit < 0xD800 || unit > 0xDFFF) {
        size_t n = s->end - s->p >= 2 ? 2 : 1;
        eq_buf_add(out, eq_slice(s->p, n));
        s->p += n;
        return;
    }
    int low = unit < 0xDC00 ? unit_at(s->p + 6, s->end) : -1;
    if (low >= 0xDC00 && low <= 0xDFFF) {
        eq_buf_add(out, eq_slice(s->p, 12));
        s->p += 12;
    } else {
        eq_buf_puts(out, "\\ufffd");
        s->p += 6;
    }
}

/* A string from its opening quote. */
static void copy_string(struct eq_buf *out, struct scan *s)
{
    eq_buf_putc(out, *s->p++);
    while (s->p < s->end && *s->p != '"') {
        unsigned char c = (unsigned char)*s->p;
        if (c == '\\') {
            copy_escape(out, s);
        } else if (c < 0x20) {
            escape(out, c);
            s->p++;
        } else if (c < 0x80) {
            eq_buf_putc(out, *s->p++);
        } else {
            unsigned len;
            if (eq_utf8_decode(s->p, s->end, &len) < 0)
                eq_buf_puts(out, "\xEF\xBF\xBD");
            else
                eq_buf_add(out, eq_slice(s->p, len));
            s->p += len;
        }
    }
    if (s->p < s->end)
        eq_buf_putc(out, *s->p++);
}

/* NaN, Infinity, -Infinity at s->p are read as null, and printed so. */
static bool skip_nan(struct eq_buf *out, struct scan *s)
{
    static const struct eq_slice words[] = {EQ_LIT("-Infinity"), EQ_LIT("Infinity"), EQ_LIT("-NaN"), EQ_LIT("NaN"),
                                            EQ_LIT("-nan"), EQ_LIT("nan"), EQ_LIT("-inf"), EQ_LIT("inf")};
    struct eq_slice rest = eq_slice(s->p, (size_t)(s->end - s->p));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (eq_slice_starts(rest, words[i])) {
            eq_buf_puts(out, "null");
            s->p += words[i].len;
            return true;
        }
    return false;
}

static void copy_outside(struct eq_buf *out, struct scan *s)
{
    char c = *s->p;
    if (s->mend && (c == 'N' || c == 'I' || c == '-' || c == 'n' || c == 'i') && skip_nan(out, s))
        return;
    bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank || (c == ' ' && !s->squeeze))
        eq_buf_putc(out, c);
    s->p++;
}

void eq_sink_event_json(struct eq_buf *out, const struct eq_alert_event *e)
{
    struct eq_slice json = e->json;
    while (json.len && (json.ptr[json.len - 1] == '\r' || json.ptr[json.len - 1] == '\n'))
        json.len--;
    bool lines = json.len && (memchr(json.ptr, '\n', json.len) || memchr(json.ptr, '\r', json.len));
    if (!lines && !e->repairs) {
        eq_buf_add(out, json);
        return;
    }
    struct scan s = {json.ptr, json.ptr + json.len, lines, e->repairs != 0};
    if (eq_slice_starts(json, EQ_LIT("\xEF\xBB\xBF")))
        s.p += 3;
    while (s.p < s.end) {
        if (*s.p == '"')
            copy_string(out, &s);
        else
            copy_outside(out, &s);
    }
}

/* Characters that move the cursor, hide or reorder text on a terminal. */
static bool tricks(int32_t code)
{
    return (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x200E || code == 0x200F ||
           (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

void eq_sink_json_for_terminal(struct eq_buf *out, struct eq_slice json)
{
    const char *p = json.ptr, *end = p + json.len, *plain = p;
    while (p < end) {
        unsigned len = 1;
        int32_t code = (unsigned char)*p;
        if (code >= 0x80)
            code = eq_utf8_decode(p, end, &len);
        if (code < 0 || tricks(code) || (code < 0x20 && code != '\t')) {
            eq_buf_add(out, eq_slice(plain, (size_t)(p - plain)));
            escape(out, code < 0 ? 0xFFFD : (uint32_t)code);
            plain = p + len;
        }
        p += len;
    }
    eq_buf_add(out, eq_slice(plain, (size_t)(end - plain)));
}
