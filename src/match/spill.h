/* spill.h — held events that memory has no room for: sorted runs in temporary files, merged at the end.
 *
 *      held ─▶ run 1   held ─▶ run 2   held ─▶ run 3        each in order
 *                 └───────────────┴───────────────┴─▶ first, take, first, take, …
 *
 * The files have no name: they are gone when the program is, however it ends. */
#ifndef EQ_MATCH_SPILL_H
#define EQ_MATCH_SPILL_H

#include "match/reorder.h"

/* Runs at most, each with an open file and a buffer. */
#define EQ_SPILL_RUNS 256

struct eq_spill;

/* `folder` is borrowed. */
enum eq_status eq_spill_new(struct eq_spill **out, const char *folder, const struct eq_alloc *alloc);
void eq_spill_free(struct eq_spill *s); /* NULL is fine */
/* A run: begin, put in order, end. EQ_LIMIT: too many. EQ_IO: a file could not be made or written; it is the answer to
 * all that follows. */
enum eq_status eq_spill_begin(struct eq_spill *s);
enum eq_status eq_spill_put(struct eq_spill *s, const struct eq_held *event);
enum eq_status eq_spill_end(struct eq_spill *s);
/* The first event of all runs, NULL after the last; after that no run can be begun. Valid until the next call. */
enum eq_status eq_spill_first(const struct eq_held **out, struct eq_spill *s);
/* The event that `first` gave is taken: it stays valid until the next call of `first`. */
void eq_spill_take(struct eq_spill *s);

#endif
