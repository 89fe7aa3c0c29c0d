/* test_saving.c — states: what is taken up, what is refused, and where a reader goes on.
 *
 * That a matcher saved and restored at any event answers the same is shown by test_sequences.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "api/eqlite.h"
#include "base/buf.h"
#include "base/seed.h"
#include "seal.h"
#include "unit/helpers.h"

/* ── A run ── */

struct run {
    eqlite_rules *rules;
    eqlite_matcher *matcher;
    struct eq_buf results; /* "rule:lines\n" */
};

static bool add_bytes(const char *ptr, size_t len, void *ctx)
{
    eq_buf_add(ctx, eq_slice(ptr, len));
    return true;
}

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct run *r = ctx;
    eqlite_rule rule = eqlite_rules_get(r->rules, eqlite_alert_rule(alert));
    eq_buf_printf(&r->results, "%.*s:", (int)rule.id.len, rule.id.ptr);
    for (size_t i = 0; i < eqlite_alert_event_count(alert); i++)
        eq_buf_printf(&r->results, " %llu", (unsigned long long)eqlite_alert_get_event(alert, i).line);
    eq_buf_putc(&r->results, '\n');
    return true;
}

/* Queries up to a NULL; each is its own id. False without memory. */
static bool open_run(struct run *r, const eqlite_allocator *allocator, size_t memory, const char *const *queries)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_matcher_options how = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_compiler *c = NULL;
    *r = (struct run){0};
    eq_buf_init(&r->results, &eq_alloc_default);
    options.dialect = "endpoint";
    options.allocator = allocator;
    how.on_alert = on_alert;
    how.ctx = r;
    how.memory_bytes = memory;
    how.max_lateness_ns = 1000000000;
    bool good = eqlite_compiler_new(&c, &options) == EQLITE_OK;
    for (size_t i = 0; queries[i] && good; i++)
        good = eqlite_compiler_add_query(c, queries[i], queries[i], strlen(queries[i])) == EQLITE_OK;
    good = good && eqlite_compiler_finish(&r->rules, c) == EQLITE_OK &&
           eqlite_matcher_new(&r->matcher, r->rules, &how) == EQLITE_OK;
    eqlite_compiler_free(c);
    return good;
}

static void close_run(struct run *r)
{
    eqlite_matcher_free(r->matcher);
    eqlite_rules_free(r->rules);
    eq_buf_free(&r->results);
}

/* Event number `line` of a fixed stream: A at 0 s, B at 1 s, M, C, … with few keys, and processes. */
static bool feed(struct run *r, unsigned line)
{
    static const char types[] = "AABMCBAC";
    char text[256];
    int n = snprintf(text, sizeof text,
                     "{\"@timestamp\":%lld,\"event.category\":\"process\",\"t\":\"%c\",\"k\":%u,\"v\":[%u,\"w%u\"],"
                     "\"process\":{\"entity_id\":\"p%u\",\"parent\":{\"entity_id\":\"p%u\"}}}",
                     1767225600000 + 1000LL * line, types[line % 8], line % 3, line % 3, line % 5, line, line - 1);
    eqlite_event e = {.json = text, .len = (size_t)n, .line = line};
    return eqlite_matcher_feed(r->matcher, &e) == EQLITE_OK;
}

static eqlite_status save(struct eq_buf *out, struct run *r)
{
    eqlite_state state = EQLITE_STATE_INIT;
    state.matcher = r->matcher;
    eq_buf_init(out, &eq_alloc_default);
    return eqlite_state_save(&state, add_bytes, out);
}

static eqlite_status restore(struct run *r, const char *ptr, size_t len, eqlite_state_report *report)
{
    eqlite_state state = EQLITE_STATE_INIT;
    *report = (eqlite_state_report){.size = sizeof *report};
    state.matcher = r->matcher;
    return eqlite_state_restore(&state, ptr, len, report);
}

