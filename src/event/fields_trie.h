/* fields_trie.h — the paths of a set of fields as a tree of keys, laid out for the decoder.
 *
 *      node 0 ──"process"──▶ node 1 ──"name"──▶ node 2 (field 0)
 *                                   └─"parent"─▶ node 3 ──"name"──▶ node 4 (field 1)
 *
 * Each node owns a stretch of one shared table: a small open hash of its child keys. A key is told apart by its
 * first and last eight bytes and its length, which two loads give; only longer keys are compared in full. The
 * multipliers are seeded per process, so that names cannot be chosen to collide. Read-only once built. */
#ifndef EQ_EVENT_FIELDS_TRIE_H
#define EQ_EVENT_FIELDS_TRIE_H

#include "event/fields.h"

struct eq_trie_key {
    uint64_t first, last; /* its first and last eight bytes; both the zero-filled whole if it is shorter */
    const char *text;     /* borrowed from the fields */
    uint32_t len;
    uint32_t node; /* the child; EQ_NONE: a free place */
};

struct eq_trie_node {
    uint64_t lengths; /* bit i: some child key has i bytes; bit 63: 63 or more */
    uint32_t field;   /* EQ_NONE: no field ends here */
    uint32_t keys;    /* first place of its table in eq_trie.keys */
    uint32_t mask;    /* size of its table - 1 */
    uint8_t shift;    /* 64 - log2(size), at most 63 */
    bool has_children;
    bool has_elements; /* the field's elements are searched */
    bool has_backslash; /* some child key holds a backslash: raw keys must not be compared with it */
};

struct eq_trie {
    const struct eq_alloc *alloc;
    struct eq_trie_node *nodes; /* 0 is the root */
    size_t n_nodes, cap_nodes;
    struct eq_trie_key *keys;
    size_t n_keys;
    uint64_t mul_first, mul_last;
};

enum eq_status eq_trie_new(struct eq_trie **out, const struct eq_fields *f);
void eq_trie_free(struct eq_trie *t);

static inline uint64_t eq_load64(const char *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

/* The words that stand for a key; eight bytes at `p` must be readable whatever `len` is. */
static inline void eq_trie_words(uint64_t *first, uint64_t *last, const char *p, size_t len)
{
    uint64_t w = eq_load64(p);
    if (len >= 8) {
        *first = w;
        *last = eq_load64(p + len - 8);
        return;
    }
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    w = len ? w & (UINT64_MAX >> (64 - 8 * len)) : 0;
#else
    w = len ? w & (UINT64_MAX << (64 - 8 * len)) : 0;
#endif
    *first = *last = w;
}

uint64_t eq_trie_middle(const struct eq_trie *t, const char *p, size_t len);

static inline uint64_t eq_trie_hash(const struct eq_trie *t, uint64_t first, uint64_t last, const char *p, size_t len)
{
    /* Multiply and keep the top bits: they depend on every bit below. */
    uint64_t h = (first ^ len) * t->mul_first + last * t->mul_last;
    return __builtin_expect(len > 16, 0) ? h + eq_trie_middle(t, p, len) : h;
}

/* The child of `node` under a key, or EQ_NONE. `p` as in eq_trie_words. */
static inline uint32_t eq_trie_child(const struct eq_trie *t, const struct eq_trie_node *node, const char *p,
                                     size_t len)
{
    if (!((node->lengths >> (len < 63 ? len : 63)) & 1))
        return EQ_NONE;
    uint64_t first, last;
    eq_trie_words(&first, &last, p, len);
    const struct eq_trie_key *table = t->keys + node->keys;
    for (uint64_t h = eq_trie_hash(t, first, last, p, len) >> node->shift;; h++) {
        const struct eq_trie_key *k = table + (h & node->mask);
        if (k->first == first && k->last == last && k->len == len && k->node != EQ_NONE &&
            (len <= 16 || memcmp(k->text, p, len) == 0))
            return k->node;
        if (k->node == EQ_NONE)
            return EQ_NONE;
    }
}

/* Follow a whole dotted path from `node`; any bytes, no padding needed. EQ_NONE if it is not there. */
uint32_t eq_trie_walk(const struct eq_trie *t, uint32_t node, struct eq_slice path);

#endif
