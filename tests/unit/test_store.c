/* test_store.c — a store gives what a matcher fed with every event gives, whatever its columns know. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "api/eqlite.h"

enum { EVENTS = 3000, ROOM = 200 };
static char texts[EVENTS][ROOM + EQLITE_PADDING];

static bool note(const eqlite_alert *a, void *ctx)
{
    uint64_t *sum = ctx;
    sum[0]++;
    for (size_t i = 0; i < eqlite_alert_event_count(a); i++)
        sum[1] = sum[1] * 31 + eqlite_alert_get_event(a, i).line;
    return true;
}

/* Count and order of the results of a query, with the store or (NULL) without. */
static void ask(uint64_t sum[2], const char *query, eqlite_store *store)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_matcher_options matching = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    eqlite_matcher *m = NULL;
    sum[0] = sum[1] = 0;
    matching.on_alert = note;
    matching.ctx = sum;
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_new(&c, &options), EQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_add_query(c, "q", query, strlen(query)), EQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(eqlite_compiler_finish(&rules, c), EQLITE_OK);
    CU_ASSERT_EQUAL_FATAL(eqlite_matcher_new(&m, rules, &matching), EQLITE_OK);
    for (uint64_t i = 0; !store && i < EVENTS; i++) {
        eqlite_event e = {.json = texts[i], .len = strlen(texts[i]), .padded = true, .line = i + 1};
        CU_ASSERT_EQUAL(eqlite_matcher_feed(m, &e), EQLITE_OK);
    }
    CU_ASSERT_EQUAL(store ? eqlite_store_match(store, m) : eqlite_matcher_finish(m), EQLITE_OK);
    eqlite_matcher_free(m);
    eqlite_rules_free(rules);
    eqlite_compiler_free(c);
}

static void compare(size_t column_bytes)
{
    static const char *const queries[] = {
        "any where true",
        "process where process.name == \"p1\"",
        "any where process.pid > 1000 and process.name : \"P*\" | tail 7",
        "file where process.name == null",
        "any where tags : \"b\" and not tags : \"a\"",
        "any where process.name == \"p2\" | head 3",
        "sequence by process.name [process where true] [file where process.pid == 5]",
    };
    eqlite_store_options options = EQLITE_STORE_OPTIONS_INIT;
    eqlite_store *store = NULL;
    options.column_bytes = column_bytes;
    CU_ASSERT_EQUAL_FATAL(eqlite_store_new(&store, &options), EQLITE_OK);
    for (uint64_t i = 0; i < EVENTS; i++) {
        snprintf(texts[i], ROOM,
                 i % 50 == 7 ? "{\"event.category\":" /* broken */
                 : i % 11 == 3
                     ? "{\"@timestamp\":%d,\"event.category\":\"%s\",\"process\":{\"pid\":%d},\"tags\":[\"a\",\"b\"]}"
                     : "{\"@timestamp\":%d,\"event.category\":\"%s\",\"process\":{\"pid\":%d,\"name\":\"p%d\"},\"tags\":[\"b\"]}",
                 (int)i, i % 3 ? "process" : "file", (int)(i % 1700), (int)(i % 5));
        eqlite_event e = {.json = texts[i], .len = strlen(texts[i]), .padded = true, .line = i + 1};
        CU_ASSERT_EQUAL(eqlite_store_add(store, &e), EQLITE_OK);
    }
    for (size_t round = 0; round < 2; round++)
        for (size_t q = 0; q < sizeof queries / sizeof *queries; q++) {
            uint64_t with[2], without[2];
            ask(with, queries[q], store);
            ask(without, queries[q], NULL);
            CU_ASSERT_EQUAL(with[0], without[0]);
            CU_ASSERT_EQUAL(with[1], without[1]);
            CU_ASSERT(with[0] > 0 || q == 6);
        }
    eqlite_store_free(store);
}

static void test_same(void)
{
    compare(0);
}

static void test_no_room(void)
{
    compare(20000); /* columns come and go */
    compare(1);     /* there are none */
}

CU_TestInfo eq_tests_store[] = {
    {"a store answers as a matcher does", test_same},
    {"with little memory, too", test_no_room},
    CU_TEST_INFO_NULL,
};
