/* test_lint.c — what the prover says, against many events; and mending, against what was asked before.
 *
 *      random a, b ─▶ "a implies b" ─▶ no random event may meet a without b          (unit/reference.h decides)
 *      random rule ─▶ eqlite_fix ─▶ the same answers, and nothing left to mend
 *
 * EQLITE_CASES sets the number of pairs and rules, EQLITE_SEED where the numbers begin. */
#include <stdio.h>
#include <stdlib.h>

#include <CUnit/CUnit.h>

#include "api/eqlite.h"
#include "lang/languages.h"
#include "lint/implies.h"
#include "unit/reference.h"

enum { PAIRS = 30000, EVENTS = 120, RULES = 1500 };

static const char *const fields[] = {"a", "a", "a", "b", "process.name"};
static const char *const texts[] = {"",    "a",   "A",   "ab",        "AB",       "abc", "b",  "5",
                                    "5.0", "05",  "4",   "true",      "\xC3\xA9", "a*",  "ab", "\xC3\x89",
                                    "a?",  "xab", "aab", "a\xC3\xA9", "1e1",      "NaN", "ac", "B"};
static const char *const patterns[] = {"*",   "a*",  "A*",  "ab*",   "*b",        "?",   "?b",   "a?c",
                                       "a*c", "**",  "*b*", "5*",    "5",         "a",   "ab",   "??",
                                       "*?",  "a?*", "?*?", "*a*b*", "\xC3\xA9*", "a*?", "true", "*5"};
static const char *const numbers[] = {"4", "5", "5.0", "-1", "10", "4.5"};
#define ONE_OF(array, r) array[ref_below(r, sizeof array / sizeof *array)]

/* ── Conditions ── */

static void put_list(struct eq_buf *out, struct ref_random *r, bool wild)
{
    unsigned n = 1 + ref_below(r, 3);
    eq_buf_puts(out, "(");
    for (unsigned i = 0; i < n; i++) {
        eq_buf_puts(out, i ? ref_chance(r, 50) ? ", " : ",\n  " : "");
        eq_buf_eql(out, eq_slice_of(wild ? ONE_OF(patterns, r) : ONE_OF(texts, r)));
    }
    eq_buf_puts(out, ")");
}

static void put_leaf(struct eq_buf *out, struct ref_random *r)
{
    static const char *const ops[] = {"==", "!=", "<", "<=", ">", ">="};
    const char *field = ONE_OF(fields, r);
    switch (ref_below(r, 10)) {
    case 0: eq_buf_printf(out, "%s %s null", field, ref_chance(r, 50) ? "==" : "!="); break;
    case 1: eq_buf_printf(out, "%s %s %s", field, ONE_OF(ops, r), ONE_OF(numbers, r)); break;
    case 2: eq_buf_printf(out, "length(%s) %s %s", field, ONE_OF(ops, r), ONE_OF(numbers, r)); break;
    case 3:
        eq_buf_printf(out, "%s %s ", field, ref_chance(r, 70) ? "==" : "!=");
        eq_buf_eql(out, eq_slice_of(ONE_OF(texts, r)));
        break;
    case 4:
        eq_buf_printf(out, "%s %s ", field, ref_chance(r, 50) ? "in" : "in~");
        put_list(out, r, false);
        break;
    case 5:
        eq_buf_printf(out, "%s : ", field);
        eq_buf_eql(out, eq_slice_of(ONE_OF(patterns, r)));
        break;
    case 6: eq_buf_printf(out, "(%s == \"ab\" and %s : \"a*\") == true", field, ONE_OF(fields, r)); break;
    case 7:
        eq_buf_printf(out, "_arraysearch(%s, $x, %s$x : ", field, ref_chance(r, 70) ? "" : "not ");
        put_list(out, r, true);
        eq_buf_puts(out, ")");
        break;
    default:
        eq_buf_printf(out, "%s %s ", field, ref_chance(r, 60) ? ":" : "like");
        put_list(out, r, true);
        break;
    }
}

static void put_condition(struct eq_buf *out, struct ref_random *r, unsigned depth)
{
    unsigned kind = depth ? ref_below(r, 6) : 0;
    if (kind < 2) {
        put_leaf(out, r);
    } else if (kind == 2) {
        eq_buf_puts(out, "not (");
        put_condition(out, r, depth - 1);
        eq_buf_puts(out, ")");
    } else {
        unsigned n = 2 + ref_below(r, 2);
        const char *word = kind == 3 ? " or " : " and ";
        for (unsigned i = 0; i < n; i++) {
            eq_buf_puts(out, i ? word : "");
            eq_buf_puts(out, "(");
            put_condition(out, r, depth - 1);
            eq_buf_puts(out, ")");
        }
    }
}

