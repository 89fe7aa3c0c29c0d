/* explain_event.c — `eqlite explain --event`: why events match rules or do not.
 *
 *      event ─▶ matcher ─▶ what became of sequences ─▶ a story for each key, told at the end
 *        └────▶ eqlite_why, one for each rule ─▶ a tree, told at once
 *
 * As JSON everything is one object for each event. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* Keys of sequences whose stories are kept, and steps of each; the rest is counted. */
enum { STORIES = 100, STEPS = 40, LONG_KEYS = 1024 /* bytes; longer ones have no story */ };

/* What became of the sequences of one rule with one key. */
struct story {
    size_t rule;
    struct cli_text keys, steps;
    size_t n_steps;
    uint32_t events, needed; /* of the last step */
    bool completed;          /* by the last step */
};

struct explanation {
    struct cli_feed *feed; /* that reads the events */
    const struct cli *cli;
    eqlite_rules *rules;
    size_t n_rules;
    eqlite_why **whys; /* by rule */
    struct cli_output output;
    struct cli_text names;    /* JSON strings of the rules that matched the event under way */
    struct cli_text sequence; /* JSON objects: what it did to sequences in progress */
    const eqlite_event *event;
    struct story stories[STORIES];
    size_t n_stories, untold; /* untold: steps of other keys */
    bool json;
};

static eqlite_string name_of(const struct explanation *x, size_t rule)
{
    eqlite_rule r = eqlite_rules_get(x->rules, rule);
    return r.name.len ? r.name : r.id;
}

static bool is_sequence(const struct explanation *x, size_t rule)
{
    return eqlite_rules_get(x->rules, rule).kind == EQLITE_RULE_SEQUENCE;
}

static bool put(struct explanation *x, const struct cli_text *t)
{
    return !t->len || cli_output_write(t->ptr, t->len, &x->output);
}

/* ── What the matcher tells ── */

static bool on_alert(const eqlite_alert *alert, void *ctx)
{
    struct explanation *x = ctx;
    if (x->names.len)
        cli_text_add(&x->names, ",", 1);
    cli_text_json(&x->names, name_of(x, eqlite_alert_rule(alert)));
    return true;
}

/* What an event did to a sequence in progress, as a member of its "sequences". */
static void add_json_step(struct explanation *x, const eqlite_trace *t)
{
    struct cli_text *s = &x->sequence;
    cli_text_printf(s, "%s{\"rule\":", s->len ? "," : "");
    cli_text_json(s, name_of(x, t->rule));
    cli_text_printf(s, ",\"what\":\"%s\",\"events\":%u,\"needed\":%u,\"keys\":", t->what, t->events, t->needed);
    cli_text_add(s, t->keys.ptr, t->keys.len);
    cli_text_printf(s, ",\"first_line\":%llu,\"last_line\":%llu}", (unsigned long long)t->first_line,
                    (unsigned long long)t->last_line);
}

static struct story *find_story(struct explanation *x, const eqlite_trace *t)
{
    for (size_t i = 0; i < x->n_stories; i++) {
        struct story *s = &x->stories[i];
        if (s->rule == t->rule && s->keys.len == t->keys.len &&
            (!t->keys.len || memcmp(s->keys.ptr, t->keys.ptr, t->keys.len) == 0))
            return s;
    }
    if (x->n_stories == STORIES || t->keys.len > LONG_KEYS)
        return NULL;
    struct story *s = &x->stories[x->n_stories++];
    s->rule = t->rule;
    cli_text_add(&s->keys, t->keys.ptr, t->keys.len);
    return s;
}

