/* order.h — where an event stands among others: its time, then its tiebreaker, then its place in the input.
 *
 * Found by a decoder that looks for these two fields alone, so an event can be put in its place before it is matched. */
#ifndef EQ_MATCH_ORDER_H
#define EQ_MATCH_ORDER_H

#include "event/event.h"
#include "event/time.h"
#include "plan/plan.h"

struct eq_place {
    bool has_time;       /* else there is no place for it */
    struct eq_time time;
    struct eq_value tie; /* EQ_NULL: none, behind all that have one. A string borrows. */
    uint64_t position;
};

/* Both have a time. Tiebreakers: numbers, strings by their bytes, false, true, none. */
int eq_place_cmp(const struct eq_place *a, const struct eq_place *b);

struct eq_order;

/* `tiebreaker` may be empty; `partition` are n fields, borrowed. */
enum eq_status eq_order_new(struct eq_order **out, struct eq_slice timestamp, struct eq_slice tiebreaker,
                            const struct eq_plan_key *partition, size_t n, const struct eq_decode_options *options,
                            const struct eq_alloc *alloc);
void eq_order_free(struct eq_order *o); /* NULL is fine */
/* The place of an event, but for its position; valid until the next call. EQ_INVALID: not an event. The text is padded
 * as for eq_decode. */
enum eq_status eq_order_find(struct eq_place *out, struct eq_order *o, struct eq_slice text);
/* The partition of the event found last, as bytes; of several the first. Empty without partition fields. Valid until the
 * next call. */
enum eq_status eq_order_partition(struct eq_slice *out, struct eq_order *o);

#endif
