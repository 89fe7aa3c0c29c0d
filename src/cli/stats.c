/* stats.c — what was counted on the way: in all, and for each rule with something to tell. */
#include "cli/cli.h"

struct count {
    const char *name, *words; /* for JSON; for people */
    uint64_t n;
};

/* ── In all ── */

static void put_totals(struct cli_text *t, const struct cli *c, const struct cli_feed *f, const eqlite_stats *s)
{
    const struct count counts[] = {
        {"events", "events matched", s->events},
        {"bad_events", "broken events, left out", f->bad},
        {"repaired_events", "events mended before matching", s->repaired_events},
        {"bytes", "bytes of events", s->bytes},
        {"alerts", "results", s->alerts},
        {"regex_fallbacks", "regular expressions decided without backtracking", s->regex_fallbacks},
        {"regex_failures", "regular expressions that could not be decided", s->regex_failures},
        {"choices_cut", "conditions over arrays with too many combinations", s->choices_cut},
        {"no_timestamp", "events without a usable timestamp", s->no_timestamp},
        {"late", "events too late for sequences", s->late},
        {"reordered", "late events put in order", s->reordered},
        {"reorder_forced", "events matched early, because too many were held", s->reorder_forced},
        {"keys_cut", "combinations of join keys beyond 1,024 of an event", s->keys_cut},
        {"clocks_forgotten", "times of idle partitions, given up for memory", s->clocks_forgotten},
        {"memory_peak", "bytes of memory for sequences, samples and tails, at most", s->memory_peak},
    };
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        if (c->stats_json) {
            cli_text_printf(t, "%s\"%s\":%llu", i ? "," : "{", counts[i].name, (unsigned long long)counts[i].n);
            continue;
        }
        struct cli_text n = {0};
        cli_text_count(&n, counts[i].n);
        cli_text_printf(t, "%16s  %s\n", n.ptr, counts[i].words);
        cli_text_free(&n);
    }
}

/* ── By rule ── */

enum { COUNTS = 13 };

static void counts_of_rule(struct count out[COUNTS], const eqlite_matcher *m, size_t rule)
{
    eqlite_rule_stats s = {.size = sizeof s};
    eqlite_matcher_rule_stats(m, rule, &s);
    const struct count counts[COUNTS] = {
        {"hits", "hits", s.hits},
        {"results", "results", s.results},
        {"started", "started", s.started},
        {"completed", "complete", s.completed},
        {"expired", "expired", s.expired},
        {"overwritten", "replaced", s.overwritten},
        {"killed", "until", s.killed},
        {"refuted", "refuted", s.refuted},
        {"evicted", "given up", s.evicted},
        {"live", "waiting", s.live},
        {"peak", "peak", s.peak},
        {"forgotten", "forgotten", s.forgotten},
        {"not_kept", "not kept", s.not_kept},
    };
    for (size_t i = 0; i < COUNTS; i++)
        out[i] = counts[i];
}

static eqlite_string name_of(const eqlite_rules *rules, size_t rule)
{
    eqlite_rule r = eqlite_rules_get(rules, rule);
    return r.name.len ? r.name : r.id;
}

static void put_rules_json(struct cli_text *t, const eqlite_matcher *m, const eqlite_rules *rules)
{
    bool any = false;
    cli_text_printf(t, ",\"rules\":[");
    for (size_t i = 0; i < eqlite_rules_count(rules); i++) {
        struct count counts[COUNTS];
        counts_of_rule(counts, m, i);
        if (!counts[0].n)
            continue;
        cli_text_printf(t, "%s{\"rule\":%zu,\"id\":", any ? "," : "", i);
        cli_text_json(t, eqlite_rules_get(rules, i).id);
        cli_text_printf(t, ",\"name\":");
        cli_text_json(t, eqlite_rules_get(rules, i).name);
        for (size_t k = 0; k < COUNTS; k++)
            cli_text_printf(t, ",\"%s\":%llu", counts[k].name, (unsigned long long)counts[k].n);
        cli_text_printf(t, "}");
        any = true;
    }
    cli_text_printf(t, "]");
}

