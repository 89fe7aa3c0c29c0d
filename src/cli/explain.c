/* explain.c — `eqlite explain`: a form of a query, what a diagnostic's code stands for, or (explain_event.c) why a rule
 * matches an event. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/errors_page.h"

/* ── A code ── */

static bool looks_like_code(const char *word)
{
    return strlen(word) == 5 && (word[0] == 'E' || word[0] == 'W') && strspn(word + 1, "0123456789") == 4;
}

static int explain_code(struct cli *c, const char *code)
{
    struct cli_output o = {.file = stdout};
    const char *title = eqlite_code_title(code);
    const struct cli_page *page = cli_pages;
    if (!title)
        return cli_usage(c, "no diagnostic has the code %s", code);
    while (page->code && strcmp(page->code, code) != 0)
        page++;
    printf("%s: %s\n", code, title);
    if (page->code)
        printf("\n%s", page->text);
    return cli_output_close(&o, true) ? CLI_OK : CLI_TROUBLE;
}

/* ── A form of a query ── */

static bool explain_text(struct cli *c, eqlite_compiler *compiler, struct cli_output *o, const char *name,
                         eqlite_string text)
{
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(compiler);
    size_t told = eqlite_diagnostics_count(d);
    eqlite_status st =
        eqlite_explain(compiler, c->stage ? c->stage : "plan", name, text.ptr, text.len, cli_output_write, o);
    cli_print_diagnostics(c, d, told);
    if (st != EQLITE_OK && st != EQLITE_INVALID && !o->error)
        cli_failed(st);
    return st == EQLITE_OK;
}

static bool explain_queries(struct cli *c, eqlite_compiler *compiler, struct cli_output *o)
{
    bool fine = true;
    for (size_t i = 0; i < c->exprs.n; i++) {
        const char *file = c->expr_files.items[i];
        struct cli_text text = {0};
        if (file && !cli_read_file(&text, file)) {
            fine = false;
            continue;
        }
        eqlite_string s = file ? (eqlite_string){text.ptr, text.len} : cli_string(c->exprs.items[i]);
        fine = explain_text(c, compiler, o, file ? file : "<query>", s) && fine;
        cli_text_free(&text);
    }
    return fine;
}

/* Each rule below the operands, under its name if there are several. */
static bool explain_rules(struct cli *c, eqlite_compiler *compiler, struct cli_output *o)
{
    size_t refused = 0, unreadable = 0;
    eqlite_rules *rules = cli_compile_rules(c, &c->files, &refused, &unreadable);
    bool fine = rules && !refused && !unreadable;
    size_t n = rules ? eqlite_rules_count(rules) : 0;
    for (size_t i = 0; i < n; i++) {
        eqlite_rule rule = eqlite_rules_get(rules, i);
        struct cli_text name = {0};
        cli_text_escape(&name, rule.path);
        if (n > 1) {
            cli_output_write("# ", 2, o);
            cli_output_write(name.ptr ? name.ptr : "", name.len, o);
            cli_output_write("\n", 1, o);
        }
        fine = explain_text(c, compiler, o, name.ptr ? name.ptr : "", rule.query) && fine;
        cli_text_free(&name);
    }
    eqlite_rules_free(rules);
    return fine;
}

int cli_explain(struct cli *c)
{
    struct cli_output o;
    for (size_t i = 0; i < c->rules.n; i++)
        cli_list_add(&c->files, c->rules.items[i]);
    if (!c->exprs.n && !c->files.n)
        return cli_usage(c, "nothing to explain: give -e QUERY, a rule file or a code");
    if (c->format && !c->event)
        return cli_usage(c, "--format is about events; give some with --event FILE");
    if (!c->exprs.n && c->files.n == 1 && looks_like_code(c->files.items[0]))
        return explain_code(c, c->files.items[0]);
    if (c->partial && !c->event)
        return cli_usage(c, "--partial is about events; give some with --event FILE");
    if (c->event)
        return cli_explain_events(c);

    eqlite_compiler *compiler = cli_compiler(c);
    if (!compiler)
        return CLI_TROUBLE;
    bool fine = cli_output_open(&o, c, NULL);
    fine = fine && explain_queries(c, compiler, &o);
    if (c->files.n)
        fine = explain_rules(c, compiler, &o) && fine;
    fine = cli_output_close(&o, true) && fine;
    eqlite_compiler_free(compiler);
    return fine ? CLI_OK : CLI_TROUBLE;
}
