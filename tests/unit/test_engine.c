/* test_engine.c — random rules and events: the engine against a plain evaluation of the plan.
 *
 *      rules ×50 ─▶ compiler ─▶ program, index, dispatch ─▶ matcher ─▶ who hit? ─┐
 *        └───────▶ plan ─▶ unit/reference.h, on the event's tree ────────────────┴─▶ equal, for every pair
 *                    └───▶ simplified ─▶ the same ─────────────────────────────────▶ equal
 *
 * The explanations of match/why.h are one more engine here: what the root of a tree says.
 *
 * EQLITE_CASES sets the number of pairs, EQLITE_SEED where the numbers begin. What differs is made smaller and
 * printed. */
#include <stdio.h>
#include <stdlib.h>

#include <CUnit/CUnit.h>

#include "api/eqlite.h"
#include "base/utf8.h"
#include "lang/languages.h"
#include "sink/json_check.h"
#include "unit/reference.h"

/* After so many events a matcher begins to remember values. */
enum { RULES = 50, EVENTS = 40, PAIRS = 100000, WARM_UP = 300 };

/* ── A rule: conditions as a tree, so that it can be made smaller ── */

enum cond_kind { COND_LEAF, COND_AND, COND_OR, COND_NOT, COND_SEARCH };

struct cond {
    enum cond_kind kind;
    struct eq_slice text; /* LEAF; SEARCH: the array */
    struct cond *kids[4];
    unsigned n;
};

struct rule {
    const char *category;
    struct cond *condition;
};

struct world {
    struct eq_arena arena;
    struct ref_random random;
    bool endpoint;
    bool in_search; /* fields may be those of an element */
    const char *engine;
};

static const char *pick(struct world *w, const char *const *words)
{
    unsigned n = 0;
    while (words[n])
        n++;
    return words[ref_below(&w->random, n)];
}

static const char *const fields[] = {
    "a", "a", "b", "b", "c", "d.e", "d.f", "g.h.i", "n", "m", "flag", "process.name", "list.k", "source.ip", NULL};
static const char *const numbers[] = {"n", "m", "a", NULL};
static const char *const texts[] = {"",
                                    "a",
                                    "A",
                                    "ab",
                                    "AB",
                                    "abc",
                                    "b",
                                    "b*",
                                    "?",
                                    "xaby",
                                    "\xC3\xA9",
                                    "\xC3\x89",
                                    "k",
                                    "\xE2\x84\xAA",
                                    "1",
                                    "1.0",
                                    "10",
                                    "-7",
                                    "true",
                                    "false",
                                    "10.0.0.1",
                                    "::1",
                                    "C:\\Windows\\cmd.exe",
                                    "c:\\windows\\CMD.EXE",
                                    "a\nb",
                                    "0:0::1",
                                    "the quick brown fox",
                                    "1e1",
                                    NULL};
static const char *const number_texts[] = {
    "0", "1",   "-7", "10", "1.0", "1.5", "1e1", "100", "-0", "9223372036854775807", "18446744073709551615",
    "2", "0.5", NULL};
static const char *const patterns[] = {"a*",
                                       "*b",
                                       "*b*",
                                       "?",
                                       "a?c",
                                       "*",
                                       "**",
                                       "b*",
                                       "?*",
                                       "*A*",
                                       "\xC3\x89*",
                                       "*.exe",
                                       "c:\\*\\cmd.exe",
                                       "*cmd*",
                                       "1*",
                                       "tru?",
                                       "a",
                                       "AB",
                                       "",
                                       "K",
                                       "*quick*fox",
                                       "t?e q*",
                                       "*\xE2\x84\xAA",
                                       "*1*0*",
                                       NULL};

/* A text put together from pieces, so that patterns and values share parts of any length; with * and ? if `wild`. */
static const char *compose(struct world *w, bool wild)
{
    static const char *const pieces[] = {"a",    "b",  "cmd", "CMD",      ".exe",     "\\", "win", "dows",         "-",
                                         "1",    "x",  " ",   "\xC3\x89", "\xC3\xA9", "K",  "k",   "\xE2\x84\xAA", "ab",
                                         "temp", "\n", NULL};
    struct eq_buf text;
    eq_buf_init(&text, &eq_alloc_default);
    for (unsigned n = ref_below(&w->random, 7); n; n--) {
        if (wild && ref_chance(&w->random, 40))
            eq_buf_puts(&text, ref_chance(&w->random, 75) ? "*" : "?");
        eq_buf_puts(&text, pick(w, pieces));
    }
    if (wild && ref_chance(&w->random, 40))
        eq_buf_puts(&text, "*");
    struct eq_slice copy = eq_arena_copy(&w->arena, eq_buf_slice(&text));
    eq_buf_free(&text);
    return copy.ptr;
}