/* ── Events ── */

static struct ref_json *make_value(struct eq_arena *a, struct ref_random *r)
{
    static const char *const plain[] = {"5", "5.0", "4", "-1", "10", "4.5", "true", "false", "null", "1e1"};
    if (ref_chance(r, 35))
        return ref_literal(a, ONE_OF(plain, r));
    return ref_make(a, REF_STRING, eq_slice_of(ONE_OF(texts, r)));
}

/* `one`: process.name holds one value, as by ECS. */
static struct ref_json *make_event(struct eq_arena *a, struct ref_random *r, bool one)
{
    struct ref_json *event = ref_make(a, REF_OBJECT, EQ_LIT(""));
    static const char *const names[] = {"a", "b", "process.name"};
    for (unsigned i = 0; i < 3; i++) {
        unsigned n = ref_below(r, 4);
        if (n == 0)
            continue;
        if (n == 1 || (one && i == 2)) {
            ref_add(a, event, names[i], make_value(a, r));
            continue;
        }
        struct ref_json *array = ref_make(a, REF_ARRAY, EQ_LIT(""));
        for (unsigned k = 0; k < n; k++)
            ref_add(a, array, NULL, make_value(a, r));
        ref_add(a, event, names[i], array);
    }
    return event;
}

static bool meets(struct eq_arena *a, const struct ref_json *event, const struct eq_node *condition)
{
    struct ref_scene scene = {.arena = a, .event = event};
    return ref_meets(&scene, condition);
}

/* ── Proofs ── */

struct pair {
    struct eq_arena arena;
    struct eq_diags diags;
    struct eq_buf text[2];
    const struct eq_node *condition[2];
};

static bool make_pair(struct pair *p, const struct eq_alloc *alloc, struct ref_random *r, unsigned depth)
{
    bool fine = true;
    eq_arena_init(&p->arena, alloc);
    eq_diags_init(&p->diags, alloc);
    for (int i = 0; i < 2; i++) {
        struct eq_plan *plan = NULL;
        eq_buf_init(&p->text[i], alloc);
        eq_buf_puts(&p->text[i], "any where ");
        put_condition(&p->text[i], r, depth);
        struct eq_source source = {.name = EQ_LIT("q"), .text = eq_buf_slice(&p->text[i]), .line = 1, .column = 1};
        fine = eq_languages[EQ_DIALECT_ENDPOINT].compile(&plan, &source, NULL, &p->arena, &p->diags) == EQ_OK && fine;
        if (fine && ref_chance(r, 50))
            fine = eq_plan_simplify(plan, &p->arena, &source, &p->diags) == EQ_OK;
        p->condition[i] = fine ? plan->stages[0].filter : NULL;
    }
    return fine;
}

static void free_pair(struct pair *p)
{
    eq_buf_free(&p->text[0]);
    eq_buf_free(&p->text[1]);
    eq_diags_free(&p->diags);
    eq_arena_free(&p->arena);
}

static bool complain(const struct pair *p, const char *claim, struct eq_arena *arena, const struct ref_json *event)
{
    struct eq_buf out;
    eq_buf_init(&out, arena->alloc);
    ref_print(&out, event);
    fprintf(stderr, "%.*s\n  %s\n%.*s\n  but not for %.*s\n", (int)p->text[0].len, p->text[0].ptr, claim,
            (int)p->text[1].len, p->text[1].ptr, (int)out.len, out.ptr);
    eq_buf_free(&out);
    return false;
}

/* No event may speak against what was proven. */
static bool hold(const struct pair *p, struct ref_random *r, bool implied, bool excluded, bool one)
{
    struct eq_arena arena;
    bool fine = true;
    eq_arena_init(&arena, p->arena.alloc);
    for (int i = 0; i < EVENTS && fine; i++) {
        const struct ref_json *event = make_event(&arena, r, one);
        bool a = meets(&arena, event, p->condition[0]), b = meets(&arena, event, p->condition[1]);
        if (implied && a && !b)
            fine = complain(p, "implies", &arena, event);
        if (excluded && a && b)
            fine = complain(p, "excludes", &arena, event);
        if (i % 16 == 15)
            eq_arena_reset(&arena);
    }
    eq_arena_free(&arena);
    return fine;
}