#define PAIR "sequence by k with maxspan=1m [any where t == \"A\"] [any where t == \"C\"]"
#define MIDDLE "sequence by k with maxspan=1m [any where t == \"A\"] ![any where t == \"M\"] [any where t == \"B\"]"
#define TRAILING "sequence by k with maxspan=3s [any where t == \"B\"] ![any where t == \"C\"]"
#define ALIAS "sequence with maxspan=1m [any where t == \"A\"] as e0 [any where t == \"C\" and v == e0.v]"
#define LINEAGE "any where t == \"C\" and descendant of [process where t == \"M\"]"
#define TAIL "any where t == \"B\" | tail 3"
#define OTHER "sequence by v [any where v == \"w3\"] [any where process.entity_id : \"p1*\"]"
static const char *const all[] = {PAIR, MIDDLE, TRAILING, ALIAS, LINEAGE, TAIL, NULL};

/* ── What is refused ── */

static void refuses_damage(void)
{
    struct run r;
    struct eq_buf state;
    eqlite_state_report report;
    CU_ASSERT_TRUE_FATAL(open_run(&r, NULL, 0, all));
    for (unsigned i = 1; i < 14; i++)
        CU_ASSERT_TRUE(feed(&r, i));
    CU_ASSERT_EQUAL_FATAL(save(&state, &r), EQLITE_OK);
    for (size_t i = 0; i < state.len; i++) { /* each byte, in three ways */
        static const unsigned char flips[] = {1, 0x80, 0xff};
        for (size_t k = 0; k < sizeof flips; k++) {
            state.ptr[i] = (char)(state.ptr[i] ^ flips[k]);
            CU_ASSERT_EQUAL(restore(&r, state.ptr, state.len, &report), EQLITE_INVALID);
            CU_ASSERT_PTR_NOT_NULL(report.problem);
            state.ptr[i] = (char)(state.ptr[i] ^ flips[k]);
        }
    }
    for (size_t len = 0; len < state.len; len++)
        CU_ASSERT_EQUAL(restore(&r, state.ptr, len, &report), EQLITE_INVALID);
    eq_buf_putc(&state, 0);
    CU_ASSERT_EQUAL(restore(&r, state.ptr, state.len, &report), EQLITE_INVALID);
    close_run(&r);
    eq_buf_free(&state);
}

/* The same bytes, but whoever changed them has made the checksum right: refused, or it works. */
static void survives_forgery(void)
{
    struct run first;
    struct eq_buf state;
    size_t refused = 0, taken = 0;
    CU_ASSERT_TRUE_FATAL(open_run(&first, NULL, 1 << 20, all));
    for (unsigned i = 1; i < 14; i++)
        CU_ASSERT_TRUE(feed(&first, i));
    CU_ASSERT_EQUAL_FATAL(save(&state, &first), EQLITE_OK);
    for (size_t i = SEAL_HEAD; i + SEAL_BYTES < state.len; i++) {
        eqlite_state_report report;
        struct run r;
        char was = state.ptr[i];
        state.ptr[i] = (char)(was ^ (i % 3 == 0 ? 1 : i % 3 == 1 ? 0x40 : 0xff));
        seal(state.ptr, state.len);
        CU_ASSERT_TRUE_FATAL(open_run(&r, NULL, 1 << 20, all));
        eqlite_status st = restore(&r, state.ptr, state.len, &report);
        CU_ASSERT(st == EQLITE_OK || st == EQLITE_INVALID || st == EQLITE_LIMIT);
        refused += st != EQLITE_OK;
        for (unsigned k = 14; k < 22 && st == EQLITE_OK; k++)
            CU_ASSERT_TRUE(feed(&r, k));
        if (st == EQLITE_OK) {
            taken++;
            CU_ASSERT_EQUAL(eqlite_matcher_finish(r.matcher), EQLITE_OK);
        }
        close_run(&r);
        state.ptr[i] = was;
    }
    CU_ASSERT(refused > 100 && taken > 100);
    close_run(&first);
    eq_buf_free(&state);
}

