/* test_state.c — what sequences remember: that it is counted, bounded, and given back, whatever the events are.
 *
 * After every scenario the lives of a rule's sequences must add up (match/rule_stats.h), and the allocator must have
 * got back all it gave. EQLITE_STATE sets how many sequences wait in the measurement (100000). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "api/eqlite.h"
#include "match/key_table.h"
#include "match/past.h"

/* docs/semantics.md, State and memory */
enum { BYTES_PER_PARTIAL = 104, BYTES_PER_STAGE = 12, MOST_RULES = 4 };

/* ── An allocator that counts, and fails when told ── */

struct counted {
    size_t live;           /* bytes */
    size_t calls, fail_at; /* 1-based; 0: never */
    bool forever;          /* fail all after it, too */
    bool failed;
};

enum { HEADER = 16 };

static void *counted_resize(void *ptr, size_t size, void *ctx)
{
    struct counted *c = ctx;
    char *block = ptr ? (char *)ptr - HEADER : NULL;
    size_t old = 0;
    if (block)
        memcpy(&old, block, sizeof old);
    if (size == 0) {
        c->live -= old;
        free(block);
        return NULL;
    }
    c->calls++;
    if (c->fail_at && (c->calls == c->fail_at || (c->forever && c->calls > c->fail_at))) {
        c->failed = true;
        return NULL;
    }
    block = realloc(block, size + HEADER);
    if (!block)
        return NULL;
    memcpy(block, &size, sizeof size);
    c->live += size - old;
    return block + HEADER;
}

/* ── A run ── */

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

struct run {
    struct counted heap;
    eqlite_allocator allocator;
    eqlite_rules *rules;
    eqlite_matcher *matcher;
    size_t results[MOST_RULES];
    uint64_t last_line; /* of the last result's last event */
    uint64_t line;
    bool nomem;
};

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct run *r = ctx;
    r->results[eqlite_alert_rule(alert)]++;
    for (size_t i = 0; i < eqlite_alert_event_count(alert); i++)
        if (!eqlite_alert_get_event(alert, i).missing)
            r->last_line = eqlite_alert_get_event(alert, i).line;
    return true;
}

static bool fine(struct run *r, eqlite_status st)
{
    r->nomem |= st == EQLITE_NOMEM;
    return st == EQLITE_OK;
}

/* Queries up to a NULL. */
static void open_run(struct run *r, size_t memory, const char *const *queries)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_matcher_options matching = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_compiler *c = NULL;
    r->allocator = (eqlite_allocator){counted_resize, &r->heap};
    options.allocator = &r->allocator;
    options.engine = "shared"; /* remembers no values: what grows is the state */
    matching.on_alert = on_alert;
    matching.ctx = r;
    matching.memory_bytes = memory;
    if (!fine(r, eqlite_compiler_new(&c, &options)))
        return;
    bool good = true;
    for (size_t i = 0; queries[i]; i++)
        good &= fine(r, eqlite_compiler_add_query(c, "q", queries[i], strlen(queries[i])));
    if (good && fine(r, eqlite_compiler_finish(&r->rules, c)))
        fine(r, eqlite_matcher_new(&r->matcher, r->rules, &matching));
    eqlite_compiler_free(c);
}

static void open_one(struct run *r, size_t memory, const char *query)
{
    *r = (struct run){0};
    open_run(r, memory, (const char *const[]){query, NULL});
    CU_ASSERT_PTR_NOT_NULL_FATAL(r->matcher);
}

static void feed_text(struct run *r, const char *text, size_t len)
{
    eqlite_event event = {.json = text, .len = len, .line = ++r->line};
    fine(r, eqlite_matcher_feed(r->matcher, &event));
}

/* Milliseconds are counted from a day in 2023. A key has 20 bytes. */
static size_t event_text(char text[128], int64_t ms, const char *type, unsigned key)
{
    int n = snprintf(text, 128, "{\"@timestamp\":%lld,\"t\":\"%s\",\"k\":\"the-key-of-%09u\"}",
                     1700000000000 + (long long)ms, type, key);
    return (size_t)n;
}

