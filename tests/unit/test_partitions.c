/* test_partitions.c — many partitions: what they cost stays within its limits, and is given back.
 *
 * That each partition has its own time is shown by random streams (test_sequences.c) and by tests/cli/partition.t. */
#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "api/eqlite.h"
#include "match/clocks.h"
#include "unit/helpers.h"

#define TWO "sequence with maxspan=1m [any where t == \"A\"] [any where t == \"B\"]"
#define TRAILING "sequence with maxspan=1m [any where t == \"A\"] ![any where t == \"B\"]"
#define LEADING "sequence with maxspan=1m ![any where t == \"M\"] [any where t == \"A\"] [any where t == \"B\"]"

struct run {
    struct faulty heap;
    eqlite_allocator allocator;
    eqlite_rules *rules;
    eqlite_matcher *matcher;
    uint64_t results;
    bool nomem;
};

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    (void)alert;
    ((struct run *)ctx)->results++;
    return true;
}

static bool fine(struct run *r, eqlite_status st)
{
    r->nomem |= st == EQLITE_NOMEM;
    return st == EQLITE_OK;
}

static void open_run(struct run *r, size_t memory, int64_t lateness_ns, const char *const *queries)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_matcher_options matching = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_compiler *c = NULL;
    r->allocator = (eqlite_allocator){faulty_resize, &r->heap};
    options.allocator = &r->allocator;
    options.engine = "shared"; /* remembers no values: what grows is the state */
    options.partition_by = "host,zone";
    options.tiebreaker_field = "tie";
    options.dialect = "endpoint";
    matching.on_alert = on_alert;
    matching.ctx = r;
    matching.memory_bytes = memory;
    matching.max_lateness_ns = lateness_ns;
    if (!fine(r, eqlite_compiler_new(&c, &options)))
        return;
    bool good = true;
    for (; *queries; queries++)
        good &= fine(r, eqlite_compiler_add_query(c, "q", *queries, strlen(*queries)));
    if (good && fine(r, eqlite_compiler_finish(&r->rules, c)))
        fine(r, eqlite_matcher_new(&r->matcher, r->rules, &matching));
    eqlite_compiler_free(c);
}

static void close_run(struct run *r)
{
    if (r->matcher)
        fine(r, eqlite_matcher_finish(r->matcher));
    eqlite_matcher_free(r->matcher);
    eqlite_rules_free(r->rules);
    CU_ASSERT_EQUAL(r->heap.live, 0);
}

/* An event of `bytes` more than it needs. */
static void feed_large(struct run *r, int64_t ms, const char *type, unsigned host, int bytes)
{
    char text[4096];
    int n = snprintf(text, sizeof text,
                     "{\"@timestamp\":%lld,\"t\":\"%s\",\"host\":\"the-host-%u\",\"tie\":\"t%u\"%*s}",
                     1700000000000 + (long long)ms, type, host, host % 7, bytes, "");
    eqlite_event event = {.json = text, .len = (size_t)n};
    fine(r, eqlite_matcher_feed(r->matcher, &event));
}

static void feed(struct run *r, int64_t ms, const char *type, unsigned host)
{
    feed_large(r, ms, type, host, 0);
}

static eqlite_stats totals(const struct run *r)
{
    eqlite_stats s = {.size = sizeof s};
    eqlite_matcher_stats(r->matcher, &s);
    return s;
}

static eqlite_rule_stats stats_of(const struct run *r, size_t rule)
{
    eqlite_rule_stats s = {.size = sizeof s};
    eqlite_matcher_rule_stats(r->matcher, rule, &s);
    return s;
}

/* ── Bounds ── */

