/* arena.c — memory that dies together, in chunks that stay.
 *
 *      first                    current
 *      [4k: full]──▶[8k: full]──▶[16k: a b . . .]──▶[64k: free]──▶ none
 *
 * Chunks double from 4k to 64k; a larger request gets a chunk of its own. Always true: chunks behind
 * `current` hold nothing, so they may be reordered. */
#include "base/arena.h"

#include "base/fence.h"

#include <stdalign.h>

#ifdef EQ_HAS_FENCES
enum { FENCE_BYTES = 16 };
#else
enum { FENCE_BYTES = 0 };
#endif

enum { FIRST_CHUNK = 512, LAST_CHUNK = 65536, ALIGN = 16 };

struct eq_arena_chunk {
    struct eq_arena_chunk *next;
    size_t size, used; /* bytes of `data` */
    alignas(ALIGN) char data[];
};

void eq_arena_init(struct eq_arena *arena, const struct eq_alloc *alloc)
{
    *arena = (struct eq_arena){.alloc = alloc};
}

/* A chunk with room for `size` bytes behind `current`: a free one, or a new one. It becomes current. */
static struct eq_arena_chunk *next_chunk(struct eq_arena *arena, size_t size)
{
    struct eq_arena_chunk **link = arena->current ? &arena->current->next : &arena->first;
    struct eq_arena_chunk **from = link, *chunk;
    size_t want = arena->current ? (sizeof *chunk + arena->current->size) * 2 : FIRST_CHUNK;

    while (*from && (*from)->size < size)
        from = &(*from)->next;
    chunk = *from;
    if (chunk) {
        *from = chunk->next;
    } else {
        if (want > LAST_CHUNK)
            want = LAST_CHUNK;
        while (want - sizeof *chunk < size)
            want *= 2; /* so that ever larger requests leave few chunks behind */
        chunk = arena->alloc->resize(NULL, want, arena->alloc->ctx);
        if (!chunk)
            return NULL;
        chunk->size = want - sizeof *chunk;
        EQ_FENCE(chunk->data, chunk->size);
    }
    chunk->used = 0;
    chunk->next = *link;
    *link = chunk;
    arena->current = chunk;
    return chunk;
}

static char *take(struct eq_arena *arena, size_t size, size_t align)
{
    struct eq_arena_chunk *chunk = arena->current;
    size_t start, bytes;
    char *ptr;

    if (size > SIZE_MAX / 4)
        return NULL;
    bytes = (size ? size : 1) + FENCE_BYTES;
    start = chunk ? (chunk->used + align - 1) & ~(align - 1) : 0;
    if (!chunk || start > chunk->size || bytes > chunk->size - start) {
        chunk = next_chunk(arena, bytes);
        if (!chunk)
            return NULL;
        start = 0;
    }
    arena->used_bytes += start + bytes - chunk->used;
    chunk->used = start + bytes;
    ptr = chunk->data + start;
    EQ_UNFENCE(ptr, bytes - FENCE_BYTES);
    return ptr;
}

void *eq_arena_room(struct eq_arena *arena, size_t size)
{
    return take(arena, size, ALIGN);
}

void *eq_arena_alloc(struct eq_arena *arena, size_t size)
{
    char *ptr = take(arena, size, ALIGN);
    if (ptr)
        memset(ptr, 0, size);
    return ptr;
}

char *eq_arena_bytes(struct eq_arena *arena, size_t size)
{
    return take(arena, size, FENCE_BYTES ? 8 : 1);
}

bool eq_arena_reserve(struct eq_arena *arena, size_t size)
{
    struct eq_arena_chunk *chunk = arena->current;
    if (size > SIZE_MAX / 4)
        return false;
    if (!chunk || chunk->size - chunk->used < size)
        chunk = next_chunk(arena, size);
    return chunk;
}

struct eq_slice eq_arena_copy(struct eq_arena *arena, struct eq_slice s)
{
    char *ptr = s.len < SIZE_MAX ? eq_arena_bytes(arena, s.len + 1) : NULL;
    if (!ptr)
        return (struct eq_slice){NULL, 0};
    if (s.len)
        memcpy(ptr, s.ptr, s.len);
    ptr[s.len] = '\0';
    return (struct eq_slice){ptr, s.len};
}

struct eq_arena_mark eq_arena_mark(const struct eq_arena *arena)
{
    return (struct eq_arena_mark){arena->current, arena->current ? arena->current->used : 0, arena->used_bytes};
}

void eq_arena_rewind(struct eq_arena *arena, struct eq_arena_mark mark)
{
#ifdef EQ_HAS_FENCES
    /* What was taken since: the rest of the mark's chunk, and all later chunks up to the current one. */
    struct eq_arena_chunk *chunk = mark.chunk ? mark.chunk->next : arena->first;
    if (mark.chunk)
        EQ_FENCE(mark.chunk->data + ((mark.used + 7) & ~(size_t)7), mark.chunk->size - ((mark.used + 7) & ~(size_t)7));
    for (; chunk; chunk = chunk->next)
        EQ_FENCE(chunk->data, chunk->size);
#endif
    arena->current = mark.chunk;
    if (mark.chunk)
        mark.chunk->used = mark.used;
    arena->used_bytes = mark.used_bytes;
}

void eq_arena_reset(struct eq_arena *arena)
{
    eq_arena_rewind(arena, (struct eq_arena_mark){NULL, 0, 0});
}

void eq_arena_free(struct eq_arena *arena)
{
    struct eq_arena_chunk *chunk = arena->first;
    while (chunk) {
        struct eq_arena_chunk *next = chunk->next;
        EQ_UNFENCE(chunk->data, chunk->size);
        eq_free(arena->alloc, chunk);
        chunk = next;
    }
    *arena = (struct eq_arena){.alloc = arena->alloc};
}
