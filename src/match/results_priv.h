/* results_priv.h — the pipes of one rule as stages: what head counts and tail holds. */
#ifndef EQ_MATCH_RESULTS_PRIV_H
#define EQ_MATCH_RESULTS_PRIV_H

#include "match/results.h"

struct eq_results_stage {
    enum eq_pipe_kind kind;
    uint64_t count;
    uint64_t seen;          /* HEAD: passed on; TAIL: put in */
    uint64_t first;         /* TAIL: the oldest that is held */
    struct eq_alert **ring; /* TAIL: those from first to seen; result i is at i % cap */
    size_t cap;
};

struct eq_results {
    const struct eq_alloc *alloc;
    struct eq_budget *budget;
    struct eq_rule_stats *stats;
    eq_result_out *sink;
    void *ctx;
    size_t n;
    struct eq_results_stage stages[];
};

/* Hold a copy of a result in a TAIL, as far as there is memory. */
enum eq_status eq_results_keep(struct eq_results *r, struct eq_results_stage *s, const struct eq_alert *alert);

#endif
