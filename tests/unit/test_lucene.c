/* test_lucene.c — Lucene's syntax and what we write for PCRE2; what is refused, and where. */
#include <stdio.h>
#include <stdlib.h>

#include <CUnit/CUnit.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buf.h"
#include "plan/lucene.h"

static const struct {
    const char *lucene, *pcre2; /* pcre2 without the \A(?: and )\z around it */
    const char *literal;
} translations[] = {
    {"", "(?:)", ""},
    {"abc", "abc", "abc"},
    {"a.c", "a.c", "a"},
    {"a|bc", "a|bc", ""},
    {"(ab)c", "abc", "abc"},
    {"(a|b)c", "(?:a|b)c", "c"},
    {"a(b|c)*d", "a(?:b|c)*d", "a"},
    {"()", "(?:)", ""},
    {"a()b", "a(?:)b", "ab"},
    {"(ab)+cd", "(?:ab)+cd", "ab"},
    {"(ab)*cde", "(?:ab)*cde", "cde"},
    {"ab*", "ab*", "a"},
    {"x{3}y{2,}z{1,4}w{0}", "x{3}y{2,}z{1,4}w{0}", "x"},
    /* repetitions of repetitions */
    {"x+?", "x*", ""},
    {"x*?", "x*", ""},
    {"x++", "x+", "x"},
    {"(x?)?", "x?", ""},
    {"x{2}+", "(?:x{2})+", "x"},
    {"x+{2}", "(?:x+){2}", "x"},
    {"x{2}{3}", "(?:x{2}){3}", "x"},
    {"((a+)b)+", "(?:a+b)+", "a"},
    /* classes */
    {"[abc]", "[abc]", ""},
    {"[a-z0-9]", "[a-z0-9]", ""},
    {"[^a-z]", "[^a-z]", ""},
    {"[a^]", "[a\\^]", ""},
    {"[a[]", "[a\\[]", ""},
    {"[\\]]", "\\]", "]"},
    {"[.]", "\\.", "."},
    {"[-a]", "[\\-a]", ""},
    {"[a\\-z]", "[a\\-z]", ""},
    {"[0-9\\.]+", "[0-9\\.]+", ""},
    {"[.a.]", "[\\.a\\.]", ""},
    {"[\\/\\\\]{2}", "[/\\\\]{2}", ""},
    {"[\\d_]", "[\\d_]", ""},
    {"[a\\s]", "[a \\t\\n\\r]", ""},
    {"[\\S]", "[\\S\\x0b\\x0c]", ""},
    {"['\"]", "['\"]", ""},
    {"[^$]", "[^$]", ""},
    {"[\xCA\xB0-\xCB\xBF]", "[\xCA\xB0-\xCB\xBF]", ""},
    /* plain characters here, special elsewhere */
    {"^a$", "\\^a\\$", "^a$"},
    {"a}b]c", "a\\}b\\]c", "a}b]c"},
    {"a-b/c:d>", "a-b/c:d>", "a-b/c:d>"},
    {"\\.\\*\\|\\-\\/\\\"", "\\.\\*\\|-/\"", ".*|-/\""},
    {"\\\\A", "\\\\A", "\\A"},
    {"\xC3\xA9?", "\xC3\xA9?", ""},
    /* shorthands */
    {"\\d\\D\\w\\W", "\\d\\D\\w\\W", ""},
    {"\\s\\S", "[ \\t\\n\\r][^ \\t\\n\\r]", ""},
    /* Lucene's own */
    {"\"a.b*\"c", "a\\.b\\*c", "a.b*c"},
    {"\"ab\"+", "(?:ab)+", "ab"},
    {"\"\"", "(?:)", ""},
    {"a@b", "a.*b", "a"},
    {"@?", "(?:.*)?", ""},
    {"#", "(?!)", ""},
    {"a(b(c|d))|(e|f)", "ab(?:c|d)|e|f", ""},
    {"a|#", "a|(?!)", ""},
};

static struct eq_arena arena;

static enum eq_status translate(struct eq_lucene *out, const char *pattern, struct eq_lucene_error *error)
{
    return eq_lucene_translate(out, eq_slice_of(pattern), &arena, error);
}

static void test_translations(void)
{
    eq_arena_init(&arena, &eq_alloc_default);
    for (size_t i = 0; i < sizeof translations / sizeof *translations; i++) {
        struct eq_lucene got;
        struct eq_lucene_error error;
        char expected[128];
        snprintf(expected, sizeof expected, "\\A(?:%s)\\z", translations[i].pcre2);
        enum eq_status st = translate(&got, translations[i].lucene, &error);
        bool same = st == EQ_OK && got.n == 1 && !got.negate[0] &&
                    eq_slice_eq(got.patterns[0], eq_slice_of(expected)) &&
                    eq_slice_eq(got.literal, eq_slice_of(translations[i].literal));
        if (!same)
            printf("\n  %s: status %d, %.*s, literal \"%.*s\"\n", translations[i].lucene, (int)st,
                   st == EQ_OK ? (int)got.patterns[0].len : 0, st == EQ_OK ? got.patterns[0].ptr : "",
                   (int)got.literal.len, got.literal.ptr ? got.literal.ptr : "");
        CU_ASSERT_TRUE(same);
    }
    eq_arena_free(&arena);
}

