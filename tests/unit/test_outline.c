/* test_outline.c — what editors ask of the library: where the parts of a rule file stand, mends one by one, the fields
 * of ECS. */
#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <stdio.h>
#include <string.h>

#include "api/eqlite.h"

static eqlite_outline *read_text(const char *name, const char *text)
{
    eqlite_outline *o = NULL;
    CU_ASSERT_EQUAL_FATAL(eqlite_outline_new(&o, NULL, name, text, strlen(text)), EQLITE_OK);
    return o;
}

static bool is(eqlite_string s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.ptr, text, s.len) == 0;
}

/* The part of a kind says `says`, and stands in the text as `stands`. */
static void expect_part(const eqlite_outline *o, const char *text, const char *kind, const char *says, const char *stands)
{
    for (size_t i = 0; i < eqlite_outline_count(o); i++) {
        eqlite_outline_part part = eqlite_outline_get(o, i);
        eqlite_string there = {text + part.start, part.end - part.start};
        if (strcmp(part.kind, kind) == 0 && is(part.text, says)) {
            CU_ASSERT(is(there, stands));
            return;
        }
    }
    fprintf(stderr, "no part %s says %s\n", kind, says);
    CU_FAIL("a part is missing");
}

/* Each byte of the query is found in the file, and found back. */
static void expect_places(const eqlite_outline *o, const char *text, size_t len)
{
    size_t last = 0;
    for (size_t at = 0; at <= len; at++) {
        size_t in_file = eqlite_outline_to_file(o, at);
        CU_ASSERT_FATAL(in_file <= strlen(text));
        CU_ASSERT(in_file >= last);
        CU_ASSERT_EQUAL(eqlite_outline_to_query(o, in_file), at);
        last = in_file;
    }
    CU_ASSERT_EQUAL(eqlite_outline_to_file(o, len + 1), SIZE_MAX);
    CU_ASSERT_EQUAL(eqlite_outline_to_query(o, last + 1), SIZE_MAX);
}

static void test_rule(void)
{
    static const char text[] = "[rule]\nname = 'R \"1\"'\nrule_id = \"i\\u0064\"\nquery = '''\nany where (\n'''\n"
                               "[[tests]]\nname = 'one'\n[[tests]]\nname = \"\"\"\ntwo\"\"\"\n";
    eqlite_outline *o = read_text("r.toml", text);
    CU_ASSERT_EQUAL(eqlite_outline_count(o), 5);
    expect_part(o, text, "id", "id", "i\\u0064");
    expect_part(o, text, "name", "R \"1\"", "R \"1\"");
    expect_part(o, text, "query", "any where (\n", "any where (\n");
    expect_part(o, text, "test", "one", "one");
    expect_part(o, text, "test", "two", "\ntwo");
    expect_places(o, text, strlen("any where (\n"));
    CU_ASSERT_EQUAL(eqlite_outline_to_query(o, 0), SIZE_MAX);
    CU_ASSERT_EQUAL(eqlite_outline_get(o, 9).start, 0);
    CU_ASSERT_PTR_NULL(eqlite_outline_get(o, 9).kind);
    eqlite_outline_free(o);
}

static void test_escapes(void)
{
    static const char text[] = "\xef\xbb\xbf[rule]\nid = 'e'\nquery = \"\"\"any where \\\n   a == \\\"\\u00e9\xc3\xa9\\\"\"\"\"\n";
    eqlite_outline *o = read_text("r.toml", text);
    const char *query = "any where a == \"\xc3\xa9\xc3\xa9\"";
    expect_part(o, text, "id", "e", "e");
    expect_part(o, text, "query", query, "any where \\\n   a == \\\"\\u00e9\xc3\xa9\\\"");
    size_t last = 0;
    for (size_t at = 0; at <= strlen(query); at++) {
        size_t in_file = eqlite_outline_to_file(o, at);
        CU_ASSERT(in_file >= last && in_file <= strlen(text));
        last = in_file;
    }
    const char *a = strstr(text, "a ==");
    CU_ASSERT_EQUAL(eqlite_outline_to_file(o, 10), (size_t)(a - text));
    CU_ASSERT_EQUAL(eqlite_outline_to_query(o, (size_t)(a - text) + 2), 12);
    CU_ASSERT_EQUAL(eqlite_outline_to_query(o, (size_t)(a - text) - 2), 10); /* inside what says nothing */
    eqlite_outline_free(o);
}

