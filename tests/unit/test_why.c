/* test_why.c — explanations as a program sees them: parts, their numbers and answers. That roots agree with the engine
 * is shown in test_engine.c and by every case with ids; how trees look in tests/cli/why.t. */
#include <string.h>

#include <CUnit/CUnit.h>

#include "api/eqlite.h"
#include "base/buf.h"

struct fixture {
    eqlite_compiler *compiler;
    eqlite_rules *rules;
    eqlite_why *why;
    struct eq_buf out;
};

static void open_why(struct fixture *f, const char *query, bool alone)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_why_options why = EQLITE_WHY_OPTIONS_INIT;
    options.dialect = "endpoint";
    why.alone = alone;
    *f = (struct fixture){0};
    eq_buf_init(&f->out, &eq_alloc_default);
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_new(&f->compiler, &options), EQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_add_query(f->compiler, "q", query, strlen(query)), EQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_finish(&f->rules, f->compiler), EQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(eqlite_why_new(&f->why, f->rules, 0, &why), EQLITE_OK);
}

static void close_why(struct fixture *f)
{
    eqlite_why_free(f->why);
    eqlite_rules_free(f->rules);
    eqlite_compiler_free(f->compiler);
    eq_buf_free(&f->out);
}

static eqlite_status feed(struct fixture *f, const char *json)
{
    eqlite_event event = {.json = json, .len = strlen(json), .line = 1};
    return eqlite_why_feed(f->why, &event);
}

static bool add(const char *ptr, size_t len, void *ctx)
{
    struct fixture *f = ctx;
    eq_buf_add(&f->out, eq_slice(ptr, len));
    return true;
}

static void part_is(struct fixture *f, size_t number, size_t parent, const char *kind, const char *value,
                    const char *text)
{
    eqlite_why_part p = eqlite_why_get(f->why, number);
    CU_ASSERT_EQUAL(p.number, number);
    CU_ASSERT_EQUAL(p.parent, parent);
    CU_ASSERT_STRING_EQUAL(p.kind, kind);
    CU_ASSERT_STRING_EQUAL(p.value, value);
    CU_ASSERT(eq_slice_eq(eq_slice(p.text.ptr, p.text.len), eq_slice_of(text)));
    CU_ASSERT_EQUAL(p.end - p.start, strlen(text));
}

/* As written, in the order of the text, all stages after each other: nothing is sorted, shared or dropped. */
static void test_numbers(void)
{
    struct fixture f;
    open_why(&f, "sequence [process where b == 2 and a == 1 and b == 2] [any where not a in (2, 1) or c != null]",
             false);
    CU_ASSERT_EQUAL(eqlite_why_count(f.why), 10);
    CU_ASSERT_EQUAL(feed(&f, "{\"event.category\":\"process\",\"a\":[1,3],\"b\":\"2\"}"), EQLITE_OK);
    part_is(&f, 0, SIZE_MAX, "and", "true", "process where b == 2 and a == 1 and b == 2");
    part_is(&f, 1, 0, "compare", "true", "process");
    part_is(&f, 2, 0, "and", "true", "b == 2 and a == 1 and b == 2");
    part_is(&f, 3, 2, "compare", "true", "b == 2");
    part_is(&f, 4, 2, "compare", "true", "a == 1");
    part_is(&f, 5, 2, "compare", "true", "b == 2");
    part_is(&f, 6, SIZE_MAX, "or", "false", "not a in (2, 1) or c != null");
    part_is(&f, 7, 6, "not", "false", "not a in (2, 1)");
    part_is(&f, 8, 7, "in", "true", "a in (2, 1)");
    part_is(&f, 9, 6, "exists", "false", "c != null");
    CU_ASSERT_EQUAL(eqlite_why_get(f.why, 5).stage, 0);
    CU_ASSERT_EQUAL(eqlite_why_get(f.why, 6).stage, 1);
    CU_ASSERT_EQUAL(eqlite_why_note(f.why, 4, add, &f), EQLITE_OK);
    CU_ASSERT(eq_slice_eq(eq_buf_slice(&f.out), EQ_LIT("a is 1 (1st of 2)")));
    close_why(&f);
}

/* A part is asked even if the answer is known without it, and about each element until one meets the condition. */
static void test_was(void)
{
    struct fixture f;
    open_why(&f, "any where a == 9 and _arraysearch(l, $x, $x.k == 2)", false);
    CU_ASSERT_EQUAL(feed(&f, "{\"l\":[{\"k\":1},{\"k\":2},{\"k\":3}]}"), EQLITE_OK);
    part_is(&f, 1, 0, "compare", "null", "a == 9");
    part_is(&f, 2, 0, "search", "true", "_arraysearch(l, $x, $x.k == 2)");
    part_is(&f, 3, 2, "compare", "true", "$x.k == 2");
    CU_ASSERT(eqlite_why_get(f.why, 3).was_true && eqlite_why_get(f.why, 3).was_false);
    CU_ASSERT(!eqlite_why_get(f.why, 1).was_true && eqlite_why_get(f.why, 1).was_false);
    CU_ASSERT_EQUAL(feed(&f, "{\"a\":9}"), EQLITE_OK);
    part_is(&f, 3, 2, "compare", "none", "$x.k == 2");
    CU_ASSERT(!eqlite_why_get(f.why, 3).was_true && !eqlite_why_get(f.why, 3).was_false);
    CU_ASSERT(eqlite_why_get(f.why, 1).was_true);
    close_why(&f);
}

