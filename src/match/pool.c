/* pool.c — see pool.h. Cells have 16, 32, 48 … 512 bytes, then steps of 256 up to 4 KiB; what is larger has a block of
 * its own. Blocks double from 4 KiB to 64 KiB, so that a few objects cost little. */
#include "match/pool.h"

#include "base/fence.h"

#include <assert.h>
#include <string.h>

enum { SMALL = 512, LARGE = 4096, SMALL_CLASSES = SMALL / EQ_POOL_UNIT, LARGE_STEP = 256 };
enum { OWN_BLOCK = EQ_POOL_CLASSES - 1, FIRST_BLOCK = 4096, LAST_BLOCK = 65536 };
enum { MOST_BLOCKS = 1 << (32 - EQ_POOL_PLACE_BITS) };

static_assert(SMALL_CLASSES + (LARGE - SMALL) / LARGE_STEP <= OWN_BLOCK, "there is a class for every size");
static_assert(LAST_BLOCK / EQ_POOL_UNIT <= 1 << EQ_POOL_PLACE_BITS, "every place has a number");

static uint32_t class_of(size_t size)
{
    if (size > LARGE)
        return OWN_BLOCK;
    if (size > SMALL)
        return SMALL_CLASSES + (uint32_t)((size - SMALL - 1) / LARGE_STEP);
    return size ? (uint32_t)((size - 1) / EQ_POOL_UNIT) : 0;
}

static size_t cell_bytes(uint32_t class)
{
    if (class < SMALL_CLASSES)
        return (class + 1) * (size_t)EQ_POOL_UNIT;
    return SMALL + (class - SMALL_CLASSES + 1) * (size_t)LARGE_STEP;
}

size_t eq_pool_bytes(size_t size)
{
    uint32_t class = class_of(size);
    return class == OWN_BLOCK ? size : cell_bytes(class);
}

/* Of an own block n_cells is its size, and its only cell the whole of it. */
static size_t block_bytes(const struct eq_pool_block *b)
{
    return b->class == OWN_BLOCK ? b->n_cells : b->n_cells * cell_bytes(b->class);
}

void eq_pool_init(struct eq_pool *p, const struct eq_alloc *alloc)
{
    *p = (struct eq_pool){.alloc = alloc, .n_blocks = 1};
}

void eq_pool_free(struct eq_pool *p)
{
    for (size_t i = 1; p->blocks && i < p->n_blocks; i++) {
        struct eq_pool_block *b = &p->blocks[i];
        if (b->cells)
            EQ_UNFENCE(b->cells, block_bytes(b));
        eq_free(p->alloc, b->cells);
    }
    eq_free(p->alloc, p->blocks);
    eq_pool_init(p, p->alloc);
}

/* ── Blocks ── */

/* Blocks with free cells are linked, the one that is used next first. */
static void link_block(struct eq_pool *p, uint32_t number)
{
    struct eq_pool_block *b = &p->blocks[number];
    b->previous = 0;
    b->next = p->open[b->class];
    if (b->next)
        p->blocks[b->next].previous = number;
    p->open[b->class] = number;
}

static void unlink_block(struct eq_pool *p, uint32_t number)
{
    struct eq_pool_block *b = &p->blocks[number];
    if (b->previous)
        p->blocks[b->previous].next = b->next;
    else
        p->open[b->class] = b->next;
    if (b->next)
        p->blocks[b->next].previous = b->previous;
}

/* An unused number of a block; 0: none, or no memory. */
static uint32_t new_number(struct eq_pool *p)
{
    uint32_t number = p->free_number;
    if (number) {
        p->free_number = p->blocks[number].next;
        return number;
    }
    if (p->n_blocks == MOST_BLOCKS ||
        !eq_grow(p->alloc, &p->blocks, &p->cap_blocks, p->n_blocks + 1, sizeof *p->blocks))
        return 0;
    return (uint32_t)p->n_blocks++;
}

