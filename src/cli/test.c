/* test.c — `eqlite test`: each [[tests]] entry of a rule, its events through its rule alone.
 *
 *      ok    Suspicious shell: a shell below a web server
 *      FAIL  Suspicious shell: an editor is fine
 *            expected no alerts, got 1 */
#include <string.h>

#include "cli/test_case.h"

struct totals {
    struct cli *cli;
    size_t passed, failed, updated;
    bool trouble; /* some coverage is not known, some update could not be written */
    struct cover cover;
    struct cli_output output; /* reports; with --coverage=json only that, and failures go to standard error */
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

/* Its lines, and where the test stands behind the first. */
static void add_problem(struct cli_text *out, const eqlite_rule_test *test, const char *problem)
{
    for (bool first = true; problem; first = false) {
        const char *newline = strchr(problem, '\n');
        eqlite_string line = {problem, newline ? (size_t)(newline - problem) : strlen(problem)};
        cli_text_printf(out, "\n      ");
        cli_text_escape(out, line);
        if (first) {
            cli_text_printf(out, " (");
            cli_text_escape(out, test->path);
            cli_text_printf(out, ":%u)", test->line);
        }
        problem = newline ? newline + 1 : NULL;
    }
}

static void print(struct totals *t, const struct cli_text *line)
{
    if (t->cover.json)
        fwrite(line->ptr, 1, line->len, stderr);
    else
        cli_output_write(line->ptr, line->len, &t->output);
}

/* `ways`: in which it was run; NULL: in none. */
static void report(struct totals *t, const eqlite_rule *rule, const eqlite_rule_test *test, const char *problem,
                   const char *ways)
{
    struct cli_text line = {0};
    bool colour = cli_colour(t->cli, stdout);
    const char *on = !colour ? "" : problem ? "\033[31m" : "\033[32m", *off = colour ? "\033[0m" : "";
    cli_text_printf(&line, "%s%s%s ", on, problem ? "FAIL " : "ok   ", off);
    cli_text_escape(&line, rule->name.len ? rule->name : rule->id);
    cli_text_printf(&line, ": ");
    cli_text_escape(&line, test->name);
    if (problem)
        add_problem(&line, test, problem);
    else if (t->cli->verbose && ways)
        cli_text_printf(&line, "\n      run %s", ways);
    cli_text_printf(&line, "\n");
    if (problem || !(t->cli->quiet || t->cover.json))
        print(t, &line);
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

static bool ended(const struct totals *t)
{
    return cli_stopped() || (t->cli->fail_fast && t->failed);
}

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

/* A rule under test. */
struct subject {
    eqlite_rule rule;
    eqlite_rules *alone, *parted; /* compiled by itself, and for partitions; NULL: it could not be */
    struct cli_text parted_by;
    struct cover_rule *cover; /* NULL: nothing is gathered */
    struct test_updates updates;
};

static void test_one(struct totals *t, struct subject *s, const eqlite_rule_test *test)
{
    struct cli_case run = {.cover = s->cover, .parted = s->parted, .parted_by = s->parted_by.ptr};
    if (s->alone)
        cli_case_run(&run, t->cli, s->alone, test);
    else
        cli_text_printf(&run.problem, "the rule could not be compiled by itself");
    bool update = t->cli->update && run.differs && !cli_stopped() &&
                  test_update_add(&s->updates, &s->rule, test, &run.given, &run.problem);
    if (!cli_stopped() && !update)
        report(t, &s->rule, test, run.problem.len ? run.problem.ptr : NULL, run.ways.ptr);
    cli_case_free(&run);
}

/* Each is told as updated, or as failed when its file could not be written. */
static void update_all(struct totals *t, const struct test_updates *updates)
{
    bool written = test_update_write(updates, t->cli);
    for (size_t i = 0; i < updates->n; i++) {
        struct cli_text line = {0};
        const eqlite_rule *rule = &updates->items[i].rule;
        if (!written) {
            report(t, rule, &updates->items[i].test, "it expects something else, and could not be updated", NULL);
            continue;
        }
        cli_text_printf(&line, "new   ");
        cli_text_escape(&line, rule->name.len ? rule->name : rule->id);
        cli_text_printf(&line, ": ");
        cli_text_escape(&line, updates->items[i].test.name);
        cli_text_printf(&line, "\n      expect = ");
        cli_text_escape(&line, (eqlite_string){updates->items[i].text.ptr, updates->items[i].text.len});
        cli_text_printf(&line, "\n");
        print(t, &line);
        cli_text_free(&line);
        t->updated++;
    }
    t->trouble = t->trouble || !written;
}

static bool wants_coverage(const struct cli *c)
{
    return c->coverage || c->min_coverage;
}

static void test_rule(struct totals *t, eqlite_rules *rules, size_t index)
{
    struct subject s = {.rule = eqlite_rules_get(rules, index)};
    struct cover_rule cover;
    bool covered = wants_coverage(t->cli);
    if ((!s.rule.n_tests && !covered) || !cli_rule_chosen(t->cli, &s.rule))
        return;
    s.alone = compile_alone(t->cli, rules, index);
    if (s.alone && s.rule.n_tests)
        s.parted = test_parted(&s.parted_by, t->cli, s.alone);
    if (covered) {
        cover_begin(&cover, t->cli, s.alone);
        s.cover = &cover;
    }
    for (size_t i = 0; i < s.rule.n_tests && !ended(t); i++) {
        eqlite_rule_test test = eqlite_rules_test(rules, index, i);
        if (!t->cli->filter || cli_like(t->cli->filter, test.name))
            test_one(t, &s, &test);
    }
    if (s.updates.n && !cli_stopped())
        update_all(t, &s.updates);
    test_update_free(&s.updates);
    if (covered) {
        if (cover.failed)
            cli_error("the coverage of %.*s could not be told", (int)s.rule.name.len, s.rule.name.ptr);
        t->trouble = t->trouble || cover.failed;
        cover_end(&t->cover, &cover, &s.rule);
    }
    cli_text_free(&s.parted_by);
    eqlite_rules_free(s.parted);
    eqlite_rules_free(s.alone);
}

/* What --expect says about files, in its order. */
static void test_corpus(struct totals *t, eqlite_rules *rules)
{
    struct test_entries all = {0};
    struct test_updates updates = {0};
    test_corpus_run(&all, t->cli, rules);
    for (size_t i = 0; i < all.n; i++) {
        struct test_entry *e = &all.items[i];
        eqlite_rule rule = eqlite_rules_get(rules, e->rule);
        bool update = t->cli->update && e->differs && !cli_stopped();
        if (e->ran && !(update && test_update_add(&updates, &rule, &e->test, &e->given, &e->problem)))
            report(t, &rule, &e->test, e->problem.len ? e->problem.ptr : NULL, NULL);
    }
    if (updates.n)
        update_all(t, &updates);
    test_update_free(&updates);
    test_corpus_free(&all);
}

static int scaffold_all(struct totals *t, eqlite_rules *rules)
{
    size_t done[3] = {0}, tested = 0;
    for (size_t i = 0; i < eqlite_rules_count(rules) && !cli_stopped(); i++) {
        eqlite_rule rule = eqlite_rules_get(rules, i);
        if (!cli_rule_chosen(t->cli, &rule))
            continue;
        if (rule.n_tests) {
            tested++;
            continue;
        }
        eqlite_rules *alone = compile_alone(t->cli, rules, i);
        done[alone ? test_scaffold(t->cli, alone, &rule, &t->output) : TEST_SCAFFOLD_TROUBLE]++;
        eqlite_rules_free(alone);
    }
    struct cli_text line = {0};
    cli_text_printf(&line, "%zu rule%s got tests, %zu could not, %zu had some\n", done[TEST_SCAFFOLD_NEW],
                    done[TEST_SCAFFOLD_NEW] == 1 ? "" : "s", done[TEST_SCAFFOLD_NONE], tested);
    cli_output_write(line.ptr, line.len, &t->output);
    cli_text_free(&line);
    t->failed = done[TEST_SCAFFOLD_NONE];
    return done[TEST_SCAFFOLD_TROUBLE] ? CLI_TROUBLE : t->failed ? CLI_NO : CLI_OK;
}

/* How many passed, and what was covered. */
static void sum_up(struct totals *t)
{
    struct cli_text out = {0};
    bool covered = t->cli->coverage;
    if (t->cover.json) {
        cover_json(&out, &t->cover, t->passed, t->failed);
    } else {
        cli_text_printf(&out, "%zu passed, %zu failed", t->passed, t->failed);
        if (t->updated)
            cli_text_printf(&out, ", %zu updated", t->updated);
        cli_text_printf(&out, "\n");
        if (covered)
            cli_text_add(&out, t->cover.text.ptr ? t->cover.text.ptr : "", t->cover.text.len);
        if (wants_coverage(t->cli))
            cover_sum(&out, &t->cover);
    }
    cli_output_write(out.ptr, out.len, &t->output);
    cli_text_free(&out);
}

/* What the program answers, when nothing went wrong. */
static int answer(const struct totals *t)
{
    bool enough = cover_percent(t->cover.met, t->cover.branches) >= t->cli->min_coverage;
    return t->failed || !enough ? CLI_NO : CLI_OK;
}

/* Rules and their tests; --only and --skip are looked at rule by rule. NULL: already told. */
static eqlite_rules *compile_all(struct totals *t, size_t *refused, size_t *unreadable, size_t *wrong_tests)
{
    eqlite_rules *rules = NULL;
    eqlite_compiler *compiler = cli_compiler(t->cli);
    if (!compiler)
        return NULL;
    bool fine = cli_add_paths(compiler, &t->cli->files, unreadable);
    if (fine && t->cli->expect) {
        eqlite_status added = eqlite_compiler_add_expected(compiler, t->cli->expect, t->cli->corpus);
        *unreadable += added == EQLITE_IO;
        fine = added == EQLITE_OK || added == EQLITE_IO || cli_failed(added) == CLI_OK;
    }
    const eqlite_diagnostics *d = eqlite_compiler_diagnostics(compiler);
    cli_tell_rules(t->cli, d);
    *refused = eqlite_compiler_refused(compiler);
    for (size_t i = 0; i < eqlite_diagnostics_count(d); i++)
        *wrong_tests += strcmp(eqlite_diagnostics_get(d, i).code, "E0705") == 0;
    eqlite_status st = fine ? eqlite_compiler_finish(&rules, compiler) : EQLITE_OK;
    if (st != EQLITE_OK)
        cli_failed(st);
    eqlite_compiler_free(compiler);
    return rules;
}

int cli_test(struct cli *c)
{
    struct totals t = {.cli = c, .cover.json = c->coverage_json};
    size_t refused = 0, unreadable = 0, wrong_tests = 0;
    if (!c->files.n)
        return cli_usage(c, "no rules given");
    if (!c->expect != !c->corpus)
        return cli_usage(c, "--expect and --corpus go together");
    if (c->expect && (c->scaffold || wants_coverage(c)))
        return cli_usage(c, "--expect goes without --scaffold and --coverage");
    eqlite_rules *rules = compile_all(&t, &refused, &unreadable, &wrong_tests);
    if (!rules)
        return CLI_TROUBLE;
    if (!cli_output_open(&t.output, c, NULL)) {
        eqlite_rules_free(rules);
        return CLI_TROUBLE;
    }
    int status = CLI_OK;
    if (c->scaffold) {
        status = scaffold_all(&t, rules);
    } else {
        if (c->expect)
            test_corpus(&t, rules);
        for (size_t i = 0; !c->expect && i < eqlite_rules_count(rules) && !ended(&t); i++)
            test_rule(&t, rules, i);
        sum_up(&t);
        status = answer(&t);
    }
    bool written = cli_output_close(&t.output, true);
    if (c->junit)
        written = write_junit(&t) && written;
    if (refused)
        cli_error("%zu rule%s could not be used, see above", refused, refused == 1 ? "" : "s");
    if (wrong_tests)
        cli_error("%zu test%s left out, see above", wrong_tests, wrong_tests == 1 ? " was" : "s were");
    cli_text_free(&t.cover.text);
    cli_text_free(&t.junit);
    eqlite_rules_free(rules);
    if (cli_stopped())
        return cli_stop_status();
    return unreadable || refused || wrong_tests || t.trouble || !written ? CLI_TROUBLE : status;
}