static void test_errors(void)
{
    static const struct {
        const char *pattern;
        size_t offset;
        enum eq_status status;
        const char *says;
    } errors[] = {
        {"a(b", 1, EQ_INVALID, "not closed"},
        {"ab)c", 2, EQ_INVALID, "without '('"},
        {")", 0, EQ_INVALID, "without '('"},
        {"[ab", 0, EQ_INVALID, "not closed"},
        {"a[]", 2, EQ_INVALID, "empty"},
        {"[^]", 2, EQ_INVALID, "empty"},
        {"[a", 0, EQ_INVALID, "not closed"},
        {"[a-", 3, EQ_INVALID, "not closed"},
        {"[a-]", 2, EQ_INVALID, "backslash"},
        {"[z-a]", 1, EQ_INVALID, "out of order"},
        {"[a-\\d]", 3, EQ_INVALID, "range"},
        {"ab\\", 2, EQ_INVALID, "backslash"},
        {"[\\", 1, EQ_INVALID, "backslash"},
        {"a\\b", 1, EQ_INVALID, "escape"},
        {"\\Qa\\E", 0, EQ_INVALID, "escape"},
        {"\\x41", 0, EQ_INVALID, "escape"},
        {"\\p{L}", 0, EQ_INVALID, "escape"},
        {"[\\n]", 1, EQ_INVALID, "escape"},
        {"(a)\\1", 3, EQ_INVALID, "back-references"},
        {"x(?:a)", 1, EQ_INVALID, "(?"},
        {"(?=a)", 0, EQ_INVALID, "(?"},
        {"*a", 0, EQ_INVALID, "nothing to repeat"},
        {"a|+", 2, EQ_INVALID, "nothing to repeat"},
        {"{2}", 0, EQ_INVALID, "nothing to repeat"},
        {"a||b", 2, EQ_INVALID, "empty"},
        {"a|", 2, EQ_INVALID, "too early"},
        {"(a|)", 3, EQ_INVALID, "empty"},
        {"a{", 1, EQ_INVALID, "{n}"},
        {"a{,3}", 1, EQ_INVALID, "{n}"},
        {"a{x}", 1, EQ_INVALID, "{n}"},
        {"a{3", 1, EQ_INVALID, "{n}"},
        {"a{3,2}", 1, EQ_INVALID, "out of order"},
        {"a{1001}", 1, EQ_LIMIT, "1000"},
        {"a{1,1001}", 1, EQ_LIMIT, "1000"},
        {"\"abc", 0, EQ_INVALID, "quoted"},
        {"<3>", 0, EQ_INVALID, "interval"},
        {"<a-b>", 0, EQ_INVALID, "interval"},
        {"<1-99999999999>", 0, EQ_INVALID, "interval"},
        {"a~b", 1, EQ_INVALID, "~"},
        {"~a*", 0, EQ_INVALID, "~"},
        {"(a&b)c", 1, EQ_INVALID, "&"},
        {"~(a&b)", 2, EQ_INVALID, "&"},
        {"a&", 2, EQ_INVALID, "too early"},
        {"((ab){1000}){1000}", 0, EQ_LIMIT, "too large"},
        {"a\xFFz", 1, EQ_INVALID, "UTF-8"},
    };
    eq_arena_init(&arena, &eq_alloc_default);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        struct eq_lucene got;
        struct eq_lucene_error error = {0};
        enum eq_status st = translate(&got, errors[i].pattern, &error);
        bool same = st == errors[i].status && error.offset == errors[i].offset && error.message &&
                    strstr(error.message, errors[i].says);
        if (!same)
            printf("\n  %s: status %d at %zu: %s\n", errors[i].pattern, (int)st, error.offset,
                   error.message ? error.message : "-");
        CU_ASSERT_TRUE(same);
    }
    eq_arena_free(&arena);
}

static void test_whole_pattern_operators(void)
{
    struct eq_lucene got;
    struct eq_lucene_error error;
    eq_arena_init(&arena, &eq_alloc_default);
    CU_ASSERT_EQUAL_FATAL(translate(&got, "~(ab|c)", &error), EQ_OK);
    CU_ASSERT_TRUE(got.n == 1 && got.negate[0] && got.literal.len == 0);
    CU_ASSERT_TRUE(eq_slice_eq(got.patterns[0], EQ_LIT("\\A(?:ab|c)\\z")));
    CU_ASSERT_EQUAL_FATAL(translate(&got, "~~abc", &error), EQ_INVALID); /* only the a is complemented */
    CU_ASSERT_EQUAL_FATAL(translate(&got, "~~(abc)", &error), EQ_OK);
    CU_ASSERT_TRUE(got.n == 1 && !got.negate[0] && eq_slice_eq(got.literal, EQ_LIT("abc")));
    CU_ASSERT_EQUAL_FATAL(translate(&got, "a.*&.*bc&~(.*d)", &error), EQ_OK);
    CU_ASSERT_TRUE(got.n == 3 && !got.negate[0] && !got.negate[1] && got.negate[2] && got.literal.len == 0);
    CU_ASSERT_EQUAL_FATAL(translate(&got, "(a.*&.*bc)", &error), EQ_OK);
    CU_ASSERT_TRUE(got.n == 2 && eq_slice_eq(got.literal, EQ_LIT("bc")));
    CU_ASSERT_EQUAL(translate(&got, "a&b|c", &error), EQ_INVALID);
    eq_arena_free(&arena);
}

