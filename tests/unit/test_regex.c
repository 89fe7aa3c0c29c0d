/* test_regex.c — what Lucene's patterns match, and that no pattern stalls: limits, automaton, counts. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <CUnit/CUnit.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "match/regex.h"
#include "unit/helpers.h"

static struct eq_regexes *table;
static struct eq_regex_matcher *matcher;

static void open_table(void)
{
    CU_ASSERT_EQUAL_FATAL(eq_regexes_new(&table, &eq_alloc_default), EQ_OK);
}

static uint32_t add(struct eq_slice pattern, bool fold)
{
    struct eq_regex_error error;
    uint32_t number = 0;
    enum eq_status st = eq_regexes_add(&number, table, pattern, fold, &error);
    if (st != EQ_OK)
        printf("\n  %.*s: %s\n", (int)pattern.len, pattern.ptr, error.message);
    CU_ASSERT_EQUAL_FATAL(st, EQ_OK);
    return number;
}

static void open_matcher(void)
{
    CU_ASSERT_EQUAL_FATAL(eq_regex_matcher_new(&matcher, table, &eq_alloc_default), EQ_OK);
}

static void close_all(void)
{
    eq_regex_matcher_free(matcher);
    eq_regexes_free(table);
    matcher = NULL;
    table = NULL;
}

static bool match_once(struct eq_slice pattern, struct eq_slice text, bool fold)
{
    bool result = false;
    open_table();
    uint32_t number = add(pattern, fold);
    open_matcher();
    CU_ASSERT_EQUAL(eq_regex_match(&result, matcher, number, text), EQ_OK);
    CU_ASSERT_EQUAL(eq_regex_stats(matcher).failures, 0);
    close_all();
    return result;
}

static void test_matches(void)
{
    static const struct {
        const char *pattern, *text;
        bool fold, matches;
    } cases[] = {
        {"", "", false, true},
        {"", "a", false, false},
        {"abc", "abc", false, true},
        {"abc", "xabc", false, false},
        {"abc", "abc\n", false, false},
        {"a.c", "a\nc", false, true},
        {"a.c",
         "a\xC3\xA9"
         "c",
         false, true},
        {"a.c",
         "a\xF0\x9F\x98\x80"
         "c",
         false, true},
        {".", "\xC3\xA9", false, true},
        {"a|bc", "bc", false, true},
        {"^a$", "a", false, false},
        {"^a$", "^a$", false, true},
        {"x+?", "", false, true},
        {"x+?", "xx", false, true},
        {"ABC", "abc", false, false},
        {"ABC", "abc", true, true},
        {"[a-c]+", "ABC", true, true},
        {"\xC3\x84rger", "\xC3\xA4RGER", true, true},
        {"k+s", "\xE2\x84\xAAK\xC5\xBF", true, true}, /* Kelvin sign, long s */
        {"ks", "\xE2\x84\xAA\xC5\xBF", true, true},
        {"\\w+", "\xE2\x84\xAA", true, false},
        {"\\W", "k", true, false},
        {"\\w+", "aZ_9", false, true},
        {"\\w", "\xC3\xA9", false, false},
        {"\\d{4}", "4624", false, true},
        {"\\d", "\xD9\xA1", false, false}, /* an Arabic digit */
        {"\\s\\s\\s\\s", " \t\r\n", false, true},
        {"\\s", "\x0B", false, false},
        {"[\\s]", "\x0C", false, false},
        {"\\S\\S", "\x0B\x0C", false, true},
        {"[\\S]+",
         "\x0B"
         "a\xC3\xA9",
         false, true},
        {"[\\S]+", "a b", false, false},
        {"[^\\S]+", " \n", false, true},
        {"[^a\\D]+", "123", false, true},
        {"a[^b]c", "a\nc", false, true},
        {"[\\]\\-]+", "]-", false, true},
        {"\"a.b\"", "a.b", false, true},
        {"\"a.b\"", "axb", false, false},
        {"a@b", "a anything b", false, true},
        {"#", "", false, false},
        {"a|#", "a", false, true},
        {"<1-12>", "007", false, true},
        {"<1-12>", "13", false, false},
        {"~(.*abc.*)", "xx", false, true},
        {"~(.*abc.*)", "xabcx", false, false},
        {"a.*&.*b&~(.*c.*)", "axb", false, true},
        {"a.*&.*b&~(.*c.*)", "acb", false, false},
        {".*[0-9]{1,3}(\\.[0-9]{1,3}){3}.*", "curl http://10.20.30.40/x", false, true},
        {"[C-Z]:\\\\Windows\\\\(System32|SysWOW64)\\\\[a-zA-Z0-9\\-\\_\\.]+\\.exe", "c:\\windows\\syswow64\\a_b.EXE",
         true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool got = match_once(eq_slice_of(cases[i].pattern), eq_slice_of(cases[i].text), cases[i].fold);
        if (got != cases[i].matches)
            printf("\n  %s against %s: %d\n", cases[i].pattern, cases[i].text, got);
        CU_ASSERT_EQUAL(got, cases[i].matches);
    }
    CU_ASSERT_TRUE(match_once(EQ_LIT("a\0.*c"), EQ_LIT("a\0b\0c"), false));
    CU_ASSERT_FALSE(match_once(EQ_LIT("a\0b"), EQ_LIT("a"), false));
    CU_ASSERT_TRUE(match_once(EQ_LIT("a*"), eq_slice(NULL, 0), true));
}