static const char *some_text(struct world *w)
{
    return ref_chance(&w->random, 40) ? compose(w, false) : pick(w, texts);
}

static const char *some_pattern(struct world *w)
{
    return ref_chance(&w->random, 50) ? compose(w, true) : pick(w, patterns);
}

static void put_field(struct world *w, struct eq_buf *out)
{
    if (w->in_search && ref_chance(&w->random, 75)) {
        static const char *const inside[] = {"$x.k", "$x.v", "$x.d.e", "$x", NULL};
        eq_buf_puts(out, pick(w, inside));
        return;
    }
    if (!w->endpoint && ref_chance(&w->random, 15))
        eq_buf_putc(out, '?');
    eq_buf_puts(out, pick(w, fields));
}

static void put_text(struct world *w, struct eq_buf *out)
{
    eq_buf_eql(out, eq_slice_of(some_text(w)));
}

static void put_literal(struct world *w, struct eq_buf *out)
{
    unsigned kind = ref_below(&w->random, 10);
    if (kind < 6)
        put_text(w, out);
    else if (kind < 9)
        eq_buf_puts(out, pick(w, number_texts));
    else
        eq_buf_puts(out, ref_chance(&w->random, 50) ? "true" : "false");
}

/* A text: a field or what a function makes of one. */
static void put_text_value(struct world *w, struct eq_buf *out)
{
    struct ref_random *r = &w->random;
    switch (ref_below(r, 12)) {
    case 0:
        eq_buf_puts(out, "string(");
        put_field(w, out);
        break;
    case 1:
        eq_buf_puts(out, "concat(");
        put_field(w, out);
        eq_buf_puts(out, ", ");
        if (ref_chance(r, 50))
            put_field(w, out);
        else
            put_literal(w, out);
        break;
    case 2:
        eq_buf_puts(out, "substring(");
        put_field(w, out);
        eq_buf_printf(out, ", %d", (int)ref_below(r, 6) - 3);
        if (ref_chance(r, 50))
            eq_buf_printf(out, ", %d", (int)ref_below(r, 8) - 3);
        break;
    case 3:
        eq_buf_puts(out, ref_chance(r, 50) ? "between(" : "between~(");
        put_field(w, out);
        eq_buf_puts(out, ", ");
        put_text(w, out);
        eq_buf_puts(out, ", ");
        put_text(w, out);
        eq_buf_puts(out, ref_chance(r, 30) ? ", true" : "");
        break;
    default: put_field(w, out); return;
    }
    eq_buf_putc(out, ')');
}

static void put_number_value(struct world *w, struct eq_buf *out)
{
    struct ref_random *r = &w->random;
    switch (ref_below(r, 10)) {
    case 0:
        eq_buf_puts(out, "length(");
        put_text_value(w, out);
        eq_buf_putc(out, ')');
        break;
    case 1:
        eq_buf_puts(out, ref_chance(r, 50) ? "indexOf(" : "indexOf~(");
        put_field(w, out);
        eq_buf_puts(out, ", ");
        put_text(w, out);
        eq_buf_puts(out, ref_chance(r, 30) ? ", 1)" : ")");
        break;
    case 2:
        eq_buf_puts(out, "number(");
        put_field(w, out);
        eq_buf_puts(out, ref_chance(r, 20) ? ", 16)" : ")");
        break;
    case 3:
    case 4:
    case 5:
        eq_buf_puts(out, "(");
        put_field(w, out);
        eq_buf_printf(out, " %c ", "+-*/%"[ref_below(r, 5)]);
        if (ref_chance(r, 60))
            eq_buf_puts(out, pick(w, number_texts));
        else
            put_field(w, out);
        eq_buf_puts(out, ")");
        break;
    case 6:
        eq_buf_puts(out, "-");
        eq_buf_puts(out, pick(w, numbers));
        break;
    default: eq_buf_puts(out, pick(w, numbers)); break;
    }
}

static void put_value(struct world *w, struct eq_buf *out)
{
    if (ref_chance(&w->random, 60))
        put_text_value(w, out);
    else
        put_number_value(w, out);
}

static void put_list(struct world *w, struct eq_buf *out, bool wild)
{
    unsigned n = 1 + ref_below(&w->random, 4);
    eq_buf_puts(out, "(");
    for (unsigned i = 0; i < n; i++) {
        eq_buf_puts(out, i ? ", " : "");
        if (wild)
            eq_buf_eql(out, eq_slice_of(some_pattern(w)));
        else if (ref_chance(&w->random, 5))
            eq_buf_puts(out, "null");
        else
            put_literal(w, out);
    }
    eq_buf_puts(out, ")");
}

