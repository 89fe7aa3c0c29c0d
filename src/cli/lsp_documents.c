/* lsp_documents.c — the documents that are open, as the client has them: opened, changed piece by piece, closed. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lsp.h"

/* ── Names ── */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

void lsp_path_of_uri(struct cli_text *out, eqlite_string uri)
{
    static const char scheme[] = "file://";
    size_t at = sizeof scheme - 1;
    if (uri.len >= at && memcmp(uri.ptr, scheme, at) == 0) {
        while (at < uri.len && uri.ptr[at] != '/') /* a host */
            at++;
    } else {
        for (at = uri.len; at && !strchr("/:", uri.ptr[at - 1]); at--)
            ;
    }
    for (; at < uri.len; at++) {
        int high = at + 2 < uri.len && uri.ptr[at] == '%' ? hex_digit(uri.ptr[at + 1]) : -1;
        int low = high >= 0 ? hex_digit(uri.ptr[at + 2]) : -1;
        char c = low >= 0 ? (char)(high * 16 + low) : uri.ptr[at];
        at += low >= 0 ? 2 : 0;
        if (c)
            cli_text_add(out, &c, 1);
    }
    cli_text_add(out, "", 0);
}

void lsp_uri_of_path(struct cli_text *out, const char *path)
{
    cli_text_printf(out, "file://");
    for (; *path; path++) {
        unsigned char c = (unsigned char)*path;
        bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~/", (int)c);
        cli_text_printf(out, plain ? "%c" : "%%%02X", c);
    }
}

static bool ends(const char *text, const char *ending)
{
    size_t n = strlen(text), m = strlen(ending);
    return n >= m && strcmp(text + n - m, ending) == 0;
}

bool lsp_is_toml(const struct lsp_document *d)
{
    return ends(d->name, ".toml");
}

bool lsp_is_rule(const struct lsp_document *d)
{
    static const char *const tables[] = {"[rule]", "[rule.", "[[rule.", "[[tests]]", "[tests."};
    const char *p = d->text.bytes.ptr, *end = p + d->text.bytes.len;
    if (!lsp_is_toml(d) || ends(d->name, ".test.toml"))
        return true;
    for (; p && p < end; p = memchr(p, '\n', (size_t)(end - p))) {
        p += strspn(p, " \t\r\n");
        for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
            if (strncmp(p, tables[i], strlen(tables[i])) == 0)
                return true;
    }
    return false;
}

/* ── Open and close ── */

struct lsp_document *lsp_find_document(struct lsp *s, eqlite_string uri)
{
    for (size_t i = 0; i < s->n_documents; i++)
        if (cli_string_is(uri, s->documents[i]->uri))
            return s->documents[i];
    return NULL;
}

struct lsp_document *lsp_document_of(struct lsp *s, struct lsp_json params)
{
    eqlite_string uri;
    if (lsp_json_text(&uri, lsp_json_get(params, "textDocument.uri")))
        return lsp_find_document(s, uri);
    lsp_fail(s, LSP_INVALID_PARAMS, "params.textDocument.uri is missing");
    return NULL;
}

static void free_document(struct lsp *s, struct lsp_document *d)
{
    s->text_bytes -= d->text.bytes.len;
    lsp_text_free(&d->text);
    while (d->n_findings)
        free(d->findings[--d->n_findings].instead);
    free(d->findings);
    free(d->uri);
    free(d->name);
    free(d);
}

void lsp_close_documents(struct lsp *s)
{
    while (s->n_documents)
        free_document(s, s->documents[--s->n_documents]);
    free(s->documents);
    s->documents = NULL;
}

/* May the text grow by so much? */
static bool has_room(const struct lsp *s, const struct lsp_document *d, size_t more)
{
    return more <= LSP_DOCUMENT_MAX && d->text.bytes.len + more <= LSP_DOCUMENT_MAX &&
           s->text_bytes + more <= LSP_TEXT_MAX;
}

static void set_text(struct lsp *s, struct lsp_document *d, const char *ptr, size_t len)
{
    s->text_bytes -= d->text.bytes.len;
    lsp_text_free(&d->text);
    d->lost = !has_room(s, d, len);
    lsp_text_set(&d->text, ptr, d->lost ? 0 : len);
    s->text_bytes += d->text.bytes.len;
}

static char *copy(const char *ptr, size_t len)
{
    char *to = cli_alloc(NULL, len + 1);
    if (len)
        memcpy(to, ptr, len);
    to[len] = '\0';
    return to;
}

/* Its path, or a name with the ending that its language asks for. */
static char *name_of(eqlite_string uri, eqlite_string language)
{
    struct cli_text name = {0};
    lsp_path_of_uri(&name, uri);
    if (!ends(name.ptr, ".toml") && !ends(name.ptr, ".eql"))
        cli_text_printf(&name, cli_string_is(language, "toml") ? ".toml" : ".eql");
    return name.ptr;
}

