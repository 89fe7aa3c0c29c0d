/* test_steady.c — a stream that has seen its kinds of events asks for no more memory. */
#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <string.h>

#include "api/eqlite.h"
#include "helpers.h"

static const char *const queries[] = {
    "process where process.name : (\"cmd.exe\", \"power*\") and not user.name == \"root\"",
    "process where length(process.command_line) > 10 and process.command_line regex \"a.*b\"",
    "any where concat(process.name, user.name) like~ \"*adam*\" or cidrMatch(source.ip, \"10.0.0.0/8\")",
    "any where _arraysearch(stack, $e, $e.symbol : \"*!x\" and $e.size > 5)",
    "any where process.args == \"-x\" and process.args != \"-y\" and n % 3 == 1",
};

static const char *const events[] = {
    "{\"event\":{\"category\":\"process\"},\"process\":{\"name\":\"CMD.exe\",\"command_line\":\"cmd /c a b c d e\"}}",
    "{\"event\":{\"category\":[\"process\"]},\"process\":{\"name\":\"pw\\u0065r\",\"args\":[\"-x\",\"-z\"]},\"n\":4}",
    "{\"event.category\":\"network\",\"source.ip\":\"10.1.2.3\",\"user\":{\"name\":\"Adam\"},\"process.name\":\"x\"}",
    "{\"stack\":[{\"symbol\":\"a!x\",\"size\":9},{\"symbol\":\"b!y\"}],\"n\":[1,2,3.5,true,null,\"q\"]}",
    "{\"a\":{\"b\":[[1,[2]],{\"c\":\"\\ud83d\\ude00\"}]},\"event\":{\"category\":\"file\"}}",
};

static size_t feed_all(eqlite_matcher *m)
{
    size_t fed = 0;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        eqlite_event event = {.json = events[i], .len = strlen(events[i]), .line = i + 1};
        fed += eqlite_matcher_feed(m, &event) == EQLITE_OK;
    }
    return fed;
}

static void no_more_memory(void)
{
    struct faulty memory = {0}; /* it only counts */
    eqlite_allocator allocator = {faulty_resize, &memory};
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_matcher_options matching = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_compiler *compiler = NULL;
    eqlite_rules *rules = NULL;
    eqlite_matcher *m = NULL;
    options.allocator = &allocator;
    options.dialect = "endpoint";
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_new(&compiler, &options), EQLITE_OK);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        CU_ASSERT_EQUAL_FATAL(eqlite_compiler_add_query(compiler, "q", queries[i], strlen(queries[i])), EQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_finish(&rules, compiler), EQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(eqlite_matcher_new(&m, rules, &matching), EQLITE_OK);
    for (int i = 0; i < 400; i++) /* long enough for the memo, too */
        feed_all(m);
    size_t before = memory.calls;
    size_t fed = 0;
    for (int i = 0; i < 1000; i++)
        fed += feed_all(m);
    CU_ASSERT_EQUAL(fed, 5000);
    CU_ASSERT_EQUAL(memory.calls, before);
    eqlite_stats stats = {.size = sizeof stats};
    eqlite_matcher_stats(m, &stats);
    CU_ASSERT(stats.alerts > 1000);
    eqlite_matcher_free(m);
    eqlite_rules_free(rules);
    eqlite_compiler_free(compiler);
}

CU_TestInfo eq_tests_steady[] = {
    {"events of kinds seen before cost no allocation", no_more_memory},
    CU_TEST_INFO_NULL,
};
