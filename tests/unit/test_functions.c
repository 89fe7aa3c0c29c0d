/* test_functions.c — every function by example: docs/semantics.md, Functions. */
#include <math.h>
#include <stdio.h>

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>

#include "event/ip.h"
#include "plan/functions.h"
#include "unit/helpers.h"

#define S(text)                                                                                                        \
    {                                                                                                                  \
        .type = EQ_STRING, .s = "" text, .len = sizeof(text) - 1                                                       \
    }
#define I(value)                                                                                                       \
    {                                                                                                                  \
        .type = EQ_INT, .i = (value)                                                                                   \
    }
#define U(value)                                                                                                       \
    {                                                                                                                  \
        .type = EQ_UINT, .u = (value)                                                                                  \
    }
#define D(value)                                                                                                       \
    {                                                                                                                  \
        .type = EQ_DOUBLE, .d = (value)                                                                                \
    }
#define B(value)                                                                                                       \
    {                                                                                                                  \
        .type = EQ_BOOL, .b = (value)                                                                                  \
    }
#define RAW(value, text)                                                                                               \
    {                                                                                                                  \
        .type = EQ_INT, .i = (value), .s = "" text, .len = sizeof(text) - 1                                            \
    }
#define N                                                                                                              \
    {                                                                                                                  \
        .type = EQ_NULL                                                                                                \
    }
#define ARGS(...) {__VA_ARGS__}, sizeof((struct eq_value[]){__VA_ARGS__}) / sizeof(struct eq_value)

/* The name may end with '~', as people write it. */
struct row {
    const char *name;
    struct eq_value args[4];
    size_t n;
    struct eq_value want;
};

