/* budget.h — one account for what a matcher remembers.
 *
 *      limit ──────────────────────────────────────────────────── 256 MiB
 *      used   [ sequences in progress | samples, tails ≤ half ]
 *
 * Everything that outlives its event is counted when it is made: partials, keys and their tables, kept events (once,
 * however many wait with them), what samples and tails hold. When used is above the limit, sequences of the rule that
 * holds most are given up, the oldest first, until a 64th of the limit is free. So a flood pushes out itself: rules
 * that hold little lose nothing while one holds much.
 *
 * Samples and tails hold until the end, so together they get one half at most; then samples keep no further events, and
 * tails fewer results (docs/semantics.md, State and memory). */
#ifndef EQ_MATCH_BUDGET_H
#define EQ_MATCH_BUDGET_H

#include <stdbool.h>

#include "match/pool.h"

#define EQ_BUDGET_DEFAULT ((size_t)256 << 20)
#define EQ_BUDGET_MIN ((size_t)64 << 10)
#define EQ_BUDGET_MAX ((size_t)16 << 30) /* more than the pool can name */

/* A rule that holds memory which it can give up. */
struct eq_holder {
    size_t held;               /* bytes; of kept events, all of them for each partial that has them */
    void (*shed)(void *owner); /* give up the oldest; called only while held is not 0, and lowers it */
    void *owner;
    struct eq_holder *next;
};

struct eq_budget {
    const struct eq_alloc *alloc;
    size_t limit, used, peak;
    size_t kept; /* of used: by samples and tails */
    struct eq_pool pool;
    struct eq_holder *holders;
};

/* limit 0: the default. */
void eq_budget_init(struct eq_budget *b, size_t limit, const struct eq_alloc *alloc);
void eq_budget_free(struct eq_budget *b); /* after everything that it counts */
void eq_budget_add_holder(struct eq_budget *b, struct eq_holder *h);
/* Bytes that were allocated, or freed. */
void eq_budget_count(struct eq_budget *b, size_t bytes);
void eq_budget_uncount(struct eq_budget *b, size_t bytes);
/* Bytes that stay until the end: counted, unless there is no room. */
bool eq_budget_keep(struct eq_budget *b, size_t bytes);
void eq_budget_unkeep(struct eq_budget *b, size_t bytes);
/* Go back below the limit. To be called between events, when nobody works on what may be given up. */
void eq_budget_relieve(struct eq_budget *b);

#endif