static const char *random_regex(struct world *w)
{
    unsigned n = 0;
    while (ref_regexes[n].lucene)
        n++;
    return ref_regexes[ref_below(&w->random, n)].lucene;
}

/* x like "…", x in (…), f(x, "…"). */
static void put_test(struct world *w, struct eq_buf *out)
{
    static const char *const in[] = {" in ", " in~ ", " not in ", " not in~ ", NULL};
    static const char *const like[] = {" : ", " like ", " like~ ", NULL};
    static const char *const tests[] = {"startsWith", "endsWith", "stringContains", NULL};
    struct ref_random *r = &w->random;
    switch (ref_below(r, 7)) {
    case 0:
    case 1:
        put_text_value(w, out);
        eq_buf_puts(out, pick(w, in));
        put_list(w, out, false);
        break;
    case 2:
    case 3:
    case 4:
        put_text_value(w, out);
        eq_buf_puts(out, pick(w, like));
        if (ref_chance(r, 50))
            eq_buf_eql(out, eq_slice_of(some_pattern(w)));
        else
            put_list(w, out, true);
        break;
    case 5:
        put_text_value(w, out);
        eq_buf_puts(out, ref_chance(r, 50) ? " regex " : " regex~ ");
        eq_buf_eql(out, eq_slice_of(random_regex(w)));
        break;
    default:
        if (ref_chance(r, 15)) {
            eq_buf_puts(out, ref_chance(r, 50) ? "cidrMatch(source.ip, \"10.0.0.0/8\", \"::1\")"
                                               : "cidrMatch(a, \"::/96\", \"10.0.0.1\")");
            break;
        }
        eq_buf_puts(out, pick(w, tests));
        eq_buf_puts(out, ref_chance(r, 50) ? "(" : "~(");
        put_text_value(w, out);
        eq_buf_puts(out, ", ");
        if (ref_chance(r, 30))
            put_field(w, out);
        else
            put_text(w, out);
        eq_buf_puts(out, ")");
        break;
    }
}

static void put_comparison(struct world *w, struct eq_buf *out)
{
    static const char *const ops[] = {" == ", " == ", " == ", " != ", " != ", " < ", " <= ", " > ", " >= ", NULL};
    struct ref_random *r = &w->random;
    unsigned kind = ref_below(r, 12);
    if (kind == 0) { /* an address or a date by its field */
        static const char *const whole[] = {"source.ip == \"10.0.0.0/8\"",
                                            "source.ip > \"10.0.0.0\"",
                                            "source.ip in (\"::1\", \"10.0.0.0/8\")",
                                            "a == \"::1\"",
                                            "@timestamp == \"2020-01-01\"",
                                            "@timestamp > \"2020-01-01\"",
                                            "@timestamp <= \"2020-01-01T10:00\"",
                                            "@timestamp in (1577836800000, \"2020\")",
                                            "source.ip != \"::1\"",
                                            NULL};
        eq_buf_puts(out, pick(w, whole));
        return;
    }
    if (kind == 1) {
        put_literal(w, out);
        eq_buf_puts(out, pick(w, ops));
        put_value(w, out);
        return;
    }
    put_value(w, out);
    eq_buf_puts(out, pick(w, ops));
    if (kind == 2)
        put_value(w, out);
    else
        put_literal(w, out);
}

static void put_null_test(struct world *w, struct eq_buf *out)
{
    struct ref_random *r = &w->random;
    const char *op = ref_chance(r, 50) ? " == " : " != ";
    if (ref_chance(r, 20)) {
        eq_buf_printf(out, "null%s", op);
        put_value(w, out);
        return;
    }
    if (ref_chance(r, 20))
        eq_buf_puts(out, pick(w, (const char *const[]){"d", "o", "list", "process", NULL}));
    else
        put_value(w, out);
    eq_buf_printf(out, "%snull", op);
}

/* Something that is true, false or null as a value. */
static void put_logic(struct world *w, struct eq_buf *out, unsigned depth)
{
    switch (ref_below(&w->random, depth ? 5 : 2)) {
    case 0: put_comparison(w, out); return;
    case 1: put_test(w, out); return;
    case 2:
        eq_buf_puts(out, "not ");
        put_logic(w, out, 0);
        return;
    default:
        put_logic(w, out, depth - 1);
        eq_buf_puts(out, ref_chance(&w->random, 50) ? " and " : " or ");
        put_logic(w, out, depth - 1);
        return;
    }
}

