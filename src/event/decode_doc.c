/* decode_doc.c — a JSON text and its tokens: index it, mend it, check it, skip through it.
 *
 * Checking and skipping are state machines over the tokens with one bit per open bracket, so a million brackets cost
 * a million bits and no stack. */
#include "event/decode_priv.h"

#include "base/utf8.h"
#include "event/repair.h"

/* What can stand at the beginning of a token: the byte, what it is, and what a shape tells apart. */
#define FIRST_BYTES(ROW) \
    ROW('"', SCALAR, STRING) ROW('n', SCALAR, NULL) ROW('t', SCALAR, OTHER) ROW('f', SCALAR, OTHER) \
    ROW('-', SCALAR, OTHER) ROW('0', SCALAR, OTHER) ROW('1', SCALAR, OTHER) ROW('2', SCALAR, OTHER) \
    ROW('3', SCALAR, OTHER) ROW('4', SCALAR, OTHER) ROW('5', SCALAR, OTHER) ROW('6', SCALAR, OTHER) \
    ROW('7', SCALAR, OTHER) ROW('8', SCALAR, OTHER) ROW('9', SCALAR, OTHER) \
    ROW('{', OPEN, OBJECT) ROW('[', OPEN, ARRAY) \
    ROW('}', BAD, END_OBJECT) ROW(']', BAD, END_ARRAY) ROW(':', BAD, COLON) ROW(',', BAD, COMMA)

#define ROW(byte, token, kind) [byte] = EQ_TOKEN_##token,
const uint8_t eq_token_of[256] = {FIRST_BYTES(ROW)};
#undef ROW
#define ROW(byte, token, kind) [byte] = EQ_KIND_##kind,
const uint8_t eq_kind_of[256] = {FIRST_BYTES(ROW)};
#undef ROW

void eq_doc_init(struct eq_doc *doc, const struct eq_alloc *alloc)
{
    *doc = (struct eq_doc){.alloc = alloc};
    eq_buf_init(&doc->repaired, alloc);
}

void eq_doc_free(struct eq_doc *doc)
{
    eq_json_index_free(&doc->index);
    eq_free(doc->alloc, doc->bits);
    eq_buf_free(&doc->repaired);
}

static enum eq_status wrong(struct eq_doc *doc, size_t offset, const char *message)
{
    doc->error = (struct eq_decode_error){offset, message};
    return EQ_INVALID;
}

/* ── Index and repair ──────────────────────────────────────────────────────────────────────────────────────────── */

/* Where the string begins that does not end. */
static size_t unclosed_string(struct eq_slice text)
{
    size_t start = 0;
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') {
            inside = !inside;
            start = i;
        } else if (text.ptr[i] == '\\' && inside) {
            i++;
        }
    }
    return start;
}

static size_t control_in_string(struct eq_slice text)
{
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        if (inside && (unsigned char)text.ptr[i] < 0x20)
            return i;
        if (text.ptr[i] == '"')
            inside = !inside;
        else if (text.ptr[i] == '\\' && inside)
            i++;
    }
    return 0;
}

static size_t bad_utf8(struct eq_slice text)
{
    size_t at = 0;
    eq_utf8_valid(text, &at);
    return at;
}

static enum eq_status fault(struct eq_doc *doc, enum eq_json_fault f, struct eq_slice text)
{
    switch (f) {
    case EQ_JSON_UTF8: return wrong(doc, bad_utf8(text), "not valid UTF-8");
    case EQ_JSON_UNCLOSED: return wrong(doc, unclosed_string(text), "a string does not end");
    case EQ_JSON_CONTROL: return wrong(doc, control_in_string(text), "a control character inside a string");
    case EQ_JSON_TOO_LONG: return wrong(doc, 0, "longer than 4 GiB");
    case EQ_JSON_NOMEM: return EQ_NOMEM;
    default: return wrong(doc, 0, "empty");
    }
}

