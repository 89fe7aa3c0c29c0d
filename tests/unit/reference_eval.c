/* reference_eval.c — is a condition true for an event? Straight from docs/semantics.md, without any cleverness. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "unit/reference.h"

#include <stdio.h>
#include <stdlib.h>

#include "plan/functions.h"

/* ── Text ── */

/* Simple folding of all letters that the tests use. */
static uint32_t fold_code(uint32_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c + 32;
    switch (c) {
    case 0x00C9: return 0x00E9; /* E acute */
    case 0x0416: return 0x0436; /* Zhe */
    case 0x212A: return 'k';    /* Kelvin */
    case 0x017F: return 's';    /* long s */
    default: return c;
    }
}

/* Code points, ended by -1; the tests use valid UTF-8. */
static int32_t *codes_of(struct eq_arena *a, struct eq_slice s, bool fold)
{
    int32_t *codes = eq_arena_alloc(a, (s.len + 1) * sizeof *codes);
    size_t n = 0;
    for (size_t i = 0; i < s.len; n++) {
        unsigned char c = (unsigned char)s.ptr[i++];
        uint32_t code = c < 0x80 ? c : c < 0xE0 ? c & 0x1Fu : c < 0xF0 ? c & 0x0Fu : c & 0x07u;
        for (unsigned more = c < 0x80 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3; more; more--)
            code = code << 6 | ((unsigned char)s.ptr[i++] & 0x3Fu);
        codes[n] = (int32_t)(fold ? fold_code(code) : code);
    }
    codes[n] = -1;
    return codes;
}

static bool glob(const int32_t *p, const int32_t *t)
{
    if (*p == -1)
        return *t == -1;
    if (*p == '*')
        return glob(p + 1, t) || (*t != -1 && glob(p, t + 1));
    return *t != -1 && (*p == '?' || *p == *t) && glob(p + 1, t + 1);
}

static bool same_codes(const int32_t *a, const int32_t *b)
{
    for (; *a == *b; a++, b++)
        if (*a == -1)
            return true;
    return false;
}

/* The text of any value; numbers of events as they were written. */
static struct eq_slice text_of(struct eq_arena *a, const struct eq_value *v)
{
    if (v->type == EQ_STRING || (eq_value_is_number(v) && v->len))
        return eq_value_slice(v);
    if (v->type == EQ_BOOL)
        return v->b ? EQ_LIT("true") : EQ_LIT("false");
    struct eq_buf out;
    eq_buf_init(&out, &eq_alloc_default);
    eq_value_text(&out, v);
    struct eq_slice copy = eq_arena_copy(a, eq_buf_slice(&out));
    eq_buf_free(&out);
    return copy;
}

const struct ref_regex ref_regexes[] = {{"a.*", "a.*"},
                                        {"a|b*|", "a|b*|"},
                                        {"[ab]{1,2}", "[ab]{1,2}"},
                                        {"[^a]*", "[^a]*"},
                                        {"a?b+c?", "a?b+c?"},
                                        {"(ab)+", "(?:ab)+"},
                                        {"x?^?", "x?\\^?"},
                                        {".", "."},
                                        {"@b", ".*b"},
                                        {"k[0-9]*", "k[0-9]*"},
                                        {"-?1.*", "-?1.*"},
                                        {".*cmd\\.exe", ".*cmd\\.exe"},
                                        {"#|1", "(?!)|1"},
                                        {"tru.|[1-7]+", "tru.|[1-7]+"},
                                        {NULL, NULL}};

static bool regex(struct eq_slice pattern, bool fold, struct eq_slice text)
{
    char whole[256];
    const struct ref_regex *r = ref_regexes;
    while (r->lucene && !eq_slice_eq(eq_slice_of(r->lucene), pattern))
        r++;
    if (!r->lucene)
        abort();
    int n = snprintf(whole, sizeof whole, "\\A(?:%s)\\z", r->pcre), error;
    PCRE2_SIZE at;
    uint32_t options = PCRE2_UTF | PCRE2_DOTALL | (fold ? PCRE2_CASELESS : 0);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)whole, (PCRE2_SIZE)n, options, &error, &at, NULL);
    if (!code)
        abort();
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    const char *ptr = text.len ? text.ptr : "";
    bool yes = pcre2_match(code, (PCRE2_SPTR)ptr, text.len, 0, 0, data, NULL) >= 0;
    pcre2_match_data_free(data);
    pcre2_code_free(code);
    return yes;
}

