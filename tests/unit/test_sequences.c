/* test_sequences.c — random sequences, samples and streams: the matcher against unit/reference_sequence.c.
 *
 * EQLITE_CASES sets the number of cases, EQLITE_SEED where the numbers begin. What differs is made smaller and
 * printed. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "api/eqlite.h"
#include "lang/languages.h"
#include "plan/partition.h"
#include "unit/reference.h"

enum { CASES = 3000, MAX_STAGES = 4, MAX_EVENTS = 40, MAX_RULES = 3 };

/* A query in parts, each of which may be left out; "" is no part. */
struct rule {
    bool endpoint, sample;
    const char *by, *maxspan, *pipes;
    struct eq_slice until, stages[MAX_STAGES];
    unsigned n_stages;
};

struct stream {
    struct ref_event events[MAX_EVENTS];
    unsigned n;
};

struct world {
    int order; /* enum order */
    bool parted; /* by "host" */
    int64_t lag; /* ns, by which the clocks of hosts differ then */
    struct eq_arena arena;
    struct ref_random random;
    uint64_t limit;
    uint32_t per_key;
    const char *engine;
    unsigned threads, block_bytes; /* of events */
    unsigned cut; /* after so many events the matcher is saved, and another one goes on; 0: never */
};

static const char *pick(struct world *w, const char *const *words)
{
    unsigned n = 0;
    while (words[n])
        n++;
    return words[ref_below(&w->random, n)];
}

/* ── Rules ── */

static void put_filter(struct world *w, struct eq_buf *out, bool alias)
{
    static const char *const filters[] = {"t == \"A\"", "t == \"A\"",          "t == \"B\"", "t == \"B\"",
                                          "t == \"C\"", "t in (\"A\", \"B\")", "t != \"A\"", "true",
                                          "v > 1",      "not (v == 1)",        NULL};
    eq_buf_puts(out, ref_chance(&w->random, 90) ? "any where " : "process where ");
    eq_buf_puts(out, pick(w, filters));
    if (alias)
        eq_buf_puts(out, pick(w, (const char *const[]){" and v == e0.v", " and not (e0.v == v)", " and e0.v != null",
                                                       " or length(e0.t) == v", NULL}));
}

static struct eq_slice make_stage(struct world *w, const struct rule *rule, const char *own_keys, bool missing,
                                  bool plain, const char *as)
{
    struct eq_buf text;
    eq_buf_init(&text, &eq_alloc_default);
    eq_buf_puts(&text, missing ? "![" : "[");
    put_filter(w, &text, rule->endpoint && !plain && !*as && ref_chance(&w->random, 70));
    eq_buf_puts(&text, "]");
    eq_buf_puts(&text, own_keys);
    if (!rule->endpoint && !rule->sample && !plain && ref_chance(&w->random, 15))
        eq_buf_printf(&text, " with runs=%u", 1 + ref_below(&w->random, 3));
    eq_buf_puts(&text, as);
    struct eq_slice copy = eq_arena_copy(&w->arena, eq_buf_slice(&text));
    eq_buf_free(&text);
    return copy;
}

