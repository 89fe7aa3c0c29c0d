/* repl.c — `eqlite repl`: statements in, results out, until .quit or the end of the input.
 *
 * A statement ends with ';' or, when it is whole, with an empty line. No query begins with a dot, so a line that does
 * is a command. Without a terminal there is no prompt, and a wrong statement does not end the script. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/repl.h"

enum { MOST_READING = 16 };

const char *repl_keep(struct repl *r, const char *text, size_t len)
{
    char *copy = cli_alloc(NULL, len + 1);
    if (len)
        memcpy(copy, text, len);
    copy[len] = '\0';
    cli_list_add(&r->owned, copy);
    return copy;
}

/* ── Running ── */

struct answer {
    eqlite_sink *sink;
    eqlite_status status;
    uint64_t found;
    struct cli_text *hit; /* gets the events of the first result */
};

void repl_add_event(struct cli_text *t, eqlite_event event)
{
    size_t start = t->len;
    cli_text_add(t, event.json, event.len);
    for (size_t i = start; i < t->len; i++)
        if (t->ptr[i] == '\n' || t->ptr[i] == '\r')
            t->ptr[i] = ' ';
    cli_text_add(t, "\n", 1);
}

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct answer *a = ctx;
    for (size_t i = 0; !a->found && i < eqlite_alert_event_count(alert); i++) {
        eqlite_alert_event e = eqlite_alert_get_event(alert, i);
        if (!e.missing)
            repl_add_event(a->hit, (eqlite_event){.json = e.json.ptr, .len = e.json.len});
    }
    a->found++;
    a->status = eqlite_sink_put(a->sink, alert);
    return a->status == EQLITE_OK && !cli_stopped();
}

/* As many as there are processors, up to 8, look at events for which no column speaks. */
static unsigned threads(const struct cli *c)
{
    struct cli_feed feed = {.cli = c};
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    cli_feed_threads(&options, &feed);
    return options.threads;
}

/* What a person wants to know after the results. */
static void tell(const struct repl *r, uint64_t found, double seconds)
{
    struct cli_text n = {0};
    if (cli_stopped()) {
        cli_note("cancelled");
        return;
    }
    if ((!r->line && !r->timed) || r->cli.quiet)
        return;
    cli_text_count(&n, found);
    if (r->timed)
        cli_note("%s found, %.3f s", n.ptr, seconds);
    else
        cli_note("%s found", n.ptr);
    cli_text_free(&n);
}

void repl_match(struct repl *r, eqlite_rules *rules, const char *content, const char *path)
{
    struct cli_output output;
    struct answer a = {.hit = &r->hit};
    eqlite_sink_options sink;
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_matcher *m = NULL;
    double started = cli_seconds();
    if (!cli_output_open(&output, &r->cli, path))
        return;
    FILE *pager = path ? NULL : repl_pager_open(r);
    if (pager) {
        output.file = pager;
        output.flush_each = false;
    }
    cli_sink_options(&sink, &r->cli, &output, content);
    if (r->cli.width && !path)
        sink.width = (unsigned)r->cli.width;
    r->hit.len = 0;
    options.on_alert = on_alert;
    options.ctx = &a;
    options.limit = r->cli.limit;
    options.unwrap = !r->cli.no_unwrap;
    options.memory_bytes = r->cli.memory;
    options.threads = threads(&r->cli);
    eqlite_status st = eqlite_sink_new(&a.sink, rules, &sink);
    if (st == EQLITE_OK)
        st = eqlite_matcher_new(&m, rules, &options);
    if (st == EQLITE_OK)
        st = r->data.store ? eqlite_store_match(r->data.store, m) : eqlite_matcher_finish(m);
    if (a.status != EQLITE_OK)
        st = a.status;
    if ((st == EQLITE_OK || st == EQLITE_END) && a.sink)
        st = eqlite_sink_end(a.sink);
    if (st != EQLITE_OK && !output.error)
        cli_failed(st);
    if (pager && fflush(pager) != 0)
        output.error = errno;
    if (pager)
        repl_pager_close(pager);
    else if (!cli_output_close(&output, !cli_stopped() && (st == EQLITE_OK || st == EQLITE_END)) && !path)
        r->failed = r->quit = true;
    if (pager && output.error && !cli_stopped())
        cli_note("the pager was left before all was shown");
    else
        tell(r, a.found, cli_seconds() - started);
    if (m)
        cli_warn_losses(&r->cli, m, rules);
    cli_clear_stop();
    eqlite_matcher_free(m);
    eqlite_sink_free(a.sink);
}