static void put_leaf(struct world *w, struct eq_buf *out)
{
    struct ref_random *r = &w->random;
    switch (ref_below(r, 20)) {
    case 0:
    case 1:
    case 2: put_null_test(w, out); return;
    case 3: eq_buf_puts(out, ref_chance(r, 50) ? "flag" : "a"); return;
    case 4:
        eq_buf_puts(out, "(");
        put_test(w, out);
        eq_buf_printf(out, ") %s %s", ref_chance(r, 50) ? "==" : "!=", ref_chance(r, 50) ? "true" : "false");
        return;
    case 5:
        eq_buf_puts(out, ref_chance(r, 50) ? "null == (" : "string(");
        put_logic(w, out, 2);
        eq_buf_puts(out, out->ptr[0] == 'n' ? ")" : ") == \"true\"");
        return;
    case 6: eq_buf_puts(out, ref_chance(r, 50) ? "true" : "false"); return;
    case 7:
    case 8:
    case 9:
    case 10:
    case 11: put_comparison(w, out); return;
    default: put_test(w, out); return;
    }
}

static struct cond *make_cond(struct world *w, unsigned depth)
{
    struct cond *c = eq_arena_alloc(&w->arena, sizeof *c);
    struct ref_random *r = &w->random;
    unsigned kind = ref_below(r, 100);
    if (depth && kind < 70) {
        c->kind = kind < 30 ? COND_AND : kind < 50 ? COND_OR : kind < 65 ? COND_NOT : COND_SEARCH;
        if (c->kind != COND_SEARCH || (w->endpoint && !w->in_search)) {
            c->n = c->kind == COND_NOT || c->kind == COND_SEARCH ? 1 : 2 + ref_below(r, 2);
            w->in_search |= c->kind == COND_SEARCH;
            for (unsigned i = 0; i < c->n; i++)
                c->kids[i] = make_cond(w, depth - 1);
            if (c->kind == COND_SEARCH) {
                w->in_search = false;
                c->text = eq_slice_of(pick(w, (const char *const[]){"list", "list", "d.list", "a", NULL}));
            }
            return c;
        }
    }
    struct eq_buf text;
    eq_buf_init(&text, &eq_alloc_default);
    put_leaf(w, &text);
    c->kind = COND_LEAF;
    c->text = eq_arena_copy(&w->arena, eq_buf_slice(&text));
    eq_buf_free(&text);
    return c;
}

static void put_cond(struct eq_buf *out, const struct cond *c)
{
    switch (c->kind) {
    case COND_LEAF: eq_buf_add(out, c->text); return;
    case COND_NOT: eq_buf_puts(out, "not ("); break;
    case COND_SEARCH: eq_buf_printf(out, "_arraysearch(%.*s, $x, ", (int)c->text.len, c->text.ptr); break;
    case COND_AND:
    case COND_OR: eq_buf_puts(out, "("); break;
    }
    for (unsigned i = 0; i < c->n; i++) {
        eq_buf_puts(out, i == 0 ? "" : c->kind == COND_AND ? " and " : " or ");
        put_cond(out, c->kids[i]);
    }
    eq_buf_puts(out, ")");
}

static struct eq_slice rule_text(struct world *w, const struct rule *rule)
{
    struct eq_buf text;
    eq_buf_init(&text, &eq_alloc_default);
    eq_buf_printf(&text, "%s where ", rule->category);
    put_cond(&text, rule->condition);
    struct eq_slice copy = eq_arena_copy(&w->arena, eq_buf_slice(&text));
    eq_buf_free(&text);
    return copy;
}

static struct rule make_rule(struct world *w)
{
    static const char *const categories[] = {"any", "any", "process", "file", NULL};
    struct rule rule = {pick(w, categories), NULL};
    rule.condition = make_cond(w, ref_below(&w->random, 4));
    return rule;
}

/* ── Events ── */

static struct ref_json *make_scalar(struct world *w)
{
    unsigned kind = ref_below(&w->random, 20);
    struct ref_json *j;
    if (kind < 11) {
        j = ref_make(&w->arena, REF_STRING, eq_slice_of(some_text(w)));
        return j;
    }
    if (kind < 17)
        return ref_literal(&w->arena, pick(w, number_texts));
    return ref_literal(&w->arena, kind == 17 ? "true" : kind == 18 ? "false" : "null");
}

static struct ref_json *make_json(struct world *w, unsigned depth)
{
    unsigned kind = ref_below(&w->random, 10);
    if (depth == 0 || kind < 7)
        return make_scalar(w);
    struct ref_json *j = ref_make(&w->arena, REF_ARRAY, EQ_LIT(""));
    for (unsigned n = ref_below(&w->random, 4); n; n--)
        ref_add(&w->arena, j, NULL, make_json(w, depth - 1));
    return j;
}

static struct ref_json *make_object(struct world *w, const char *const *keys, unsigned percent)
{
    struct ref_json *j = ref_make(&w->arena, REF_OBJECT, EQ_LIT(""));
    for (; *keys; keys++)
        if (ref_chance(&w->random, percent))
            ref_add(&w->arena, j, *keys, make_json(w, 2));
    return j;
}