static void feed(struct run *r, int64_t ms, const char *type, unsigned key)
{
    char text[128];
    feed_text(r, text, event_text(text, ms, type, key));
}

static eqlite_rule_stats stats_of(const struct run *r, size_t rule)
{
    eqlite_rule_stats s = {.size = sizeof s};
    eqlite_matcher_rule_stats(r->matcher, rule, &s);
    return s;
}

static eqlite_stats totals(const struct run *r)
{
    eqlite_stats s = {.size = sizeof s};
    eqlite_matcher_stats(r->matcher, &s);
    return s;
}

static bool adds_up(const struct run *r)
{
    for (size_t i = 0; i < eqlite_rules_count(r->rules); i++) {
        eqlite_rule_stats s = stats_of(r, i);
        if (s.started != s.completed + s.refuted + s.overwritten + s.killed + s.expired + s.evicted + s.live)
            return false;
        if (s.live > s.peak)
            return false;
    }
    return true;
}

static void close_run(struct run *r)
{
    if (r->matcher) {
        CU_ASSERT_TRUE(adds_up(r));
        fine(r, eqlite_matcher_finish(r->matcher));
        CU_ASSERT_TRUE(adds_up(r));
        CU_ASSERT(totals(r).memory_peak >= totals(r).memory_used);
    }
    eqlite_matcher_free(r->matcher);
    eqlite_rules_free(r->rules);
    CU_ASSERT_EQUAL(r->heap.live, 0);
}

#define TWO "sequence by k [any where t == \"A\"] [any where t == \"B\"]"
#define TWO_IN_A_MINUTE "sequence by k with maxspan=1m [any where t == \"A\"] [any where t == \"B\"]"

/* ── What it costs ── */

static unsigned how_many(void)
{
    const char *n = getenv("EQLITE_STATE");
    return n ? (unsigned)strtoul(n, NULL, 10) : 100000;
}

/* Bytes for each waiting partial, its event not included; the heap must agree with the account. */
static double measure(const char *query, unsigned n)
{
    struct run r;
    char text[128];
    open_one(&r, (size_t)8 << 30, query);
    size_t before = r.heap.live;
    double past = (double)(sizeof(struct eq_past) + event_text(text, 0, "A", 0));
    for (unsigned i = 0; i < n; i++)
        feed(&r, i, "A", i);
    CU_ASSERT_EQUAL(stats_of(&r, 0).live, n);
    double used = (double)totals(&r).memory_used, heap = (double)(r.heap.live - before);
    CU_ASSERT(heap < used * 1.05 + 300000); /* blocks that are not full */
    CU_ASSERT(heap >= used);
    for (unsigned i = 0; i < n; i++)
        feed(&r, n + i, "B", i);
    if (strstr(query, "[any where t == \"C\"]"))
        for (unsigned i = 0; i < n; i++)
            feed(&r, 2 * n + i, "C", i);
    CU_ASSERT_EQUAL(r.results[0], n);
    CU_ASSERT_EQUAL(stats_of(&r, 0).live, 0);
    CU_ASSERT(totals(&r).memory_used < 4096);
    CU_ASSERT(r.heap.live - before < 300000); /* given back, not only counted so */
    close_run(&r);
    return used / n - past;
}

static void costs_little(void)
{
    unsigned n = how_many();
    double two = measure(TWO, n), three = measure(TWO " [any where t == \"C\"]", n);
    CU_ASSERT(two <= BYTES_PER_PARTIAL);
    CU_ASSERT(three <= BYTES_PER_PARTIAL + 16 + BYTES_PER_STAGE); /* cells are multiples of 16 */
    if (getenv("EQLITE_STATE"))
        printf("\n%u partials: %.1f bytes each with two stages, %.1f with three\n", n, two, three);
}