static void refuses_what_it_cannot_know(void)
{
    struct run r;
    struct eq_buf state;
    eqlite_state_report report;
    CU_ASSERT_TRUE_FATAL(open_run(&r, NULL, 0, all));
    CU_ASSERT_EQUAL_FATAL(save(&state, &r), EQLITE_OK);
    state.ptr[SEAL_HEAD - 4]++; /* the version */
    seal(state.ptr, state.len);
    CU_ASSERT_EQUAL(restore(&r, state.ptr, state.len, &report), EQLITE_INVALID);
    CU_ASSERT_PTR_NOT_NULL_FATAL(report.problem);
    CU_ASSERT_PTR_NOT_NULL(strstr(report.problem, "version"));
    CU_ASSERT_EQUAL(restore(&r, "{\"a\":1}\n", 8, &report), EQLITE_INVALID);
    CU_ASSERT_STRING_EQUAL(report.problem, "it is not a saved state");
    close_run(&r);
    eq_buf_free(&state);
}

static void refuses_more_than_memory(void)
{
    static const char *const queries[] = {PAIR, NULL};
    struct run large, small;
    struct eq_buf state;
    eqlite_state_report report;
    CU_ASSERT_TRUE_FATAL(open_run(&large, NULL, 1 << 20, queries));
    for (unsigned i = 0; i < 1000; i++) {
        char text[128];
        int n = snprintf(text, sizeof text, "{\"@timestamp\":%lld,\"t\":\"A\",\"k\":%u}", 1767225600000 + 10LL * i, i);
        eqlite_event e = {.json = text, .len = (size_t)n};
        CU_ASSERT_EQUAL(eqlite_matcher_feed(large.matcher, &e), EQLITE_OK);
    }
    CU_ASSERT_EQUAL_FATAL(save(&state, &large), EQLITE_OK);
    CU_ASSERT_TRUE_FATAL(open_run(&small, NULL, 64 << 10, queries));
    CU_ASSERT_EQUAL(restore(&small, state.ptr, state.len, &report), EQLITE_LIMIT);
    CU_ASSERT_PTR_NOT_NULL(strstr(report.problem, "memory"));
    close_run(&large);
    close_run(&small);
    eq_buf_free(&state);
}

/* ── What is taken up ── */

/* The results of `queries` over events 1 to 40, without a state. */
static void results_of(struct eq_buf *out, const char *const *queries)
{
    struct run r;
    eq_buf_init(out, &eq_alloc_default);
    CU_ASSERT_TRUE_FATAL(open_run(&r, NULL, 0, queries));
    for (unsigned i = 1; i <= 40; i++)
        CU_ASSERT_TRUE(feed(&r, i));
    CU_ASSERT_EQUAL(eqlite_matcher_finish(r.matcher), EQLITE_OK);
    eq_buf_add(out, eq_buf_slice(&r.results));
    close_run(&r);
}

/* Lines of rules that are not in `only` are left out. */
static void lines_of(struct eq_buf *out, struct eq_slice all_lines, const char *only)
{
    for (size_t at = 0, end; at < all_lines.len; at = end + 1) {
        for (end = at; all_lines.ptr[end] != '\n'; end++)
            ;
        if (eq_slice_starts(eq_slice(all_lines.ptr + at, end - at), eq_slice_of(only)))
            eq_buf_add(out, eq_slice(all_lines.ptr + at, end - at + 1));
    }
}

/* Rules come and go between two runs, so that the numbers of rules, fields, clauses and trackers are others; those that
 * stay answer as if nothing had happened. */
