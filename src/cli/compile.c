/* compile.c — from the command line to rules, with what is wrong with them told. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

eqlite_compiler *cli_compiler(const struct cli *c)
{
    eqlite_options options = EQLITE_OPTIONS_INIT;
    eqlite_compiler *compiler;
    options.dialect = c->dialect;
    options.timestamp_field = c->timestamp_field;
    options.category_field = c->category_field;
    options.tiebreaker_field = c->tiebreaker_field;
    options.engine = c->engine;
    options.partition_by = c->command == CLI_COMMAND_CHECK ? NULL : c->partition_by; /* check asks about the rules as they are */
    options.schema = cli_schema_name(c);
    options.metadata = c->command == CLI_COMMAND_CHECK || c->command == CLI_COMMAND_LSP;
    eqlite_status st = eqlite_compiler_new(&compiler, &options);
    if (st != EQLITE_OK) {
        cli_failed(st);
        return NULL;
    }
    if (cli_schema_add(compiler, c))
        return compiler;
    eqlite_compiler_free(compiler);
    return NULL;
}

void cli_query_name(struct cli_text *out, const struct cli *c, size_t i)
{
    if (i < c->names.n && c->names.items[i])
        cli_text_printf(out, "%s", c->names.items[i]);
    else if (c->expr_files.items[i])
        cli_text_printf(out, "%s", c->expr_files.items[i]);
    else if (c->exprs.n > 1)
        cli_text_printf(out, "<query %zu>", i + 1);
    else
        cli_text_printf(out, "<query>");
}

bool cli_add_queries(eqlite_compiler *compiler, const struct cli *c, size_t *unreadable)
{
    bool fine = true;
    for (size_t i = 0; i < c->exprs.n; i++) {
        struct cli_text name = {0}, text = {0};
        const char *file = c->expr_files.items[i];
        eqlite_status st = EQLITE_IO;
        cli_query_name(&name, c, i);
        if (!file)
            cli_text_add(&text, c->exprs.items[i], strlen(c->exprs.items[i]));
        if (file && !cli_read_file(&text, file)) {
            ++*unreadable;
        } else {
            st = eqlite_compiler_add_query(compiler, name.ptr, text.ptr, text.len);
            if (st != EQLITE_OK && st != EQLITE_INVALID && st != EQLITE_LIMIT)
                cli_failed(st);
        }
        fine = fine && st == EQLITE_OK;
        cli_text_free(&name);
        cli_text_free(&text);
    }
    return fine;
}

bool cli_add_paths(eqlite_compiler *compiler, const struct cli_list *paths, size_t *unreadable)
{
    for (size_t i = 0; i < paths->n; i++) {
        eqlite_status st = eqlite_compiler_add_path(compiler, paths->items[i]);
        if (st == EQLITE_NOMEM)
            return cli_failed(st), false;
        *unreadable += st == EQLITE_IO;
    }
    return true;
}

static eqlite_rules *finish(eqlite_compiler *compiler)
{
    eqlite_rules *rules = NULL;
    eqlite_status st = eqlite_compiler_finish(&rules, compiler);
    if (st != EQLITE_OK)
        cli_failed(st);
    return rules;
}

eqlite_rules *cli_compile_queries(const struct cli *c)
{
    eqlite_rules *rules = NULL;
    eqlite_compiler *compiler = cli_compiler(c);
    if (!compiler)
        return NULL;
    size_t unreadable = 0;
    bool fine = cli_add_queries(compiler, c, &unreadable);
    cli_print_diagnostics(c, eqlite_compiler_diagnostics(compiler), 0);
    if (fine)
        rules = finish(compiler);
    eqlite_compiler_free(compiler);
    return rules;
}

/* ── Which rules ── */

static bool like_rule(const char *pattern, const eqlite_rule *rule)
{
    if (strncmp(pattern, "tag:", 4) != 0)
        return cli_like(pattern, rule->id) || cli_like(pattern, rule->name);
    for (size_t i = 0; i < rule->n_tags; i++)
        if (cli_like(pattern + 4, rule->tags[i]))
            return true;
    return false;
}

static bool like_any(const struct cli_list *patterns, const eqlite_rule *rule)
{
    for (size_t i = 0; i < patterns->n; i++)
        if (like_rule(patterns->items[i], rule))
            return true;
    return false;
}

bool cli_rule_chosen(const struct cli *c, const eqlite_rule *rule)
{
    enum cli_level level = cli_level_of(rule->severity);
    if (c->min_severity != CLI_NO_LEVEL && (level == CLI_NO_LEVEL || level < c->min_severity))
        return false;
    if (c->only.n && !like_any(&c->only, rule))
        return false;
    return !like_any(&c->skip, rule);
}

/* The chosen ones among `all`, compiled again by themselves, so that the others cost nothing when events come. */
static eqlite_rules *only_chosen(const struct cli *c, eqlite_rules *all)
{
    eqlite_rules *rules = NULL;
    eqlite_compiler *compiler = cli_compiler(c);
    if (!compiler)
        return NULL;
    for (size_t i = 0; i < eqlite_rules_count(all); i++) {
        eqlite_rule rule = eqlite_rules_get(all, i);
        if (cli_rule_chosen(c, &rule))
            eqlite_compiler_add_from(compiler, all, i);
    }
    rules = finish(compiler);
    eqlite_compiler_free(compiler);
    return rules;
}

/* Whoever runs rules wants to know which were refused; remarks on the others are for those who write them. */
void cli_tell_rules(const struct cli *c, const eqlite_diagnostics *d)
{
    struct cli errors_only = *c;
    size_t warnings = eqlite_diagnostics_warnings(d);
    errors_only.quiet = !c->verbose;
    cli_print_diagnostics(&errors_only, d, 0);
    if (warnings && !c->verbose)
        cli_warn(c, "%zu warning%s about rules, which eqlite check shows", warnings, warnings == 1 ? "" : "s");
}

eqlite_rules *cli_compile_rules(const struct cli *c, const struct cli_list *paths, size_t *refused, size_t *unreadable)
{
    eqlite_rules *rules = NULL;
    eqlite_compiler *compiler = cli_compiler(c);
    if (!compiler)
        return NULL;
    bool fine = cli_add_paths(compiler, paths, unreadable);
    cli_tell_rules(c, eqlite_compiler_diagnostics(compiler));
    *refused = eqlite_compiler_refused(compiler);
    if (fine)
        rules = finish(compiler);
    eqlite_compiler_free(compiler);
    if (!rules || (!c->only.n && !c->skip.n && c->min_severity == CLI_NO_LEVEL))
        return rules;

    eqlite_rules *chosen = only_chosen(c, rules);
    eqlite_rules_free(rules);
    return chosen;
}