static void an_event_is_kept_once(void)
{
    struct run r = {0};
    char big[5000];
    open_run(&r, 0, (const char *const[]){TWO, TWO, TWO, NULL});
    int n = snprintf(big, sizeof big, "{\"@timestamp\":1,\"t\":\"A\",\"k\":[1,2,3,4,5,6,7,8,9],\"x\":\"%04000d\"}", 0);
    feed_text(&r, big, (size_t)n);
    CU_ASSERT_EQUAL(stats_of(&r, 2).live, 9);
    CU_ASSERT(totals(&r).memory_used < 4000 + 27 * 120 + 3 * 128 + 1000);
    close_run(&r);
}

/* ── The limit ── */

static void a_flood_stays_within_the_limit(void)
{
    enum { LIMIT = 1 << 20, KEYS = 100000 };
    struct run r;
    open_one(&r, LIMIT, TWO);
    size_t before = r.heap.live;
    for (unsigned i = 0; i < KEYS; i++) {
        feed(&r, i, "A", i);
        if (totals(&r).memory_used > LIMIT || r.heap.live - before > LIMIT * 5 / 4)
            CU_FAIL_FATAL("above the limit");
    }
    eqlite_rule_stats s = stats_of(&r, 0);
    CU_ASSERT_EQUAL(s.started, KEYS);
    CU_ASSERT_EQUAL(s.evicted, KEYS - s.live);
    CU_ASSERT(totals(&r).memory_used > LIMIT * 9 / 10);
    CU_ASSERT(totals(&r).memory_peak <= LIMIT + 4096);
    /* the newest are there, the oldest are not */
    feed(&r, KEYS, "B", KEYS - 1);
    feed(&r, KEYS, "B", KEYS - (unsigned)s.live);
    CU_ASSERT_EQUAL(r.results[0], 2);
    feed(&r, KEYS, "B", 0);
    feed(&r, KEYS, "B", KEYS - 1 - (unsigned)s.live);
    CU_ASSERT_EQUAL(r.results[0], 2);
    close_run(&r);
}

static void a_flood_pushes_out_itself(void)
{
    enum { LIMIT = 1 << 20, KEYS = 50000, QUIET = 300 };
    struct run r = {0};
    open_run(&r, LIMIT,
             (const char *const[]){"sequence by k [any where t == \"Q\"] [any where t == \"R\"]", TWO, NULL});
    for (unsigned i = 0; i < QUIET; i++)
        feed(&r, i, "Q", i);
    for (unsigned i = 0; i < KEYS; i++)
        feed(&r, QUIET + i, "A", i);
    for (unsigned i = 0; i < QUIET; i++)
        feed(&r, QUIET + KEYS + i, "R", i);
    CU_ASSERT_EQUAL(r.results[0], QUIET);
    CU_ASSERT_EQUAL(stats_of(&r, 0).evicted, 0);
    CU_ASSERT(stats_of(&r, 1).evicted > KEYS / 2);
    close_run(&r);
}

static void one_event_larger_than_the_limit(void)
{
    static char big[300000];
    struct run r;
    open_one(&r, 1, TWO); /* the least: 64 KiB */
    int n = snprintf(big, sizeof big, "{\"@timestamp\":1700000000001,\"t\":\"A\",\"k\":1,\"x\":\"%0200000d\"}", 0);
    for (int i = 0; i < 3; i++)
        feed_text(&r, big, (size_t)n);
    feed(&r, 2, "A", 1);
    feed(&r, 3, "B", 1);
    CU_ASSERT_EQUAL(r.results[0], 1);
    CU_ASSERT_EQUAL(stats_of(&r, 0).evicted, 3);
    n = snprintf(big, sizeof big, "{\"@timestamp\":1700000000004,\"t\":\"A\",\"k\":\"%0200000d\"}", 0); /* as a key */
    feed_text(&r, big, (size_t)n);
    CU_ASSERT(totals(&r).memory_used < 65536);
    close_run(&r);
}