static struct rule make_rule(struct world *w)
{
    static const char *const shared[] = {"", "", "by k", "by k", "by ?k", "by k, j", "by ?j, k", "by j", NULL};
    static const char *const shared_endpoint[] = {"", "by k", "by k, j", NULL};
    static const char *const own[] = {" by k", " by j", " by ?j", " by k, v", " by ?k, ?j", NULL};
    static const char *const spans[] = {" with maxspan=1s", " with maxspan=2s", " with maxspan=500ms",
                                        " with maxspan=1m", NULL};
    static const char *const pipes[] = {" | head 1",          " | tail 2", " | head 3 | tail 1",
                                        " | tail 3 | head 2", " | head 0", NULL};
    struct ref_random *r = &w->random;
    struct rule rule = {.by = "", .maxspan = "", .pipes = ""};
    rule.sample = ref_chance(r, 12);
    rule.endpoint = !rule.sample && ref_chance(r, 20);
    rule.by = pick(w, rule.endpoint ? shared_endpoint : shared);
    unsigned own_count = rule.endpoint ? 0 : ref_below(r, 4); /* 1, 2: keys of the stages' own */
    bool missing = !rule.sample && ref_chance(r, 40);
    if (missing || (!rule.sample && ref_chance(r, 50)))
        rule.maxspan = pick(w, spans);
    if (!rule.sample && !w->parted && ref_chance(r, 15))
        rule.pipes = pick(w, pipes);
    rule.n_stages = 2 + ref_below(r, rule.sample ? 2 : 3);
    for (unsigned i = 0; i <= rule.n_stages; i++) {
        const char *keys = own_count == 1 ? own[ref_below(r, 3)] : own_count == 2 ? own[3 + ref_below(r, 2)] : "";
        if (i < rule.n_stages)
            rule.stages[i] = make_stage(w, &rule, keys, missing && !(i == 0 && rule.endpoint) && ref_chance(r, 40),
                                        i == 0 && rule.endpoint, i == 0 && rule.endpoint ? " as e0" : "");
        else if (!rule.sample && ref_chance(r, 25))
            rule.until = make_stage(w, &rule, keys, false, true, "");
    }
    return rule;
}

static struct eq_slice rule_text(struct world *w, const struct rule *rule)
{
    struct eq_buf text;
    eq_buf_init(&text, &eq_alloc_default);
    eq_buf_printf(&text, "%s %s%s", rule->sample ? "sample" : "sequence", rule->by, rule->maxspan);
    for (unsigned i = 0; i < rule->n_stages; i++)
        eq_buf_printf(&text, " %.*s", (int)rule->stages[i].len, rule->stages[i].ptr);
    if (rule->until.len)
        eq_buf_printf(&text, " until %.*s", (int)rule->until.len, rule->until.ptr);
    eq_buf_puts(&text, rule->pipes);
    struct eq_slice copy = eq_arena_copy(&w->arena, eq_buf_slice(&text));
    eq_buf_free(&text);
    return copy;
}

/* ── Streams ──
 *
 *      IN_ORDER    by time, but for a few that come late and are left out
 *      TIED        by time; a tiebreaker orders those of equal time
 *      LATE        events come at most LATENESS too late, and are put in their place
 *      SHUFFLED    any order
 *
 * With partitions the clocks of hosts differ, and each of these is so for each host. */

enum order { IN_ORDER, TIED, LATE, SHUFFLED };
#define LATENESS 1000000000

static struct ref_json *make_key(struct world *w)
{
    static const char *const words[] = {"u",    "u",     "u",    "v",   "v",  "1", "1.0",
                                        "true", "false", "null", "\"1", "-2", NULL};
    const char *word = pick(w, words);
    if (ref_chance(&w->random, 85))
        return *word == '"' ? ref_make(&w->arena, REF_STRING, eq_slice_of(word + 1)) : ref_literal(&w->arena, word);
    struct ref_json *list = ref_make(&w->arena, REF_ARRAY, EQ_LIT(""));
    for (unsigned n = ref_below(&w->random, 4); n; n--)
        ref_add(&w->arena, list, NULL,
                ref_literal(&w->arena, pick(w, (const char *const[]){"u", "v", "1", "null", NULL})));
    return list;
}

/* Hosts are x, y and none: a bit for each. An event of several is not in the order of each when it is held back. */
enum { HOSTS = 3 };

static unsigned make_host(struct world *w, struct ref_json *e)
{
    static const char *const words[] = {"x", "x", "y", "y", "null", NULL};
    struct eq_arena *a = &w->arena;
    if ((w->order == IN_ORDER || w->order == SHUFFLED) && ref_chance(&w->random, 8)) {
        struct ref_json *list = ref_make(a, REF_ARRAY, EQ_LIT(""));
        ref_add(a, list, NULL, ref_literal(a, "x"));
        ref_add(a, list, NULL, ref_literal(a, "y"));
        ref_add(a, e, "host", list);
        return 3;
    }
    const char *word = pick(w, words);
    ref_add(a, e, "host", ref_literal(a, word));
    return *word == 'x' ? 1 : *word == 'y' ? 2 : 4;
}

