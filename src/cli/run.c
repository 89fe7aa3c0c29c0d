/* run.c — `eqlite run`: rules over events, alerts out, and a summary for the person who waits. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"


struct run {
    struct cli *cli;
    eqlite_rules *rules;
    eqlite_sink *sink;
    struct cli_output output;
    struct cli_feed feed;
    uint64_t *by_rule;                   /* alerts */
    uint64_t by_level[CLI_NO_LEVEL + 1]; /* alerts */
    uint64_t alerts, cut;                /* printed; left out by --max-alerts-per-rule */
    size_t refused, unreadable;
    bool failing;         /* an alert at or above --fail-on */
    eqlite_status status; /* of the sink */
};

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct run *r = ctx;
    size_t number = eqlite_alert_rule(alert);
    enum cli_level level = cli_level_of(eqlite_rules_get(r->rules, number).severity);
    if (r->cli->fail_on != CLI_NO_LEVEL && level != CLI_NO_LEVEL && level >= r->cli->fail_on)
        r->failing = true;
    if (r->cli->max_alerts && r->by_rule[number] >= r->cli->max_alerts) {
        r->cut++;
        return true;
    }
    r->by_rule[number]++;
    r->by_level[level]++;
    r->feed.progress.alerts = ++r->alerts;
    if (r->output.flush_each)
        cli_progress_erase();
    r->status = eqlite_sink_put(r->sink, alert);
    if (r->status == EQLITE_OK && !cli_output_flush(&r->output))
        r->status = EQLITE_IO;
    return r->status == EQLITE_OK;
}

static void on_bad_event(const eqlite_bad_event *bad, void *ctx)
{
    struct run *r = ctx;
    cli_feed_bad(&r->feed, bad);
}

static void count(struct cli_text *t, uint64_t n, const char *words)
{
    cli_text_count(t, n);
    cli_text_printf(t, " %s", words);
}

/* 1 rule, 2 rules */
static void count_of(struct cli_text *t, uint64_t n, const char *one)
{
    count(t, n, one);
    if (n != 1)
        cli_text_printf(t, "s");
}

/* 196,081 events, 0 broken, 412 rules (3 refused), 17 alerts (4 high, 13 medium), 1.4 s, 140,057 events/s */
static void summary(struct run *r, const eqlite_stats *stats, double seconds)
{
    struct cli_text t = {0};
    bool any = false;
    uint64_t events = stats->events + r->feed.bad;
    count_of(&t, events, "event");
    cli_text_printf(&t, ", ");
    count(&t, r->feed.bad, "broken, ");
    count_of(&t, eqlite_rules_count(r->rules), "rule");
    if (r->refused) {
        cli_text_printf(&t, " (");
        count(&t, r->refused, "refused)");
    }
    cli_text_printf(&t, ", ");
    count_of(&t, r->alerts, "alert");
    for (int level = CLI_CRITICAL; level >= CLI_LOW; level--) {
        if (!r->by_level[level])
            continue;
        cli_text_printf(&t, any ? ", " : " (");
        any = true;
        count(&t, r->by_level[level], cli_level_names[level]);
    }
    cli_text_printf(&t, "%s, %.1f s", any ? ")" : "", seconds);
    if (seconds > 0.05) {
        cli_text_printf(&t, ", ");
        count(&t, (uint64_t)((double)events / seconds), "events/s");
    }
    if (r->cut)
        cli_text_printf(&t, "; %llu alert%s left out by --max-alerts-per-rule", (unsigned long long)r->cut,
                        r->cut == 1 ? "" : "s");
    if (stats->late) {
        cli_text_printf(&t, "; ");
        cli_order_tell(&t, stats);
    }
    cli_note("eqlite: %s", t.ptr);
    cli_text_free(&t);
}

static eqlite_status finish(struct run *r, eqlite_status st)
{
    /* Interrupted: alerts that wait for the end of the input are only right if this is the way to end it. */
    if ((st == EQLITE_OK || st == EQLITE_END) && r->status == EQLITE_OK && (!cli_stopped() || r->cli->follow))
        st = eqlite_matcher_finish(r->feed.matcher);
    if (r->status != EQLITE_OK)
        return r->status;
    return st == EQLITE_OK || st == EQLITE_END ? eqlite_sink_end(r->sink) : st;
}

static int feed_and_finish(struct run *r)
{
    struct cli *c = r->cli;
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    eqlite_stats stats = {.size = sizeof stats};
    double started = cli_seconds();
    options.on_alert = on_alert;
    options.ctx = r;
    options.unwrap = !c->no_unwrap;
    cli_order_matcher(&options, c);
    options.memory_bytes = c->memory;
    options.on_bad_event = on_bad_event;
    cli_feed_threads(&options, &r->feed);
    r->feed.merge = cli_order_merges(c, r->rules);
    r->feed.output = &r->output;
    eqlite_status st = eqlite_matcher_new(&r->feed.matcher, r->rules, &options);
    if (st != EQLITE_OK) {
        cli_output_close(&r->output, false);
        return cli_failed(st);
    }
    st = finish(r, cli_feed_files(&r->feed, &c->files));
    double seconds = cli_seconds() - started;

    bool trouble = r->feed.trouble || r->unreadable || (c->strict && (r->feed.bad || r->refused));
    int status = trouble ? CLI_TROUBLE : r->failing ? CLI_NO : CLI_OK;
    if (st != EQLITE_OK && !r->output.error)
        status = cli_order_failed(c, st);
    /* An interrupted run is not whole, unless it was to be ended so. */
    bool keep = st == EQLITE_OK && (!cli_stopped() || c->follow);
    if (!cli_output_close(&r->output, keep))
        status = CLI_TROUBLE;
    eqlite_matcher_stats(r->feed.matcher, &stats);
    if (c->stats)
        cli_print_stats(c, &r->feed, r->rules, seconds);
    cli_warn_losses(c, r->feed.matcher, r->rules);
    if (!c->quiet && !(c->stats && c->stats_json))
        summary(r, &stats, seconds);
    eqlite_matcher_free(r->feed.matcher);
    return cli_stopped() ? cli_stop_status() : status;
}

static bool open_sink(struct run *r)
{
    eqlite_sink_options options;
    cli_sink_options(&options, r->cli, &r->output, r->cli->alerts ? r->cli->alerts : "ecs");
    options.explain = r->cli->explain;
    eqlite_status st = eqlite_sink_new(&r->sink, r->rules, &options);
    if (st == EQLITE_OK)
        return true;
    cli_failed(st);
    cli_output_close(&r->output, false);
    return false;
}

int cli_run(struct cli *c)
{
    struct run r = {.cli = c, .feed = {.cli = c}};
    int status = CLI_TROUBLE;
    if (!c->rules.n)
        return cli_usage(c, "no rules given: use -r FILE or -r FOLDER");
    if (!cli_default_files(c))
        return CLI_TROUBLE;
    r.rules = cli_compile_rules(c, &c->rules, &r.refused, &r.unreadable);
    if (!r.rules)
        return CLI_TROUBLE;
    size_t n = eqlite_rules_count(r.rules);
    if (!n) {
        cli_error(r.refused ? "no rule could be used" : "no rules to run");
        goto done;
    }
    r.by_rule = cli_alloc(NULL, n * sizeof *r.by_rule);
    memset(r.by_rule, 0, n * sizeof *r.by_rule);
    if (cli_output_open(&r.output, c, c->output) && open_sink(&r))
        status = feed_and_finish(&r);
done:
    eqlite_sink_free(r.sink);
    eqlite_rules_free(r.rules);
    free(r.by_rule);
    return status;
}
