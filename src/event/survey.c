/* survey.c — a walk over whole documents that learns their fields.
 *
 *      {"a": {"b": [1, {"c": 2}]}}        path grows and shrinks:  a  a.b  a.b.c        leaves: a.b, a.b.c
 *
 * The document was checked before, so the walk asks no questions. An open container costs one entry on a stack of
 * bounded height; what lies deeper is skipped, as the decoder does. */
#include "event/survey.h"

#include "base/intern.h"
#include "base/sort.h"
#include "event/decode_priv.h"

enum { MOST_DEPTH = 256, MOST_PATH = 4096 };

enum kind { STRINGS, NUMBERS, BOOLEANS, KINDS };

struct learned {
    uint64_t events, values[KINDS];
    uint64_t last_event; /* number of the event that had it last */
    bool array;
    uint8_t example_len;
    char example[EQ_SURVEY_EXAMPLE];
};

struct eq_survey {
    const struct eq_alloc *alloc;
    struct eq_doc doc;
    struct eq_arena scratch;
    struct eq_buf path;       /* at the walk's place */
    struct eq_intern paths;
    struct learned *fields;   /* by path number */
    size_t cap_fields;
    uint32_t *order;          /* path numbers, sorted by path */
    size_t cap_order, sorted; /* how many of them are sorted */
    uint64_t event;
    struct {
        size_t path_len; /* to go back to, after it */
        bool object;
    } stack[MOST_DEPTH];
};

enum eq_status eq_survey_new(struct eq_survey **out, const struct eq_alloc *alloc)
{
    struct eq_survey *s = eq_new(alloc, sizeof *s);
    if (!s)
        return EQ_NOMEM;
    s->alloc = alloc;
    eq_doc_init(&s->doc, alloc);
    eq_arena_init(&s->scratch, alloc);
    eq_buf_init(&s->path, alloc);
    eq_intern_init(&s->paths, alloc);
    *out = s;
    return EQ_OK;
}

void eq_survey_free(struct eq_survey *s)
{
    if (!s)
        return;
    eq_doc_free(&s->doc);
    eq_arena_free(&s->scratch);
    eq_buf_free(&s->path);
    eq_intern_free(&s->paths);
    eq_free(s->alloc, s->fields);
    eq_free(s->alloc, s->order);
    eq_free(s->alloc, s);
}

/* ── Learning ──────────────────────────────────────────────────────────────────────────────────────────────────── */

/* The entry of the current path; NULL with EQ_OK if there are too many. */
static enum eq_status entry(struct learned **out, struct eq_survey *s)
{
    uint32_t number;
    bool added = false;
    *out = NULL;
    if (eq_buf_status(&s->path) != EQ_OK)
        return EQ_NOMEM;
    number = eq_intern_find(&s->paths, eq_buf_slice(&s->path));
    if (number == EQ_NONE) {
        if (s->paths.n >= EQ_SURVEY_PATHS || s->path.len > MOST_PATH)
            return EQ_OK;
        if (!eq_grow(s->alloc, &s->fields, &s->cap_fields, s->paths.n + 1, sizeof *s->fields) ||
            !eq_grow(s->alloc, &s->order, &s->cap_order, s->paths.n + 1, sizeof *s->order) ||
            eq_intern_put(&number, &s->paths, eq_buf_slice(&s->path), &added) != EQ_OK)
            return EQ_NOMEM;
        s->fields[number] = (struct learned){0};
        s->order[number] = number;
    }
    *out = &s->fields[number];
    return EQ_OK;
}

/* Keep the beginning of a value, whole characters only. */
static void keep_example(struct learned *f, struct eq_slice text)
{
    size_t n = text.len < EQ_SURVEY_EXAMPLE ? text.len : EQ_SURVEY_EXAMPLE;
    while (n < text.len && n > 0 && ((unsigned char)text.ptr[n] & 0xC0) == 0x80)
        n--;
    if (n)
        memcpy(f->example, text.ptr, n);
    f->example_len = (uint8_t)n;
}

/* A value of the current path. */
static enum eq_status learn(struct eq_survey *s, enum kind kind, struct eq_slice text)
{
    struct learned *f;
    enum eq_status st = entry(&f, s);
    if (st != EQ_OK || !f)
        return st;
    f->values[kind]++;
    if (f->last_event == s->event) {
        f->array = true;
        return EQ_OK;
    }
    if (f->events++ == 0)
        keep_example(f, text);
    f->last_event = s->event;
    return EQ_OK;
}

/* The string at p as text; a wrong escape leaves it as it is written. */
static enum eq_status string_at(struct eq_slice *out, struct eq_survey *s, const uint32_t *p)
{
    unsigned repairs = 0;
    const char *bad_at;
    *out = eq_doc_string(s->doc.base, p);
    if (!memchr(out->ptr, '\\', out->len))
        return EQ_OK;
    struct eq_slice text = eq_unescape(&s->scratch, *out, &repairs, &bad_at);
    if (!text.ptr && !bad_at)
        return EQ_NOMEM;
    if (text.ptr)
        *out = text;
    return EQ_OK;
}