static void marks_of_missing_events_are_bounded(void)
{
    enum { LIMIT = 1 << 20, KEYS = 50000 };
    struct run r;
    open_one(&r, LIMIT,
             "sequence by k with maxspan=1h ![any where t == \"M\"] [any where t == \"A\"] [any where t == \"B\"]");
    for (unsigned i = 0; i < KEYS; i++)
        feed(&r, i, "M", i);
    CU_ASSERT(stats_of(&r, 0).forgotten > KEYS / 2);
    CU_ASSERT(totals(&r).memory_used <= LIMIT);
    for (unsigned i = 0; i < KEYS; i += KEYS - 1) { /* the first was forgotten, the last is known */
        feed(&r, KEYS + i, "A", i);
        feed(&r, KEYS + i, "B", i);
    }
    CU_ASSERT_EQUAL(r.results[0], 1);
    CU_ASSERT_EQUAL(stats_of(&r, 0).refuted, 1);
    feed(&r, 4 * 3600000, "A", 7);
    CU_ASSERT(totals(&r).memory_used < 4096); /* all have expired but one */
    close_run(&r);
}

static void complete_ones_that_wait_are_bounded(void)
{
    enum { LIMIT = 1 << 20, KEYS = 30000 };
    struct run r;
    open_one(&r, LIMIT,
             "sequence by k with maxspan=1h [any where t == \"A\"] [any where t == \"B\"] ![any where t == \"M\"]");
    for (unsigned i = 0; i < KEYS; i++) {
        feed(&r, 2 * i, "A", i);
        feed(&r, 2 * i + 1, "B", i);
    }
    eqlite_rule_stats s = stats_of(&r, 0);
    CU_ASSERT(s.evicted > KEYS / 2);
    CU_ASSERT_EQUAL(s.completed, 0);
    CU_ASSERT(totals(&r).memory_used <= LIMIT);
    CU_ASSERT_EQUAL(eqlite_matcher_finish(r.matcher), EQLITE_OK);
    CU_ASSERT_EQUAL(r.results[0], s.live);
    close_run(&r);
}

static void samples_and_tails_share_one_half(void)
{
    enum { LIMIT = 1 << 20, KEYS = 20000 };
    struct run r = {0};
    open_run(&r, LIMIT,
             (const char *const[]){"any where t == \"A\" | tail 1000000",
                                   "sample by k [any where t == \"A\"] [any where t == \"B\"]", TWO_IN_A_MINUTE, NULL});
    for (unsigned i = 0; i < KEYS; i++) {
        feed(&r, 10 * i, "A", i);
        feed(&r, 10 * i + 1, "B", i);
    }
    CU_ASSERT(stats_of(&r, 0).not_kept > 0);
    CU_ASSERT(stats_of(&r, 1).not_kept > 0);
    CU_ASSERT_EQUAL(stats_of(&r, 2).evicted, 0);
    CU_ASSERT_EQUAL(r.results[2], KEYS);
    CU_ASSERT(totals(&r).memory_used <= LIMIT);
    CU_ASSERT_EQUAL(eqlite_matcher_finish(r.matcher), EQLITE_OK);
    CU_ASSERT_EQUAL(r.results[0] + stats_of(&r, 0).not_kept, KEYS);
    CU_ASSERT_EQUAL(r.results[0], stats_of(&r, 0).results);
    CU_ASSERT(r.results[1] > 100);
    eqlite_matcher_free(r.matcher);
    eqlite_rules_free(r.rules);
    CU_ASSERT_EQUAL(r.heap.live, 0);
}

/* Results as bits by the line of their last event: of two stages only one can end there. */
enum { LINES = 20000 };

struct found {
    struct run run;
    unsigned char by_line[LINES + 1];
};

static bool note_line(const eqlite_alert *alert, void *ctx)
{
    struct found *f = ctx;
    f->by_line[eqlite_alert_get_event(alert, 1).line] = 1;
    return on_alert(alert, &f->run);
}

