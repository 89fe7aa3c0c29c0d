/* key_table.c — see key_table.h. At most three quarters full; halved when less than an eighth is used. */
#include "match/key_table.h"

#include "base/intern.h"

enum { FIRST_SIZE = 16 };

void eq_key_table_init(struct eq_key_table *t, size_t at_bytes, struct eq_budget *budget)
{
    *t = (struct eq_key_table){.budget = budget, .at_bytes = at_bytes};
}

void eq_key_table_free(struct eq_key_table *t)
{
    if (!t->places)
        return;
    eq_budget_uncount(t->budget, t->size * sizeof *t->places);
    eq_free(t->budget->alloc, t->places);
    eq_key_table_init(t, t->at_bytes, t->budget);
}

size_t eq_key_bytes(const struct eq_key_table *t, const struct eq_key *key)
{
    return eq_pool_bytes(t->at_bytes + key->len);
}

static uint32_t hash_of(struct eq_slice bytes)
{
    return (uint32_t)(eq_hash_bytes(bytes.ptr, bytes.len) >> 32);
}

/* The place of the bytes: where they are, or the free place where they belong. */
static uint32_t probe(const struct eq_key_table *t, struct eq_slice bytes, uint32_t hash)
{
    uint32_t mask = t->size - 1, at = hash & mask;
    for (; t->places[at].key; at = (at + 1) & mask) {
        if (t->places[at].hash == hash &&
            eq_slice_eq(eq_key_slice(t, eq_pool_at(&t->budget->pool, t->places[at].key)), bytes))
            break;
    }
    return at;
}

eq_ref eq_key_find(const struct eq_key_table *t, struct eq_slice bytes)
{
    return t->n ? t->places[probe(t, bytes, hash_of(bytes))].key : 0;
}

static bool resize(struct eq_key_table *t, uint32_t size)
{
    struct eq_key_place *places = eq_new(t->budget->alloc, size * sizeof *places);
    uint32_t mask = size - 1;
    if (!places)
        return false;
    for (uint32_t i = 0; i < t->size; i++) {
        uint32_t at = t->places[i].hash & mask;
        if (!t->places[i].key)
            continue;
        while (places[at].key)
            at = (at + 1) & mask;
        places[at] = t->places[i];
    }
    eq_budget_uncount(t->budget, t->size * sizeof *places);
    eq_budget_count(t->budget, size * sizeof *places);
    eq_free(t->budget->alloc, t->places);
    t->places = places;
    t->size = size;
    return true;
}

static bool make_room(struct eq_key_table *t)
{
    if (t->n < t->size / 4 * 3)
        return true;
    if (t->size > UINT32_MAX / 2 / sizeof *t->places)
        return false;
    return resize(t, t->size ? t->size * 2 : FIRST_SIZE);
}

enum eq_status eq_key_put(eq_ref *out, struct eq_key_table *t, struct eq_slice bytes, bool *added)
{
    uint32_t hash = hash_of(bytes);
    *added = false;
    if (t->n) {
        *out = t->places[probe(t, bytes, hash)].key;
        if (*out)
            return EQ_OK;
    }
    if (bytes.len > UINT32_MAX)
        return EQ_LIMIT;
    if (!make_room(t))
        return EQ_NOMEM;
    eq_ref ref = eq_pool_take(&t->budget->pool, t->at_bytes + bytes.len);
    if (!ref)
        return EQ_NOMEM;
    struct eq_key *key = eq_pool_at(&t->budget->pool, ref);
    key->hash = hash;
    key->len = (uint32_t)bytes.len;
    if (bytes.len)
        memcpy((char *)key + t->at_bytes, bytes.ptr, bytes.len);
    t->places[probe(t, bytes, hash)] = (struct eq_key_place){hash, ref};
    t->n++;
    eq_budget_count(t->budget, eq_key_bytes(t, key));
    *out = ref;
    *added = true;
    return EQ_OK;
}

/* Free a place, and move up those behind it that would no longer be found. */
static void close_gap(struct eq_key_table *t, uint32_t gap)
{
    uint32_t mask = t->size - 1;
    for (uint32_t at = (gap + 1) & mask; t->places[at].key; at = (at + 1) & mask) {
        uint32_t home = t->places[at].hash & mask;
        if (((at - home) & mask) < ((at - gap) & mask))
            continue;
        t->places[gap] = t->places[at];
        gap = at;
    }
    t->places[gap] = (struct eq_key_place){0};
}

void eq_key_remove(struct eq_key_table *t, eq_ref ref)
{
    const struct eq_key *key = eq_pool_at(&t->budget->pool, ref);
    uint32_t mask = t->size - 1, at = key->hash & mask;
    while (t->places[at].key != ref)
        at = (at + 1) & mask;
    close_gap(t, at);
    t->n--;
    eq_budget_uncount(t->budget, eq_key_bytes(t, key));
    eq_pool_give(&t->budget->pool, ref);
    if (t->size > FIRST_SIZE && t->n < t->size / 8)
        (void)resize(t, t->size / 2); /* without memory it stays large */
}
