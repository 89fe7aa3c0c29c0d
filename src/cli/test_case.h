/* test_case.h — run one test of a rule.
 *
 *      events ─┬─▶ as given                    ─▶ alerts ─▶ as expected?
 *              ├─▶ three threads, small blocks ─▶ alerts ─▶ the same?
 *              ├─▶ each partition by itself    ─▶ alerts ─▶ the same?
 *              └─▶ shuffled                    ─▶ alerts ─▶ the same? */
#ifndef EQLITE_CLI_TEST_CASE_H
#define EQLITE_CLI_TEST_CASE_H

#include "cli/test_cover.h"

#define TEST_EVENTS_MAX ((size_t)256 << 20) /* bytes of the events of one test */

/* The events of a test (test_events.c). */
struct test_events {
    struct cli_text text; /* of all, with room behind each */
    eqlite_event *items;  /* in the order to feed them; they borrow from text */
    size_t n, cap;
    struct cli_feed feed; /* that a file was read with: tells of broken ones */
    struct cli_text path;
    bool in_file;
};
/* False: they could not be read; *problem says why. */
bool test_events_read(struct test_events *e, const struct cli *c, const eqlite_rule_test *test,
                      struct cli_text *problem);
void test_events_free(struct test_events *e);
/* Is `now` (ISO text) later than every event? False also when they could not be asked; *st says so. */
bool test_events_are_before(eqlite_status *st, const struct test_events *e, const struct cli *c,
                            const eqlite_rules *rules, eqlite_string now);
/* Another order, the same whenever it is asked for, in which simultaneous events stay in theirs. */
eqlite_status test_events_shuffle(struct test_events *e, const struct cli *c, const eqlite_rules *rules);

#define TEST_ALERTS_MAX ((size_t)250000) /* more than any test can list */

/* What one run of the events gave. */
struct test_run {
    uint64_t alerts, late;
    struct cli_list ids;    /* owned: event.id of each alert's events, joined by blanks */
    struct cli_list keys;   /* owned: join keys of each alert, as a JSON array */
    struct cli_list places; /* owned: lines of each alert's events and its keys */
};

void test_run_free(struct test_run *r); /* leaves the number of alerts */

/* The alerts of a run as they come (test_alerts.c). Zeroed but for the first four; `out` and `test` outlive it. */
struct test_alerts {
    struct test_run *out;
    const eqlite_rule_test *test;
    bool *met; /* by field of the test: some event has the value; NULL: they are not asked for */
    size_t most; /* alerts that are remembered; 0: TEST_ALERTS_MAX. Others are counted */
    eqlite_sink *sink;
    struct cli_text rows; /* csv of the alert at hand */
    bool header, numbered; /* was seen; rows begin with a number */
};
eqlite_status test_alerts_open(struct test_alerts *r, eqlite_rules *rules);
bool test_alerts_take(const eqlite_alert *alert, struct test_alerts *r); /* false: no memory */
void test_alerts_close(struct test_alerts *r);

/* Is it as expected? Differences are added to *problem (test_judge.c). */
void test_judge(struct cli_text *problem, const eqlite_rule_test *test, const struct test_run *given, const bool *met);

struct cli_case {
    struct cover_rule *cover; /* to be told the events; NULL: nothing is gathered */
    eqlite_rules *parted;     /* the rule with a time for each partition; NULL: it cannot be parted */
    const char *parted_by;    /* the field that it is parted by */
    struct test_events events;
    struct test_run given;   /* the run as given */
    struct cli_text problem; /* empty: it passed */
    struct cli_text ways;    /* in which it was run, parted by commas */
    bool differs;            /* all went well, only something else was expected */
};

/* Run the events of `test` through `rules`, which hold its rule alone. A zeroed case is ready to run. */
void cli_case_run(struct cli_case *r, const struct cli *c, eqlite_rules *rules, const eqlite_rule_test *test);
void cli_case_free(struct cli_case *r);

/* The rule compiled for running the events of each partition by themselves, and the field that parts them
 * (test_parted.c). NULL: there is no such field, or no memory, which is told. */
eqlite_rules *test_parted(struct cli_text *field, const struct cli *c, eqlite_rules *alone);

/* ── What came out, written into the files (test_update.c) ── */

struct test_update {
    eqlite_rule rule;      /* borrowed from the rules, as is the test */
    eqlite_rule_test test;
    struct cli_text text;  /* the new value of expect */
};
struct test_updates { /* those of a file in the order in which they stand there */
    struct test_update *items;
    size_t n, cap;
};
/* Remember what came out. False: it cannot be written for the test, which *problem is to tell. */
bool test_update_add(struct test_updates *u, const eqlite_rule *rule, const eqlite_rule_test *test,
                     const struct test_run *given, struct cli_text *problem);
/* Write the files, all or nothing of each. False: told. */
bool test_update_write(const struct test_updates *u, const struct cli *c);
void test_update_free(struct test_updates *u);

/* ── What rules find in a corpus (test_corpus.c) ── */

struct test_entry { /* something that is expected of a rule about a file */
    size_t rule;
    bool at_end, ran, differs; /* of the rule; it was not left out by --fail-fast; only something else was expected */
    eqlite_rule_test test;
    struct test_run given;
    struct cli_text problem;   /* empty: as expected */
    struct test_alerts alerts; /* while it runs, as is the next */
    bool *met;
};
struct test_entries { /* in the order in which they stand in the file */
    struct test_entry *items;
    size_t n, cap;
};
/* Run all that --expect has for rules that --only and --skip leave. A zeroed struct is ready to be filled. */
void test_corpus_run(struct test_entries *all, const struct cli *c, eqlite_rules *rules);
void test_corpus_free(struct test_entries *all);

/* ── Rules without tests (test_scaffold.c) ── */

enum test_scaffolded { TEST_SCAFFOLD_NEW, TEST_SCAFFOLD_NONE, TEST_SCAFFOLD_TROUBLE };
/* Write tests beside the rule, and what came of it as a line. */
enum test_scaffolded test_scaffold(const struct cli *c, eqlite_rules *alone, const eqlite_rule *rule,
                                   struct cli_output *o);

#endif