enum eq_status eq_doc_index(struct eq_doc *doc, struct eq_slice text)
{
    doc->base = text.ptr;
    doc->len = text.len;
    enum eq_json_fault f = eq_json_index_run(&doc->index, text.ptr, text.len);
    if (f != EQ_JSON_FINE)
        return fault(doc, f, text);
    uint32_t *at = doc->index.at;
    size_t n = doc->index.n;
    if (text.ptr[at[0]] != '{')
        return wrong(doc, at[0], "not a JSON object");
    at[n] = at[n + 1] = at[0]; /* the sentinels: decode_priv.h */
    /* So every scalar has a token behind it, which bounds it. */
    if (text.ptr[at[n - 1]] != '}') {
        enum eq_status st = eq_doc_check(doc);
        return st == EQ_OK ? wrong(doc, at[n - 1], "text after the object") : st;
    }
    return EQ_OK;
}

enum eq_status eq_doc_repair(struct eq_doc *doc, struct eq_slice text, bool *repaired)
{
    unsigned repairs;
    *repaired = false;
    if (eq_repair_text(&doc->repaired, &repairs, text) != EQ_OK)
        return EQ_NOMEM;
    if (!repairs)
        return EQ_INVALID;
    *repaired = true;
    doc->repairs |= repairs;
    return eq_doc_index(doc, eq_buf_slice(&doc->repaired));
}

/* ── Check ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

bool eq_doc_grow_bits(struct eq_doc *doc, size_t words)
{
    return words <= doc->cap_bits || eq_grow(doc->alloc, &doc->bits, &doc->cap_bits, words, sizeof *doc->bits);
}

struct checker {
    struct eq_doc *doc;
    const uint32_t *p, *end;
    size_t depth;
};

static char token(const struct checker *c)
{
    return c->p < c->end ? c->doc->base[*c->p] : '\0';
}

static enum eq_status expected(struct checker *c, const char *message)
{
    if (c->p >= c->end)
        return wrong(c->doc, c->doc->len, "the object does not end");
    return wrong(c->doc, *c->p, message);
}

static bool in_object(const struct checker *c)
{
    return c->doc->bits[(c->depth - 1) / 64] >> ((c->depth - 1) % 64) & 1;
}

static enum eq_status push(struct checker *c, bool object)
{
    if (!eq_doc_grow_bits(c->doc, c->depth / 64 + 1))
        return EQ_NOMEM;
    uint64_t bit = UINT64_C(1) << (c->depth % 64), *word = &c->doc->bits[c->depth / 64];
    *word = object ? *word | bit : *word & ~bit;
    c->depth++;
    return EQ_OK;
}

/* A key and its colon, if an object is open. */
static enum eq_status check_key(struct checker *c)
{
    if (!in_object(c))
        return EQ_OK;
    if (token(c) != '"')
        return expected(c, "expected a key in quotes");
    c->p++;
    if (token(c) != ':')
        return expected(c, "expected ':' after a key");
    c->p++;
    return EQ_OK;
}

/* After a value: close what ends here, and pass a comma. *done: the outermost bracket was closed. */
static enum eq_status check_after(struct checker *c, bool *done)
{
    for (;;) {
        bool object = in_object(c);
        char t = token(c);
        if (t == ',') {
            c->p++;
            return check_key(c);
        }
        if (t != (object ? '}' : ']'))
            return expected(c, object ? "expected ',' or '}' after a value" : "expected ',' or ']' after a value");
        c->p++;
        if (--c->depth == 0) {
            *done = true;
            return EQ_OK;
        }
    }
}

/* One value and what closes behind it. */
static enum eq_status check_value(struct checker *c, bool *done)
{
    char t = token(c);
    switch (eq_token_of[(unsigned char)t]) {
    case EQ_TOKEN_SCALAR: c->p++; return check_after(c, done);
    case EQ_TOKEN_BAD: return expected(c, "expected a value");
    default: break;
    }
    c->p++;
    enum eq_status st = push(c, t == '{');
    if (st != EQ_OK)
        return st;
    if (token(c) == (t == '{' ? '}' : ']'))
        return check_after(c, done); /* empty: the bracket is closed there */
    return check_key(c);
}