/* Several objects, and perhaps scalars between them. */
static struct ref_json *make_list(struct world *w)
{
    static const char *const keys[] = {"k", "v", "d.e", NULL};
    struct ref_json *list = ref_make(&w->arena, REF_ARRAY, EQ_LIT(""));
    for (unsigned n = ref_below(&w->random, 4); n; n--) {
        if (ref_chance(&w->random, 20))
            ref_add(&w->arena, list, NULL, make_json(w, 1));
        else
            ref_add(&w->arena, list, NULL, make_object(w, keys, 60));
    }
    return list->n == 1 && ref_chance(&w->random, 30) ? list->kids[0] : list;
}

static struct ref_json *make_event(struct world *w)
{
    static const char *const plain[] = {"a", "b", "c", "n", "m", "flag", "unknown", NULL};
    static const char *const inner[] = {"e", "f", NULL};
    static const char *const categories[] = {"process", "process", "file", "Process", NULL};
    static const char *const dates[] = {"2020-01-01T10:00:00Z", "2020-01-01", "2020-01-02T00:00:00.000Z",
                                        "1577836800000",        "a",          NULL};
    static const char *const addresses[] = {"10.0.0.1", "10.0.0.0", "::1", "0:0:0::1", "::ffff:10.1.2.3", "a", NULL};
    struct ref_random *r = &w->random;
    struct eq_arena *a = &w->arena;
    struct ref_json *e = make_object(w, plain, 60);
    if (ref_chance(r, 90)) {
        struct ref_json *category = ref_literal(a, pick(w, categories));
        if (ref_chance(r, 20)) {
            struct ref_json *both = ref_make(a, REF_ARRAY, EQ_LIT(""));
            ref_add(a, both, NULL, category);
            ref_add(a, both, NULL, ref_literal(a, pick(w, categories)));
            category = both;
        }
        ref_add(a, e, "event.category", category);
    }
    if (ref_chance(r, 50)) {
        struct ref_json *d = make_object(w, inner, 60);
        if (ref_chance(r, 30))
            ref_add(a, d, "list", make_list(w));
        ref_add(a, e, "d", d);
    } else {
        if (ref_chance(r, 50))
            ref_add(a, e, "d.e", make_json(w, 1));
        if (ref_chance(r, 20)) /* two ways to the same field at once */
            ref_add(a, e, "d", make_object(w, inner, 60));
    }
    if (ref_chance(r, 30)) {
        struct ref_json *h = ref_make(a, REF_OBJECT, EQ_LIT(""));
        ref_add(a, h, ref_chance(r, 50) ? "h.i" : "h", make_json(w, 1));
        ref_add(a, e, "g", h);
    } else if (ref_chance(r, 30)) {
        ref_add(a, e, "g.h.i", make_json(w, 1));
    }
    if (ref_chance(r, 40))
        ref_add(a, e, "list", make_list(w));
    if (ref_chance(r, 30))
        ref_add(a, e, "source.ip", ref_make(a, REF_STRING, eq_slice_of(pick(w, addresses))));
    if (ref_chance(r, 40))
        ref_add(a, e, "process.name", make_json(w, 1));
    if (ref_chance(r, 60))
        ref_add(a, e, "@timestamp", ref_make(a, REF_STRING, eq_slice_of(pick(w, dates))));
    if (ref_chance(r, 20))
        ref_add(a, e, "o", make_object(w, inner, 30));
    return e;
}

static struct eq_slice event_text(struct world *w, const struct ref_json *event)
{
    struct eq_buf text;
    eq_buf_init(&text, &eq_alloc_default);
    ref_print(&text, event);
    struct eq_slice copy = eq_arena_copy(&w->arena, eq_buf_slice(&text));
    eq_buf_free(&text);
    return copy;
}

/* ── Both answers ── */

/* NULL if it is no valid rule. */
static const struct eq_node *plan_of(struct world *w, struct eq_slice text, bool simplify)
{
    struct eq_diags diags;
    struct eq_plan *plan = NULL;
    struct eq_language_options options = {0};
    struct eq_source *source = eq_arena_alloc(&w->arena, sizeof *source);
    *source = (struct eq_source){.name = EQ_LIT("rule"), .text = text};
    eq_diags_init(&diags, &eq_alloc_default);
    enum eq_dialect dialect = w->endpoint ? EQ_DIALECT_ENDPOINT : EQ_DIALECT_ELASTIC;
    enum eq_status st = eq_languages[dialect].compile(&plan, source, &options, &w->arena, &diags);
    if (st == EQ_OK && simplify)
        st = eq_plan_simplify(plan, &w->arena, source, &diags);
    eq_diags_free(&diags);
    return st == EQ_OK ? plan->stages[0].filter : NULL;
}

