/* test_case.c — run one test of a rule: its events through its rule alone, and what came of it against what was
 * expected; then again with several threads, parted, and in another order, for the same. */
#include <stdlib.h>
#include <string.h>

#include "cli/test_case.h"

/* One run under way. */
struct run {
    struct test_alerts alerts;
    const struct test_events *events;
    const eqlite_rule_test *test;
    struct cli_text *problem;
    struct cli_feed *feed; /* tells of broken events */
};

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct run *r = ctx;
    return test_alerts_take(alert, &r->alerts);
}

void cli_case_free(struct cli_case *r)
{
    test_run_free(&r->given);
    test_events_free(&r->events);
    cli_text_free(&r->problem);
    cli_text_free(&r->ways);
}

static void on_bad_event(const eqlite_bad_event *bad, void *ctx)
{
    struct run *r = ctx;
    if (r->events->in_file)
        cli_feed_bad(r->feed, bad);
    else if (!r->problem->len)
        cli_text_printf(r->problem, "event in line %llu of the test: %s, at byte %zu", (unsigned long long)bad->line,
                        bad->reason, bad->at);
}

/* The events end: time stands where the test says, or is at its end. Results that only an end gives need one. */
static eqlite_status end_events(const struct run *r, eqlite_matcher *m, const eqlite_rules *rules)
{
    eqlite_string now = r->test->now;
    eqlite_status st = now.len ? eqlite_matcher_advance(m, now.ptr, now.len) : EQLITE_OK;
    if (st == EQLITE_OK && (!now.len || eqlite_rules_get(rules, 0).at_end))
        st = eqlite_matcher_finish(m);
    return st;
}

/* Feed all events. What goes wrong is told in r->problem. */
static void run_events(struct run *r, const struct cli *c, eqlite_rules *rules, eqlite_matcher_options options)
{
    eqlite_matcher *m = NULL;
    options.on_alert = on_alert;
    options.on_bad_event = on_bad_event;
    options.ctx = r;
    options.unwrap = !c->no_unwrap;
    eqlite_status st = test_alerts_open(&r->alerts, rules);
    if (st == EQLITE_OK)
        st = eqlite_matcher_new(&m, rules, &options);
    for (size_t i = 0; i < r->events->n && st == EQLITE_OK && !cli_stopped(); i++)
        st = eqlite_matcher_feed(m, &r->events->items[i]);
    if (m && (st == EQLITE_OK || st == EQLITE_END)) {
        eqlite_stats stats = {.size = sizeof stats};
        st = end_events(r, m, rules);
        eqlite_matcher_stats(m, &stats);
        r->alerts.out->late = stats.late;
    }
    if (st != EQLITE_OK && st != EQLITE_END && !r->problem->len)
        cli_text_printf(r->problem, "%s", eqlite_status_text(st));
    eqlite_matcher_free(m);
    test_alerts_close(&r->alerts);
}

/* ── The same again ── */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Are the lists equal, as sets when the order does not matter? */
static bool agree(const struct cli_list *a, const struct cli_list *b, bool as_sets)
{
    if (a->n != b->n || !a->n)
        return a->n == b->n;
    const char **x = cli_alloc(NULL, a->n * sizeof *x), **y = cli_alloc(NULL, b->n * sizeof *y);
    bool same = true;
    memcpy(x, a->items, a->n * sizeof *x);
    memcpy(y, b->items, b->n * sizeof *y);
    if (as_sets) {
        qsort(x, a->n, sizeof *x, by_text);
        qsort(y, b->n, sizeof *y, by_text);
    }
    for (size_t i = 0; i < a->n && same; i++)
        same = strcmp(x[i], y[i]) == 0;
    free(x);
    free(y);
    return same;
}

enum same { SAME_ORDER, ANY_ORDER, SAME_KEYS }; /* what must be the same: the alerts, … in any order, their keys */

static bool is_same(const struct test_run *a, const struct test_run *b, enum same same)
{
    if (a->alerts != b->alerts)
        return false;
    return same == SAME_KEYS ? agree(&a->keys, &b->keys, true) : agree(&a->places, &b->places, same == ANY_ORDER);
}

