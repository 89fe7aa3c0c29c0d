/* pool.h — many small objects that come and go, named by 32-bit references.
 *
 *      reference   [ block : 20 bits | place in units of 16 bytes : 12 bits ]
 *
 *      48 bytes    [block 1: a b . d]   [block 4: . e . .]        free cells of a block are linked
 *      96 bytes    [block 2: f . . .]                             a block without objects is given back
 *
 * A reference takes half the room of a pointer, and tells the block of its cell, so that memory which one rule no
 * longer needs serves others, or the rest of the program. Objects do not move. */
#ifndef EQ_MATCH_POOL_H
#define EQ_MATCH_POOL_H

#include <stdint.h>

#include "base/alloc.h"

typedef uint32_t eq_ref; /* 0: none */

enum { EQ_POOL_UNIT = 16, EQ_POOL_PLACE_BITS = 12, EQ_POOL_CLASSES = 48 };

/* Objects that are linked, by whoever links them. */
struct eq_queue {
    eq_ref first, last;
};

struct eq_pool_block {
    char *cells; /* NULL: the number is free */
    uint32_t n_cells, used;
    uint32_t free_cell; /* place of the first free cell + 1; 0: none */
    uint32_t fresh;     /* cells from here on were never used */
    uint32_t class;
    uint32_t previous, next; /* blocks of its class with free cells; next also links free numbers */
};

struct eq_pool {
    const struct eq_alloc *alloc;
    struct eq_pool_block *blocks; /* by number; 0 is none */
    size_t n_blocks, cap_blocks;
    uint32_t free_number;
    uint32_t open[EQ_POOL_CLASSES]; /* by class: first block with a free cell */
    uint32_t n_of_class[EQ_POOL_CLASSES];
    size_t reserved; /* bytes of all blocks */
};

void eq_pool_init(struct eq_pool *p, const struct eq_alloc *alloc);
void eq_pool_free(struct eq_pool *p);
/* What an object of `size` bytes takes. */
size_t eq_pool_bytes(size_t size);
/* Room for `size` bytes, zeroed; 0 without memory. */
eq_ref eq_pool_take(struct eq_pool *p, size_t size);
void eq_pool_give(struct eq_pool *p, eq_ref r);

static inline void *eq_pool_at(const struct eq_pool *p, eq_ref r)
{
    size_t place = r & ((1u << EQ_POOL_PLACE_BITS) - 1);
    return p->blocks[r >> EQ_POOL_PLACE_BITS].cells + place * EQ_POOL_UNIT;
}

#endif
