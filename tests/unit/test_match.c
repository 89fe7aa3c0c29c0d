/* test_match.c — what text cases cannot show of matching: windows, join keys, alerts that outlive their events, tables
 * that are swept, stopping, and failing memory. */
#include <stdio.h>
#include <stdlib.h>

#include <CUnit/CUnit.h>

#include "api/eqlite.h"
#include "base/utf8.h"
#include "match/join_key.h"
#include "match/windows.h"
#include "unit/reference.h"
#include "unit/helpers.h"

/* ── Windows: every pattern that matches is a candidate ── */

enum { PATTERNS = 60, TEXTS = 400 };

static const char *const letters[] = {"a",  "b", "A", "ab", "x",        ".exe",     "cmd",
                                      "\\", "*", "*", "?",  "\xC3\xA9", "\xC3\x89", "k"};

static struct eq_slice random_text(struct eq_arena *a, struct ref_random *r, unsigned most, bool wild)
{
    char text[256];
    size_t len = 0;
    for (unsigned n = ref_below(r, most); n; n--) {
        const char *letter = letters[ref_below(r, sizeof letters / sizeof *letters)];
        if (!wild && (*letter == '*' || *letter == '?'))
            continue;
        memcpy(text + len, letter, strlen(letter));
        len += strlen(letter);
    }
    return eq_arena_copy(a, eq_slice(text, len));
}

static void note_hit(uint32_t pattern, size_t at, void *ctx)
{
    bool *hits = ctx;
    (void)at;
    hits[pattern] = true;
}

static void check_windows(struct ref_random *r, struct eq_arena *a)
{
    struct eq_glob globs[PATTERNS];
    struct eq_windows *windows;
    unsigned missed = 0, found = 0;
    size_t n = 1 + ref_below(r, PATTERNS);
    for (size_t i = 0; i < n; i++)
        CU_ASSERT_FATAL(eq_glob_compile(&globs[i], random_text(a, r, 8, true), ref_chance(r, 50), a));
    CU_ASSERT_FATAL(eq_windows_new(&windows, globs, n, a) == EQ_OK);
    for (unsigned t = 0; t < TEXTS; t++) {
        bool hits[PATTERNS] = {false};
        struct eq_slice text = random_text(a, r, 12, false);
        struct eq_buf folded;
        eq_buf_init(&folded, &eq_alloc_default);
        eq_fold(&folded, text);
        CU_ASSERT_FATAL(eq_buf_reserve(&folded, EQ_WINDOWS_PADDING));
        memset(folded.ptr + folded.len, 'a', EQ_WINDOWS_PADDING);
        eq_windows_scan(windows, eq_buf_slice(&folded), note_hit, hits);
        for (size_t i = 0; i < n; i++) {
            bool match = eq_glob_match(&globs[i], globs[i].fold ? eq_buf_slice(&folded) : text);
            missed += match && !hits[i];
            found += match;
        }
        eq_buf_free(&folded);
    }
    CU_ASSERT_EQUAL(missed, 0);
    CU_ASSERT(found > 0 || n < 10);
}

static void test_windows(void)
{
    struct ref_random r = {ref_number("EQLITE_SEED", 1)};
    struct eq_arena a;
    eq_arena_init(&a, &eq_alloc_default);
    for (unsigned i = 0; i < 20; i++) {
        check_windows(&r, &a);
        eq_arena_reset(&a);
    }
    eq_arena_free(&a);
}

static void scan_padded(const struct eq_windows *w, const char *text, bool *hits)
{
    char padded[64 + EQ_WINDOWS_PADDING] = {0};
    size_t len = strlen(text);
    memcpy(padded, text, len);
    eq_windows_scan(w, eq_slice(padded, len), note_hit, hits);
}

