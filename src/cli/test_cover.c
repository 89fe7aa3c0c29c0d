/* test_cover.c — `eqlite test --coverage`.
 *
 *      Suspicious shell: 5 of 6 branches (83 %)
 *        never false  process.name : "sh"
 *
 * Each part of a condition has two branches: it was true of some event, it was false of some event (or had no value).
 * Every part of every stage is asked about every event, whether or not a sequence waits for that stage; parts that say
 * true or false by themselves do not count. */
#include <stdlib.h>
#include <string.h>

#include "cli/test_cover.h"

enum { WAS_TRUE = 1, WAS_FALSE = 2, TEXT_SHOWN = 100 /* bytes */ };

static bool is_constant(const eqlite_why_part *p)
{
    return strcmp(p->kind, "true") == 0 || strcmp(p->kind, "false") == 0;
}

/* ── Gathering ── */

static void ask_anew(struct cover_rule *r, const struct cli *c)
{
    eqlite_why_options options = EQLITE_WHY_OPTIONS_INIT;
    options.unwrap = !c->no_unwrap;
    options.alone = !r->lineage;
    eqlite_why_free(r->why);
    r->why = NULL;
    r->failed = eqlite_why_new(&r->why, r->rules, 0, &options) != EQLITE_OK || r->failed;
}

void cover_begin(struct cover_rule *r, const struct cli *c, eqlite_rules *rules)
{
    *r = (struct cover_rule){.failed = !rules};
    if (!rules)
        return;
    r->rules = eqlite_rules_retain(rules);
    ask_anew(r, c);
    if (r->failed)
        return;
    r->n_parts = eqlite_why_count(r->why);
    r->seen = cli_alloc(NULL, r->n_parts + 1);
    memset(r->seen, 0, r->n_parts + 1);
    for (size_t i = 0; i < r->n_parts; i++)
        r->lineage = r->lineage || strcmp(eqlite_why_get(r->why, i).kind, "lineage") == 0;
}

void cover_test(struct cover_rule *r, const struct cli *c, const eqlite_event *events, size_t n)
{
    r->n_tests++;
    if (r->lineage)
        ask_anew(r, c);
    for (size_t i = 0; i < n && !r->failed && !cli_stopped(); i++) {
        eqlite_status st = eqlite_why_feed(r->why, &events[i]);
        if (st == EQLITE_INVALID) /* broken: the test failed for it */
            continue;
        r->failed = st != EQLITE_OK;
        for (size_t k = 0; k < r->n_parts && !r->failed; k++) {
            eqlite_why_part p = eqlite_why_get(r->why, k);
            r->seen[k] |= (unsigned char)((p.was_true ? WAS_TRUE : 0) | (p.was_false ? WAS_FALSE : 0));
        }
    }
}

/* ── Telling ── */

unsigned cover_percent(uint64_t met, uint64_t branches)
{
    return branches ? (unsigned)(met * 100 / branches) : 100;
}

/* The text of a part on one line, cut. */
static void add_part(struct cli_text *out, eqlite_string text)
{
    struct cli_text line = {0};
    bool blank = false;
    for (size_t i = 0; i < text.len && line.len < TEXT_SHOWN; i++) {
        bool space = strchr(" \t\r\n", text.ptr[i]) && text.ptr[i];
        if (!space)
            cli_text_add(&line, &text.ptr[i], 1);
        else if (!blank)
            cli_text_add(&line, " ", 1);
        blank = space;
    }
    while (line.len && line.len == TEXT_SHOWN && ((unsigned char)line.ptr[line.len - 1] & 0xc0) == 0x80)
        line.len--; /* no half of a letter */
    cli_text_escape(out, (eqlite_string){line.ptr ? line.ptr : "", line.len});
    cli_text_printf(out, "%s\n", line.len >= TEXT_SHOWN ? "…" : "");
    cli_text_free(&line);
}