static void find_within(struct found *f, size_t memory)
{
    eqlite_matcher_options matching = EQLITE_MATCHER_OPTIONS_INIT;
    uint32_t random = 99;
    char text[1024];
    memset(f, 0, sizeof *f);
    open_run(&f->run, 0, (const char *const[]){TWO_IN_A_MINUTE " until [any where t == \"U\"]", NULL});
    eqlite_matcher_free(f->run.matcher);
    matching.on_alert = note_line;
    matching.ctx = f;
    matching.memory_bytes = memory;
    CU_ASSERT_EQUAL_FATAL(eqlite_matcher_new(&f->run.matcher, f->run.rules, &matching), EQLITE_OK);
    for (int i = 0; i < LINES; i++) {
        int n = snprintf(text, sizeof text, "{\"@timestamp\":%d,\"t\":\"%c\",\"k\":%u,\"x\":\"%0*d\"}",
                         1000000 + 100 * i, "AABBU"[next_random(&random) % 5], next_random(&random) % 1000,
                         1 + (int)(next_random(&random) % 900), 0);
        feed_text(&f->run, text, (size_t)n);
    }
}

/* With two stages, what is given up can only take results away, one each at most. */
static void little_memory_finds_less_and_says_so(void)
{
    static struct found all, some;
    find_within(&all, 0);
    CU_ASSERT_EQUAL(stats_of(&all.run, 0).evicted, 0);
    for (size_t memory = 1 << 16; memory <= 1 << 18; memory *= 2) {
        find_within(&some, memory);
        eqlite_rule_stats s = stats_of(&some.run, 0);
        for (int i = 0; i <= LINES; i++)
            CU_ASSERT_FALSE(some.by_line[i] && !all.by_line[i]);
        CU_ASSERT(s.evicted > 0 || memory == 1 << 18);
        CU_ASSERT(some.run.results[0] <= all.run.results[0]);
        CU_ASSERT(all.run.results[0] - some.run.results[0] <= s.evicted);
        close_run(&some.run);
    }
    close_run(&all.run);
}

/* Partials, complete ones, absences, samples and tails, coming, going and given up in any order. */
static void every_kind_of_state_under_pressure(void)
{
    static const char *const queries[] = {
        "sequence by k with maxspan=10s ![any where t == \"M\"] [any where t == \"A\"] ![any where t == \"M\"]"
        " [any where t == \"B\"] ![any where t == \"M\"] until [any where t == \"U\"]",
        "sequence by k, j with maxspan=20s ![any where t == \"M\"] [any where t == \"A\"] with runs=3 ![any where t == "
        "\"M\"]"
        " [any where t == \"B\"]",
        "sequence by ?j with maxspan=5s [any where t == \"A\"] ![any where t == \"M\"]",
        "sequence by k [any where true] with runs=4", NULL};
    enum { LIMIT = 1 << 17 };
    char text[2048];
    struct run r = {0};
    uint32_t random = 5;
    open_run(&r, LIMIT, queries);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r.matcher);
    for (int i = 0; i < 30000; i++) {
        bool flood = i / 3000 % 2;
        int n = snprintf(text, sizeof text, "{\"@timestamp\":%d,\"t\":\"%c\",\"k\":[%u,%u],\"j\":%s,\"x\":\"%0*d\"}",
                         10000000 + i / 4 * 400, "AABBMU"[next_random(&random) % 6],
                         next_random(&random) % (flood ? 5000 : 20), next_random(&random) % 20,
                         next_random(&random) % 3 ? "[1,2,\"a\"]" : "null", 1 + (int)(next_random(&random) % 1500), 0);
        feed_text(&r, text, (size_t)n);
        if (totals(&r).memory_used > LIMIT || (i % 100 == 0 && !adds_up(&r)))
            CU_FAIL_FATAL("above the limit, or the counts do not add up");
    }
    eqlite_rule_stats all = {0};
    for (size_t i = 0; queries[i]; i++) {
        eqlite_rule_stats one = stats_of(&r, i);
        all.completed += one.completed;
        all.refuted += one.refuted;
        all.overwritten += one.overwritten;
        all.killed += one.killed;
        all.expired += one.expired;
        all.evicted += one.evicted;
        all.forgotten += one.forgotten;
    }
    CU_ASSERT(all.completed && all.refuted && all.overwritten && all.killed && all.expired); /* nothing was left out */
    CU_ASSERT(all.evicted && all.forgotten);
    close_run(&r);
}

