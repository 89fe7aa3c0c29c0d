/* explain.c — `eqlite explain`: a form of a query, what a diagnostic's code stands for, or which rules match an event.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/errors_page.h"

/* ── A code ── */

static bool looks_like_code(const char *word)
{
    return strlen(word) == 5 && (word[0] == 'E' || word[0] == 'W') && strspn(word + 1, "0123456789") == 4;
}

static int explain_code(struct cli *c, const char *code)
{
    struct cli_output o = {.file = stdout};
    const char *title = eqlite_code_title(code);
    const struct cli_page *page = cli_pages;
    if (!title)
        return cli_usage(c, "no diagnostic has the code %s", code);
    while (page->code && strcmp(page->code, code) != 0)
        page++;
    printf("%s: %s\n", code, title);
    if (page->code)
        printf("\n%s", page->text);
    return cli_output_close(&o, true) ? CLI_OK : CLI_TROUBLE;
}

/* ── A form of a query ── */

static bool explain_text(struct cli *c, eqlite_compiler *compiler, struct cli_output *o, const char *name,
                         eqlite_string text)
{
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(compiler);
    size_t told = eqlite_diagnostics_count(d);
    eqlite_status st =
        eqlite_explain(compiler, c->stage ? c->stage : "plan", name, text.ptr, text.len, cli_output_write, o);
    cli_print_diagnostics(c, d, told);
    if (st != EQLITE_OK && st != EQLITE_INVALID && !o->error)
        cli_failed(st);
    return st == EQLITE_OK;
}

static bool explain_queries(struct cli *c, eqlite_compiler *compiler, struct cli_output *o)
{
    bool fine = true;
    for (size_t i = 0; i < c->exprs.n; i++) {
        const char *file = c->expr_files.items[i];
        struct cli_text text = {0};
        if (file && !cli_read_file(&text, file)) {
            fine = false;
            continue;
        }
        eqlite_string s = file ? (eqlite_string){text.ptr, text.len} : cli_string(c->exprs.items[i]);
        fine = explain_text(c, compiler, o, file ? file : "<query>", s) && fine;
        cli_text_free(&text);
    }
    return fine;
}

/* Each rule below the operands, under its name if there are several. */
static bool explain_rules(struct cli *c, eqlite_compiler *compiler, struct cli_output *o)
{
    size_t refused = 0, unreadable = 0;
    eqlite_rules *rules = cli_compile_rules(c, &c->files, &refused, &unreadable);
    bool fine = rules && !refused && !unreadable;
    size_t n = rules ? eqlite_rules_count(rules) : 0;
    for (size_t i = 0; i < n; i++) {
        eqlite_rule rule = eqlite_rules_get(rules, i);
        struct cli_text name = {0};
        cli_text_escape(&name, rule.path);
        if (n > 1) {
            cli_output_write("# ", 2, o);
            cli_output_write(name.ptr ? name.ptr : "", name.len, o);
            cli_output_write("\n", 1, o);
        }
        fine = explain_text(c, compiler, o, name.ptr ? name.ptr : "", rule.query) && fine;
        cli_text_free(&name);
    }
    eqlite_rules_free(rules);
    return fine;
}

/* ── Which rules match an event ── */

struct matches {
    eqlite_rules *rules;
    struct cli_feed *feed;
    struct cli_output output;
    struct cli_text names; /* JSON strings of the rules that matched the event under way */
    struct cli_text steps; /* JSON objects: what it did to sequences in progress */
};

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct matches *m = ctx;
    eqlite_rule rule = eqlite_rules_get(m->rules, eqlite_alert_rule(alert));
    if (m->names.len)
        cli_text_add(&m->names, ",", 1);
    cli_text_json(&m->names, rule.name.len ? rule.name : rule.id);
    return true;
}

static void on_bad_event(const eqlite_bad_event *bad, void *ctx)
{
    struct matches *m = ctx;
    cli_feed_bad(m->feed, bad);
}

/* What an event did to a sequence in progress, as a member of its "sequences". */
static void on_trace(const eqlite_trace *t, void *ctx)
{
    struct matches *m = ctx;
    eqlite_rule rule = eqlite_rules_get(m->rules, t->rule);
    cli_text_printf(&m->steps, "%s{\"rule\":", m->steps.len ? "," : "");
    cli_text_json(&m->steps, rule.name.len ? rule.name : rule.id);
    cli_text_printf(&m->steps, ",\"what\":\"%s\",\"events\":%u,\"needed\":%u,\"keys\":", t->what, t->events, t->needed);
    cli_text_add(&m->steps, t->keys.ptr, t->keys.len);
    cli_text_printf(&m->steps, ",\"first_line\":%llu,\"last_line\":%llu}", (unsigned long long)t->first_line,
                    (unsigned long long)t->last_line);
}

