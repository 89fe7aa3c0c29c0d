/* matcher_priv.h — all that a matcher holds: its parts, and what it counts. */
#ifndef EQ_MATCH_MATCHER_PRIV_H
#define EQ_MATCH_MATCHER_PRIV_H

#include "match/matcher.h"
#include "match/sample.h"
#include "match/sequence.h"

/* What a hit of a clause means, for each hit of each event: small enough to stay at hand. */
struct eq_hit_kind {
    uint32_t rule;
    bool stirs;       /* it matters to its sequence though nothing is in progress there */
    bool has_aliases; /* the rule */
};

struct eq_matcher {
    const struct eq_alloc *alloc;
    const struct eq_program *program;
    struct eq_engine *engine;
    struct eq_crew *crew;        /* NULL: the engine does it all */
    struct eq_carry_fields carried; /* from the crew */
    struct eq_matcher_options options;
    struct eq_results **results; /* by rule */
    struct eq_sequence **sequences; /* by rule; NULL for others */
    struct eq_sample **samples;
    struct eq_hit_kind *hit_kinds; /* by clause */
    uint32_t *waiting;           /* sequences that time alone may complete: those with a trailing missing event */
    size_t n_waiting;
    bool keeps_order;            /* there are sequences */
    struct eq_lineage *lineage;  /* NULL without trackers */
    struct eq_order *order;      /* NULL: events are matched as they come */
    struct eq_reorder *reorder;  /* with order */
    struct eq_sequence_context context;
    struct eq_budget budget;     /* of the context */
    struct eq_rule_stats *rule_stats; /* by rule */
    struct eq_arena arena;       /* of the context */
    struct eq_profile *profile;  /* by rule; NULL: nobody wants one */
    size_t n_open;               /* rules whose results are not done */
    struct eq_matcher_stats stats;
    struct eq_engine_stats before; /* what engines counted before the state was restored */
    bool ended;                  /* finished: what waits for the end was given */
};

/* Hold events back, to sort them by these fields; `tiebreaker` may be empty. */
enum eq_status eq_matcher_open_order(struct eq_matcher *m, struct eq_slice timestamp, struct eq_slice tiebreaker);

/* Count an event and tell of a broken one; true if it goes on. */
bool eq_matcher_receive(struct eq_matcher *m, const struct eq_finding *found, struct eq_slice text,
                        const struct eq_origin *origin);
/* What follows from an event for all rules. `late`: it is known to be older than its clocks show. */
enum eq_status eq_matcher_go_on(struct eq_matcher *m, const struct eq_finding *found, const struct eq_origin *origin,
                                bool late);

#endif