static bool expected(struct world *w, const struct eq_node *plan, const struct ref_json *event)
{
    struct eq_arena_mark mark = eq_arena_mark(&w->arena);
    struct ref_scene scene = {.arena = &w->arena, .event = event};
    bool yes = ref_meets(&scene, plan);
    eq_arena_rewind(&w->arena, mark);
    return yes;
}

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    bool *hits = ctx;
    hits[eqlite_alert_rule(alert)] = true;
    return true;
}

struct engine {
    eqlite_compiler *compiler;
    eqlite_rules *rules;
    eqlite_matcher *matcher;
    eqlite_why *whys[RULES]; /* if it explains */
    bool hits[RULES];
    unsigned n;
    bool remembers, explains;
};

static void engine_open(struct engine *e, const struct world *w)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    *e = (struct engine){.remembers = !strcmp(w->engine, "memo") || !strcmp(w->engine, "decisions"),
                         .explains = !strcmp(w->engine, "why")};
    options.dialect = w->endpoint ? "endpoint" : "elastic";
    options.engine = e->explains ? NULL : w->engine;
    if (eqlite_compiler_new(&e->compiler, &options) != EQLITE_OK)
        abort();
}

static bool engine_add(struct engine *e, struct eq_slice text)
{
    bool ok = eqlite_compiler_add_query(e->compiler, "rule", text.ptr, text.len) == EQLITE_OK;
    e->n += ok;
    return ok;
}

static void engine_start(struct engine *e)
{
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    options.on_alert = on_alert;
    options.ctx = e->hits;
    if (eqlite_compiler_finish(&e->rules, e->compiler) != EQLITE_OK ||
        eqlite_matcher_new(&e->matcher, e->rules, &options) != EQLITE_OK)
        abort();
    eqlite_why_options why = EQLITE_WHY_OPTIONS_INIT;
    for (unsigned i = 0; e->explains && i < e->n; i++)
        if (eqlite_why_new(&e->whys[i], e->rules, i, &why) != EQLITE_OK)
            abort();
    eqlite_event nothing = {.json = "{}", .len = 2};
    for (unsigned i = 0; e->remembers && i < WARM_UP; i++)
        if (eqlite_matcher_feed(e->matcher, &nothing) != EQLITE_OK)
            abort();
}

static bool add_text(const char *ptr, size_t len, void *ctx)
{
    eq_buf_add(ctx, eq_slice(ptr, len));
    return true;
}

/* Both forms of a tree can be printed; as JSON it is JSON, and its root says what the part does. */
static bool print_trees(eqlite_why *w)
{
    struct eq_buf tree, json;
    char root[80];
    size_t bad_at;
    eq_buf_init(&tree, &eq_alloc_default);
    eq_buf_init(&json, &eq_alloc_default);
    bool ok = eqlite_why_print(w, 0, "tree", 0, add_text, &tree) == EQLITE_OK &&
              eqlite_why_print(w, 0, "json", 0, add_text, &json) == EQLITE_OK && tree.len > 0;
    snprintf(root, sizeof root, "{\"part\":0,\"kind\":\"%s\",\"value\":\"%s\",", eqlite_why_get(w, 0).kind,
             eqlite_why_get(w, 0).value);
    ok = ok && eq_slice_starts(eq_buf_slice(&json), eq_slice_of(root)) && eq_json_check(eq_buf_slice(&json)) &&
         eq_utf8_valid(eq_buf_slice(&tree), &bad_at);
    eq_buf_free(&tree);
    eq_buf_free(&json);
    return ok;
}

static bool explain(struct engine *e, const eqlite_event *event)
{
    bool ok = true;
    for (unsigned i = 0; i < e->n; i++) {
        ok = ok && eqlite_why_feed(e->whys[i], event) == EQLITE_OK && print_trees(e->whys[i]);
        e->hits[i] = !strcmp(eqlite_why_get(e->whys[i], 0).value, "true");
    }
    return ok;
}

/* With a memory of values an event is fed so often that they are remembered and found again. */
static bool engine_feed(struct engine *e, struct eq_slice event)
{
    eqlite_event one = {.json = event.ptr, .len = event.len};
    if (e->explains)
        return explain(e, &one);
    for (unsigned again = e->remembers ? 3 : 1; again; again--) {
        memset(e->hits, 0, sizeof e->hits);
        if (eqlite_matcher_feed(e->matcher, &one) != EQLITE_OK)
            return false;
    }
    eqlite_stats stats = {.size = sizeof stats};
    eqlite_matcher_stats(e->matcher, &stats);
    return stats.bad_events == 0;
}

