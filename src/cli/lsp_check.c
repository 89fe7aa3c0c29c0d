/* lsp_check.c — what is wrong with a document, told to the client: the findings of `eqlite check`.
 *
 *      line 3, column 9 in characters ─▶ byte 41 ─▶ line 2, UTF-16 code unit 8
 *
 * A file of tests is checked behind the rule that it tests, which comes from the client if it is open there. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/lsp.h"

enum { TOLD_MAX = 1000 };

/* ── Where ── */

struct lines { /* of a text as the library counts them: they end with \n */
    const struct cli_text *text;
    size_t *starts, n;
    struct {
        size_t line, column, at;
    } cursor;
};

static void find_lines(struct lines *l, const struct cli_text *text)
{
    const char *p = text->ptr, *end = p + text->len;
    size_t cap = 64;
    *l = (struct lines){.text = text, .starts = cli_alloc(NULL, cap * sizeof *l->starts)};
    l->starts[l->n++] = text->len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    for (; p && p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++) {
        if (l->n == cap)
            l->starts = cli_alloc(l->starts, (cap *= 2) * sizeof *l->starts);
        l->starts[l->n++] = (size_t)(p + 1 - text->ptr);
    }
}

/* The byte at a line and a column in characters, both from 1. */
static size_t byte_at(struct lines *l, size_t line, size_t column)
{
    if (!line || line > l->n)
        return line ? l->text->len : 0;
    bool on = l->cursor.line == line && l->cursor.column <= column;
    size_t at = on ? l->cursor.at : l->starts[line - 1], n = on ? l->cursor.column : 1;
    for (; n < column && at < l->text->len && l->text->ptr[at] != '\n'; n++)
        for (at++; at < l->text->len && ((unsigned char)l->text->ptr[at] & 0xC0) == 0x80; at++)
            ;
    l->cursor.line = line;
    l->cursor.column = n;
    l->cursor.at = at;
    return at;
}

/* ── Telling ── */

static void begin(struct cli_text *out, const struct lsp_document *d)
{
    cli_text_printf(out, "{\"jsonrpc\":\"2.0\",\"method\":\"textDocument/publishDiagnostics\",\"params\":{\"uri\":");
    cli_text_json(out, cli_string(d->uri));
    if (d->has_version)
        cli_text_printf(out, ",\"version\":%lld", (long long)d->version);
    cli_text_printf(out, ",\"diagnostics\":[");
}

static void end(struct cli_text *out)
{
    cli_text_printf(out, "]}}");
    lsp_send(out);
    cli_text_free(out);
}

static void add_diagnostic(struct cli_text *out, struct lsp_range range, int severity, const char *code,
                           eqlite_string message, eqlite_string help)
{
    struct cli_text text = {0};
    cli_text_add(&text, message.ptr, message.len);
    if (help.len) {
        cli_text_printf(&text, "\nhelp: ");
        cli_text_add(&text, help.ptr, help.len);
    }
    cli_text_printf(out, "%s{\"range\":", out->ptr[out->len - 1] == '[' ? "" : ",");
    lsp_add_range(out, range);
    cli_text_printf(out, ",\"severity\":%d,", severity);
    if (code)
        cli_text_printf(out, "\"code\":\"%s\",", code);
    cli_text_printf(out, "\"source\":\"eqlite\",\"message\":");
    cli_text_json(out, (eqlite_string){text.ptr, text.len});
    cli_text_add(out, "}", 1);
    cli_text_free(&text);
}

static void add_finding(struct lsp_document *d, size_t start, size_t stop, const char *code, eqlite_string instead)
{
    struct cli_text copy = {0};
    if (instead.len)
        cli_text_add(&copy, instead.ptr, instead.len);
    d->findings[d->n_findings++] = (struct lsp_finding){start, stop, code, copy.ptr};
}

static void forget_findings(struct lsp_document *d)
{
    while (d->n_findings)
        free(d->findings[--d->n_findings].instead);
}

