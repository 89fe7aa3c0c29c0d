/* format_json.c — events in larger JSON texts: arrays, objects one after another in any layout, search responses.
 *
 *      {…} {…}            each object            ┐
 *      [{…}, {…}]         each element           ├─ one item each, found by counting brackets outside strings
 *      {"hits": {"hits": [{…}, {…}]}}  each hit  ┘
 *
 * Nothing is parsed: a value ends where its brackets are closed. So memory is bounded by one event, and a text of any
 * size streams through. */
#include "read/reader_priv.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* ── The end of a value ────────────────────────────────────────────────────────────────────────────────────────── */

static bool key_is_hits(const struct eq_json_scan *s)
{
    return s->key_len == 4 && memcmp(s->key, "hits", 4) == 0;
}

/* From `at`, the first quote or backslash, or `end`. */
static inline size_t plain_end(const char *p, size_t at, size_t end)
{
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    for (; end - at >= 16; at += 16) {
        __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(p + at));
        __m128i same = _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, slash));
        unsigned hits = (unsigned)_mm_movemask_epi8(same);
        if (hits)
            return at + (unsigned)__builtin_ctz(hits);
    }
#endif
    while (at < end && p[at] != '"' && p[at] != '\\')
        at++;
    return at;
}

/* Inside a string: to its end, remembering the first bytes of a key. */
static size_t scan_string(struct eq_json_scan *s, const char *p, size_t at, size_t end)
{
    for (; at < end; at++) {
        if (!s->in_key && !s->escaped)
            at = plain_end(p, at, end);
        if (at == end)
            break;
        char c = p[at];
        if (s->in_key && c != '"' && s->key_len < sizeof s->key)
            s->key[s->key_len++] = c;
        if (s->escaped) {
            s->escaped = false;
        } else if (c == '\\') {
            s->escaped = true;
        } else if (c == '"') {
            s->in_string = s->in_key = false;
            return at + 1;
        }
    }
    return at;
}

static void open_string(struct eq_json_scan *s)
{
    s->in_string = true;
    s->in_key = s->want_hits && s->depth <= 2 && (s->before == '{' || s->before == ',');
    if (s->in_key)
        s->key_len = 0;
    s->before = '"';
}

/* An opening bracket; true if it is that of hits.hits. */
static bool open_bracket(struct eq_json_scan *s, char c)
{
    if (s->want_hits && s->before == ':' && s->depth <= 2 && key_is_hits(s)) {
        if (s->depth == 1 && c == '{')
            s->in_hits = true;
        else if (s->depth == 2 && c == '[' && s->in_hits)
            return true;
    }
    s->depth++;
    s->before = c;
    return false;
}

static void close_bracket(struct eq_json_scan *s, char c)
{
    s->before = c;
    s->depth--;
    if (s->depth == 1)
        s->in_hits = false;
}

/* Bytes outside strings that change anything. */
static const bool matters[256] = {['"'] = true, ['{'] = true, ['}'] = true, ['['] = true,
                                  [']'] = true, [','] = true, [':'] = true};

enum eq_json_found eq_json_scan(struct eq_json_scan *s, struct eq_slice text)
{
    size_t at = s->at;
    enum eq_json_found found = EQ_FOUND_MORE;
    while (at < text.len && found == EQ_FOUND_MORE) {
        if (s->in_string) {
            at = scan_string(s, text.ptr, at, text.len);
            continue;
        }
        while (at < text.len && !matters[(unsigned char)text.ptr[at]])
            at++;
        if (at == text.len)
            break;
        char c = text.ptr[at++];
        switch (c) {
        case '"': open_string(s); break;
        case '{':
        case '[':
            if (open_bracket(s, c))
                found = EQ_FOUND_HITS;
            break;
        case '}':
        case ']':
            close_bracket(s, c);
            if (s->depth == 0)
                found = EQ_FOUND_END;
            break;
        default: s->before = c; break; /* a comma or a colon */
        }
    }
    s->at = at;
    return found;
}

/* ── Items ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

static void give(struct eq_item *out, const struct eq_block *b, size_t n, const char *problem)
{
    *out = (struct eq_item){.text = {b->ptr + b->begin, n}, .line = b->line, .offset = b->offset, .problem = problem};
}

/* Start looking for the end of the value that begins here. */
static void start_value(struct eq_json *f, const struct eq_block *b)
{
    f->scanning = true;
    f->too_long = false;
    f->line = b->line;
    f->offset = b->offset;
    f->scan = (struct eq_json_scan){.want_hits = f->where == EQ_JSON_TOP};
}

/* Let go of what was scanned of a value that is longer than allowed; its beginning is kept. */
static void drop_scanned(struct eq_json *f, struct eq_block *b)
{
    if (!f->too_long) {
        b->head_len = f->scan.at < EQ_HEAD ? f->scan.at : EQ_HEAD;
        memcpy(b->head, b->ptr + b->begin, b->head_len);
    }
    f->too_long = true;
    eq_block_pass_lines(b, f->scan.at);
    f->scan.at = 0;
}