static unsigned hosts_of(const struct ref_event *event)
{
    for (size_t k = 0; k < event->doc->n; k++) {
        const struct ref_json *kid = event->doc->kids[k];
        if (eq_slice_eq(kid->key, EQ_LIT("host")))
            return kid->kind == REF_ARRAY ? 3 : kid->kind == REF_NULL ? 4 : *kid->text.ptr == 'x' ? 1 : 2;
    }
    return 4;
}

static struct ref_event make_event(struct world *w, int64_t time, bool timed)
{
    struct eq_arena *a = &w->arena;
    struct ref_random *r = &w->random;
    struct ref_json *e = ref_make(a, REF_OBJECT, EQ_LIT(""));
    if (w->parted && make_host(w, e) == 2)
        time += w->lag;
    ref_add(a, e, "event.category", ref_literal(a, ref_chance(r, 90) ? "process" : "file"));
    ref_add(a, e, "t", ref_literal(a, pick(w, (const char *const[]){"A", "A", "B", "B", "C", "D", NULL})));
    if (ref_chance(r, 90))
        ref_add(a, e, "k", make_key(w));
    if (ref_chance(r, 70))
        ref_add(a, e, "j", make_key(w));
    if (ref_chance(r, 70))
        ref_add(a, e, "v", ref_literal(a, pick(w, (const char *const[]){"1", "1", "2", "3", NULL})));
    if (timed) {
        char text[64];
        int64_t s = time / 1000000000;
        int n = snprintf(text, sizeof text, "2020-01-01T00:%02d:%02d.%09dZ", (int)(s / 60 % 60), (int)(s % 60),
                         (int)(time % 1000000000));
        ref_add(a, e, "@timestamp", ref_make(a, REF_STRING, eq_arena_copy(a, eq_slice(text, (size_t)n))));
    }
    struct ref_event event = {.doc = e, .time = time, .tiebreaker = INT_MAX, .ordered = timed};
    if (w->order != IN_ORDER && ref_chance(r, 70)) {
        static const char *const ties[] = {"1", "2", "3", NULL};
        const char *tie = pick(w, ties);
        ref_add(a, e, "seq", ref_literal(a, tie));
        event.tiebreaker = *tie - '0';
    }
    return event;
}

/* Deal events anew as they come in: each somewhat after its time. */
static void delay_events(struct world *w, struct stream *s)
{
    int64_t arrival[MAX_EVENTS], most = w->order == LATE ? LATENESS : INT64_C(100) * LATENESS;
    for (unsigned i = 0; i < s->n; i++) {
        struct ref_event event = s->events[i];
        int64_t clock = event.time - (w->parted && hosts_of(&event) == 2 ? w->lag : 0);
        int64_t when = clock + (int64_t)(ref_next(&w->random) % (uint64_t)(most + 1));
        unsigned at = i;
        for (; at > 0 && arrival[at - 1] > when; at--) {
            arrival[at] = arrival[at - 1];
            s->events[at] = s->events[at - 1];
        }
        arrival[at] = when;
        s->events[at] = event;
    }
}

static void make_stream(struct world *w, struct stream *s)
{
    static const int64_t gaps[] = {0, 0, 0, 1, 499999999, 500000000, 500000000, 1000000000, 1000000000, 1500000000};
    int64_t now = 2000000000;
    s->n = 5 + ref_below(&w->random, MAX_EVENTS - 5);
    for (unsigned i = 0; i < s->n; i++) {
        now += gaps[ref_below(&w->random, 10)];
        bool late = w->order == IN_ORDER && i > 0 && ref_chance(&w->random, 2);
        s->events[i] = make_event(w, late ? now - 1 : now, !ref_chance(&w->random, 2));
    }
    if (w->order >= LATE)
        delay_events(w, s);
}

static bool comes_after(const struct ref_event *a, const struct ref_event *b)
{
    if (!a->ordered || !b->ordered)
        return false;
    return a->time != b->time ? a->time > b->time : a->tiebreaker > b->tiebreaker;
}

