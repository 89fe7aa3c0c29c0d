/* test_glob.c — the matcher of pieces against a plain table over characters, and hostile patterns. */
#include <stdio.h>
#include <time.h>

#include <CUnit/CUnit.h>

#include "base/utf8.h"
#include "plan/glob.h"
#include "plan/text.h"

static bool match(struct eq_slice pattern, struct eq_slice text, bool fold)
{
    struct eq_arena arena;
    struct eq_glob g;
    struct eq_slice subject = text;
    eq_arena_init(&arena, &eq_alloc_default);
    bool ok = eq_glob_compile(&g, pattern, fold, &arena) && (!fold || eq_text_fold(&subject, text, &arena));
    CU_ASSERT_TRUE_FATAL(ok);
    bool result = eq_glob_match(&g, subject);
    eq_arena_free(&arena);
    return result;
}

static bool match_text(const char *pattern, const char *text, bool fold)
{
    return match(eq_slice_of(pattern), eq_slice_of(text), fold);
}

static void test_shapes(void)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"**", "abc", true},
        {"?", "", false},
        {"?", "\xC3\xA9", true},
        {"??", "\xC3\xA9", false},
        {"*?", "\xC3\xA9", true},
        {"*??", "\xC3\xA9", false},
        {"??*", "\xC3\xA9", false},
        {"abc", "abc", true},
        {"abc", "abcd", false},
        {"abc*", "abcd", true},
        {"*abc", "xabc", true},
        {"*abc", "abcx", false},
        {"*abc*", "xxabcxx", true},
        {"a*a", "a", false},
        {"a*a", "aa", true},
        {"a*b*c", "abc", true},
        {"a*b*c", "acb", false},
        {"?:\\*\\x?.exe", "C:\\temp\\x1.exe", true},
        {"?:\\*\\x?.exe", "C:\\x1.exe", false},
        {"[a]%_\\", "[a]%_\\", true},
        {"a?c", "a\nc", true},
        {"*a?b?c*", "xa1b2ca", true},
        {"*?a", "a", false},
        {"a?*", "a", false},
        {"A", "a", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_EQUAL(match_text(cases[i].pattern, cases[i].text, false), cases[i].matches);
}

static void test_fold(void)
{
    CU_ASSERT_TRUE(match_text("*CMD.EXE", "c:\\Cmd.exe", true));
    CU_ASSERT_TRUE(match_text("\xC3\x84*", "\xC3\xA4x", true)); /* Ä ä */
    CU_ASSERT_TRUE(match_text("*\xE2\x84\xAA?", "xKy", true));  /* Kelvin sign and K */
    CU_ASSERT_FALSE(match_text("stra\xC3\x9F"
                               "e",
                               "STRASSE", true)); /* one character to one */
}

