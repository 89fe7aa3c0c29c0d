/* hold.h — what is held back of one partition, and how far its time has come.
 *
 *      host a   last let go 12:01   [12:03] [12:04] [12:05]   newest 12:05
 *      host b   last let go 10:58   [11:00]                   newest 11:00
 *
 * Holds stand in the order in which their partitions fell silent: under pressure the one that has been silent longest
 * lets its events go first, since others are the least likely to come before them. */
#ifndef EQ_MATCH_HOLD_H
#define EQ_MATCH_HOLD_H

#include "match/heap.h"
#include "match/key_table.h"

/* A cell of the pool, with the partition's bytes behind it; or, without partitions, alone. */
struct eq_hold {
    struct eq_key key;      /* first */
    eq_ref previous, next;
    struct eq_heap heap;
    struct eq_time newest;  /* that has come */
    bool has_newest, has_last;
    struct eq_place last;   /* what was let go last; a string is in last_tie */
    struct eq_buf last_tie;
};

struct eq_holds {
    struct eq_budget account; /* what all this takes; it has no limit */
    struct eq_key_table table;
    struct eq_queue silent;   /* the longest first */
};

void eq_holds_init(struct eq_holds *h, const struct eq_alloc *alloc);
void eq_holds_free(struct eq_holds *h);
/* The hold of a partition, adding it; it moves to the end of the silent ones. */
enum eq_status eq_holds_enter(eq_ref *hold, struct eq_holds *h, struct eq_slice partition);
/* Forget one that holds nothing: the partition begins anew. */
void eq_holds_drop(struct eq_holds *h, eq_ref hold);
/* Room for one more event in a partition. */
bool eq_holds_grow(struct eq_holds *h, struct eq_hold *hold);
/* Remember the place behind which others of the hold come late; counted, for one of a partition. */
enum eq_status eq_hold_let_go(struct eq_hold *hold, struct eq_budget *account, const struct eq_place *place);

static inline struct eq_hold *eq_hold_at(const struct eq_holds *h, eq_ref r)
{
    return eq_pool_at(&h->account.pool, r);
}

#endif