static const struct row rows[] = {
    {"add", ARGS(I(2), I(3)), I(5)},
    {"add", ARGS(I(2), D(0.5)), D(2.5)},
    {"add", ARGS(I(INT64_MAX), I(1)), N},
    {"add", ARGS(I(2147483647), I(1)), I(2147483648)},
    {"add", ARGS(N, I(1)), N},
    {"add", ARGS(S("1"), I(1)), N},
    {"add", ARGS(B(true), I(1)), N},
    {"add", ARGS(U(UINT64_MAX), I(1)), D(18446744073709551616.0)},
    {"subtract", ARGS(I(10), I(2)), I(8)},
    {"subtract", ARGS(I(INT64_MIN), I(1)), N},
    {"multiply", ARGS(I(3), I(-4)), I(-12)},
    {"multiply", ARGS(I(INT64_MAX), I(2)), N},
    {"multiply", ARGS(D(1.5), I(2)), D(3)},
    {"divide", ARGS(I(4), I(3)), I(1)},
    {"divide", ARGS(I(4), D(2)), D(2)},
    {"divide", ARGS(I(-7), I(2)), I(-3)},
    {"divide", ARGS(I(1), I(0)), N},
    {"divide", ARGS(U(UINT64_MAX), I(0)), N},
    {"divide", ARGS(I(INT64_MIN), I(-1)), N},
    {"divide", ARGS(D(1), I(0)), D(INFINITY)},
    {"modulo", ARGS(I(-7), I(2)), I(-1)},
    {"modulo", ARGS(I(7), I(-2)), I(1)},
    {"modulo", ARGS(I(7), I(0)), N},
    {"modulo", ARGS(I(INT64_MIN), I(-1)), I(0)},
    {"modulo", ARGS(D(-7.5), I(2)), D(-1.5)},
    {"_negate", ARGS(I(5)), I(-5)},
    {"_negate", ARGS(D(1.5)), D(-1.5)},
    {"_negate", ARGS(I(INT64_MIN)), N},
    {"_negate", ARGS(U((uint64_t)INT64_MAX + 1)), I(INT64_MIN)},
    {"_negate", ARGS(S("5")), N},
    {"_negate", ARGS(N), N},

    {"between", ARGS(S("alpha beta gamma delta"), S(" "), S(" ")), S("beta")},
    {"between", ARGS(S("alpha beta gamma delta"), S(" "), S(" "), B(true)), S("beta gamma")},
    {"between", ARGS(S("alpha beta gamma delta"), S(" "), S(" "), B(false)), S("beta")},
    {"between", ARGS(S("Session Manager"), S("s"), S("n")), S("sio")},
    {"between", ARGS(S("Session Manager"), S("s"), S("n"), B(true)), S("sion Ma")},
    {"between~", ARGS(S("Session Manager"), S("s"), S("n"), B(true)), S("ession Ma")},
    {"between~", ARGS(S("Session Manager"), S("s"), S("N")), S("essio")},
    {"between", ARGS(S("abc"), S("x"), S("c")), N},
    {"between", ARGS(S("abc"), S("a"), S("x")), N},
    {"between", ARGS(S("abc"), S(""), S("c")), S("ab")},
    {"between", ARGS(S("abc"), S("a"), S("")), S("")},
    {"between", ARGS(S(""), S("a"), S("b")), N},
    {"between", ARGS(N, S("a"), S("b")), N},
    {"between", ARGS(S("abc"), N, S("b")), N},
    {"between", ARGS(S("abc"), S("a"), N), N},
    {"between", ARGS(S("abc"), S("a"), S("c"), N), N},
    {"between", ARGS(S("aaa"), S("aa"), S("aa"), B(true)), N},
    {"between", ARGS(S("[aXaa]"), S("["), S("aa"), B(true)), S("aX")},
    {"between", ARGS(S("<aaaa"), S("<"), S("aa"), B(true)), S("aa")},
    {"between~", ARGS(S("\xC8\xBA\xC8\xBA(\xC3\x84\xE2\x84\xAA)"), S("("), S(")")), S("\xC3\x84\xE2\x84\xAA")},
    {"between~", ARGS(S("xK\xC3\x84y"), S("\xE2\x84\xAA"), S("Y")), S("\xC3\x84")},

    {"cidrMatch", ARGS(S("192.168.7.9"), S("10.0.0.0/8"), S("192.168.0.0/16")), B(true)},
    {"cidrMatch", ARGS(S("10.1.2.3"), S("10.9.8.7/8")), B(true)},
    {"cidrMatch", ARGS(S("fe80::1"), S("FE80::/10")), B(true)},
    {"cidrMatch", ARGS(S("1.2.3.4"), S("::/0")), B(true)},
    {"cidrMatch", ARGS(S("1.2.3.4"), S("2001::/16")), B(false)},
    {"cidrMatch", ARGS(S("::1"), S("127.0.0.1"), S("::1")), B(true)},
    {"cidrMatch", ARGS(S("::ffff:127.0.0.1"), S("127.0.0.1")), B(true)},
    {"cidrMatch", ARGS(N, S("10.0.0.0/8")), N},
    {"cidrMatch", ARGS(S("host"), S("10.0.0.0/8")), N},
    {"cidrMatch", ARGS(S(""), S("10.0.0.0/8")), N},
    {"cidrMatch", ARGS(I(1), S("10.0.0.0/8")), N},
    {"cidrMatch", ARGS(S("10.0.0.1"), S("nonsense")), N},

    {"concat", ARGS(S("a"), I(1), B(true), D(42.5)), S("a1true42.5")},
    {"concat", ARGS(S("a")), S("a")},
    {"concat", ARGS(S(""), S("")), S("")},
    {"concat", ARGS(S("a"), N), N},
    {"concat", ARGS(D(1), S("|"), D(1e10)), S("1.0|1.0E10")},
    {"concat", ARGS(RAW(7, "7.0e0"), S("\0x")), S("7.0e0\0x")},

    {"endsWith", ARGS(S("notepad.exe"), S(".exe")), B(true)},
    {"endsWith", ARGS(S("notepad.exe"), S(".EXE")), B(false)},
    {"endsWith~", ARGS(S("notepad.exe"), S(".EXE")), B(true)},
    {"endsWith", ARGS(S("abc"), S("")), B(true)},
    {"endsWith~", ARGS(S(""), S("")), B(true)},
    {"endsWith~", ARGS(S("bc"), S("abc")), B(false)},
    {"endsWith", ARGS(N, S("a")), N},
    {"endsWith~", ARGS(S("a"), N), N},
    {"endsWith", ARGS(S("abc*"), S("*")), B(true)},
    {"endsWith", ARGS(S("abc"), S("b*")), B(false)},
    {"endsWith~", ARGS(S("x\xE2\x84\xAA"), S("K")), B(true)},
    {"endsWith~", ARGS(S("xk"), S("\xE2\x84\xAA")), B(true)},
    {"endsWith~",
     ARGS(S("stra\xC3\x9F"
            "e"),
          S("sse")),
     B(false)},
    {"endsWith", ARGS(I(4624), S("24")), B(true)},
    {"endsWith", ARGS(B(true), S("ue")), B(true)},
    {"startsWith", ARGS(S("cmd.exe"), S("cmd")), B(true)},
    {"startsWith", ARGS(S("cmd.exe"), S("CMD")), B(false)},
    {"startsWith~", ARGS(S("cmd.exe"), S("CMD")), B(true)},
    {"startsWith", ARGS(S("cmd"), S("cmd.exe")), B(false)},
    {"startsWith~", ARGS(S("cmd"), S("cmd.exe")), B(false)},
    {"startsWith", ARGS(S(""), S("")), B(true)},
    {"startsWith~", ARGS(S("\xC3\x84x"), S("\xC3\xA4")), B(true)},
    {"startsWith~", ARGS(S("\xC8\xBAx"), S("\xE2\xB1\xA5")), B(true)},
    {"startsWith", ARGS(N, N), N},
    {"startsWith", ARGS(RAW(4624, "4624"), I(46)), B(true)},

    {"indexOf", ARGS(S("user@d.com"), S("@")), I(4)},
    {"indexOf", ARGS(S("a.b.c"), S("."), I(2)), I(3)},
    {"indexOf", ARGS(S("abc"), S("a"), I(-5)), I(0)},
    {"indexOf", ARGS(S("abc"), S("")), I(0)},
    {"indexOf", ARGS(S("abc"), S(""), I(2)), I(2)},
    {"indexOf", ARGS(S("abc"), S(""), I(9)), I(3)},
    {"indexOf", ARGS(S("abc"), S(""), I(-1)), I(0)},
    {"indexOf", ARGS(S("abc"), S("B")), N},
    {"indexOf~", ARGS(S("abc"), S("B")), I(1)},
    {"indexOf", ARGS(S("abc"), S("a"), I(9)), N},
    {"indexOf", ARGS(S("foobarbaz"), S("o"), N), I(1)},
    {"indexOf", ARGS(N, S("a")), N},
    {"indexOf", ARGS(S("abc"), N), N},
    {"indexOf", ARGS(S("abc"), S("c"), D(1)), I(2)},
    {"indexOf", ARGS(S("abc"), S("c"), D(1.5)), N},
    {"indexOf", ARGS(S("abc"), S("c"), D(NAN)), N},
    {"indexOf", ARGS(S("abc"), S("c"), U(UINT64_MAX)), N},
    {"indexOf", ARGS(S("\xC3\xA9\xF0\x9F\x98\x80x"), S("x")), I(2)},
    {"indexOf", ARGS(S("\xC3\xA9x\xC3\xA9x"), S("x"), I(2)), I(3)},
    {"indexOf~", ARGS(S("\xC8\xBA\xC8\xBAX"), S("x"), I(1)), I(2)},
    {"indexOf", ARGS(I(4624), S("24")), I(2)},

    {"length", ARGS(S("")), I(0)},
    {"length", ARGS(N), N},
    {"length", ARGS(S("abc")), I(3)},
    {"length", ARGS(S("a\0c")), I(3)},
    {"length", ARGS(S("\xC3\xA9\xF0\x9F\x98\x80")), I(2)},
    {"length", ARGS(I(4624)), I(4)},
    {"length", ARGS(RAW(4624, "4624.0")), I(6)},
    {"length", ARGS(B(false)), I(5)},

    {"number", ARGS(S("42")), I(42)},
    {"number", ARGS(S("-42.5")), D(-42.5)},
    {"number", ARGS(S("+7")), I(7)},
    {"number", ARGS(S("1e3")), D(1000)},
    {"number", ARGS(S("")), N},
    {"number", ARGS(S("x")), N},
    {"number", ARGS(N), N},
    {"number", ARGS(S("0x1f")), I(31)},
    {"number", ARGS(S("0x1f"), I(16)), I(31)},
    {"number", ARGS(S("1F"), I(16)), I(31)},
    {"number", ARGS(S("0x1f"), I(10)), N},
    {"number", ARGS(S("0X1f")), N},
    {"number", ARGS(S("11"), I(2)), I(3)},
    {"number", ARGS(S("12"), I(2)), N},
    {"number", ARGS(S("zZ"), I(36)), I(1295)},
    {"number", ARGS(S("1"), I(1)), N},
    {"number", ARGS(S("1"), I(37)), N},
    {"number", ARGS(S("1"), S("16")), N},
    {"number", ARGS(S("0x1f"), N), I(31)},
    {"number", ARGS(S(" 5 ")), D(5)},
    {"number", ARGS(S(" 5 "), I(16)), N},
    {"number", ARGS(S("0x")), N},
    {"number", ARGS(S("-"), I(16)), N},
    {"number", ARGS(S("0x7fffffffffffffff")), I(INT64_MAX)},
    {"number", ARGS(S("0x8000000000000000")), N},
    {"number", ARGS(S("-8000000000000000"), I(16)), I(INT64_MIN)},
    {"number", ARGS(S("9223372036854775808")), U((uint64_t)INT64_MAX + 1)},
    {"number", ARGS(S("1f")), N},
    {"number", ARGS(S("NaN")), N},
    {"number", ARGS(S("Infinity")), N},
    {"number", ARGS(I(5)), I(5)},
    {"number", ARGS(D(2.5)), D(2.5)},
    {"number", ARGS(B(true)), N},

    {"string", ARGS(N), N},
    {"string", ARGS(B(true)), S("true")},
    {"string", ARGS(I(-5)), S("-5")},
    {"string", ARGS(D(42.5)), S("42.5")},
    {"string", ARGS(D(1)), S("1.0")},
    {"string", ARGS(D(1e10)), S("1.0E10")},
    {"string", ARGS(RAW(1, "1.50")), S("1.50")},
    {"string", ARGS(S("x")), S("x")},
    {"string", ARGS({.type = EQ_TIME, .i = 0, .len = 1000000}), S("1970-01-01T00:00:00.001Z")},
    {"string", ARGS({.type = EQ_IP, .s = "\0\0\0\0\0\0\0\0\0\0\xFF\xFF\x0A\1\2\3", .len = 16}), S("10.1.2.3")},

    {"stringContains", ARGS(S("abc"), S("b")), B(true)},
    {"stringContains", ARGS(S("abc"), S("B")), B(false)},
    {"stringContains~", ARGS(S("abc"), S("B")), B(true)},
    {"stringContains", ARGS(S("abc"), S("")), B(false)},
    {"stringContains~", ARGS(S("abc"), S("")), B(false)},
    {"stringContains", ARGS(S(""), S("a")), B(false)},
    {"stringContains", ARGS(S(""), S("")), B(false)},
    {"stringContains", ARGS(N, S("a")), N},
    {"stringContains", ARGS(S("a"), N), N},
    {"stringContains", ARGS(S("a?c"), S("b")), B(false)},
    {"stringContains", ARGS(S("a*c"), S("*")), B(true)},
    {"stringContains~", ARGS(S("x\xCE\xA3y"), S("\xCF\x82")), B(true)},
    {"stringContains", ARGS(I(4624), S("62")), B(true)},

    {"substring", ARGS(S("setup notepad.exe"), I(6)), S("notepad.exe")},
    {"substring", ARGS(S("setup notepad.exe"), I(-4)), S(".exe")},
    {"substring", ARGS(S("setup notepad.exe"), I(0), I(5)), S("setup")},
    {"substring", ARGS(S("setup notepad.exe"), I(6), I(-4)), S("notepad")},
    {"substring", ARGS(S("setup notepad.exe"), I(-4), I(-1)), S(".ex")},
    {"substring", ARGS(S("abc"), I(5)), S("")},
    {"substring", ARGS(S("abc"), I(0), I(100)), S("abc")},
    {"substring", ARGS(S("abc"), I(2), I(1)), S("")},
    {"substring", ARGS(S("abc"), I(-100), I(2)), S("ab")},
    {"substring", ARGS(S("abc"), I(-1), I(0)), S("")},
    {"substring", ARGS(S("abc"), I(INT64_MIN), I(INT64_MAX)), S("abc")},
    {"substring", ARGS(S("abc"), I(1), N), S("bc")},
    {"substring", ARGS(S("abc"), N, I(1)), S("abc")},
    {"substring", ARGS(N, I(1)), N},
    {"substring", ARGS(S("abc"), S("1")), N},
    {"substring", ARGS(S("abc"), I(0), D(1.5)), N},
    {"substring", ARGS(S("\xC3\xA9\xF0\x9F\x98\x80x"), I(1), I(2)), S("\xF0\x9F\x98\x80")},
    {"substring", ARGS(S("\xC3\xA9\xF0\x9F\x98\x80x"), I(-1)), S("x")},
    {"substring", ARGS(I(4624), I(1), I(3)), S("62")},

    {"_toTime", ARGS(I(1500)), {.type = EQ_TIME, .i = 1, .len = 500000000}},
    {"_toTime", ARGS(S("1970-01-02")), {.type = EQ_TIME, .i = 86400}},
    {"_toTime", ARGS(S("never")), N},
    {"_toTime", ARGS(N), N},
    {"_toIp", ARGS(S("10.1.2.3")), {.type = EQ_IP, .s = "\0\0\0\0\0\0\0\0\0\0\xFF\xFF\x0A\1\2\3", .len = 16}},
    {"_toIp", ARGS(S("::")), {.type = EQ_IP, .s = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", .len = 16}},
    {"_toIp", ARGS(S("10.1.2.3/8")), N},
    {"_toIp", ARGS(I(10)), N},
    {"_toIp", ARGS(N), N},
};

static bool same(const struct eq_value *a, const struct eq_value *b)
{
    if (a->type != b->type)
        return false;
    switch ((enum eq_type)a->type) {
    case EQ_NULL: return true;
    case EQ_BOOL: return a->b == b->b;
    case EQ_INT: return a->i == b->i;
    case EQ_UINT: return a->u == b->u;
    case EQ_DOUBLE: return a->d == b->d;
    case EQ_TIME: return a->i == b->i && a->len == b->len;
    case EQ_STRING:
    case EQ_IP: return eq_slice_eq(eq_value_slice(a), eq_value_slice(b));
    }
    return false;
}

/* Also internal names, which eq_function_find hides. */
static const struct eq_function *function_of(const char *name, bool *fold)
{
    struct eq_slice s = eq_slice_of(name);
    *fold = eq_slice_ends(s, EQ_LIT("~"));
    s.len -= *fold;
    for (size_t i = 0; i < EQ_FUNCTION_COUNT; i++)
        if (eq_slice_eq(s, eq_slice_of(eq_functions[i].name)))
            return &eq_functions[i];
    return NULL;
}

static void show(const struct eq_value *v)
{
    struct eq_buf b;
    eq_buf_init(&b, &eq_alloc_default);
    eq_value_json(&b, v);
    printf("%.*s ", (int)b.len, b.ptr);
    eq_buf_free(&b);
}

static void every_row(void)
{
    struct eq_arena scratch;
    size_t seen[EQ_FUNCTION_COUNT] = {0};
    eq_arena_init(&scratch, &eq_alloc_default);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *r = &rows[i];
        struct eq_value got;
        bool fold;
        const struct eq_function *f = function_of(r->name, &fold);
        CU_ASSERT_PTR_NOT_NULL_FATAL(f);
        seen[f - eq_functions]++;
        CU_ASSERT(r->n >= f->min_args && r->n <= f->max_args && (f->folds || !fold));
        CU_ASSERT_EQUAL(f->body(&got, r->args, r->n, fold, &scratch), EQ_OK);
        if (!same(&got, &r->want)) {
            printf("\n    row %zu, %s: got ", i, r->name);
            show(&got);
            printf("want ");
            show(&r->want);
            CU_FAIL("another result");
        }
        eq_arena_reset(&scratch);
    }
    for (size_t i = 0; i < EQ_FUNCTION_COUNT; i++)
        CU_ASSERT(seen[i] > 0);
    eq_arena_free(&scratch);
}

/* The column `needs`: each of those arguments makes the result null, whatever the others are. */
static void needed_arguments(void)
{
    struct eq_arena scratch;
    size_t seen[EQ_FUNCTION_COUNT] = {0};
    eq_arena_init(&scratch, &eq_alloc_default);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool fold;
        const struct eq_function *f = function_of(rows[i].name, &fold);
        for (size_t k = 0; k < rows[i].n && k < f->needs; k++) {
            struct eq_value args[4], got;
            memcpy(args, rows[i].args, sizeof args);
            args[k] = EQ_VALUE_NULL;
            CU_ASSERT_EQUAL(f->body(&got, args, rows[i].n, fold, &scratch), EQ_OK);
            CU_ASSERT_EQUAL(got.type, EQ_NULL);
            seen[f - eq_functions]++;
        }
    }
    for (size_t i = 0; i < EQ_FUNCTION_COUNT; i++)
        CU_ASSERT(seen[i] > 0);
    eq_arena_free(&scratch);
}