static void test_windows_few(void)
{
    static const char *const patterns[] = {"*mimikatz*", "*\\temp\\*", "abcd", "*xy*"};
    struct eq_glob globs[4];
    struct eq_windows *windows;
    struct eq_arena a;
    bool hits[4] = {false};
    eq_arena_init(&a, &eq_alloc_default);
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_FATAL(eq_glob_compile(&globs[i], eq_slice_of(patterns[i]), true, &a));
    CU_ASSERT_FATAL(eq_windows_new(&windows, globs, 4, &a) == EQ_OK);
    scan_padded(windows, "something else altogether", hits);
    CU_ASSERT(!hits[0] && !hits[1] && !hits[2] && !hits[3]);
    scan_padded(windows, "", hits);
    CU_ASSERT(!hits[0] && !hits[1] && !hits[2] && !hits[3]);
    scan_padded(windows, "system mimimi katz mimikat", hits); /* shares windows, no more */
    CU_ASSERT(!hits[0] && !hits[1] && !hits[2] && !hits[3]);
    scan_padded(windows, "c:\\temp\\mimikatz.exe", hits);
    CU_ASSERT(hits[0] && hits[1] && !hits[2] && !hits[3]);
    eq_arena_free(&a);
}

/* ── Join keys ── */

#define S(text) ((struct eq_value){.type = EQ_STRING, .s = "" text, .len = sizeof(text) - 1})
#define I(value) eq_value_int(value)
#define U(value) ((struct eq_value){.type = EQ_UINT, .u = (value)})
#define D(value) eq_value_double(value)
#define B(value) eq_value_bool(value)

enum { MAX_VALUES = 3000 };

/* A frame whose field f has the values given for it; a value of type EQ_TIME ends a field. */
struct frame {
    struct eq_frame frame;
    struct eq_slot slots[4];
    uint32_t next[MAX_VALUES];
};

static void frame_set(struct frame *f, const struct eq_value *values, size_t n, unsigned fields)
{
    uint32_t at = 0;
    for (unsigned i = 0; i < fields; i++) {
        f->slots[i] = (struct eq_slot){EQ_END_OF_CHAIN, EQ_END_OF_CHAIN};
        for (; at < n && values[at].type != EQ_TIME; at++) {
            f->next[at] = EQ_END_OF_CHAIN;
            if (f->slots[i].head == EQ_END_OF_CHAIN)
                f->slots[i].head = at;
            else
                f->next[f->slots[i].tail] = at;
            f->slots[i].tail = at;
        }
        at++;
    }
    f->frame = (struct eq_frame){f->slots, values, f->next};
}

#define END ((struct eq_value){.type = EQ_TIME})

static const uint32_t in_order[] = {0, 1, 2, 3};

static void test_key_order(void)
{
    /* ascending; equal ones stand together in a row of `same` */
    const struct eq_value values[] = {{.type = EQ_NULL},
                                      D(-1e300),
                                      I(INT64_MIN),
                                      I(-1),
                                      D(-0.5),
                                      I(0),
                                      D(0.5),
                                      I(1),
                                      I(9007199254740993),
                                      I(INT64_MAX),
                                      U(UINT64_MAX),
                                      D(1e300),
                                      S(""),
                                      S("\0"),
                                      S("\0\0"),
                                      S("\0\x01"),
                                      S("1"),
                                      S("A"),
                                      S("a"),
                                      S("a\0"),
                                      S("aa"),
                                      S("\xC3\xA9"),
                                      B(false),
                                      B(true)};
    enum { N = sizeof values / sizeof *values };
    struct eq_join_keys keys;
    struct frame f;
    struct eq_buf all;
    struct eq_slice tuples[N];
    size_t starts[N + 1] = {0};
    const struct eq_plan_key key = {.path = EQ_LIT("k"), .optional = true};
    eq_join_keys_init(&keys, &eq_alloc_default);
    eq_buf_init(&all, &eq_alloc_default);
    for (size_t i = 0; i < N; i++) {
        frame_set(&f, &values[i], values[i].type != EQ_NULL, 1);
        CU_ASSERT_FATAL(eq_join_keys_of(&keys, &f.frame, &key, in_order, 1) == EQ_OK && keys.n == 1);
        struct eq_value back;
        eq_join_key_values(&back, 1, keys.items[0]);
        CU_ASSERT(back.type == EQ_NULL ? values[i].type == EQ_NULL : ref_compare(EQ_CMP_EQ, &back, &values[i]) == 1);
        eq_buf_add(&all, keys.items[0]);
        starts[i + 1] = all.len;
    }
    for (size_t i = 0; i < N; i++)
        tuples[i] = eq_slice(all.ptr + starts[i], starts[i + 1] - starts[i]);
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < N; k++) {
            int c = eq_join_key_cmp(tuples[i], tuples[k]);
            CU_ASSERT((i < k && c < 0) || (i == k && c == 0) || (i > k && c > 0));
            CU_ASSERT(eq_slice_eq(tuples[i], tuples[k]) == (i == k));
        }
    eq_buf_free(&all);
    eq_join_keys_free(&keys);
}