static void run_query(struct repl *r, const char *text, size_t len, const char *path)
{
    eqlite_rules *rules = NULL;
    eqlite_compiler *compiler = cli_compiler(&r->cli);
    if (!compiler)
        return;
    if (text != r->last.ptr) {
        r->last.len = 0;
        cli_text_add(&r->last, text, len);
    }
    eqlite_status st = repl_data_count(&r->data) && cli_schema_name(&r->cli) ? eqlite_compiler_compare(compiler, r->data.survey) : EQLITE_OK;
    if (st == EQLITE_OK)
        st = eqlite_compiler_add_query(compiler, "<query>", text, len);
    if (st == EQLITE_OK)
        st = eqlite_compiler_lint(compiler, EQLITE_WARNING);
    cli_print_diagnostics(&r->cli, eqlite_compiler_diagnostics(compiler), 0);
    if (st == EQLITE_OK)
        st = eqlite_compiler_finish(&rules, compiler);
    if (st == EQLITE_OK)
        repl_match(r, rules, "events", path);
    else if (st != EQLITE_INVALID && st != EQLITE_LIMIT)
        cli_failed(st);
    eqlite_rules_free(rules);
    eqlite_compiler_free(compiler);
}

void repl_save_results(struct repl *r, const char *path)
{
    if (r->last.len)
        run_query(r, r->last.ptr, r->last.len, path);
    else
        cli_error("no query to save yet");
}

/* ── Statements ── */

static bool is_blank(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr(" \t\r\n", text[i]) || !text[i])
            return false;
    return true;
}

static void run_statement(struct repl *r, const char *text, size_t len)
{
    if (is_blank(text, len))
        return;
    if (r->line) {
        struct cli_text whole = {0};
        cli_text_add(&whole, text, len);
        cli_text_printf(&whole, ";");
        for (size_t i = 0; i < whole.len; i++)
            if (whole.ptr[i] == '\n')
                whole.ptr[i] = ' ';
        repl_line_remember(r->line, whole.ptr);
        cli_text_free(&whole);
    }
    run_query(r, text, len, NULL);
}

static void forget(struct repl *r)
{
    r->statement.len = 0;
    r->scan = (struct repl_scan){0};
}

/* Run every statement of the text that ends with ';', keep the rest. */
static void run_ended(struct repl *r)
{
    struct cli_text *t = &r->statement;
    size_t start = 0;
    while (!cli_stopped() && repl_scan(&r->scan, t->ptr, t->len)) {
        run_statement(r, t->ptr + start, r->scan.at - start);
        start = ++r->scan.at;
    }
    if (start) {
        memmove(t->ptr, t->ptr + start, t->len - start);
        t->len -= start;
        r->scan.at -= start;
    }
    if (start && is_blank(t->ptr, t->len))
        forget(r);
}

void repl_run_text(struct repl *r, const char *text, size_t len)
{
    forget(r);
    cli_text_add(&r->statement, text, len);
    run_ended(r);
    run_statement(r, r->statement.ptr, r->statement.len);
    forget(r);
}