static enum eq_status learn_scalar(struct eq_survey *s, const uint32_t *p)
{
    const char *start = s->doc.base + *p;
    struct eq_value v;
    struct eq_slice text;
    unsigned repairs = 0;
    if (*start == '"') {
        enum eq_status st = string_at(&text, s, p);
        return st == EQ_OK ? learn(s, STRINGS, text) : st;
    }
    const char *end = eq_scan_scalar(&v, start, &repairs);
    if (!end || v.type == EQ_NULL)
        return EQ_OK;
    text = eq_slice(start, (size_t)(end - start));
    return learn(s, v.type == EQ_BOOL ? BOOLEANS : NUMBERS, text);
}

/* ── The walk ──────────────────────────────────────────────────────────────────────────────────────────────────── */

static enum eq_status add_key(struct eq_survey *s, const uint32_t *p, size_t parent_len)
{
    struct eq_slice key;
    enum eq_status st = string_at(&key, s, p);
    if (st != EQ_OK)
        return st;
    s->path.len = parent_len;
    if (parent_len)
        eq_buf_putc(&s->path, '.');
    eq_buf_add(&s->path, key);
    return EQ_OK;
}

/* The value at p, all leaves. Every rule of JSON holds already. */
static enum eq_status walk(struct eq_survey *s, const uint32_t *p)
{
    const char *base = s->doc.base;
    size_t depth = 0;
    bool nomem;
    enum eq_status st = EQ_OK;
    do {
        char c = base[*p];
        if (c == '}' || c == ']') {
            s->path.len = s->stack[--depth].path_len;
            p++;
        } else if (c == ',') {
            p++;
        } else if (depth > 0 && s->stack[depth - 1].object && base[p[1]] == ':' && c == '"') {
            st = add_key(s, p, s->stack[depth - 1].path_len);
            p += 2;
            if (base[*p] == '{' || base[*p] == '[')
                continue;
            if (st == EQ_OK)
                st = learn_scalar(s, p);
            p++;
        } else if ((c == '{' || c == '[') && depth == MOST_DEPTH) {
            p = eq_doc_skip(&s->doc, p, &nomem);
            if (!p)
                st = EQ_NOMEM;
        } else if (c == '{' || c == '[') {
            s->stack[depth].path_len = s->path.len;
            s->stack[depth++].object = c == '{';
            p++;
        } else {
            st = learn_scalar(s, p);
            p++;
        }
    } while (st == EQ_OK && depth > 0);
    return st;
}

static enum eq_status load(struct eq_survey *s, struct eq_slice text)
{
    bool repaired;
    s->doc.repairs = 0;
    enum eq_status st = eq_doc_index(&s->doc, text);
    if (st == EQ_OK)
        st = eq_doc_check(&s->doc);
    if (st != EQ_INVALID)
        return st;
    st = eq_doc_repair(&s->doc, text, &repaired);
    return st == EQ_OK ? eq_doc_check(&s->doc) : st;
}

enum eq_status eq_survey_feed(struct eq_survey *s, struct eq_slice text, struct eq_decode_error *error)
{
    struct eq_hit hit;
    eq_arena_reset(&s->scratch);
    enum eq_status st = load(s, text);
    if (st == EQ_OK)
        st = eq_doc_hit(&hit, &s->doc, NULL);
    if (st == EQ_INVALID && error)
        *error = s->doc.error;
    if (st != EQ_OK)
        return st;
    s->event++;
    eq_buf_clear(&s->path);
    return walk(s, s->doc.index.at + hit.source);
}

/* ── Results ───────────────────────────────────────────────────────────────────────────────────────────────────── */

size_t eq_survey_count(const struct eq_survey *s)
{
    return s->paths.n;
}

static bool comes_before(uint32_t a, uint32_t b, const void *ctx)
{
    const struct eq_survey *s = ctx;
    return eq_slice_cmp(s->paths.items[a], s->paths.items[b]) < 0;
}

struct eq_survey_field eq_survey_get(struct eq_survey *s, size_t index)
{
    if (s->sorted != s->paths.n) {
        eq_sort(s->order, s->paths.n, comes_before, s);
        s->sorted = s->paths.n;
    }
    uint32_t number = s->order[index];
    const struct learned *f = &s->fields[number];
    return (struct eq_survey_field){.path = s->paths.items[number],
                                    .events = f->events,
                                    .strings = f->values[STRINGS],
                                    .numbers = f->values[NUMBERS],
                                    .booleans = f->values[BOOLEANS],
                                    .array = f->array,
                                    .example = {f->example, f->example_len}};
}
