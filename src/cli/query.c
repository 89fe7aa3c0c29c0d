/* query.c — `eqlite query`: print the events that match.
 *
 * With --name each result says which query found it: {"name":…,"event":{…}}, or {"name":…,"join_keys":…,"events":…}. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define MOST_COLUMNS 12

struct query {
    struct cli *cli;
    eqlite_rules *rules;
    eqlite_sink *sink;
    struct cli_output output;
    struct cli_feed *feed;
    struct cli_text captured; /* --name: a line of the sink */
    uint64_t *counts;         /* by query */
    uint64_t found;
    eqlite_status status; /* of the sink */
};

static bool starts(const struct cli_text *t, const char *word)
{
    return t->len >= strlen(word) && memcmp(t->ptr, word, strlen(word)) == 0;
}

/* Print the captured line with the name of its query. */
static bool print_named(struct query *q, size_t number)
{
    const char *name = number < q->cli->names.n ? q->cli->names.items[number] : NULL;
    struct cli_text line = {0};
    bool event = eqlite_rules_get(q->rules, number).kind == EQLITE_RULE_EVENT;
    while (q->captured.len && q->captured.ptr[q->captured.len - 1] == '\n')
        q->captured.len--;
    cli_text_printf(&line, "{\"name\":");
    if (name)
        cli_text_json(&line, cli_string(name));
    else
        cli_text_printf(&line, "null");
    if (event || !starts(&q->captured, "{")) {
        cli_text_printf(&line, ",\"event\":");
        cli_text_add(&line, q->captured.ptr, q->captured.len);
        cli_text_printf(&line, "}\n");
    } else {
        cli_text_printf(&line, ",");
        cli_text_add(&line, q->captured.ptr + 1, q->captured.len - 1);
        cli_text_printf(&line, "\n");
    }
    q->captured.len = 0;
    bool fine = cli_output_write(line.ptr, line.len, &q->output);
    cli_text_free(&line);
    return fine;
}

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct query *q = ctx;
    size_t number = eqlite_alert_rule(alert);
    q->found++;
    q->counts[number]++;
    q->feed->progress.alerts = q->found;
    if (q->cli->count)
        return true;
    if (q->output.flush_each)
        cli_progress_erase();
    q->status = eqlite_sink_put(q->sink, alert);
    if (q->status == EQLITE_OK && q->cli->named && !print_named(q, number))
        q->status = EQLITE_IO;
    if (q->status == EQLITE_OK && !cli_output_flush(&q->output))
        q->status = EQLITE_IO;
    return q->status == EQLITE_OK;
}

static void on_bad_event(const eqlite_bad_event *bad, void *ctx)
{
    struct query *q = ctx;
    cli_feed_bad(q->feed, bad);
}

static bool known_column(const struct cli_list *columns, eqlite_string name)
{
    for (size_t i = 0; i < columns->n; i++)
        if (cli_string_is(name, columns->items[i]))
            return true;
    return false;
}

/* Rows without --fields: the usual fields, then those that the query reads. `text` owns the names. */
static void choose_columns(struct cli *c, const eqlite_rules *rules, struct cli_list *text)
{
    if (c->columns.n || !c->format || (strcmp(c->format, "table") != 0 && strcmp(c->format, "csv") != 0))
        return;
    cli_list_add(&c->columns, c->timestamp_field ? c->timestamp_field : "@timestamp");
    cli_list_add(&c->columns, c->category_field ? c->category_field : "event.category");
    cli_list_add(&c->columns, "host.name");
    cli_list_add(&c->columns, "process.name");
    for (size_t i = 0; i < eqlite_rules_field_count(rules) && c->columns.n < MOST_COLUMNS; i++) {
        eqlite_string field = eqlite_rules_field(rules, i, NULL);
        if (known_column(&c->columns, field))
            continue;
        struct cli_text name = {0};
        cli_text_add(&name, field.ptr, field.len);
        cli_list_add(text, name.ptr);
        cli_list_add(&c->columns, name.ptr);
    }
}

static bool open_sink(struct query *q)
{
    eqlite_sink_options options;
    cli_sink_options(&options, q->cli, &q->output, "events");
    if (q->cli->named) {
        options.write = cli_text_write;
        options.ctx = &q->captured;
    }
    eqlite_status st = eqlite_sink_new(&q->sink, q->rules, &options);
    if (st != EQLITE_OK)
        cli_failed(st);
    return st == EQLITE_OK;
}

static void print_counts(struct query *q)
{
    size_t n = eqlite_rules_count(q->rules);
    for (size_t i = 0; i < n; i++) {
        struct cli_text line = {0};
        if (i < q->cli->names.n && q->cli->names.items[i])
            cli_text_printf(&line, "%s:", q->cli->names.items[i]);
        else if (n > 1)
            cli_text_printf(&line, "%zu:", i + 1);
        cli_text_printf(&line, "%llu\n", (unsigned long long)q->counts[i]);
        cli_output_write(line.ptr, line.len, &q->output);
        cli_text_free(&line);
    }
}