/* The search for a literal relies on it: beyond ASCII only the Kelvin sign and the long s are letters of ASCII. */
static void test_case_beyond_ascii(void)
{
    unsigned n = 0;
    open_table();
    uint32_t letters = add(EQ_LIT("[a-z]"), true);
    open_matcher();
    for (uint32_t code = 0x80; code < 0x110000; code += code == 0xD7FF ? 0x801 : 1) {
        char bytes[4];
        bool result = false;
        struct eq_slice text = {bytes, eq_utf8_encode(bytes, code)};
        if (eq_regex_match(&result, matcher, letters, text) != EQ_OK || !result)
            continue;
        n++;
        CU_ASSERT_TRUE(code == 0x212A || code == 0x17F);
    }
    CU_ASSERT_EQUAL(n, 2);
    close_all();
}

static void test_numbers(void)
{
    struct eq_regex_error error;
    uint32_t number;
    bool result;
    open_table();
    CU_ASSERT_EQUAL(add(EQ_LIT("a+"), false), 0);
    CU_ASSERT_EQUAL(add(EQ_LIT("b+"), false), 1);
    CU_ASSERT_EQUAL(add(EQ_LIT("a+"), false), 2);
    CU_ASSERT_EQUAL(eq_regexes_add(&number, table, EQ_LIT("a(b"), false, &error), EQ_INVALID);
    CU_ASSERT_TRUE(error.offset == 1 && strstr(error.message, "not closed"));
    CU_ASSERT_EQUAL(add(EQ_LIT("a+"), true), 3);
    CU_ASSERT_EQUAL(eq_regexes_count(table), 4);
    open_matcher();
    CU_ASSERT_TRUE(eq_regex_match(&result, matcher, 2, EQ_LIT("aa")) == EQ_OK && result);
    CU_ASSERT_TRUE(eq_regex_match(&result, matcher, 2, EQ_LIT("AA")) == EQ_OK && !result);
    CU_ASSERT_TRUE(eq_regex_match_any(&result, 0, 2, EQ_LIT("bb"), matcher) == EQ_OK && result);
    CU_ASSERT_TRUE(eq_regex_match_any(&result, 1, 3, EQ_LIT("AA"), matcher) == EQ_OK && result);
    CU_ASSERT_TRUE(eq_regex_match_any(&result, 1, 2, EQ_LIT("AA"), matcher) == EQ_OK && !result);
    CU_ASSERT_TRUE(eq_regex_match_any(&result, 1, 0, EQ_LIT("bb"), matcher) == EQ_OK && !result);
    CU_ASSERT_TRUE(eq_regex_match(&result, matcher, 0, EQ_LIT("a\xFF")) == EQ_OK && !result);
    CU_ASSERT_EQUAL(eq_regex_stats(matcher).failures, 1);
    close_all();
}

