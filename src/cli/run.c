/* run.c — `eqlite run`: rules over events, alerts out, and a summary for the person who waits. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

enum { N_COUNTERS = 9 };


struct run {
    struct cli *cli;
    eqlite_rules *rules;
    eqlite_sink *sink, *report; /* report: NULL, or a page of the same alerts */
    struct cli_output output, report_output;
    struct cli_feed feed;
    struct cli_state state;
    struct cli_counter counters[N_COUNTERS]; /* of the state */
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
    if (r->status == EQLITE_OK && r->report)
        r->status = eqlite_sink_put(r->report, alert);
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
        count(&t, (uint64_t)((double)(r->feed.events - r->state.before) / seconds), "events/s");
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

/* A state was taken up: how many alerts each rule has given. */
static void count_alerts(void *ctx)
{
    struct run *r = ctx;
    for (size_t i = 0; i < eqlite_rules_count(r->rules); i++) {
        eqlite_rule_stats s = {.size = sizeof s};
        eqlite_matcher_rule_stats(r->feed.matcher, i, &s);
        r->by_rule[i] = s.results;
    }
}

/* Rules whose results come at the end only, where a state has none. */
static void warn_waiting(const struct run *r)
{
    size_t n = 0, first = 0;
    for (size_t i = eqlite_rules_count(r->rules); i-- > 0;)
        if (eqlite_rules_get(r->rules, i).at_end) {
            n++;
            first = i;
        }
    if (!n || !r->cli->state || r->cli->flush)
        return;
    struct cli_text name = {0};
    eqlite_rule rule = eqlite_rules_get(r->rules, first);
    cli_text_escape(&name, rule.name.len ? rule.name : rule.id);
    cli_warn(r->cli, "warning: %zu rule%s (\"%s\"%s) only when the input ends, which with --state it does by --flush",
             n, n == 1 ? " answers" : "s answer", name.ptr ? name.ptr : "", n == 1 ? "" : ", …");
    cli_text_free(&name);
}

/* Is the end of the input the end of time? With a state it is only if that is said: more may come. */
static bool ends_here(const struct run *r)
{
    const struct cli *c = r->cli;
    if (c->state)
        return c->flush && !cli_stopped();
    return !cli_stopped() || c->follow;
}

static eqlite_status finish(struct run *r, eqlite_status st)
{
    bool fine = (st == EQLITE_OK || st == EQLITE_END) && r->status == EQLITE_OK;
    if (fine && r->cli->now && !cli_stopped())
        st = eqlite_matcher_advance(r->feed.matcher, r->cli->now, strlen(r->cli->now));
    fine = (st == EQLITE_OK || st == EQLITE_END) && r->status == EQLITE_OK;
    /* Interrupted: alerts that wait for the end of the input are only right if this is the way to end it. */
    if (fine && ends_here(r))
        st = eqlite_matcher_finish(r->feed.matcher);
    if (r->status != EQLITE_OK)
        return r->status;
    if (st == EQLITE_OK || st == EQLITE_END)
        st = eqlite_sink_end(r->sink);
    return st == EQLITE_OK && r->report ? eqlite_sink_end(r->report) : st;
}

/* What a state keeps of our own. */
static void keep_counters(struct run *r)
{
    const struct cli_counter counters[] = {
        {"events", &r->feed.events},          {"broken", &r->feed.bad},
        {"alerts", &r->alerts},               {"cut", &r->cut},
        {"low", &r->by_level[CLI_LOW]},       {"medium", &r->by_level[CLI_MEDIUM]},
        {"high", &r->by_level[CLI_HIGH]},     {"critical", &r->by_level[CLI_CRITICAL]},
        {"other", &r->by_level[CLI_NO_LEVEL]},
    };
    memcpy(r->counters, counters, sizeof counters);
    static_assert(sizeof counters == sizeof r->counters, "all are kept");
    r->state = (struct cli_state){.counters = r->counters, .n_counters = N_COUNTERS, .restored = count_alerts, .ctx = r};
    r->feed.state = r->cli->state ? &r->state : NULL;
}

/* After the last event. False: what was read is not safe. */
static bool save(struct run *r, eqlite_status st)
{
    return !r->cli->state || st != EQLITE_OK || cli_state_save(&r->feed);
}

