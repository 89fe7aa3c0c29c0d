/* arena.h — memory that dies together.
 *
 *      [chunk: a b c d . . .]──▶[chunk: e f . .]        one mark, one reset, one free
 *
 * Zeroed structs are valid empty arenas once `alloc` is set. Under ASan each object is fenced off. */
#ifndef EQ_BASE_ARENA_H
#define EQ_BASE_ARENA_H

#include "base/alloc.h"
#include "base/slice.h"

struct eq_arena_chunk;

struct eq_arena {
    const struct eq_alloc *alloc;
    struct eq_arena_chunk *first, *current;
    size_t used_bytes; /* handed out since the last reset, padding included */
};

struct eq_arena_mark {
    struct eq_arena_chunk *chunk;
    size_t used, used_bytes;
};

void eq_arena_init(struct eq_arena *arena, const struct eq_alloc *alloc);
void *eq_arena_alloc(struct eq_arena *arena, size_t size); /* zeroed, 16-aligned; NULL on failure */
void *eq_arena_room(struct eq_arena *arena, size_t size);  /* not zeroed, 16-aligned */
char *eq_arena_bytes(struct eq_arena *arena, size_t size); /* not zeroed, 1-aligned */
/* Make sure that the next `size` bytes come in one piece; false on failure. */
bool eq_arena_reserve(struct eq_arena *arena, size_t size);
/* A copy of s in the arena, followed by a NUL that is not counted; ptr NULL on failure. */
struct eq_slice eq_arena_copy(struct eq_arena *arena, struct eq_slice s);
struct eq_arena_mark eq_arena_mark(const struct eq_arena *arena);
void eq_arena_rewind(struct eq_arena *arena, struct eq_arena_mark mark);
void eq_arena_reset(struct eq_arena *arena); /* forget everything, keep the chunks */
void eq_arena_free(struct eq_arena *arena);  /* give everything back; the arena may be used again */

#endif
