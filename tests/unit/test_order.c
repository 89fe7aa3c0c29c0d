/* test_order.c — events that come late: shuffled streams against sorted ones, limits, files, failing memory.
 *
 *      stream, in order ──────────────▶ matcher without lateness ─┐
 *        └─▶ shuffled within L ───────▶ matcher with lateness L ──┴─▶ the same results, byte by byte
 *
 * EQLITE_CASES sets the number of streams, EQLITE_SEED where the numbers begin. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "api/eqlite.h"
#include "match/reorder.h"
#include "unit/reference.h"
#include "unit/helpers.h"

enum { STREAMS = 200, SHUFFLES = 5, MOST_EVENTS = 120 };

#define SECOND_NS INT64_C(1000000000)

/* ── A stream ── */

struct event {
    int64_t ms;      /* its time */
    int64_t comes;   /* when it comes, for sorting */
    unsigned number; /* its place in the order of time, and its tiebreaker */
    char kind, user;
};

static int by_coming(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    if (x->comes != y->comes)
        return x->comes < y->comes ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static unsigned make_stream(struct event *events, struct ref_random *random, bool ties)
{
    unsigned n = 1 + ref_below(random, MOST_EVENTS);
    int64_t ms = 1000 * (int64_t)ref_below(random, 1000);
    for (unsigned i = 0; i < n; i++) {
        ms += ties && ref_chance(random, 60) ? 0 : 1 + (int64_t)ref_below(random, 3000);
        events[i] = (struct event){ms, ms, i, (char)('a' + ref_below(random, 3)), (char)('u' + ref_below(random, 2))};
    }
    return n;
}

/* Later by up to lateness_ms each: then none comes more than that behind a newer one. */
static void shuffle(struct event *events, unsigned n, struct ref_random *random, unsigned lateness_ms)
{
    for (unsigned i = 0; i < n; i++)
        events[i].comes = events[i].ms + ref_below(random, lateness_ms + 1);
    if (n > 1)
        qsort(events, n, sizeof *events, by_coming);
}

/* ── Runs ── */

static const char *const queries[] = {
    "sequence by u with maxspan=5s [a where true] [b where true]",
    "sequence [a where true] [b where true] [c where true] until [any where u == \"v\"]",
    "sequence by u with maxspan=4s [a where true] ![b where true] [c where true]",
    "sequence by u with maxspan=4s [a where true] [b where true] ![c where true]",
    "any where true",
    "sequence [any where true] with runs=3",
    NULL,
};

struct run {
    struct eq_buf out;
    eqlite_stats stats;
    eqlite_status status;
};

static bool keep(const char *ptr, size_t len, void *ctx)
{
    eq_buf_add(ctx, eq_slice(ptr, len));
    return true;
}

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct run *r = ctx;
    eq_buf_printf(&r->out, "%zu:", eqlite_alert_rule(alert));
    for (size_t i = 0; i < eqlite_alert_event_count(alert); i++) {
        eqlite_alert_event e = eqlite_alert_get_event(alert, i);
        eq_buf_putc(&r->out, ' ');
        eq_buf_add(&r->out, eq_slice(e.json.ptr, e.json.len));
    }
    eq_buf_putc(&r->out, '\n');
    return true;
}

static eqlite_rules *compile(const char *const *texts, const eqlite_options *options)
{
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    if (eqlite_compiler_new(&c, options) != EQLITE_OK)
        return NULL;
    eqlite_status st = EQLITE_OK;
    for (; *texts && st == EQLITE_OK; texts++)
        st = eqlite_compiler_add_query(c, "q", *texts, strlen(*texts));
    CU_ASSERT_NOT_EQUAL(st, EQLITE_INVALID);
    if (st != EQLITE_OK || eqlite_compiler_finish(&rules, c) != EQLITE_OK)
        rules = NULL;
    eqlite_compiler_free(c);
    return rules;
}

