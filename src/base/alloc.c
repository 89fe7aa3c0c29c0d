/* alloc.c — the C library's heap, with slabs for what is not small, as an eq_alloc; and arrays that at least double. */
#include "base/alloc.h"

#include "base/slab.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *take(size_t size)
{
    void *ptr = eq_slab_take(size);
    return ptr ? ptr : malloc(size);
}

/* Of a slab: to a place that fits better. */
static void *move(void *ptr, size_t room, size_t size)
{
    void *to = eq_slab_grow(ptr, size);
    if (to)
        return to;
    to = take(size);
    if (!to)
        return NULL;
    memcpy(to, ptr, room < size ? room : size);
    eq_slab_give(ptr);
    return to;
}

static void *resize_heap(void *ptr, size_t size, void *ctx)
{
    size_t room = ptr ? eq_slab_room(ptr) : 0;
    (void)ctx;
    if (size == 0 && room)
        eq_slab_give(ptr);
    else if (size == 0)
        free(ptr);
    if (size == 0)
        return NULL;
    if (!ptr)
        return take(size);
    if (!room)
        return realloc(ptr, size);
    return size <= room && size > room / 2 ? ptr : move(ptr, room, size);
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

/* What grows from small to large goes to where large things are: what the C library has once, it would keep. */
static void *regrow(const struct eq_alloc *a, void *ptr, size_t had, size_t want)
{
    if (!had || had >= EQ_SLAB_LEAST || want < EQ_SLAB_LEAST)
        return a->resize(ptr, want, a->ctx);
    void *to = a->resize(NULL, want, a->ctx);
    if (!to)
        return NULL;
    memcpy(to, ptr, had);
    a->resize(ptr, 0, a->ctx);
    return to;
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
    ptr = regrow(a, ptr, *cap * size, want * size);
    if (!ptr)
        return false;
    memcpy(items, &ptr, sizeof ptr);
    *cap = want;
    return true;
}
