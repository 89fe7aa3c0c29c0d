/* intern.c — open addressing over numbers; the bytes and their hashes stand in arrays beside it.
 *
 *      table   [ . 3 . 1 2 . . ]         number + 1 and half of the hash, linear probing, at most half full
 *      items   [ "a" "b" "c" ]           by number
 *      hashes  [ h1 h2 h3 ]              by number: reused when growing
 *
 * Nothing is ever removed, so there are no tombstones. */
#include "base/intern.h"

#include "base/seed.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { FIRST_TABLE = 16, FEW = 8 };

uint64_t eq_hash_bytes(const char *ptr, size_t len)
{
    return XXH3_64bits_withSeed(ptr, len, eq_seed());
}

void eq_intern_init(struct eq_intern *t, const struct eq_alloc *alloc)
{
    *t = (struct eq_intern){0};
    eq_arena_init(&t->bytes, alloc);
}

void eq_intern_free(struct eq_intern *t)
{
    const struct eq_alloc *alloc = t->bytes.alloc;
    if (!alloc)
        return;
    eq_arena_free(&t->bytes);
    eq_free(alloc, t->items);
    eq_free(alloc, t->hashes);
    eq_free(alloc, t->table);
    eq_intern_init(t, alloc);
}

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

/* The place of `s` in the table: where it is, or the free place where it belongs. */
static size_t probe(const struct eq_intern *t, struct eq_slice s, uint64_t hash)
{
    size_t mask = t->table_size - 1, at = (size_t)hash & mask;
    for (; t->table[at].number; at = (at + 1) & mask)
        if (t->table[at].tag == tag_of(hash) && eq_slice_eq(t->items[t->table[at].number - 1], s))
            break;
    return at;
}

/* Among a few, looking at each takes less than hashing. */
static uint32_t find_among_few(const struct eq_intern *t, struct eq_slice s)
{
    for (uint32_t i = 0; i < t->n; i++)
        if (t->items[i].len == s.len && eq_same_bytes(t->items[i].ptr, s.ptr, s.len))
            return i;
    return EQ_NONE;
}

uint32_t eq_intern_find(const struct eq_intern *t, struct eq_slice s)
{
    if (t->n <= FEW)
        return find_among_few(t, s);
    /* A free place holds 0, and 0 - 1 is EQ_NONE. */
    return t->table[probe(t, s, eq_hash_bytes(s.ptr, s.len))].number - 1;
}

static bool grow_table(struct eq_intern *t)
{
    const struct eq_alloc *alloc = t->bytes.alloc;
    size_t size = t->table_size ? t->table_size * 2 : FIRST_TABLE, mask = size - 1;
    struct eq_intern_place *table;
    if (size > SIZE_MAX / sizeof *table / 2)
        return false;
    table = eq_new(alloc, size * sizeof *table);
    if (!table)
        return false;
    for (size_t i = 0; i < t->n; i++) {
        size_t at = (size_t)t->hashes[i] & mask;
        while (table[at].number)
            at = (at + 1) & mask;
        table[at] = (struct eq_intern_place){(uint32_t)i + 1, tag_of(t->hashes[i])};
    }
    eq_free(alloc, t->table);
    t->table = table;
    t->table_size = size;
    return true;
}

static enum eq_status put(uint32_t *out, struct eq_intern *t, struct eq_slice s, bool *added, bool copied)
{
    const struct eq_alloc *alloc = t->bytes.alloc;
    uint64_t hash = eq_hash_bytes(s.ptr, s.len);
    size_t at;

    if (added)
        *added = false;
    if (t->n) {
        at = probe(t, s, hash);
        if (t->table[at].number) {
            *out = t->table[at].number - 1;
            return EQ_OK;
        }
    }
    if (t->n >= EQ_NONE - 1)
        return EQ_LIMIT;
    if (2 * (t->n + 1) > t->table_size && !grow_table(t))
        return EQ_NOMEM;
    if (!eq_grow(alloc, &t->items, &t->cap, t->n + 1, sizeof *t->items) ||
        !eq_grow(alloc, &t->hashes, &t->hash_cap, t->n + 1, sizeof *t->hashes))
        return EQ_NOMEM;
    if (copied)
        s = eq_arena_copy(&t->bytes, s);
    if (!s.ptr)
        return EQ_NOMEM;
    at = probe(t, s, hash);
    t->items[t->n] = s;
    t->hashes[t->n] = hash;
    t->table[at] = (struct eq_intern_place){(uint32_t)t->n + 1, tag_of(hash)};
    *out = (uint32_t)t->n++;
    if (added)
        *added = true;
    return EQ_OK;
}

enum eq_status eq_intern_put(uint32_t *out, struct eq_intern *t, struct eq_slice s, bool *added)
{
    return put(out, t, s, added, true);
}

enum eq_status eq_intern_lend(uint32_t *out, struct eq_intern *t, struct eq_slice s, bool *added)
{
    return put(out, t, s.ptr ? s : EQ_LIT(""), added, false);
}