/* Both give the same bytes? */
static bool same_key(struct eq_value a, struct eq_value b)
{
    struct eq_join_keys keys;
    struct frame f;
    const struct eq_plan_key key = {.path = EQ_LIT("k")};
    const struct eq_value both[] = {a, b};
    eq_join_keys_init(&keys, &eq_alloc_default);
    frame_set(&f, both, 2, 1);
    bool ok = eq_join_keys_of(&keys, &f.frame, &key, in_order, 1) == EQ_OK;
    size_t n = keys.n;
    eq_join_keys_free(&keys);
    return ok && n == 1;
}

static void test_key_equality(void)
{
    struct eq_value written = {.type = EQ_INT, .i = 1, .s = "1", .len = 1};
    CU_ASSERT(same_key(I(1), D(1.0)));
    CU_ASSERT(same_key(I(1), written));
    CU_ASSERT(same_key(I(0), D(-0.0)));
    CU_ASSERT(same_key(D(9007199254740992.0), I(9007199254740992)));
    CU_ASSERT(!same_key(D(9007199254740992.0), I(9007199254740993)));
    CU_ASSERT(same_key(D(18446744073709549568.0), U(18446744073709549568u)));
    CU_ASSERT(!same_key(I(1), S("1")));
    CU_ASSERT(!same_key(B(true), S("true")));
    CU_ASSERT(!same_key(B(true), I(1)));
    CU_ASSERT(!same_key(S("a"), S("A")));
}

static void test_key_tuples(void)
{
    const struct eq_value values[] = {S("y"), S("x"), S("y"), END, I(2), I(1), END, END};
    const struct eq_plan_key required[] = {{.path = EQ_LIT("a")}, {.path = EQ_LIT("b")}, {.path = EQ_LIT("c")}};
    const struct eq_plan_key optional[] = {
        {.path = EQ_LIT("a")}, {.path = EQ_LIT("b")}, {.path = EQ_LIT("c"), .optional = true}};
    struct eq_join_keys keys;
    struct frame f;
    struct eq_value v[3];
    eq_join_keys_init(&keys, &eq_alloc_default);
    frame_set(&f, values, 8, 3);
    CU_ASSERT(eq_join_keys_of(&keys, &f.frame, required, in_order, 0) == EQ_OK && keys.n == 1 &&
              keys.items[0].len == 0);
    CU_ASSERT(eq_join_keys_of(&keys, &f.frame, required, in_order, 3) == EQ_OK && keys.n == 0);
    CU_ASSERT_FATAL(eq_join_keys_of(&keys, &f.frame, optional, in_order, 3) == EQ_OK && keys.n == 4);
    for (size_t i = 0; i < 4; i++) {
        eq_join_key_values(v, 3, keys.items[i]);
        CU_ASSERT(v[0].type == EQ_STRING && v[0].len == 1 && v[0].s[0] == (i < 2 ? 'x' : 'y'));
        CU_ASSERT(v[1].type == EQ_INT && v[1].i == (int64_t)(i % 2 + 1));
        CU_ASSERT(v[2].type == EQ_NULL);
    }
    eq_join_keys_free(&keys);
}

static void test_key_limit(void)
{
    static struct eq_value values[MAX_VALUES];
    static struct frame f;
    const struct eq_plan_key key = {.path = EQ_LIT("k")};
    struct eq_join_keys keys;
    for (int i = 0; i < MAX_VALUES; i++)
        values[i] = I(i);
    eq_join_keys_init(&keys, &eq_alloc_default);
    frame_set(&f, values, MAX_VALUES, 1);
    CU_ASSERT(eq_join_keys_of(&keys, &f.frame, &key, in_order, 1) == EQ_OK);
    CU_ASSERT_EQUAL(keys.n, EQ_JOIN_KEYS_MAX);
    CU_ASSERT(keys.cut > 0);
    uint64_t cut = keys.cut;
    frame_set(&f, values, EQ_JOIN_KEYS_MAX, 1);
    CU_ASSERT(eq_join_keys_of(&keys, &f.frame, &key, in_order, 1) == EQ_OK);
    CU_ASSERT_EQUAL(keys.n, EQ_JOIN_KEYS_MAX);
    CU_ASSERT_EQUAL(keys.cut, cut);
    eq_join_keys_free(&keys);
}