/* After the last event: what is still held, and the statistics. */
static eqlite_status finish(struct query *q, eqlite_status st)
{
    /* Interrupted: results that wait for the end of the input are only right if this is the way to end it. */
    if ((st == EQLITE_OK || st == EQLITE_END) && q->status == EQLITE_OK && (!cli_stopped() || q->cli->follow))
        st = eqlite_matcher_finish(q->feed->matcher);
    if (st == EQLITE_END)
        st = EQLITE_OK;
    if (q->status != EQLITE_OK)
        st = q->status;
    if (st == EQLITE_OK && q->cli->count)
        print_counts(q);
    else if (st == EQLITE_OK)
        st = eqlite_sink_end(q->sink);
    return st;
}

static void tell(struct query *q, double seconds)
{
    struct cli_feed *f = q->feed;
    eqlite_stats stats = {.size = sizeof stats};
    eqlite_matcher_stats(f->matcher, &stats);
    cli_warn_losses(q->cli, f->matcher, q->rules);
    if (q->cli->profile)
        cli_print_profile(q->cli, f->matcher, q->rules);
    if (q->cli->stats) {
        cli_print_stats(q->cli, f, q->rules, seconds);
        return;
    }
    if (q->cli->quiet || (q->cli->profile && q->cli->profile_json) || (!q->cli->verbose && !f->bad && !stats.late))
        return;
    struct cli_text events = {0}, bad = {0}, found = {0}, late = {0};
    uint64_t n = stats.events + f->bad;
    cli_text_count(&events, n);
    cli_text_count(&bad, f->bad);
    cli_text_count(&found, q->found);
    cli_order_tell(&late, &stats);
    cli_note("eqlite: %s event%s, %s broken, %s found%s%s", events.ptr, n == 1 ? "" : "s", bad.ptr, found.ptr,
             late.len ? "; " : "", late.len ? late.ptr : "");
    cli_text_free(&events);
    cli_text_free(&bad);
    cli_text_free(&found);
    cli_text_free(&late);
}

static int run(struct query *q)
{
    struct cli *c = q->cli;
    struct cli_feed feed = {.cli = c, .output = &q->output};
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    double started = cli_seconds();
    options.on_alert = on_alert;
    options.ctx = q;
    options.limit = c->limit;
    options.samples_per_key = c->samples > UINT32_MAX ? UINT32_MAX : (uint32_t)c->samples;
    options.unwrap = !c->no_unwrap;
    cli_order_matcher(&options, c);
    options.memory_bytes = c->memory;
    options.profile = c->profile;
    options.on_bad_event = on_bad_event;
    cli_feed_threads(&options, &feed);
    feed.merge = cli_order_merges(c, q->rules);
    eqlite_status st = eqlite_matcher_new(&feed.matcher, q->rules, &options);
    if (st != EQLITE_OK)
        return cli_failed(st);

    q->feed = &feed;
    st = finish(q, cli_feed_files(&feed, &c->files));
    int status = feed.trouble || (c->strict && feed.bad) ? CLI_TROUBLE : CLI_OK;
    if (st != EQLITE_OK && !q->output.error)
        status = cli_order_failed(c, st);
    if (!cli_output_close(&q->output, true))
        status = CLI_TROUBLE;
    tell(q, cli_seconds() - started);
    eqlite_matcher_free(feed.matcher);
    if (cli_stopped())
        return cli_stop_status();
    return status == CLI_OK && c->exit_status && !q->found ? CLI_NO : status;
}

static int check_usage(struct cli *c)
{
    if (!c->exprs.n)
        return cli_usage(c, "no query given: use -e QUERY or -f FILE");
    if (c->named && c->format && strcmp(c->format, "ndjson") != 0)
        return cli_usage(c, "--name needs --format ndjson");
    if (c->names.n > c->exprs.n)
        return cli_usage(c, "--name without a query after it");
    return cli_default_files(c) ? CLI_OK : CLI_TROUBLE;
}

int cli_query(struct cli *c)
{
    struct query q = {.cli = c};
    struct cli_list column_names = {0};
    int status = check_usage(c);
    if (status != CLI_OK)
        return status;

    status = CLI_TROUBLE;
    q.rules = cli_compile_queries(c);
    if (!q.rules)
        return CLI_TROUBLE;
    size_t n = eqlite_rules_count(q.rules);
    q.counts = cli_alloc(NULL, n * sizeof *q.counts);
    memset(q.counts, 0, n * sizeof *q.counts);
    choose_columns(c, q.rules, &column_names);
    if (cli_output_open(&q.output, c, NULL) && open_sink(&q))
        status = run(&q);

    eqlite_sink_free(q.sink);
    eqlite_rules_free(q.rules);
    free(q.counts);
    cli_text_free(&q.captured);
    for (size_t i = 0; i < column_names.n; i++)
        free((void *)(uintptr_t)column_names.items[i]);
    free(column_names.items);
    return status;
}