static void test_proofs(void)
{
    struct eq_alloc alloc = eq_alloc_default;
    struct ref_random r = {ref_number("EQLITE_SEED", 1)};
    uint64_t pairs = ref_number("EQLITE_CASES", PAIRS);
    unsigned implied = 0, excluded = 0, differ = 0;
    for (uint64_t i = 0; i < pairs && !differ; i++) {
        struct pair p;
        bool one = ref_chance(&r, 30);
        if (make_pair(&p, &alloc, &r, ref_below(&r, 3))) {
            struct eq_arena scratch;
            eq_arena_init(&scratch, &alloc);
            struct eq_prover prover = {.scratch = &scratch, .steps_left = 100000, .one_value = one};
            bool implies = eq_implies(&prover, p.condition[0], p.condition[1]);
            bool excludes = eq_excludes(&prover, p.condition[0], p.condition[1]);
            implied += implies;
            excluded += excludes;
            if (implies || excludes)
                differ += !hold(&p, &r, implies, excludes, one);
            eq_arena_free(&scratch);
        } else {
            differ++;
        }
        free_pair(&p);
    }
    CU_ASSERT_EQUAL(differ, 0);
    CU_ASSERT_TRUE(implied > pairs / 50);
    CU_ASSERT_TRUE(excluded > pairs / 200);
}

/* A condition implies itself, also if it is large; without steps nothing is proven. */
static void test_bounded(void)
{
    struct eq_alloc alloc = eq_alloc_default;
    struct ref_random r = {7};
    for (int i = 0; i < 200; i++) {
        struct pair p;
        struct eq_arena scratch;
        eq_arena_init(&scratch, &alloc);
        CU_ASSERT_TRUE_FATAL(make_pair(&p, &alloc, &r, 4));
        struct eq_prover prover = {.scratch = &scratch, .steps_left = 1000000}, tired = {.scratch = &scratch};
        CU_ASSERT_TRUE(eq_implies(&prover, p.condition[0], p.condition[0]));
        CU_ASSERT_FALSE(eq_implies(&tired, p.condition[0], p.condition[1]));
        CU_ASSERT_FALSE(eq_excludes(&tired, p.condition[0], p.condition[1]));
        eq_arena_free(&scratch);
        free_pair(&p);
    }
}

static bool forget(const char *ptr, size_t len, void *ctx)
{
    (void)ptr, (void)len, (void)ctx;
    return true;
}

/* Too much to be compared is told, and takes no time worth mentioning. */
static void test_too_large(void)
{
    struct eq_alloc alloc = eq_alloc_default;
    struct eq_buf query;
    eqlite_compiler *c = NULL;
    size_t n = 0, fixes = 0;
    eq_buf_init(&query, &alloc);
    eq_buf_puts(&query, "any where a : \"x\"");
    for (int i = 0; i < 6000; i++)
        eq_buf_printf(&query, " or a : (\"x%d\", \"b%d*\")", i, i);
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_new(&c, NULL), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_compiler_add_query(c, "q", query.ptr, query.len), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_compiler_lint(c, EQLITE_WARNING), EQLITE_OK);
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(c);
    for (size_t i = 0; i < eqlite_diagnostics_count(d); i++)
        n += strcmp(eqlite_diagnostics_get(d, i).code, "W0514") == 0;
    CU_ASSERT_EQUAL(n, 1);
    CU_ASSERT_EQUAL(eqlite_fix(c, EQLITE_NOTE, "q.eql", query.ptr, query.len, &fixes, forget, NULL), EQLITE_OK);
    eqlite_compiler_free(c);
    eq_buf_free(&query);
}

/* ── Mending ── */

/* How the query stands in its file. */
static const struct form {
    const char *name, *before, *after;
    bool escaped, lines;
} forms[] = {
    {"r.eql", "// @severity high\n", "\n", false, true},
    {"r.toml", "[rule]\nname = \"r\"\nrule_id = \"r\"\nquery = '''\n", "\n'''\nnote = 'x'\n", false, true},
    {"r.toml", "\xef\xbb\xbf[rule]\nname = \"r\"\nrule_id = \"r\"\nquery = \"\"\"", "\"\"\" # \"a*\"\n", true, true},
    {"r.toml", "[rule]\nquery = \"", "\"\nname = \"\xC3\xA9\"\nrule_id = \"r\"\n", true, false}};
enum { FORMS = sizeof forms / sizeof *forms };

static void put_file(struct eq_buf *out, const struct form *form, struct eq_slice query)
{
    eq_buf_puts(out, form->before);
    for (size_t i = 0; i < query.len; i++) {
        char c = query.ptr[i];
        if (form->escaped && (c == '"' || c == '\\'))
            eq_buf_putc(out, '\\');
        if (c == '\n' && !form->lines)
            eq_buf_puts(out, i % 2 ? "\\n" : "\\u000a");
        else
            eq_buf_putc(out, c);
    }
    eq_buf_puts(out, form->after);
}