static void engine_close(struct engine *e)
{
    for (unsigned i = 0; i < e->n; i++)
        eqlite_why_free(e->whys[i]);
    eqlite_matcher_free(e->matcher);
    eqlite_rules_free(e->rules);
    eqlite_compiler_free(e->compiler);
}

/* The engine's answer for one rule alone: 0, 1, or -1 if it is no valid rule. */
static int alone(struct world *w, struct eq_slice rule, const struct ref_json *event)
{
    struct engine e;
    int answer = -1;
    engine_open(&e, w);
    if (engine_add(&e, rule)) {
        engine_start(&e);
        engine_feed(&e, event_text(w, event));
        answer = e.hits[0];
    }
    engine_close(&e);
    return answer;
}

/* ── Smaller ── */

static bool differ(struct world *w, const struct rule *rule, const struct ref_json *event)
{
    struct eq_slice text = rule_text(w, rule);
    const struct eq_node *plan = plan_of(w, text, false), *simple = plan_of(w, text, true);
    int engine = plan && simple ? alone(w, text, event) : -1;
    if (engine < 0)
        return false;
    bool reference = expected(w, plan, event);
    return engine != reference || expected(w, simple, event) != reference;
}

/* Put a part of a condition in its place, as long as the answers still differ. */
static bool smaller_cond(struct world *w, struct rule *rule, struct cond **place, const struct ref_json *event)
{
    struct cond *whole = *place;
    for (unsigned i = 0; i < whole->n && whole->kind != COND_SEARCH; i++) {
        *place = whole->kids[i];
        if (differ(w, rule, event))
            return true;
    }
    *place = whole;
    for (unsigned i = 0; whole->n > 1 && i < whole->n; i++) {
        struct cond fewer = *whole, *copy = eq_arena_alloc(&w->arena, sizeof *copy);
        for (unsigned k = i + 1; k < fewer.n; k++)
            fewer.kids[k - 1] = fewer.kids[k];
        fewer.n--;
        *copy = fewer;
        *place = copy;
        if (differ(w, rule, event))
            return true;
    }
    *place = whole;
    for (unsigned i = 0; i < whole->n; i++)
        if (smaller_cond(w, rule, &whole->kids[i], event))
            return true;
    return false;
}

static bool smaller_event(struct world *w, const struct rule *rule, const struct ref_json *event, struct ref_json *part)
{
    for (size_t i = 0; i < part->n; i++) {
        struct ref_json *dropped = part->kids[i];
        memmove((void *)&part->kids[i], (void *)&part->kids[i + 1], (part->n - i - 1) * sizeof *part->kids);
        part->n--;
        if (differ(w, rule, event))
            return true;
        memmove((void *)&part->kids[i + 1], (void *)&part->kids[i], (part->n - i) * sizeof *part->kids);
        part->kids[i] = dropped;
        part->n++;
    }
    for (size_t i = 0; i < part->n; i++)
        if (smaller_event(w, rule, event, part->kids[i]))
            return true;
    return false;
}

/* What one batch has come to: rules, and events of which the last one differs for the last rule. */
struct batch {
    struct eq_slice rules[RULES], events[EVENTS];
    unsigned n_rules, n_events;
};

/* The engine's answer for the last rule and event of a batch. */
static bool together(struct world *w, const struct batch *b)
{
    struct engine e;
    engine_open(&e, w);
    for (unsigned i = 0; i < b->n_rules; i++)
        engine_add(&e, b->rules[i]);
    engine_start(&e);
    for (unsigned i = 0; i < b->n_events; i++)
        engine_feed(&e, b->events[i]);
    bool yes = e.hits[b->n_rules - 1];
    engine_close(&e);
    return yes;
}

/* Drop rules and events that the difference does not need. */
static void smaller_batch(struct world *w, struct batch *b, bool answer)
{
    for (unsigned i = 0; i + 1 < b->n_rules;) {
        struct batch fewer = *b;
        memmove(&fewer.rules[i], &fewer.rules[i + 1], (b->n_rules - i - 1) * sizeof *b->rules);
        fewer.n_rules--;
        if (together(w, &fewer) == answer)
            *b = fewer;
        else
            i++;
    }
    for (unsigned i = 0; i + 1 < b->n_events;) {
        struct batch fewer = *b;
        memmove(&fewer.events[i], &fewer.events[i + 1], (b->n_events - i - 1) * sizeof *b->events);
        fewer.n_events--;
        if (together(w, &fewer) == answer)
            *b = fewer;
        else
            i++;
    }
}

static void print_text(const char *what, struct eq_slice text)
{
    printf("\n    %s: %.*s", what, (int)text.len, text.ptr);
}