static void rules_may_change(void)
{
    static const char *const then[] = {OTHER, PAIR, MIDDLE, TRAILING, ALIAS, LINEAGE, TAIL, NULL};
    static const char *const now[] = {LINEAGE, TAIL, "any where descendant of [process where t == \"B\"]",
                                      ALIAS,   TRAILING, MIDDLE, PAIR, NULL};
    static const char *const stay[] = {PAIR, MIDDLE, TRAILING, ALIAS, LINEAGE, TAIL};
    struct eq_buf whole;
    results_of(&whole, then);
    for (unsigned cut = 1; cut < 40; cut++) {
        struct run a, b;
        struct eq_buf state;
        eqlite_state_report report;
        CU_ASSERT_TRUE_FATAL(open_run(&a, NULL, 0, then));
        CU_ASSERT_TRUE_FATAL(open_run(&b, NULL, 0, now));
        for (unsigned i = 1; i <= cut; i++)
            CU_ASSERT_TRUE(feed(&a, i));
        CU_ASSERT_EQUAL(save(&state, &a), EQLITE_OK);
        CU_ASSERT_EQUAL_FATAL(restore(&b, state.ptr, state.len, &report), EQLITE_OK);
        CU_ASSERT(report.kept == 6 && report.fresh == 1 && report.dropped == 1);
        for (unsigned i = cut + 1; i <= 40; i++)
            CU_ASSERT_TRUE(feed(&b, i));
        CU_ASSERT_EQUAL(eqlite_matcher_finish(b.matcher), EQLITE_OK);
        eq_buf_add(&a.results, eq_buf_slice(&b.results));
        for (size_t i = 0; i < sizeof stay / sizeof *stay; i++) {
            struct eq_buf expected, found;
            eq_buf_init(&expected, &eq_alloc_default);
            eq_buf_init(&found, &eq_alloc_default);
            lines_of(&expected, eq_buf_slice(&whole), stay[i]);
            lines_of(&found, eq_buf_slice(&a.results), stay[i]);
            CU_ASSERT(expected.len > 0 && eq_slice_eq(eq_buf_slice(&expected), eq_buf_slice(&found)));
            eq_buf_free(&expected);
            eq_buf_free(&found);
        }
        close_run(&a);
        close_run(&b);
        eq_buf_free(&state);
    }
    eq_buf_free(&whole);
}

static void same_bytes_with_any_seed(void)
{
    struct eq_buf states[2];
    uint64_t seed = eq_seed_drawn;
    for (unsigned k = 0; k < 2; k++) {
        struct run r;
        eq_seed_drawn = 17 + 4711 * k;
        CU_ASSERT_TRUE_FATAL(open_run(&r, NULL, 0, all));
        for (unsigned i = 1; i < 40; i++)
            CU_ASSERT_TRUE(feed(&r, i));
        CU_ASSERT_EQUAL(save(&states[k], &r), EQLITE_OK);
        close_run(&r);
    }
    eq_seed_drawn = seed;
    CU_ASSERT_TRUE(eq_slice_eq(eq_buf_slice(&states[0]), eq_buf_slice(&states[1])));
    eq_buf_free(&states[0]);
    eq_buf_free(&states[1]);
}

/* What the end gives is given once; what is in progress then may still complete. */
static void flushes_once(void)
{
    static const char *const queries[] = {PAIR, TRAILING, TAIL, NULL};
    struct run a, b;
    struct eq_buf state;
    eqlite_state_report report;
    CU_ASSERT_TRUE_FATAL(open_run(&a, NULL, 0, queries));
    CU_ASSERT_TRUE_FATAL(open_run(&b, NULL, 0, queries));
    for (unsigned i = 8; i <= 10; i++)
        CU_ASSERT_TRUE(feed(&a, i));
    CU_ASSERT_EQUAL(eqlite_matcher_finish(a.matcher), EQLITE_OK);
    CU_ASSERT_TRUE(eq_slice_eq(eq_buf_slice(&a.results), EQ_LIT(TRAILING ": 10 0\n" TAIL ": 10\n")));
    CU_ASSERT_EQUAL(save(&state, &a), EQLITE_OK);
    CU_ASSERT_EQUAL(restore(&b, state.ptr, state.len, &report), EQLITE_OK);
    CU_ASSERT_TRUE(feed(&b, 15)); /* C, key 0: the A before was number 9 */
    CU_ASSERT_EQUAL(eqlite_matcher_finish(b.matcher), EQLITE_OK);
    CU_ASSERT_TRUE(eq_slice_eq(eq_buf_slice(&b.results), EQ_LIT(PAIR ": 9 15\n")));
    close_run(&a);
    close_run(&b);
    eq_buf_free(&state);
}

