/* check.c — `eqlite check`: what is wrong with rules and queries. The findings are the answer, so they go to standard
 * output; how many there are goes to standard error. */
#include <string.h>

#include "cli/cli.h"

static void print_text(const struct cli *c, const eqlite_diagnostics *d, struct cli_output *o)
{
    bool colour = cli_colour(c, stdout);
    for (size_t i = 0; i < eqlite_diagnostics_count(d); i++)
        if (!c->quiet || eqlite_diagnostics_get(d, i).severity == EQLITE_ERROR)
            eqlite_diagnostics_print(d, i, colour, cli_output_write, o);
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void summary(const struct cli *c, const eqlite_compiler *compiler, const eqlite_rules *rules)
{
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(compiler);
    size_t errors = eqlite_diagnostics_errors(d), warnings = eqlite_diagnostics_warnings(d);
    size_t n = eqlite_rules_count(rules) + eqlite_compiler_refused(compiler);
    if (c->quiet)
        return;
    struct cli_text t = {0};
    cli_text_printf(&t, "%zu checked, %zu error%s, %zu warning%s", n, errors, plural(errors), warnings,
                    plural(warnings));
    size_t notes = eqlite_diagnostics_notes(d), told = errors + warnings + notes, shown = eqlite_diagnostics_count(d);
    if (notes || c->info)
        cli_text_printf(&t, ", %zu note%s", notes, plural(notes));
    if (told > shown)
        cli_text_printf(&t, " (the first %zu are listed)", shown);
    cli_note("eqlite: %s", t.ptr);
    cli_text_free(&t);
}

/* With --partition-by: for each rule, whether its events can be dealt out by those fields, and why. */
static void print_partitions(const struct cli *c, const eqlite_rules *rules, struct cli_output *o)
{
    for (size_t i = 0; i < eqlite_rules_count(rules); i++) {
        eqlite_rule rule = eqlite_rules_get(rules, i);
        struct cli_text line = {0}, why = {0};
        const char *answer = NULL;
        if (eqlite_rules_partition(rules, i, c->partition_by, &answer, cli_text_write, &why) == EQLITE_OK) {
            cli_text_printf(&line, "%-9s  ", answer);
            cli_text_add(&line, rule.name.ptr, rule.name.len);
            cli_text_printf(&line, ": %s\n", why.ptr);
            cli_output_write(line.ptr, line.len, o);
        }
        cli_text_free(&line);
        cli_text_free(&why);
    }
}

static bool fails(const struct cli *c, const eqlite_diagnostics *d)
{
    return eqlite_diagnostics_errors(d) || (c->fail_level >= EQLITE_WARNING && eqlite_diagnostics_warnings(d)) ||
           (c->fail_level >= EQLITE_NOTE && eqlite_diagnostics_notes(d));
}

static void tell_packs(const struct cli *c)
{
    for (size_t i = 0; i < c->files.n && !c->quiet; i++)
        if (eqlite_is_pack(c->files.items[i]))
            cli_note("eqlite: %s is compiled; its rules were checked then", c->files.items[i]);
}

int cli_check(struct cli *c)
{
    struct cli_output o;
    eqlite_rules *rules = NULL;
    size_t unreadable = 0;
    int status = CLI_TROUBLE;
    if (!c->exprs.n && !c->files.n)
        return cli_usage(c, "nothing to check: give rule files, folders, -e QUERY or -f FILE");
    if (c->fix && c->exprs.n)
        return cli_usage(c, "--fix mends rule files, not queries of -e and -f");
    if (c->fix && !cli_fix(c))
        return CLI_TROUBLE;
    eqlite_compiler *compiler = cli_compiler(c);
    if (!compiler || !cli_schema_compare(compiler, c) || !cli_output_open(&o, c, NULL))
        goto done;
    cli_add_queries(compiler, c, &unreadable);
    if (!cli_add_paths(compiler, &c->files, &unreadable))
        goto done;
    bool notes = c->info || c->fail_level >= EQLITE_NOTE;
    eqlite_status st = eqlite_compiler_lint(compiler, notes ? EQLITE_NOTE : EQLITE_WARNING);
    if (st == EQLITE_OK)
        st = eqlite_compiler_finish(&rules, compiler);
    if (st != EQLITE_OK) {
        cli_failed(st);
        goto done;
    }
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(compiler);
    if (!c->format || strcmp(c->format, "text") == 0)
        print_text(c, d, &o);
    else
        st = eqlite_diagnostics_report(d, c->format, false, cli_output_write, &o);
    if (st != EQLITE_OK && st != EQLITE_IO)
        cli_failed(st);
    if (c->partition_by && !c->format)
        print_partitions(c, rules, &o);
    bool written = cli_output_close(&o, true);
    tell_packs(c);
    summary(c, compiler, rules);
    status = unreadable || !written || st != EQLITE_OK ? CLI_TROUBLE : fails(c, d) ? CLI_NO : CLI_OK;
done:
    eqlite_rules_free(rules);
    eqlite_compiler_free(compiler);
    return status;
}
