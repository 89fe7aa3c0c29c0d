/* decode_visits.c — which object had which key, for documents where some key may be there twice.
 *
 * Such documents are rare, so this costs nothing until one comes. */
#include "event/decode_priv.h"

void eq_visits_clear(struct eq_visits *v)
{
    v->n = 0;
    if (v->size)
        memset(v->table, 0, v->size * sizeof *v->table);
}

void eq_visits_free(struct eq_visits *v, const struct eq_alloc *alloc)
{
    eq_free(alloc, v->items);
    eq_free(alloc, v->table);
    *v = (struct eq_visits){0};
}

static size_t place_of(const struct eq_visits *v, uint64_t key)
{
    size_t at = (size_t)eq_hash_bytes((const char *)&key, sizeof key) & (v->size - 1);
    while (v->table[at] && v->items[v->table[at] - 1].key != key)
        at = (at + 1) & (v->size - 1);
    return at;
}

static enum eq_status grow_table(struct eq_visits *v, const struct eq_alloc *alloc)
{
    size_t size = v->size ? v->size * 2 : 256;
    if (size > UINT32_MAX)
        return EQ_NOMEM;
    uint32_t *table = eq_new(alloc, size * sizeof *table);
    if (!table)
        return EQ_NOMEM;
    eq_free(alloc, v->table);
    v->table = table;
    v->size = size;
    for (size_t i = 0; i < v->n; i++)
        v->table[place_of(v, v->items[i].key)] = (uint32_t)i + 1;
    return EQ_OK;
}

enum eq_status eq_visits_put(uint32_t *out, bool *added, struct eq_visits *v, const struct eq_alloc *alloc,
                             uint32_t serial, uint32_t node)
{
    if (v->n * 2 >= v->size && grow_table(v, alloc) != EQ_OK)
        return EQ_NOMEM;
    uint64_t key = (uint64_t)serial << 32 | node;
    size_t at = place_of(v, key);
    *added = !v->table[at];
    if (*added) {
        if (!eq_grow(alloc, &v->items, &v->cap, v->n + 1, sizeof *v->items))
            return EQ_NOMEM;
        v->items[v->n++] = (struct eq_visit){.key = key};
        v->table[at] = (uint32_t)v->n;
    }
    *out = v->table[at] - 1;
    return EQ_OK;
}