static void read_version(struct lsp_document *d, struct lsp_json params)
{
    d->has_version = lsp_json_integer(&d->version, lsp_json_get(params, "textDocument.version"));
}

void lsp_did_open(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    eqlite_string uri, text, language = {0};
    (void)result;
    lsp_json_text(&language, lsp_json_get(params, "textDocument.languageId"));
    if (!lsp_json_text(&uri, lsp_json_get(params, "textDocument.uri")) || uri.len > PATH_MAX * 3 ||
        !lsp_json_text(&text, lsp_json_get(params, "textDocument.text"))) {
        cli_error("a document without a name or a text was opened; it is not looked at");
        return;
    }
    struct lsp_document *d = lsp_find_document(s, uri);
    if (!d && s->n_documents == LSP_DOCUMENTS_MAX) {
        cli_error("more than %d documents are open; this one is not looked at", LSP_DOCUMENTS_MAX);
        return;
    }
    if (!d) {
        d = cli_alloc(NULL, sizeof *d);
        *d = (struct lsp_document){.uri = copy(uri.ptr, uri.len), .name = name_of(uri, language)};
        s->documents = cli_alloc(s->documents, (s->n_documents + 1) * sizeof(struct lsp_document *));
        s->documents[s->n_documents++] = d;
    }
    set_text(s, d, text.ptr, text.len);
    read_version(d, params);
    d->dirty = true;
}

void lsp_did_close(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    struct lsp_document *d = lsp_document_of(s, params);
    (void)result;
    for (size_t i = 0; i < s->n_documents; i++)
        if (s->documents[i] == d) {
            lsp_clear(d);
            free_document(s, d);
            s->documents[i] = s->documents[--s->n_documents];
            return;
        }
}

/* ── Changes ── */

struct change {
    struct lsp *s;
    struct lsp_document *d;
};

/* One of contentChanges: a range and what comes there, or all of the text. */
static bool apply_change(struct lsp_json value, void *ctx)
{
    struct change *c = ctx;
    struct lsp_json range = lsp_json_get(value, "range");
    struct lsp_place first, last;
    eqlite_string text;
    if (!lsp_json_text(&text, lsp_json_get(value, "text")))
        return true;
    if (!lsp_json_is_object(range)) {
        set_text(c->s, c->d, text.ptr, text.len);
        return true;
    }
    if (c->d->lost || !lsp_read_place(&first, lsp_json_get(range, "start")) ||
        !lsp_read_place(&last, lsp_json_get(range, "end")))
        return true;
    size_t start = lsp_text_offset(&c->d->text, first), end = lsp_text_offset(&c->d->text, last);
    if (end < start)
        end = start;
    if (text.len > end - start && !has_room(c->s, c->d, text.len - (end - start))) {
        set_text(c->s, c->d, "", 0);
        c->d->lost = true;
        return true;
    }
    c->s->text_bytes += text.len - (end - start);
    lsp_text_replace(&c->d->text, start, end, text);
    return true;
}

void lsp_did_change(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    struct change c = {s, lsp_document_of(s, params)};
    (void)result;
    if (!c.d)
        return;
    lsp_json_each(lsp_json_get(params, "contentChanges"), apply_change, &c);
    read_version(c.d, params);
    c.d->dirty = true;
}

/* What a rule beside it says may have changed. */
void lsp_did_save(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    (void)params, (void)result;
    for (size_t i = 0; i < s->n_documents; i++)
        s->documents[i]->dirty = s->documents[i]->dirty || ends(s->documents[i]->name, ".test.toml");
}

/* ── Queries ── */

bool lsp_query_of(struct lsp_query *q, struct lsp_document *d)
{
    *q = (struct lsp_query){0};
    if (d->lost || eqlite_outline_new(&q->outline, NULL, d->name, d->text.bytes.ptr, d->text.bytes.len) != EQLITE_OK)
        return false;
    for (size_t i = 0; i < eqlite_outline_count(q->outline); i++) {
        eqlite_outline_part part = eqlite_outline_get(q->outline, i);
        if (strcmp(part.kind, "query") == 0) {
            const char *before = d->text.bytes.ptr + part.start;
            q->text = part.text;
            q->quoted = lsp_is_toml(d) && part.start > 1 && before[-1] == '"' && before[-2] != '"';
            return true;
        }
    }
    eqlite_outline_free(q->outline);
    q->outline = NULL;
    return false;
}

bool lsp_query_at(struct lsp_query *q, struct lsp_document *d, struct lsp_json params)
{
    struct lsp_place place;
    if (!lsp_read_place(&place, lsp_json_get(params, "position")) || !lsp_query_of(q, d))
        return false;
    q->offset = lsp_text_offset(&d->text, place);
    q->at = eqlite_outline_to_query(q->outline, q->offset);
    if (q->at != SIZE_MAX)
        return true;
    eqlite_outline_free(q->outline);
    return false;
}
