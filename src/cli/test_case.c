/* test_case.c — run one test of a rule: its events through its rule alone, and what came of it against what was
 * expected; then again with several threads, parted, and in another order, for the same.
 *
 * Fields of alerts are read through a csv sink, so the program needs no JSON reader. */
#include <stdlib.h>
#include <string.h>

#include "cli/test_case.h"

/* One run under way. */
struct run {
    struct test_run *out;
    const struct test_events *events;
    const eqlite_rule_test *test;
    struct cli_text *problem;
    eqlite_sink *sink;
    struct cli_text rows; /* csv of the alert at hand */
    bool *met;            /* by field of the test: some event has the value; NULL: they are not asked for */
    struct cli_feed *feed; /* tells of broken events */
    bool header, numbered; /* was seen; rows begin with a number */
};

/* The next cell of csv rows at *p; false at the end of its row. */
static bool next_cell(const char **p, const char *end, struct cli_text *out)
{
    const char *at = *p;
    bool quoted = at < end && *at == '"';
    at += quoted;
    for (; at < end; at++) {
        if (quoted ? *at == '"' : *at == ',' || *at == '\r')
            if (!quoted || at + 1 >= end || *++at != '"')
                break;
        cli_text_add(out, at, 1);
    }
    bool more = at < end && *at == ',';
    *p = at < end ? at + (more ? 1 : 2) : end; /* lines end with CR LF */
    return more;
}

/* The row of one event: its number in a sequence, event.id, and a cell for each field of the test. */
static void read_row(struct run *r, const char **p, const char *end, bool numbered, bool missing, struct cli_text *ids)
{
    struct cli_text cell = {0};
    bool more = *p < end;
    for (size_t i = 0; more; i++) {
        cell.len = 0;
        more = next_cell(p, end, &cell);
        if (i == numbered && !missing)
            cli_text_add(ids, cell.ptr ? cell.ptr : "", cell.len);
        if (i <= numbered || !r->met)
            continue;
        size_t n = i - 1 - numbered;
        const eqlite_expected_field *f = &r->test->fields[n];
        if (f->alert == r->out->alerts && !missing && f->value.len == cell.len &&
            (!cell.len || memcmp(cell.ptr, f->value.ptr, cell.len) == 0))
            r->met[n] = true;
    }
    if (missing)
        cli_text_add(ids, "-", 1);
    cli_text_free(&cell);
}

static void keep(struct cli_list *list, struct cli_text *text)
{
    cli_text_add(text, "", 0);
    cli_list_add(list, text->ptr); /* freed with the run */
}

static void keep_keys(struct test_run *out, const eqlite_alert *alert, struct cli_text *places)
{
    struct cli_text keys = {0};
    cli_text_add(&keys, "[", 1);
    for (size_t i = 0; i < eqlite_alert_key_count(alert); i++) {
        if (i)
            cli_text_add(&keys, ",", 1);
        eqlite_alert_key(alert, i, cli_text_write, &keys);
    }
    cli_text_add(&keys, "]", 1);
    cli_text_add(places, keys.ptr, keys.len);
    keep(&out->keys, &keys);
}

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct run *r = ctx;
    struct cli_text ids = {0}, places = {0};
    r->rows.len = 0;
    if (eqlite_sink_put(r->sink, alert) != EQLITE_OK)
        return false;
    const char *p = r->rows.ptr, *end = p + r->rows.len;
    if (!r->header) {
        const char *line = memchr(p, '\n', r->rows.len);
        r->numbered = p[0] == 's'; /* "sequence" comes first then */
        p = line ? line + 1 : end;
        r->header = true;
    }
    for (size_t i = 0; i < eqlite_alert_event_count(alert); i++) {
        eqlite_alert_event event = eqlite_alert_get_event(alert, i);
        if (i)
            cli_text_add(&ids, " ", 1);
        read_row(r, &p, end, r->numbered, event.missing, &ids);
        cli_text_printf(&places, event.missing ? "- " : "%llu ", (unsigned long long)event.line);
    }
    keep(&r->out->ids, &ids);
    keep_keys(r->out, alert, &places);
    keep(&r->out->places, &places);
    r->out->alerts++;
    return true;
}

static void free_owned(struct cli_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free((void *)(uintptr_t)l->items[i]);
    free(l->items);
}

static void free_run(struct test_run *r)
{
    free_owned(&r->ids);
    free_owned(&r->keys);
    free_owned(&r->places);
}