/* ── Comparison: v is what is compared, k what it is compared with ── */

enum { NO_ORDER = 2 };

/* [+-]digits[.digits][e[+-]digits] with a digit on one side of the point at least, the whole text; finite. */
static bool number_of(long double *out, struct eq_slice s)
{
    char text[64];
    size_t i = 0, digits = 0;
    if (s.len == 0 || s.len >= sizeof text)
        return false;
    memcpy(text, s.ptr, s.len);
    text[s.len] = 0;
    bool decimal = false;
    i += text[i] == '+' || text[i] == '-';
    for (; text[i] >= '0' && text[i] <= '9'; i++)
        digits++;
    if (text[i] == '.') {
        decimal = true;
        for (i++; text[i] >= '0' && text[i] <= '9'; i++)
            digits++;
    }
    if (digits == 0)
        return false;
    if (text[i] == 'e' || text[i] == 'E') {
        decimal = true;
        i++;
        i += text[i] == '+' || text[i] == '-';
        if (text[i] < '0' || text[i] > '9')
            return false;
        while (text[i] >= '0' && text[i] <= '9')
            i++;
    }
    if (i != s.len)
        return false;
    *out = decimal ? (long double)strtod(text, NULL) : strtold(text, NULL);
    return *out - *out == 0;
}

static bool as_number(long double *out, const struct eq_value *v)
{
    switch (v->type) {
    case EQ_INT: *out = v->i; return true;
    case EQ_UINT: *out = v->u; return true;
    case EQ_DOUBLE: *out = v->d; return true;
    case EQ_STRING: return number_of(out, eq_value_slice(v));
    default: return false;
    }
}

static int sign(int c)
{
    return (c > 0) - (c < 0);
}

static int order_numbers(const struct eq_value *v, const struct eq_value *k)
{
    long double a, b;
    if (!as_number(&a, v) || !as_number(&b, k) || a != a || b != b)
        return NO_ORDER;
    return (a > b) - (a < b);
}

static int order(const struct eq_value *v, const struct eq_value *k, bool equality)
{
    bool v_number = eq_value_is_number(v), k_number = eq_value_is_number(k);
    char room[128];
    struct eq_buf text;
    int c;
    if (v->type == EQ_STRING && k->type == EQ_STRING)
        return sign(eq_slice_cmp(eq_value_slice(v), eq_value_slice(k)));
    if (v->type == EQ_STRING && k_number && equality) {
        if (k->len)
            return eq_slice_eq(eq_value_slice(v), eq_value_slice(k)) ? 0 : NO_ORDER;
        eq_buf_init(&text, &eq_alloc_default);
        eq_value_text(&text, k);
        c = eq_slice_eq(eq_value_slice(v), eq_buf_slice(&text)) ? 0 : NO_ORDER;
        eq_buf_free(&text);
        return c;
    }
    if ((v->type == EQ_STRING || v_number) && (k->type == EQ_STRING || k_number))
        return order_numbers(v, k);
    if (v->type == EQ_BOOL && k->type == EQ_BOOL)
        return (int)v->b - (int)k->b;
    if ((v->type == EQ_BOOL && k->type == EQ_STRING) || (v->type == EQ_STRING && k->type == EQ_BOOL)) {
        const struct eq_value *b = v->type == EQ_BOOL ? v : k, *s = v->type == EQ_BOOL ? k : v;
        snprintf(room, sizeof room, "%s", b->b ? "true" : "false");
        return equality && eq_slice_eq(eq_slice_of(room), eq_value_slice(s)) ? 0 : NO_ORDER;
    }
    if (v->type == EQ_IP && k->type == EQ_IP)
        return sign(memcmp(v->s, k->s, 16));
    if (v->type == EQ_TIME && k->type == EQ_TIME)
        return v->i != k->i ? (v->i < k->i ? -1 : 1) : (v->len > k->len) - (v->len < k->len);
    return NO_ORDER;
}

