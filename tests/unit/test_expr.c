/* test_expr.c — comparison of mixed values, the machine, and choices of array values. */
#include <stdio.h>

#include <CUnit/CUnit.h>

#include "base/buf.h"
#include "plan/expr.h"
#include "plan/functions.h"
#include "plan/text.h"
#include "unit/helpers.h"

#define S(text) ((struct eq_value){.type = EQ_STRING, .s = "" text, .len = sizeof(text) - 1})
#define I(value) eq_value_int(value)
#define D(value) eq_value_double(value)
#define B(value) eq_value_bool(value)
#define RAW(value, text) ((struct eq_value){.type = EQ_INT, .i = (value), .s = "" text, .len = sizeof(text) - 1})
#define T(sec, nano) ((struct eq_value){.type = EQ_TIME, .i = (sec), .len = (nano)})
#define NIL EQ_VALUE_NULL

/* ── Comparison ── */

static void test_compare(void)
{
    enum { EQ = EQ_CMP_EQ, NE = EQ_CMP_NE, LT = EQ_CMP_LT, LE = EQ_CMP_LE, GT = EQ_CMP_GT, GE = EQ_CMP_GE };
    static const char low[16] = {1}, high[16] = {2};
    const struct eq_value ip_low = {.type = EQ_IP, .s = low}, ip_high = {.type = EQ_IP, .s = high};
    const struct {
        struct eq_value v;
        int op;
        struct eq_value k;
        bool fold;
        int result;
    } cases[] = {
        {NIL, EQ, S("a"), false, -1},
        {S("a"), NE, NIL, false, -1},
        {NIL, EQ, NIL, false, -1},
        /* string and string */
        {S("a"), EQ, S("a"), false, 1},
        {S("a"), EQ, S("A"), false, 0},
        {S("a"), EQ, S("A"), true, 1},
        {S("a"), NE, S("A"), true, 0},
        {S("10"), LT, S("9"), false, 1},
        {S("B"), LT, S("a"), false, 1},
        {S("B"), LT, S("a"), true, 0},
        {S("\xC3\x84"), EQ, S("\xC3\xA4"), true, 1},
        {S("\xC3\x84"), LE, S("\xC3\xA4"), true, 1},
        {S("a\0b"), EQ, S("a\0c"), false, 0},
        /* string and number */
        {S("4624"), EQ, I(4624), false, 1},
        {S("4624.0"), EQ, I(4624), false, 0},
        {S("04624"), EQ, I(4624), false, 0},
        {S("4625"), GT, I(4624), false, 1},
        {S("10"), GT, I(9), false, 1},
        {S("1e2"), GE, I(100), false, 1},
        {S("x"), LT, I(4), false, 0},
        {S("x"), NE, I(4), false, 1},
        {S("1E10"), EQ, RAW(1, "1e10"), true, 1},
        /* number and string */
        {I(4624), EQ, S("4624"), false, 1},
        {I(4624), EQ, S("4624.0"), false, 1},
        {I(4624), EQ, S("4624.0"), true, 0},
        {I(4624), EQ, S("4624"), true, 1},
        {I(4624), EQ, S("x"), false, 0},
        {I(5), LT, S("10"), false, 1},
        {I(5), LT, S("ten"), false, 0},
        {I(5), GE, S("ten"), false, 0},
        /* numbers */
        {I(1), EQ, D(1.0), false, 1},
        {I(INT64_MAX), EQ, D(9223372036854775808.0), false, 0},
        {I(INT64_MAX), LT, D(9223372036854775808.0), false, 1},
        {D(0.0 / 0.0), EQ, D(0.0 / 0.0), false, 0},
        {D(0.0 / 0.0), LE, I(1), false, 0},
        {D(0.0 / 0.0), GE, I(1), false, 0},
        {D(0.0 / 0.0), GT, I(1), false, 0},
        {I(1), EQ, D(1.0), true, 1},
        /* booleans */
        {B(true), EQ, B(true), false, 1},
        {B(false), LT, B(true), false, 1},
        {B(true), EQ, S("true"), false, 1},
        {B(true), EQ, S("TRUE"), false, 0},
        {B(true), EQ, S("TRUE"), true, 1},
        {S("false"), EQ, B(false), false, 1},
        {S("false"), LT, B(true), false, 0},
        {B(true), EQ, I(1), false, 0},
        {B(true), NE, I(1), false, 1},
        {I(1), EQ, B(true), true, 0},
        /* their own kind only */
        {T(5, 1), LT, T(5, 2), false, 1},
        {T(5, 1), EQ, T(5, 1), false, 1},
        {T(5, 1), EQ, S("1970-01-01T00:00:05.000000001Z"), false, 0},
        {T(5, 1), EQ, I(5), false, 0},
        {ip_low, LT, ip_high, false, 1},
        {ip_low, EQ, ip_low, true, 1},
        {ip_low, EQ, S("100::"), false, 0},
        {ip_low, GE, T(1, 0), false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int r = eq_value_compare((enum eq_compare)cases[i].op, &cases[i].v, &cases[i].k, cases[i].fold, NULL);
        if (r != cases[i].result)
            printf("\n  case %zu: %d\n", i, r);
        CU_ASSERT_EQUAL(r, cases[i].result);
    }
}

/* A set must say what comparing with each of its members says. */
static void test_lookup_is_comparison(void)
{
    static const char address[16] = {9};
    const struct eq_value all[] = {
        S("a"),    S("A"),       S(""),    S("4624"),        S("4624.0"),   S("true"),
        S("TRUE"), S("1e3"),     I(4624),  D(4624.0),        I(1000),       D(0.5),
        S("0.5"),  B(true),      B(false), RAW(1000, "1e3"), T(1, 2),       {.type = EQ_IP, .s = address},
        I(-1),     D(0.0 / 0.0), S("NaN"), S("\xC3\x84"),    S("\xC3\xA4"),
    };
    enum { N = sizeof all / sizeof *all };
    struct eq_arena arena;
    unsigned wrong = 0;
    eq_arena_init(&arena, &eq_alloc_default);
    for (unsigned set = 1; set < 4000; set++) {
        struct eq_value members[N];
        size_t n = 0;
        for (size_t i = 0; i < N; i++)
            if ((set * 2654435761u >> i) & 1)
                members[n++] = all[i];
        for (int fold = 0; fold < 2; fold++) {
            struct eq_lookup l;
            CU_ASSERT_TRUE_FATAL(eq_lookup_build(&l, members, n, fold, &arena));
            for (size_t v = 0; v < N; v++) {
                bool expected = false, got;
                for (size_t k = 0; k < n; k++) {
                    bool plain = all[v].type < EQ_TIME && members[k].type < EQ_TIME;
                    char a[EQ_SHORT_TEXT], b[EQ_SHORT_TEXT];
                    if (fold && plain)
                        expected |= eq_text_fold_cmp(eq_text_of(&all[v], a), eq_text_of(&members[k], b)) == 0;
                    else
                        expected |= eq_value_compare(EQ_CMP_EQ, &all[v], &members[k], false, NULL) == 1;
                }
                CU_ASSERT_EQUAL_FATAL(eq_lookup_find(&got, &l, fold, &all[v], &arena), EQ_OK);
                wrong += got != expected;
            }
        }
        eq_arena_reset(&arena);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    eq_arena_free(&arena);
}

/* ── Trees by hand ── */

static struct eq_arena arena, scratch;

static struct eq_node *node(enum eq_node_kind kind, struct eq_node *a, struct eq_node *b, struct eq_node *c)
{
    struct eq_node *n = eq_arena_alloc(&arena, sizeof *n);
    n->kind = (uint8_t)kind;
    n->kids = eq_arena_alloc(&arena, 3 * sizeof *n->kids);
    struct eq_node *kids[] = {a, b, c};
    for (int i = 0; i < 3 && kids[i]; i++)
        n->kids[n->n_kids++] = kids[i];
    return n;
}

static struct eq_node *k(struct eq_value v)
{
    struct eq_node *n = node(EQ_N_CONST, NULL, NULL, NULL);
    n->value = v;
    return n;
}

/* The path of a field is one letter: 'a' is field 0. */
static struct eq_node *f(const char *path, unsigned frame)
{
    struct eq_node *n = node(EQ_N_FIELD, NULL, NULL, NULL);
    n->path = eq_slice_of(path);
    n->frame = (uint16_t)frame;
    return n;
}

static struct eq_node *cmp(enum eq_compare op, struct eq_node *a, struct eq_node *b)
{
    struct eq_node *n = node(EQ_N_COMPARE, a, b, NULL);
    n->op = (uint8_t)op;
    return n;
}

static struct eq_node *call(enum eq_function_id id, struct eq_node *a, struct eq_node *b)
{
    struct eq_node *n = node(EQ_N_CALL, a, b, NULL);
    n->function = (uint16_t)id;
    return n;
}

static struct eq_node *folded(struct eq_node *n)
{
    n->fold = true;
    return n;
}

static enum eq_status field_number(uint32_t *out, const struct eq_node *field, void *ctx)
{
    (void)ctx;
    *out = (uint32_t)(field->path.ptr[0] - 'a');
    return EQ_OK;
}

/* What stands in for regexes: is the text as long as the number of the pattern? */
static enum eq_status length_regex(bool *out, uint32_t first, size_t n, struct eq_slice text, void *ctx)
{
    (void)ctx;
    *out = text.len >= first && text.len < first + n;
    return EQ_OK;
}

/* a: [1, 2, 3]   b: ["x", "Yes"]   c: nothing   d: 4624 as text "4624"   e: true */
static const struct eq_value frame_values[] = {{.type = EQ_INT, .i = 1},
                                               {.type = EQ_INT, .i = 2},
                                               {.type = EQ_INT, .i = 3},
                                               {.type = EQ_STRING, .s = "x", .len = 1},
                                               {.type = EQ_STRING, .s = "Yes", .len = 3},
                                               {.type = EQ_INT, .i = 4624, .s = "4624", .len = 4},
                                               {.type = EQ_BOOL, .b = true}};
static const uint32_t frame_next[] = {1, 2, EQ_END_OF_CHAIN, 4, EQ_END_OF_CHAIN, EQ_END_OF_CHAIN, EQ_END_OF_CHAIN};
static const struct eq_slot frame_slots[] = {{0, 2}, {3, 4}, {EQ_END_OF_CHAIN, EQ_END_OF_CHAIN}, {5, 5}, {6, 6}};
static const struct eq_frame frame = {frame_slots, frame_values, frame_next};

static struct eq_machine machine(void)
{
    static const struct eq_frame *const aliases[] = {NULL, &frame};
    return (struct eq_machine){.scratch = &scratch,
                               .frames = {&frame, NULL},
                               .aliases = aliases,
                               .n_aliases = 2,
                               .regex = length_regex,
                               .choices_left = 1000};
}

static void compile(struct eq_expr *e, const struct eq_node *n)
{
    struct eq_expr_resolver resolve = {field_number, NULL};
    uint32_t regexes = 3;
    CU_ASSERT_EQUAL_FATAL(eq_expr_compile(e, n, &arena, &resolve, &regexes), EQ_OK);
}

static bool any(const struct eq_node *n)
{
    struct eq_expr e;
    struct eq_machine m = machine();
    bool result = false;
    compile(&e, n);
    CU_ASSERT_EQUAL(eq_expr_any(&result, &e, &m), EQ_OK);
    return result;
}

static struct eq_value value(const struct eq_node *n)
{
    struct eq_expr e;
    struct eq_machine m = machine();
    struct eq_value out = NIL, picks[8] = {NIL};
    compile(&e, n);
    CU_ASSERT_EQUAL(eq_expr_value(&out, &e, picks, &m), EQ_OK);
    return out;
}

static void open_arenas(void)
{
    eq_arena_init(&arena, &eq_alloc_default);
    eq_arena_init(&scratch, &eq_alloc_default);
}

static void close_arenas(void)
{
    eq_arena_free(&arena);
    eq_arena_free(&scratch);
}

static void test_any(void)
{
    open_arenas();
    CU_ASSERT_TRUE(any(cmp(EQ_CMP_EQ, f("a", 0), k(I(3)))));
    CU_ASSERT_FALSE(any(cmp(EQ_CMP_EQ, f("a", 0), k(I(4)))));
    CU_ASSERT_FALSE(any(cmp(EQ_CMP_EQ, f("c", 0), k(I(4)))));
    CU_ASSERT_TRUE(any(node(EQ_N_IS_NULL, f("c", 0), NULL, NULL)));
    CU_ASSERT_FALSE(any(node(EQ_N_IS_NULL, f("a", 0), NULL, NULL)));
    CU_ASSERT_TRUE(any(f("e", 0)));
    CU_ASSERT_FALSE(any(f("a", 0)));
    CU_ASSERT_TRUE(any(cmp(EQ_CMP_EQ, k(I(1)), k(I(1)))));
    /* one choice for a field named twice: no 2 is also a 3 */
    CU_ASSERT_FALSE(any(node(EQ_N_KAND, cmp(EQ_CMP_EQ, f("a", 0), k(I(2))), cmp(EQ_CMP_EQ, f("a", 0), k(I(3))), NULL)));
    CU_ASSERT_TRUE(any(cmp(EQ_CMP_EQ, f("a", 0), f("a", 0))));
    CU_ASSERT_FALSE(any(cmp(EQ_CMP_NE, f("a", 0), f("a", 0))));
    /* two fields: every pair */
    CU_ASSERT_TRUE(
        any(node(EQ_N_KAND, cmp(EQ_CMP_EQ, f("a", 0), k(I(1))), cmp(EQ_CMP_EQ, f("b", 0), k(S("Yes"))), NULL)));
    CU_ASSERT_TRUE(
        any(node(EQ_N_KAND, cmp(EQ_CMP_EQ, f("a", 0), k(I(3))), cmp(EQ_CMP_EQ, f("b", 0), k(S("x"))), NULL)));
    /* the same field of another frame is another choice; what is not there is null */
    CU_ASSERT_TRUE(any(cmp(EQ_CMP_NE, f("a", 0), f("a", EQ_FRAME_ALIAS + 1))));
    CU_ASSERT_TRUE(any(node(EQ_N_IS_NULL, f("a", EQ_FRAME_ALIAS), NULL, NULL)));
    CU_ASSERT_TRUE(any(node(EQ_N_IS_NULL, f("a", EQ_FRAME_ALIAS + 2), NULL, NULL)));
    CU_ASSERT_TRUE(any(node(EQ_N_IS_NULL, f("a", EQ_FRAME_ELEMENT), NULL, NULL)));
    close_arenas();
}

static void test_choices_run_out(void)
{
    struct eq_expr e;
    struct eq_machine m;
    bool result;
    open_arenas();
    /* a × b × a of the alias: 18 combinations, never true */
    compile(&e, node(EQ_N_KAND, cmp(EQ_CMP_GT, f("a", 0), k(I(9))), f("b", 0), f("a", EQ_FRAME_ALIAS + 1)));
    CU_ASSERT_EQUAL(e.n_choices, 3);
    m = machine();
    CU_ASSERT_TRUE(eq_expr_any(&result, &e, &m) == EQ_OK && !result);
    CU_ASSERT_TRUE(m.choices_left == 1000 - 18 && m.gave_up == 0);
    m.choices_left = 17;
    CU_ASSERT_TRUE(eq_expr_any(&result, &e, &m) == EQ_OK && !result);
    CU_ASSERT_TRUE(m.choices_left == 0 && m.gave_up == 1);
    CU_ASSERT_TRUE(eq_expr_any(&result, &e, &m) == EQ_OK && !result && m.gave_up == 2);
    CU_ASSERT_EQUAL(scratch.used_bytes, 0);
    close_arenas();
}

static void test_patterns(void)
{
    open_arenas();
    CU_ASSERT_TRUE(any(node(EQ_N_LIKE, f("b", 0), k(S("q*")), k(S("Y*s")))));
    CU_ASSERT_FALSE(any(node(EQ_N_LIKE, f("b", 0), k(S("q*")), k(S("y*")))));
    CU_ASSERT_TRUE(any(folded(node(EQ_N_LIKE, f("b", 0), k(S("q*")), k(S("y*S"))))));
    CU_ASSERT_TRUE(any(node(EQ_N_LIKE, f("d", 0), k(S("46*")), NULL)));
    CU_ASSERT_TRUE(any(node(EQ_N_LIKE, f("e", 0), k(S("t???")), NULL)));
    CU_ASSERT_EQUAL(value(node(EQ_N_LIKE, k(NIL), k(S("*")), NULL)).type, EQ_NULL);
    CU_ASSERT_TRUE(any(node(EQ_N_REGEX, f("b", 0), k(S("3")), k(S("4")))));
    CU_ASSERT_FALSE(any(node(EQ_N_REGEX, f("c", 0), k(S("3")), NULL)));
    CU_ASSERT_TRUE(any(node(EQ_N_IN, f("b", 0), k(S("Yes")), k(NIL))));
    CU_ASSERT_FALSE(any(node(EQ_N_IN, f("b", 0), k(S("yes")), NULL)));
    CU_ASSERT_TRUE(any(folded(node(EQ_N_IN, f("b", 0), k(S("yES")), NULL))));
    CU_ASSERT_TRUE(any(node(EQ_N_IN, f("d", 0), k(S("4624")), NULL)));
    CU_ASSERT_FALSE(any(node(EQ_N_IN, f("b", 0), k(NIL), NULL)));
    CU_ASSERT_EQUAL(value(node(EQ_N_IN, k(NIL), k(S("*")), NULL)).type, EQ_NULL);
    CU_ASSERT_TRUE(any(node(EQ_N_IN, f("a", 0), f("d", 0), k(I(2)))));
    CU_ASSERT_TRUE(any(folded(node(EQ_N_IN, k(S("yes")), f("b", 0), NULL))));
    CU_ASSERT_FALSE(any(node(EQ_N_IN, k(S("yes")), f("b", 0), NULL)));
    close_arenas();
}

static void test_kleene(void)
{
    static const char letters[] = "TFN";
    static const char and_table[] = "TFNFFFNFN", or_table[] = "TTTTFNTNN";
    open_arenas();
    struct eq_value truth[3] = {B(true), B(false), NIL};
    for (int i = 0; i < 9; i++) {
        struct eq_value a = value(node(EQ_N_KAND, k(truth[i / 3]), k(truth[i % 3]), NULL));
        struct eq_value o = value(node(EQ_N_KOR, k(truth[i / 3]), k(truth[i % 3]), NULL));
        CU_ASSERT_EQUAL(letters[a.type == EQ_NULL ? 2 : !a.b], and_table[i]);
        CU_ASSERT_EQUAL(letters[o.type == EQ_NULL ? 2 : !o.b], or_table[i]);
    }
    CU_ASSERT_EQUAL(value(node(EQ_N_KNOT, k(NIL), NULL, NULL)).type, EQ_NULL);
    CU_ASSERT_FALSE(value(node(EQ_N_KNOT, k(B(true)), NULL, NULL)).b);
    close_arenas();
}

static void test_calls_and_print(void)
{
    struct eq_expr e;
    struct eq_buf text;
    open_arenas();
    eq_buf_init(&text, &eq_alloc_default);
    CU_ASSERT_TRUE(any(cmp(EQ_CMP_GT, call(EQ_FN_length, f("b", 0), NULL), k(I(2)))));
    CU_ASSERT_FALSE(any(cmp(EQ_CMP_GT, call(EQ_FN_length, f("b", 0), NULL), k(I(3)))));
    compile(&e, node(EQ_N_KOR, cmp(EQ_CMP_GT, call(EQ_FN_length, f("b", 0), NULL), k(I(3))),
                     folded(node(EQ_N_LIKE, f("a", EQ_FRAME_ALIAS + 1), k(S("X*")), k(S("y")))),
                     node(EQ_N_IN, f("b", 0), k(S("q\"")), k(I(5)))));
    eq_expr_print(&text, &e);
    CU_ASSERT_TRUE(eq_slice_eq(
        eq_buf_slice(&text),
        EQ_LIT("field 1 \xC2\xB7 call length 1 \xC2\xB7 const 3 \xC2\xB7 compare > \xC2\xB7 field @1.0 \xC2\xB7 "
               "like~ (\"x*\", \"y\") \xC2\xB7 field 1 \xC2\xB7 in (\"q\\\"\", 5) \xC2\xB7 or 3 \xC2\xB7 done")));
    eq_buf_free(&text);
    close_arenas();
}

static void test_large(void)
{
    struct eq_expr e;
    struct eq_expr_resolver resolve = {field_number, NULL};
    uint32_t regexes = 0;
    open_arenas();
    struct eq_node *wide = node(EQ_N_KOR, NULL, NULL, NULL);
    wide->n_kids = 300;
    wide->kids = eq_arena_alloc(&arena, 300 * sizeof *wide->kids);
    for (int i = 0; i < 300; i++)
        wide->kids[i] = k(B(i == 299));
    CU_ASSERT_TRUE(value(wide).b); /* higher than the small stack */
    CU_ASSERT_TRUE(any(wide));

    struct eq_node *deep = k(B(true));
    for (int i = 0; i < 2000; i++)
        deep = node(EQ_N_KNOT, deep, NULL, NULL);
    CU_ASSERT_EQUAL(eq_expr_compile(&e, deep, &arena, &resolve, &regexes), EQ_LIMIT);
    wide->n_kids = 70000;
    CU_ASSERT_EQUAL(eq_expr_compile(&e, wide, &arena, &resolve, &regexes), EQ_LIMIT);
    close_arenas();
}

static enum eq_status compile_and_run(const struct eq_node *n, const struct eq_alloc *alloc)
{
    struct eq_arena code, run;
    struct eq_expr e;
    struct eq_expr_resolver resolve = {field_number, NULL};
    struct eq_machine m = machine();
    uint32_t regexes = 0;
    bool result = false;
    eq_arena_init(&code, alloc);
    eq_arena_init(&run, alloc);
    m.scratch = &run;
    enum eq_status st = eq_expr_compile(&e, n, &code, &resolve, &regexes);
    if (st == EQ_OK)
        st = eq_expr_any(&result, &e, &m);
    if (st == EQ_OK)
        CU_ASSERT_TRUE(result);
    eq_arena_free(&code);
    eq_arena_free(&run);
    return st;
}

static void test_memory_fails(void)
{
    static char big[100000];
    struct faulty fail = {0};
    struct eq_alloc alloc = {faulty_resize, &fail};
    open_arenas();
    memset(big, 'A', sizeof big); /* more than a chunk of an arena */
    struct eq_value text = eq_value_string(eq_slice(big, sizeof big));
    struct eq_node *n = node(EQ_N_KOR, folded(node(EQ_N_LIKE, k(text), k(S("B*")), k(text))),
                             folded(node(EQ_N_IN, call(EQ_FN_string, f("b", 0), NULL), k(text), k(I(7)))),
                             node(EQ_N_REGEX, f("b", 0), k(text), NULL));
    CU_ASSERT_EQUAL(compile_and_run(n, &alloc), EQ_OK);
    size_t calls = fail.calls;
    for (size_t i = 1; i <= calls; i++) {
        fail = (struct faulty){.fail_at = i, .forever = true};
        CU_ASSERT_EQUAL(compile_and_run(n, &alloc), EQ_NOMEM);
    }
    close_arenas();
}

CU_TestInfo eq_tests_expr[] = {
    {"values of any types compare", test_compare},
    {"a set says what comparing with each member says", test_lookup_is_comparison},
    {"any choice of values", test_any},
    {"choices run out", test_choices_run_out},
    {"like, regex, in", test_patterns},
    {"three-valued and, or, not", test_kleene},
    {"calls, and steps in print", test_calls_and_print},
    {"large expressions", test_large},
    {"memory fails at every allocation", test_memory_fails},
    CU_TEST_INFO_NULL,
};
