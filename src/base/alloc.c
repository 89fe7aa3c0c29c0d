/* alloc.c — the C library's heap as an eq_alloc, and arrays that at least double. */
#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *resize_heap(void *ptr, size_t size, void *ctx)
{
    (void)ctx;
    if (size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, size);
}

const struct eq_alloc eq_alloc_default = {resize_heap, NULL};

void *eq_new(const struct eq_alloc *a, size_t size)
{
    size_t bytes = size ? size : 1;
    void *ptr = a->resize(NULL, bytes, a->ctx);
    if (ptr)
        memset(ptr, 0, bytes);
    return ptr;
}

void eq_free(const struct eq_alloc *a, void *ptr)
{
    if (ptr)
        a->resize(ptr, 0, a->ctx);
}

bool eq_grow_raw(const struct eq_alloc *a, void *items, size_t *cap, size_t need, size_t size)
{
    void *ptr;
    size_t want = *cap * 2;
    if (need <= *cap)
        return true;
    if (*cap > SIZE_MAX / 2)
        return false;
    if (want * size < 64 && want < 64)
        want = 64 / size ? 64 / size : 1;
    if (want < need)
        want = need;
    if (want > (SIZE_MAX / 2) / size)
        return false;
    /* `items` is the address of a pointer of some type; memcpy reads it whatever the type is. */
    memcpy(&ptr, items, sizeof ptr);
    ptr = a->resize(ptr, want * size, a->ctx);
    if (!ptr)
        return false;
    memcpy(items, &ptr, sizeof ptr);
    *cap = want;
    return true;
}
