/* sample_priv.h — what is kept of each key and filter. */
#ifndef EQ_MATCH_SAMPLE_PRIV_H
#define EQ_MATCH_SAMPLE_PRIV_H

#include "base/intern.h"
#include "match/sample.h"

struct eq_sample_list {
    struct eq_past **items;
    size_t n, cap;
};

struct eq_sample {
    struct eq_sequence_context *context;
    struct eq_results *results;
    const struct eq_program_rule *rule;
    const struct eq_plan *plan;
    struct eq_rule_stats *stats;
    uint32_t number, per_key;
    size_t enough;           /* events kept of each key and filter */
    struct eq_intern keys;
    struct eq_sample_list *lists; /* [key * n_stages + filter] */
    size_t cap_lists;
    size_t held;             /* bytes that the budget lets stay to the end */
    struct eq_past **chosen; /* by filter, during the search */
    struct eq_alert_event *alert_events;
    struct eq_value *alert_keys;
};

/* The lists of a key, one for each filter, added if it is new. */
enum eq_status eq_sample_key(struct eq_sample_list **out, struct eq_sample *s, struct eq_slice tuple);

#endif