/* Number the events as they come, and see which can be in sequences: in order of time those that are not older than one
 * before. */
static void order_stream(const struct world *w, struct stream *s)
{
    int64_t newest[HOSTS] = {-1, -1, -1};
    for (unsigned i = 0; i < s->n; i++) {
        struct ref_event *e = &s->events[i];
        unsigned hosts = w->parted ? hosts_of(e) : 1;
        e->number = i + 1;
        bool timed = false;
        for (size_t k = 0; k < e->doc->n; k++)
            timed |= eq_slice_eq(e->doc->kids[k]->key, EQ_LIT("@timestamp"));
        e->ordered = timed;
        for (unsigned h = 0; h < HOSTS; h++)
            e->ordered &= w->order != IN_ORDER || !(hosts >> h & 1) || e->time >= newest[h];
        for (unsigned h = 0; h < HOSTS; h++)
            newest[h] = e->ordered && (hosts >> h & 1) ? e->time : newest[h];
    }
}

/* ── Both answers ── */

static const struct eq_plan *plan_of(struct world *w, const struct rule *rule)
{
    struct eq_diags diags;
    struct eq_plan *plan = NULL;
    struct eq_language_options options = {0};
    struct eq_source *source = eq_arena_alloc(&w->arena, sizeof *source);
    *source = (struct eq_source){.name = EQ_LIT("rule"), .text = rule_text(w, rule)};
    eq_diags_init(&diags, &eq_alloc_default);
    enum eq_dialect dialect = rule->endpoint ? EQ_DIALECT_ENDPOINT : EQ_DIALECT_ELASTIC;
    enum eq_status st = eq_languages[dialect].compile(&plan, source, &options, &w->arena, &diags);
    eq_diags_free(&diags);
    if (st == EQ_OK && w->parted)
        st = eq_plan_partition(plan, &EQ_LIT("host"), 1, &w->arena);
    return st == EQ_OK ? plan : NULL;
}

struct answers {
    struct eq_buf of[MAX_RULES];
};

static bool add_key(const char *ptr, size_t len, void *ctx)
{
    eq_buf_add(ctx, eq_slice(ptr, len));
    return true;
}

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct eq_buf *out = &((struct answers *)ctx)->of[eqlite_alert_rule(alert)], key;
    for (size_t i = 0; i < eqlite_alert_event_count(alert); i++) {
        eqlite_alert_event e = eqlite_alert_get_event(alert, i);
        if (e.missing)
            eq_buf_printf(out, "%s_", i ? "," : "");
        else
            eq_buf_printf(out, "%s%llu", i ? "," : "", (unsigned long long)e.line);
    }
    eq_buf_puts(out, " [");
    for (size_t i = 0; i < eqlite_alert_key_count(alert); i++) {
        eq_buf_init(&key, &eq_alloc_default);
        eq_buf_puts(out, i ? "," : "");
        eqlite_alert_key(alert, i, add_key, &key);
        if (key.len && (key.ptr[0] == '-' || (key.ptr[0] >= '0' && key.ptr[0] <= '9'))) {
            eq_buf_putc(&key, 0);
            eq_buf_printf(out, "%Lg", strtold(key.ptr, NULL));
        } else {
            eq_buf_add(out, eq_buf_slice(&key));
        }
        eq_buf_free(&key);
    }
    eq_buf_puts(out, "]\n");
    return true;
}

static void answers_free(struct answers *a)
{
    for (unsigned i = 0; i < MAX_RULES; i++)
        eq_buf_free(&a->of[i]);
}

static int by_text(const void *a, const void *b)
{
    return eq_slice_cmp(*(const struct eq_slice *)a, *(const struct eq_slice *)b);
}