static void run_begin(struct run *r, eqlite_matcher **matcher, eqlite_rules *rules, int64_t lateness_ns)
{
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    options.on_alert = on_alert;
    options.ctx = r;
    options.max_lateness_ns = lateness_ns;
    *r = (struct run){.stats = {.size = sizeof r->stats}};
    eq_buf_init(&r->out, &eq_alloc_default);
    *matcher = NULL;
    r->status = eqlite_matcher_new(matcher, rules, &options);
}

static void run_feed(struct run *r, eqlite_matcher *m, const char *json)
{
    eqlite_event event = {.json = json, .len = strlen(json), .path = {"x", 1}};
    if (r->status == EQLITE_OK)
        r->status = eqlite_matcher_feed(m, &event);
}

static void run_end(struct run *r, eqlite_matcher *m)
{
    if (r->status == EQLITE_OK)
        r->status = eqlite_matcher_finish(m);
    if (m)
        eqlite_matcher_stats(m, &r->stats);
    eqlite_matcher_free(m);
}

static void run_stream(struct run *r, eqlite_rules *rules, int64_t lateness_ns, const struct event *events, unsigned n)
{
    eqlite_matcher *m;
    run_begin(r, &m, rules, lateness_ns);
    for (unsigned i = 0; i < n; i++) {
        char json[160];
        snprintf(json, sizeof json, "{\"@timestamp\":%lld,\"event.category\":\"%c\",\"u\":\"%c\",\"n\":%u}",
                 (long long)events[i].ms, events[i].kind, events[i].user, events[i].number);
        run_feed(r, m, json);
    }
    run_end(r, m);
    CU_ASSERT_EQUAL(r->status, EQLITE_OK);
}

static bool same(const struct run *a, const struct run *b)
{
    return eq_slice_eq(eq_buf_slice(&a->out), eq_buf_slice(&b->out));
}

static void run_texts(struct run *r, const char *query, const char *tiebreaker, int64_t lateness_ns,
                      const char *const *texts)
{
    const char *const one[] = {query, NULL};
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_matcher *m;
    options.tiebreaker_field = tiebreaker;
    eqlite_rules *rules = compile(one, &options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rules);
    run_begin(r, &m, rules, lateness_ns);
    for (; *texts; texts++)
        run_feed(r, m, *texts);
    run_end(r, m);
    eqlite_rules_free(rules);
}

/* ── Shuffled streams ── */

static void shuffled_within(void)
{
    struct ref_random random = {ref_number("EQLITE_SEED", 11)};
    unsigned streams = (unsigned)ref_number("EQLITE_CASES", STREAMS);
    struct event events[MOST_EVENTS];
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_rules *plain = compile(queries, &options);
    options.tiebreaker_field = "n";
    eqlite_rules *tied = compile(queries, &options);
    uint64_t reordered = 0, different = 0, late = 0, alerts = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(plain);
    CU_ASSERT_PTR_NOT_NULL_FATAL(tied);
    for (unsigned i = 0; i < streams; i++) {
        struct run sorted, shuffled;
        bool ties = i % 2;
        unsigned n = make_stream(events, &random, ties);
        run_stream(&sorted, plain, 0, events, n);
        alerts += sorted.stats.alerts;
        for (unsigned k = 0; k < SHUFFLES; k++) {
            unsigned lateness_ms = 1 + ref_below(&random, 20000);
            bool all = k == 0;
            shuffle(events, n, &random, lateness_ms);
            run_stream(&shuffled, ties ? tied : plain, all ? EQLITE_ANY_LATENESS : lateness_ms * (SECOND_NS / 1000),
                       events, n);
            different += !same(&sorted, &shuffled);
            reordered += shuffled.stats.reordered;
            late += shuffled.stats.late;
            eq_buf_free(&shuffled.out);
        }
        eq_buf_free(&sorted.out);
    }
    CU_ASSERT_EQUAL(different, 0);
    CU_ASSERT_EQUAL(late, 0);
    CU_ASSERT(reordered > streams);
    CU_ASSERT(alerts > streams);
    eqlite_rules_free(plain);
    eqlite_rules_free(tied);
}

