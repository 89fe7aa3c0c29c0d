/* test_stages.c — the stages of the engine, seen from inside: what they remember, what that saves, and where it ends.
 *
 *      queries ─▶ program ─▶ plain, memo, decisions ─▶ the same events ─▶ the same hits, and counters to look at
 *
 * Streams made to hurt are judged by counters, never by a clock. */
#include <stdio.h>
#include <stdlib.h>

#include <CUnit/CUnit.h>

#include "base/seed.h"
#include "helpers.h"
#include "lang/languages.h"
#include "match/engine.h"
#include "match/memo.h"
#include "unit/reference.h"

enum { WARM_UP = 256, MOST_HITS = 256 };

/* ── An engine made from queries ── */

struct bench {
    struct eq_arena arena;
    struct eq_ruleset *rules;
    struct eq_engine *engine;
};

static void add_query(struct bench *b, struct eq_program *p, const char *text)
{
    struct eq_diags diags;
    struct eq_plan *plan = NULL;
    struct eq_language_options options = {0};
    struct eq_source *source = eq_arena_alloc(&b->arena, sizeof *source);
    struct eq_slice copy = eq_arena_copy(&b->arena, eq_slice_of(text));
    *source = (struct eq_source){.name = EQ_LIT("rule"), .text = copy, .line = 1, .column = 1};
    eq_diags_init(&diags, &eq_alloc_default);
    CU_ASSERT_EQUAL_FATAL(eq_languages[EQ_DIALECT_ELASTIC].compile(&plan, source, &options, &b->arena, &diags), EQ_OK);
    CU_ASSERT_EQUAL_FATAL(eq_program_add(p, plan, NULL), EQ_OK);
    eq_diags_free(&diags);
}

/* Rules for three kinds of events and three systems, so that some fields are guards. */
static void add_queries(struct bench *b, struct eq_program *p)
{
    static const char *const kinds[] = {"process", "file", "network", "any"};
    static const char *const systems[] = {"windows", "linux", "macos"};
    char text[512];
    for (int i = 0; i < 120; i++) {
        const char *kind = kinds[i % 4], *system = systems[i / 4 % 3];
        snprintf(text, sizeof text,
                 "%s where host.os.type == \"%s\" and event.action == \"a%d\" and process.name : (\"p%d*\", \"q%d\") and "
                 "not user.name : \"u%d\"",
                 kind, system, i % 12, i % 10, i % 7, i % 5);
        add_query(b, p, text);
    }
    add_query(b, p, "process where true");
    add_query(b, p, "any where process.name == \"p1x\" or length(user.name) > 30");
    add_query(b, p, "file where process.name != null");
}

static void bench_open(struct bench *b, enum eq_engine_stages stages, const struct eq_alloc *alloc)
{
    struct eq_program *program;
    struct eq_regexes *regexes;
    *b = (struct bench){0};
    eq_arena_init(&b->arena, &eq_alloc_default);
    CU_ASSERT_EQUAL_FATAL(eq_program_new(&program, false, &eq_alloc_default), EQ_OK);
    CU_ASSERT_EQUAL_FATAL(eq_regexes_new(&regexes, &eq_alloc_default), EQ_OK);
    add_queries(b, program);
    CU_ASSERT_EQUAL_FATAL(eq_program_finish(program), EQ_OK);
    CU_ASSERT_EQUAL_FATAL(eq_ruleset_new(&b->rules, program, regexes, stages, &eq_alloc_default), EQ_OK);
    CU_ASSERT_EQUAL_FATAL(eq_engine_new(&b->engine, b->rules, NULL, alloc), EQ_OK);
}

static void bench_close(struct bench *b)
{
    eq_engine_free(b->engine);
    eq_ruleset_free(b->rules);
    eq_arena_free(&b->arena);
}

static struct eq_engine_stats stats_of(const struct bench *b)
{
    struct eq_engine_stats stats = {0};
    eq_engine_add_stats(b->engine, &stats);
    return stats;
}

/* A text that can be decoded: padded. */
struct event_text {
    char text[2048 + EQ_JSON_PADDING];
    size_t len;
};

static void feed(struct eq_hits *hits, struct bench *b, const struct event_text *e)
{
    struct eq_decode_error error;
    CU_ASSERT_EQUAL_FATAL(eq_engine_feed(hits, b->engine, eq_slice(e->text, e->len), &error), EQ_OK);
}