static void test_too_large(void)
{
    static char text[40000];
    struct eq_regex_error error;
    uint32_t number;
    memset(text, 'a', sizeof text);
    open_table();
    CU_ASSERT_EQUAL(eq_regexes_add(&number, table, eq_slice(text, 32769), false, &error), EQ_LIMIT);
    CU_ASSERT_EQUAL(eq_regexes_add(&number, table, eq_slice(text, 32768), false, &error), EQ_LIMIT);
    CU_ASSERT_EQUAL(eq_regexes_add(&number, table, eq_slice(text, 20000), true, &error), EQ_OK);
    CU_ASSERT_EQUAL(eq_regexes_add(&number, table, EQ_LIT("((a|b){100}c){100}"), true, &error), EQ_LIMIT);
    CU_ASSERT_TRUE(strstr(error.message, "too large") != NULL);
    CU_ASSERT_EQUAL(eq_regexes_count(table), 1);
    close_all();
}

/* Patterns that backtrack without end, none of which matches a long run of one letter. */
static const char *const classics[] = {
    "(a+)+b",
    "(a|a)*b",
    "(.*a){25}b",
    "([a-z]+)*1",
    "(a|aa)+b",
    "(a*)*b",
    "(.*.*.*=.*)b",
    "(a?){30}a{30}b",
    "((a{1,10}){1,10})+b",
    "(x+x+|a+)+y",
    "(.*,){11}P|(.*a)+c",
    "(([a-z])+.)+[A-Z]([a-z])+0",
};

/* Milliseconds for one match of a text of `len` letters. */
static double time_classic(const char *pattern, size_t len, bool *result)
{
    struct eq_buf text;
    eq_buf_init(&text, &eq_alloc_default);
    eq_buf_fill(&text, 'a', len);
    /* Keep the literal that ends the pattern from answering at once: it is there, in the wrong place. */
    eq_buf_puts(&text, "b,P=01yc!");
    open_table();
    uint32_t number = add(eq_slice_of(pattern), false);
    open_matcher();
    clock_t start = clock();
    CU_ASSERT_EQUAL(eq_regex_match(result, matcher, number, eq_buf_slice(&text)), EQ_OK);
    double ms = 1000.0 * (double)(clock() - start) / CLOCKS_PER_SEC;
    if (*result || getenv("EQ_TEST_TIMES"))
        printf("\n  %-28s %8zu bytes %8.2f ms, %u fallbacks, %u failures", pattern, len, ms,
               (unsigned)eq_regex_stats(matcher).fallbacks, (unsigned)eq_regex_stats(matcher).failures);
    close_all();
    eq_buf_free(&text);
    return ms;
}

static void test_classics(void)
{
    for (size_t i = 0; i < sizeof classics / sizeof *classics; i++) {
        static const size_t lengths[] = {31, 10000, 1000000};
        for (size_t k = 0; k < 3; k++) {
            bool result = true;
            double ms = time_classic(classics[i], lengths[k], &result);
            CU_ASSERT_FALSE(result);
            CU_ASSERT_TRUE(ms < 1000); /* some milliseconds; this leaves room for a slow machine */
        }
    }
}