/* ── Runs through the public API ── */

struct run {
    const char *dialect, *tiebreaker;
    const char *const *queries; /* ends with NULL */
    const char *const *events;  /* ends with NULL */
    eqlite_matcher_options options;
    bool nomem;
    eqlite_status fed; /* by the last feed or finish */
    bool done;
    unsigned alerts, stop_after; /* 0: never */
    struct eq_buf out;
};

static bool keep_text(const char *ptr, size_t len, void *ctx)
{
    eq_buf_add(ctx, eq_slice(ptr, len));
    return true;
}

/* "0 {"a":1}@1 _ [“u”]": rule, events with their line, keys. */
static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct run *r = ctx;
    eq_buf_printf(&r->out, "%zu", eqlite_alert_rule(alert));
    for (size_t i = 0; i < eqlite_alert_event_count(alert); i++) {
        eqlite_alert_event e = eqlite_alert_get_event(alert, i);
        if (e.missing)
            eq_buf_puts(&r->out, " _");
        else
            eq_buf_printf(&r->out, " %.*s@%.*s:%llu", (int)e.json.len, e.json.ptr, (int)e.path.len, e.path.ptr,
                          (unsigned long long)e.line);
    }
    for (size_t i = 0; i < eqlite_alert_key_count(alert); i++) {
        eq_buf_puts(&r->out, " =");
        if (eqlite_alert_key(alert, i, keep_text, &r->out) != EQLITE_OK) {
            r->nomem = true; /* nothing else can fail here */
            return false;
        }
    }
    eq_buf_puts(&r->out, "\n");
    return ++r->alerts != r->stop_after;
}

static void note(struct run *r, eqlite_status status)
{
    r->nomem |= status == EQLITE_NOMEM;
    r->fed = status;
}

/* Each event lies in memory of its own that is gone when it has been fed. */
static void feed_all(struct run *r, eqlite_matcher *m)
{
    for (size_t i = 0; r->events[i] && r->fed == EQLITE_OK; i++) {
        size_t len = strlen(r->events[i]);
        char *json = malloc(len), *path = malloc(4);
        if (!json || !path)
            abort();
        memcpy(json, r->events[i], len);
        memcpy(path, "file", 4);
        eqlite_event event = {.json = json, .len = len, .path = {path, 4}, .line = i + 1};
        note(r, eqlite_matcher_feed(m, &event));
        memset(json, 'x', len);
        memset(path, 'x', 4);
        free(json);
        free(path);
        r->done = eqlite_matcher_done(m);
    }
}

static void run(struct run *r, const eqlite_allocator *allocator)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_compiler *c = NULL;
    eqlite_rules *rules = NULL;
    eqlite_matcher *m = NULL;
    options.allocator = allocator;
    options.dialect = r->dialect;
    options.tiebreaker_field = r->tiebreaker;
    r->options.on_alert = on_alert;
    r->options.ctx = r;
    r->alerts = 0;
    r->nomem = false;
    r->fed = EQLITE_OK;
    eq_buf_init(&r->out, &eq_alloc_default);
    note(r, eqlite_compiler_new(&c, &options));
    for (size_t i = 0; r->queries[i] && r->fed == EQLITE_OK; i++)
        note(r, eqlite_compiler_add_query(c, "q", r->queries[i], strlen(r->queries[i])));
    if (r->fed == EQLITE_OK)
        note(r, eqlite_compiler_finish(&rules, c));
    if (r->fed == EQLITE_OK)
        note(r, eqlite_matcher_new(&m, rules, &r->options));
    if (m) {
        feed_all(r, m);
        if (r->fed == EQLITE_OK)
            note(r, eqlite_matcher_finish(m));
    }
    eqlite_matcher_free(m);
    eqlite_rules_free(rules);
    eqlite_compiler_free(c);
}

