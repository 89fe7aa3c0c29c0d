/* join_key.h — the join keys of an event at one stage: tuples of values as comparable bytes.
 *
 *      by user.name, host.ip      user.name = "ann", host.ip = ["a", "b"]   ─▶   ("ann","a")  ("ann","b")
 *
 * An array gives one tuple per element, several arrays their cartesian product, without repetitions and in ascending
 * order: null, numbers, strings, booleans. Equal tuples have equal bytes; 1 and 1.0 are equal, 1 and "1" are not
 * (docs/semantics.md, Join keys). */
#ifndef EQ_MATCH_JOIN_KEY_H
#define EQ_MATCH_JOIN_KEY_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"
#include "event/event.h"
#include "plan/plan.h"

#define EQ_JOIN_KEYS_MAX 1024 /* tuples of one event at one stage; more are cut and counted */

struct eq_join_keys {
    struct eq_slice *items; /* encoded tuples */
    size_t n;
    uint64_t cut;           /* tuples beyond the limit, of all calls */
    const struct eq_alloc *alloc;
    struct eq_arena arena;  /* of the items; reset by each call */
    struct eq_buf tuple;    /* under construction */
};

void eq_join_keys_init(struct eq_join_keys *k, const struct eq_alloc *alloc);
void eq_join_keys_free(struct eq_join_keys *k);
/* The tuples of `frame` for n keys with field numbers `fields`. None if a required key has no value. No keys at all
 * give one empty tuple. */
enum eq_status eq_join_keys_of(struct eq_join_keys *k, const struct eq_frame *frame, const struct eq_plan_key *keys,
                               const uint32_t *fields, size_t n);
/* Decode a tuple of n values; strings borrow from `tuple`. */
void eq_join_key_values(struct eq_value *out, size_t n, struct eq_slice tuple);
/* Append the tuple of n values; strings up to 4 GiB. */
void eq_join_key_encode(struct eq_buf *out, const struct eq_value *values, size_t n);
/* Append the values at these positions of a tuple of n, as a tuple. */
void eq_join_key_project(struct eq_buf *out, struct eq_slice tuple, size_t n, const uint32_t *positions,
                         size_t n_positions);
/* Order of tuples of the same length, as above. */
int eq_join_key_cmp(struct eq_slice a, struct eq_slice b);

#endif