static void names_are_found_in_any_case(void)
{
    CU_ASSERT_EQUAL(eq_function_find(EQ_LIT("startsWith")), EQ_FN_starts_with);
    CU_ASSERT_EQUAL(eq_function_find(EQ_LIT("STARTSWITH")), EQ_FN_starts_with);
    CU_ASSERT_EQUAL(eq_function_find(EQ_LIT("cidrmatch")), EQ_FN_cidr_match);
    CU_ASSERT_EQUAL(eq_function_find(EQ_LIT("startsWith~")), EQ_FUNCTION_COUNT);
    CU_ASSERT_EQUAL(eq_function_find(EQ_LIT("starts_with")), EQ_FUNCTION_COUNT);
    CU_ASSERT_EQUAL(eq_function_find(EQ_LIT("_toTime")), EQ_FUNCTION_COUNT);
    CU_ASSERT_EQUAL(eq_function_find(EQ_LIT("")), EQ_FUNCTION_COUNT);
}

/* Texts larger than a chunk, so that each allocation of the arena can be made to fail. */
static void without_memory(void)
{
    static char big[70000];
    struct eq_value text = {.type = EQ_STRING, .s = big, .len = sizeof big};
    struct eq_value cut = {.type = EQ_STRING, .s = big, .len = sizeof big - 1};
    struct eq_value args[4] = {text, cut, {.type = EQ_STRING, .s = "b", .len = 1}, {.type = EQ_BOOL, .b = true}};
    memset(big, 'a', sizeof big);
    big[sizeof big - 1] = 'b';
    for (size_t i = 0; i < EQ_FUNCTION_COUNT; i++) {
        const struct eq_function *f = &eq_functions[i];
        size_t n = f->max_args < 4 ? f->max_args : 4;
        enum eq_status st = EQ_NOMEM;
        for (size_t left = 0; st == EQ_NOMEM && left < 20; left++) {
            struct faulty w = FAULTY_AFTER(left);
            struct eq_alloc a = {faulty_resize, &w};
            struct eq_arena scratch = {.alloc = &a};
            struct eq_value got;
            st = f->body(&got, args, n, f->folds, &scratch);
            eq_arena_free(&scratch);
            CU_ASSERT_EQUAL(w.live, 0);
        }
        CU_ASSERT_EQUAL(st, EQ_OK);
    }
}

extern CU_TestInfo eq_tests_functions[];
CU_TestInfo eq_tests_functions[] = {
    {"every function by example", every_row},
    {"needed arguments that are null", needed_arguments},
    {"names are found in any case, internal ones never", names_are_found_in_any_case},
    {"functions without memory", without_memory},
    CU_TEST_INFO_NULL,
};
