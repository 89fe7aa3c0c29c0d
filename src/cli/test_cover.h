/* test_cover.h — which parts of the rules' conditions were ever true, and ever false, over the events of their tests. */
#ifndef EQLITE_CLI_TEST_COVER_H
#define EQLITE_CLI_TEST_COVER_H

#include "cli/cli.h"

/* Of one rule. */
struct cover_rule {
    eqlite_rules *rules; /* the rule alone; retained */
    eqlite_why *why;     /* asked about the events of the test under way, or of all tests */
    bool lineage;        /* what is true depends on events before: each test needs a why of its own */
    unsigned char *seen; /* by part: 1 it was true, 2 it was false */
    size_t n_parts, n_tests;
    bool failed; /* it could not be asked */
};

/* Of all rules. */
struct cover {
    bool json;
    struct cli_text text; /* what to print of the rules so far */
    size_t rules, untested;
    uint64_t branches, met;
};

/* Begin with the rule in `rules`, which may be NULL: it could not be compiled alone. */
void cover_begin(struct cover_rule *r, const struct cli *c, eqlite_rules *rules);
/* The events of one test, in their order. */
void cover_test(struct cover_rule *r, const struct cli *c, const eqlite_event *events, size_t n);
/* Add what came of it, and forget the rule. */
void cover_end(struct cover *all, struct cover_rule *r, const eqlite_rule *rule);

/* Branches that were met, in percent, rounded down; 100 if there are none. */
unsigned cover_percent(uint64_t met, uint64_t branches);
/* The line that sums up. */
void cover_sum(struct cli_text *out, const struct cover *all);
/* Everything as one JSON object. */
void cover_json(struct cli_text *out, const struct cover *all, size_t passed, size_t failed);

#endif