int ref_compare(enum eq_compare op, const struct eq_value *v, const struct eq_value *k)
{
    if (v->type == EQ_NULL || k->type == EQ_NULL)
        return -1;
    int c = order(v, k, op == EQ_CMP_EQ || op == EQ_CMP_NE);
    if (c == NO_ORDER)
        return op == EQ_CMP_NE;
    switch (op) {
    case EQ_CMP_EQ: return c == 0;
    case EQ_CMP_NE: return c != 0;
    case EQ_CMP_LT: return c < 0;
    case EQ_CMP_LE: return c <= 0;
    case EQ_CMP_GT: return c > 0;
    case EQ_CMP_GE: return c >= 0;
    }
    return 0;
}

/* ── Values, when a value has been chosen for each field ── */

struct choice {
    struct eq_slice path;
    unsigned frame;
    struct ref_list values; /* none: null is the only choice */
    struct eq_value now;
};

struct leaf {
    struct ref_scene *scene;
    struct choice choices[64];
    size_t n;
};

static struct choice *choice_of(struct leaf *l, const struct eq_node *n)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->choices[i].frame == n->frame && eq_slice_eq(l->choices[i].path, n->path))
            return &l->choices[i];
    return NULL;
}

static struct eq_value value(struct leaf *l, const struct eq_node *n);

/* One of the kids makes it true; else null if one is null. With `decides` false the same for and. */
static struct eq_value junction(struct leaf *l, const struct eq_node *n, bool decides)
{
    bool null = false;
    for (uint32_t i = 0; i < n->n_kids; i++) {
        struct eq_value v = value(l, n->kids[i]);
        if (v.type != EQ_BOOL)
            null = true;
        else if (v.b == decides)
            return v;
    }
    return null ? EQ_VALUE_NULL : eq_value_bool(!decides);
}

static bool one_of(struct leaf *l, const struct eq_node *n, const struct eq_value *x)
{
    struct eq_arena *a = l->scene->arena;
    for (uint32_t i = 1; i < n->n_kids; i++) {
        struct eq_value k = value(l, n->kids[i]);
        bool yes = false;
        if (k.type == EQ_NULL)
            continue;
        struct eq_slice pattern = text_of(a, &k), text = text_of(a, x);
        if (n->kind == EQ_N_LIKE)
            yes = glob(codes_of(a, pattern, n->fold), codes_of(a, text, n->fold));
        else if (n->kind == EQ_N_REGEX)
            yes = regex(pattern, n->fold, text);
        else if (n->fold)
            yes = same_codes(codes_of(a, pattern, true), codes_of(a, text, true));
        else
            yes = ref_compare(EQ_CMP_EQ, x, &k) == 1;
        if (yes)
            return true;
    }
    return false;
}

static struct eq_value value(struct leaf *l, const struct eq_node *n)
{
    struct eq_value args[16], v;
    switch ((enum eq_node_kind)n->kind) {
    case EQ_N_CONST: return n->value;
    case EQ_N_FIELD: return choice_of(l, n)->now;
    case EQ_N_CALL: {
        if (n->n_kids > 16)
            abort();
        for (uint32_t i = 0; i < n->n_kids; i++)
            args[i] = value(l, n->kids[i]);
        struct eq_value out = EQ_VALUE_NULL;
        if (eq_functions[n->function].body(&out, args, n->n_kids, n->fold, l->scene->arena) != EQ_OK)
            abort();
        return out;
    }
    case EQ_N_COMPARE: {
        args[0] = value(l, n->kids[0]);
        args[1] = value(l, n->kids[1]);
        int r = ref_compare((enum eq_compare)n->op, &args[0], &args[1]);
        return r < 0 ? EQ_VALUE_NULL : eq_value_bool(r);
    }
    case EQ_N_IN:
    case EQ_N_LIKE:
    case EQ_N_REGEX: v = value(l, n->kids[0]); return v.type == EQ_NULL ? v : eq_value_bool(one_of(l, n, &v));
    case EQ_N_IS_NULL: return eq_value_bool(value(l, n->kids[0]).type == EQ_NULL);
    case EQ_N_KAND: return junction(l, n, false);
    case EQ_N_KOR: return junction(l, n, true);
    case EQ_N_KNOT: v = value(l, n->kids[0]); return v.type == EQ_BOOL ? eq_value_bool(!v.b) : EQ_VALUE_NULL;
    default: abort();
    }
}