/* Which results come first is said only within a partition, so they are compared without their order. */
static void sort_lines(struct eq_buf *text)
{
    struct eq_slice lines[1024], rest = eq_buf_slice(text);
    struct eq_buf sorted;
    size_t n = 0;
    for (const char *end; rest.len && (end = memchr(rest.ptr, '\n', rest.len)); n++) {
        if (n == 1024)
            abort();
        lines[n] = eq_slice(rest.ptr, (size_t)(end + 1 - rest.ptr));
        rest = eq_slice(end + 1, rest.len - lines[n].len);
    }
    eq_buf_init(&sorted, &eq_alloc_default);
    if (n)
        qsort(lines, n, sizeof *lines, by_text);
    for (size_t i = 0; i < n; i++)
        eq_buf_add(&sorted, lines[i]);
    eq_buf_free(text);
    *text = sorted;
}

static void save(struct eq_buf *out, eqlite_matcher *m)
{
    eqlite_state state = EQLITE_STATE_INIT;
    state.matcher = m;
    eq_buf_init(out, &eq_alloc_default);
    CU_ASSERT_EQUAL(eqlite_state_save(&state, add_key, out), EQLITE_OK);
}

/* Another matcher takes the place of *m. What it would save must be what it was restored from. */
static bool replace(eqlite_matcher **m, eqlite_rules *rules, const eqlite_matcher_options *how)
{
    eqlite_state state = EQLITE_STATE_INIT;
    eqlite_state_report report = {.size = sizeof report};
    struct eq_buf first, second;
    save(&first, *m);
    eqlite_matcher_free(*m);
    if (eqlite_matcher_new(m, rules, how) != EQLITE_OK)
        abort();
    state.matcher = *m;
    bool ok = eqlite_state_restore(&state, first.ptr, first.len, &report) == EQLITE_OK;
    save(&second, *m);
    ok = ok && report.kept == eqlite_rules_count(rules) && report.fresh + report.dropped == 0 &&
         eq_slice_eq(eq_buf_slice(&first), eq_buf_slice(&second));
    CU_ASSERT_TRUE(ok);
    eq_buf_free(&first);
    eq_buf_free(&second);
    return ok;
}

/* False if a rule is not valid. All rules are of one dialect. */
static bool engine_answers(struct answers *out, struct world *w, const struct rule *rules, unsigned n,
                           const struct stream *s)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_matcher_options how = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_compiler *compiler;
    eqlite_rules *compiled = NULL;
    eqlite_matcher *matcher = NULL;
    bool ok = true;
    for (unsigned i = 0; i < MAX_RULES; i++)
        eq_buf_init(&out->of[i], &eq_alloc_default);
    options.dialect = rules[0].endpoint ? "endpoint" : "elastic";
    options.engine = w->engine;
    options.partition_by = w->parted ? "host" : NULL;
    options.tiebreaker_field = w->order == IN_ORDER ? NULL : "seq";
    how.on_alert = on_alert;
    how.ctx = out;
    how.limit = w->limit;
    how.threads = w->threads;
    how.block_bytes = w->block_bytes;
    how.samples_per_key = w->per_key;
    how.max_lateness_ns = w->order == LATE ? LATENESS : w->order == SHUFFLED ? EQLITE_ANY_LATENESS : 0;
    if (eqlite_compiler_new(&compiler, &options) != EQLITE_OK)
        abort();
    for (unsigned i = 0; i < n; i++) {
        struct eq_slice text = rule_text(w, &rules[i]);
        ok &= eqlite_compiler_add_query(compiler, "rule", text.ptr, text.len) == EQLITE_OK;
    }
    if (eqlite_compiler_finish(&compiled, compiler) != EQLITE_OK ||
        eqlite_matcher_new(&matcher, compiled, &how) != EQLITE_OK)
        abort();
    for (unsigned i = 0; i < s->n && ok; i++) {
        struct eq_buf json;
        eq_buf_init(&json, &eq_alloc_default);
        ref_print(&json, s->events[i].doc);
        eqlite_event event = {.json = json.ptr, .len = json.len, .line = i + 1};
        ok = eqlite_matcher_feed(matcher, &event) == EQLITE_OK;
        eq_buf_free(&json);
        if (ok && w->cut && i % w->cut == 0)
            ok = replace(&matcher, compiled, &how);
    }
    ok = ok && eqlite_matcher_finish(matcher) == EQLITE_OK;
    for (unsigned i = 0; w->parted && i < MAX_RULES; i++)
        sort_lines(&out->of[i]);
    eqlite_matcher_free(matcher);
    eqlite_rules_free(compiled);
    eqlite_compiler_free(compiler);
    return ok;
}