/* ── Hostile streams ── */

static void expired_state_is_given_back(void)
{
    struct run r;
    open_one(&r, 0, TWO_IN_A_MINUTE);
    for (unsigned i = 0; i < 20000; i++)
        feed(&r, i / 1000, "A", i);
    CU_ASSERT_EQUAL(stats_of(&r, 0).live, 20000);
    feed(&r, 60020, "B", 19999); /* the last thousand are just in time */
    CU_ASSERT_EQUAL(r.results[0], 0);
    CU_ASSERT_EQUAL(stats_of(&r, 0).expired, 20000);
    CU_ASSERT(totals(&r).memory_used < 4096);
    close_run(&r);
}

static void equal_times_by_the_hundred_thousand(void)
{
    struct run r;
    open_one(&r, 0,
             "sequence by k with maxspan=1m ![any where t == \"M\"] [any where t == \"A\"] ![any where t == \"M\"]"
             " [any where t == \"B\"] ![any where t == \"M\"]");
    for (unsigned i = 0; i < 100000; i++) {
        feed(&r, 1000, i % 3 == 0 ? "A" : i % 3 == 1 ? "B" : "M", 0);
    }
    CU_ASSERT_EQUAL(stats_of(&r, 0).completed,
                    33333); /* only one in front and one behind refute, and times are strict */
    close_run(&r);
    open_one(&r, 0,
             "sequence by k with maxspan=1m [any where t == \"A\"] [any where t == \"B\"] ![any where t == \"M\"]");
    for (unsigned i = 0; i < 100000; i++)
        feed(&r, 1000, i % 3 == 0 ? "A" : i % 3 == 1 ? "B" : "M", 0);
    CU_ASSERT_EQUAL(stats_of(&r, 0).live, 33334);
    feed(&r, 1001, "M", 0);
    feed(&r, 1001, "X", 0);
    CU_ASSERT_EQUAL(stats_of(&r, 0).live, 1); /* the A that waits for its B */
    CU_ASSERT_EQUAL(stats_of(&r, 0).refuted, 33333);
    CU_ASSERT_EQUAL(r.results[0], 0);
    close_run(&r);
}

static void as_many_stages_as_there_can_be(void)
{
    char query[512];
    struct run r;
    snprintf(query, sizeof query,
             "sequence by k [any where t == \"A\"] with runs=100 [any where t == \"A\"] with runs=100"
             " [any where t == \"A\"] with runs=56 until [any where t == \"U\"]");
    open_one(&r, 0, query);
    for (unsigned i = 0; i < 1000; i++)
        feed(&r, i, "A", 0);
    CU_ASSERT_EQUAL(r.results[0], 1000 - 255);
    CU_ASSERT_EQUAL(stats_of(&r, 0).live, 255);
    feed(&r, 1000, "U", 0);
    CU_ASSERT_EQUAL(stats_of(&r, 0).killed, 255);
    CU_ASSERT_EQUAL(stats_of(&r, 0).live, 0);
    for (unsigned i = 0; i < 20000; i++)
        feed(&r, 1001 + i, "A", i);
    CU_ASSERT_EQUAL(stats_of(&r, 0).live, 20000);
    close_run(&r);

    open_one(&r, 1 << 20, query);
    for (unsigned i = 0; i < 20000; i++)
        feed(&r, i, "A", i);
    CU_ASSERT(stats_of(&r, 0).evicted > 15000);
    CU_ASSERT(totals(&r).memory_peak < (1 << 20) + 8192);
    close_run(&r);
}