static bool pcre2_matches(const pcre2_code *code, pcre2_match_data *data, const char *text)
{
    return pcre2_match(code, (PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, 0, data, NULL) >= 0;
}

/* Try an interval on every number of up to four digits. */
static void check_interval(const char *pattern, unsigned low, unsigned high, unsigned width)
{
    struct eq_lucene got;
    struct eq_lucene_error error;
    int code;
    PCRE2_SIZE at;
    unsigned wrong = 0;
    eq_arena_init(&arena, &eq_alloc_default);
    CU_ASSERT_EQUAL_FATAL(translate(&got, pattern, &error), EQ_OK);
    pcre2_code *c = pcre2_compile((PCRE2_SPTR)got.patterns[0].ptr, got.patterns[0].len, 0, &code, &at, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(c);
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    for (unsigned n = 0; n < 10000; n++) {
        for (int digits = 1; digits <= 5; digits++) {
            char text[16];
            int len = snprintf(text, sizeof text, "%0*u", digits, n);
            bool expected = n >= low && n <= high && (width == 0 || (unsigned)len == width);
            wrong += pcre2_matches(c, data, text) != expected;
        }
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_FALSE(pcre2_matches(c, data, "") || pcre2_matches(c, data, "x"));
    pcre2_match_data_free(data);
    pcre2_code_free(c);
    eq_arena_free(&arena);
}

static void test_intervals(void)
{
    check_interval("<8-123>", 8, 123, 0);
    check_interval("<123-8>", 8, 123, 0);
    check_interval("<0-9999>", 0, 9999, 0);
    check_interval("<0-0>", 0, 0, 1);
    check_interval("<1-9>", 1, 9, 1);
    check_interval("<007-100>", 7, 100, 3);
    check_interval("<099-1234>", 99, 1234, 0);
    check_interval("<199-201>", 199, 201, 3);
    check_interval("<1000-1999>", 1000, 1999, 4);
    check_interval("<9-10>", 9, 10, 0);
}

/* `n` times `open`, a letter, `n` times `close`. */
static enum eq_status nested(const char *open, const char *close, size_t n)
{
    struct eq_buf text;
    struct eq_lucene got;
    struct eq_lucene_error error;
    eq_buf_init(&text, &eq_alloc_default);
    eq_arena_init(&arena, &eq_alloc_default);
    for (size_t i = 0; i < n; i++)
        eq_buf_puts(&text, open);
    eq_buf_putc(&text, 'a');
    for (size_t i = 0; i < n; i++)
        eq_buf_puts(&text, close);
    enum eq_status st = eq_lucene_translate(&got, eq_buf_slice(&text), &arena, &error);
    eq_arena_free(&arena);
    eq_buf_free(&text);
    return st;
}

static void test_limits(void)
{
    CU_ASSERT_EQUAL(nested("(", ")", 200), EQ_OK);
    CU_ASSERT_EQUAL(nested("(", ")", 201), EQ_LIMIT);
    CU_ASSERT_EQUAL(nested("(b|a", ")?", 150), EQ_OK);
    CU_ASSERT_EQUAL(nested("~", "", 30000), EQ_LIMIT);
    CU_ASSERT_EQUAL(nested("(", ")", 16000), EQ_LIMIT);
    CU_ASSERT_EQUAL(nested("", "{0}", 10000), EQ_LIMIT);
    CU_ASSERT_EQUAL(nested("", "{0}", 41), EQ_OK);
    CU_ASSERT_EQUAL(nested("", "{0}", 42), EQ_LIMIT);
    CU_ASSERT_EQUAL(nested("((", "{0}){0})", 100), EQ_LIMIT);
    CU_ASSERT_EQUAL(nested("", "?", 30000), EQ_OK);
    CU_ASSERT_EQUAL(nested("a&", "", 15), EQ_OK);
    CU_ASSERT_EQUAL(nested("a&", "", 16), EQ_LIMIT);
    CU_ASSERT_EQUAL(nested("[\x01-\xF4\x8F\xBF\xBF]", "", 200), EQ_LIMIT);
}

CU_TestInfo eq_tests_lucene[] = {
    {"translations", test_translations},
    {"errors say what and where", test_errors},
    {"complement and intersection of whole patterns", test_whole_pattern_operators},
    {"intervals of numbers", test_intervals},
    {"limits", test_limits},
    CU_TEST_INFO_NULL,
};