static const char *const chain[] = {
    "{\"event.category\":\"process\",\"@timestamp\":1000,\"k\":[\"u\",1],\"t\":\"a\",\"process.entity_id\":\"p\"}",
    "{\"event.category\":\"file\",\"@timestamp\":2000,\"k\":\"u\",\"t\":\"b\",\"l\":[{\"x\":\"a\"}],\"process.entity_"
    "id\":\"q\","
    "\"process.parent.entity_id\":\"p\"}",
    "{\"event.category\":\"process\",\"@timestamp\":3000,\"k\":\"v\",\"t\":\"a\",\"process.entity_id\":\"q\"}",
    "{\"event.category\":\"file\",\"@timestamp\":4000,\"k\":[\"v\",\"u\"],\"t\":\"b\",\"seq\":2}",
    "{\"event.category\":\"file\",\"@timestamp\":4000,\"k\":[\"v\",\"u\"],\"t\":\"c\",\"seq\":1}",
    "{\"event.category\":\"process\",\"@timestamp\":3500,\"k\":1.0,\"t\":\"a\"}",
    "{\"event.category\":\"file\",\"@timestamp\":9000,\"k\":1,\"t\":\"b\"}",
    NULL};

/* Feeding stops at the first failure, so whatever came out is the beginning of what would have. */
static void fail_each(const struct run *what)
{
    struct faulty f = {0};
    const eqlite_allocator allocator = {faulty_resize, &f};
    struct run good = *what;
    run(&good, &allocator);
    CU_ASSERT_EQUAL(f.live, 0);
    CU_ASSERT(!good.nomem && good.fed == EQLITE_OK && good.out.len > 0);
    size_t total = f.calls;
    for (int forever = 0; forever <= 1; forever++)
        for (size_t n = 1; n <= total; n++) {
            struct run bad = *what;
            f = (struct faulty){.fail_at = n, .forever = forever};
            run(&bad, &allocator);
            bool same = eq_slice_eq(eq_buf_slice(&bad.out), eq_buf_slice(&good.out));
            bool begins = eq_slice_starts(eq_buf_slice(&good.out), eq_buf_slice(&bad.out));
            if (f.live || !begins || !(bad.nomem || same))
                printf("\n    allocation %zu%s of %zu: live %ld, nomem %d, output: %.*s", n,
                       forever ? " and all after it" : "", total, f.live, bad.nomem, (int)bad.out.len, bad.out.ptr);
            CU_ASSERT_EQUAL(f.live, 0);
            CU_ASSERT(begins && (bad.nomem || same));
            eq_buf_free(&bad.out);
        }
    eq_buf_free(&good.out);
}

static const char *const sequences[] = {
    "sequence by k with maxspan=1m [process where true] [file where true] until [any where t == \"c\"]",
    "sequence by ?k with maxspan=2s ![process where t == \"x\"] [process where true] ![any where t == \"c\"] [file "
    "where true] "
    "![file where true] with runs=2",
    "sequence [any where true] with runs=3 | tail 2", NULL};
static const char *const endpoint[] = {
    "sequence by k [process where true] as x [file where t != x.t and _arraysearch(l, $e, $e.x == x.t)]",
    "any where descendant of [process where t : \"A\"] or event of [file where l != null]", NULL};
static const char *const others[] = {"sample by k [process where true] [file where true]",
                                     "any where t regex~ \"[ab]\" and k in~ (\"U\", \"w\") | tail 2",
                                     "any where concat(t, k) like \"b*\" or length(k) > 3", NULL};

static struct run run_of(const char *const *queries, const char *const *events)
{
    return (struct run){.queries = queries, .events = events, .options = EQLITE_MATCHER_OPTIONS_INIT};
}

static void test_oom_sequences(void)
{
    struct run r = run_of(sequences, chain);
    fail_each(&r);
    r.tiebreaker = "seq";
    r.options.max_lateness_ns = INT64_C(1000000000);
    fail_each(&r);
    r.options.max_lateness_ns = EQLITE_ANY_LATENESS;
    fail_each(&r);
}

