/* profile.c — what the time was spent on: by stage of the engine, and by rule. */
#include <stdlib.h>

#include "cli/cli.h"

#define SHOWN_RULES 20 /* in the table; JSON has all */

struct row {
    size_t rule;
    eqlite_rule_profile p;
};

static uint64_t total_ns(const eqlite_profile *p)
{
    return p->decode_ns + p->look_ns + p->ask_ns + p->past_ns + p->give_ns;
}

static double share(uint64_t ns, const eqlite_profile *p)
{
    uint64_t total = total_ns(p);
    return total ? (double)ns / (double)total : 0;
}

/* ── By stage ── */

struct step {
    const char *name, *words; /* for JSON; for people */
    uint64_t ns;
};
struct number {
    const char *name, *words;
    uint64_t n;
};

enum { STEPS = 5, NUMBERS = 20 };

static void find_steps(struct step out[STEPS], const eqlite_profile *p)
{
    const struct step steps[STEPS] = {
        {"decode", "reading events", p->decode_ns},
        {"look", "looking up their values", p->look_ns},
        {"ask", "asking conditions", p->ask_ns},
        {"past", "lineage, order of time, what expires", p->past_ns},
        {"give", "sequences, samples, output", p->give_ns},
    };
    for (size_t i = 0; i < STEPS; i++)
        out[i] = steps[i];
}

static void find_numbers(struct number out[NUMBERS], const eqlite_profile *p)
{
    const struct number numbers[NUMBERS] = {
        {"events", "events", p->events},
        {"timed_events", "of them with a clock", p->timed_events},
        {"candidates", "conditions that could be met", p->candidates},
        {"evaluations", "conditions worked out", p->evaluations},
        {"predicates", "parts of conditions found by looking up values", p->predicates},
        {"lazy_predicates", "parts of conditions computed", p->lazy_predicates},
        {"shape_hits", "events of a shape seen before: the same keys in the same order", p->shape_hits},
        {"shape_misses", "events of other shapes", p->shape_misses},
        {"shape_resets", "times that this memory was full and began anew", p->shape_resets},
        {"shape_bytes", "bytes of it", p->shape_bytes},
        {"memo_hits", "values whose answer was remembered", p->memo_hits},
        {"memo_misses", "values looked up instead", p->memo_misses},
        {"memo_resets", "times that this memory was full and began anew", p->memo_resets},
        {"memo_bytes", "bytes of it", p->memo_bytes},
        {"decision_hits", "events of a kind decided before", p->decision_hits},
        {"decision_misses", "events of other kinds", p->decision_misses},
        {"decisions_made", "decisions made", p->decisions_made},
        {"decision_resets", "times that their memory was full and began anew", p->decision_resets},
        {"decision_bytes", "bytes of it", p->decision_bytes},
        {"residuals", "different remainders that they leave to be asked", p->residuals},
    };
    for (size_t i = 0; i < NUMBERS; i++)
        out[i] = numbers[i];
}

/* ── By rule ── */

/* The dearest first. */
static int by_cost(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->p.timed_ns != y->p.timed_ns)
        return x->p.timed_ns < y->p.timed_ns ? 1 : -1;
    if (x->p.evaluations != y->p.evaluations)
        return x->p.evaluations < y->p.evaluations ? 1 : -1;
    return (x->rule > y->rule) - (x->rule < y->rule);
}

static struct row *find_rows(const eqlite_matcher *m, size_t n)
{
    struct row *rows = cli_alloc(NULL, n * sizeof *rows);
    for (size_t i = 0; i < n; i++) {
        rows[i] = (struct row){i, {.size = sizeof rows[i].p}};
        eqlite_matcher_rule_profile(m, i, &rows[i].p);
    }
    qsort(rows, n, sizeof *rows, by_cost);
    return rows;
}

/* ── As JSON ── */