static void expected(struct eq_buf *out, struct world *w, const struct eq_plan *plan, const struct stream *s)
{
    struct stream sorted = {.n = 0};
    for (unsigned i = 0; i < s->n; i++) { /* events without time stay away from those that have one */
        unsigned at = sorted.n;
        if (!s->events[i].ordered && w->order != IN_ORDER)
            continue;
        for (; w->order != IN_ORDER && at > 0 && comes_after(&sorted.events[at - 1], &s->events[i]); at--)
            sorted.events[at] = sorted.events[at - 1];
        sorted.events[at] = s->events[i];
        sorted.n++;
    }
    eq_buf_init(out, &eq_alloc_default);
    ref_run(out, &w->arena, plan, sorted.events, sorted.n, w->limit, w->per_key ? w->per_key : 1);
    if (w->parted)
        sort_lines(out);
}

/* ── Smaller ── */

static bool differ(struct world *w, const struct rule *rule, struct stream *s)
{
    struct answers engine;
    struct eq_buf reference;
    const struct eq_plan *plan = plan_of(w, rule);
    if (!plan)
        return false;
    order_stream(w, s);
    bool ok = engine_answers(&engine, w, rule, 1, s);
    expected(&reference, w, plan, s);
    bool same = eq_slice_eq(eq_buf_slice(&engine.of[0]), eq_buf_slice(&reference));
    answers_free(&engine);
    eq_buf_free(&reference);
    return ok && !same;
}

static bool fewer_events(struct world *w, const struct rule *rule, struct stream *s)
{
    for (unsigned i = 0; i < s->n; i++) {
        struct stream less = *s;
        memmove(&less.events[i], &less.events[i + 1], (s->n - i - 1) * sizeof *s->events);
        less.n--;
        if (differ(w, rule, &less)) {
            *s = less;
            return true;
        }
    }
    return false;
}

static bool simpler_rule(struct world *w, struct rule *rule, struct stream *s)
{
    for (unsigned part = 0; part < 4 + rule->n_stages; part++) {
        struct rule less = *rule;
        if (part == 0)
            less.pipes = "";
        else if (part == 1)
            less.until = EQ_LIT("");
        else if (part == 2)
            less.by = "";
        else if (part == 3)
            less.maxspan = "";
        else
            memmove(&less.stages[part - 4], &less.stages[part - 3],
                    (--less.n_stages - (part - 4)) * sizeof *less.stages);
        bool changed = less.n_stages < rule->n_stages || less.until.len != rule->until.len ||
                       *less.pipes != *rule->pipes || *less.by != *rule->by || *less.maxspan != *rule->maxspan;
        if (changed && differ(w, &less, s)) {
            *rule = less;
            return true;
        }
    }
    return false;
}

static void print_lines(const char *what, struct eq_slice lines)
{
    printf("\n    %s: ", what);
    for (size_t i = 0; i < lines.len; i++)
        putchar(lines.ptr[i] == '\n' ? ' ' : lines.ptr[i]);
}

