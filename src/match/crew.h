/* crew.h — several threads look at events; what they find is taken in the order of the events.
 *
 *      put ─▶ [being filled]   [ready] [taken by a thread] [found]   ─▶ take, the oldest first
 *              └───────────────── a ring of blocks ──────────────┘
 *
 * A block holds copies of events. Each thread has an engine of its own and works on a whole block, so threads meet once
 * a block. The thread that puts events is one of them: when all blocks are full, it looks at the events of the oldest itself
 * while it takes them, or works on others until those are found. Whatever is taken, is taken by that thread, in order:
 * nothing behind it can tell how many threads there were. */
#ifndef EQ_MATCH_CREW_H
#define EQ_MATCH_CREW_H

#include "match/alert.h"
#include "match/carry.h"
#include "match/engine.h"

#define EQ_CREW_THREADS_MAX 256
#define EQ_CREW_BLOCK_BYTES ((size_t)256 << 10)

/* One event with what was found out about it; everything is valid during the call. */
struct eq_crew_event {
    struct eq_slice text;
    struct eq_origin origin;
    bool late;                /* as it was put */
    const struct eq_known *known; /* NULL: nothing is left open */
    struct eq_finding found;  /* of its event perhaps only what is carried; NULL if there are no hits, unless all are carried */
};
typedef enum eq_status eq_crew_take(struct eq_crew_event *event, void *ctx);

struct eq_crew_options {
    unsigned threads;   /* with the caller's own; 2 or more */
    size_t block_bytes; /* 0: EQ_CREW_BLOCK_BYTES */
    bool unwrap;
    struct eq_engine *engine; /* the caller's, with which it helps; borrowed */
    const struct eq_carry_fields *carried; /* the fields that `take` needs; borrowed */
    bool carry_all;           /* of those without, too */
    bool profile;             /* by each thread's engine */
    eq_crew_take *take;
    void *ctx;
};

struct eq_crew;

/* Threads start with the first full block: short inputs do without. `alloc` is called by all of them. If a thread cannot be
 * started, the others do its work. */
enum eq_status eq_crew_new(struct eq_crew **out, const struct eq_ruleset *rules, const struct eq_crew_options *options,
                           const struct eq_alloc *alloc);
void eq_crew_free(struct eq_crew *c); /* what was not taken is dropped; NULL is fine */

/* Take some of what is found, and hand over a copy of an event. Anything but EQ_OK comes from `take` or is EQ_NOMEM, and the event
 * was not handed over; the one for which `take` said so is done with, and later calls go on behind it. */
enum eq_status eq_crew_put(struct eq_crew *c, struct eq_slice text, const struct eq_origin *origin, bool late);
/* Take everything that was put. */
enum eq_status eq_crew_settle(struct eq_crew *c);

/* What all engines but the caller's counted, added to *sum. Only when settled is it the same for any number of threads. */
void eq_crew_add_stats(const struct eq_crew *c, struct eq_engine_stats *sum);
/* The same of their profiles: all but the parts; of one clause. Settled, and only if there are profiles. */
void eq_crew_add_profile(const struct eq_crew *c, struct eq_profile *sum);
void eq_crew_add_profile_part(const struct eq_crew *c, struct eq_profile_counts *sum, uint32_t clause);

#endif
