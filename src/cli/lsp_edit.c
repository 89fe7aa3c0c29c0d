/* lsp_edit.c — changes that are offered: a document in its one layout, and what can be mended: names that are misspelt,
 * and what is needless.
 *
 *      W0504 told at bytes 40 to 52 ─▶ eqlite_fix_each there ─▶ quick fixes, each proven to leave the query's meaning
 *                                      eqlite_fix            ─▶ source.fixAll, until nothing is left */
#include <string.h>

#include "cli/lsp.h"

void lsp_formatting(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    struct lsp_document *d = lsp_document_of(s, params);
    struct cli_text after = {0};
    eqlite_compiler *c = d && !d->lost && lsp_is_rule(d) ? cli_compiler(s->cli) : NULL;
    if (!c)
        return;
    if (eqlite_format(c, d->name, d->text.bytes.ptr, d->text.bytes.len, (unsigned)s->cli->width, cli_text_write,
                      &after) == EQLITE_OK) /* else it is wrong, which diagnostics tell */
        lsp_add_change(result, &d->text, (eqlite_string){after.ptr, after.len});
    cli_text_free(&after);
    eqlite_compiler_free(c);
}

/* ── Mending ── */

struct actions {
    struct cli_text *out;
    struct lsp_document *d;
    size_t n;
};

static void begin_action(struct actions *a, const char *title, const char *kind)
{
    cli_text_printf(a->out, "%s{\"title\":", a->n++ ? "," : "");
    cli_text_json(a->out, cli_string(title));
    cli_text_printf(a->out, ",\"kind\":\"%s\",\"edit\":{\"changes\":{", kind);
    cli_text_json(a->out, cli_string(a->d->uri));
    cli_text_add(a->out, ":", 1);
}

static void end_action(struct actions *a)
{
    cli_text_printf(a->out, "}}}");
}

/* A piece of text for a title: one line, not long. */
static void add_piece(struct cli_text *title, const char *ptr, size_t len)
{
    size_t most = 40, n = 0;
    while (n < len && n < most && ptr[n] != '\n' && ptr[n] != '\r')
        n++;
    while (n && n < len && ((unsigned char)ptr[n] & 0xC0) == 0x80)
        n--;
    cli_text_printf(title, " `");
    cli_text_add(title, ptr, n);
    cli_text_printf(title, n < len ? "…`" : "`");
}

/* An eqlite_on_fix. */
static bool offer_fix(size_t start, size_t end, eqlite_string with, void *ctx)
{
    struct actions *a = ctx;
    struct cli_text title = {0};
    cli_text_printf(&title, with.len && end > start ? "Replace" : with.len ? "Put in" : "Take out");
    add_piece(&title, end > start ? a->d->text.bytes.ptr + start : with.ptr, end > start ? end - start : with.len);
    if (with.len && end > start) {
        cli_text_printf(&title, " with");
        add_piece(&title, with.ptr, with.len);
    }
    begin_action(a, title.ptr, "quickfix");
    cli_text_printf(a->out, "[{\"range\":");
    lsp_add_range(a->out, lsp_text_range(&a->d->text, start, end));
    cli_text_printf(a->out, ",\"newText\":");
    cli_text_json(a->out, with);
    cli_text_printf(a->out, "}]");
    end_action(a);
    cli_text_free(&title);
    return a->n < 20;
}

/* What is meant by names that are misspelt. */
static void offer_names(struct actions *a, size_t start, size_t end)
{
    for (size_t i = 0; i < a->d->n_findings; i++) {
        const struct lsp_finding *f = &a->d->findings[i];
        if (f->instead && f->start <= end && f->end >= start)
            offer_fix(f->start, f->end, cli_string(f->instead), a);
    }
}

static void offer_all(struct actions *a, eqlite_compiler *c, eqlite_severity least)
{
    struct cli_text *before = &a->d->text.bytes, after = {0};
    size_t n = 0;
    if (eqlite_fix(c, least, a->d->name, before->ptr, before->len, &n, cli_text_write, &after) == EQLITE_OK && n) {
        begin_action(a, "Take out all that is needless in the query", "source.fixAll");
        lsp_add_change(a->out, &a->d->text, (eqlite_string){after.ptr, after.len});
        end_action(a);
    }
    cli_text_free(&after);
}

struct wanted {
    bool any, quick, all; /* kinds that the client asks for; `any`: it says some */
};

static bool read_kind(struct lsp_json kind, void *ctx)
{
    struct wanted *w = ctx;
    eqlite_string name;
    w->any = true;
    if (lsp_json_text(&name, kind)) {
        w->quick = w->quick || cli_string_is(name, "quickfix") || !name.len;
        w->all = w->all || cli_string_is(name, "source") || cli_string_is(name, "source.fixAll") || !name.len;
    }
    return true;
}

/* Is a finding told there that may be mended? Most places have none, and then nothing need be compiled. */
static bool has_finding(const struct lsp_document *d, size_t start, size_t end)
{
    for (size_t i = 0; i < d->n_findings; i++)
        if (memcmp(d->findings[i].code, "W05", 3) == 0 && d->findings[i].start <= end && d->findings[i].end >= start)
            return true;
    return false;
}

void lsp_code_action(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    struct actions a = {.out = result, .d = lsp_document_of(s, params)};
    eqlite_severity least = s->cli->info ? EQLITE_NOTE : EQLITE_WARNING;
    struct lsp_json range = lsp_json_get(params, "range");
    struct lsp_place first, last;
    struct wanted w = {0};
    if (!a.d || a.d->lost || !lsp_read_place(&first, lsp_json_get(range, "start")) ||
        !lsp_read_place(&last, lsp_json_get(range, "end")))
        return;
    size_t start = lsp_text_offset(&a.d->text, first), end = lsp_text_offset(&a.d->text, last);
    lsp_json_each(lsp_json_get(params, "context.only"), read_kind, &w);
    if (a.d->dirty)
        lsp_check(s, a.d);
    bool here = has_finding(a.d, start, end), anywhere = has_finding(a.d, 0, SIZE_MAX);
    eqlite_compiler *c = here || anywhere ? cli_compiler(s->cli) : NULL;
    cli_text_add(result, "[", 1);
    if (!w.any || w.quick)
        offer_names(&a, start, end);
    if (c && here && (!w.any || w.quick))
        eqlite_fix_each(c, least, a.d->name, a.d->text.bytes.ptr, a.d->text.bytes.len, start, end, offer_fix, &a);
    if (c && ((!w.any && here) || w.all))
        offer_all(&a, c, least);
    cli_text_add(result, "]", 1);
    eqlite_compiler_free(c);
}