static void test_oom_endpoint(void)
{
    struct run r = run_of(endpoint, chain);
    r.dialect = "endpoint";
    fail_each(&r);
}

static void test_oom_others(void)
{
    struct run r = run_of(others, chain);
    r.options.samples_per_key = 2;
    fail_each(&r);
    r.options.limit = 1;
    fail_each(&r);
}

/* ── Alerts that outlive their events ── */

static bool holds(const struct run *r, const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i + len <= r->out.len; i++)
        if (memcmp(r->out.ptr + i, text, len) == 0)
            return true;
    return false;
}

static void test_kept(void)
{
    static const char *const queries[] = {"any where t == \"a\" | tail 2",
                                          "sequence by k [process where true] [file where true] | tail 1",
                                          "sample by k [file where true] [process where true]", NULL};
    struct run r = run_of(queries, chain);
    run(&r, NULL);
    CU_ASSERT(r.fed == EQLITE_OK);
    char want[1024];
    snprintf(want, sizeof want, "0 %s@file:3\n0 %s@file:6\n", chain[2], chain[5]);
    CU_ASSERT(holds(&r, want));
    /* event 6 comes too late for sequences */
    snprintf(want, sizeof want, "1 %s@file:1 %s@file:7 =1\n", chain[0], chain[6]);
    CU_ASSERT(holds(&r, want));
    snprintf(want, sizeof want,
             "2 %s@file:7 %s@file:1 =1\n2 %s@file:2 %s@file:1 =\"u\"\n2 %s@file:4 %s@file:3 =\"v\"\n", chain[6],
             chain[0], chain[1], chain[0], chain[3], chain[2]);
    CU_ASSERT(holds(&r, want));
    CU_ASSERT(!holds(&r, "xxxx"));
    eq_buf_free(&r.out);
}

/* ── Stopping ── */

static void test_done(void)
{
    static const char *const heads[] = {"any where true | head 1",
                                        "sequence [any where true] [any where true] | head 1", NULL};
    static const char *const mixed[] = {"any where true | head 1", "any where t == \"a\" | head 9", NULL};
    static const char *const nothing[] = {"any where true | head 0", "sample by k [any where true] [any where true]",
                                          NULL};
    struct run r = run_of(heads, chain);
    run(&r, NULL);
    CU_ASSERT(r.done && r.fed == EQLITE_OK);
    CU_ASSERT_EQUAL(r.alerts, 2);
    eq_buf_free(&r.out);
    r = run_of(mixed, chain);
    run(&r, NULL);
    CU_ASSERT(!r.done);
    CU_ASSERT_EQUAL(r.alerts, 4);
    eq_buf_free(&r.out);
    r = run_of(nothing, chain);
    run(&r, NULL);
    CU_ASSERT(!r.done && r.alerts > 0);
    eq_buf_free(&r.out);
    r = run_of(nothing + 1, chain);
    r.stop_after = 1;
    run(&r, NULL);
    CU_ASSERT(r.fed == EQLITE_END && r.alerts == 1);
    eq_buf_free(&r.out);
    r = run_of(mixed, chain);
    r.stop_after = 2;
    run(&r, NULL);
    CU_ASSERT(r.fed == EQLITE_END && r.alerts == 2);
    eq_buf_free(&r.out);
}

/* ── Lineage: many processes come and go, and the table is swept ── */

enum { PROCESSES = 9000, STEPS = 30000 };

struct process {
    bool source, derived, ended;
};

static bool count_alert(const eqlite_alert *alert, void *ctx)
{
    bool *hits = ctx;
    hits[eqlite_alert_rule(alert)] = true;
    return true;
}

static eqlite_matcher *open_matcher(const char *const *queries, const char *dialect, eqlite_on_alert *on, void *ctx)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_matcher_options matching = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_compiler *c;
    eqlite_rules *rules;
    eqlite_matcher *m;
    options.dialect = dialect;
    options.engine = "shared";
    matching.on_alert = on;
    matching.ctx = ctx;
    CU_ASSERT_FATAL(eqlite_compiler_new(&c, &options) == EQLITE_OK);
    for (size_t i = 0; queries[i]; i++)
        CU_ASSERT_FATAL(eqlite_compiler_add_query(c, "q", queries[i], strlen(queries[i])) == EQLITE_OK);
    CU_ASSERT_FATAL(eqlite_compiler_finish(&rules, c) == EQLITE_OK);
    CU_ASSERT_FATAL(eqlite_matcher_new(&m, rules, &matching) == EQLITE_OK);
    eqlite_rules_free(rules);
    eqlite_compiler_free(c);
    return m;
}

