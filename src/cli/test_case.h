/* test_case.h — run one test of a rule. */
#ifndef EQLITE_CLI_TEST_CASE_H
#define EQLITE_CLI_TEST_CASE_H

#include "cli/cli.h"

struct cli_case {
    uint64_t alerts;
    struct cli_list ids; /* owned: event.id of each alert's events, joined by blanks */
    struct cli_list keys; /* owned: join keys of each alert, as a JSON array */
    struct cli_feed *file;   /* that is being read; NULL: none */
    eqlite_sink *sink;
    struct cli_text rows;    /* csv */
    struct cli_text problem; /* empty: it passed */
};

/* Run the events of `test` through `rules`, which hold its rule alone. A zeroed case is ready to run. */
void cli_case_run(struct cli_case *r, const struct cli *c, eqlite_rules *rules, const eqlite_rule_test *test);
void cli_case_free(struct cli_case *r);

#endif