static void give_back(struct eq_pool *p, uint32_t number)
{
    struct eq_pool_block *b = &p->blocks[number];
    size_t bytes = block_bytes(b);
    if (b->cells) {
        EQ_UNFENCE(b->cells, bytes);
        p->reserved -= bytes;
        p->n_of_class[b->class]--;
        eq_free(p->alloc, b->cells);
    }
    *b = (struct eq_pool_block){.next = p->free_number};
    p->free_number = number;
}

/* A block of a class with n cells, in no list. `bytes` is its size. */
static uint32_t new_block(struct eq_pool *p, uint32_t class, size_t n_cells, size_t bytes)
{
    uint32_t number = n_cells <= UINT32_MAX ? new_number(p) : 0;
    if (!number)
        return 0;
    p->blocks[number] = (struct eq_pool_block){.class = class};
    char *cells = p->alloc->resize(NULL, bytes, p->alloc->ctx);
    if (!cells) {
        give_back(p, number);
        return 0;
    }
    EQ_FENCE(cells, bytes);
    p->blocks[number].cells = cells;
    p->blocks[number].n_cells = (uint32_t)n_cells;
    p->reserved += bytes;
    p->n_of_class[class]++;
    return number;
}

static uint32_t open_block(struct eq_pool *p, uint32_t class)
{
    size_t cell = cell_bytes(class), bytes = FIRST_BLOCK;
    if (p->open[class])
        return p->open[class];
    for (uint32_t i = 0; i < p->n_of_class[class] && bytes < LAST_BLOCK; i++)
        bytes *= 2;
    uint32_t number = new_block(p, class, bytes / cell, bytes / cell * cell);
    if (number)
        link_block(p, number);
    return number;
}

/* ── Cells ── */

static eq_ref take_own(struct eq_pool *p, size_t size)
{
    uint32_t number = new_block(p, OWN_BLOCK, size, size);
    if (!number)
        return 0;
    EQ_UNFENCE(p->blocks[number].cells, size);
    memset(p->blocks[number].cells, 0, size);
    return number << EQ_POOL_PLACE_BITS;
}

eq_ref eq_pool_take(struct eq_pool *p, size_t size)
{
    uint32_t class = class_of(size), number;
    if (class == OWN_BLOCK)
        return take_own(p, size);
    number = open_block(p, class);
    if (!number)
        return 0;
    struct eq_pool_block *b = &p->blocks[number];
    size_t cell = cell_bytes(class), place;
    if (b->free_cell) {
        place = b->free_cell - 1;
        EQ_UNFENCE(b->cells + place * EQ_POOL_UNIT, cell);
        memcpy(&b->free_cell, b->cells + place * EQ_POOL_UNIT, sizeof b->free_cell);
    } else {
        place = b->fresh++ * cell / EQ_POOL_UNIT;
        EQ_UNFENCE(b->cells + place * EQ_POOL_UNIT, cell);
    }
    memset(b->cells + place * EQ_POOL_UNIT, 0, cell);
    if (++b->used == b->n_cells)
        unlink_block(p, number);
    return number << EQ_POOL_PLACE_BITS | (uint32_t)place;
}

void eq_pool_give(struct eq_pool *p, eq_ref r)
{
    uint32_t number = r >> EQ_POOL_PLACE_BITS, place = r & ((1u << EQ_POOL_PLACE_BITS) - 1);
    struct eq_pool_block *b = &p->blocks[number];
    if (b->class == OWN_BLOCK) {
        give_back(p, number);
        return;
    }
    char *cell = b->cells + (size_t)place * EQ_POOL_UNIT;
    memcpy(cell, &b->free_cell, sizeof b->free_cell);
    EQ_FENCE(cell, cell_bytes(b->class));
    b->free_cell = place + 1;
    if (b->used-- == b->n_cells)
        link_block(p, number);
    /* the last open block stays: a rule whose only partial comes and goes needs no allocation */
    if (b->used == 0 && (b->previous || b->next)) {
        unlink_block(p, number);
        give_back(p, number);
    }
}