/* Say what differs for the last rule and event of a batch. */
static void report(struct world *w, struct rule rule, struct ref_json *event, struct batch *batch, bool engine)
{
    if (!differ(w, &rule, event)) {
        if (together(w, batch) == engine)
            smaller_batch(w, batch, engine);
        printf("\n    only together:");
        for (unsigned i = 0; i + 1 < batch->n_rules; i++)
            print_text("rule", batch->rules[i]);
        for (unsigned i = 0; i + 1 < batch->n_events; i++)
            print_text("event before", batch->events[i]);
    } else {
        while (smaller_cond(w, &rule, &rule.condition, event) || smaller_event(w, &rule, event, event))
            ;
        engine = alone(w, rule_text(w, &rule), event) == 1;
    }
    struct eq_slice text = rule_text(w, &rule);
    print_text(w->endpoint ? "rule (endpoint)" : "rule", text);
    printf("\n    engine: %s", w->engine);
    print_text("event", event_text(w, event));
    printf("\n    engine: %d, reference: %d, reference on the simplified plan: %d\n", engine,
           expected(w, plan_of(w, text, false), event), expected(w, plan_of(w, text, true), event));
}

/* ── The comparison ── */

struct tally {
    uint64_t pairs, hits, refused, wrong;
};

static void compare_batch(struct world *w, struct tally *t)
{
    struct rule rules[RULES];
    const struct eq_node *plans[RULES], *simple[RULES];
    struct engine engine;
    struct batch batch = {.n_rules = RULES, .n_events = 0};
    engine_open(&engine, w);
    while (engine.n < RULES) {
        struct rule rule = make_rule(w);
        struct eq_slice text = rule_text(w, &rule);
        unsigned n = engine.n;
        plans[n] = plan_of(w, text, false);
        simple[n] = plans[n] ? plan_of(w, text, true) : NULL;
        bool valid = engine_add(&engine, text);
        if (valid != (simple[n] != NULL)) {
            print_text("not the same for plan and compiler", text);
            t->wrong++;
        }
        if (valid) {
            rules[n] = rule;
            batch.rules[n] = text;
        } else {
            t->refused++;
        }
    }
    engine_start(&engine);
    for (unsigned i = 0; i < EVENTS; i++) {
        struct ref_json *event = make_event(w);
        batch.events[batch.n_events++] = event_text(w, event);
        if (!engine_feed(&engine, batch.events[i])) {
            print_text("refused event", batch.events[i]);
            t->wrong++;
            continue;
        }
        for (unsigned k = 0; k < RULES; k++) {
            bool reference = expected(w, plans[k], event), simplified = expected(w, simple[k], event);
            t->pairs++;
            t->hits += reference;
            if (engine.hits[k] == reference && simplified == reference)
                continue;
            if (t->wrong++ < 5) {
                batch.rules[k] = batch.rules[RULES - 1];
                batch.rules[RULES - 1] = rule_text(w, &rules[k]);
                report(w, rules[k], event, &batch, engine.hits[k]);
            }
            goto done; /* they may have been made smaller */
        }
    }
done:
    engine_close(&engine);
}

static void compare_all(const char *const *engines)
{
    uint64_t pairs = ref_number("EQLITE_CASES", PAIRS), seed = ref_number("EQLITE_SEED", 1);
    struct tally t = {0};
    struct world w = {.random = {seed}};
    eq_arena_init(&w.arena, &eq_alloc_default);
    while (t.pairs < pairs) {
        w.endpoint = ref_chance(&w.random, 50);
        w.engine = pick(&w, engines);
        compare_batch(&w, &t);
        eq_arena_reset(&w.arena);
    }
    eq_arena_free(&w.arena);
    CU_ASSERT_EQUAL(t.wrong, 0);
    CU_ASSERT(t.hits > t.pairs / 20 && t.hits < t.pairs / 20 * 19); /* else it shows nothing */
    CU_ASSERT(t.refused < t.pairs / EVENTS);
    if (t.wrong || getenv("EQLITE_CASES"))
        printf("\n    seed %llu: %llu pairs, %llu hits, %llu texts that are no rules, %llu wrong ",
               (unsigned long long)seed, (unsigned long long)t.pairs, (unsigned long long)t.hits,
               (unsigned long long)t.refused, (unsigned long long)t.wrong);
}

static void test_random(void)
{
    compare_all((const char *const[]){"decisions", "decisions", "memo", "shared", "naive", NULL});
}

static void test_random_why(void)
{
    compare_all((const char *const[]){"why", NULL});
}

CU_TestInfo eq_tests_engine[] = {{"random rules and events: as the plan says", test_random},
                                 {"random rules and events: explained as the plan says", test_random_why},
                                 CU_TEST_INFO_NULL};
