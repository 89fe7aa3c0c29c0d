/* lsp_find.c — where things are: the rule with an id, a name of an event, the parts of a document.
 *
 *      rule_id = "3b0f…"  in a file of tests, a comment, a note ─▶ the file whose rule has that id
 *      [file where a.name == …]  in the endpoint dialect        ─▶ [process where …] as a */
#include <stdlib.h>
#include <string.h>

#include "cli/lsp_index.h"

/* ── Each rule of the workspace ── */

struct seen { /* a rule: in a document that is open, or else in a file */
    const char *uri;
    eqlite_string id, name;
    struct lsp_range range;
};
typedef bool on_rule(const struct seen *rule, void *ctx);

static eqlite_string string_of(const struct cli_text *t)
{
    return (eqlite_string){t->ptr, t->len};
}

static bool see_documents(struct lsp *s, on_rule *each, void *ctx)
{
    bool more = true;
    for (size_t i = 0; i < s->n_documents && more; i++) {
        struct lsp_document *d = s->documents[i];
        struct lsp_entry e = {0};
        if (!d->lost)
            lsp_entry_read(&e, d->name, &d->text);
        if (e.id.len)
            more = each(&(struct seen){d->uri, string_of(&e.id), string_of(&e.name), e.range}, ctx);
        cli_text_free(&e.id);
        cli_text_free(&e.name);
    }
    return more;
}

static void see_rules(struct lsp *s, on_rule *each, void *ctx)
{
    bool more = see_documents(s, each, ctx);
    const struct lsp_index *index = more ? lsp_index_of(s) : NULL;
    for (size_t i = 0; more && i < index->n; i++) {
        const struct lsp_entry *e = &index->items[i];
        struct cli_text uri = {0};
        if (!e->id.len || lsp_is_open(s, e->path))
            continue;
        lsp_uri_of_path(&uri, e->path);
        more = each(&(struct seen){uri.ptr, string_of(&e->id), string_of(&e->name), e->range}, ctx);
        cli_text_free(&uri);
    }
}

static void add_location(struct cli_text *out, const char *uri, struct lsp_range range)
{
    cli_text_printf(out, "{\"uri\":");
    cli_text_json(out, cli_string(uri));
    cli_text_printf(out, ",\"range\":");
    lsp_add_range(out, range);
    cli_text_add(out, "}", 1);
}

/* ── Definition ── */

struct hunt {
    eqlite_string id;
    struct cli_text *out;
    size_t n;
};

static bool is_id(const struct seen *rule, void *ctx)
{
    struct hunt *h = ctx;
    if (rule->id.len == h->id.len && memcmp(rule->id.ptr, h->id.ptr, h->id.len) == 0) {
        cli_text_add(h->out, ",", h->n++ > 0);
        add_location(h->out, rule->uri, rule->range);
    }
    return h->n < 100;
}

