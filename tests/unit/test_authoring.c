/* test_authoring.c — what tools for authors ask of the library: the fields of the schema, and expectations of a corpus. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "api/eqlite.h"

static bool is(eqlite_string s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.ptr, text, s.len) == 0;
}

static void schema(void)
{
    size_t n = eqlite_field_count(), listed = 0;
    bool kind = false;
    CU_ASSERT(n > 1000);
    for (size_t i = 0; i < n; i++) {
        eqlite_field f = eqlite_field_get(i);
        CU_ASSERT(f.path.len > 0 && f.type != NULL);
        listed += f.values != NULL;
        if (is(f.path, "event.kind")) {
            kind = true;
            CU_ASSERT_PTR_NOT_NULL_FATAL(f.values);
            CU_ASSERT(strstr(f.values, "alert") && strchr(f.values, '|') && strcmp(f.type, "keyword") == 0);
        }
        if (i) { /* in order of bytes */
            eqlite_string before = eqlite_field_get(i - 1).path;
            size_t len = before.len < f.path.len ? before.len : f.path.len;
            int order = memcmp(before.ptr, f.path.ptr, len);
            CU_ASSERT(order < 0 || (order == 0 && before.len < f.path.len));
        }
    }
    CU_ASSERT(kind && listed > 3);
    CU_ASSERT_EQUAL(eqlite_field_get(n).path.len, 0);
}

/* A file with this text; the caller removes it. */
static void write_file(char *path, const char *text)
{
    int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static void expected(void)
{
    static const char own[] = "any where a == 1";
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_compiler *c = NULL, *other = NULL;
    eqlite_rules *rules = NULL;
    char path[] = "/tmp/eqlite-expected-XXXXXX", wrong[] = "/tmp/eqlite-expected-XXXXXX";
    write_file(path, "[[tests]]\nrule_id = \"r\"\nfile = \"sub/a.ndjson\"\nexpect = { at_least = 2 }\n"
                     "[[tests]]\nrule_id = \"r\"\nname = \"late\"\nfile = \"b.ndjson\"\nnow = 2026-01-01T00:00:00Z\nexpect = \"match\"\n"
                     "[[tests]]\nrule_id = \"s\"\nfile = \"b.ndjson\"\nexpect = 0\n");
    write_file(wrong, "[[tests]]\nrule_id = \n");
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_new(&c, &options), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_compiler_add_rule(c, "r.eql", own, sizeof own - 1), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_compiler_add_expected(c, path, "corpus/"), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_diagnostics_errors(eqlite_compiler_diagnostics(c)), 1); /* no rule "s" */
    CU_ASSERT_EQUAL(eqlite_compiler_refused(c), 0);
    CU_ASSERT_EQUAL(eqlite_compiler_add_expected(c, wrong, "corpus"), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_compiler_refused(c), 1);
    CU_ASSERT_EQUAL(eqlite_compiler_add_expected(c, "/nowhere/x.toml", "corpus"), EQLITE_IO);
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_finish(&rules, c), EQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(eqlite_rules_get(rules, 0).n_tests, 2);

    eqlite_rule_test first = eqlite_rules_test(rules, 0, 0), second = eqlite_rules_test(rules, 0, 1);
    CU_ASSERT(is(first.name, "sub/a.ndjson") && is(first.file, "corpus/sub/a.ndjson") && is(first.path, path));
    CU_ASSERT(first.alerts == -1 && first.at_least == 2 && first.at_most == INT64_MAX && first.now.len == 0);
    CU_ASSERT(is(second.name, "late") && second.alerts == -1 && second.at_least == 1 && second.line == 5);
    CU_ASSERT(second.now.len > 0 && eqlite_matcher_advance(NULL, second.now.ptr, second.now.len) == EQLITE_OK);

    /* Rules that are finished cannot get more tests. */
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_new(&other, &options), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_compiler_add_from(other, rules, 0), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_compiler_add_expected(other, path, "corpus"), EQLITE_INVALID);
    CU_ASSERT_EQUAL(eqlite_rules_get(rules, 0).n_tests, 2);
    eqlite_compiler_free(other);
    eqlite_compiler_free(c);
    eqlite_rules_free(rules);
    unlink(path);
    unlink(wrong);
}

CU_TestInfo eq_tests_authoring[] = {
    {"fields of the schema, in order, with their values", schema},
    {"what rules are expected to find in a corpus", expected},
    CU_TEST_INFO_NULL,
};
