/* test.c — `eqlite test`: each [[tests]] entry of a rule, its events through its rule alone.
 *
 *      ok    Suspicious shell: a shell below a web server
 *      FAIL  Suspicious shell: an editor is fine
 *            expected no alerts, got 1 */
#include "cli/test_case.h"

struct totals {
    struct cli *cli;
    size_t passed, failed;
    struct cli_output output;
    struct cli_text junit; /* testcase elements */
};

/* ── Reports ── */

static void xml_text(struct cli_text *t, eqlite_string s)
{
    struct cli_text plain = {0};
    cli_text_escape(&plain, s);
    for (size_t i = 0; i < plain.len; i++) {
        switch (plain.ptr[i]) {
        case '&': cli_text_printf(t, "&amp;"); break;
        case '<': cli_text_printf(t, "&lt;"); break;
        case '>': cli_text_printf(t, "&gt;"); break;
        case '"': cli_text_printf(t, "&quot;"); break;
        default: cli_text_add(t, &plain.ptr[i], 1);
        }
    }
    cli_text_free(&plain);
}

static void add_junit(struct cli_text *t, const eqlite_rule *rule, const eqlite_rule_test *test, const char *problem)
{
    cli_text_printf(t, "  <testcase classname=\"");
    xml_text(t, rule->name);
    cli_text_printf(t, "\" name=\"");
    xml_text(t, test->name);
    cli_text_printf(t, "\" file=\"");
    xml_text(t, test->path);
    cli_text_printf(t, "\" line=\"%u\"", test->line);
    if (!problem) {
        cli_text_printf(t, "/>\n");
        return;
    }
    cli_text_printf(t, "><failure message=\"");
    xml_text(t, cli_string(problem));
    cli_text_printf(t, "\"/></testcase>\n");
}

static void report(struct totals *t, const eqlite_rule *rule, const eqlite_rule_test *test, const char *problem)
{
    struct cli_text line = {0};
    bool colour = cli_colour(t->cli, stdout);
    const char *on = !colour ? "" : problem ? "\033[31m" : "\033[32m", *off = colour ? "\033[0m" : "";
    cli_text_printf(&line, "%s%s%s ", on, problem ? "FAIL " : "ok   ", off);
    cli_text_escape(&line, rule->name.len ? rule->name : rule->id);
    cli_text_printf(&line, ": ");
    cli_text_escape(&line, test->name);
    if (problem) {
        cli_text_printf(&line, "\n      ");
        cli_text_escape(&line, cli_string(problem));
        cli_text_printf(&line, " (");
        cli_text_escape(&line, test->path);
        cli_text_printf(&line, ":%u)", test->line);
    }
    cli_text_printf(&line, "\n");
    if (problem || !t->cli->quiet)
        cli_output_write(line.ptr, line.len, &t->output);
    cli_text_free(&line);
    if (t->cli->junit)
        add_junit(&t->junit, rule, test, problem);
    *(problem ? &t->failed : &t->passed) += 1;
}

static bool write_junit(const struct totals *t)
{
    struct cli_output o;
    struct cli_text head = {0};
    if (!cli_output_open(&o, t->cli, t->cli->junit))
        return false;
    cli_text_printf(&head,
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<testsuite name=\"eqlite\" tests=\"%zu\" failures=\"%zu\" skipped=\"0\">\n",
                    t->passed + t->failed, t->failed);
    cli_output_write(head.ptr, head.len, &o);
    cli_output_write(t->junit.ptr ? t->junit.ptr : "", t->junit.len, &o);
    cli_output_write("</testsuite>\n", 13, &o);
    cli_text_free(&head);
    return cli_output_close(&o, true);
}

/* ── All of them ── */

/* The rule in a file of its own, so that no other rule sees the events. */
static eqlite_rules *compile_alone(const struct cli *c, eqlite_rules *rules, size_t index)
{
    eqlite_rules *alone = NULL;
    eqlite_compiler *compiler = cli_compiler(c);
    if (!compiler)
        return NULL;
    if (eqlite_compiler_add_from(compiler, rules, index) == EQLITE_OK)
        eqlite_compiler_finish(&alone, compiler);
    eqlite_compiler_free(compiler);
    return alone;
}

static void test_rule(struct totals *t, eqlite_rules *rules, size_t index)
{
    eqlite_rule rule = eqlite_rules_get(rules, index);
    if (!rule.n_tests || !cli_rule_chosen(t->cli, &rule))
        return;
    eqlite_rules *alone = compile_alone(t->cli, rules, index);
    for (size_t i = 0; i < rule.n_tests && !cli_stopped(); i++) {
        eqlite_rule_test test = eqlite_rules_test(rules, index, i);
        struct cli_case run = {0};
        if (t->cli->filter && !cli_like(t->cli->filter, test.name))
            continue;
        if (alone)
            cli_case_run(&run, t->cli, alone, &test);
        else
            cli_text_printf(&run.problem, "the rule could not be compiled by itself");
        report(t, &rule, &test, run.problem.len ? run.problem.ptr : NULL);
        cli_case_free(&run);
    }
    eqlite_rules_free(alone);
}

int cli_test(struct cli *c)
{
    struct totals t = {.cli = c};
    size_t refused = 0, unreadable = 0;
    if (!c->files.n)
        return cli_usage(c, "no rules given");
    /* --only and --skip are looked at rule by rule. */
    struct cli all = *c;
    all.only = all.skip = (struct cli_list){0};
    eqlite_rules *rules = cli_compile_rules(&all, &c->files, &refused, &unreadable);
    if (!rules)
        return CLI_TROUBLE;
    if (!cli_output_open(&t.output, c, NULL)) {
        eqlite_rules_free(rules);
        return CLI_TROUBLE;
    }
    for (size_t i = 0; i < eqlite_rules_count(rules) && !cli_stopped(); i++)
        test_rule(&t, rules, i);

    struct cli_text line = {0};
    cli_text_printf(&line, "%zu passed, %zu failed", t.passed, t.failed);
    cli_text_printf(&line, "\n");
    cli_output_write(line.ptr, line.len, &t.output);
    bool written = cli_output_close(&t.output, true);
    if (c->junit)
        written = write_junit(&t) && written;
    if (refused)
        cli_error("%zu rule%s could not be used, see above", refused, refused == 1 ? "" : "s");
    cli_text_free(&line);
    cli_text_free(&t.junit);
    eqlite_rules_free(rules);
    if (cli_stopped())
        return cli_stop_status();
    return unreadable || refused || !written ? CLI_TROUBLE : t.failed ? CLI_NO : CLI_OK;
}
