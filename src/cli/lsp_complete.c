/* lsp_complete.c — what can stand where the cursor is: words of the grammar, functions, fields and their values.
 *
 *      process where process.na▮          the text before the cursor decides (repl_place.c); what is offered replaces
 *                    └────────┘           the word that it ends with, dots and all */
#include <string.h>

#include "cli/lsp.h"
#include "cli/repl.h"

enum { OFFERS_MAX = 500 };

enum item { FUNCTION = 3, FIELD = 5, VALUE = 12, KEYWORD = 14, OPERATOR = 24 }; /* as the protocol numbers them */

struct offers {
    struct cli_text *out;
    eqlite_string prefix;
    struct cli_text range; /* that they replace, as JSON */
    size_t n;
    bool left_out, escape; /* escape: quotes need a backslash there, so none are offered */
};

static bool fits(struct offers *o, eqlite_string name)
{
    if (name.len < o->prefix.len || (o->prefix.len && memcmp(name.ptr, o->prefix.ptr, o->prefix.len) != 0))
        return false;
    o->left_out = o->left_out || o->n == OFFERS_MAX;
    return o->n < OFFERS_MAX;
}

static void offer(struct offers *o, eqlite_string name, enum item kind, const char *detail)
{
    if (!fits(o, name))
        return;
    cli_text_printf(o->out, "%s{\"label\":", o->n++ ? "," : "");
    cli_text_json(o->out, name);
    cli_text_printf(o->out, ",\"kind\":%d,\"textEdit\":{\"range\":%s,\"newText\":", (int)kind, o->range.ptr);
    cli_text_json(o->out, name);
    cli_text_add(o->out, "}", 1);
    if (detail) {
        cli_text_printf(o->out, ",\"detail\":");
        cli_text_json(o->out, cli_string(detail));
    }
    cli_text_add(o->out, "}", 1);
}

static void offer_all(struct offers *o, const char *words, enum item kind)
{
    while (*words) {
        size_t n = strcspn(words, " ");
        offer(o, (eqlite_string){words, n}, kind, NULL);
        words += n + (words[n] == ' ');
    }
}

static void offer_functions(struct offers *o)
{
    for (size_t i = 0; i < eqlite_function_count(); i++) {
        eqlite_function f = eqlite_function_get(i);
        struct cli_text name = {0};
        offer(o, cli_string(f.name), FUNCTION, f.help);
        cli_text_printf(&name, "%s~", f.name);
        if (f.folds)
            offer(o, (eqlite_string){name.ptr, name.len}, FUNCTION, f.help);
        cli_text_free(&name);
    }
}

static void offer_fields(struct offers *o)
{
    size_t n = eqlite_field_count();
    for (size_t i = eqlite_field_at(o->prefix.ptr, o->prefix.len); i < n && !o->left_out; i++) {
        eqlite_field f = eqlite_field_get(i);
        if (f.path.len < o->prefix.len || memcmp(f.path.ptr, o->prefix.ptr, o->prefix.len) != 0)
            break;
        if (strcmp(f.type, "object") != 0)
            offer(o, f.path, FIELD, f.type);
    }
}

/* Values "a|b" as they are written in a query, or, of categories, as words. */
static void offer_values(struct offers *o, const char *field, bool quoted)
{
    eqlite_field f = eqlite_field_get(eqlite_field_at(field, strlen(field)));
    if (!f.values || !cli_string_is(f.path, field))
        return;
    for (const char *p = f.values; *p;) {
        size_t n = strcspn(p, "|");
        struct cli_text value = {0};
        cli_text_printf(&value, quoted ? "\"%.*s\"" : "%.*s", (int)n, p);
        if (!quoted || !o->escape)
            offer(o, (eqlite_string){value.ptr, value.len}, VALUE, NULL);
        cli_text_free(&value);
        p += n + (p[n] == '|');
    }
}

static void offer_at(struct offers *o, const struct repl_place *place)
{
    switch (place->what) {
    case REPL_AT_START: offer_all(o, "sequence sample", KEYWORD); /* fall through */
    case REPL_AT_CATEGORY:
        offer_all(o, "any", KEYWORD);
        offer_values(o, "event.category", false);
        break;
    case REPL_AT_CONDITION:
        offer_all(o, "not true false", KEYWORD);
        offer_functions(o);
        offer_fields(o);
        break;
    case REPL_AT_FIELD: offer_fields(o); break;
    case REPL_AT_OPERATOR:
        offer_all(o, "== != : < <= > >=", OPERATOR);
        offer_all(o, "in in~ like like~ not regex regex~ and or", KEYWORD);
        break;
    case REPL_AT_VALUE:
        offer_values(o, place->field, true);
        if (!o->prefix.len || o->prefix.ptr[0] != '"') {
            offer_all(o, "true false null", KEYWORD);
            offer_fields(o);
        }
        break;
    case REPL_AT_MORE: offer_all(o, "and or |", KEYWORD); break;
    case REPL_AT_MORE_IN_STAGE: offer_all(o, "and or ]", KEYWORD); break;
    case REPL_AT_PIPE: offer_all(o, "head tail", KEYWORD); break;
    case REPL_AT_WHERE: offer_all(o, "where", KEYWORD); break;
    case REPL_AT_SEQUENCE: offer_all(o, "by with [ ![", KEYWORD); break;
    case REPL_AT_SPAN: offer_all(o, "maxspan= runs=", KEYWORD); break;
    case REPL_AT_STAGE_END: offer_all(o, "[ ![ by until with |", KEYWORD); break;
    case REPL_AT_NOTHING: break;
    }
}

/* The word that is replaced; editors close a quote at once, and that one is ours too. */
static void place_word(struct offers *o, struct lsp_document *d, const struct lsp_query *q, size_t word)
{
    size_t end = q->offset;
    bool quote = word < q->at && q->text.ptr[word] == '"';
    end += quote && end < d->text.bytes.len && d->text.bytes.ptr[end] == '"';
    o->prefix = (eqlite_string){q->text.ptr + word, q->at - word};
    lsp_add_range(&o->range, lsp_text_range(&d->text, eqlite_outline_to_file(q->outline, word), end));
}

void lsp_completion(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    struct lsp_document *d = lsp_document_of(s, params);
    struct offers o = {.out = result};
    struct repl_place place;
    struct lsp_query q;
    if (!d || !lsp_query_at(&q, d, params))
        return;
    repl_place_find(&place, q.text.ptr, q.at);
    if (place.word < q.at && q.text.ptr[place.word] == '?') /* ?field: one that may be missing */
        place.word++;
    place_word(&o, d, &q, place.word);
    o.escape = q.quoted;
    cli_text_printf(result, "{\"items\":[");
    offer_at(&o, &place);
    cli_text_printf(result, "],\"isIncomplete\":%s}", o.left_out ? "true" : "false");
    repl_place_free(&place);
    cli_text_free(&o.range);
    eqlite_outline_free(q.outline);
}
