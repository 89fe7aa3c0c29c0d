/* memo.h — values seen before, and what followed from them.
 *
 *      (process.name, "svchost.exe") ─▶ clauses to ask [3 8]  predicates that are true [12 40 41 97]
 *
 * Most values of most events repeat. A value is remembered when it comes a second time, so that a stream in which nothing
 * repeats pays for one hash and one bit. Memory is bounded: when it is used up the memo starts anew. Keys are compared
 * in full; a hash is never trusted. */
#ifndef EQ_MATCH_MEMO_H
#define EQ_MATCH_MEMO_H

#include "base/arena.h"
#include "base/status.h"
#include "event/value.h"

struct eq_memo;

struct eq_memo_stats {
    uint64_t hits, misses, resets;
    size_t bytes; /* taken now */
};

/* `budget` bytes for keys and lists; the table itself takes 1.2 MB besides. */
enum eq_status eq_memo_new(struct eq_memo **out, size_t budget, const struct eq_alloc *alloc);
void eq_memo_free(struct eq_memo *m); /* NULL is fine */

/* A place to look at and perhaps to fill. */
struct eq_memo_key {
    uint64_t hash;
    uint32_t field, type;
    struct eq_slice text;
};

/* What is remembered: lists of clauses and of predicates, one behind the other. */
struct eq_memo_entry {
    uint32_t field, type, len; /* of the key; its text stands behind the lists */
    uint32_t n_clauses, n_predicates;
    uint32_t items[];
};

/* Looking a value up takes three steps, so that those of many values can be interleaved while memory is waited for:
 *
 *      eq_memo_key     the key; its place is being fetched. False: such a value is never remembered
 *      eq_memo_fetch   what stands there is being fetched
 *      eq_memo_find    the entry, or NULL: not remembered; *worth says whether to put it
 *
 * A key is valid as long as its value. */
bool eq_memo_key(struct eq_memo_key *key, const struct eq_memo *m, uint32_t field, const struct eq_value *v);
void eq_memo_fetch(const struct eq_memo *m, const struct eq_memo_key *key);
const struct eq_memo_entry *eq_memo_find(struct eq_memo *m, const struct eq_memo_key *key, bool *worth);
/* Remember; a failed allocation only means that it is not. */
void eq_memo_put(struct eq_memo *m, const struct eq_memo_key *key, const uint32_t *clauses, uint32_t n_clauses,
                 const uint32_t *predicates, uint32_t n_predicates);
struct eq_memo_stats eq_memo_stats(const struct eq_memo *m);

#endif