static int close_run(struct run *r, eqlite_status st, double seconds)
{
    struct cli *c = r->cli;
    eqlite_stats stats = {.size = sizeof stats};
    if (!save(r, st))
        r->feed.trouble = true;
    bool trouble = r->feed.trouble || r->unreadable || (c->strict && (r->feed.bad || r->refused));
    int status = trouble ? CLI_TROUBLE : r->failing ? CLI_NO : CLI_OK;
    if (st != EQLITE_OK && !r->output.error && !r->report_output.error)
        status = cli_order_failed(c, st);
    /* An interrupted run is not whole, unless it was to be ended so. */
    bool keep = st == EQLITE_OK && (!cli_stopped() || c->follow);
    bool written = cli_output_close(&r->output, keep);
    if (!cli_output_close(&r->report_output, keep && written) || !written)
        status = CLI_TROUBLE;
    eqlite_matcher_stats(r->feed.matcher, &stats);
    if (c->stats)
        cli_print_stats(c, &r->feed, r->rules, seconds);
    if (c->profile)
        cli_print_profile(c, r->feed.matcher, r->rules);
    cli_warn_losses(c, r->feed.matcher, r->rules);
    if (!c->quiet && !(c->stats && c->stats_json) && !(c->profile && c->profile_json))
        summary(r, &stats, seconds);
    return cli_stopped() ? cli_stop_status() : status;
}

/* Nothing came of it. */
static void drop_outputs(struct run *r)
{
    cli_output_close(&r->output, false);
    cli_output_close(&r->report_output, false);
}

static int feed_and_finish(struct run *r)
{
    struct cli *c = r->cli;
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    double started = cli_seconds();
    int status = CLI_TROUBLE;
    options.on_alert = on_alert;
    options.ctx = r;
    options.unwrap = !c->no_unwrap;
    cli_order_matcher(&options, c);
    options.memory_bytes = c->memory;
    options.profile = c->profile;
    options.on_bad_event = on_bad_event;
    cli_feed_threads(&options, &r->feed);
    r->feed.merge = cli_order_merges(c, r->rules);
    r->feed.output = &r->output;
    keep_counters(r);
    eqlite_status st = eqlite_matcher_new(&r->feed.matcher, r->rules, &options);
    if (st != EQLITE_OK) {
        drop_outputs(r);
        return cli_failed(st);
    }
    st = cli_feed_files(&r->feed, &c->files);
    if (r->feed.state_refused)
        drop_outputs(r);
    else
        status = close_run(r, finish(r, st), cli_seconds() - started);
    cli_feed_close(&r->feed);
    eqlite_matcher_free(r->feed.matcher);
    return status;
}

static eqlite_status open_sink(struct run *r)
{
    eqlite_sink_options options;
    cli_sink_options(&options, r->cli, &r->output, r->cli->alerts ? r->cli->alerts : "ecs");
    options.explain = r->cli->explain;
    return eqlite_sink_new(&r->sink, r->rules, &options);
}

static eqlite_status open_report(struct run *r)
{
    eqlite_sink_options options = EQLITE_SINK_OPTIONS_INIT;
    options.format = "html";
    options.title = r->cli->title;
    options.write = cli_output_write;
    options.ctx = &r->report_output;
    return eqlite_sink_new(&r->report, r->rules, &options);
}

/* False: already told. */
static bool open_outputs(struct run *r)
{
    const struct cli *c = r->cli;
    if (!cli_output_open(&r->output, c, c->output))
        return false;
    if (c->report && !cli_output_open_whole(&r->report_output, c->report)) {
        r->report_output.file = NULL;
        drop_outputs(r);
        return false;
    }
    eqlite_status st = open_sink(r);
    if (st == EQLITE_OK && c->report)
        st = open_report(r);
    if (st == EQLITE_OK)
        return true;
    cli_failed(st);
    drop_outputs(r);
    return false;
}

int cli_run(struct cli *c)
{
    struct run r = {.cli = c, .feed = {.cli = c}};
    int status = CLI_TROUBLE;
    if (!c->rules.n)
        return cli_usage(c, "no rules given: use -r FILE or -r FOLDER");
    if (c->now && eqlite_matcher_advance(NULL, c->now, strlen(c->now)) != EQLITE_OK)
        return cli_usage(c, "--now: '%s' is not a time such as 2026-11-21T12:00:00Z", c->now);
    if (c->report && strcmp(c->report, "-") == 0 && (!c->output || strcmp(c->output, "-") == 0))
        return cli_usage(c, "alerts and the report cannot both go to standard output; use -o FILE");
    if (c->title && !c->report)
        return cli_usage(c, "--title belongs to --report");
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
    warn_waiting(&r);
    if (open_outputs(&r))
        status = feed_and_finish(&r);
done:
    eqlite_sink_free(r.sink);
    eqlite_sink_free(r.report);
    eqlite_rules_free(r.rules);
    free(r.by_rule);
    return status;
}
