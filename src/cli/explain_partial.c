/* explain_partial.c — `eqlite explain --event FILE --partial`: how far sequences came, for each key. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

struct watch {
    struct cli_feed feed;
    struct cli_partials *partials;
};

static void on_trace(const eqlite_trace *t, void *ctx)
{
    struct watch *w = ctx;
    cli_partials_trace(w->partials, t);
}

static void on_bad_event(const eqlite_bad_event *bad, void *ctx)
{
    struct watch *w = ctx;
    cli_feed_bad(&w->feed, bad);
}

/* Sequences go on behind a full `head`. */
static eqlite_status watch_file(struct watch *w, eqlite_rules *rules, const char *path)
{
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    struct cli_list files = {0};
    options.on_bad_event = on_bad_event;
    options.on_trace = on_trace;
    options.ctx = w;
    options.unwrap = !w->feed.cli->no_unwrap;
    eqlite_status st = eqlite_matcher_new(&w->feed.matcher, rules, &options);
    cli_list_add(&files, path);
    if (st == EQLITE_OK)
        st = cli_feed_files(&w->feed, &files);
    if (st == EQLITE_OK || st == EQLITE_END)
        st = eqlite_matcher_finish(w->feed.matcher);
    eqlite_matcher_free(w->feed.matcher);
    free(files.items);
    return st;
}

static bool has_sequence(const eqlite_rules *rules)
{
    for (size_t i = 0; i < eqlite_rules_count(rules); i++)
        if (eqlite_rules_get(rules, i).kind == EQLITE_RULE_SEQUENCE)
            return true;
    return false;
}

int cli_explain_partial(const struct cli *c, eqlite_rules *rules)
{
    struct watch w = {.feed.cli = c};
    struct cli_output output;
    struct cli_text text = {0};
    if (!has_sequence(rules)) {
        cli_error("--partial is about sequences, and none is among the queries");
        return CLI_TROUBLE;
    }
    if (!cli_output_open(&output, c, NULL))
        return CLI_TROUBLE;
    w.partials = cli_partials_new();
    eqlite_status st = watch_file(&w, rules, c->event);
    if (st == EQLITE_OK) {
        cli_partials_add(&text, w.partials, rules, c->format && strcmp(c->format, "json") == 0, CLI_PARTIALS_SHOWN);
        cli_output_write(text.ptr ? text.ptr : "", text.len, &output);
    } else {
        cli_failed(st);
    }
    bool written = cli_output_close(&output, true);
    cli_partials_free(w.partials);
    cli_text_free(&text);
    if (cli_stopped())
        return cli_stop_status();
    return st == EQLITE_OK && written && !w.feed.trouble ? CLI_OK : CLI_TROUBLE;
}