/* ── Streams ── */

typedef void make_event(struct event_text *out, struct ref_random *r, unsigned number);

static void usual(struct event_text *out, struct ref_random *r, unsigned number)
{
    static const char *const kinds[] = {"process", "file", "network", "other"};
    static const char *const systems[] = {"windows", "linux", "macos"};
    (void)number;
    out->len = (size_t)snprintf(out->text, sizeof out->text,
                                "{\"event\":{\"category\":[\"%s\"],\"action\":\"a%u\"},\"host\":{\"os\":{\"type\":\"%s\"}},"
                                "\"process\":{\"name\":\"%c%ux\"},\"user\":{\"name\":\"u%u\"}}",
                                kinds[ref_below(r, 4)], ref_below(r, 12), systems[ref_below(r, 3)],
                                ref_chance(r, 50) ? 'p' : 'q', ref_below(r, 20), ref_below(r, 8));
}

/* No value repeats. */
static void unique(struct event_text *out, struct ref_random *r, unsigned number)
{
    static const char *const kinds[] = {"process", "file", "network", "other"};
    out->len = (size_t)snprintf(out->text, sizeof out->text,
                                "{\"event\":{\"category\":[\"%s\"],\"action\":\"a%u\"},\"host\":{\"os\":{\"type\":\"w%u\"}},"
                                "\"process\":{\"name\":\"p%u-%u\"},\"user\":{\"name\":\"u%u\"}}",
                                kinds[ref_below(r, 4)], number, number, number % 10, number, number);
}

/* Each event has some of twelve actions: thousands of combinations that guards could decide about. */
static void combined(struct event_text *out, struct ref_random *r, unsigned number)
{
    unsigned actions = ref_below(r, 4096);
    (void)number;
    int len = snprintf(out->text, sizeof out->text, "{\"process.name\":\"p%u\",\"host.os.type\":\"linux\","
                                                    "\"event.category\":\"file\",\"event.action\":[null",
                       ref_below(r, 12));
    for (unsigned i = 0; i < 12; i++)
        if (actions >> i & 1)
            len += snprintf(out->text + len, sizeof out->text - (size_t)len, ",\"a%u\"", i);
    out->len = (size_t)(len + snprintf(out->text + len, sizeof out->text - (size_t)len, "]}"));
}

/* Fields that no event had before. */
static void named_anew(struct event_text *out, struct ref_random *r, unsigned number)
{
    usual(out, r, number);
    for (unsigned i = 0; i < 40; i++)
        out->len += (size_t)snprintf(out->text + out->len - 1, sizeof out->text - out->len, ",\"f%u.x%u\":\"p1x\"}",
                                     number * 40 + i, i) - 1;
}

/* All engines over one stream: the same hits. What the one with decisions counted. */
static struct eq_engine_stats compare(make_event *make, unsigned n, struct eq_engine_stats *of_memo)
{
    static const enum eq_engine_stages stages[] = {EQ_ENGINE_PLAIN, EQ_ENGINE_MEMO, EQ_ENGINE_DECISIONS};
    struct bench benches[3];
    struct ref_random r = {7};
    static struct event_text e;
    size_t differ = 0, hit = 0;
    for (int i = 0; i < 3; i++)
        bench_open(&benches[i], stages[i], &eq_alloc_default);
    for (unsigned k = 0; k < n; k++) {
        struct eq_hits first, other;
        make(&e, &r, k);
        feed(&first, &benches[0], &e);
        hit += first.n;
        for (int i = 1; i < 3; i++) {
            feed(&other, &benches[i], &e);
            differ += other.n != first.n || (first.n && memcmp(other.clauses, first.clauses, first.n * sizeof(uint32_t)));
        }
    }
    CU_ASSERT_EQUAL(differ, 0);
    CU_ASSERT(hit > n / 20); /* else it shows nothing */
    struct eq_engine_stats stats = stats_of(&benches[2]);
    if (of_memo)
        *of_memo = stats_of(&benches[1]);
    for (int i = 0; i < 3; i++)
        bench_close(&benches[i]);
    return stats;
}

