/* decode_shapes_priv.h — what a shape is, and the memory of shapes: for decode_shapes*.c.
 *
 * Keys are few and in many shapes, so each is kept once, laid out for comparing: its first and its last eight bytes, the
 * closing quote among them, and a mask for what is shorter. */
#ifndef EQ_EVENT_DECODE_SHAPES_PRIV_H
#define EQ_EVENT_DECODE_SHAPES_PRIV_H

#include "base/intern.h"
#include "event/decode_shapes.h"

enum {
    EQ_SHAPE_TOKENS = 8192, /* of a document that has a shape */
    EQ_SHAPE_KEY = 1024,    /* bytes of a key in one */
    EQ_SHAPES_MOST = 1024,
    EQ_SHAPE_PLACES = 2 * EQ_SHAPES_MOST, /* powers of two */
    EQ_SHAPE_SEEN = 4096
};

/* A token, and the number of a key or value that belongs to it. */
struct eq_spot {
    uint16_t token, number;
};

struct eq_spots {
    const struct eq_spot *items;
    size_t n;
};

struct eq_shape_chain { /* of a field's values */
    uint32_t field;
    struct eq_slot slot;
};

struct eq_shape {
    const uint8_t *kinds; /* of n_tokens tokens */
    size_t n_tokens;
    struct eq_spots keys, long_keys; /* up to 15 bytes, and longer ones */
    struct eq_spots strings, scalars, objects; /* values: the last are objects in place of one */
    struct eq_spots nulls; /* what must be null, and is no value */
    const uint32_t *next; /* of n_values values */
    size_t n_values;
    const struct eq_shape_chain *chains;
    size_t n_chains;
    const struct eq_found *found;
    size_t n_found;
    struct eq_hit hit;
};

struct eq_shape_place {
    uint64_t hash;
    const struct eq_shape *shape; /* NULL: free */
};

/* A key as it is compared: two words of text and closing quote, the second `tail` bytes behind the first. */
struct eq_shape_key {
    uint64_t first, last, mask;
    size_t tail;
};

struct eq_shapes {
    const struct eq_alloc *alloc;
    struct eq_shape_place places[EQ_SHAPE_PLACES];
    uint32_t seen[EQ_SHAPE_SEEN]; /* halves of hashes */
    uint8_t kinds[EQ_SHAPE_TOKENS];
    uint64_t hash; /* of the document at hand */
    struct eq_arena arena;
    struct eq_intern texts; /* of keys */
    struct eq_shape_key *names; /* by their numbers there */
    size_t cap_names;
    struct eq_notes notes;
    unsigned tried, hits, learned; /* in this window */
    unsigned rest;                 /* events left in which nothing is tried */
    size_t n; /* shapes */
    struct eq_shape_stats stats;
};

#endif