void cli_case_free(struct cli_case *r)
{
    free_run(&r->given);
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

static eqlite_status open_sink(struct run *r, eqlite_rules *rules)
{
    eqlite_sink_options sink = EQLITE_SINK_OPTIONS_INIT;
    size_t n = r->test->n_fields;
    const char **columns = cli_alloc(NULL, (n + 1) * sizeof *columns);
    struct cli_text *names = cli_alloc(NULL, (n + 1) * sizeof *names);
    columns[0] = "event.id";
    for (size_t i = 0; i < n; i++) {
        names[i] = (struct cli_text){0};
        cli_text_add(&names[i], r->test->fields[i].path.ptr, r->test->fields[i].path.len);
        columns[i + 1] = names[i].ptr;
    }
    sink.format = "csv";
    sink.content = "events";
    sink.columns = columns;
    sink.n_columns = n + 1;
    sink.write = cli_text_write;
    sink.ctx = &r->rows;
    eqlite_status st = eqlite_sink_new(&r->sink, rules, &sink);
    for (size_t i = 0; i < n; i++)
        cli_text_free(&names[i]);
    free(names);
    free(columns);
    return st;
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
    eqlite_status st = open_sink(r, rules);
    if (st == EQLITE_OK)
        st = eqlite_matcher_new(&m, rules, &options);
    for (size_t i = 0; i < r->events->n && st == EQLITE_OK && !cli_stopped(); i++)
        st = eqlite_matcher_feed(m, &r->events->items[i]);
    if (m && (st == EQLITE_OK || st == EQLITE_END)) {
        eqlite_stats stats = {.size = sizeof stats};
        st = end_events(r, m, rules);
        eqlite_matcher_stats(m, &stats);
        r->out->late = stats.late;
    }
    if (st != EQLITE_OK && st != EQLITE_END && !r->problem->len)
        cli_text_printf(r->problem, "%s", eqlite_status_text(st));
    eqlite_matcher_free(m);
    eqlite_sink_free(r->sink);
    cli_text_free(&r->rows);
}

/* ── Expectations ── */

/* A list, a line for each alert: what was wanted, what was there. */
static void compare(struct cli_case *r, const char *what, const eqlite_string *wanted, size_t n,
                    const struct cli_list *got)
{
    for (size_t i = 0; i < n || i < got->n; i++) {
        eqlite_string want = i < n ? wanted[i] : cli_string("(none)");
        const char *have = i < got->n ? got->items[i] : "(none)";
        if (cli_string_is(want, have))
            continue;
        cli_text_printf(&r->problem, "%salert %zu: expected %s %.*s, got %s", r->problem.len ? "\n" : "", i + 1, what,
                        (int)want.len, want.ptr, have);
    }
}

/* The fields that no event of their alert has. */
static void check_fields(struct cli_case *r, const eqlite_rule_test *test, const bool *met)
{
    for (size_t i = 0; i < test->n_fields; i++) {
        const eqlite_expected_field *f = &test->fields[i];
        if (!met[i])
            cli_text_printf(&r->problem, "%salert %zu: expected an event with %.*s %.*s", r->problem.len ? "\n" : "",
                            f->alert + 1, (int)f->path.len, f->path.ptr, (int)f->value.len, f->value.ptr);
    }
}

static void check(struct cli_case *r, const eqlite_rule_test *test, const bool *met)
{
    const struct test_run *g = &r->given;
    if (test->alerts < 0 && !g->alerts)
        cli_text_printf(&r->problem, "expected an alert, got none");
    else if (test->alerts >= 0 && g->alerts != (uint64_t)test->alerts)
        cli_text_printf(&r->problem, "expected %lld alert%s, got %llu", (long long)test->alerts,
                        test->alerts == 1 ? "" : "s", (unsigned long long)g->alerts);
    if (test->n_event_ids)
        compare(r, "event.id", test->event_ids, test->n_event_ids, &g->ids);
    if (test->n_join_keys)
        compare(r, "join keys", test->join_keys, test->n_join_keys, &g->keys);
    check_fields(r, test, met);
    if (r->problem.len && !test->n_event_ids)
        for (size_t i = 0; i < g->ids.n && i < 5; i++)
            cli_text_printf(&r->problem, "\nalert %zu: lines and keys %s", i + 1, g->places.items[i]);
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
    return same == SAME_KEYS ? agree(&a->keys, &b->keys, true) : agree(&a->places, &b->places, same == ANY_ORDER);
}

/* Run the events with other options or rules; the alerts must be the same. */
static void again(struct cli_case *r, const struct cli *c, eqlite_rules *rules, const eqlite_rule_test *test,
                  const eqlite_matcher_options *options, const char *how, enum same same)
{
    struct test_run out = {0};
    struct run run = {.out = &out, .events = &r->events, .feed = &r->events.feed, .test = test, .problem = &r->problem};
    if (r->problem.len || cli_stopped())
        return;
    run_events(&run, c, rules, *options);
    cli_text_printf(&r->ways, ", %s", how);
    if (!r->problem.len && !is_same(&r->given, &out, same) && !cli_stopped())
        cli_text_printf(&r->problem, "the result changes %s: %llu alerts as given, %llu so, %s", how,
                        (unsigned long long)r->given.alerts, (unsigned long long)out.alerts,
                        "which is a fault of eqlite: please report it");
    free_run(&out);
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
    struct run run = {.out = &r->given, .events = &r->events, .feed = &r->events.feed, .test = test,
                      .problem = &r->problem, .met = met};
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
        check(r, test, met);
        r->differs = r->problem.len > 0;
    }
    free(met);
}
