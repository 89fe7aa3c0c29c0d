/* test_corpus.c — `eqlite test --expect FILE --corpus DIR`: what rules find in files of events.
 *
 *      a.ndjson  ─▶  rules that something is expected of  ─▶  alerts ─▶ each expectation about a.ndjson
 *      b.ndjson  ─▶  …
 *
 * Each file is read once, whatever the number of rules, and is a world of its own. */
#include <stdlib.h>
#include <string.h>

#include "cli/test_case.h"

enum { FEW = 5 }; /* alerts that are remembered to be told, where only their number counts */

/* Expectations about one file, those of a rule one after the other. */
struct group {
    const struct cli *cli;
    struct test_entry **entries;
    size_t n;
    size_t *first;      /* by rule of `rules`: its first entry; one more at the end */
    eqlite_rules *rules;
    struct cli_feed feed;
};

static int by_file(const void *a, const void *b)
{
    const struct test_entry *x = *(struct test_entry *const *)a, *y = *(struct test_entry *const *)b;
    int order = cli_string_order(x->test.file, y->test.file);
    if (!order)
        order = cli_string_order(x->test.now, y->test.now);
    if (!order && x->test.now.len)
        order = x->at_end - y->at_end;
    if (!order)
        order = (x->rule > y->rule) - (x->rule < y->rule);
    return order ? order : (x > y) - (x < y);
}

static int by_place(const void *a, const void *b)
{
    const struct test_entry *x = a, *y = b;
    return x->test.line != y->test.line ? (x->test.line < y->test.line ? -1 : 1) : (x->rule > y->rule) - (x->rule < y->rule);
}

/* Do they see the same world, with the same end? */
static bool together(const struct test_entry *x, const struct test_entry *y)
{
    return cli_string_order(x->test.file, y->test.file) == 0 && cli_string_order(x->test.now, y->test.now) == 0 &&
           (!x->test.now.len || x->at_end == y->at_end);
}

/* ── One file ── */

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct group *g = ctx;
    size_t rule = eqlite_alert_rule(alert);
    for (size_t i = g->first[rule]; i < g->first[rule + 1]; i++)
        if (!test_alerts_take(alert, &g->entries[i]->alerts))
            return false;
    return true;
}

static void on_bad_event(const eqlite_bad_event *bad, void *ctx)
{
    struct group *g = ctx;
    cli_feed_bad(&g->feed, bad);
}

/* The rules of the group among `all`, and where their entries begin. */
static eqlite_status compile(struct group *g, eqlite_rules *all)
{
    size_t n = 0;
    eqlite_compiler *compiler = cli_compiler(g->cli);
    if (!compiler)
        return EQLITE_NOMEM;
    eqlite_status st = EQLITE_OK;
    g->first = cli_alloc(NULL, (g->n + 1) * sizeof *g->first);
    for (size_t i = 0; i < g->n && st == EQLITE_OK; i++) {
        if (i && g->entries[i]->rule == g->entries[i - 1]->rule)
            continue;
        g->first[n++] = i;
        st = eqlite_compiler_add_from(compiler, all, g->entries[i]->rule);
    }
    g->first[n] = g->n;
    if (st == EQLITE_OK)
        st = eqlite_compiler_finish(&g->rules, compiler);
    eqlite_compiler_free(compiler);
    return st;
}

static eqlite_status open_entries(struct group *g)
{
    eqlite_status st = EQLITE_OK;
    for (size_t i = 0; i < g->n && st == EQLITE_OK; i++) {
        struct test_entry *e = g->entries[i];
        bool listed = e->test.expect.len == 0 || e->test.expect.ptr[0] == '{';
        e->met = cli_alloc(NULL, e->test.n_fields + 1);
        memset(e->met, 0, e->test.n_fields + 1);
        e->alerts = (struct test_alerts){
            .out = &e->given, .test = &e->test, .met = e->met, .most = listed ? TEST_ALERTS_MAX : FEW};
        st = test_alerts_open(&e->alerts, g->rules);
    }
    return st;
}

/* Time stands where the expectations say, or is at its end. */
static eqlite_status end_events(const struct group *g)
{
    const struct test_entry *e = g->entries[0];
    eqlite_status st = EQLITE_OK;
    if (e->test.now.len)
        st = eqlite_matcher_advance(g->feed.matcher, e->test.now.ptr, e->test.now.len);
    if (st == EQLITE_OK && (!e->test.now.len || e->at_end))
        st = eqlite_matcher_finish(g->feed.matcher);
    return st;
}