static bool keep(const char *ptr, size_t len, void *ctx)
{
    struct eq_buf *out = ctx;
    eq_buf_add(out, eq_slice(ptr, len));
    return !out->failed;
}

/* The condition of a rule file's query; NULL if it is none. */
static const struct eq_node *condition_of(struct eq_arena *arena, struct eq_slice query)
{
    struct eq_plan *plan = NULL;
    struct eq_diags diags;
    struct eq_source source = {.name = EQ_LIT("q"), .text = query, .line = 1, .column = 1};
    eq_diags_init(&diags, arena->alloc);
    enum eq_status st = eq_languages[EQ_DIALECT_ENDPOINT].compile(&plan, &source, NULL, arena, &diags);
    eq_diags_free(&diags);
    return st == EQ_OK ? plan->stages[0].filter : NULL;
}

/* The same answers from both queries. */
static bool agree(struct ref_random *r, const struct eq_alloc *alloc, struct eq_slice old, struct eq_slice new)
{
    struct eq_arena arena;
    eq_arena_init(&arena, alloc);
    const struct eq_node *before = condition_of(&arena, old), *after = condition_of(&arena, new);
    bool fine = before && after;
    for (int i = 0; i < EVENTS && fine; i++) {
        const struct ref_json *event = make_event(&arena, r, false);
        fine = meets(&arena, event, before) == meets(&arena, event, after);
    }
    eq_arena_free(&arena);
    return fine;
}

/* Mend a rule in a file of some form: only the query changes, and only once. Adds to *fixes. */
static bool mend(struct ref_random *r, const struct form *form, const struct eq_alloc *alloc, size_t *fixes)
{
    struct eq_buf query, file, mended, again;
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    size_t n = 0, left = 0;
    eqlite_options options = EQLITE_OPTIONS_INIT;
    options.dialect = "endpoint"; /* _arraysearch */
    bool fine = eqlite_compiler_new(&c, &options) == EQLITE_OK;
    eq_buf_init(&query, alloc);
    eq_buf_init(&file, alloc);
    eq_buf_init(&mended, alloc);
    eq_buf_init(&again, alloc);
    eq_buf_puts(&query, "any where ");
    put_condition(&query, r, 1 + ref_below(r, 3));
    put_file(&file, form, eq_buf_slice(&query));

    fine = fine && eqlite_fix(c, EQLITE_NOTE, form->name, file.ptr, file.len, &n, keep, &mended) == EQLITE_OK;
    fine = fine && eqlite_fix(c, EQLITE_NOTE, form->name, mended.ptr, mended.len, &left, keep, &again) == EQLITE_OK;
    fine = fine && left == 0 && eq_slice_eq(eq_buf_slice(&mended), eq_buf_slice(&again));
    fine = fine && eqlite_compiler_add_rule(c, form->name, mended.ptr, mended.len) == EQLITE_OK &&
           eqlite_compiler_finish(&rules, c) == EQLITE_OK && eqlite_rules_count(rules) == 1;
    if (fine) {
        eqlite_string text = eqlite_rules_get(rules, 0).query;
        fine = eq_slice_starts(eq_buf_slice(&mended), eq_slice_of(form->before)) &&
               eq_slice_ends(eq_buf_slice(&mended), eq_slice_of(form->after)) &&
               agree(r, alloc, eq_buf_slice(&query), eq_slice(text.ptr, text.len));
    }
    if (!fine)
        fprintf(stderr, "%.*s\n  mended %zu, then %zu:\n%.*s\n", (int)file.len, file.ptr, n, left, (int)mended.len,
                mended.ptr);
    *fixes += n;
    eqlite_rules_free(rules);
    eqlite_compiler_free(c);
    eq_buf_free(&again);
    eq_buf_free(&mended);
    eq_buf_free(&file);
    eq_buf_free(&query);
    return fine;
}

static void test_mending(void)
{
    struct eq_alloc alloc = eq_alloc_default;
    struct ref_random r = {ref_number("EQLITE_SEED", 1)};
    uint64_t rules = ref_number("EQLITE_CASES", RULES);
    size_t fixes = 0;
    bool fine = true;
    for (uint64_t i = 0; i < rules && fine; i++)
        fine = mend(&r, &forms[i % FORMS], &alloc, &fixes);
    CU_ASSERT_TRUE(fine);
    CU_ASSERT_TRUE(fixes > rules / 4);
}

CU_TestInfo eq_tests_lint[] = {{"what is proven holds for random events", test_proofs},
                               {"proofs are bounded", test_bounded},
                               {"what is too large is told", test_too_large},
                               {"mending changes no answer, and is done after once", test_mending},
                               CU_TEST_INFO_NULL};
