/* repl_settings.c — what a session can change: how results are printed, and what is read. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/repl.h"

enum { MOST_WIDTH = 10000 };

/* ── Words ── */

bool repl_count(uint64_t *out, const char *word)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(word, &end, 10);
    if (*end || word[0] < '0' || word[0] > '9' || errno)
        return false;
    *out = n;
    return true;
}

bool repl_one_of(const char *word, const char *const *names)
{
    size_t n = 0;
    for (; names[n]; n++)
        if (strcmp(word, names[n]) == 0)
            return true;
    const char *near = cli_nearest(word, names, n);
    struct cli_text shown = {0};
    cli_text_escape(&shown, cli_string(word));
    if (near)
        cli_error("there is no '%s'; did you mean '%s'?", shown.ptr ? shown.ptr : "", near);
    else
        cli_error("there is no '%s'", shown.ptr ? shown.ptr : "");
    cli_text_free(&shown);
    return false;
}

/* ── Settings ── */

static const char *const modes[] = {"ndjson", "table", "json", "csv", NULL};

void repl_mode(struct repl *r, const struct cli_list *words)
{
    if (!words->n)
        printf("%s\n", r->cli.format ? r->cli.format : "ndjson");
    else if (repl_one_of(words->items[0], modes))
        r->cli.format = repl_keep(r, words->items[0], strlen(words->items[0]));
}

void repl_dialect(struct repl *r, const struct cli_list *words)
{
    if (!words->n)
        printf("%s\n", r->cli.dialect ? r->cli.dialect : eqlite_dialects()[0]);
    else if (repl_one_of(words->items[0], eqlite_dialects()))
        r->cli.dialect = repl_keep(r, words->items[0], strlen(words->items[0]));
}

void repl_limit(struct repl *r, const struct cli_list *words)
{
    if (!words->n) {
        printf("%llu\n", (unsigned long long)r->cli.limit);
        return;
    }
    if (!repl_count(&r->cli.limit, words->items[0]))
        cli_error("a limit is a number; 0 is none");
}

static void print_fields(const struct repl *r)
{
    for (size_t i = 0; i < r->cli.columns.n; i++) {
        struct cli_text name = {0};
        cli_text_escape(&name, cli_string(r->cli.columns.items[i]));
        printf("%s%s", i ? "," : "", name.ptr ? name.ptr : "");
        cli_text_free(&name);
    }
    printf("\n");
}

static void set_fields(struct repl *r, const struct cli_list *words)
{
    r->cli.columns.n = 0;
    for (size_t i = 1; i < words->n; i++) {
        const char *p = words->items[i];
        while (*p) {
            size_t n = strcspn(p, ",");
            if (n)
                cli_list_add(&r->cli.columns, repl_keep(r, p, n));
            p += n + (p[n] == ',');
        }
    }
}

const char *const repl_setting_names[] = {"fields", "timestamp-field", "event-category-field", "tiebreaker-field",
                                          "unwrap", "input",           "mode",                 "dialect",
                                          "limit",  NULL};

void repl_set(struct repl *r, const struct cli_list *words)
{
    const struct cli_list rest = {words->items + 1, words->n ? words->n - 1 : 0, 0};
    if (!words->n || !repl_one_of(words->items[0], repl_setting_names)) {
        if (!words->n)
            cli_error("set what? (.show lists the settings)");
        return;
    }
    const char *key = words->items[0];
    const char *value = words->n > 1 ? repl_keep(r, words->items[1], strlen(words->items[1])) : NULL;
    if (strcmp(key, "fields") == 0)
        set_fields(r, words);
    else if (strcmp(key, "timestamp-field") == 0)
        r->cli.timestamp_field = value;
    else if (strcmp(key, "event-category-field") == 0)
        r->cli.category_field = value;
    else if (strcmp(key, "tiebreaker-field") == 0)
        r->cli.tiebreaker_field = value;
    else if (strcmp(key, "unwrap") == 0)
        r->cli.no_unwrap = value && strcmp(value, "none") == 0;
    else if (strcmp(key, "input") == 0 &&
             (!value || repl_one_of(value, (const char *const[]){"auto", "ndjson", "json", NULL})))
        r->cli.input = value;
    else if (strcmp(key, "mode") == 0)
        repl_mode(r, &rest);
    else if (strcmp(key, "dialect") == 0)
        repl_dialect(r, &rest);
    else if (strcmp(key, "limit") == 0)
        repl_limit(r, &rest);
}

void repl_show(struct repl *r, const struct cli_list *words)
{
    const struct cli *c = &r->cli;
    (void)words;
    printf("mode                  %s\n", c->format ? c->format : "ndjson");
    printf("dialect               %s\n", c->dialect ? c->dialect : eqlite_dialects()[0]);
    printf("limit                 %llu\n", (unsigned long long)c->limit);
    printf("timestamp-field       %s\n", c->timestamp_field ? c->timestamp_field : "@timestamp");
    printf("event-category-field  %s\n", c->category_field ? c->category_field : "event.category");
    printf("tiebreaker-field      %s\n", c->tiebreaker_field ? c->tiebreaker_field : "none");
    printf("unwrap                %s\n", c->no_unwrap ? "none" : "auto");
    printf("input                 %s\n", c->input ? c->input : "auto");
    printf("fields                ");
    print_fields(r);
    printf("width                 %llu\n", (unsigned long long)c->width);
    printf("pager                 %s\n", r->paged ? "on" : "off");
    printf("timer                 %s\n", r->timed ? "on" : "off");
    printf("events                %zu\n", repl_data_count(&r->data));
    printf("rules                 %zu\n", r->rules ? eqlite_rules_count(r->rules) : 0);
}

void repl_cols(struct repl *r, const struct cli_list *words)
{
    struct cli_list all = {0};
    if (!words->n) {
        print_fields(r);
        return;
    }
    cli_list_add(&all, "fields");
    for (size_t i = 0; i < words->n && strcmp(words->items[0], "*") != 0; i++)
        cli_list_add(&all, words->items[i]);
    set_fields(r, &all);
    free(all.items);
}

void repl_width(struct repl *r, const struct cli_list *words)
{
    uint64_t n = 0;
    if (!words->n)
        printf("%llu\n", (unsigned long long)r->cli.width);
    else if (!repl_count(&n, words->items[0]) || n > MOST_WIDTH)
        cli_error("a width is a number up to %d; 0: the terminal's", MOST_WIDTH);
    else
        r->cli.width = n;
}

/* "on" or "off" into *setting; without a word it is told. */
static void turn(bool *setting, const struct cli_list *words)
{
    if (!words->n)
        printf("%s\n", *setting ? "on" : "off");
    else if (repl_one_of(words->items[0], (const char *const[]){"on", "off", NULL}))
        *setting = strcmp(words->items[0], "on") == 0;
}

void repl_timer(struct repl *r, const struct cli_list *words)
{
    turn(&r->timed, words);
}

void repl_pager(struct repl *r, const struct cli_list *words)
{
    if (words->n && !repl_is_person(r))
        cli_error("a pager needs a terminal");
    else
        turn(&r->paged, words);
}