static void report(struct world *w, struct rule rule, struct stream s)
{
    struct answers engine;
    struct eq_buf reference;
    if (!differ(w, &rule, &s))
        printf("\n    only together with other rules:");
    else
        while (fewer_events(w, &rule, &s) || simpler_rule(w, &rule, &s))
            ;
    order_stream(w, &s);
    engine_answers(&engine, w, &rule, 1, &s);
    expected(&reference, w, plan_of(w, &rule), &s);
    struct eq_slice text = rule_text(w, &rule);
    printf("\n    rule (%s, order %d, limit %llu, samples per key %u): %.*s", rule.endpoint ? "endpoint" : "elastic",
           w->order, (unsigned long long)w->limit, w->per_key, (int)text.len, text.ptr);
    if (w->parted)
        printf(" (by host)");
    if (w->cut)
        printf(" (saved and restored every %u events)", w->cut);
    for (unsigned i = 0; i < s.n; i++) {
        struct eq_buf json;
        eq_buf_init(&json, &eq_alloc_default);
        ref_print(&json, s.events[i].doc);
        printf("\n    %u %.*s", i + 1, (int)json.len, json.ptr);
        eq_buf_free(&json);
    }
    print_lines("engine", eq_buf_slice(&engine.of[0]));
    print_lines("reference", eq_buf_slice(&reference));
    printf("\n");
    answers_free(&engine);
    eq_buf_free(&reference);
}

/* ── The comparison ── */

struct tally {
    uint64_t cases, with_results, refused, wrong;
};

static void compare(struct world *w, struct tally *t)
{
    struct rule rules[MAX_RULES];
    const struct eq_plan *plans[MAX_RULES];
    struct stream s;
    struct answers engine;
    unsigned n = 0, want = 1 + ref_below(&w->random, MAX_RULES);
    w->order = ref_chance(&w->random, 60) ? IN_ORDER : TIED + (int)ref_below(&w->random, 3);
    w->parted = ref_chance(&w->random, 30);
    w->lag = (int64_t[]){0, 1000000000, -1500000000, 20000000000}[ref_below(&w->random, 4)];
    w->limit = !w->parted && ref_chance(&w->random, 15) ? 1 + ref_below(&w->random, 3) : 0;
    w->per_key = ref_below(&w->random, 4);
    w->threads = ref_chance(&w->random, 5) ? 2 + ref_below(&w->random, 2) : 1;
    w->block_bytes = 1 + ref_below(&w->random, 500);
    w->cut = ref_chance(&w->random, 40) ? 1 + ref_below(&w->random, 3) : 0;
    w->engine = ref_chance(&w->random, 5) ? "memo" : ref_chance(&w->random, 50) ? "shared" : "naive";
    while (n < want) {
        rules[n] = make_rule(w);
        plans[n] = plan_of(w, &rules[n]);
        if (!plans[n])
            t->refused++;
        else if ((n == 0 || rules[n].endpoint == rules[0].endpoint) && (!rules[n].sample || w->order == IN_ORDER))
            n++; /* samples take events as they come in */
    }
    make_stream(w, &s);
    order_stream(w, &s);
    if (!engine_answers(&engine, w, rules, n, &s))
        t->wrong++;
    for (unsigned i = 0; i < n; i++) {
        struct eq_buf reference;
        expected(&reference, w, plans[i], &s);
        t->cases++;
        t->with_results += reference.len > 0;
        if (!eq_slice_eq(eq_buf_slice(&engine.of[i]), eq_buf_slice(&reference)) && t->wrong++ < 5)
            report(w, rules[i], s);
        eq_buf_free(&reference);
    }
    answers_free(&engine);
}

static void test_random(void)
{
    uint64_t cases = ref_number("EQLITE_CASES", CASES), seed = ref_number("EQLITE_SEED", 1);
    struct tally t = {0};
    struct world w = {.random = {seed}};
    eq_arena_init(&w.arena, &eq_alloc_default);
    while (t.cases < cases) {
        compare(&w, &t);
        eq_arena_reset(&w.arena);
    }
    eq_arena_free(&w.arena);
    CU_ASSERT_EQUAL(t.wrong, 0);
    CU_ASSERT(t.with_results > t.cases / 4);
    if (t.wrong || getenv("EQLITE_CASES"))
        printf("\n    seed %llu: %llu cases, %llu with results, %llu texts that are no rules, %llu wrong ",
               (unsigned long long)seed, (unsigned long long)t.cases, (unsigned long long)t.with_results,
               (unsigned long long)t.refused, (unsigned long long)t.wrong);
}

CU_TestInfo eq_tests_sequences[] = {{"random sequences and streams: as the specification says", test_random},
                                    CU_TEST_INFO_NULL};
