/* test.c — `eqlite test`: each [[tests]] entry of a rule, its events through its rule alone.
 *
 *      ok    Suspicious shell: a shell below a web server
 *      FAIL  Suspicious shell: an editor is fine
 *            expected no alerts, got 1
 *
 * The event.id of alerts are read through a csv sink of that one column, so the program needs no JSON reader. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

struct case_run {
    uint64_t alerts;
    struct cli_list ids; /* owned: event.id of each alert's events, joined by blanks */
    eqlite_sink *sink;
    struct cli_text rows; /* csv */
    struct cli_text problem;
};

struct totals {
    struct cli *cli;
    size_t passed, failed, skipped;
    struct cli_output output;
    struct cli_text junit; /* testcase elements */
};

/* ── One run ── */

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

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct case_run *r = ctx;
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
    return true;
}

static void free_run(struct case_run *r)
{
    for (size_t i = 0; i < r->ids.n; i++)
        free((void *)(uintptr_t)r->ids.items[i]);
    free(r->ids.items);
    eqlite_sink_free(r->sink);
    cli_text_free(&r->rows);
    cli_text_free(&r->problem);
}

static void feed_line(struct case_run *r, eqlite_matcher *m, eqlite_string line, uint64_t number)
{
    eqlite_event e = {.json = line.ptr, .len = line.len, .path = cli_string("test"), .line = number};
    size_t offset = 0;
    eqlite_status st = eqlite_matcher_feed(m, &e);
    const char *reason = st == EQLITE_OK ? eqlite_matcher_bad_event(m, &offset) : eqlite_status_text(st);
    if (reason && !r->problem.len)
        cli_text_printf(&r->problem, "event in line %llu of the test: %s, at byte %zu", (unsigned long long)number,
                        reason, offset);
}

static void feed_inline(struct case_run *r, eqlite_matcher *m, eqlite_string text)
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

static void feed_file(struct case_run *r, const struct cli *c, eqlite_matcher *m, eqlite_string path)
{
    struct cli_text name = {0};
    struct cli_list files = {0};
    struct cli_feed feed = {.cli = c, .matcher = m};
    cli_text_add(&name, path.ptr, path.len);
    cli_list_add(&files, name.ptr);
    eqlite_status st = cli_feed_files(&feed, &files);
    if (st != EQLITE_OK && st != EQLITE_END)
        cli_text_printf(&r->problem, "%s", eqlite_status_text(st));
    else if (feed.trouble)
        cli_text_printf(&r->problem, "the file of events could not be read");
    else if (feed.bad)
        cli_text_printf(&r->problem, "%llu broken events", (unsigned long long)feed.bad);
    free(files.items);
    cli_text_free(&name);
}

static void run_events(struct case_run *r, const struct cli *c, eqlite_rules *rules, const eqlite_rule_test *test)
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

static void check_ids(struct case_run *r, const eqlite_rule_test *test)
{
    for (size_t i = 0; i < test->n_event_ids || i < r->ids.n; i++) {
        eqlite_string want = i < test->n_event_ids ? test->event_ids[i] : cli_string("(none)");
        const char *got = i < r->ids.n ? r->ids.items[i] : "(none)";
        if (cli_string_is(want, got))
            continue;
        cli_text_printf(&r->problem, "alert %zu: expected event.id %.*s, got %s", i + 1, (int)want.len, want.ptr, got);
        return;
    }
}

static void check(struct case_run *r, const eqlite_rule_test *test)
{
    if (r->problem.len)
        return;
    if (test->alerts < 0 && !r->alerts)
        cli_text_printf(&r->problem, "expected an alert, got none");
    else if (test->alerts >= 0 && r->alerts != (uint64_t)test->alerts)
        cli_text_printf(&r->problem, "expected %lld alert%s, got %llu", (long long)test->alerts,
                        test->alerts == 1 ? "" : "s", (unsigned long long)r->alerts);
    else if (test->n_event_ids)
        check_ids(r, test);
}

/* ── Reports ── */

static void xml_text(struct cli_text *t, eqlite_string s)
{
    struct cli_text plain = {0};
    cli_text_escape(&plain, s);
    for (size_t i = 0; i < plain.len; i++) {
        switch (plain.ptr[i]) {
        case '&': cli_text_printf(t, "&amp;"); break;
        case '<': cli_text_printf(t, "&lt;"); break;
        case '>': cli_text_printf(t, "&gt;"); break;
        case '"': cli_text_printf(t, "&quot;"); break;
        default: cli_text_add(t, &plain.ptr[i], 1);
        }
    }
    cli_text_free(&plain);
}

static void add_junit(struct cli_text *t, const eqlite_rule *rule, const eqlite_rule_test *test, const char *problem,
                      const char *skipped)
{
    cli_text_printf(t, "  <testcase classname=\"");
    xml_text(t, rule->name);
    cli_text_printf(t, "\" name=\"");
    xml_text(t, test->name);
    cli_text_printf(t, "\" file=\"");
    xml_text(t, rule->path);
    cli_text_printf(t, "\" line=\"%u\"", test->line);
    if (!problem && !skipped) {
        cli_text_printf(t, "/>\n");
        return;
    }
    cli_text_printf(t, "><%s message=\"", problem ? "failure" : "skipped");
    xml_text(t, cli_string(problem ? problem : skipped));
    cli_text_printf(t, "\"/></testcase>\n");
}