/* Which events a buffer must refuse, worked out plainly. Removes them, and returns how many they were. */
static unsigned refuse_late(struct event *events, unsigned *n, int64_t lateness_ms)
{
    bool out[MOST_EVENTS] = {false};
    int64_t newest = INT64_MIN, last = INT64_MIN; /* last: number of the latest that was let go */
    unsigned kept = 0, late = 0;
    for (unsigned i = 0; i < *n; i++) {
        if ((int64_t)events[i].number < last) {
            late++;
            continue;
        }
        newest = events[i].ms > newest ? events[i].ms : newest;
        out[kept] = false;
        events[kept++] = events[i];
        for (unsigned k = 0; k < kept; k++)
            if (!out[k] && newest - events[k].ms > lateness_ms) {
                out[k] = true;
                last = events[k].number > last ? events[k].number : last;
            }
    }
    *n = kept;
    return late;
}

static void shuffled_beyond(void)
{
    static const char *const sequences[] = {"sequence by u with maxspan=5s [a where true] [b where true]",
                                            "sequence [any where true] with runs=2", NULL};
    struct ref_random random = {ref_number("EQLITE_SEED", 12)};
    unsigned streams = (unsigned)ref_number("EQLITE_CASES", STREAMS), different = 0, wrong = 0, late = 0;
    struct event events[MOST_EVENTS];
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_rules *plain = compile(sequences, &options);
    options.tiebreaker_field = "n";
    eqlite_rules *tied = compile(sequences, &options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(plain);
    CU_ASSERT_PTR_NOT_NULL_FATAL(tied);
    for (unsigned i = 0; i < streams; i++) {
        struct run want, got;
        unsigned n = make_stream(events, &random, true), lateness_ms = ref_below(&random, 2000);
        shuffle(events, n, &random, 20000);
        run_stream(&got, tied, lateness_ms * (SECOND_NS / 1000), events, n);
        CU_ASSERT_EQUAL(got.stats.events, n);
        unsigned expected = refuse_late(events, &n, lateness_ms);
        for (unsigned k = 0; k < n; k++)
            events[k].comes = events[k].number;
        qsort(events, n, sizeof *events, by_coming);
        run_stream(&want, plain, 0, events, n);
        different += !same(&want, &got);
        wrong += got.stats.late != expected;
        late += expected;
        eq_buf_free(&want.out);
        eq_buf_free(&got.out);
    }
    CU_ASSERT_EQUAL(different, 0);
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(late > streams);
    eqlite_rules_free(plain);
    eqlite_rules_free(tied);
}

/* ── Places ── */

/* The numbers "n" of events in the order in which they are matched. */
static void check_order(const char *tiebreaker, int64_t lateness_ns, const char *const *texts, const char *want)
{
    struct run r;
    struct eq_buf order;
    eq_buf_init(&order, &eq_alloc_default);
    const char *const both[] = {"any where true", "sequence [any where true] [any where false]", NULL};
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_matcher *m;
    options.tiebreaker_field = tiebreaker;
    eqlite_rules *rules = compile(both, &options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rules);
    run_begin(&r, &m, rules, lateness_ns);
    for (; *texts; texts++)
        run_feed(&r, m, *texts);
    run_end(&r, m);
    CU_ASSERT_EQUAL(r.status, EQLITE_OK);
    for (size_t i = 0; i + 5 < r.out.len; i++)
        if (memcmp(r.out.ptr + i, "\"n\":\"", 5) == 0)
            eq_buf_putc(&order, r.out.ptr[i + 5]);
    eq_buf_putc(&order, 0);
    CU_ASSERT_STRING_EQUAL(order.ptr, want);
    if (strcmp(order.ptr, want) != 0)
        printf("    got  %s\n    want %s\n", order.ptr, want);
    eq_buf_free(&order);
    eq_buf_free(&r.out);
    eqlite_rules_free(rules);
}

static void kinds_of_tiebreakers(void)
{
    static const char *const texts[] = {
        "{\"@timestamp\":7,\"n\":\"j\"}",
        "{\"@timestamp\":7,\"t\":true,\"n\":\"i\"}",
        "{\"@timestamp\":7,\"t\":false,\"n\":\"h\"}",
        "{\"@timestamp\":7,\"t\":\"b\",\"n\":\"g\"}",
        "{\"@timestamp\":7,\"t\":\"ab\",\"n\":\"f\"}",
        "{\"@timestamp\":7,\"t\":\"10\",\"n\":\"e\"}",
        "{\"@timestamp\":7,\"t\":18446744073709551615,\"n\":\"d\"}",
        "{\"@timestamp\":7,\"t\":[2.5,1],\"n\":\"c\"}",
        "{\"@timestamp\":7,\"t\":2,\"n\":\"a\"}",
        "{\"@timestamp\":7,\"t\":2.0,\"n\":\"b\"}",
        "{\"@timestamp\":6,\"t\":9,\"n\":\"0\"}",
        "{\"@timestamp\":7,\"t\":null,\"n\":\"k\"}",
        NULL,
    };
    check_order("t", SECOND_NS, texts, "0abcdefghijk");
    check_order("t", EQLITE_ANY_LATENESS, texts, "0abcdefghijk");
    check_order(NULL, SECOND_NS, texts, "0jihgfedcabk");
    check_order("t", 0, texts, "0abcdefghijk"); /* nothing was let go before the event of 6 came */
    check_order(NULL, 0, texts, "jihgfedcab0k");
}

static void kinds_of_times(void)
{
    static const char *const texts[] = {
        "{\"@timestamp\":\"9999-12-31T23:59:59.999999999Z\",\"n\":\"h\"}",
        "{\"@timestamp\":\"2020-08-30T22:47:33.123456790+02:00\",\"n\":\"g\"}",
        "{\"@timestamp\":1598820453123456789,\"n\":\"f\"}",
        "{\"@timestamp\":1598820453123456,\"n\":\"e\"}",
        "{\"@timestamp\":\"1598820453123\",\"n\":\"d\"}",
        "{\"@timestamp\":1598820453.122,\"n\":\"c\"}",
        "{\"@timestamp\":1,\"n\":\"b\"}",
        "{\"@timestamp\":\"0000\",\"n\":\"a\"}",
        NULL,
    };
    check_order(NULL, EQLITE_ANY_LATENESS, texts, "abcdefgh");
    check_order(NULL, EQLITE_ANY_LATENESS - 1, texts, "gfedcbah"); /* 292 years: the year 9999 lets nothing else wait */
    check_order(NULL, 0, texts, "hgfedcba");
}

static void no_time(void)
{
    static const char *const texts[] = {
        "{\"@timestamp\":9000,\"n\":\"a\"}",
        "{\"n\":\"b\"}",
        "{\"@timestamp\":\"yesterday\",\"n\":\"c\"}",
        "{\"@timestamp\":null,\"n\":\"d\"}",
        "{\"@timestamp\":8000,\"n\":\"e\"}",
        "{broken",
        "{\"@timestamp\":1e300,\"n\":\"f\"}",
        "{\"@timestamp\":{\"x\":1},\"n\":\"g\"}",
        NULL,
    };
    struct run r;
    check_order(NULL, SECOND_NS, texts, "bcdfgea"); /* at once, before those that are held */
    run_texts(&r, "sequence [any where true] [any where true]", NULL, SECOND_NS, texts);
    CU_ASSERT_EQUAL(r.stats.alerts, 1);
    CU_ASSERT_EQUAL(r.stats.no_timestamp, 5);
    CU_ASSERT_EQUAL(r.stats.bad_events, 1);
    CU_ASSERT_EQUAL(r.stats.events, 7);
    CU_ASSERT_EQUAL(r.stats.late, 0);
    CU_ASSERT_EQUAL(r.stats.reordered, 1);
    eq_buf_free(&r.out);
    run_texts(&r, "any where true", NULL, SECOND_NS, texts); /* nothing depends on order */
    CU_ASSERT_EQUAL(r.stats.reordered, 0);
    eq_buf_free(&r.out);
}

static void lineage_in_order(void)
{
    static const char *const texts[] = {
        "{\"@timestamp\":2000,\"event.category\":\"process\",\"process\":{\"entity_id\":\"b\",\"parent\":{\"entity_id\":\"a\"}}}",
        "{\"@timestamp\":1000,\"event.category\":\"process\",\"process\":{\"entity_id\":\"a\",\"name\":\"w\"}}",
        NULL,
    };
    const char *const one[] = {"any where descendant of [process where process.name == \"w\"]", NULL};
    for (int late = 0; late < 2; late++) {
        eqlite_options options = EQLITE_OPTIONS_INIT;
        eqlite_matcher *m;
        struct run r;
        options.dialect = "endpoint";
        eqlite_rules *rules = compile(one, &options);
        CU_ASSERT_PTR_NOT_NULL_FATAL(rules);
        run_begin(&r, &m, rules, late * SECOND_NS);
        run_feed(&r, m, texts[0]);
        run_feed(&r, m, texts[1]);
        run_end(&r, m);
        CU_ASSERT_EQUAL(r.stats.alerts, (uint64_t)late);
        eq_buf_free(&r.out);
        eqlite_rules_free(rules);
    }
}

/* ── The buffer itself ── */

struct drained {
    size_t n;
    bool ordered, whole; /* texts, paths and tiebreakers are as they were put */
    struct eq_place last;
};

static struct eq_slice text_of(char buffer[256], uint64_t number)
{
    int n = snprintf(buffer, 256, "{\"event\":%llu,\"padding\":\"%0*d\"}", (unsigned long long)number,
                     (int)(number % 180), 0);
    return eq_slice(buffer, (size_t)n);
}

static void check_held(struct drained *d, const struct eq_held *held)
{
    char buffer[256], tie[32];
    struct eq_slice text = text_of(buffer, held->origin.line);
    snprintf(tie, sizeof tie, "tie %llu", (unsigned long long)held->origin.line);
    d->ordered &= d->n == 0 || d->last.time.s <= held->place.time.s;
    d->whole &= eq_slice_eq(text, held->text) && eq_slice_eq(held->origin.path, EQ_LIT("path")) &&
                eq_slice_eq(eq_value_slice(&held->place.tie), eq_slice_of(tie)) && held->origin.offset == 7;
    for (size_t i = 0; i < EQ_JSON_PADDING; i++)
        d->whole &= held->text.ptr[held->text.len + i] == ' ';
    d->last = held->place;
    d->n++;
}

static enum eq_status drain(struct drained *d, struct eq_reorder *r, bool end)
{
    const struct eq_held *held;
    for (;;) {
        enum eq_status st = eq_reorder_next(&held, r, end);
        if (st != EQ_OK || !held)
            return st;
        check_held(d, held);
    }
}

/* `n` events with random times, given back as they are due. */
static enum eq_status fill(struct drained *d, struct eq_reorder *r, unsigned n, unsigned *late_events)
{
    struct ref_random random = {5};
    enum eq_status st = EQ_OK;
    *d = (struct drained){.ordered = true, .whole = true};
    *late_events = 0;
    for (unsigned i = 0; i < n && st == EQ_OK; i++) {
        char buffer[256], tie[32];
        bool late = false;
        struct eq_place place = {true, {ref_below(&random, 100000), 0}, EQ_VALUE_NULL, 0};
        struct eq_origin origin = {EQ_LIT("path"), i, 7};
        snprintf(tie, sizeof tie, "tie %u", i);
        place.tie = eq_value_string(eq_slice_of(tie));
        st = eq_reorder_put(&late, r, &place, EQ_LIT(""), text_of(buffer, i), &origin);
        *late_events += late;
        if (st == EQ_OK)
            st = drain(d, r, false);
    }
    return st == EQ_OK ? drain(d, r, true) : st;
}

static void buffer(struct eq_reorder_options options, enum eq_status want, unsigned n, bool forced)
{
    struct eq_reorder *r = NULL;
    struct drained d;
    unsigned late;
    CU_ASSERT_EQUAL_FATAL(eq_reorder_new(&r, &options, &eq_alloc_default), EQ_OK);
    CU_ASSERT_EQUAL(fill(&d, r, n, &late), want);
    if (want != EQ_OK && want != EQ_LIMIT) {
        CU_ASSERT_EQUAL(drain(&d, r, true), want); /* it stays so: some events are lost */
        CU_ASSERT_EQUAL(d.n, 0);
    }
    CU_ASSERT(d.ordered && d.whole);
    if (want == EQ_OK) {
        CU_ASSERT_EQUAL(d.n + late, n);
        CU_ASSERT_EQUAL(eq_reorder_stats(r).forced > 0, forced);
        CU_ASSERT(forced || late == 0);
    }
    eq_reorder_free(r);
}

static void limits(void)
{
    const int64_t long_ns = 200000 * SECOND_NS;
    buffer((struct eq_reorder_options){.lateness_ns = long_ns}, EQ_OK, 5000, false);
    buffer((struct eq_reorder_options){.lateness_ns = long_ns, .max_events = 5000}, EQ_OK, 5000, false);
    buffer((struct eq_reorder_options){.lateness_ns = long_ns, .max_events = 4999}, EQ_OK, 5000, true);
    buffer((struct eq_reorder_options){.lateness_ns = long_ns, .max_bytes = 100000}, EQ_OK, 5000, true);
    buffer((struct eq_reorder_options){.lateness_ns = long_ns, .max_bytes = 1}, EQ_OK, 500, true);
}

static void files(void)
{
    const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    struct eq_reorder_options options = {.lateness_ns = EQ_REORDER_ALL, .max_events = 100, .folder = folder};
    buffer(options, EQ_OK, 100, false);
    buffer(options, EQ_OK, 5000, false);
    buffer(options, EQ_LIMIT, 50000, false); /* more than 256 files */
    options.max_events = 0;
    options.max_bytes = 100000;
    buffer(options, EQ_OK, 5000, false);
    options.folder = "/nonexistent/folder";
    buffer(options, EQ_IO, 5000, false);
    options.folder = NULL;
    buffer(options, EQ_LIMIT, 5000, false);
}

/* Files that cannot grow: the write fails half-way through a run. */
static void full_disk(void)
{
    const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    struct eq_reorder_options options = {.lateness_ns = EQ_REORDER_ALL, .max_events = 4000, .folder = folder};
    struct rlimit before, small;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){300000, before.rlim_max};
    CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_FSIZE, &small), 0);
    buffer(options, EQ_IO, 5000, false);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
}