static void test_others(void)
{
    static const char plain[] = "\xef\xbb\xbf// x\nany where true\n", tests[] = "rule_id = 'abc'\n[[tests]]\nname = 'n'\n";
    eqlite_outline *o = read_text("/x/some.name.eql", plain);
    expect_part(o, plain, "id", "some.name", "");
    expect_part(o, plain, "query", plain + 3, plain + 3);
    expect_places(o, plain, strlen(plain) - 3);
    eqlite_outline_free(o);
    o = read_text("r.test.toml", tests);
    CU_ASSERT_EQUAL(eqlite_outline_count(o), 2);
    expect_part(o, tests, "tested", "abc", "abc");
    eqlite_outline_free(o);
    o = read_text("r.toml", "[rule]\nquery = 3\nname = ['x']\ntests = 4\n");
    CU_ASSERT_EQUAL(eqlite_outline_count(o), 0);
    CU_ASSERT_EQUAL(eqlite_outline_to_file(o, 0), SIZE_MAX);
    CU_ASSERT_EQUAL(eqlite_outline_to_query(o, 0), SIZE_MAX);
    eqlite_outline_free(o);
    o = read_text("r.toml", "[rule]\nlanguage = 'kuery'\nquery = 'x'\n");
    CU_ASSERT_EQUAL(eqlite_outline_count(o), 0);
    eqlite_outline_free(o);
    o = NULL;
    CU_ASSERT_EQUAL(eqlite_outline_new(&o, NULL, "r.toml", "[rule", 5), EQLITE_INVALID);
    CU_ASSERT_EQUAL(eqlite_outline_new(&o, NULL, "r.eql", "\xff", 1), EQLITE_INVALID);
    CU_ASSERT_PTR_NULL(o);
    CU_ASSERT_EQUAL(eqlite_outline_new(&o, NULL, "r.eql", NULL, 0), EQLITE_OK);
    eqlite_outline_free(o);
}

struct offered {
    size_t n, most, start, end;
    char with[64];
};

static bool on_fix(size_t start, size_t end, eqlite_string with, void *ctx)
{
    struct offered *f = ctx;
    f->start = start;
    f->end = end;
    snprintf(f->with, sizeof f->with, "%.*s", (int)with.len, with.ptr ? with.ptr : "");
    return ++f->n < f->most;
}

static struct offered fixes(const char *name, const char *text, size_t from, size_t to, size_t most, eqlite_status want)
{
    eqlite_compiler *c = NULL;
    struct offered f = {.most = most};
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_new(&c, NULL), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_fix_each(c, EQLITE_NOTE, name, text, strlen(text), from, to, on_fix, &f), want);
    eqlite_compiler_free(c);
    return f;
}

static void test_fix_each(void)
{
    static const char text[] = "any where a : (\"x\", \"x\") and b in (\"y\", \"y\")\n";
    static const char toml[] = "[rule]\nname = 'x'\nrule_id = 'x'\nquery = \"any where a : (\\\"x\\\", \\\"x\\\")\"\n";
    CU_ASSERT_EQUAL(fixes("q.eql", text, 0, strlen(text), 9, EQLITE_OK).n, 2);
    CU_ASSERT_EQUAL(fixes("q.eql", text, 0, strlen(text), 1, EQLITE_END).n, 1);
    CU_ASSERT_EQUAL(fixes("q.eql", text, 0, 3, 9, EQLITE_OK).n, 0);
    struct offered one = fixes("q.eql", text, 20, 21, 9, EQLITE_OK);
    CU_ASSERT_EQUAL(one.n, 1);
    CU_ASSERT_EQUAL(one.end - one.start, strlen(", \"x\""));
    CU_ASSERT_STRING_EQUAL(one.with, "");
    one = fixes("r.toml", toml, 0, strlen(toml), 9, EQLITE_OK);
    CU_ASSERT_EQUAL(one.n, 1);
    CU_ASSERT_EQUAL(one.end - one.start, strlen(", \\\"x\\\""));
    CU_ASSERT_EQUAL(fixes("q.eql", "any where (", 0, 9, 9, EQLITE_INVALID).n, 0);
}