static void test_usual(void)
{
    enum { N = 20000 };
    struct eq_engine_stats memo, decisions = compare(usual, N, &memo);
    CU_ASSERT_EQUAL(memo.decisions.hits + memo.decisions.misses, 0);
    CU_ASSERT(memo.memo.hits > memo.memo.misses * 10);
    CU_ASSERT(decisions.decisions.hits > N / 2);
    CU_ASSERT(decisions.decisions.made >= decisions.decisions.residuals && decisions.decisions.residuals > 10);
    CU_ASSERT_EQUAL(decisions.decisions.resets, 0);
    CU_ASSERT(decisions.candidates < memo.candidates / 2);
}

static void test_unique(void)
{
    enum { N = 20000 };
    struct eq_engine_stats memo, decisions = compare(unique, N, &memo);
    CU_ASSERT_EQUAL(memo.memo.resets + decisions.memo.resets, 0);
    CU_ASSERT(memo.memo.hits < N * 3); /* the categories, at most */
    CU_ASSERT(memo.memo.bytes < 2u << 20); /* nothing is kept that does not come again */
    CU_ASSERT(decisions.memo.bytes < 2u << 20);
    CU_ASSERT(decisions.decisions.made < 20);
    CU_ASSERT(decisions.candidates <= memo.candidates);
}

/* Ever new combinations: decisions are made for some, begin anew when there are too many, and stay within bounds. */
static void test_combined(void)
{
    enum { N = 30000 };
    struct eq_engine_stats stats = compare(combined, N, NULL);
    CU_ASSERT(stats.decisions.misses > 1000);
    CU_ASSERT(stats.decisions.resets > 0);
    CU_ASSERT(stats.decisions.residuals <= 1024);
    CU_ASSERT(stats.decisions.bytes < 9u << 20);
    CU_ASSERT(stats.decisions.made <= 64 + N / 4); /* the first ones are free, others earned by events */
}

static void test_names(void)
{
    struct eq_engine_stats usual_stats = compare(usual, 3000, NULL), stats = compare(named_anew, 3000, NULL);
    /* 120,000 names that no rule knows: nothing is looked up for them, nothing kept */
    CU_ASSERT(stats.memo.hits + stats.memo.misses <= usual_stats.memo.hits + usual_stats.memo.misses + 3000);
    CU_ASSERT(stats.memo.bytes <= usual_stats.memo.bytes + 4096);
}

/* The stream of combinations with resets, once it has filled its tables, asks for no memory. */
static void test_steady(void)
{
    struct faulty memory = {0};
    struct eq_alloc alloc = {faulty_resize, &memory};
    struct bench b;
    struct ref_random r = {3};
    static struct event_text e;
    struct eq_hits hits;
    bench_open(&b, EQ_ENGINE_DECISIONS, &alloc);
    for (unsigned k = 0; k < 40000; k++) {
        combined(&e, &r, k);
        feed(&hits, &b, &e);
    }
    size_t before = memory.calls;
    uint64_t resets = stats_of(&b).decisions.resets;
    for (unsigned k = 0; k < 20000; k++) {
        combined(&e, &r, k);
        feed(&hits, &b, &e);
    }
    CU_ASSERT(stats_of(&b).decisions.resets > resets);
    CU_ASSERT_EQUAL(memory.calls, before);
    bench_close(&b);
    CU_ASSERT_EQUAL(memory.live, 0);
}

/* Wherever memory ends, an event is answered rightly or refused, and nothing is lost. */
static void test_without_memory(void)
{
    for (size_t allowed = 0; allowed < 60; allowed++) {
        struct faulty memory = {0};
        struct eq_alloc alloc = {faulty_resize, &memory};
        struct bench b, plain;
        struct ref_random r = {5};
        static struct event_text e;
        size_t differ = 0;
        bench_open(&b, EQ_ENGINE_DECISIONS, &alloc);
        bench_open(&plain, EQ_ENGINE_PLAIN, &eq_alloc_default);
        for (unsigned k = 0; k < WARM_UP + 100; k++) {
            struct eq_hits hits, right;
            struct eq_decode_error error;
            usual(&e, &r, k);
            if (k == WARM_UP - 2)
                faulty_allow(&memory, allowed);
            feed(&right, &plain, &e);
            enum eq_status st = eq_engine_feed(&hits, b.engine, eq_slice(e.text, e.len), &error);
            CU_ASSERT_FATAL(st == EQ_OK || st == EQ_NOMEM);
            if (st == EQ_OK)
                differ += hits.n != right.n || (hits.n && memcmp(hits.clauses, right.clauses, hits.n * sizeof(uint32_t)));
        }
        CU_ASSERT_EQUAL(differ, 0);
        bench_close(&b);
        bench_close(&plain);
        CU_ASSERT_EQUAL(memory.live, 0);
    }
}