static void many_of_one_time(void)
{
    enum { N = 20000 };
    struct eq_reorder_options options = {.lateness_ns = 0};
    struct eq_reorder *r = NULL;
    const struct eq_held *held;
    uint64_t n = 0;
    bool late, ordered = true;
    CU_ASSERT_EQUAL_FATAL(eq_reorder_new(&r, &options, &eq_alloc_default), EQ_OK);
    for (uint64_t i = 0; i <= N; i++) { /* the last one lets the others go */
        struct eq_place place = {true, {i == N ? 6 : 5, 0}, eq_value_int(i % 2 ? -(int64_t)i : (int64_t)i), 0};
        struct eq_origin origin = {.line = i};
        CU_ASSERT_EQUAL(eq_reorder_put(&late, r, &place, EQ_LIT(""), EQ_LIT("{}"), &origin), EQ_OK);
        CU_ASSERT_FALSE(late);
        int64_t last = INT64_MIN;
        while (eq_reorder_next(&held, r, false) == EQ_OK && held) {
            ordered &= held->place.tie.i > last;
            last = held->place.tie.i;
            n++;
        }
        CU_ASSERT_EQUAL(n, i == N ? (uint64_t)N : 0);
    }
    CU_ASSERT(ordered);
    eq_reorder_free(r);
}