/* Where backtracking gives up, the automaton still tells a match. */
static void test_fallback(void)
{
    struct eq_buf text;
    bool result = false;
    eq_buf_init(&text, &eq_alloc_default);
    eq_buf_fill(&text, 'a', 100000);
    eq_buf_puts(&text, "xy");
    open_table();
    uint32_t hit = add(EQ_LIT("(a|a)*xy"), false), miss = add(EQ_LIT("(a|a)*yx|(a|a)*xy."), false);
    open_matcher();
    CU_ASSERT_TRUE(eq_regex_match(&result, matcher, hit, eq_buf_slice(&text)) == EQ_OK && result);
    CU_ASSERT_EQUAL(eq_regex_stats(matcher).fallbacks, 1);
    CU_ASSERT_TRUE(eq_regex_match(&result, matcher, miss, eq_buf_slice(&text)) == EQ_OK && !result);
    CU_ASSERT_EQUAL(eq_regex_stats(matcher).failures, 0);
    close_all();
    eq_buf_free(&text);
}

/* Plain patterns give up a character at a time and must not run out of steps on long texts. */
static void test_long_texts(void)
{
    static const char *const patterns[] = {".*foo.*bar.*", ".*[a-z0-9]{8,}.*", ".*[A-Za-z0-9+/]{30,}={0,2}.*",
                                           ".*[0-9]{1,3}(\\.[0-9]{1,3}){3}.*", ".+\\.(exe|dll)"};
    struct eq_buf text;
    eq_buf_init(&text, &eq_alloc_default);
    while (text.len < 1000000)
        eq_buf_puts(&text, "a.1.b (x=y) foo ");
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        bool result = true;
        open_table();
        uint32_t number = add(eq_slice_of(patterns[i]), true);
        open_matcher();
        CU_ASSERT_TRUE(eq_regex_match(&result, matcher, number, eq_buf_slice(&text)) == EQ_OK && !result);
        CU_ASSERT_EQUAL(eq_regex_stats(matcher).failures, 0);
        close_all();
    }
    eq_buf_free(&text);
}

static enum eq_status load_and_match(const struct eq_alloc *alloc)
{
    struct eq_regexes *t = NULL;
    struct eq_regex_matcher *m = NULL;
    struct eq_regex_error error;
    uint32_t number;
    bool result = false;
    enum eq_status st = eq_regexes_new(&t, alloc);
    if (st == EQ_OK)
        st = eq_regexes_add(&number, t, EQ_LIT("a.*&~(.*(k|s)\"lit\"[^a-z]{2,}<3-77>)"), true, &error);
    if (st == EQ_OK)
        st = eq_regexes_add(&number, t, EQ_LIT("(ab|cd)+xyz"), false, &error);
    if (st == EQ_OK)
        st = eq_regex_matcher_new(&m, t, alloc);
    if (st == EQ_OK)
        st = eq_regex_match(&result, m, 0, EQ_LIT("abc"));
    if (st == EQ_OK)
        CU_ASSERT_TRUE(result);
    eq_regex_matcher_free(m);
    eq_regexes_free(t);
    return st;
}

static void test_memory_fails(void)
{
    struct faulty f = {0};
    struct eq_alloc alloc = {faulty_resize, &f};
    CU_ASSERT_EQUAL(load_and_match(&alloc), EQ_OK);
    CU_ASSERT_EQUAL(f.live, 0);
    size_t calls = f.calls;
    CU_ASSERT_TRUE(calls > 10);
    for (size_t i = 1; i <= calls; i++) {
        f = (struct faulty){.fail_at = i, .forever = true};
        enum eq_status st = load_and_match(&alloc);
        /* Machine code is a luxury: without memory for it PCRE2 interprets. */
        CU_ASSERT_TRUE(st == EQ_NOMEM || st == EQ_OK);
        CU_ASSERT_EQUAL(f.live, 0);
    }
}

CU_TestInfo eq_tests_regex[] = {
    {"what patterns match", test_matches},
    {"case beyond ASCII", test_case_beyond_ascii},
    {"numbers, copies and wrong patterns", test_numbers},
    {"patterns that are too large", test_too_large},
    {"patterns that backtrack for ever end soon", test_classics},
    {"the automaton answers where backtracking gives up", test_fallback},
    {"long texts", test_long_texts},
    {"memory fails at every allocation", test_memory_fails},
    CU_TEST_INFO_NULL,
};