/* The seed of hashes decides where things stand, and nothing else. */
static void test_seeds(void)
{
    uint64_t before = eq_seed(), sums[3] = {0};
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct bench b;
        struct ref_random r = {9};
        static struct event_text e;
        eq_seed_drawn = seed * 0x9E3779B97F4A7C15u;
        bench_open(&b, EQ_ENGINE_DECISIONS, &eq_alloc_default);
        for (unsigned k = 0; k < 3000; k++) {
            struct eq_hits hits;
            usual(&e, &r, k);
            feed(&hits, &b, &e);
            for (size_t i = 0; i < hits.n; i++)
                sums[seed - 1] = sums[seed - 1] * 31 + hits.clauses[i] + k;
        }
        bench_close(&b);
    }
    eq_seed_drawn = before;
    CU_ASSERT(sums[0] != 0);
    CU_ASSERT_EQUAL(sums[0], sums[1]);
    CU_ASSERT_EQUAL(sums[0], sums[2]);
}

/* ── The memo alone ── */

static const struct eq_memo_entry *look(struct eq_memo *m, struct eq_memo_key *key, const char *text, bool *worth)
{
    struct eq_value v = eq_value_string(eq_slice_of(text));
    CU_ASSERT_FATAL(eq_memo_key(key, m, 3, &v));
    eq_memo_fetch(m, key);
    return eq_memo_find(m, key, worth);
}

static void test_memo(void)
{
    enum { BUDGET = 100000 };
    struct eq_memo *m;
    struct eq_memo_key key;
    bool worth;
    const uint32_t clauses[] = {4, 5}, predicates[] = {7, 8, 9};
    CU_ASSERT_EQUAL_FATAL(eq_memo_new(&m, BUDGET, &eq_alloc_default), EQ_OK);
    size_t empty = eq_memo_stats(m).bytes;
    CU_ASSERT(!look(m, &key, "svchost.exe", &worth) && !worth); /* once is not worth it */
    CU_ASSERT(!look(m, &key, "svchost.exe", &worth) && worth);
    eq_memo_put(m, &key, clauses, 2, predicates, 3);
    const struct eq_memo_entry *e = look(m, &key, "svchost.exe", &worth);
    CU_ASSERT_FATAL(e != NULL);
    CU_ASSERT(e->n_clauses == 2 && e->n_predicates == 3 && e->items[1] == 5 && e->items[4] == 9);
    key.field = 4; /* the same text in another field, even if the hash were the same */
    CU_ASSERT(eq_memo_find(m, &key, &worth) == NULL);
    CU_ASSERT(look(m, &key, "svchost.exf", &worth) == NULL);
    for (unsigned i = 0; i < 10000; i++) {
        char text[32];
        snprintf(text, sizeof text, "value %u", i);
        look(m, &key, text, &worth);
        if (!look(m, &key, text, &worth) && worth)
            eq_memo_put(m, &key, clauses, 2, predicates, 3);
        CU_ASSERT(eq_memo_stats(m).bytes <= empty + BUDGET + 1024); /* an entry, and what pads it */
    }
    CU_ASSERT(eq_memo_stats(m).resets > 3);
    eq_memo_free(m);
}

CU_TestInfo eq_tests_stages[] = {
    {"usual events: few decisions, few candidates, the same hits", test_usual},
    {"no value repeats: nothing is kept", test_unique},
    {"ever new combinations of guards: within bounds", test_combined},
    {"ever new names of fields: nothing is kept", test_names},
    {"what began anew asks for no more memory", test_steady},
    {"without memory", test_without_memory},
    {"output does not depend on the seed", test_seeds},
    {"the memo: full keys, second time, budget", test_memo},
    CU_TEST_INFO_NULL,
};