static void tell_late(const struct group *g, const char *path)
{
    eqlite_stats stats = {.size = sizeof stats};
    eqlite_matcher_stats(g->feed.matcher, &stats);
    if (stats.late)
        cli_warn(g->cli, "%s: %llu event%s came late and no sequence saw %s", path, (unsigned long long)stats.late,
                 stats.late == 1 ? "" : "s", stats.late == 1 ? "it" : "them");
}

static eqlite_status match(struct group *g, const char *path)
{
    struct cli_list files = {0};
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    options.on_alert = on_alert;
    options.on_bad_event = on_bad_event;
    options.ctx = g;
    options.unwrap = !g->cli->no_unwrap;
    cli_feed_threads(&options, &g->feed);
    eqlite_status st = eqlite_matcher_new(&g->feed.matcher, g->rules, &options);
    cli_list_add(&files, path);
    if (st == EQLITE_OK)
        st = cli_feed_files(&g->feed, &files);
    if ((st == EQLITE_OK || st == EQLITE_END) && !cli_stopped()) {
        st = end_events(g);
        tell_late(g, path);
    }
    eqlite_matcher_free(g->feed.matcher);
    free(files.items);
    return st == EQLITE_END ? EQLITE_OK : st;
}

/* What is remembered of the alerts goes, unless it is to be written. */
static void judge(struct group *g, const char *problem)
{
    for (size_t i = 0; i < g->n; i++) {
        struct test_entry *e = g->entries[i];
        test_alerts_close(&e->alerts);
        if (problem)
            cli_text_printf(&e->problem, "%s", problem);
        else
            test_judge(&e->problem, &e->test, &e->given, e->met);
        e->differs = !problem && e->problem.len;
        e->ran = true;
        free(e->met);
        if (!e->differs || !g->cli->update)
            test_run_free(&e->given);
    }
}

static void run_group(struct group *g, eqlite_rules *all)
{
    eqlite_string file = g->entries[0]->test.file;
    struct cli_text path = {0};
    cli_text_add(&path, file.ptr, file.len);
    g->feed.cli = g->cli;
    eqlite_status st = compile(g, all);
    if (st == EQLITE_OK)
        st = open_entries(g);
    if (st == EQLITE_OK)
        st = match(g, path.ptr);
    if (!cli_stopped())
        judge(g, st != EQLITE_OK ? eqlite_status_text(st) : g->feed.trouble ? "the file of events could not be read" : NULL);
    eqlite_rules_free(g->rules);
    cli_text_free(&path);
    free(g->first);
}

/* ── All files ── */

static void add(struct test_entries *all, size_t rule, bool at_end, eqlite_rule_test test)
{
    if (all->n == all->cap) {
        all->cap = all->cap ? 2 * all->cap : 64;
        all->items = cli_alloc(all->items, all->cap * sizeof *all->items);
    }
    all->items[all->n++] = (struct test_entry){.rule = rule, .at_end = at_end, .test = test};
}

static void collect(struct test_entries *all, const struct cli *c, eqlite_rules *rules)
{
    for (size_t i = 0; i < eqlite_rules_count(rules); i++) {
        eqlite_rule rule = eqlite_rules_get(rules, i);
        if (!rule.n_tests || !cli_rule_chosen(c, &rule))
            continue;
        for (size_t k = 0; k < rule.n_tests; k++) {
            eqlite_rule_test test = eqlite_rules_test(rules, i, k);
            if (cli_string_is(test.path, c->expect) && (!c->filter || cli_like(c->filter, test.name)))
                add(all, i, rule.at_end, test);
        }
    }
    if (all->n)
        qsort(all->items, all->n, sizeof *all->items, by_place);
}

static bool any_failed(const struct group *g)
{
    for (size_t i = 0; i < g->n; i++)
        if (g->entries[i]->problem.len)
            return true;
    return false;
}

void test_corpus_run(struct test_entries *all, const struct cli *c, eqlite_rules *rules)
{
    collect(all, c, rules);
    struct test_entry **order = cli_alloc(NULL, (all->n + 1) * sizeof(struct test_entry *));
    for (size_t i = 0; i < all->n; i++)
        order[i] = &all->items[i];
    if (all->n)
        qsort(order, all->n, sizeof *order, by_file);
    for (size_t i = 0, end; i < all->n && !cli_stopped(); i = end) {
        for (end = i + 1; end < all->n && together(order[i], order[end]); end++)
            ;
        struct group g = {.cli = c, .entries = order + i, .n = end - i};
        run_group(&g, rules);
        if (c->fail_fast && any_failed(&g))
            break;
    }
    free(order);
}

void test_corpus_free(struct test_entries *all)
{
    for (size_t i = 0; i < all->n; i++) {
        test_run_free(&all->items[i].given);
        cli_text_free(&all->items[i].problem);
    }
    free(all->items);
}