static void time_may_pass(void)
{
    static const char *const queries[] = {TRAILING, NULL};
    struct run r;
    CU_ASSERT_TRUE_FATAL(open_run(&r, NULL, 0, queries));
    CU_ASSERT_TRUE(feed(&r, 10)); /* at 00:00:10, and held for lateness */
    CU_ASSERT_EQUAL(eqlite_matcher_advance(r.matcher, "2026-01-01T00:00:13Z", 20), EQLITE_OK);
    CU_ASSERT_EQUAL(r.results.len, 0); /* an event of this very time might still come */
    CU_ASSERT_EQUAL(eqlite_matcher_advance(r.matcher, "2026-01-01T00:00:13.001Z", 24), EQLITE_OK);
    CU_ASSERT_TRUE(eq_slice_eq(eq_buf_slice(&r.results), EQ_LIT(TRAILING ": 10 0\n")));
    CU_ASSERT_EQUAL(eqlite_matcher_advance(r.matcher, "soon", 4), EQLITE_INVALID);
    CU_ASSERT_EQUAL(eqlite_matcher_advance(NULL, "2026", 4), EQLITE_OK);
    CU_ASSERT_TRUE(feed(&r, 11)); /* too late now */
    CU_ASSERT_EQUAL(eqlite_matcher_finish(r.matcher), EQLITE_OK);
    eqlite_stats stats = {.size = sizeof stats};
    eqlite_matcher_stats(r.matcher, &stats);
    CU_ASSERT_EQUAL(stats.late, 1);
    close_run(&r);
}

/* ── When memory fails ── */

static void fails_cleanly(void)
{
    struct run first;
    struct eq_buf state;
    CU_ASSERT_TRUE_FATAL(open_run(&first, NULL, 0, all));
    for (unsigned i = 1; i < 14; i++)
        CU_ASSERT_TRUE(feed(&first, i));
    CU_ASSERT_EQUAL_FATAL(save(&state, &first), EQLITE_OK);
    close_run(&first);
    bool more = true;
    for (size_t n = 0; more; n++) {
        struct faulty heap = {0};
        eqlite_allocator allocator = {faulty_resize, &heap};
        eqlite_state_report report;
        struct run r;
        struct eq_buf again;
        CU_ASSERT_TRUE_FATAL(open_run(&r, &allocator, 0, all));
        faulty_allow(&heap, n);
        eqlite_status st = restore(&r, state.ptr, state.len, &report);
        eqlite_status saved = st == EQLITE_OK ? save(&again, &r) : EQLITE_NOMEM;
        CU_ASSERT(st == EQLITE_OK || (st == EQLITE_NOMEM && report.problem));
        CU_ASSERT(saved == EQLITE_OK || saved == EQLITE_NOMEM);
        more = saved != EQLITE_OK;
        if (saved == EQLITE_OK)
            CU_ASSERT_TRUE(eq_slice_eq(eq_buf_slice(&again), eq_buf_slice(&state)));
        if (st == EQLITE_OK)
            eq_buf_free(&again);
        close_run(&r);
        CU_ASSERT_EQUAL(heap.live, 0);
        CU_ASSERT_FATAL(n < 100000);
    }
    eq_buf_free(&state);
}

/* ── Readers ── */

static void write_file(const char *path, const char *text, size_t len)
{
    FILE *f = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    CU_ASSERT_EQUAL(fwrite(text, 1, len, f), len);
    CU_ASSERT_EQUAL(fclose(f), 0);
}

static eqlite_reader *reader_of(const char *const *paths, const char *merge)
{
    eqlite_reader_options options = EQLITE_READER_OPTIONS_INIT;
    eqlite_reader *r = NULL;
    options.merge_field = merge;
    CU_ASSERT_EQUAL_FATAL(eqlite_reader_new(&r, &options), EQLITE_OK);
    for (size_t i = 0; paths[i]; i++)
        CU_ASSERT_EQUAL(eqlite_reader_add(r, paths[i]), EQLITE_OK);
    return r;
}