/* Each with a sequence that waits: those that came first are given up, and their clocks forgotten in turn. */
static void a_million_partitions(void)
{
    enum { LIMIT = 16 << 20, HOSTS = 1000000 };
    struct run r = {0};
    open_run(&r, LIMIT, -1, (const char *const[]){TWO, NULL});
    CU_ASSERT_PTR_NOT_NULL_FATAL(r.matcher);
    for (unsigned i = 0; i < HOSTS; i++)
        feed(&r, HOSTS - i, "A", i); /* each has its own time: none is late */
    eqlite_rule_stats s = stats_of(&r, 0);
    CU_ASSERT_EQUAL(totals(&r).late, 0);
    CU_ASSERT_EQUAL(s.started, HOSTS);
    CU_ASSERT_EQUAL(s.evicted + s.live, HOSTS);
    CU_ASSERT(s.live > 10000);
    CU_ASSERT(totals(&r).memory_peak <= LIMIT + 4096);
    CU_ASSERT(totals(&r).clocks_forgotten > HOSTS / 2);
    /* the newest are there */
    for (unsigned i = HOSTS - (unsigned)s.live; i < HOSTS; i++)
        feed(&r, HOSTS - i + 1, "B", i);
    CU_ASSERT_EQUAL(r.results, s.live);
    CU_ASSERT_EQUAL(stats_of(&r, 0).live, 0);
    CU_ASSERT(totals(&r).memory_used <= LIMIT / 8); /* idle clocks and their table */
    close_run(&r);
}

/* Idle partitions may be forgotten; those in which something waits keep their time. */
static void idle_clocks_are_forgotten(void)
{
    enum { LIMIT = 1 << 20, HOSTS = 100000 };
    struct run r = {0};
    open_run(&r, LIMIT, -1, (const char *const[]){TWO, NULL});
    CU_ASSERT_PTR_NOT_NULL_FATAL(r.matcher);
    feed(&r, 1000, "A", 0);
    for (unsigned i = 1; i < HOSTS; i++)
        feed(&r, 0, "C", i);
    CU_ASSERT(totals(&r).clocks_forgotten > HOSTS / 2);
    CU_ASSERT(totals(&r).memory_peak < LIMIT / 8);
    feed(&r, 999, "B", 0);
    CU_ASSERT_EQUAL(totals(&r).late, 1);
    feed(&r, 1000, "B", 0);
    CU_ASSERT_EQUAL(r.results, 1);
    close_run(&r);
}

/* Ten thousand hosts, each of which is late within itself, are all put in order; many more as far as there is room. */
static void late_events_of_many_partitions(void)
{
    enum { MANY = 120000 };
    struct run r = {0};
    open_run(&r, (size_t)1 << 30, INT64_C(5000000000), (const char *const[]){TWO, TRAILING, NULL});
    CU_ASSERT_PTR_NOT_NULL_FATAL(r.matcher);
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < 10000; i++) {
            int64_t ms = 100000 * (int64_t)round + i % 977 * 60000;
            feed(&r, ms + 2000, "B", i);
            feed(&r, ms, "A", i);
        }
    CU_ASSERT_EQUAL(eqlite_matcher_flush(r.matcher), EQLITE_OK);
    CU_ASSERT_EQUAL(totals(&r).late, 0);
    CU_ASSERT_EQUAL(totals(&r).reordered, 30000);
    CU_ASSERT_EQUAL(totals(&r).reorder_forced, 0);
    CU_ASSERT_EQUAL(stats_of(&r, 0).results, 30000);
    CU_ASSERT_EQUAL(stats_of(&r, 1).refuted, 20000); /* the last of each host waits still, refuted */
    CU_ASSERT_EQUAL(stats_of(&r, 1).completed, 0);
    for (unsigned i = 0; i < MANY; i++)
        feed_large(&r, 0, "C", 10000 + i, 3000);
    CU_ASSERT(totals(&r).reorder_forced > MANY / 10);
    CU_ASSERT_EQUAL(totals(&r).late, 0);
    CU_ASSERT_EQUAL(totals(&r).events, 60000 + totals(&r).reorder_forced);
    close_run(&r);
}