static void test_fields(void)
{
    size_t n = eqlite_field_count(), at = eqlite_field_at("event.category", 14);
    CU_ASSERT(n > 2000 && at < n);
    eqlite_field f = eqlite_field_get(at);
    CU_ASSERT(is(f.path, "event.category"));
    CU_ASSERT_STRING_EQUAL(f.type, "keyword");
    CU_ASSERT(f.many && !f.extra && f.values && strstr(f.values, "process"));
    CU_ASSERT_STRING_EQUAL(eqlite_field_get(eqlite_field_at("@timestamp", 10)).type, "date");
    CU_ASSERT_EQUAL(eqlite_field_at("\xff", 1), n);
    CU_ASSERT_EQUAL(eqlite_field_at("", 0), 0);
    CU_ASSERT_PTR_NULL(eqlite_field_get(n).type);
    CU_ASSERT(strlen(eqlite_field_version()) > 0);
}

static void test_ends(void)
{
    static const char toml[] = "[rule]\nname = 'x'\nrule_id = 'x'\nquery = '''\nany where nosuch(\n  \"\xc3\xa9\")\n'''\n";
    eqlite_compiler *c = NULL;
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_new(&c, NULL), EQLITE_OK);
    eqlite_compiler_add_rule(c, "r.toml", toml, strlen(toml));
    const eqlite_diagnostics *all = eqlite_compiler_diagnostics(c);
    bool seen = false;
    for (size_t i = 0; i < eqlite_diagnostics_count(all); i++) {
        eqlite_diagnostic d = eqlite_diagnostics_get(all, i);
        uint32_t line, column;
        eqlite_diagnostics_end(all, i, &line, &column);
        CU_ASSERT(line > d.line || (line == d.line && column >= d.column));
        seen = seen || (d.severity == EQLITE_ERROR && d.line == 5 && d.column == 11 && line == 5 && column == 17);
    }
    uint32_t line = 7, column = 7;
    eqlite_diagnostics_end(all, 99, &line, &column);
    CU_ASSERT(line == 0 && column == 0);
    CU_ASSERT(seen);
    eqlite_compiler_free(c);
}

/* x.test.toml from memory belongs to the rule of x.toml that was added before. */
static void test_beside(void)
{
    static const char rule[] = "[rule]\nname = 'x'\nrule_id = 'x'\nquery = 'any where true'\n";
    static const char tests[] = "[[tests]]\nname = 'n'\nexpect = 'match'\nevents = ''\n";
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_new(&c, NULL), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_compiler_add_rule(c, "a/xy.toml", rule, strlen(rule)), EQLITE_OK);
    eqlite_compiler_add_rule(c, "a/x.test.toml", tests, strlen(tests));
    CU_ASSERT_EQUAL(eqlite_diagnostics_errors(eqlite_compiler_diagnostics(c)), 1);
    CU_ASSERT_EQUAL(eqlite_compiler_add_rule(c, "a/xy.test.toml", tests, strlen(tests)), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_diagnostics_errors(eqlite_compiler_diagnostics(c)), 1);
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_finish(&rules, c), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_rules_get(rules, 0).n_tests, 1);
    eqlite_rules_free(rules);
    eqlite_compiler_free(c);
}

CU_TestInfo eq_tests_outline[] = {{"the parts of a rule file", test_rule},
                                  {"a query behind escapes", test_escapes},
                                  {"other files, and none", test_others},
                                  {"mends, one by one", test_fix_each},
                                  {"fields of ECS", test_fields},
                                  {"where diagnostics end", test_ends},
                                  {"tests beside a rule, from memory", test_beside},
                                  CU_TEST_INFO_NULL};