/* Sequences that the end of the input completed or left waiting: a last line of their own. */
static bool show_end(struct matches *m)
{
    struct cli_text line = {0};
    if (!m->steps.len && !m->names.len)
        return true;
    cli_text_printf(&line, "{\"end\":true,\"matches\":[");
    cli_text_add(&line, m->names.ptr ? m->names.ptr : "", m->names.len);
    cli_text_printf(&line, "],\"sequences\":[");
    cli_text_add(&line, m->steps.ptr ? m->steps.ptr : "", m->steps.len);
    cli_text_printf(&line, "]}\n");
    bool written = cli_output_write(line.ptr, line.len, &m->output);
    cli_text_free(&line);
    return written;
}

/* One line for each event: where it is, which rules it completed, and what it did to sequences in progress. */
static eqlite_status show_event(struct cli_feed *f, const eqlite_event *e)
{
    struct matches *m = f->ctx;
    struct cli_text line = {0};
    m->names.len = m->steps.len = 0;
    eqlite_status st = cli_feed_match(f, e);
    cli_text_printf(&line, "{\"path\":");
    cli_text_json(&line, e->path);
    cli_text_printf(&line, ",\"line\":%llu,\"matches\":[", (unsigned long long)e->line);
    cli_text_add(&line, m->names.ptr ? m->names.ptr : "", m->names.len);
    cli_text_printf(&line, "]");
    if (m->steps.len) {
        cli_text_printf(&line, ",\"sequences\":[");
        cli_text_add(&line, m->steps.ptr, m->steps.len);
        cli_text_printf(&line, "]");
    }
    cli_text_printf(&line, "}\n");
    if (!cli_output_write(line.ptr, line.len, &m->output))
        st = EQLITE_END;
    cli_text_free(&line);
    return st;
}

static int explain_events(struct cli *c)
{
    struct matches m = {0};
    struct cli_feed feed = {.cli = c, .event = show_event, .ctx = &m};
    m.feed = &feed;
    struct cli_list files = {0};
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    size_t refused = 0, unreadable = 0;
    int status = CLI_TROUBLE;
    c->tiebreaker_field = NULL; /* events of equal time would be held back, and matches told of a later one */
    m.rules = c->exprs.n ? cli_compile_queries(c) : cli_compile_rules(c, &c->files, &refused, &unreadable);
    if (!m.rules || !cli_output_open(&m.output, c, NULL))
        goto done;
    options.on_alert = on_alert;
    options.on_trace = on_trace;
    options.on_bad_event = on_bad_event;
    options.ctx = &m;
    options.unwrap = !c->no_unwrap;
    eqlite_status st = eqlite_matcher_new(&feed.matcher, m.rules, &options);
    if (st == EQLITE_OK) {
        cli_list_add(&files, c->event);
        st = cli_feed_files(&feed, &files);
    }
    m.names.len = m.steps.len = 0;
    if (st == EQLITE_OK)
        st = eqlite_matcher_finish(feed.matcher);
    if (st == EQLITE_OK && !show_end(&m))
        st = EQLITE_END;
    bool written = cli_output_close(&m.output, true);
    if (st != EQLITE_OK && st != EQLITE_END)
        cli_failed(st);
    else if (written && !feed.trouble && !refused && !unreadable)
        status = cli_stopped() ? cli_stop_status() : CLI_OK;
done:
    eqlite_matcher_free(feed.matcher);
    eqlite_rules_free(m.rules);
    cli_text_free(&m.names);
    cli_text_free(&m.steps);
    free(files.items);
    return status;
}

int cli_explain(struct cli *c)
{
    struct cli_output o;
    if (!c->exprs.n && !c->files.n)
        return cli_usage(c, "nothing to explain: give -e QUERY, a rule file or a code");
    if (!c->exprs.n && c->files.n == 1 && looks_like_code(c->files.items[0]))
        return explain_code(c, c->files.items[0]);
    if (c->event)
        return explain_events(c);

    eqlite_compiler *compiler = cli_compiler(c);
    if (!compiler)
        return CLI_TROUBLE;
    bool fine = cli_output_open(&o, c, NULL);
    fine = fine && explain_queries(c, compiler, &o);
    if (c->files.n)
        fine = explain_rules(c, compiler, &o) && fine;
    fine = cli_output_close(&o, true) && fine;
    eqlite_compiler_free(compiler);
    return fine ? CLI_OK : CLI_TROUBLE;
}