enum eq_status eq_doc_check(struct eq_doc *doc)
{
    struct checker c = {.doc = doc, .p = doc->index.at, .end = doc->index.at + doc->index.n};
    bool done = false;
    while (!done) {
        enum eq_status st = check_value(&c, &done);
        if (st != EQ_OK)
            return st;
    }
    return c.p == c.end ? EQ_OK : wrong(doc, *c.p, "text after the object");
}

/* ── Skip ──────────────────────────────────────────────────────────────────────────────────────────────────────── */

/* The same rules as eq_doc_check, for speed: no bounds, since the sentinels end every walk, and no words. `kinds` is
 * the top of the bit stack: bit 0 is the container around the current one. */
static const uint32_t *skip_container(struct eq_doc *doc, const uint32_t *p, bool *nomem)
{
    const char *base = doc->base;
    uint64_t kinds = 0;
    size_t depth = 0;
    bool object = false;
    char c;

open:
    kinds = kinds << 1 | object;
    if (++depth % 64 == 0) {
        if (!eq_doc_grow_bits(doc, depth / 64)) {
            *nomem = true;
            return NULL;
        }
        doc->bits[depth / 64 - 1] = kinds;
    }
    object = base[*p++] == '{';
    if (base[*p] == (object ? '}' : ']'))
        goto close;
    if (!object)
        goto value;
key:
    if (base[p[0]] != '"' || base[p[1]] != ':')
        return NULL;
    p += 2;
value:
    switch (eq_token_of[(unsigned char)base[*p]]) {
    case EQ_TOKEN_SCALAR: p++; break;
    case EQ_TOKEN_OPEN: goto open;
    default: return NULL;
    }
after:
    c = base[*p];
    if (c == ',') {
        p++;
        if (object)
            goto key;
        goto value;
    }
    if (c != (object ? '}' : ']'))
        return NULL;
close:
    p++;
    if (depth % 64 == 0)
        kinds = doc->bits[depth / 64 - 1];
    object = kinds & 1;
    kinds >>= 1;
    if (--depth == 0)
        return p;
    goto after;
}

const uint32_t *eq_doc_skip(struct eq_doc *doc, const uint32_t *p, bool *nomem)
{
    *nomem = false;
    switch (eq_token_of[(unsigned char)doc->base[*p]]) {
    case EQ_TOKEN_SCALAR: return p + 1;
    case EQ_TOKEN_OPEN: return skip_container(doc, p, nomem);
    default: return NULL;
    }
}

/* ── Search hits ───────────────────────────────────────────────────────────────────────────────────────────────── */

enum eq_status eq_doc_hit(struct eq_hit *out, struct eq_doc *doc, struct eq_notes *notes)
{
    const uint32_t *const at = doc->index.at, *p = at + 1;
    const char *base = doc->base;
    *out = (struct eq_hit){0};
    if (base[*p] == '}')
        return EQ_OK;
    for (;; p++) {
        if (base[p[0]] != '"' || base[p[1]] != ':')
            return EQ_INVALID;
        struct eq_slice key = eq_doc_string(base, p);
        if (notes)
            eq_note_key(notes, doc, p, key);
        const uint32_t *value = p + 2;
        bool nomem;
        p = eq_doc_skip(doc, value, &nomem);
        if (!p)
            return nomem ? EQ_NOMEM : EQ_INVALID;
        char first = base[*value];
        if (first == '{' && eq_slice_eq(key, EQ_LIT("_source"))) {
            out->source = (uint32_t)(value - at);
            out->end = (uint32_t)(p - at);
        } else if (first == '"' && eq_slice_eq(key, EQ_LIT("_id"))) {
            out->id = (uint32_t)(value - at);
        } else if (first == '"' && eq_slice_eq(key, EQ_LIT("_index"))) {
            out->index = (uint32_t)(value - at);
        }
        if (base[*p] != ',')
            break;
    }
    return base[*p] == '}' && p + 1 == at + doc->index.n ? EQ_OK : EQ_INVALID;
}