/* Up to `most` items as "path:line:offset text\n"; how many there were. */
static size_t read_items(struct eq_buf *out, eqlite_reader *r, size_t most)
{
    size_t n = 0;
    for (eqlite_status st = EQLITE_OK; n < most && st != EQLITE_END;) {
        eqlite_event e;
        const char *problem;
        st = eqlite_reader_next(&e, &problem, r);
        if (st != EQLITE_OK)
            continue;
        eq_buf_printf(out, "%.*s:%llu:%llu %.*s%s\n", (int)e.path.len, e.path.ptr, (unsigned long long)e.line,
                      (unsigned long long)e.offset, (int)e.len, e.json, problem ? problem : "");
        n++;
    }
    return n;
}

static void save_reader(struct eq_buf *out, eqlite_reader *r)
{
    eqlite_state state = EQLITE_STATE_INIT;
    state.reader = r;
    eq_buf_init(out, &eq_alloc_default);
    CU_ASSERT_EQUAL(eqlite_state_save(&state, add_bytes, out), EQLITE_OK);
}

static void restore_reader(eqlite_reader *r, const struct eq_buf *saved)
{
    eqlite_state state = EQLITE_STATE_INIT;
    eqlite_state_report report = {.size = sizeof report};
    state.reader = r;
    CU_ASSERT_EQUAL(eqlite_state_restore(&state, saved->ptr, saved->len, &report), EQLITE_OK);
}

/* However many items are read before, the others come after; and once more after those. */
static void check_every_place(const char *const *paths, const char *merge)
{
    struct eq_buf whole;
    eq_buf_init(&whole, &eq_alloc_default);
    eqlite_reader *r = reader_of(paths, merge);
    size_t n = read_items(&whole, r, SIZE_MAX);
    eqlite_reader_free(r);
    CU_ASSERT(n > 3);
    for (size_t cut = 0; cut <= n + 1; cut++) {
        struct eq_buf parts, saved;
        eq_buf_init(&parts, &eq_alloc_default);
        r = reader_of(paths, merge);
        read_items(&parts, r, cut);
        for (size_t step = 0; step < 2; step++) {
            save_reader(&saved, r);
            eqlite_reader_free(r);
            r = reader_of(paths, merge);
            restore_reader(r, &saved);
            eq_buf_free(&saved);
            read_items(&parts, r, step ? SIZE_MAX : 1);
        }
        CU_ASSERT_EQUAL(eqlite_diagnostics_count(eqlite_reader_diagnostics(r)), 0);
        CU_ASSERT_TRUE(eq_slice_eq(eq_buf_slice(&parts), eq_buf_slice(&whole)));
        eqlite_reader_free(r);
        eq_buf_free(&parts);
    }
    eq_buf_free(&whole);
}

static char folder[] = "/tmp/eqlite-saving-XXXXXX";
static char names[4][64];

static bool make_folder(void)
{
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    if (!mkdtemp(folder))
        return false;
    for (size_t i = 0; i < 4; i++)
        snprintf(names[i], sizeof names[i], "%s/%zu", folder, i);
    return true;
}

static void drop_folder(void)
{
    for (size_t i = 0; i < 4; i++)
        unlink(names[i]);
    rmdir(folder);
}

static const char lines[] = "{\"@timestamp\":1}\n\n{\"@timestamp\":3}\nbroken\n  {\"@timestamp\":5}\r\n{\"@timestamp\":7}";
static const char other_lines[] = "\xEF\xBB\xBF{\"@timestamp\":2}\n{\"@timestamp\":4}\n";
static const char array[] = "[{\"a\":\n1}, {\"a\":[2]}\n, 7, {\"a\":3}] {\"a\":4} {\"a\":5}";
static const char hits[] = "{\"took\":1,\"hits\":{\"total\":3,\"hits\":[{\"_id\":1},{\"_id\":2},{\"_id\":\"]}\"}],\"x\":\"}\"},"
                           "\"y\":{}}\n{\"a\":2}\n";