static void take_line(struct repl *r, const char *line, size_t len)
{
    struct cli_text *t = &r->statement;
    bool empty = is_blank(line, len), again = r->blank;
    r->blank = empty;
    if (!t->len) {
        if (empty || (len >= 2 && line[0] == '/' && line[1] == '/'))
            return;
        if (line[0] == '.' || line[0] == '!') {
            if (r->line)
                repl_line_remember(r->line, line);
            line[0] == '.' ? repl_command(r, line) : repl_system(r, line + 1);
            return;
        }
    }
    cli_text_add(t, line, len);
    cli_text_add(t, "\n", 1);
    /* A second empty line runs even what is not whole, to see what is wrong with it. */
    if (empty && (again || repl_scan_is_whole(&r->scan))) {
        run_statement(r, t->ptr, t->len);
        forget(r);
        return;
    }
    run_ended(r);
}

/* ── The loop ── */

static void interactive(struct repl *r)
{
    const char *line;
    bool cancelled;
    size_t len;
    cli_note("eqlite %s, .help for help", eqlite_version());
    while (!r->quit && !cli_stopped() && (line = repl_line_get(r->line, r->statement.len > 0, &cancelled, &len))) {
        if (cancelled)
            forget(r);
        else
            take_line(r, line, len);
        cli_clear_stop();
    }
    if (!r->quit)
        fputc('\n', stderr);
}

static void script(struct repl *r, FILE *f)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    while (!r->quit && !cli_stopped() && (len = getline(&line, &cap, f)) >= 0) {
        while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
            line[--len] = '\0';
        take_line(r, line, (size_t)len);
    }
    if (!r->quit && !cli_stopped() && r->statement.len)
        run_statement(r, r->statement.ptr, r->statement.len);
    forget(r);
    free(line);
}

void repl_read(struct repl *r, const char *path)
{
    if (r->reading == MOST_READING) {
        cli_error("%s: files read each other too deep", path);
        return;
    }
    FILE *f = fopen(path, "rb");
    if (!f) {
        cli_error("cannot read %s: %s", path, strerror(errno));
        return;
    }
    r->reading++;
    script(r, f);
    r->reading--;
    if (ferror(f))
        cli_error("cannot read %s: %s", path, strerror(errno));
    fclose(f);
}

static void load_rules(struct repl *r)
{
    size_t refused = 0, unreadable = 0;
    if (r->cli.rules.n)
        r->rules = cli_compile_rules(&r->cli, &r->cli.rules, &refused, &unreadable);
}

static void free_list(struct cli_list *l)
{
    for (size_t i = 0; i < l->n; i++)
        free((void *)(uintptr_t)l->items[i]);
    free(l->items);
}

int cli_repl(struct cli *c)
{
    struct repl r = {.cli = *c};
    bool fine = true;
    r.cli.columns = (struct cli_list){0};
    for (size_t i = 0; i < c->columns.n; i++)
        cli_list_add(&r.cli.columns, c->columns.items[i]);
    for (size_t i = 0; i < c->files.n; i++)
        if (strcmp(c->files.items[i], "-") == 0)
            return cli_usage(c, "standard input is for statements");

    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        r.line = repl_line_new(&r);
    if (r.line && !r.cli.format)
        r.cli.format = "table";
    r.timed = r.line != NULL;
    load_rules(&r);
    if (c->files.n)
        fine = repl_data_add(&r.data, &r.cli, &c->files);
    int status = cli_stopped() ? cli_stop_status() : CLI_OK;
    if (status == CLI_OK) {
        r.line ? interactive(&r) : script(&r, stdin);
        status = cli_stopped() ? cli_stop_status() : fine && !r.failed ? CLI_OK : CLI_TROUBLE;
    }

    repl_line_free(r.line);
    repl_data_clear(&r.data);
    eqlite_rules_free(r.rules);
    cli_text_free(&r.statement);
    cli_text_free(&r.last);
    cli_text_free(&r.hit);
    free(r.cli.columns.items);
    free_list(&r.owned);
    return status;
}