/* ── Failing memory ── */

/* A whole run through the public functions. */
static void failing_run(void)
{
    static const char *const texts[] = {
        "{\"@timestamp\":9000,\"event.category\":\"b\",\"u\":1,\"t\":\"y\"}",
        "{\"@timestamp\":8000,\"event.category\":\"a\",\"u\":1,\"t\":\"x\"}",
        "{\"@timestamp\":12000,\"event.category\":\"b\",\"u\":1}",
        "{\"@timestamp\":1000,\"event.category\":\"a\",\"u\":1}",
        NULL,
    };
    const char *const one[] = {queries[0], NULL};
    bool through = false;
    for (size_t at = 1; !through && at < 5000; at++) {
        struct faulty faulty = {.fail_at = at};
        eqlite_allocator allocator = {faulty_resize, &faulty};
        eqlite_options options = EQLITE_OPTIONS_INIT;
        options.allocator = &allocator;
        options.tiebreaker_field = "t";
        eqlite_rules *rules = compile(one, &options);
        if (rules) {
            eqlite_matcher *m;
            struct run r;
            run_begin(&r, &m, rules, SECOND_NS);
            for (size_t i = 0; texts[i]; i++)
                run_feed(&r, m, texts[i]);
            run_end(&r, m);
            through = faulty.calls < at;
            CU_ASSERT(r.status == EQLITE_NOMEM || (r.status == EQLITE_OK && r.stats.alerts == 1 && r.stats.late == 1));
            eq_buf_free(&r.out);
        }
        eqlite_rules_free(rules);
        CU_ASSERT_EQUAL(faulty.live, 0);
    }
    CU_ASSERT(through);
}