/* ── Leaves: some choice of one value for every field ── */

static const struct ref_json *document(const struct ref_scene *s, unsigned frame)
{
    if (frame == EQ_FRAME_EVENT)
        return s->event;
    if (frame == EQ_FRAME_ELEMENT)
        return s->element;
    return frame - EQ_FRAME_ALIAS < s->n_aliases ? s->aliases[frame - EQ_FRAME_ALIAS] : NULL;
}

static void find_fields(struct leaf *l, const struct eq_node *n)
{
    if (n->kind == EQ_N_FIELD && !choice_of(l, n)) {
        if (l->n == 64)
            abort();
        struct choice *c = &l->choices[l->n++];
        *c = (struct choice){.path = n->path, .frame = n->frame, .now = EQ_VALUE_NULL};
        const struct ref_json *doc = document(l->scene, n->frame);
        if (doc)
            ref_values(&c->values, l->scene->arena, doc, n->path);
    }
    for (uint32_t i = 0; i < n->n_kids; i++)
        find_fields(l, n->kids[i]);
}

static bool some_choice(struct leaf *l, const struct eq_node *expression, size_t at)
{
    if (at == l->n) {
        struct eq_value v = value(l, expression);
        return v.type == EQ_BOOL && v.b;
    }
    struct choice *c = &l->choices[at];
    if (c->values.n == 0)
        return some_choice(l, expression, at + 1);
    for (size_t i = 0; i < c->values.n; i++) {
        c->now = ref_value_of(c->values.items[i]);
        if (some_choice(l, expression, at + 1))
            return true;
    }
    return false;
}

/* ── Conditions ── */

/* A value, or an object with something in it. */
static bool exists(struct ref_scene *s, const struct eq_node *field)
{
    struct ref_list all;
    const struct ref_json *doc = document(s, field->frame);
    if (!doc)
        return false;
    ref_all(&all, s->arena, doc, field->path);
    for (size_t i = 0; i < all.n; i++)
        if (all.items[i]->kind != REF_NULL && (all.items[i]->kind != REF_OBJECT || all.items[i]->n))
            return true;
    return false;
}

static bool search(struct ref_scene *s, const struct eq_node *n)
{
    struct ref_list all;
    const struct ref_json *doc = document(s, n->kids[0]->frame);
    if (!doc)
        return false;
    ref_all(&all, s->arena, doc, n->kids[0]->path);
    for (size_t i = 0; i < all.n; i++) {
        struct ref_scene inner = *s;
        inner.element = all.items[i];
        if (all.items[i]->kind != REF_NULL && ref_meets(&inner, n->kids[1]))
            return true;
    }
    return false;
}

bool ref_meets(struct ref_scene *s, const struct eq_node *n)
{
    switch ((enum eq_node_kind)n->kind) {
    case EQ_N_TRUE: return true;
    case EQ_N_FALSE: return false;
    case EQ_N_NOT: return !ref_meets(s, n->kids[0]);
    case EQ_N_AND:
        for (uint32_t i = 0; i < n->n_kids; i++)
            if (!ref_meets(s, n->kids[i]))
                return false;
        return true;
    case EQ_N_OR:
        for (uint32_t i = 0; i < n->n_kids; i++)
            if (ref_meets(s, n->kids[i]))
                return true;
        return false;
    case EQ_N_EXISTS: return exists(s, n->kids[0]);
    case EQ_N_SEARCH: return search(s, n);
    case EQ_N_ANY: {
        struct leaf l = {.scene = s};
        find_fields(&l, n->kids[0]);
        return some_choice(&l, n->kids[0], 0);
    }
    default: abort();
    }
}