static bool in_id(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* The word around an offset that could be an id. */
static eqlite_string id_at(const struct lsp_document *d, size_t at)
{
    const char *text = d->text.bytes.ptr;
    size_t start = at, end = at;
    while (start > 0 && in_id(text[start - 1]))
        start--;
    while (end < d->text.bytes.len && in_id(text[end]))
        end++;
    return (eqlite_string){text + start, end - start};
}

/* Where `as NAME` stands for the name that the place begins with. */
static bool find_alias(struct cli_text *out, struct lsp_document *d, const struct lsp_query *q)
{
    struct lsp_token t = {0}, before = {0};
    eqlite_string name = {0};
    while ((t = lsp_next_token(q->text, t.end)).kind != LSP_END && t.start <= q->at)
        if (t.kind == LSP_WORD && t.end >= q->at)
            name = (eqlite_string){q->text.ptr + t.start, t.end - t.start};
    const char *dot = name.len ? memchr(name.ptr, '.', name.len) : NULL;
    name.len = dot ? (size_t)(dot - name.ptr) : 0;
    for (t = (struct lsp_token){0}; name.len && (t = lsp_next_token(q->text, t.end)).kind != LSP_END; before = t) {
        bool named =
            t.kind == LSP_WORD && t.end - t.start == name.len && memcmp(q->text.ptr + t.start, name.ptr, name.len) == 0;
        if (!named || before.end - before.start != 2 || memcmp(q->text.ptr + before.start, "as", 2) != 0)
            continue;
        add_location(out, d->uri,
                     lsp_text_range(&d->text, eqlite_outline_to_file(q->outline, t.start),
                                    eqlite_outline_to_file(q->outline, t.end)));
        return true;
    }
    return false;
}

void lsp_definition(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    struct lsp_document *d = lsp_document_of(s, params);
    struct hunt h = {.out = result};
    struct lsp_place place;
    struct lsp_query q;
    if (!d || d->lost || !lsp_read_place(&place, lsp_json_get(params, "position")))
        return;
    cli_text_add(result, "[", 1);
    if (lsp_query_at(&q, d, params)) {
        h.n = find_alias(result, d, &q);
        eqlite_outline_free(q.outline);
    }
    h.id = id_at(d, lsp_text_offset(&d->text, place));
    if (!h.n && h.id.len)
        see_rules(s, is_id, &h);
    cli_text_add(result, "]", 1);
}

/* ── Symbols ── */

enum symbol { CLASS = 5, METHOD = 6, EVENT = 24 }; /* as the protocol numbers them: a rule, a test, a stage */

static void add_symbol(struct cli_text *out, eqlite_string name, enum symbol kind, struct lsp_range range,
                       struct lsp_range chosen)
{
    cli_text_printf(out, "%s{\"name\":", out->len && out->ptr[out->len - 1] == '}' ? "," : "");
    cli_text_json(out, name.len ? name : cli_string("unnamed"));
    cli_text_printf(out, ",\"kind\":%d,\"range\":", (int)kind);
    lsp_add_range(out, range);
    cli_text_printf(out, ",\"selectionRange\":");
    lsp_add_range(out, chosen);
    if (kind != CLASS)
        cli_text_add(out, "}", 1);
}

/* The stages of a query: what stands between square brackets. */
static void add_stages(struct cli_text *out, struct lsp_document *d, const struct lsp_query *q)
{
    struct lsp_token t = {0};
    size_t start = SIZE_MAX, n = 0;
    while ((t = lsp_next_token(q->text, t.end)).kind != LSP_END && n < 1000) {
        char c = t.kind == LSP_MARK ? q->text.ptr[t.start] : ' ';
        if (c == '[' && start == SIZE_MAX)
            start = t.start;
        if (c != ']' || start == SIZE_MAX)
            continue;
        size_t from = start + 1, len = 0;
        while (from < t.start && strchr(" \t\r\n", q->text.ptr[from]))
            from++;
        while (from + len < t.start && len < 60 && q->text.ptr[from + len] != '\n' && q->text.ptr[from + len] != '\r')
            len++;
        struct lsp_range range = lsp_text_range(&d->text, eqlite_outline_to_file(q->outline, start),
                                                eqlite_outline_to_file(q->outline, t.end));
        add_symbol(out, (eqlite_string){q->text.ptr + from, len}, EVENT, range, range);
        start = SIZE_MAX;
        n++;
    }
}

static void add_tests(struct cli_text *out, struct lsp_document *d, const eqlite_outline *o)
{
    for (size_t i = 0; i < eqlite_outline_count(o); i++) {
        eqlite_outline_part part = eqlite_outline_get(o, i);
        struct lsp_range range = lsp_text_range(&d->text, part.start, part.end);
        if (strcmp(part.kind, "test") == 0)
            add_symbol(out, part.text, METHOD, range, range);
    }
}

void lsp_document_symbol(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    struct lsp_document *d = lsp_document_of(s, params);
    struct lsp_entry e = {0};
    eqlite_outline *o = NULL;
    struct lsp_query q;
    if (!d || d->lost)
        return;
    cli_text_add(result, "[", 1);
    lsp_entry_read(&e, d->name, &d->text);
    if (e.id.len) {
        add_symbol(result, string_of(e.name.len ? &e.name : &e.id), CLASS,
                   lsp_text_range(&d->text, 0, d->text.bytes.len), e.range);
        cli_text_printf(result, ",\"detail\":");
        cli_text_json(result, string_of(&e.id));
        cli_text_printf(result, ",\"children\":[");
    }
    if (lsp_query_of(&q, d)) {
        add_stages(result, d, &q);
        eqlite_outline_free(q.outline);
    }
    if (eqlite_outline_new(&o, NULL, d->name, d->text.bytes.ptr, d->text.bytes.len) == EQLITE_OK)
        add_tests(result, d, o);
    cli_text_printf(result, e.id.len ? "]}]" : "]");
    eqlite_outline_free(o);
    cli_text_free(&e.id);
    cli_text_free(&e.name);
}

struct search {
    struct cli_text pattern;
    struct cli_text *out;
    size_t n;
};

static bool add_found(const struct seen *rule, void *ctx)
{
    struct search *f = ctx;
    if (!cli_like(f->pattern.ptr, rule->name) && !cli_like(f->pattern.ptr, rule->id))
        return true;
    cli_text_printf(f->out, "%s{\"name\":", f->n++ ? "," : "");
    cli_text_json(f->out, rule->name.len ? rule->name : rule->id);
    cli_text_printf(f->out, ",\"kind\":%d,\"containerName\":", (int)CLASS);
    cli_text_json(f->out, rule->id);
    cli_text_printf(f->out, ",\"location\":");
    add_location(f->out, rule->uri, rule->range);
    cli_text_add(f->out, "}", 1);
    return f->n < 500;
}

void lsp_workspace_symbol(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    struct search f = {.out = result};
    eqlite_string query;
    if (!lsp_json_text(&query, lsp_json_get(params, "query"))) {
        lsp_fail(s, LSP_INVALID_PARAMS, "params.query is missing");
        return;
    }
    cli_text_add(&f.pattern, "*", 1);
    cli_text_add(&f.pattern, query.ptr, query.len < 200 ? query.len : 200);
    cli_text_add(&f.pattern, "*", 1);
    cli_text_add(result, "[", 1);
    see_rules(s, add_found, &f);
    cli_text_add(result, "]", 1);
    cli_text_free(&f.pattern);
}