static void failing_memory(void)
{
    const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    struct eq_reorder_options kinds[] = {
        {.lateness_ns = 30000 * SECOND_NS, .max_bytes = 20000},
        {.lateness_ns = EQ_REORDER_ALL, .max_events = 40, .folder = folder},
    };
    for (int kind = 0; kind < 2; kind++) {
        bool through = false;
        for (size_t at = 1; !through && at < 2000; at++) {
            struct faulty faulty = {.fail_at = at};
            struct eq_alloc alloc = {faulty_resize, &faulty};
            struct eq_reorder *r = NULL;
            struct drained d = {0};
            unsigned late;
            enum eq_status st = eq_reorder_new(&r, &kinds[kind], &alloc);
            if (st == EQ_OK)
                st = fill(&d, r, 200, &late);
            through = faulty.calls < at;
            CU_ASSERT_EQUAL(st, through ? EQ_OK : EQ_NOMEM);
            eq_reorder_free(r);
            CU_ASSERT_EQUAL(faulty.live, 0);
        }
        CU_ASSERT(through);
    }
}

/* ── Several inputs as one ── */

static const char *const inputs[] = {
    "{\"@timestamp\":1000,\"i\":1}\n{\"i\":2}\n{\"@timestamp\":5000,\"i\":7}\n{\"@timestamp\":4000,\"i\":8}\n",
    "{\"i\":0}\nbroken\n{\"_source\":{\"@timestamp\":3000,\"i\":4}}\n{\"@timestamp\":5000,\"i\":9}\n",
    "",
    "{\"@timestamp\":2000,\"i\":3}\n{\"@timestamp\":4000,\"i\":5}\n{\"@timestamp\":4000,\"i\":6}\n",
};