static void test_lineage(void)
{
    static const char *const queries[] = {"any where descendant of [process where mark == true]",
                                          "any where child of [process where mark == true]",
                                          "any where event of [process where mark == true]", NULL};
    static struct process descendant[PROCESSES], child[PROCESSES];
    struct ref_random r = {ref_number("EQLITE_SEED", 1)};
    bool hits[3];
    unsigned wrong = 0, yes[3] = {0}, ended = PROCESSES;
    eqlite_matcher *m = open_matcher(queries, "endpoint", count_alert, hits);
    memset(descendant, 0, sizeof descendant);
    memset(child, 0, sizeof child);
    for (unsigned i = 0; i < STEPS; i++) {
        /* numbers move on, so that old processes are heard of no more; few end in time */
        unsigned base = i / 4, self = (base + ref_below(&r, 200)) % PROCESSES,
                 parent = (base + ref_below(&r, 200)) % PROCESSES;
        bool process = ref_chance(&r, 80), has_parent = ref_chance(&r, 60), mark = ref_chance(&r, 4);
        bool ends = process && ref_chance(&r, 40);
        char json[256], by[64] = "";
        if (has_parent)
            snprintf(by, sizeof by, ",\"process.parent.entity_id\":\"p%u\"", parent);
        int n = snprintf(json, sizeof json, "{\"event.category\":\"%s\",\"process.entity_id\":\"p%u\"%s,\"mark\":%s%s}",
                         process ? "process" : "file", self, by, mark ? "true" : "false",
                         ends ? ",\"event.type\":\"end\"" : "");
        if (process && ended < PROCESSES) {
            descendant[ended] = child[ended] = (struct process){0};
            ended = PROCESSES;
        }
        if (has_parent && parent != self) {
            descendant[self].derived |= descendant[parent].source || descendant[parent].derived;
            child[self].derived |= child[parent].source;
        }
        if (process && mark)
            descendant[self].source = child[self].source = true;
        if (ends)
            ended = self;
        memset(hits, 0, sizeof hits);
        eqlite_event event = {.json = json, .len = (size_t)n};
        CU_ASSERT_FATAL(eqlite_matcher_feed(m, &event) == EQLITE_OK);
        wrong += hits[0] != descendant[self].derived || hits[1] != child[self].derived || hits[2] != child[self].source;
        for (unsigned k = 0; k < 3; k++)
            yes[k] += hits[k];
    }
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT(yes[0] > 100 && yes[1] > 100 && yes[2] > 100);
    eqlite_matcher_free(m);
}

/* ── Sequences of very many keys: unused keys are swept, used ones stay ── */

static bool sum_alert(const eqlite_alert *alert, void *ctx)
{
    (void)alert;
    ++*(unsigned *)ctx;
    return true;
}

static void feed_key(eqlite_matcher *m, const char *category, unsigned time, unsigned key)
{
    char json[160];
    int n = snprintf(json, sizeof json,
                     "{\"event.category\":\"%s\",\"@timestamp\":\"2020-01-01T%02u:%02u:%02uZ\",\"k\":%u}", category,
                     time / 3600 % 24, time / 60 % 60, time % 60, key);
    eqlite_event event = {.json = json, .len = (size_t)n};
    CU_ASSERT_FATAL(eqlite_matcher_feed(m, &event) == EQLITE_OK);
}

