/* test_toml.c — a document is read the same whether or not its long strings are cut out for toml++. */
#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <stdlib.h>

#include "rule/toml_shim.h"

#define PROSE "some prose that is long enough to be cut out of the text\n"

static bool same(const struct eq_toml *a, const struct eq_toml *b)
{
    for (; a && b; a = a->next, b = b->next)
        if (a->kind != b->kind || !eq_slice_eq(a->key, b->key) || !eq_slice_eq(a->text, b->text) ||
            a->integer != b->integer || a->line != b->line || a->column != b->column || a->key_line != b->key_line ||
            a->key_column != b->key_column || !same(a->first, b->first))
            return false;
    return a == b;
}

/* Read a text in both ways. */
static void compare(const char *text)
{
    struct eq_arena arena;
    struct eq_toml *cut = NULL, *whole = NULL;
    struct eq_toml_error cut_error = {0}, whole_error = {.line = 1, .column = 1};
    struct eq_toml_cuts none;
    struct eq_slice source = eq_slice_of(text);
    eq_arena_init(&arena, &eq_alloc_default);
    eq_toml_cuts_init(&none, source, &eq_alloc_default);
    enum eq_status st = eq_toml_parse(&cut, source, &arena, &cut_error);
    CU_ASSERT_EQUAL(st, eq_toml_shim_parse(&whole, source, &none, &arena, &whole_error));
    if (st == EQ_OK)
        CU_ASSERT(same(cut, whole));
    CU_ASSERT_EQUAL(cut_error.line, whole_error.line);
    CU_ASSERT_EQUAL(cut_error.column, whole_error.column);
    CU_ASSERT_STRING_EQUAL(cut_error.message, whole_error.message);
    eq_arena_free(&arena);
}

static void same_tree(void)
{
    static const char *const texts[] = {
        "a = '''\n" PROSE "'''\nb = 1",
        "a = \"\"\"\n" PROSE PROSE "  end\"\"\" # comment\nb = '''first\n" PROSE "last'''\n",
        "[t]\na = [\"x\", '''\n" PROSE "''', \"\"\"" PROSE "y\"\"\", 'z']\n[[u]]\nv = '''é" PROSE "ü''' #\n",
        "\"ké\" = {x = \"é\", y = '''\n\n" PROSE "\n'''}\nz = 2\n",
        "a = '''\n" PROSE "'''''\nb = \"\"\"\n" PROSE "\"\"\"\"\"\n", /* quotes that belong to the content */
        "a = '''\nit's ''quoted'' and " PROSE "'''\n",
        "a = \"\"\"\n\\\"\"\" " PROSE "\\\\\"\"\"\nb = '''\\\n" PROSE "\\'''\n", /* a backslash: an escape, or not */
        "a = \"\"\"\n" PROSE "\\\n   joined\\u00e9\"\"\"\n",
        "a = '''\r\n" PROSE "\r\n" PROSE "'''\r\nb = '''\n" PROSE "'''\n",
        "a = '''\n\t" PROSE "\t'''\n",
        "a = '''\n\x01" PROSE "'''\n", "a = '''\n" PROSE "\x7f'''\n", /* refused, and at the same place */
        "a = '''\n" PROSE "'''\nb = = 1\n", "a = '''\n" PROSE "''' x\n", "a = '''\n" PROSE, "a = '''\n" PROSE "''",
        "a = \"\"\"\n" PROSE "\\\"\"\"", "'''\n" PROSE "''' = 1\n", "a = '''\n" PROSE "'''\na = '''\n" PROSE "'''\n",
        "a = ''''''\nb = \"\"\"\"\"\"\nc = '''\n\n\n'''\n" PROSE,
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        compare(texts[i]);
}

/* What is cut, what stands in its place, and where it is found again. */
static void what_is_cut(void)
{
    static const char text[] = "a = 1\nb = '''x\n" PROSE PROSE "y'''\nc = '''\n" PROSE "\\'''\nd = \"\"\"\n" PROSE "\\t\"\"\"";
    struct eq_toml_cuts cuts;
    struct eq_slice shown;
    eq_toml_cuts_init(&cuts, EQ_LIT(text), &eq_alloc_default);
    const char *open = text, *close;
    while ((open = strpbrk(open, "'\""))) {
        close = strstr(open + 3, *open == '\'' ? "'''" : "\"\"\"") + 3;
        eq_toml_cut(&cuts, eq_slice(open, (size_t)(close - open)));
        open = close;
    }
    CU_ASSERT_EQUAL_FATAL(eq_toml_cuts_text(&shown, &cuts), EQ_OK);
    CU_ASSERT(eq_slice_eq(shown, EQ_LIT("a = 1\nb = '''x\n\n\ny'''\nc = '''\n\n\\'''\nd = \"\"\"\n" PROSE "\\t\"\"\"")));
    CU_ASSERT_EQUAL(cuts.n, 2);
    CU_ASSERT(eq_toml_cut_at(&cuts, 2, 4) == NULL && eq_toml_cut_at(&cuts, 3, 5) == NULL);
    CU_ASSERT(eq_toml_cut_at(&cuts, 2, 5) && eq_slice_eq(eq_toml_cut_at(&cuts, 2, 5)->content, EQ_LIT("x\n" PROSE PROSE "y")));
    CU_ASSERT(eq_toml_cut_at(&cuts, 6, 5) && eq_slice_eq(eq_toml_cut_at(&cuts, 6, 5)->content, EQ_LIT(PROSE "\\")));
    eq_toml_cuts_free(&cuts);
}

CU_TestInfo eq_tests_toml[] = {
    {"long strings cut out and put back", same_tree},
    {"what is cut, and what stands in its place", what_is_cut},
    CU_TEST_INFO_NULL,
};
