/* test_judge.c — what came out against what was expected: every difference, a line each. */
#include "cli/test_case.h"

#define MOST_TOLD 50 /* alerts that differ */

/* A list, a line for each alert: what was wanted, what was there. */
static void compare(struct cli_text *problem, const char *what, const eqlite_string *wanted, size_t n,
                    const struct cli_list *got)
{
    size_t told = 0;
    for (size_t i = 0; i < n || i < got->n; i++) {
        eqlite_string want = i < n ? wanted[i] : cli_string("(none)");
        const char *have = i < got->n ? got->items[i] : "(none)";
        if (cli_string_is(want, have))
            continue;
        if (told++ == MOST_TOLD) {
            cli_text_printf(problem, "\nfurther differences in %s are not told", what);
            break;
        }
        cli_text_printf(problem, "%salert %zu: expected %s %.*s, got %s", problem->len ? "\n" : "", i + 1, what,
                        (int)want.len, want.ptr, have);
    }
}

/* The fields that no event of their alert has. */
static void check_fields(struct cli_text *problem, const eqlite_rule_test *test, const bool *met)
{
    for (size_t i = 0; i < test->n_fields; i++) {
        const eqlite_expected_field *f = &test->fields[i];
        if (!met[i])
            cli_text_printf(problem, "%salert %zu: expected an event with %.*s %.*s", problem->len ? "\n" : "",
                            f->alert + 1, (int)f->path.len, f->path.ptr, (int)f->value.len, f->value.ptr);
    }
}

static void check_number(struct cli_text *problem, const eqlite_rule_test *test, const struct test_run *g)
{
    int64_t n = (int64_t)g->alerts;
    if (test->alerts < 0 && test->at_least == 1 && !n)
        cli_text_printf(problem, "expected an alert, got none");
    else if (test->alerts < 0 && n < test->at_least)
        cli_text_printf(problem, "expected at least %lld alerts, got %lld", (long long)test->at_least, (long long)n);
    else if (test->alerts < 0 && n > test->at_most)
        cli_text_printf(problem, "expected at most %lld alert%s, got %lld", (long long)test->at_most,
                        test->at_most == 1 ? "" : "s", (long long)n);
    else if (test->alerts >= 0 && g->alerts != (uint64_t)test->alerts)
        cli_text_printf(problem, "expected %lld alert%s, got %llu", (long long)test->alerts,
                        test->alerts == 1 ? "" : "s", (unsigned long long)g->alerts);
}

void test_judge(struct cli_text *problem, const eqlite_rule_test *test, const struct test_run *g, const bool *met)
{
    check_number(problem, test, g);
    if (test->n_event_ids)
        compare(problem, "event.id", test->event_ids, test->n_event_ids, &g->ids);
    if (test->n_join_keys)
        compare(problem, "join keys", test->join_keys, test->n_join_keys, &g->keys);
    check_fields(problem, test, met);
    if (problem->len && !test->n_event_ids)
        for (size_t i = 0; i < g->ids.n && i < 5; i++)
            cli_text_printf(problem, "\nalert %zu: lines and keys %s", i + 1, g->places.items[i]);
}
