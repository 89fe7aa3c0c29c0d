/* alloc.h — every byte that eqlite owns comes through one allocator, given by the caller.
 *
 * So an embedder can count memory, and a test can fail the 1st, 2nd, 3rd … allocation. */
#ifndef EQ_BASE_ALLOC_H
#define EQ_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>

struct eq_alloc {
    /* As realloc: ptr NULL allocates, size 0 frees and returns NULL. On failure returns NULL and
     * leaves ptr valid. */
    void *(*resize)(void *ptr, size_t size, void *ctx);
    void *ctx;
};

/* The C library's heap. */
extern const struct eq_alloc eq_alloc_default;

void *eq_new(const struct eq_alloc *a, size_t size);  /* zeroed; NULL on failure */
void eq_free(const struct eq_alloc *a, void *ptr);    /* NULL is fine */

/* Make room for `need` elements of `size` bytes in the array *items with capacity *cap, at least
 * doubling. New room is not zeroed. Returns false on overflow or failed allocation, with the array
 * as it was. Use: if (!eq_grow(a, &v->items, &v->cap, v->n + 1, sizeof *v->items)) return EQ_NOMEM; */
#define eq_grow(a, items, cap, need, size) eq_grow_raw((a), (void *)(items), (cap), (need), (size))
bool eq_grow_raw(const struct eq_alloc *a, void *items, size_t *cap, size_t need, size_t size);

#endif