/* What depends on other events is not guessed; a part that decides alone still does. */
static void test_unknown(void)
{
    struct fixture f;
    open_why(&f, "any where a == 1 and not descendant of [process where b == 2]", true);
    CU_ASSERT_EQUAL(feed(&f, "{\"a\":1}"), EQLITE_OK);
    part_is(&f, 0, SIZE_MAX, "and", "unknown", "a == 1 and not descendant of [process where b == 2]");
    CU_ASSERT_EQUAL(feed(&f, "{\"a\":2}"), EQLITE_OK);
    part_is(&f, 0, SIZE_MAX, "and", "false", "a == 1 and not descendant of [process where b == 2]");
    close_why(&f);
    open_why(&f, "sequence [any where a == 1] as x [any where b == x.b]", false);
    CU_ASSERT_EQUAL(feed(&f, "{\"a\":1,\"b\":1}"), EQLITE_OK);
    part_is(&f, 1, SIZE_MAX, "compare", "unknown", "b == x.b");
    close_why(&f);
}

static void test_wrong_use(void)
{
    struct fixture f;
    eqlite_why *none = NULL;
    eqlite_why_options options = EQLITE_WHY_OPTIONS_INIT;
    size_t offset = 99;
    open_why(&f, "any where a == 1", false);
    CU_ASSERT_EQUAL(eqlite_why_new(&none, f.rules, 1, &options), EQLITE_INVALID);
    CU_ASSERT_PTR_NULL(none);
    CU_ASSERT_EQUAL(eqlite_why_print(f.why, 0, "json", 0, add, &f), EQLITE_OK); /* no event yet */
    CU_ASSERT(eq_slice_eq(eq_buf_slice(&f.out), EQ_LIT("null")));
    CU_ASSERT_EQUAL(eqlite_why_print(f.why, 1, "json", 0, add, &f), EQLITE_INVALID);
    CU_ASSERT_EQUAL(eqlite_why_print(f.why, 0, "xml", 0, add, &f), EQLITE_INVALID);
    CU_ASSERT_EQUAL(eqlite_why_note(f.why, 1, add, &f), EQLITE_INVALID);
    CU_ASSERT_EQUAL(eqlite_why_get(f.why, 1).parent, SIZE_MAX);
    CU_ASSERT_EQUAL(feed(&f, "{\"a\":1}"), EQLITE_OK);
    CU_ASSERT_PTR_NULL(eqlite_why_bad_event(f.why, &offset));
    CU_ASSERT_EQUAL(feed(&f, "{\"a\":}"), EQLITE_INVALID);
    CU_ASSERT_PTR_NOT_NULL(eqlite_why_bad_event(f.why, &offset));
    CU_ASSERT_EQUAL(offset, 5);
    part_is(&f, 0, SIZE_MAX, "compare", "none", "a == 1");
    close_why(&f);
    eqlite_why_free(NULL);
}

/* Tests made from a query compile, and hold; nothing is written for what cannot be. */
static void test_scaffold(void)
{
    struct fixture f;
    open_why(&f, "sequence by host.id with maxspan=1s [process where a.b : \"x*\"] as p [file where c == p.a.b] ![any where d]", true);
    CU_ASSERT_EQUAL(eqlite_scaffold(f.rules, 0, NULL, add, &f), EQLITE_OK);
    CU_ASSERT(f.out.len > 100 && memcmp(f.out.ptr, "[[tests]]\nname = \"as the query says\"", 36) == 0);
    CU_ASSERT_EQUAL(eqlite_scaffold(f.rules, 1, NULL, add, &f), EQLITE_INVALID);
    close_why(&f);
    open_why(&f, "any where a == 1 and not a == 1", true);
    CU_ASSERT_EQUAL(eqlite_scaffold(f.rules, 0, NULL, add, &f), EQLITE_LIMIT);
    CU_ASSERT(f.out.len > 23 && memcmp(f.out.ptr, "no event was found for:", 23) == 0);
    close_why(&f);
}

/* Which events are earlier, and which simultaneous, however their times are written. */
static void test_ranks(void)
{
    static const char *const texts[] = {"{\"@timestamp\":\"2026-01-01T00:00:01Z\"}", "{\"a\":1}", "{",
                                        "{\"@timestamp\":\"2026-01-01T00:00:00Z\"}", "{\"@timestamp\":1767225601000}"};
    static const size_t wanted[] = {2, 0, 0, 1, 2};
    eqlite_event events[5];
    size_t ranks[5] = {9, 9, 9, 9, 9};
    struct fixture f;
    open_why(&f, "any where true", true);
    for (size_t i = 0; i < 5; i++)
        events[i] = (eqlite_event){.json = texts[i], .len = strlen(texts[i])};
    CU_ASSERT_EQUAL(eqlite_event_ranks(ranks, f.rules, 0, events, 5, true), EQLITE_OK);
    for (size_t i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(ranks[i], wanted[i]);
    CU_ASSERT_EQUAL(eqlite_event_ranks(ranks, f.rules, 1, events, 5, true), EQLITE_INVALID);
    close_why(&f);
}

CU_TestInfo eq_tests_why[] = {{"parts as written, numbered in order", test_numbers},
                              {"what was true and what was false", test_was},
                              {"what other events decide is unknown", test_unknown},
                              {"wrong use is refused", test_wrong_use},
                              {"tests made from a query", test_scaffold},
                              {"ranks of events by time", test_ranks},
                              CU_TEST_INFO_NULL};