static void tell_text(struct cover *all, const struct cover_rule *r, const eqlite_rule *rule, size_t met, size_t branches)
{
    struct cli_text *t = &all->text;
    cli_text_escape(t, rule->name.len ? rule->name : rule->id);
    if (!r->n_tests) {
        cli_text_printf(t, ": no tests\n");
        return;
    }
    cli_text_printf(t, ": %zu of %zu branches (%u %%)\n", met, branches, cover_percent(met, branches));
    for (size_t i = 0; i < r->n_parts; i++) {
        eqlite_why_part p = eqlite_why_get(r->why, i);
        if (is_constant(&p) || r->seen[i] == (WAS_TRUE | WAS_FALSE))
            continue;
        cli_text_printf(t, "  never %-14s", !r->seen[i]              ? "true or false"
                                            : r->seen[i] == WAS_TRUE ? "false"
                                                                     : "true");
        add_part(t, p.text);
    }
}

static void tell_json(struct cover *all, const struct cover_rule *r, const eqlite_rule *rule, size_t met, size_t branches)
{
    struct cli_text *t = &all->text;
    cli_text_printf(t, "%s{\"id\":", t->len ? "," : "");
    cli_text_json(t, rule->id);
    cli_text_printf(t, ",\"name\":");
    cli_text_json(t, rule->name);
    cli_text_printf(t, ",\"path\":");
    cli_text_json(t, rule->path);
    cli_text_printf(t, ",\"tests\":%zu,\"branches\":%zu,\"met\":%zu,\"parts\":[", r->n_tests, branches, met);
    for (size_t i = 0, told = 0; i < r->n_parts; i++) {
        eqlite_why_part p = eqlite_why_get(r->why, i);
        if (is_constant(&p))
            continue;
        cli_text_printf(t, "%s{\"number\":%zu,\"stage\":%zu,\"start\":%zu,\"end\":%zu,\"text\":", told++ ? "," : "", p.number,
                        p.stage, p.start, p.end);
        cli_text_json(t, p.text);
        cli_text_printf(t, ",\"true\":%s,\"false\":%s}", r->seen[i] & WAS_TRUE ? "true" : "false",
                        r->seen[i] & WAS_FALSE ? "true" : "false");
    }
    cli_text_printf(t, "]}");
}

void cover_end(struct cover *all, struct cover_rule *r, const eqlite_rule *rule)
{
    size_t met = 0, branches = 0;
    for (size_t i = 0; i < r->n_parts; i++) {
        eqlite_why_part p = eqlite_why_get(r->why, i);
        if (is_constant(&p))
            continue;
        branches += 2;
        met += (r->seen[i] & WAS_TRUE) != 0;
        met += (r->seen[i] & WAS_FALSE) != 0;
    }
    if (all->json)
        tell_json(all, r, rule, met, branches);
    else
        tell_text(all, r, rule, met, branches);
    all->rules++;
    all->untested += !r->n_tests;
    all->branches += branches;
    all->met += met;
    eqlite_why_free(r->why);
    eqlite_rules_free(r->rules);
    free(r->seen);
}

void cover_sum(struct cli_text *out, const struct cover *all)
{
    cli_text_printf(out, "%zu rule%s, %zu without tests; %llu of %llu branches met (%u %%)\n", all->rules,
                    all->rules == 1 ? "" : "s", all->untested, (unsigned long long)all->met,
                    (unsigned long long)all->branches, cover_percent(all->met, all->branches));
}

void cover_json(struct cli_text *out, const struct cover *all, size_t passed, size_t failed)
{
    cli_text_printf(out, "{\"passed\":%zu,\"failed\":%zu,\"untested\":%zu,\"branches\":%llu,\"met\":%llu,\"rules\":[", passed,
                    failed, all->untested, (unsigned long long)all->branches, (unsigned long long)all->met);
    cli_text_add(out, all->text.ptr ? all->text.ptr : "", all->text.len);
    cli_text_printf(out, "]}\n");
}