/* Of complete matches whose missing event reads an alias a key has so many at most. */
static void complete_ones_that_are_asked_are_bounded(void)
{
    enum { N = 3000, MOST = 1024 };
    struct run r = {0};
    open_run(&r, 0, -1,
             (const char *const[]){"sequence with maxspan=1h [any where t == \"A\"] as a ![any where t == a.none]", NULL});
    CU_ASSERT_PTR_NOT_NULL_FATAL(r.matcher);
    for (unsigned i = 0; i < N; i++)
        feed(&r, i, "A", 1);
    CU_ASSERT_EQUAL(stats_of(&r, 0).evicted, N - MOST);
    CU_ASSERT_EQUAL(stats_of(&r, 0).live, MOST);
    CU_ASSERT_EQUAL(eqlite_matcher_finish(r.matcher), EQLITE_OK);
    CU_ASSERT_EQUAL(r.results, MOST);
    close_run(&r);
}

/* ── Memory ── */

/* Hosts that were seen already ask for no more memory. */
static void no_more_memory(void)
{
    enum { HOSTS = 50, ROUNDS = 400 };
    static const char *const types[] = {"A", "B", "M", "A", "A", "B", "C"};
    struct run r = {0};
    open_run(&r, 0, INT64_C(2000000000), (const char *const[]){TWO, LEADING, NULL});
    CU_ASSERT_PTR_NOT_NULL_FATAL(r.matcher);
    size_t before = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        if (round == ROUNDS / 2)
            before = r.heap.calls;
        for (unsigned i = 0; i < HOSTS; i++)
            feed(&r, 1000 * (int64_t)round + i * 100000, types[(round + i) % 7], i);
    }
    CU_ASSERT(r.results > HOSTS);
    CU_ASSERT_EQUAL(totals(&r).late, 0);
    CU_ASSERT(r.heap.calls - before < HOSTS * ROUNDS * 3); /* kept events and blocks of cells alone */
    close_run(&r);
}

static void workload(struct run *r)
{
    static const char *const types[] = {"A", "B", "M", "A", "C", "B"};
    open_run(r, 1, INT64_C(2000000000),
             (const char *const[]){TWO, TRAILING, LEADING,
                                   "sequence with maxspan=1m [any where t == \"A\"] as a ![any where host == a.tie] "
                                   "[any where t == \"B\"] ![any where host != a.host]",
                                   NULL});
    for (unsigned i = 0; r->matcher && i < 200; i++) {
        feed(r, 1000 * (int64_t)(i ^ 1), types[i % 6], i % 5 ? 1 : i);
        if (i % 50 == 49)
            fine(r, eqlite_matcher_flush(r->matcher));
    }
    if (r->matcher)
        fine(r, eqlite_matcher_finish(r->matcher));
    uint64_t results = r->results;
    close_run(r);
    CU_ASSERT(r->nomem || r->results == results); /* nothing is left for a second end */
}

static void every_allocation_fails_once(void)
{
    struct run good = {0}, r;
    workload(&good);
    CU_ASSERT(good.results > 0);
    for (int forever = 0; forever < 2; forever++)
        for (size_t n = 1; n <= good.heap.calls; n++) {
            r = (struct run){.heap = {.fail_at = n, .forever = forever}};
            workload(&r);
            if (!r.nomem && r.results != good.results)
                CU_FAIL_FATAL("a failure changed the results and was not told");
        }
}

CU_TestInfo eq_tests_partitions[] = {
    {"a million partitions stay within the memory", a_million_partitions},
    {"idle partitions are forgotten, others not", idle_clocks_are_forgotten},
    {"late events of many partitions", late_events_of_many_partitions},
    {"complete ones that are asked are bounded", complete_ones_that_are_asked_are_bounded},
    {"hosts that were seen ask for no more memory", no_more_memory},
    {"every allocation fails once", every_allocation_fails_once},
    CU_TEST_INFO_NULL,
};
