/* repl_complete.c — what Tab offers: commands and what they take after a dot; in a query, what the grammar allows where
 * the word stands, with the fields and values of the events in memory, or, where they have none, of the Elastic Common Schema.
 *
 *      process where process.name == "po         the tokens before the word decide; of repl_place.c
 *      category      field        op value */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "cli/repl.h"

enum { MOST_VALUES = 200, MOST_VALUE = 200 /* bytes */ };

static const char *const categories[] = {
    "any",     "api",     "authentication", "configuration", "database", "dns",
    "driver",  "email",   "file",           "host",          "iam",      "intrusion_detection",
    "library", "malware", "network",        "package",       "process",  "registry",
    "session", "threat",  "vulnerability",  "web",           NULL};

struct offers {
    struct cli_list *out;
    const struct repl *r;
    const char *prefix;
    size_t len;
};

static void offer(struct offers *o, eqlite_string name)
{
    if (name.len < o->len || (o->len && memcmp(name.ptr, o->prefix, o->len) != 0))
        return;
    char *copy = cli_alloc(NULL, name.len + 1);
    if (name.len)
        memcpy(copy, name.ptr, name.len);
    copy[name.len] = '\0';
    cli_list_add(o->out, copy);
}

static void offer_all(struct offers *o, const char *const *names)
{
    for (; *names; names++)
        offer(o, cli_string(*names));
}

static void offer_files(struct offers *o)
{
    struct cli_text pattern = {0};
    glob_t found;
    cli_text_printf(&pattern, "%.*s*", (int)o->len, o->prefix);
    if (glob(pattern.ptr, GLOB_MARK, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++)
            offer(o, cli_string(found.gl_pathv[i]));
        globfree(&found);
    }
    cli_text_free(&pattern);
}

/* ── Of the data ── */

/* The schema has some two thousand names: they come only when the events have none for what is typed. */
static void offer_fields(struct offers *o)
{
    size_t n = o->r->data.survey ? eqlite_survey_count(o->r->data.survey) : 0, before = o->out->n;
    for (size_t i = 0; i < n; i++)
        offer(o, eqlite_survey_get(o->r->data.survey, i).path);
    if (o->out->n > before || !o->len || !cli_schema_name(&o->r->cli))
        return;
    for (size_t i = 0; i < eqlite_field_count(); i++) {
        eqlite_field field = eqlite_field_get(i);
        if (strcmp(field.type, "object") != 0)
            offer(o, field.path);
    }
}

/* A value as it is written in a query; false: not here, it is long or would need escapes that nobody types. */
static bool literal(struct cli_text *t, eqlite_string text, bool is_string)
{
    if (text.len > MOST_VALUE)
        return false;
    if (is_string)
        cli_text_add(t, "\"", 1);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < ' ' || c == 0x7F)
            return false;
        if (is_string && (c == '"' || c == '\\'))
            cli_text_add(t, "\\", 1);
        cli_text_add(t, text.ptr + i, 1);
    }
    if (is_string)
        cli_text_add(t, "\"", 1);
    return true;
}

static bool on_value(eqlite_string text, bool is_string, uint64_t events, void *ctx)
{
    struct offers *o = ctx;
    struct cli_text t = {0};
    (void)events;
    if (literal(&t, text, is_string))
        offer(o, (eqlite_string){t.ptr, t.len});
    cli_text_free(&t);
    return o->out->n < MOST_VALUES;
}

static bool on_category(eqlite_string text, bool is_string, uint64_t events, void *ctx)
{
    struct offers *o = ctx;
    bool word = is_string && text.len > 0;
    (void)events;
    for (size_t i = 0; i < text.len && word; i++)
        word = text.ptr[i] == '_' || (text.ptr[i] >= 'a' && text.ptr[i] <= 'z');
    if (word)
        offer(o, text);
    return o->out->n < MOST_VALUES;
}

static void offer_values(struct offers *o, const char *field, eqlite_on_value *each)
{
    if (o->r->data.store && *field)
        eqlite_store_values(o->r->data.store, field, !o->r->cli.no_unwrap, each, o);
}

/* The values that the schema allows for a field, quoted. */
static void offer_allowed(struct offers *o, const char *field)
{
    eqlite_field known = eqlite_field_get(eqlite_field_at(field, strlen(field)));
    const char *at = cli_schema_name(&o->r->cli) && cli_string_is(known.path, field) ? known.values : NULL;
    while (at && *at) {
        struct cli_text t = {0};
        size_t n = strcspn(at, "|");
        cli_text_printf(&t, "\"%.*s\"", (int)n, at);
        offer(o, (eqlite_string){t.ptr, t.len});
        cli_text_free(&t);
        at += n + (at[n] == '|');
    }
}

static void offer_categories(struct offers *o)
{
    offer_all(o, categories);
    offer_values(o, o->r->cli.category_field ? o->r->cli.category_field : "event.category", on_category);
}

static void offer_functions(struct offers *o)
{
    for (size_t i = 0; i < eqlite_function_count(); i++)
        offer(o, cli_string(eqlite_function_get(i).name));
}

/* ── By place ── */