static void keys_without_end_in_one_event(void)
{
    static char text[2][100000];
    struct run r;
    for (int e = 0; e < 2; e++) {
        int n = snprintf(text[e], sizeof text[e], "{\"@timestamp\":%d,\"t\":\"%s\",\"k\":[", e, e ? "B" : "A");
        for (int i = 0; i < 10000; i++)
            n += snprintf(text[e] + n, sizeof text[e] - (size_t)n, "%s%d", i ? "," : "", i);
        snprintf(text[e] + n, sizeof text[e] - (size_t)n, "]}");
    }
    open_one(&r, 0, TWO);
    feed_text(&r, text[0], strlen(text[0]));
    CU_ASSERT_EQUAL(stats_of(&r, 0).started, 1024);
    CU_ASSERT(totals(&r).keys_cut > 0);
    feed_text(&r, text[1], strlen(text[1]));
    CU_ASSERT_EQUAL(r.results[0], 1024);
    CU_ASSERT_EQUAL(stats_of(&r, 0).live, 0);
    close_run(&r);
}

static void time_goes_backwards(void)
{
    struct run r;
    open_one(&r, 0, TWO_IN_A_MINUTE);
    for (unsigned i = 0; i < 2000; i++) {
        feed(&r, 1000000 - 3 * i, i % 2 ? "B" : "A", i / 2);
        feed(&r, 1000000 + 3 * i, i % 2 ? "B" : "A", i / 2);
    }
    CU_ASSERT_EQUAL(totals(&r).late, 1999);
    CU_ASSERT_EQUAL(r.results[0], 1000);
    close_run(&r);
}

/* ── Failing memory ── */

static void workload(struct run *r)
{
    static const char *const queries[] = {
        "sequence by k with maxspan=10s [any where t == \"A\"] [any where t == \"B\"] with runs=2 until [any where t "
        "== \"U\"]",
        "sequence by k with maxspan=10s ![any where t == \"M\"] [any where t == \"A\"] ![any where t == \"M\"]"
        " [any where t == \"B\"] ![any where t == \"M\"]",
        "sample by k [any where t == \"A\"] [any where t == \"B\"]", "any where t == \"A\" | tail 20", NULL};
    static const char *const types[] = {"A", "B", "B", "M", "A", "B", "U"};
    open_run(r, 1, queries);
    for (unsigned i = 0; r->matcher && i < 350; i++) {
        feed(r, 100 * i, types[i % 7], i / 7 % 3 ? 1 : i);
        CU_ASSERT_TRUE(adds_up(r));
    }
    close_run(r);
}

static void every_allocation_fails_once(void)
{
    struct run good = {0}, r;
    workload(&good);
    CU_ASSERT(good.results[0] > 0 && good.results[1] > 0 && good.results[2] > 0 && good.results[3] == 20);
    for (int forever = 0; forever < 2; forever++)
        for (size_t n = 1; n <= good.heap.calls; n += n < 1500 ? 1 : 7) {
            r = (struct run){.heap = {.fail_at = n, .forever = forever}};
            workload(&r);
            if (!r.nomem && memcmp(r.results, good.results, sizeof r.results))
                CU_FAIL_FATAL("a failure changed the results and was not told");
        }
}

/* ── The parts ── */

/* Objects of all sizes come and go; each keeps its bytes. */
static void pool_keeps_objects_apart(void)
{
    enum { OBJECTS = 500, STEPS = 40000 };
    static struct {
        eq_ref ref;
        size_t size;
    } objects[OBJECTS];
    struct counted heap = {0};
    struct eq_alloc alloc = {counted_resize, &heap};
    struct eq_pool pool;
    uint32_t random = 1;
    memset(objects, 0, sizeof objects);
    eq_pool_init(&pool, &alloc);
    for (size_t step = 0; step < STEPS; step++) {
        size_t i = next_random(&random) % OBJECTS;
        if (objects[i].ref) {
            const unsigned char *bytes = eq_pool_at(&pool, objects[i].ref);
            if (bytes[0] != (unsigned char)i || bytes[objects[i].size - 1] != (unsigned char)i)
                CU_FAIL_FATAL("objects overlap");
            eq_pool_give(&pool, objects[i].ref);
            objects[i].ref = 0;
            continue;
        }
        objects[i].size = 1 + next_random(&random) % (step % 50 ? 600 : 6000);
        objects[i].ref = eq_pool_take(&pool, objects[i].size);
        CU_ASSERT_NOT_EQUAL_FATAL(objects[i].ref, 0);
        memset(eq_pool_at(&pool, objects[i].ref), (int)i, objects[i].size);
        CU_ASSERT(eq_pool_bytes(objects[i].size) >= objects[i].size);
    }
    for (size_t i = 0; i < OBJECTS; i++)
        if (objects[i].ref)
            eq_pool_give(&pool, objects[i].ref);
    CU_ASSERT(pool.reserved <= EQ_POOL_CLASSES * (size_t)65536);
    eq_pool_free(&pool);
    CU_ASSERT_EQUAL(heap.live, 0);
}

