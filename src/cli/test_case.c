/* test_case.c — run one test of a rule: its events through its rule alone, and what came of it against what was
 * expected.
 *
 * The event.id of alerts are read through a csv sink of that one column, so the program needs no JSON reader. */
#include <stdlib.h>
#include <string.h>

#include "cli/test_case.h"

/* The next field of csv rows at *p, after the commas of its row; false at the end. */
static bool next_id(const char **p, const char *end, struct cli_text *out, bool numbered)
{
    const char *at = *p;
    bool quoted = false;
    while (numbered && at < end && *at != ',')
        at++;
    if (at >= end)
        return false;
    at += numbered;
    quoted = at < end && *at == '"';
    at += quoted;
    for (; at < end; at++) {
        if (quoted ? *at == '"' : *at == '\r')
            if (!quoted || at + 1 >= end || *++at != '"')
                break;
        cli_text_add(out, at, 1);
    }
    while (at < end && *at != '\n')
        at++;
    *p = at + (at < end);
    return true;
}

static void keep_keys(struct cli_case *r, const eqlite_alert *alert)
{
    struct cli_text keys = {0};
    cli_text_add(&keys, "[", 1);
    for (size_t i = 0; i < eqlite_alert_key_count(alert); i++) {
        if (i)
            cli_text_add(&keys, ",", 1);
        eqlite_alert_key(alert, i, cli_text_write, &keys);
    }
    cli_text_add(&keys, "]", 1);
    cli_list_add(&r->keys, keys.ptr); /* freed with the run */
}

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct cli_case *r = ctx;
    struct cli_text ids = {0}, rows = {0};
    bool numbered = eqlite_alert_event_count(alert) > 1;
    r->rows.len = 0;
    if (eqlite_sink_put(r->sink, alert) != EQLITE_OK)
        return false;
    /* The first time there is a header in front. */
    rows = r->rows;
    const char *p = rows.ptr, *end = p + rows.len;
    if (r->alerts++ == 0) {
        const char *line = memchr(p, '\n', rows.len);
        p = line ? line + 1 : end;
    }
    for (size_t i = 0; i < eqlite_alert_event_count(alert); i++) {
        if (i)
            cli_text_add(&ids, " ", 1);
        bool missing = eqlite_alert_get_event(alert, i).missing;
        struct cli_text id = {0};
        next_id(&p, end, &id, numbered);
        if (missing)
            cli_text_add(&ids, "-", 1);
        else
            cli_text_add(&ids, id.ptr ? id.ptr : "", id.len);
        cli_text_free(&id);
    }
    if (!ids.ptr)
        cli_text_add(&ids, "", 0);
    cli_list_add(&r->ids, ids.ptr); /* freed with the run */
    keep_keys(r, alert);
    return true;
}

static void free_owned(struct cli_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free((void *)(uintptr_t)l->items[i]);
    free(l->items);
}

void cli_case_free(struct cli_case *r)
{
    free_owned(&r->ids);
    free_owned(&r->keys);
    eqlite_sink_free(r->sink);
    cli_text_free(&r->rows);
    cli_text_free(&r->problem);
}

static void on_bad_event(const eqlite_bad_event *bad, void *ctx)
{
    struct cli_case *r = ctx;
    if (r->file)
        cli_feed_bad(r->file, bad);
    else if (!r->problem.len)
        cli_text_printf(&r->problem, "event in line %llu of the test: %s, at byte %zu", (unsigned long long)bad->line,
                        bad->reason, bad->at);
}

static void feed_line(struct cli_case *r, eqlite_matcher *m, eqlite_string line, uint64_t number)
{
    eqlite_event e = {.json = line.ptr, .len = line.len, .path = cli_string("test"), .line = number};
    eqlite_status st = eqlite_matcher_feed(m, &e);
    if (st != EQLITE_OK && st != EQLITE_END && !r->problem.len)
        cli_text_printf(&r->problem, "%s", eqlite_status_text(st));
}