static const char bulk[] = "{\"index\":{\"_id\":\"1\"}}\n{\"a\":1}\n{\"delete\":{\"_id\":\"1\"}}\n{\"create\":{}}\n"
                           "{\"index\":{\"_id\":\"x\"}}\n{\"index\":{\"_id\":\"3\"}}\n{\"a\":2}\n{\"a\":3}\n";

static void reads_on(void)
{
    CU_ASSERT_TRUE_FATAL(make_folder());
    write_file(names[0], lines, sizeof lines - 1);
    write_file(names[1], other_lines, sizeof other_lines - 1);
    check_every_place((const char *const[]){names[0], names[1], NULL}, NULL);
    check_every_place((const char *const[]){names[0], names[1], NULL}, "@timestamp");
    write_file(names[2], array, sizeof array - 1);
    write_file(names[3], hits, sizeof hits - 1);
    check_every_place((const char *const[]){names[2], names[3], names[0], NULL}, NULL);
    write_file(names[2], bulk, sizeof bulk - 1);
    check_every_place((const char *const[]){names[2], names[1], NULL}, NULL);
    drop_folder();
}

/* Packed files, and archives of several. */
static void reads_on_in_archives(void)
{
    char command[512];
    CU_ASSERT_TRUE_FATAL(make_folder());
    write_file(names[0], lines, sizeof lines - 1);
    write_file(names[1], array, sizeof array - 1);
    snprintf(command, sizeof command, "cd %s && gzip -nc 0 > 2 && tar cf 3 0 1 2", folder);
    CU_ASSERT_EQUAL_FATAL(system(command), 0);
    check_every_place((const char *const[]){names[2], names[1], NULL}, NULL);
    check_every_place((const char *const[]){names[3], names[0], NULL}, NULL);
    drop_folder();
}

/* What a reader that has read `before` reads of `after`. */
static void read_after(struct eq_buf *out, size_t *told, const char *before, const char *after)
{
    struct eq_buf saved, first;
    const char *const paths[] = {names[0], NULL};
    write_file(names[0], before, strlen(before));
    eqlite_reader *r = reader_of(paths, NULL);
    eq_buf_init(&first, &eq_alloc_default);
    eq_buf_init(out, &eq_alloc_default);
    read_items(&first, r, SIZE_MAX);
    save_reader(&saved, r);
    eqlite_reader_free(r);
    write_file(names[0], after, strlen(after));
    r = reader_of(paths, NULL);
    restore_reader(r, &saved);
    read_items(out, r, SIZE_MAX);
    *told = eqlite_diagnostics_count(eqlite_reader_diagnostics(r));
    if (*told)
        CU_ASSERT_STRING_EQUAL(eqlite_diagnostics_get(eqlite_reader_diagnostics(r), 0).code, "W0802");
    eqlite_reader_free(r);
    eq_buf_free(&saved);
    eq_buf_free(&first);
}

static bool has(const struct eq_buf *text, const char *part)
{
    for (size_t i = 0; i + strlen(part) <= text->len; i++)
        if (memcmp(text->ptr + i, part, strlen(part)) == 0)
            return true;
    return false;
}

static void notices_other_files(void)
{
    struct eq_buf found;
    size_t told;
    CU_ASSERT_TRUE_FATAL(make_folder());
    read_after(&found, &told, "{\"a\":1}\n", "{\"a\":1}\n{\"a\":2}\n"); /* it has grown */
    CU_ASSERT(told == 0 && has(&found, ":2:8 {\"a\":2}\n") && !has(&found, "{\"a\":1}"));
    eq_buf_free(&found);
    read_after(&found, &told, "{\"a\":1}\n{\"a\":2}\n", "{\"b\":1}\n{\"a\":2}\n{\"a\":3}\n"); /* it is another one */
    CU_ASSERT(told == 1 && has(&found, ":1:0 {\"b\":1}\n"));
    eq_buf_free(&found);
    read_after(&found, &told, "{\"a\":1}\n{\"a\":2}\n", "{\"a\":1}\n"); /* it was cut */
    CU_ASSERT(told == 1 && has(&found, ":1:0 {\"a\":1}\n"));
    eq_buf_free(&found);
    drop_folder();
}

