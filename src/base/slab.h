/* slab.h — what is not small, side by side in large pages.
 *
 *      slab of 2 MiB   [ table ........ | chunk | chunk | free .... | block ]       runs of pages of 4 KiB
 *
 * Tables and chunks are asked here and there for each event. With pages of 4 KiB the processor cannot remember where all
 * of them are, and looks that up again and again; with one large page for a slab it can. The C library has this, too, but
 * only for who sets a variable of the environment, and then for everything.
 *
 * Where the system knows no such pages, and under AddressSanitizer, nothing is ever taken here. Safe for threads. */
#ifndef EQ_BASE_SLAB_H
#define EQ_BASE_SLAB_H

#include <stdbool.h>
#include <stddef.h>

#define EQ_SLAB_PAGE 4096
#define EQ_SLAB_BYTES ((size_t)2 << 20)
#define EQ_SLAB_LEAST ((size_t)8 << 10) /* smaller requests are none of ours */

/* Room for `size` bytes at the beginning of a page; what stands there is undefined. NULL: too small, or no memory. */
void *eq_slab_take(size_t size);
/* How many bytes there are at a pointer; 0: it is not from here. */
size_t eq_slab_room(const void *ptr);
void eq_slab_give(void *ptr); /* from here */
/* More room at another address, without a copy; only for what has more than a slab, and will. NULL: not so. */
void *eq_slab_grow(void *ptr, size_t size);
size_t eq_slab_count(void);   /* of slabs now, for tests */

#endif