static void test_many_keys(void)
{
    static const char *const queries[] = {
        "sequence by k with maxspan=1h [a where true] [b where true]",
        "sequence by k with maxspan=10s ![x where true] [a where true] [b where true]",
        "sequence by k with maxspan=1h [a where true] ![x where true]", NULL};
    unsigned alerts = 0;
    eqlite_matcher *m = open_matcher(queries, NULL, sum_alert, &alerts);
    for (unsigned i = 0; i < 20000; i++) /* 20 a second */
        feed_key(m, "a", i / 20, i);
    CU_ASSERT_EQUAL(alerts, 0);
    for (unsigned i = 0; i < 20000; i += 1000)
        feed_key(m, "x", 1000, i); /* refutes 20 of the last rule, and of the second what may come */
    feed_key(m, "b", 1001, 7);     /* long enough for the first rule only */
    CU_ASSERT_EQUAL(alerts, 1);
    feed_key(m, "b", 1001, 19999);
    CU_ASSERT_EQUAL(alerts, 3);
    feed_key(m, "a", 1002, 3000); /* an x with this key was seen just before */
    feed_key(m, "b", 1003, 3000);
    CU_ASSERT_EQUAL(alerts, 4);
    CU_ASSERT(eqlite_matcher_finish(m) == EQLITE_OK);
    CU_ASSERT_EQUAL(alerts, 4 + 20000 - 20 + 1);
    eqlite_matcher_free(m);
}

/* ── Profiles ── */

static bool accept(const eqlite_alert *alert, void *ctx)
{
    (void)alert, (void)ctx;
    return true;
}

static void test_profile(void)
{
    static const char json[] = "{\"event.category\":\"process\",\"n\":1}";
    eqlite_compiler *c;
    eqlite_rules *rules;
    eqlite_options options = EQLITE_OPTIONS_INIT;
    CU_ASSERT_FATAL(eqlite_compiler_new(&c, &options) == EQLITE_OK);
    CU_ASSERT_FATAL(eqlite_compiler_add_query(c, "q", "process where n == 1", 20) == EQLITE_OK);
    CU_ASSERT_FATAL(eqlite_compiler_finish(&rules, c) == EQLITE_OK);
    eqlite_compiler_free(c);
    for (int with = 0; with < 2; with++) {
        eqlite_matcher_options matching = EQLITE_MATCHER_OPTIONS_INIT;
        eqlite_profile p = {.size = sizeof p};
        eqlite_rule_profile r = {.size = offsetof(eqlite_rule_profile, matches), .matches = 77};
        eqlite_matcher *m;
        matching.on_alert = accept;
        matching.profile = with;
        CU_ASSERT_FATAL(eqlite_matcher_new(&m, rules, &matching) == EQLITE_OK);
        eqlite_event event = {.json = json, .len = sizeof json - 1};
        for (int i = 0; i < 1000; i++)
            CU_ASSERT(eqlite_matcher_feed(m, &event) == EQLITE_OK);
        CU_ASSERT(eqlite_matcher_finish(m) == EQLITE_OK);
        CU_ASSERT(eqlite_matcher_profile(m, &p) == (with ? EQLITE_OK : EQLITE_INVALID));
        CU_ASSERT(eqlite_matcher_rule_profile(m, 0, &r) == (with ? EQLITE_OK : EQLITE_INVALID));
        CU_ASSERT(r.candidates == (with ? 1000 : 0));
        CU_ASSERT(r.matches == 77); /* beyond the caller's size */
        CU_ASSERT(p.events == (with ? 1000 : 0));
        CU_ASSERT((p.timed_events > 5 && p.timed_events < 50) == with);
        CU_ASSERT(eqlite_matcher_rule_profile(m, 1, &r) == EQLITE_INVALID);
        eqlite_matcher_free(m);
    }
    eqlite_rules_free(rules);
}

CU_TestInfo eq_tests_match[] = {{"windows: every pattern that matches is a candidate", test_windows},
                                {"windows: others are not", test_windows_few},
                                {"join keys: order, and back again", test_key_order},
                                {"join keys: what is equal", test_key_equality},
                                {"profile: with and without, sizes", test_profile},
                                {"join keys: tuples of arrays", test_key_tuples},
                                {"join keys: at most so many", test_key_limit},
                                {"alerts outlive their events", test_kept},
                                {"nothing more can come; stopping", test_done},
                                {"lineage of many processes", test_lineage},
                                {"sequences of many keys", test_many_keys},
                                {"failing memory: sequences", test_oom_sequences},
                                {"failing memory: aliases, searches, lineage", test_oom_endpoint},
                                {"failing memory: samples, limits, expressions", test_oom_others},
                                CU_TEST_INFO_NULL};