/* Columns in which every rule has 0 are left out. */
static void put_row(struct cli_text *t, const struct count counts[COUNTS], const uint64_t totals[COUNTS], bool words,
                    eqlite_string name)
{
    for (size_t k = 0; k < COUNTS; k++) {
        struct cli_text n = {0};
        cli_text_count(&n, counts[k].n);
        if (totals[k])
            cli_text_printf(t, "%*s", k ? 11 : 16, words ? counts[k].words : n.ptr);
        cli_text_free(&n);
    }
    cli_text_printf(t, "  ");
    cli_text_escape(t, name);
    cli_text_printf(t, "\n");
}

static void put_rules_table(struct cli_text *t, const eqlite_matcher *m, const eqlite_rules *rules)
{
    uint64_t totals[COUNTS] = {0};
    struct count counts[COUNTS];
    for (size_t i = 0; i < eqlite_rules_count(rules); i++) {
        counts_of_rule(counts, m, i);
        for (size_t k = 0; k < COUNTS; k++)
            totals[k] += counts[k].n;
    }
    if (!totals[0])
        return;
    put_row(t, counts, totals, true, cli_string("rule"));
    for (size_t i = 0; i < eqlite_rules_count(rules); i++) {
        counts_of_rule(counts, m, i);
        if (counts[0].n)
            put_row(t, counts, totals, false, name_of(rules, i));
    }
}

void cli_print_stats(const struct cli *c, const struct cli_feed *f, const eqlite_rules *rules, double seconds)
{
    eqlite_stats stats = {.size = sizeof stats};
    struct cli_text t = {0};
    eqlite_matcher_stats(f->matcher, &stats);
    put_totals(&t, c, f, &stats);
    if (c->stats_json) {
        put_rules_json(&t, f->matcher, rules);
        cli_text_printf(&t, ",\"seconds\":%.3f}", seconds);
    } else {
        put_rules_table(&t, f->matcher, rules);
        cli_text_printf(&t, "%16.3f  seconds", seconds);
    }
    cli_note("%s", t.ptr);
    cli_text_free(&t);
}

/* ── When memory or a limit was too small ── */

/* What rules gave up, the same kind of thing for each. */
struct loss {
    uint64_t n;
    size_t rules, first; /* how many, and the first of them */
};

static void add_loss(struct loss *l, uint64_t n, size_t rule)
{
    if (!n)
        return;
    if (!l->rules++)
        l->first = rule;
    l->n += n;
}

static void tell_loss(const struct cli *c, const struct loss *l, const char *what, const eqlite_rules *rules)
{
    struct cli_text n = {0}, name = {0};
    if (!l->rules)
        return;
    cli_text_count(&n, l->n);
    cli_text_escape(&name, name_of(rules, l->first));
    cli_warn(c, "warning: state was full: %s %s of %zu rule%s were given up (\"%s\"%s); see --memory", n.ptr, what,
             l->rules, l->rules == 1 ? "" : "s", name.ptr ? name.ptr : "", l->rules == 1 ? "" : ", …");
    cli_text_free(&n);
    cli_text_free(&name);
}

void cli_warn_losses(const struct cli *c, const eqlite_matcher *m, const eqlite_rules *rules)
{
    struct loss evicted = {0}, forgotten = {0}, not_kept = {0};
    eqlite_stats stats = {.size = sizeof stats};
    if (c->stats_json)
        return; /* it is in there */
    eqlite_matcher_stats(m, &stats);
    if (stats.regex_failures)
        cli_warn(c, "warning: too much work for a regular expression, %llu time%s: taken as not matching",
                 (unsigned long long)stats.regex_failures, stats.regex_failures == 1 ? "" : "s");
    for (size_t i = 0; i < eqlite_rules_count(rules); i++) {
        eqlite_rule_stats s = {.size = sizeof s};
        eqlite_matcher_rule_stats(m, i, &s);
        add_loss(&evicted, s.evicted, i);
        add_loss(&forgotten, s.forgotten, i);
        add_loss(&not_kept, s.not_kept, i);
    }
    tell_loss(c, &evicted, "sequences in progress", rules);
    tell_loss(c, &forgotten, "marks of missing events", rules);
    tell_loss(c, &not_kept, "events of samples and results of tails", rules);
}