enum { INPUTS = sizeof inputs / sizeof *inputs };

static void count_bytes(uint64_t bytes, void *ctx)
{
    *(uint64_t *)ctx = bytes;
}

/* Read all files merged; the events go into `out`, parted by blanks. */
static eqlite_status read_merged(struct eq_buf *out, char paths[INPUTS][64], const eqlite_allocator *allocator,
                                 uint64_t *bytes)
{
    eqlite_reader_options options = EQLITE_READER_OPTIONS_INIT;
    eqlite_reader *reader = NULL;
    options.allocator = allocator;
    options.input = "ndjson";
    options.merge_field = "@timestamp";
    options.progress = count_bytes;
    options.ctx = bytes;
    eqlite_status st = eqlite_reader_new(&reader, &options);
    for (int i = 0; i < INPUTS && st == EQLITE_OK; i++)
        st = eqlite_reader_add(reader, paths[i]);
    if (st == EQLITE_OK)
        st = eqlite_reader_add(reader, "/nonexistent/file");
    while (st == EQLITE_OK || st == EQLITE_IO) {
        eqlite_event e;
        const char *problem = NULL;
        st = eqlite_reader_next(&e, &problem, reader);
        if (st == EQLITE_OK && out)
            keep(e.json, e.len, out);
        if (st == EQLITE_IO && out)
            eq_buf_puts(out, "<io>");
    }
    eqlite_reader_free(reader);
    return st;
}

