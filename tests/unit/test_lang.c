/* test_lang.c — the EQL front end on texts that a case file cannot hold: huge, damaged, or deeper than any person
 * writes; and with memory that runs out. */
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "lang/languages.h"
#include "unit/helpers.h"

struct outcome {
    enum eq_status status;
    size_t errors;
    enum eq_code code; /* of the first one */
    struct eq_span span;
    bool plan;
};

/* Compile exactly `text`: a copy without a byte behind it, so that ASan sees any read beyond. */
static struct outcome compile_with(struct eq_slice text, const struct eq_alloc *alloc)
{
    char *exact = malloc(text.len ? text.len : 1);
    if (exact && text.len)
        memcpy(exact, text.ptr, text.len);
    struct eq_source source = {.name = EQ_LIT("<test>"), .text = {exact, text.len}};
    struct eq_plan *plan = NULL;
    struct eq_arena arena;
    struct eq_diags diags;
    eq_arena_init(&arena, alloc);
    eq_diags_init(&diags, alloc);
    struct outcome o = {.code = EQ_CODE_COUNT};
    o.status = eq_languages[EQ_DIALECT_ENDPOINT].compile(&plan, &source, NULL, &arena, &diags);
    o.errors = diags.errors;
    o.plan = plan != NULL;
    if (diags.n) {
        o.code = diags.items[0].code;
        o.span = diags.items[0].span;
    }
    eq_diags_free(&diags);
    eq_arena_free(&arena);
    free(exact);
    return o;
}

static struct outcome compile(struct eq_slice text)
{
    return compile_with(text, &eq_alloc_default);
}

/* head, then `unit` n times, then tail. */
static struct outcome compile_repeated(const char *head, const char *unit, size_t n, const char *tail)
{
    struct eq_buf b;
    eq_buf_init(&b, &eq_alloc_default);
    eq_buf_puts(&b, head);
    for (size_t i = 0; i < n; i++)
        eq_buf_puts(&b, unit);
    eq_buf_puts(&b, tail);
    CU_ASSERT_FATAL(!b.failed);
    struct outcome o = compile(eq_buf_slice(&b));
    eq_buf_free(&b);
    return o;
}

static void test_flat_texts_may_be_long(void)
{
    CU_ASSERT_TRUE(compile_repeated("any where a == 1", " or a == 1", 100000, "").plan);
    CU_ASSERT_TRUE(compile_repeated("any where a in (1", ",\"x\"", 100000, ")").plan);
    CU_ASSERT_TRUE(compile_repeated("any where a : (\"x\"", ",\"y*\"", 100000, ")").plan);
    CU_ASSERT_TRUE(compile_repeated("any where a", ".`b`", 100000, " == 1").plan);
    CU_ASSERT_TRUE(compile_repeated("", "/*", 100000, "").errors > 0);
}

static void test_depth_is_told_once(void)
{
    static const char *const units[] = {"(", "not ", "- ", "length(", "child of [any where ", "1 + (", "a in ("};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        for (size_t n = 300; n <= 40000; n *= 5) {
            struct outcome o = compile_repeated("any where ", units[i], n, "");
            CU_ASSERT_EQUAL(o.status, EQ_INVALID);
            CU_ASSERT_TRUE(o.errors <= 2);
        }
    struct outcome o = compile_repeated("any where ", "(", 40000, "true");
    CU_ASSERT_EQUAL(o.code, EQ_E0901);
    CU_ASSERT_EQUAL(o.errors, 1);
}

static void test_text_has_a_limit(void)
{
    struct outcome o = compile_repeated("any where a == \"", "x", 1u << 20, "\"");
    CU_ASSERT_EQUAL(o.code, EQ_E0902);
    CU_ASSERT_TRUE(compile_repeated("any where a == \"", "x", (1u << 20) - 17, "\"").plan);
}

static void test_nul_is_a_character(void)
{
    struct outcome o = compile(EQ_LIT("any where \0 true"));
    CU_ASSERT_EQUAL(o.code, EQ_E0102);
    CU_ASSERT_EQUAL(o.span.start, 10);
    CU_ASSERT_EQUAL(compile(EQ_LIT("any where true\0")).code, EQ_E0102);
    CU_ASSERT_TRUE(compile(EQ_LIT("any where a == \"x\0y\"")).plan);
    CU_ASSERT_EQUAL(compile(EQ_LIT("any where a == \"x\0")).code, EQ_E0103);
    CU_ASSERT_EQUAL(compile(EQ_LIT("")).code, EQ_E0115);
    CU_ASSERT_EQUAL(compile((struct eq_slice){NULL, 0}).code, EQ_E0115);
}

static void test_text_is_utf8(void)
{
    struct outcome o = compile(EQ_LIT("any where a == \"\xff\""));
    CU_ASSERT_EQUAL(o.code, EQ_E0114);
    CU_ASSERT_EQUAL(o.span.start, 16);
    CU_ASSERT_EQUAL(o.errors, 1);
}

static void test_memory_may_run_out(void)
{
    static const char *const texts[] = {
        "sequence by a with maxspan=1m [x where `b``c` == \"d\\n\" or length(e) in (1, 2, null)] as f [any where f.g : "
        "(\"h\")]",
        "any where a == 'b' and foo(c d) and e[0] and 1",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t n = 1; n < 1000; n++) {
            struct faulty faulty = {.fail_at = n};
            struct eq_alloc alloc = {faulty_resize, &faulty};
            struct outcome o = compile_with(eq_slice_of(texts[i]), &alloc);
            if (!faulty.failed)
                break;
            CU_ASSERT_EQUAL(o.status, EQ_NOMEM);
            CU_ASSERT_FALSE(o.plan);
        }
}

static void test_dialects_have_names(void)
{
    enum eq_dialect d = EQ_DIALECT_COUNT;
    CU_ASSERT_TRUE(eq_dialect_parse(&d, EQ_LIT("endpoint")) && d == EQ_DIALECT_ENDPOINT);
    CU_ASSERT_TRUE(eq_dialect_parse(&d, EQ_LIT("auto")) && d == EQ_DIALECT_AUTO);
    CU_ASSERT_FALSE(eq_dialect_parse(&d, EQ_LIT("Elastic")));
    CU_ASSERT_PTR_NULL(eq_languages[EQ_DIALECT_AUTO].compile);
}

CU_TestInfo eq_tests_lang[] = {
    {"long but flat texts compile", test_flat_texts_may_be_long},
    {"nesting is limited, with one error", test_depth_is_told_once},
    {"text has a limit", test_text_has_a_limit},
    {"NUL is a character, not the end", test_nul_is_a_character},
    {"text must be UTF-8", test_text_is_utf8},
    {"memory may run out anywhere", test_memory_may_run_out},
    {"dialects have names", test_dialects_have_names},
    CU_TEST_INFO_NULL,
};