/* The value has ended, or the input has: give it. */
static enum eq_status finish_value(struct eq_item *out, struct eq_json *f, struct eq_block *b, const char *problem)
{
    f->scanning = false;
    if (f->too_long) {
        drop_scanned(f, b);
        *out = (struct eq_item){.text = {b->head, b->head_len}, .problem = "longer than the limit for one event"};
    } else {
        give(out, b, f->scan.at, problem);
        eq_block_pass_lines(b, f->scan.at);
    }
    out->line = f->line;
    out->offset = f->offset;
    return EQ_OK;
}

/* Go on with the value at hand. EQ_OK: an item. EQ_END: no item yet, see the block. EQ_LIMIT: none, look on. */
static enum eq_status scan_value(struct eq_item *out, struct eq_json *f, struct eq_block *b, size_t max_event)
{
    for (;;) {
        enum eq_json_found found = eq_json_scan(&f->scan, eq_block_rest(b));
        if (found == EQ_FOUND_HITS) {
            eq_block_pass_lines(b, f->scan.at);
            f->scanning = false;
            f->where = EQ_JSON_HITS;
            return EQ_LIMIT;
        }
        if (f->scan.at > max_event)
            drop_scanned(f, b);
        if (found == EQ_FOUND_END)
            return finish_value(out, f, b, NULL);
        if (eq_block_fill(b))
            continue;
        if (b->waiting)
            return EQ_END;
        return finish_value(out, f, b, "the input ends inside a JSON value");
    }
}

/* After the hits: skip what is left of the response, two objects deep. */
static bool skip_rest(struct eq_json *f, struct eq_block *b)
{
    for (;;) {
        enum eq_json_found found = eq_json_scan(&f->scan, eq_block_rest(b));
        eq_block_pass_lines(b, f->scan.at);
        f->scan.at = 0;
        if (found == EQ_FOUND_END)
            break;
        if (!eq_block_fill(b))
            return false;
    }
    f->where = EQ_JSON_TOP;
    return true;
}

/* Does a byte end what is neither an object nor an array? */
static bool ends_other(char c, bool quoted)
{
    return c == '\n' || (!quoted && (eq_is_blank(c) || c == ',' || c == '{' || c == '[' || c == '}' || c == ']'));
}

/* Bytes that are neither an object nor an array: up to where one may begin. */
static enum eq_status give_other(struct eq_item *out, struct eq_block *b, size_t max_event)
{
    struct eq_slice rest = eq_block_rest(b);
    size_t n = 1;
    bool quoted = *rest.ptr == '"', closed = false;
    for (; n < max_event && !closed; n++) {
        while (n >= rest.len && eq_block_fill(b))
            rest = eq_block_rest(b);
        if (n >= rest.len && !b->ended)
            return EQ_END;
        if (n >= rest.len || ends_other(rest.ptr[n], quoted))
            break;
        closed = quoted && rest.ptr[n] == '"' && rest.ptr[n - 1] != '\\';
    }
    give(out, b, n, "not a JSON object");
    eq_block_pass_lines(b, n);
    return EQ_OK;
}

/* Pass blanks and commas; false if the block is used up. */
static bool find_next(struct eq_block *b)
{
    for (;;) {
        struct eq_slice rest = eq_block_rest(b);
        size_t n = 0;
        while (n < rest.len && (eq_is_blank(rest.ptr[n]) || rest.ptr[n] == ',' || rest.ptr[n] == '\x1e'))
            n++;
        eq_block_pass_lines(b, n);
        if (n < rest.len)
            return true;
        if (!eq_block_fill(b))
            return false;
    }
}

/* Does the array that we are in end here? */
static bool end_array(struct eq_json *f, struct eq_block *b)
{
    if (f->where == EQ_JSON_TOP || b->ptr[b->begin] != ']')
        return false;
    eq_block_pass(b, 1);
    if (f->where == EQ_JSON_HITS) {
        f->where = EQ_JSON_REST;
        f->scan = (struct eq_json_scan){.depth = 2};
    } else {
        f->where = EQ_JSON_TOP;
    }
    return true;
}

static enum eq_status give_open_array(struct eq_item *out, struct eq_json *f, const struct eq_block *b)
{
    f->where = EQ_JSON_TOP;
    give(out, b, 0, "the input ends inside an array");
    return EQ_OK;
}

enum eq_status eq_json_next(struct eq_item *out, struct eq_json *f, struct eq_block *b, size_t max_event)
{
    for (;;) {
        if (f->where == EQ_JSON_REST) {
            if (!skip_rest(f, b))
                return EQ_END;
            continue;
        }
        if (!f->scanning) {
            if (!find_next(b))
                return b->ended && f->where != EQ_JSON_TOP ? give_open_array(out, f, b) : EQ_END;
            if (end_array(f, b))
                continue;
            char c = b->ptr[b->begin];
            if (c == '[' && f->where == EQ_JSON_TOP) {
                eq_block_pass(b, 1);
                f->where = EQ_JSON_ARRAY;
                continue;
            }
            if (c != '{' && c != '[')
                return give_other(out, b, max_event);
            start_value(f, b);
        }
        enum eq_status st = scan_value(out, f, b, max_event);
        if (st != EQ_LIMIT)
            return st;
    }
}