static void merged(void)
{
    static const char want[] = "<io>{\"i\":0}broken{\"@timestamp\":1000,\"i\":1}{\"i\":2}{\"@timestamp\":2000,\"i\":3}"
                               "{\"_source\":{\"@timestamp\":3000,\"i\":4}}{\"@timestamp\":4000,\"i\":5}"
                               "{\"@timestamp\":4000,\"i\":6}{\"@timestamp\":5000,\"i\":7}{\"@timestamp\":4000,\"i\":8}"
                               "{\"@timestamp\":5000,\"i\":9}";
    char paths[INPUTS][64];
    struct eq_buf out;
    uint64_t bytes = 0, sum = 0;
    eq_buf_init(&out, &eq_alloc_default);
    for (int i = 0; i < INPUTS; i++) {
        snprintf(paths[i], sizeof paths[i], "/tmp/eqlite-test-XXXXXX");
        int fd = mkstemp(paths[i]);
        CU_ASSERT_FATAL(fd >= 0);
        sum += strlen(inputs[i]);
        CU_ASSERT_EQUAL(write(fd, inputs[i], strlen(inputs[i])), (ssize_t)strlen(inputs[i]));
        close(fd);
    }
    CU_ASSERT_EQUAL(read_merged(&out, paths, NULL, &bytes), EQLITE_END);
    eq_buf_putc(&out, 0);
    CU_ASSERT_STRING_EQUAL(out.ptr, want);
    CU_ASSERT_EQUAL(bytes, sum);
    bool through = false;
    for (size_t at = 1; !through && at < 2000; at++) {
        struct faulty faulty = {.fail_at = at};
        eqlite_allocator allocator = {faulty_resize, &faulty};
        eqlite_status st = read_merged(NULL, paths, &allocator, &bytes);
        through = faulty.calls < at;
        CU_ASSERT(st == EQLITE_END || (!through && st == EQLITE_NOMEM));
        CU_ASSERT_EQUAL(faulty.live, 0);
    }
    CU_ASSERT(through);
    for (int i = 0; i < INPUTS; i++)
        unlink(paths[i]);
    eq_buf_free(&out);
}

static void too_many_inputs(void)
{
    eqlite_reader_options options = EQLITE_READER_OPTIONS_INIT;
    eqlite_reader *reader = NULL;
    options.merge_field = "@timestamp";
    CU_ASSERT_EQUAL_FATAL(eqlite_reader_new(&reader, &options), EQLITE_OK);
    for (int i = 0; i < EQLITE_MERGE_PATHS; i++)
        CU_ASSERT_EQUAL(eqlite_reader_add(reader, "x"), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_reader_add(reader, "x"), EQLITE_LIMIT);
    eqlite_reader_free(reader);
    options.follow = true;
    CU_ASSERT_EQUAL(eqlite_reader_new(&reader, &options), EQLITE_INVALID);
}

CU_TestInfo eq_tests_order[] = {
    {"shuffled within the lateness: the results of the sorted stream", shuffled_within},
    {"shuffled beyond it: exactly those that are too late are left out", shuffled_beyond},
    {"tiebreakers of all kinds", kinds_of_tiebreakers},
    {"times of all kinds", kinds_of_times},
    {"events without a time pass at once", no_time},
    {"processes descend in order of time", lineage_in_order},
    {"limits let events go early", limits},
    {"sorted runs in files", files},
    {"a full disk is an error, and stays one", full_disk},
    {"thousands of one time", many_of_one_time},
    {"failing memory in the buffer", failing_memory},
    {"failing memory in a run", failing_run},
    {"several inputs are merged by time", merged},
    {"not more inputs than can be open", too_many_inputs},
    CU_TEST_INFO_NULL,
};