const char *cli_trace_words(const char *what)
{
    static const char *const words[][2] = {{"replaced", "replaced by a newer one with the same key"},
                                           {"expired", "expired: maxspan was over"},
                                           {"ended", "ended by until"},
                                           {"refuted", "refuted: an event that must be missing was there"},
                                           {"given up", "given up: its memory was needed"},
                                           {"waiting", "still waiting when the input ended"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(what, words[i][0]) == 0)
            return words[i][1];
    return what;
}

static void add_step(struct explanation *x, const eqlite_trace *t)
{
    struct story *s = find_story(x, t);
    if (!s) {
        x->untold++;
        return;
    }
    s->events = t->events;
    s->needed = t->needed;
    s->completed = strcmp(t->what, "completed") == 0;
    if (s->n_steps++ >= STEPS)
        return;
    cli_text_printf(&s->steps, "    ");
    if (x->event)
        cli_text_place(&s->steps, x->event->path, x->event->line);
    else
        cli_text_printf(&s->steps, "end");
    cli_text_printf(&s->steps, "  %u of %u  %s", t->events, t->needed, cli_trace_words(t->what));
    if (strcmp(t->what, "started") != 0 && strcmp(t->what, "extended") != 0) {
        cli_text_printf(&s->steps, " (begun at ");
        cli_text_place(&s->steps, t->first_path, t->first_line);
        cli_text_printf(&s->steps, ")");
    }
    cli_text_printf(&s->steps, "\n");
}

static void on_trace(const eqlite_trace *t, void *ctx)
{
    struct explanation *x = ctx;
    if (x->json)
        add_json_step(x, t);
    else
        add_step(x, t);
}

/* ── An event ── */

static size_t count_stages(const eqlite_why *w)
{
    return eqlite_why_get(w, eqlite_why_count(w) - 1).stage + 1;
}

/* `FILE:LINE: RULE: match`, and its tree. Of a sample, each stage has one. */
static eqlite_status show_trees(struct explanation *x, size_t rule)
{
    eqlite_why *w = x->whys[rule];
    size_t stages = count_stages(w);
    struct cli_text t = {0};
    cli_text_place(&t, x->event->path, x->event->line);
    cli_text_printf(&t, ": ");
    if (x->n_rules > 1) {
        cli_text_escape(&t, name_of(x, rule));
        cli_text_printf(&t, ": ");
    }
    if (stages == 1)
        cli_text_printf(&t, strcmp(eqlite_why_get(w, 0).value, "true") == 0 ? "match\n" : "no match\n");
    else
        cli_text_printf(&t, "sample of %zu\n", stages);
    eqlite_status st = EQLITE_OK;
    for (size_t i = 0; i < stages && st == EQLITE_OK; i++) {
        if (stages > 1)
            cli_text_printf(&t, "  stage %zu\n", i + 1);
        st = eqlite_why_print(w, i, "tree", stages > 1 ? 2 : 1, cli_text_write, &t);
    }
    if (!put(x, &t) && st == EQLITE_OK)
        st = EQLITE_IO;
    cli_text_free(&t);
    return st;
}

static eqlite_status add_json_trees(struct cli_text *line, struct explanation *x, size_t rule)
{
    size_t stages = count_stages(x->whys[rule]);
    eqlite_status st = EQLITE_OK;
    cli_text_printf(line, "%s{\"rule\":", rule ? "," : "");
    cli_text_json(line, name_of(x, rule));
    cli_text_printf(line, ",\"stages\":[");
    for (size_t i = 0; i < stages && st == EQLITE_OK; i++) {
        cli_text_printf(line, i ? "," : "");
        st = eqlite_why_print(x->whys[rule], i, "json", 0, cli_text_write, line);
    }
    cli_text_printf(line, "]}");
    return st;
}

/* {"path":…,"line":…,"matches":[…],"sequences":[…],"why":[…]} */
static eqlite_status show_json(struct explanation *x)
{
    struct cli_text line = {0};
    eqlite_status st = EQLITE_OK;
    if (x->event) {
        cli_text_printf(&line, "{\"path\":");
        cli_text_json(&line, x->event->path);
        cli_text_printf(&line, ",\"line\":%llu,\"matches\":[", (unsigned long long)x->event->line);
    } else {
        cli_text_printf(&line, "{\"end\":true,\"matches\":[");
    }
    cli_text_add(&line, x->names.ptr ? x->names.ptr : "", x->names.len);
    cli_text_printf(&line, "]");
    if (x->sequence.len || !x->event) {
        cli_text_printf(&line, ",\"sequences\":[");
        cli_text_add(&line, x->sequence.ptr ? x->sequence.ptr : "", x->sequence.len);
        cli_text_printf(&line, "]");
    }
    if (x->event) {
        cli_text_printf(&line, ",\"why\":[");
        for (size_t i = 0; i < x->n_rules && st == EQLITE_OK; i++)
            st = add_json_trees(&line, x, i);
        cli_text_printf(&line, "]");
    }
    cli_text_printf(&line, "}\n");
    if (!put(x, &line) && st == EQLITE_OK)
        st = EQLITE_IO;
    cli_text_free(&line);
    return st;
}

static eqlite_status show_event(struct cli_feed *f, const eqlite_event *e)
{
    struct explanation *x = f->ctx;
    eqlite_status st = EQLITE_OK;
    uint64_t bad = f->bad;
    x->names.len = x->sequence.len = 0;
    x->event = e;
    eqlite_status matched = cli_feed_match(f, e);
    if (matched == EQLITE_END) /* `head` has all it wants; what follows can be explained all the same */
        matched = EQLITE_OK;
    if (matched != EQLITE_OK || f->bad != bad)
        return matched;
    size_t fed = 0;
    while (fed < x->n_rules && st == EQLITE_OK)
        st = eqlite_why_feed(x->whys[fed++], e);
    if (st == EQLITE_INVALID) { /* in a part that matching did not have to read */
        eqlite_bad_event broken = {e->path, e->line, e->offset, 0, NULL};
        broken.reason = eqlite_why_bad_event(x->whys[fed - 1], &broken.at);
        cli_feed_bad(f, &broken);
        return matched;
    }
    if (st == EQLITE_OK && x->json)
        st = show_json(x);
    for (size_t i = 0; i < x->n_rules && st == EQLITE_OK && !x->json; i++)
        if (!is_sequence(x, i))
            st = show_trees(x, i);
    return st == EQLITE_OK ? matched : st;
}

/* ── The end ── */

static eqlite_status tell_nearest(struct cli_text *t, struct explanation *x, size_t rule, uint32_t events,
                                  eqlite_string keys)
{
    if (events)
        cli_text_printf(t, "    event %u never came; the nearest:\n", events + 1);
    else
        cli_text_printf(t, "  no event met the first stage; the nearest:\n");
    return eqlite_why_nearest(x->whys[rule], events, keys, events ? 3 : 2, cli_text_write, t);
}

static eqlite_status tell_story(struct cli_text *t, struct explanation *x, const struct story *s)
{
    bool keyed = s->keys.len > 2; /* more than [] */
    cli_text_printf(t, keyed ? "  key " : "  no key");
    if (keyed)
        cli_text_escape(t, (eqlite_string){s->keys.ptr, s->keys.len});
    cli_text_printf(t, "\n");
    cli_text_add(t, s->steps.ptr, s->steps.len);
    if (s->n_steps > STEPS)
        cli_text_printf(t, "    … and %zu more steps\n", s->n_steps - STEPS);
    if (s->completed || s->events >= s->needed)
        return EQLITE_OK;
    return tell_nearest(t, x, s->rule, s->events, (eqlite_string){s->keys.ptr, s->keys.len});
}

static eqlite_status tell_sequences(struct explanation *x)
{
    eqlite_status st = EQLITE_OK;
    struct cli_text t = {0};
    for (size_t rule = 0; rule < x->n_rules && st == EQLITE_OK; rule++) {
        bool any = false;
        if (!is_sequence(x, rule))
            continue;
        cli_text_printf(&t, "sequence ");
        cli_text_escape(&t, name_of(x, rule));
        cli_text_printf(&t, "\n");
        for (size_t i = 0; i < x->n_stories && st == EQLITE_OK; i++) {
            if (x->stories[i].rule != rule)
                continue;
            st = tell_story(&t, x, &x->stories[i]);
            any = true;
        }
        if (!any && st == EQLITE_OK && !x->untold)
            st = tell_nearest(&t, x, rule, 0, (eqlite_string){"", 0});
    }
    if (x->untold)
        cli_text_printf(&t, "… and %zu more steps of other keys\n", x->untold);
    if (!put(x, &t) && st == EQLITE_OK)
        st = EQLITE_IO;
    cli_text_free(&t);
    return st;
}

/* Sequences that the end of the input completed or left waiting. */
static eqlite_status show_end(struct explanation *x)
{
    if (!x->json)
        return tell_sequences(x);
    return x->sequence.len || x->names.len ? show_json(x) : EQLITE_OK;
}

/* ── The command ── */

static eqlite_status open_whys(struct explanation *x)
{
    eqlite_why_options options = EQLITE_WHY_OPTIONS_INIT;
    eqlite_status st = EQLITE_OK;
    x->n_rules = eqlite_rules_count(x->rules);
    x->whys = cli_alloc(NULL, (x->n_rules + 1) * sizeof(eqlite_why *));
    memset(x->whys, 0, (x->n_rules + 1) * sizeof(eqlite_why *));
    options.unwrap = !x->cli->no_unwrap;
    for (size_t i = 0; i < x->n_rules && st == EQLITE_OK; i++)
        st = eqlite_why_new(&x->whys[i], x->rules, i, &options);
    return st;
}

static void close_explanation(struct explanation *x)
{
    for (size_t i = 0; i < x->n_rules && x->whys; i++)
        eqlite_why_free(x->whys[i]);
    for (size_t i = 0; i < x->n_stories; i++) {
        cli_text_free(&x->stories[i].keys);
        cli_text_free(&x->stories[i].steps);
    }
    free(x->whys);
    eqlite_rules_free(x->rules);
    cli_text_free(&x->names);
    cli_text_free(&x->sequence);
}

static void on_bad_event(const eqlite_bad_event *bad, void *ctx)
{
    struct explanation *x = ctx;
    cli_feed_bad(x->feed, bad);
}

static eqlite_status explain_file(struct explanation *x, struct cli_feed *feed)
{
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    struct cli_list files = {0};
    options.on_alert = on_alert;
    options.on_bad_event = on_bad_event;
    options.on_trace = on_trace;
    options.ctx = x;
    options.unwrap = !x->cli->no_unwrap;
    eqlite_status st = eqlite_matcher_new(&feed->matcher, x->rules, &options);
    if (st == EQLITE_OK) {
        cli_list_add(&files, x->cli->event);
        st = cli_feed_files(feed, &files);
        free(files.items);
    }
    x->names.len = x->sequence.len = 0;
    x->event = NULL;
    if (st == EQLITE_OK)
        st = eqlite_matcher_finish(feed->matcher);
    return st == EQLITE_OK ? show_end(x) : st;
}

int cli_explain_events(struct cli *c)
{
    struct explanation x = {.cli = c, .json = c->format && strcmp(c->format, "json") == 0};
    struct cli_feed feed = {.cli = c, .event = show_event, .ctx = &x};
    x.feed = &feed;
    size_t refused = 0, unreadable = 0;
    int status = CLI_TROUBLE;
    if (c->exprs.n && c->files.n)
        return cli_usage(c, "--event explains queries (-e, -f) or rules, not both at once");
    c->tiebreaker_field = NULL; /* events of equal time would be held back, and matches told of a later one */
    x.rules = c->exprs.n ? cli_compile_queries(c) : cli_compile_rules(c, &c->files, &refused, &unreadable);
    if (x.rules && c->partial) {
        status = cli_explain_partial(c, x.rules);
        eqlite_rules_free(x.rules);
        return status == CLI_OK && (refused || unreadable) ? CLI_TROUBLE : status;
    }
    if (!x.rules || !cli_output_open(&x.output, c, NULL)) {
        eqlite_rules_free(x.rules);
        return status;
    }
    eqlite_status st = open_whys(&x);
    if (st == EQLITE_OK)
        st = explain_file(&x, &feed);
    bool written = cli_output_close(&x.output, true);
    if (st != EQLITE_OK && written)
        cli_failed(st);
    else if (written && !feed.trouble && !refused && !unreadable)
        status = cli_stopped() ? cli_stop_status() : CLI_OK;
    eqlite_matcher_free(feed.matcher);
    close_explanation(&x);
    return status;
}
