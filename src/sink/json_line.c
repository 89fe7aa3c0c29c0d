/* json_line.c — the JSON of an event, fit to print.
 *
 * Most events are printed as they came, byte by byte. Two kinds are not: a text over several lines is put on one, and
 * one that is not JSON to the letter is mended, so that our output is always JSON in UTF-8:
 *
 *      raw control character in a string ─▶ its \u escape      invalid UTF-8, lone surrogate ─▶ U+FFFD
 *      NaN, Infinity                     ─▶ null               byte order mark               ─▶ gone
 *      wrong escape                      ─▶ its characters     other words, wrong numbers    ─▶ strings
 *
 * What cannot be mended so (it was skipped when the event was read) is printed whole, as {"invalid_json":"…"}. */
#include "base/utf8.h"
#include "sink/json_check.h"
#include "sink/sink_priv.h"

struct scan {
    const char *p, *end;
    bool squeeze; /* drop blanks between tokens */
};

static void escape(struct eq_buf *out, uint32_t code)
{
    if (code > 0xFFFF)
        eq_buf_printf(out, "\\u%04x\\u%04x", 0xD7C0 + (unsigned)(code >> 10), 0xDC00 + (unsigned)(code & 0x3FF));
    else
        eq_buf_printf(out, "\\u%04x", (unsigned)code);
}

static int hex4(const char *p, const char *end)
{
    int v = 0;
    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
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

/* A \u escape at s->p; a surrogate without its other half becomes U+FFFD. */
static void copy_unit(struct eq_buf *out, struct scan *s)
{
    int unit = unit_at(s->p, s->end);
    if (unit < 0) {
        eq_buf_puts(out, "\\\\u"); /* not one: a backslash and a letter */
        s->p += 2;
        return;
    }
    bool half = unit >= 0xD800 && unit <= 0xDFFF;
    int low = half && unit < 0xDC00 ? unit_at(s->p + 6, s->end) : -1;
    bool pair = low >= 0xDC00 && low <= 0xDFFF;
    size_t n = pair ? 12 : 6;
    if (half && !pair)
        eq_buf_puts(out, "\\ufffd");
    else
        eq_buf_add(out, eq_slice(s->p, n));
    s->p += n;
}

static void copy_escape(struct eq_buf *out, struct scan *s)
{
    char c = s->end - s->p >= 2 ? s->p[1] : '\0';
    if (c == 'u') {
        copy_unit(out, s);
    } else if (c && strchr("\"\\/bfnrt", c)) {
        eq_buf_add(out, eq_slice(s->p, 2));
        s->p += 2;
    } else {
        eq_buf_puts(out, "\\\\");
        s->p++;
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

/* A word or number from s->p to the next blank, bracket, comma, colon or quote. */
static void copy_word(struct eq_buf *out, struct scan *s)
{
    const char *start = s->p;
    while (s->p < s->end && (!*s->p || !strchr(" \t\r\n,:[]{}\"", *s->p)))
        s->p++;
    struct eq_slice word = eq_slice(start, (size_t)(s->p - start));
    struct eq_slice unsigned_word = word.len && *word.ptr == '-' ? eq_slice(start + 1, word.len - 1) : word;
    if (eq_json_check_scalar(word))
        eq_buf_add(out, word);
    else if (eq_fold_eq(unsigned_word, EQ_LIT("nan")) || eq_fold_eq(unsigned_word, EQ_LIT("infinity")) ||
             eq_fold_eq(unsigned_word, EQ_LIT("inf")))
        eq_buf_puts(out, "null");
    else
        eq_buf_json(out, word);
}

static void mend(struct eq_buf *out, struct eq_slice json, bool squeeze)
{
    struct scan s = {json.ptr, json.ptr + json.len, squeeze};
    if (eq_slice_starts(json, EQ_LIT("\xEF\xBB\xBF")))
        s.p += 3;
    while (s.p < s.end) {
        char c = *s.p;
        if (c == '"') {
            copy_string(out, &s);
        } else if (c && strchr(",:[]{}", c)) {
            eq_buf_putc(out, c);
            s.p++;
        } else if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            if (c == ' ' && !squeeze)
                eq_buf_putc(out, ' ');
            s.p++;
        } else {
            copy_word(out, &s);
        }
    }
}

void eq_sink_event_json(struct eq_buf *out, const struct eq_alert_event *e)
{
    struct eq_slice json = e->json;
    while (json.len && (json.ptr[json.len - 1] == '\r' || json.ptr[json.len - 1] == '\n'))
        json.len--;
    bool lines = json.len && (memchr(json.ptr, '\n', json.len) || memchr(json.ptr, '\r', json.len));
    if (!lines && !e->repairs && eq_json_check(json)) {
        eq_buf_add(out, json);
        return;
    }
    size_t start = out->len;
    mend(out, json, lines);
    if (out->failed || eq_json_check(eq_slice(out->ptr + start, out->len - start)))
        return;
    out->len = start;
    eq_buf_puts(out, "{\"invalid_json\":");
    eq_buf_json(out, json);
    eq_buf_putc(out, '}');
}

void eq_sink_json_escape(struct eq_buf *out, struct eq_slice json, const char *more)
{
    const char *p = json.ptr, *end = p + json.len, *plain = p;
    while (p < end) {
        unsigned len = 1;
        int32_t code = (unsigned char)*p;
        bool wanted = code > 0 && code < 0x80 && strchr(more, code);
        if (code >= 0x80)
            code = eq_utf8_decode(p, end, &len);
        if (code < 0 || wanted || eq_utf8_tricks(code) || (code < 0x20 && code != '\t')) {
            eq_buf_add(out, eq_slice(plain, (size_t)(p - plain)));
            escape(out, code < 0 ? 0xFFFD : (uint32_t)code);
            plain = p + len;
        }
        p += len;
    }
    eq_buf_add(out, eq_slice(plain, (size_t)(end - plain)));
}

void eq_sink_json_for_terminal(struct eq_buf *out, struct eq_slice json)
{
    eq_sink_json_escape(out, json, "");
}