static void report(struct totals *t, const eqlite_rule *rule, const eqlite_rule_test *test, const char *problem,
                   const char *skipped)
{
    struct cli_text line = {0};
    bool colour = cli_colour(t->cli, stdout);
    const char *on = !colour ? "" : problem ? "\033[31m" : "\033[32m", *off = colour ? "\033[0m" : "";
    cli_text_printf(&line, "%s%s%s ", on, problem ? "FAIL " : skipped ? "skip " : "ok   ", off);
    cli_text_escape(&line, rule->name.len ? rule->name : rule->id);
    cli_text_printf(&line, ": ");
    cli_text_escape(&line, test->name);
    if (problem || skipped) {
        cli_text_printf(&line, "\n      ");
        cli_text_escape(&line, cli_string(problem ? problem : skipped));
    }
    if (problem) {
        cli_text_printf(&line, " (");
        cli_text_escape(&line, rule->path);
        cli_text_printf(&line, ":%u)", test->line);
    }
    cli_text_printf(&line, "\n");
    if (problem || !t->cli->quiet)
        cli_output_write(line.ptr, line.len, &t->output);
    cli_text_free(&line);
    if (t->cli->junit)
        add_junit(&t->junit, rule, test, problem, skipped);
    *(problem ? &t->failed : skipped ? &t->skipped : &t->passed) += 1;
}

static bool write_junit(const struct totals *t)
{
    struct cli_output o;
    struct cli_text head = {0};
    if (!cli_output_open(&o, t->cli, t->cli->junit))
        return false;
    cli_text_printf(&head,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<testsuite name=\"eqlite\" tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\">\n",
                    t->passed + t->failed + t->skipped, t->failed, t->skipped);
    cli_output_write(head.ptr, head.len, &o);
    cli_output_write(t->junit.ptr ? t->junit.ptr : "", t->junit.len, &o);
    cli_output_write("</testsuite>\n", 13, &o);
    cli_text_free(&head);
    return cli_output_close(&o, true);
}

/* ── All of them ── */

/* The rule in a file of its own, so that no other rule sees the events. */
static eqlite_rules *compile_alone(const struct cli *c, const eqlite_rule *rule)
{
    struct cli_text path = {0};
    eqlite_rules *alone = NULL;
    eqlite_compiler *compiler = cli_compiler(c);
    if (!compiler)
        return NULL;
    cli_text_add(&path, rule->path.ptr, rule->path.len);
    eqlite_compiler_add_path(compiler, path.ptr);
    eqlite_compiler_finish(&alone, compiler);
    eqlite_compiler_free(compiler);
    cli_text_free(&path);
    return alone;
}

static void test_rule(struct totals *t, const eqlite_rules *rules, size_t index)
{
    eqlite_rule rule = eqlite_rules_get(rules, index);
    if (!rule.n_tests || !cli_rule_chosen(t->cli, &rule))
        return;
    eqlite_rules *alone = compile_alone(t->cli, &rule);
    for (size_t i = 0; i < rule.n_tests && !cli_stopped(); i++) {
        eqlite_rule_test test = eqlite_rules_test(rules, index, i);
        struct case_run run = {0};
        if (t->cli->filter && !cli_like(t->cli->filter, test.name))
            continue;
        if (rule.not_runnable) {
            report(t, &rule, &test, NULL, rule.not_runnable);
            continue;
        }
        if (alone)
            run_events(&run, t->cli, alone, &test);
        else
            cli_text_printf(&run.problem, "the rule could not be compiled by itself");
        check(&run, &test);
        report(t, &rule, &test, run.problem.len ? run.problem.ptr : NULL, NULL);
        free_run(&run);
    }
    eqlite_rules_free(alone);
}

int cli_test(struct cli *c)
{
    struct totals t = {.cli = c};
    size_t refused = 0, unreadable = 0;
    if (!c->files.n)
        return cli_usage(c, "no rules given");
    /* --only and --skip are looked at rule by rule. */
    struct cli all = *c;
    all.only = all.skip = (struct cli_list){0};
    eqlite_rules *rules = cli_compile_rules(&all, &c->files, &refused, &unreadable);
    if (!rules)
        return CLI_TROUBLE;
    if (!cli_output_open(&t.output, c, NULL)) {
        eqlite_rules_free(rules);
        return CLI_TROUBLE;
    }
    for (size_t i = 0; i < eqlite_rules_count(rules) && !cli_stopped(); i++)
        test_rule(&t, rules, i);

    struct cli_text line = {0};
    cli_text_printf(&line, "%zu passed, %zu failed", t.passed, t.failed);
    if (t.skipped)
        cli_text_printf(&line, ", %zu skipped", t.skipped);
    cli_text_printf(&line, "\n");
    cli_output_write(line.ptr, line.len, &t.output);
    bool written = cli_output_close(&t.output, true);
    if (c->junit)
        written = write_junit(&t) && written;
    if (refused)
        cli_error("%zu rules could not be used, see above", refused);
    cli_text_free(&line);
    cli_text_free(&t.junit);
    eqlite_rules_free(rules);
    if (cli_stopped())
        return cli_stop_status();
    return unreadable || refused || !written ? CLI_TROUBLE : t.failed ? CLI_NO : CLI_OK;
}
