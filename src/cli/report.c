/* report.c — `eqlite report` and `eqlite coverage`: alert documents back into a sink, for people to look at.
 *
 *      rules, alert documents ─▶ sink "html"        a page for a browser
 *                             ─▶ sink "navigator"   a layer of the ATT&CK Navigator */
#include <string.h>

#include "cli/cli.h"

struct report {
    struct cli *cli;
    struct cli_feed feed;
    struct cli_output output;
    eqlite_rules *rules;
    eqlite_sink *sink;
    size_t refused, unreadable;
};

static eqlite_status put(struct cli_feed *f, const eqlite_event *e)
{
    struct report *r = f->ctx;
    eqlite_status st = eqlite_sink_put_document(r->sink, e->json, e->len);
    if (st != EQLITE_INVALID)
        return st;
    eqlite_bad_event bad = {e->path, e->line, e->offset, 0, "it is no alert"};
    cli_feed_bad(f, &bad);
    return EQLITE_OK;
}

static eqlite_status open_sink(struct report *r, const char *format)
{
    eqlite_sink_options options = EQLITE_SINK_OPTIONS_INIT;
    options.format = format;
    options.title = r->cli->title;
    options.max_alerts = r->cli->max_alerts;
    options.write = cli_output_write;
    options.ctx = &r->output;
    return eqlite_sink_new(&r->sink, r->rules, &options);
}

static eqlite_status write_all(struct report *r, const char *format, const struct cli_list *alerts)
{
    eqlite_status st = open_sink(r, format);
    if (st == EQLITE_OK && alerts->n)
        st = cli_feed_files(&r->feed, alerts);
    return st == EQLITE_OK && !cli_stopped() ? eqlite_sink_end(r->sink) : st;
}

static void tell(const struct report *r)
{
    size_t rules = eqlite_rules_count(r->rules);
    uint64_t alerts = r->feed.events - r->feed.bad;
    if (!r->cli->quiet)
        cli_note("eqlite: %zu rule%s (%zu refused), %llu alert%s, %llu broken", rules, rules == 1 ? "" : "s",
                 r->refused, (unsigned long long)alerts, alerts == 1 ? "" : "s", (unsigned long long)r->feed.bad);
}

static int write_as(struct cli *c, const char *format, const struct cli_list *alerts)
{
    struct report r = {.cli = c, .feed = {.cli = c, .event = put}};
    int status = CLI_TROUBLE;
    r.feed.ctx = &r;
    r.rules = cli_compile_rules(c, &c->rules, &r.refused, &r.unreadable);
    if (!r.rules)
        return CLI_TROUBLE;
    if (c->rules.n && !eqlite_rules_count(r.rules))
        cli_error(r.refused ? "no rule could be used" : "no rules there");
    else if (cli_output_open_whole(&r.output, c->output)) {
        eqlite_status st = write_all(&r, format, alerts);
        bool trouble = r.feed.trouble || r.unreadable || (c->strict && (r.feed.bad || r.refused));
        status = st != EQLITE_OK && !r.output.error ? cli_failed(st) : trouble ? CLI_TROUBLE : CLI_OK;
        if (!cli_output_close(&r.output, st == EQLITE_OK && !cli_stopped()))
            status = CLI_TROUBLE;
        if (st == EQLITE_OK)
            tell(&r);
    }
    eqlite_sink_free(r.sink);
    eqlite_rules_free(r.rules);
    return cli_stopped() ? cli_stop_status() : status;
}

int cli_report(struct cli *c)
{
    if (!c->output)
        return cli_usage(c, "where to? use -o FILE.html");
    return cli_default_files(c) ? write_as(c, "html", &c->files) : CLI_TROUBLE;
}

int cli_coverage(struct cli *c)
{
    if (!c->rules.n)
        return cli_usage(c, "no rules given: use -r FILE or -r FOLDER");
    if (c->files.n)
        return cli_usage(c, "alerts are given with --alerts");
    return write_as(c, "navigator", &c->raised);
}
