/* memo.h — values seen before, and the predicates they made true.
 *
 *      (process.name, "svchost.exe") ─▶ [12 40 41 97]          most values of most events repeat
 *
 * A value is remembered when it comes a second time, so that a stream in which nothing repeats pays for one hash and one
 * bit. Memory is bounded: when it is used up the memo starts anew. Keys are compared in full; a hash is never trusted. */
#ifndef EQ_MATCH_MEMO_H
#define EQ_MATCH_MEMO_H

#include "base/arena.h"
#include "base/status.h"
#include "event/value.h"

struct eq_memo;

struct eq_memo_stats {
    uint64_t hits, misses, resets;
};

/* `budget` bytes for keys and lists; the table itself takes 2.7 MB besides. */
enum eq_status eq_memo_new(struct eq_memo **out, size_t budget, const struct eq_alloc *alloc);
void eq_memo_free(struct eq_memo *m); /* NULL is fine */

/* A place to look at and perhaps to fill; valid until the next call of eq_memo_find. */
struct eq_memo_key {
    uint64_t hash;
    uint32_t field, type;
    struct eq_slice text;
};
/* True: *list and *n are what was put. False: not remembered; *worth says whether to put it. Values without text are
 * never worth it. */
bool eq_memo_find(struct eq_memo *m, uint32_t field, const struct eq_value *v, struct eq_memo_key *key,
                  const uint32_t **list, uint32_t *n, bool *worth);
/* Remember; a failed allocation only means that it is not. */
void eq_memo_put(struct eq_memo *m, const struct eq_memo_key *key, const uint32_t *list, uint32_t n);
struct eq_memo_stats eq_memo_stats(const struct eq_memo *m);

#endif