/* What was found about this document, not about others that it needs. */
static void tell(struct lsp_document *d, const eqlite_diagnostics *all)
{
    static const int severities[] = {[EQLITE_ERROR] = 1, [EQLITE_WARNING] = 2, [EQLITE_NOTE] = 3};
    size_t n = eqlite_diagnostics_count(all), left_out = 0;
    struct cli_text out = {0};
    struct lines lines;
    find_lines(&lines, &d->text.bytes);
    begin(&out, d);
    forget_findings(d);
    d->findings = cli_alloc(d->findings, (n < TOLD_MAX ? n : TOLD_MAX) * sizeof *d->findings);
    for (size_t i = 0; i < n; i++) {
        eqlite_diagnostic one = eqlite_diagnostics_get(all, i);
        if (one.source.len && !cli_string_is(one.source, d->name))
            continue;
        if (d->n_findings == TOLD_MAX) {
            left_out++;
            continue;
        }
        uint32_t line, column;
        eqlite_diagnostics_end(all, i, &line, &column);
        size_t start = byte_at(&lines, one.line, one.column), stop = byte_at(&lines, line, column);
        stop = stop < start ? start : stop;
        add_diagnostic(&out, lsp_text_range(&d->text, start, stop), severities[one.severity], one.code, one.message,
                       one.help);
        add_finding(d, start, stop, one.code, eqlite_diagnostics_instead(all, i));
    }
    if (left_out) {
        struct cli_text text = {0};
        cli_text_printf(&text, "%zu more are not listed", left_out);
        add_diagnostic(&out, (struct lsp_range){{0, 0}, {0, 0}}, 3, NULL, (eqlite_string){text.ptr, text.len},
                       (eqlite_string){0});
        cli_text_free(&text);
    }
    d->told = d->n_findings > 0;
    free(lines.starts);
    end(&out);
}

static void tell_lost(struct lsp_document *d)
{
    struct cli_text out = {0};
    begin(&out, d);
    add_diagnostic(&out, (struct lsp_range){{0, 0}, {0, 0}}, 2, NULL,
                   cli_string("the document is too large to be checked"), (eqlite_string){0});
    d->told = true;
    forget_findings(d);
    end(&out);
}

void lsp_clear(struct lsp_document *d)
{
    struct cli_text out = {0};
    forget_findings(d);
    if (!d->told)
        return;
    begin(&out, d);
    end(&out);
    d->told = false;
}

/* ── Checking ── */

/* A rule file as it is in the editor, or else on the disk. False: it is not there. */
static bool add_file(struct lsp *s, eqlite_compiler *c, const char *path)
{
    for (size_t i = 0; i < s->n_documents; i++) {
        const struct lsp_document *d = s->documents[i];
        if (strcmp(d->name, path) == 0)
            return eqlite_compiler_add_rule(c, path, d->text.bytes.ptr, d->text.bytes.len) == EQLITE_OK;
    }
    struct cli_text text = {0};
    bool fine = access(path, R_OK) == 0 && cli_read_most(&text, path, LSP_DOCUMENT_MAX) &&
                eqlite_compiler_add_rule(c, path, text.ptr, text.len) == EQLITE_OK;
    cli_text_free(&text);
    return fine;
}

/* The id that x.test.toml names, in an outline. */
static eqlite_string tested_id(const eqlite_outline *o)
{
    for (size_t i = 0; i < eqlite_outline_count(o); i++)
        if (strcmp(eqlite_outline_get(o, i).kind, "tested") == 0)
            return eqlite_outline_get(o, i).text;
    return (eqlite_string){0};
}

/* The rule that a file of tests is about. */
static void add_tested(struct lsp *s, eqlite_compiler *c, const struct lsp_document *d)
{
    static const char *const endings[] = {".toml", ".eql"};
    eqlite_outline *outline = NULL;
    if (eqlite_outline_new(&outline, NULL, d->name, d->text.bytes.ptr, d->text.bytes.len) != EQLITE_OK)
        return;
    eqlite_string id = tested_id(outline);
    const char *elsewhere = id.len ? lsp_rule_path(s, id) : NULL;
    bool found = elsewhere && add_file(s, c, elsewhere);
    for (size_t i = 0; i < 2 && !found && !id.len; i++) {
        struct cli_text path = {0};
        cli_text_add(&path, d->name, strlen(d->name) - strlen(".test.toml"));
        cli_text_printf(&path, "%s", endings[i]);
        found = add_file(s, c, path.ptr);
        cli_text_free(&path);
    }
    eqlite_outline_free(outline);
}

static bool is_test_file(const struct lsp_document *d)
{
    size_t len = strlen(d->name), n = strlen(".test.toml");
    return len > n && strcmp(d->name + len - n, ".test.toml") == 0;
}

void lsp_check(struct lsp *s, struct lsp_document *d)
{
    d->dirty = false;
    if (d->lost) {
        tell_lost(d);
        return;
    }
    if (!lsp_is_rule(d)) {
        lsp_clear(d);
        return;
    }
    eqlite_compiler *c = cli_compiler(s->cli);
    if (!c)
        return;
    if (is_test_file(d))
        add_tested(s, c, d);
    eqlite_status st = eqlite_compiler_add_rule(c, d->name, d->text.bytes.ptr, d->text.bytes.len);
    if (st != EQLITE_NOMEM)
        st = eqlite_compiler_lint(c, s->cli->info ? EQLITE_NOTE : EQLITE_WARNING);
    if (st != EQLITE_OK && st != EQLITE_INVALID && st != EQLITE_LIMIT)
        cli_failed(st);
    tell(d, eqlite_compiler_diagnostics(c));
    eqlite_compiler_free(c);
}