/* A run that does not read a file hands on where it was. */
static void hands_on(void)
{
    struct eq_buf saved, found;
    CU_ASSERT_TRUE_FATAL(make_folder());
    write_file(names[0], other_lines, sizeof other_lines - 1);
    write_file(names[1], other_lines, sizeof other_lines - 1);
    eq_buf_init(&found, &eq_alloc_default);
    const char *const sets[3][3] = {{names[0], NULL}, {names[1], NULL}, {names[0], names[1], NULL}};
    static const size_t expected[] = {2, 2, 0};
    for (size_t i = 0; i < 3; i++) {
        eqlite_reader *r = reader_of(sets[i], i ? "@timestamp" : NULL);
        if (i) {
            restore_reader(r, &saved);
            eq_buf_free(&saved);
        }
        CU_ASSERT_EQUAL(read_items(&found, r, SIZE_MAX), expected[i]);
        save_reader(&saved, r);
        eqlite_reader_free(r);
    }
    eq_buf_free(&saved);
    eq_buf_free(&found);
    drop_folder();
}

/* ── Files ── */

static void writes_whole_files(void)
{
    struct run r;
    struct eq_buf state;
    struct stat st;
    eqlite_state parts = EQLITE_STATE_INIT;
    char path[128], bytes[8192];
    CU_ASSERT_TRUE_FATAL(make_folder() && open_run(&r, NULL, 0, all));
    snprintf(path, sizeof path, "%s/none/state", folder);
    parts.matcher = r.matcher;
    parts.note = (eqlite_string){"mine\0too", 8};
    CU_ASSERT_EQUAL(eqlite_state_save_file(&parts, path), EQLITE_IO);
    CU_ASSERT_EQUAL(eqlite_state_save_file(&parts, names[0]), EQLITE_OK);
    CU_ASSERT_EQUAL(eqlite_state_save_file(&parts, names[0]), EQLITE_OK);
    CU_ASSERT(stat(names[0], &st) == 0 && (st.st_mode & 0777) == 0600);
    snprintf(path, sizeof path, "%s.tmp", names[0]);
    CU_ASSERT(access(path, F_OK) != 0);
    FILE *f = fopen(names[0], "rb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    eq_buf_init(&state, &eq_alloc_default);
    CU_ASSERT_EQUAL(eqlite_state_save(&parts, add_bytes, &state), EQLITE_OK);
    CU_ASSERT_TRUE(eq_slice_eq(eq_slice(bytes, n), eq_buf_slice(&state)));
    eqlite_state_report report = {.size = sizeof report};
    CU_ASSERT_EQUAL(eqlite_state_restore(&parts, bytes, n, &report), EQLITE_OK);
    CU_ASSERT(report.note.len == 8 && memcmp(report.note.ptr, "mine\0too", 8) == 0);
    close_run(&r);
    eq_buf_free(&state);
    drop_folder();
}

CU_TestInfo eq_tests_saving[] = {{"damage is noticed, at each byte", refuses_damage},
                                 {"what has a right checksum is checked, too", survives_forgery},
                                 {"other versions and other files", refuses_what_it_cannot_know},
                                 {"more than memory allows", refuses_more_than_memory},
                                 {"rules may come and go", rules_may_change},
                                 {"the same bytes with any seed of the hash", same_bytes_with_any_seed},
                                 {"what the end gives is given once", flushes_once},
                                 {"time may pass without events", time_may_pass},
                                 {"without memory", fails_cleanly},
                                 {"a reader goes on, wherever it stopped", reads_on},
                                 {"in archives, too", reads_on_in_archives},
                                 {"files that are others now", notices_other_files},
                                 {"files that a run does not read", hands_on},
                                 {"a file is the old or the new one", writes_whole_files},
                                 CU_TEST_INFO_NULL};