static void put_json(struct cli_text *t, const eqlite_profile *p, const struct row *rows, size_t n,
                     const eqlite_rules *rules)
{
    struct step steps[STEPS];
    struct number numbers[NUMBERS];
    find_steps(steps, p);
    find_numbers(numbers, p);
    for (size_t i = 0; i < NUMBERS; i++)
        cli_text_printf(t, "%s\"%s\":%llu", i ? "," : "{", numbers[i].name, (unsigned long long)numbers[i].n);
    cli_text_printf(t, ",\"timed_ns\":%llu,\"stages\":{", (unsigned long long)total_ns(p));
    for (size_t i = 0; i < STEPS; i++)
        cli_text_printf(t, "%s\"%s\":{\"timed_ns\":%llu,\"share\":%.4f}", i ? "," : "", steps[i].name,
                        (unsigned long long)steps[i].ns, share(steps[i].ns, p));
    cli_text_printf(t, "},\"rules\":[");
    for (size_t i = 0; i < n; i++) {
        eqlite_rule rule = eqlite_rules_get(rules, rows[i].rule);
        const eqlite_rule_profile *r = &rows[i].p;
        cli_text_printf(t, "%s{\"rule\":%zu,\"id\":", i ? "," : "", rows[i].rule);
        cli_text_json(t, rule.id);
        cli_text_printf(t, ",\"name\":");
        cli_text_json(t, rule.name);
        cli_text_printf(t, ",\"candidates\":%llu,\"evaluations\":%llu,\"matches\":%llu,\"results\":%llu",
                        (unsigned long long)r->candidates, (unsigned long long)r->evaluations,
                        (unsigned long long)r->matches, (unsigned long long)r->results);
        cli_text_printf(t, ",\"live\":%llu,\"bytes\":%llu,\"timed_ns\":%llu,\"share\":%.4f}", (unsigned long long)r->live,
                        (unsigned long long)r->bytes, (unsigned long long)r->timed_ns, share(r->timed_ns, p));
    }
    cli_text_printf(t, "]}");
}

/* ── As a table ── */

static void put_count(struct cli_text *t, int width, uint64_t n)
{
    struct cli_text text = {0};
    cli_text_count(&text, n);
    cli_text_printf(t, "%*s", width, text.ptr);
    cli_text_free(&text);
}

static void put_stages(struct cli_text *t, const eqlite_profile *p)
{
    struct step steps[STEPS];
    struct number numbers[NUMBERS];
    find_steps(steps, p);
    find_numbers(numbers, p);
    for (size_t i = 0; i < NUMBERS; i++) {
        put_count(t, 16, numbers[i].n);
        cli_text_printf(t, "  %s\n", numbers[i].words);
    }
    for (size_t i = 0; i < STEPS && total_ns(p); i++)
        cli_text_printf(t, "%14.1f %%  %s\n", 100 * share(steps[i].ns, p), steps[i].words);
}

static void put_rules(struct cli_text *t, const eqlite_profile *p, const struct row *rows, size_t n,
                      const eqlite_rules *rules)
{
    cli_text_printf(t, "%16s%13s%13s%11s%11s%11s%13s  rule\n", "share of time", "candidates", "evaluations", "matches",
                    "results", "waiting", "bytes");
    for (size_t i = 0; i < n && i < SHOWN_RULES; i++) {
        eqlite_rule rule = eqlite_rules_get(rules, rows[i].rule);
        const eqlite_rule_profile *r = &rows[i].p;
        if (total_ns(p))
            cli_text_printf(t, "%14.2f %%", 100 * share(r->timed_ns, p));
        else
            cli_text_printf(t, "%16s", "-");
        put_count(t, 13, r->candidates);
        put_count(t, 13, r->evaluations);
        put_count(t, 11, r->matches);
        put_count(t, 11, r->results);
        put_count(t, 11, r->live);
        put_count(t, 13, r->bytes);
        cli_text_printf(t, "  ");
        cli_text_escape(t, rule.name.len ? rule.name : rule.id);
        cli_text_printf(t, "\n");
    }
    if (n > SHOWN_RULES)
        cli_text_printf(t, "%16s  and %zu more rules; --profile=json has all\n", "", n - SHOWN_RULES);
}

void cli_print_profile(const struct cli *c, const eqlite_matcher *m, const eqlite_rules *rules)
{
    eqlite_profile p = {.size = sizeof p};
    size_t n = eqlite_rules_count(rules);
    struct cli_text t = {0};
    if (eqlite_matcher_profile(m, &p) != EQLITE_OK)
        return;
    struct row *rows = find_rows(m, n);
    if (c->profile_json) {
        put_json(&t, &p, rows, n, rules);
    } else {
        put_stages(&t, &p);
        put_rules(&t, &p, rows, n, rules);
        t.ptr[--t.len] = '\0'; /* the last end of a line: cli_note makes one */
    }
    cli_note("%s", t.ptr);
    cli_text_free(&t);
    free(rows);
}
