/* profile.h — what is done for which clause or rule, and where the time goes.
 *
 *      every event             counted: candidates, evaluations, predicates          exact
 *      about every 64th        a clock is read between the steps of its way          a sample
 *                              decode ┆ look ┆ ask clause ┆ clause … ┆ past ┆ give to rule ┆ rule …
 *
 * An engine has one by clause, a matcher one by rule. The gaps between timed events vary, always in the same way, so that
 * input which repeats in periods is sampled evenly. What reading the clock costs is measured first and taken off. A step
 * that seems long is checked against the time of the thread: others may have had the processor meanwhile. */
#ifndef EQ_MATCH_PROFILE_H
#define EQ_MATCH_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/status.h"

/* For what is done only with a profile: apart, so that nothing is slower without. */
#if defined(__GNUC__)
#define EQ_PROFILED __attribute__((noinline, cold))
#else
#define EQ_PROFILED
#endif

enum eq_profile_step {
    EQ_PROFILE_DECODE, /* from its text to values */
    EQ_PROFILE_LOOK,   /* from values to predicates and candidates, for all clauses at once */
    EQ_PROFILE_ASK,    /* candidates, one by one */
    EQ_PROFILE_PAST,   /* lineage, order of time, what expires, memory */
    EQ_PROFILE_GIVE,   /* sequences, samples, pipes and whoever takes alerts, rule by rule */
    EQ_PROFILE_STEPS
};

struct eq_profile_counts {
    uint64_t candidates;  /* events that could meet the clause, by what they were looked up for */
    uint64_t evaluations; /* how often its condition was worked out, step by step */
    uint64_t matches;     /* how often it was met; of rules, over all stages */
    uint64_t ns;          /* of timed events */
};

struct eq_profile {
    const struct eq_alloc *alloc;
    struct eq_profile_counts *parts; /* by clause, or by rule */
    uint64_t events, timed;
    uint64_t candidates, evaluations, predicates, lazy; /* over all events and clauses */
    uint64_t ns[EQ_PROFILE_STEPS];   /* of timed events */

    bool is_timed;                   /* the event at hand */
    uint32_t gap, seed;              /* events until the next one; what the next gap is drawn from */
    uint64_t last, clock_ns;         /* when the clock was read last; what reading it costs */
    uint64_t thread_ns;              /* the thread's own time, when the event or the last long step began */
};

enum eq_status eq_profile_new(struct eq_profile **out, size_t n_parts, const struct eq_alloc *alloc);
void eq_profile_free(struct eq_profile *p); /* NULL is fine */

/* The next event begins. */
void eq_profile_begin(struct eq_profile *p);
/* A step is over: its time, which is added to that of the step; 0 unless the event is timed. */
uint64_t eq_profile_lap(struct eq_profile *p, enum eq_profile_step step);
/* Add all but the parts. */
void eq_profile_add(struct eq_profile *sum, const struct eq_profile *p);
void eq_profile_add_part(struct eq_profile_counts *sum, const struct eq_profile_counts *part);

#endif
