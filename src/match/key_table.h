/* key_table.h — the keys of one rule that something waits with, found by their bytes.
 *
 *      table   [ . h7→k3 . h9→k1 h1→k2 . . ]        32 bits of the hash and a reference; linear probing
 *
 * Unlike base/intern.h keys can be removed, and leave no trace: those behind move up. A key is a cell of the pool: this
 * struct, whatever its owner puts behind it, and its bytes. */
#ifndef EQ_MATCH_KEY_TABLE_H
#define EQ_MATCH_KEY_TABLE_H

#include "base/slice.h"
#include "base/status.h"
#include "match/budget.h"

struct eq_key {
    uint32_t hash, len; /* of its bytes */
    uint32_t uses;      /* by its owner: who refers to it */
};

struct eq_key_place {
    uint32_t hash;
    eq_ref key; /* 0: free */
};

struct eq_key_table {
    struct eq_budget *budget;
    struct eq_key_place *places;
    uint32_t n, size; /* size is a power of two, or 0 */
    size_t at_bytes;  /* in a key: where its bytes begin */
};

void eq_key_table_init(struct eq_key_table *t, size_t at_bytes, struct eq_budget *budget);
void eq_key_table_free(struct eq_key_table *t); /* the keys are the owner's to remove before, or to leave to the pool */
eq_ref eq_key_find(const struct eq_key_table *t, struct eq_slice bytes); /* 0: not there */
/* The key, adding it if it is new: zeroed then but for hash and len. */
enum eq_status eq_key_put(eq_ref *out, struct eq_key_table *t, struct eq_slice bytes, bool *added);
void eq_key_remove(struct eq_key_table *t, eq_ref key);
size_t eq_key_bytes(const struct eq_key_table *t, const struct eq_key *key); /* of memory, without its place */

static inline struct eq_slice eq_key_slice(const struct eq_key_table *t, const struct eq_key *key)
{
    return eq_slice((const char *)key + t->at_bytes, key->len);
}

#endif