static void offer_at(struct offers *o, const struct repl_place *place)
{
    static const char *const after_not[] = {"not", "true", "false", NULL};
    switch (place->what) {
    case REPL_AT_START:
        offer_all(o, (const char *const[]){"sequence", "sample", NULL});
        offer_categories(o);
        break;
    case REPL_AT_CATEGORY: offer_categories(o); break;
    case REPL_AT_CONDITION:
        offer_all(o, after_not);
        offer_functions(o);
        offer_fields(o);
        break;
    case REPL_AT_FIELD: offer_fields(o); break;
    case REPL_AT_OPERATOR:
        offer_all(o, (const char *const[]){"==", "!=", ":", "<", "<=", ">", ">=", "in", "in~", "like", "like~", "not",
                                           "regex", "regex~", "and", "or", NULL});
        break;
    case REPL_AT_VALUE:
        offer_values(o, place->field, on_value);
        if (!o->out->n)
            offer_allowed(o, place->field);
        if (!o->out->n)
            offer_fields(o);
        break;
    case REPL_AT_MORE: offer_all(o, (const char *const[]){"and", "or", "|", NULL}); break;
    case REPL_AT_MORE_IN_STAGE: offer_all(o, (const char *const[]){"and", "or", "]", NULL}); break;
    case REPL_AT_PIPE: offer_all(o, (const char *const[]){"head", "tail", NULL}); break;
    case REPL_AT_WHERE: offer(o, cli_string("where")); break;
    case REPL_AT_SEQUENCE: offer_all(o, (const char *const[]){"by", "with", "[", "![", NULL}); break;
    case REPL_AT_SPAN: offer(o, cli_string("maxspan=")); break;
    case REPL_AT_STAGE_END:
        offer_all(o, (const char *const[]){"[", "![", "by", "until", "with", "|", NULL});
        break;
    case REPL_AT_NOTHING: break;
    }
}

static int by_text(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static void sort_once_each(struct cli_list *l)
{
    size_t kept = 0;
    if (l->n)
        qsort(l->items, l->n, sizeof *l->items, by_text);
    for (size_t i = 0; i < l->n; i++) {
        if (kept && strcmp(l->items[kept - 1], l->items[i]) == 0)
            free((void *)(uintptr_t)l->items[i]);
        else
            l->items[kept++] = l->items[i];
    }
    l->n = kept;
}

static bool begins(const char *text, size_t len, const char *command)
{
    size_t n = strlen(command);
    return len > n && memcmp(text, command, n) == 0 && (text[n] == ' ' || text[n] == '\t');
}

/* What a dot command takes. */
static void offer_arguments(struct offers *o, const char *text, size_t len)
{
    static const char *const modes[] = {"ndjson", "table", "json", "csv", NULL};
    static const char *const stages[] = {"tokens", "ast", "plan", "program", NULL};
    static const char *const saves[] = {"--rule", "--test", NULL};
    static const char *const switches[] = {"on", "off", NULL};
    static const struct {
        const char *command;
        const char *const *words; /* may be NULL */
        char kind;                /* f files, n names of fields, r rules, d dialects, s settings */
    } takes[] = {
        {".open", NULL, 'f'},   {".add", NULL, 'f'},    {".rules", NULL, 'f'},   {".read", NULL, 'f'},
        {".fields", NULL, 'n'}, {".schema", NULL, 'n'}, {".values", NULL, 'n'},  {".rule", NULL, 'r'},
        {".run", NULL, 'r'},    {".mode", modes, 0},    {".explain", stages, 0}, {".save", saves, 'f'},
        {".dialect", NULL, 'd'}, {".set", NULL, 's'},   {".cols", NULL, 'n'},    {".pager", switches, 0},
        {".timer", switches, 0},
    };
    size_t i = 0, n = sizeof takes / sizeof *takes;
    while (i < n && !begins(text, len, takes[i].command))
        i++;
    if (i == n)
        return;
    if (takes[i].words)
        offer_all(o, takes[i].words);
    if (takes[i].kind == 'f' && (!takes[i].words || o->prefix[0] != '-'))
        offer_files(o);
    else if (takes[i].kind == 'n')
        offer_fields(o);
    else if (takes[i].kind == 'd')
        offer_all(o, eqlite_dialects());
    else if (takes[i].kind == 's')
        offer_all(o, repl_setting_names);
    else if (takes[i].kind == 'r' && o->r->rules)
        for (size_t k = 0; k < eqlite_rules_count(o->r->rules); k++)
            offer(o, eqlite_rules_get(o->r->rules, k).id);
}

void repl_complete(struct cli_list *out, size_t *word, const struct repl *r, const char *text, size_t len)
{
    struct offers o = {.out = out, .r = r};
    if (len && text[0] == '.' && !r->statement.len) {
        size_t start = len;
        while (start > 0 && !strchr(" \t\"',", text[start - 1]))
            start--;
        *word = start;
        o.prefix = text + start;
        o.len = len - start;
        if (start == 0)
            offer_all(&o, repl_command_names);
        else
            offer_arguments(&o, text, start);
        sort_once_each(out);
        return;
    }
    struct cli_text whole = {0};
    struct repl_place place;
    cli_text_add(&whole, r->statement.ptr, r->statement.len);
    cli_text_add(&whole, text, len);
    repl_place_find(&place, whole.ptr ? whole.ptr : "", whole.len);
    size_t begin = place.word >= r->statement.len ? place.word - r->statement.len : len;
    *word = begin;
    o.prefix = text + begin;
    o.len = len - begin;
    offer_at(&o, &place);
    repl_place_free(&place);
    cli_text_free(&whole);
    if (place.what != REPL_AT_VALUE) /* values stand in the order of how often they are met */
        sort_once_each(out);
}
