/* heap.h — held events, the earliest first, with the time at hand.
 *
 *      [12:03] [12:05] [12:04] [12:09] …      none is later than the two below it */
#ifndef EQ_MATCH_HEAP_H
#define EQ_MATCH_HEAP_H

#include "match/reorder.h"

struct eq_heap_slot {
    struct eq_time time;
    struct eq_held *event; /* borrowed */
};

struct eq_heap {
    struct eq_heap_slot *slots;
    size_t n, cap;
};

/* There must be room: eq_grow(…, h->n + 1, …). */
void eq_heap_push(struct eq_heap *h, struct eq_held *event);
struct eq_held *eq_heap_pop(struct eq_heap *h); /* it must not be empty */

#endif
