/* lsp_hover.c — what a word is: a function, a field of the Elastic Common Schema, a word of the language; and what a
 * finding means that is told there.
 *
 *      process where user.name == "ada"
 *                    ▲
 *                    └─ user.name — keyword … */
#include <string.h>

#include "cli/errors_page.h"
#include "cli/lsp.h"

static const struct {
    const char *word, *usage, *meaning;
} words[] = {
#define WORD(word, usage, meaning) {word, usage, meaning},
#include "cli/lsp_words.def"
#undef WORD
};

static bool describe_word(struct cli_text *out, eqlite_string word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (cli_string_is(word, words[i].word)) {
            cli_text_printf(out, "```eql\n%s\n```\n%s\n", words[i].usage, words[i].meaning);
            return true;
        }
    return false;
}

static bool describe_function(struct cli_text *out, eqlite_string word)
{
    bool folds = word.len && word.ptr[word.len - 1] == '~';
    word.len -= folds;
    for (size_t i = 0; i < eqlite_function_count(); i++) {
        eqlite_function f = eqlite_function_get(i);
        if (!cli_string_is(word, f.name) || (folds && !f.folds))
            continue;
        cli_text_printf(out, "```eql\n%s%s(%s)\n```\n%c%s.", f.name, folds ? "~" : "", f.max_args ? "…" : "",
                        f.help[0] >= 'a' && f.help[0] <= 'z' ? f.help[0] - 'a' + 'A' : f.help[0], f.help + 1);
        if (f.min_args == f.max_args)
            cli_text_printf(out, " Takes %u argument%s.", f.min_args, f.min_args == 1 ? "" : "s");
        else if (f.max_args == 255)
            cli_text_printf(out, " Takes %u or more arguments.", f.min_args);
        else
            cli_text_printf(out, " Takes %u to %u arguments.", f.min_args, f.max_args);
        if (f.folds)
            cli_text_printf(out, folds ? " Case does not matter." : " `%s~` ignores case.", f.name);
        cli_text_add(out, "\n", 1);
        return true;
    }
    return false;
}

/* The page of the public reference; fields without a dot are on one for all of them. */
static void add_reference(struct cli_text *out, eqlite_string path)
{
    const char *dot = memchr(path.ptr, '.', path.len);
    cli_text_printf(out, "\n[Elastic Common Schema](https://www.elastic.co/docs/reference/ecs/ecs-%.*s)\n",
                    dot ? (int)(dot - path.ptr) : 4, dot ? path.ptr : "base");
}

static void add_values(struct cli_text *out, const eqlite_field *f)
{
    cli_text_printf(out, "\n%s", f->only ? "Its values are" : "Usual values are");
    for (const char *p = f->values; *p;) {
        size_t n = strcspn(p, "|");
        cli_text_printf(out, "%s `%.*s`", p == f->values ? "" : ",", (int)n, p);
        p += n + (p[n] == '|');
    }
    cli_text_printf(out, ".\n");
}

static bool describe_field(struct cli_text *out, eqlite_string word)
{
    eqlite_field f = eqlite_field_get(eqlite_field_at(word.ptr, word.len));
    if (f.path.len != word.len || !word.len || memcmp(f.path.ptr, word.ptr, word.len) != 0)
        return false;
    cli_text_printf(out, "```eql\n%.*s\n```\n%s%s — %s %s\n", (int)word.len, word.ptr, f.type,
                    f.many ? ", several values" : "",
                    f.extra ? "a field that integrations add; not in ECS" : "a field of ECS", eqlite_field_version());
    if (f.values)
        add_values(out, &f);
    if (!f.extra)
        add_reference(out, f.path);
    return true;
}

bool lsp_describe(struct cli_text *out, eqlite_string word)
{
    return describe_function(out, word) || describe_field(out, word) || describe_word(out, word);
}

/* ── At a place ── */

static struct lsp_token token_at(eqlite_string query, size_t at)
{
    struct lsp_token t = {0};
    do
        t = lsp_next_token(query, t.end);
    while (t.kind != LSP_END && t.end <= at && !(t.kind == LSP_WORD && t.end == at));
    return t;
}

static void add_pages(struct cli_text *out, const struct lsp_document *d, size_t offset)
{
    const char *last = NULL;
    for (size_t i = 0; i < d->n_findings; i++) {
        const struct lsp_finding *f = &d->findings[i];
        if (offset < f->start || offset > f->end || (last && strcmp(last, f->code) == 0))
            continue;
        for (size_t k = 0; cli_pages[k].code; k++)
            if (strcmp(cli_pages[k].code, f->code) == 0)
                cli_text_printf(out, "%s**%s %s**\n\n%s", out->len ? "\n---\n" : "", f->code,
                                eqlite_code_title(f->code), cli_pages[k].text);
        last = f->code;
    }
}

void lsp_hover(struct lsp *s, struct lsp_json params, struct cli_text *result)
{
    struct lsp_document *d = lsp_document_of(s, params);
    struct cli_text text = {0};
    struct lsp_query q;
    struct lsp_place place;
    struct lsp_range range = {0};
    if (!d || !lsp_read_place(&place, lsp_json_get(params, "position")))
        return;
    size_t offset = lsp_text_offset(&d->text, place), start = offset, end = offset;
    if (lsp_query_at(&q, d, params)) {
        struct lsp_token t = token_at(q.text, q.at);
        eqlite_string word = {q.text.ptr + t.start, t.end - t.start};
        if (t.kind == LSP_WORD && t.start <= q.at && lsp_describe(&text, word)) {
            start = eqlite_outline_to_file(q.outline, t.start);
            end = eqlite_outline_to_file(q.outline, t.end);
        }
        eqlite_outline_free(q.outline);
    }
    range = lsp_text_range(&d->text, start, end);
    add_pages(&text, d, offset);
    if (text.len) {
        cli_text_printf(result, "{\"contents\":{\"kind\":\"markdown\",\"value\":");
        cli_text_json(result, (eqlite_string){text.ptr, text.len});
        cli_text_printf(result, "},\"range\":");
        lsp_add_range(result, range);
        cli_text_add(result, "}", 1);
    }
    cli_text_free(&text);
}
