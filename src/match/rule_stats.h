/* rule_stats.h — what happened to one rule: hits, and the lives of its sequences.
 *
 *      started ─┬─▶ completed                        given to the results
 *               ├─▶ refuted      an event that must be missing was there
 *               ├─▶ overwritten  a later start took its place, by key and stage
 *               ├─▶ killed       by until
 *               ├─▶ expired      maxspan passed
 *               ├─▶ evicted      the memory was needed (budget.h)
 *               └─▶ live         still waiting
 *
 * Always true: started is the sum of all to the right. */
#ifndef EQ_MATCH_RULE_STATS_H
#define EQ_MATCH_RULE_STATS_H

#include <stdint.h>

struct eq_rule_stats {
    uint64_t hits;    /* of all stages */
    uint64_t live;
    uint64_t results; /* after head, tail and limit */
    uint64_t started, completed, refuted, overwritten, killed, expired, evicted;
    uint64_t peak;      /* of live */
    uint64_t forgotten; /* times of missing events, given up for memory: what they would have refuted is found */
    uint64_t not_kept;  /* a sample's events, and a tail's results, for which there was no memory */
};

#endif