/* Against an array of what is in. */
static void keys_come_and_go(void)
{
    enum { KEYS = 3000, STEPS = 100000 };
    static eq_ref in[KEYS];
    struct counted heap = {0};
    struct eq_alloc alloc = {counted_resize, &heap};
    struct eq_budget budget;
    struct eq_key_table table;
    uint32_t random = 7, n = 0;
    memset(in, 0, sizeof in);
    eq_budget_init(&budget, 0, &alloc);
    eq_key_table_init(&table, sizeof(struct eq_key) + 4, &budget);
    for (size_t step = 0; step < STEPS; step++) {
        uint32_t i = next_random(&random) % (step / 10000 % 2 ? 40 : KEYS);
        struct eq_slice bytes = eq_slice((const char *)&i, i ? sizeof i : 0);
        bool added;
        eq_ref key;
        if (eq_key_find(&table, bytes) != in[i])
            CU_FAIL_FATAL("another key was found");
        if (in[i]) {
            eq_key_remove(&table, in[i]);
            in[i] = 0;
            n--;
            continue;
        }
        CU_ASSERT_EQUAL_FATAL(eq_key_put(&key, &table, bytes, &added), EQ_OK);
        CU_ASSERT_TRUE_FATAL(added && eq_slice_eq(eq_key_slice(&table, eq_pool_at(&budget.pool, key)), bytes));
        in[i] = key;
        n++;
    }
    CU_ASSERT_EQUAL(table.n, n);
    for (size_t i = 0; i < KEYS; i++)
        if (in[i])
            eq_key_remove(&table, in[i]);
    CU_ASSERT(table.size <= 32);
    eq_key_table_free(&table);
    CU_ASSERT_EQUAL(budget.used, 0);
    eq_budget_free(&budget);
    CU_ASSERT_EQUAL(heap.live, 0);
}

CU_TestInfo eq_tests_state[] = {
    {"a pool keeps its objects apart, and gives blocks back", pool_keeps_objects_apart},
    {"keys come and go", keys_come_and_go},
    {"bytes for each waiting sequence", costs_little},
    {"an event is kept once for all that wait with it", an_event_is_kept_once},
    {"a flood of keys stays within the limit, the oldest go", a_flood_stays_within_the_limit},
    {"a flooded rule pushes out only itself", a_flood_pushes_out_itself},
    {"an event, and a key, larger than the limit", one_event_larger_than_the_limit},
    {"what must be missing is bounded too", marks_of_missing_events_are_bounded},
    {"so are complete sequences that wait", complete_ones_that_wait_are_bounded},
    {"little memory finds less, and says so", little_memory_finds_less_and_says_so},
    {"every kind of state under pressure", every_kind_of_state_under_pressure},
    {"samples and tails share one half", samples_and_tails_share_one_half},
    {"what has expired is given back", expired_state_is_given_back},
    {"equal times by the hundred thousand", equal_times_by_the_hundred_thousand},
    {"256 stages", as_many_stages_as_there_can_be},
    {"10,000 join keys in one event", keys_without_end_in_one_event},
    {"time goes backwards", time_goes_backwards},
    {"every allocation fails once", every_allocation_fails_once},
    CU_TEST_INFO_NULL,
};