/* Run the events with other options or rules; the alerts must be the same. */
static void again(struct cli_case *r, const struct cli *c, eqlite_rules *rules, const eqlite_rule_test *test,
                  const eqlite_matcher_options *options, const char *how, enum same same)
{
    struct test_run out = {0};
    struct run run = {.alerts = {.out = &out, .test = test}, .events = &r->events, .feed = &r->events.feed, .test = test,
                      .problem = &r->problem};
    if (r->problem.len || cli_stopped())
        return;
    run_events(&run, c, rules, *options);
    cli_text_printf(&r->ways, ", %s", how);
    if (!r->problem.len && !is_same(&r->given, &out, same) && !cli_stopped())
        cli_text_printf(&r->problem, "the result changes %s: %llu alerts as given, %llu so, %s", how,
                        (unsigned long long)r->given.alerts, (unsigned long long)out.alerts,
                        "which is a fault of eqlite: please report it");
    test_run_free(&out);
}

/* With a time for each partition alerts that wait for a missing event may be given in another order. An event can be late
 * behind those of other partitions, and not behind those of its own: then the test is about that. */
static void parted(struct cli_case *r, const struct cli *c, const eqlite_rule_test *test)
{
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    struct cli_text how = {0};
    if (!r->parted || r->given.late)
        return;
    cli_text_printf(&how, "parted by %s", r->parted_by);
    again(r, c, r->parted, test, &options, how.ptr, ANY_ORDER);
    cli_text_free(&how);
}

/* Of rules to which order means nothing alerts come as the events do, and `head`, `tail` and samples may choose others:
 * as many, with the same keys. Not when events come late as they are given: then their order is what the test is about. */
static void shuffled(struct cli_case *r, const struct cli *c, eqlite_rules *rules, const eqlite_rule_test *test)
{
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    if (r->problem.len || r->given.late)
        return;
    eqlite_status st = test_events_shuffle(&r->events, c, rules);
    if (st != EQLITE_OK)
        cli_text_printf(&r->problem, "%s", eqlite_status_text(st));
    options.max_lateness_ns = EQLITE_ANY_LATENESS;
    again(r, c, rules, test, &options, "in another order",
          eqlite_rules_need_order(rules) ? SAME_ORDER : SAME_KEYS);
}

/* Behind the events there is only the time that they leave: a test cannot ask what was known before its last one. */
static void check_now(struct cli_case *r, const struct cli *c, eqlite_rules *rules, const eqlite_rule_test *test)
{
    eqlite_status st = EQLITE_OK;
    if (!test->now.len || !eqlite_rules_need_order(rules) ||
        test_events_are_before(&st, &r->events, c, rules, test->now))
        return;
    cli_text_printf(&r->problem, "%s",
                    st == EQLITE_OK ? "now is not later than all events" : eqlite_status_text(st));
}

void cli_case_run(struct cli_case *r, const struct cli *c, eqlite_rules *rules, const eqlite_rule_test *test)
{
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    bool *met = cli_alloc(NULL, test->n_fields + 1);
    memset(met, 0, test->n_fields + 1);
    struct run run = {.alerts = {.out = &r->given, .test = test, .met = met}, .events = &r->events,
                      .feed = &r->events.feed, .test = test, .problem = &r->problem};
    bool fine = test_events_read(&r->events, c, test, &r->problem);
    if (fine)
        check_now(r, c, rules, test);
    if (fine && !r->problem.len) {
        run_events(&run, c, rules, options);
        cli_text_printf(&r->ways, "as given");
        if (r->cover)
            cover_test(r->cover, c, r->events.items, r->events.n);
    }
    if (r->events.feed.bad && !r->problem.len)
        cli_text_printf(&r->problem, "%llu broken event%s", (unsigned long long)r->events.feed.bad,
                        r->events.feed.bad == 1 ? "" : "s");
    options.threads = 3;
    options.block_bytes = 1;
    again(r, c, rules, test, &options, "with three threads", SAME_ORDER);
    parted(r, c, test);
    shuffled(r, c, rules, test);
    if (!r->problem.len) {
        test_judge(&r->problem, test, &r->given, met);
        r->differs = r->problem.len > 0;
    }
    free(met);
}