static void feed_inline(struct cli_case *r, eqlite_matcher *m, eqlite_string text)
{
    uint64_t number = 0;
    while (text.len) {
        const char *newline = memchr(text.ptr, '\n', text.len);
        eqlite_string line = {text.ptr, newline ? (size_t)(newline - text.ptr) : text.len};
        size_t used = line.len + (newline != NULL);
        bool blank = true;
        for (size_t i = 0; i < line.len; i++)
            blank = blank && (line.ptr[i] == ' ' || line.ptr[i] == '\t' || line.ptr[i] == '\r');
        number++;
        if (!blank)
            feed_line(r, m, line, number);
        text.ptr += used;
        text.len -= used;
    }
}

static void feed_file(struct cli_case *r, const struct cli *c, eqlite_matcher *m, eqlite_string path)
{
    struct cli_text name = {0};
    struct cli_list files = {0};
    struct cli_feed feed = {.cli = c, .matcher = m};
    cli_text_add(&name, path.ptr, path.len);
    cli_list_add(&files, name.ptr);
    r->file = &feed;
    eqlite_status st = cli_feed_files(&feed, &files);
    r->file = NULL;
    if (st != EQLITE_OK && st != EQLITE_END)
        cli_text_printf(&r->problem, "%s", eqlite_status_text(st));
    else if (feed.trouble)
        cli_text_printf(&r->problem, "the file of events could not be read");
    else if (feed.bad)
        cli_text_printf(&r->problem, "%llu broken events", (unsigned long long)feed.bad);
    free(files.items);
    cli_text_free(&name);
}

static void run_events(struct cli_case *r, const struct cli *c, eqlite_rules *rules, const eqlite_rule_test *test)
{
    static const char *const column = "event.id";
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_sink_options sink = EQLITE_SINK_OPTIONS_INIT;
    eqlite_matcher *m = NULL;
    sink.format = "csv";
    sink.content = "events";
    sink.columns = &column;
    sink.n_columns = 1;
    sink.write = cli_text_write;
    sink.ctx = &r->rows;
    options.on_alert = on_alert;
    options.on_bad_event = on_bad_event;
    options.ctx = r;
    options.unwrap = !c->no_unwrap;
    eqlite_status st = eqlite_sink_new(&r->sink, rules, &sink);
    if (st == EQLITE_OK)
        st = eqlite_matcher_new(&m, rules, &options);
    if (st == EQLITE_OK) {
        if (test->file.len)
            feed_file(r, c, m, test->file);
        else
            feed_inline(r, m, test->events);
        st = eqlite_matcher_finish(m);
    }
    if (st != EQLITE_OK && st != EQLITE_END && !r->problem.len)
        cli_text_printf(&r->problem, "%s", eqlite_status_text(st));
    eqlite_matcher_free(m);
}

/* ── Expectations ── */

/* The first alert of which `got` is not what was wanted, if any. */
static void compare(struct cli_case *r, const char *what, const eqlite_string *wanted, size_t n,
                    const struct cli_list *got)
{
    for (size_t i = 0; i < n || i < got->n; i++) {
        eqlite_string want = i < n ? wanted[i] : cli_string("(none)");
        const char *have = i < got->n ? got->items[i] : "(none)";
        if (cli_string_is(want, have))
            continue;
        cli_text_printf(&r->problem, "alert %zu: expected %s %.*s, got %s", i + 1, what, (int)want.len, want.ptr, have);
        return;
    }
}

static void check(struct cli_case *r, const eqlite_rule_test *test)
{
    if (r->problem.len)
        return;
    if (test->alerts < 0 && !r->alerts)
        cli_text_printf(&r->problem, "expected an alert, got none");
    else if (test->alerts >= 0 && r->alerts != (uint64_t)test->alerts)
        cli_text_printf(&r->problem, "expected %lld alert%s, got %llu", (long long)test->alerts,
                        test->alerts == 1 ? "" : "s", (unsigned long long)r->alerts);
    else if (test->n_event_ids)
        compare(r, "event.id", test->event_ids, test->n_event_ids, &r->ids);
    if (!r->problem.len && test->n_join_keys)
        compare(r, "join keys", test->join_keys, test->n_join_keys, &r->keys);
}

void cli_case_run(struct cli_case *r, const struct cli *c, eqlite_rules *rules, const eqlite_rule_test *test)
{
    run_events(r, c, rules, test);
    check(r, test);
}