/* Folding into an arena is folding into a buffer; the room it takes is enough for the worst there is. */
static void test_fold_in_arena(void)
{
    struct eq_arena arena;
    struct eq_buf expected;
    unsigned wrong = 0;
    eq_arena_init(&arena, &eq_alloc_default);
    eq_buf_init(&expected, &eq_alloc_default);
    for (uint32_t code = 0; code < 0x110000; code += code == 0xD7FF ? 0x801 : 1) {
        char bytes[4 * 20 + 1];
        struct eq_slice s = {bytes, 0}, got;
        unsigned n = code < 0x3000 ? 20 : 1;
        for (unsigned i = 0; i < n; i++)
            s.len += eq_utf8_encode(bytes + s.len, code);
        if (code % 3 == 0)
            bytes[s.len++] = (char)0xC3; /* cut off */
        eq_buf_clear(&expected);
        eq_fold(&expected, s);
        bool ok = eq_text_fold(&got, s, &arena);
        wrong += !ok || !eq_slice_eq(got, eq_buf_slice(&expected)) || eq_text_fold_cmp(s, got) != 0;
        eq_arena_reset(&arena);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    eq_buf_free(&expected);
    eq_arena_free(&arena);
}

static void test_nul_is_data(void)
{
    CU_ASSERT_TRUE(match(EQ_LIT("a\0?"), EQ_LIT("a\0b"), false));
    CU_ASSERT_FALSE(match(EQ_LIT("a\0b"), EQ_LIT("a\0c"), false));
    CU_ASSERT_TRUE(match(EQ_LIT("*\0"), EQ_LIT("ab\0"), false));
}

/* Cut text into characters; an invalid byte is one of its own. Returns how many. */
static size_t characters(uint32_t *out, struct eq_slice s)
{
    size_t n = 0;
    for (size_t at = 0; at < s.len;) {
        unsigned len;
        int32_t code = eq_utf8_decode(s.ptr + at, s.ptr + s.len, &len);
        out[n++] = code < 0 ? 0x110000u + (unsigned char)s.ptr[at] : (uint32_t)code;
        at += len;
    }
    return n;
}

enum { MAX_LEN = 64 };

/* can[i][j]: the first i characters of the pattern match the first j of the text. */
static bool naive(struct eq_slice pattern, struct eq_slice text)
{
    uint32_t p[MAX_LEN], t[MAX_LEN];
    bool can[MAX_LEN + 1][MAX_LEN + 1] = {{false}};
    size_t n = characters(p, pattern), m = characters(t, text);
    can[0][0] = true;
    for (size_t i = 1; i <= n; i++) {
        for (size_t j = 0; j <= m; j++) {
            if (p[i - 1] == '*')
                can[i][j] = can[i - 1][j] || (j && can[i][j - 1]);
            else
                can[i][j] = j && can[i - 1][j - 1] && (p[i - 1] == '?' || p[i - 1] == t[j - 1]);
        }
    }
    return can[n][m];
}

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Up to `most` pieces strung together. */
static struct eq_slice random_text(char *room, const char *const *pieces, unsigned n_pieces, unsigned most,
                                   uint32_t *state)
{
    struct eq_slice s = {room, 0};
    for (unsigned n = next_random(state) % (most + 1); n > 0; n--) {
        const char *piece = pieces[next_random(state) % n_pieces];
        size_t len = strlen(piece);
        memcpy(room + s.len, piece, len);
        s.len += len;
    }
    return s;
}

static void test_against_naive(void)
{
    static const char *const of_patterns[] = {"a", "b", "*", "*", "?", "\xC3\xA9", "\xE2\x82\xAC", "ab"};
    static const char *const of_texts[] = {
        "a", "b", "a", "ab", "\xC3\xA9", "\xE2\x82\xAC", "\xC3", "\xA9", "\xE2", "\xF0\x9F\x98\x80", "\x82"};
    uint32_t state = 20260117;
    unsigned wrong = 0, matched = 0;
    for (unsigned i = 0; i < 200000; i++) {
        char p_room[MAX_LEN], t_room[MAX_LEN];
        /* With few stray bytes half of the time, or nearly nothing would match. */
        struct eq_slice pattern = random_text(p_room, of_patterns, 8, 8, &state);
        struct eq_slice text = random_text(t_room, of_texts, i % 2 ? 11 : 5, 10, &state);
        bool expected = naive(pattern, text);
        matched += expected;
        if (match(pattern, text, false) != expected && wrong++ == 0)
            printf("\n  first difference: \"%.*s\" against \"%.*s\"\n", (int)pattern.len, pattern.ptr, (int)text.len,
                   text.ptr);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_TRUE(matched > 10000);
}

/* Twenty-five stars, and pieces that nearly match everywhere. */
static void test_hostile(void)
{
    enum { SIZE = 200000 };
    static char text[SIZE];
    char pattern[128] = "";
    memset(text, 'a', sizeof text);
    for (int i = 0; i < 25; i++)
        strcat(pattern, "*a");
    strcat(pattern, "*b");
    clock_t start = clock();
    CU_ASSERT_FALSE(match(eq_slice_of(pattern), eq_slice(text, SIZE), false));
    CU_ASSERT_FALSE(match(EQ_LIT("*a?a?a?a?a?a?a?a?a?b*"), eq_slice(text, SIZE), false));
    CU_ASSERT_FALSE(match(EQ_LIT("*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab*"), eq_slice(text, SIZE), false));
    CU_ASSERT_TRUE(clock() - start < 2 * CLOCKS_PER_SEC);
}

static void test_compiled_form(void)
{
    struct eq_arena arena;
    struct eq_glob g;
    eq_arena_init(&arena, &eq_alloc_default);
    CU_ASSERT_TRUE(eq_glob_compile(&g, EQ_LIT("C:\\*\\x?.exe**"), false, &arena));
    CU_ASSERT_EQUAL_FATAL(g.n_pieces, 2);
    CU_ASSERT_TRUE(eq_slice_eq(g.pieces[0], EQ_LIT("C:\\")) && eq_slice_eq(g.pieces[1], EQ_LIT("\\x?.exe")));
    CU_ASSERT_TRUE(g.wild && g.single && !g.star_first && g.star_last && g.min_len == 10);
    CU_ASSERT_TRUE(eq_glob_compile(&g, EQ_LIT("cmd.exe"), false, &arena));
    CU_ASSERT_TRUE(!g.wild && !g.single && g.n_pieces == 1 && g.min_len == 7);
    CU_ASSERT_TRUE(!eq_glob_is_wild(EQ_LIT("")) && eq_glob_is_wild(EQ_LIT("a?")));
    eq_arena_free(&arena);
}

CU_TestInfo eq_tests_glob[] = {
    {"shapes of patterns", test_shapes},
    {"case is ignored one character to one", test_fold},
    {"folding in an arena", test_fold_in_arena},
    {"NUL is data", test_nul_is_data},
    {"same as a table over characters", test_against_naive},
    {"hostile patterns are no slower than their size", test_hostile},
    {"the compiled form", test_compiled_form},
    CU_TEST_INFO_NULL,
};
