/* memo.c — see memo.h: a table of one entry per place, overwritten by what comes later, in front of an arena. */
#include "match/memo.h"

#include "base/intern.h"

#define PLACES 65536      /* power of two */
#define SEEN_BITS 1048576 /* power of two: values seen once */
#define TEXT_MAX 1024     /* longer values rarely repeat */

struct place {
    uint64_t hash;
    uint32_t field, type;
    uint32_t len, n;
    const char *text;     /* NULL: free */
    const uint32_t *list;
};

struct eq_memo {
    const struct eq_alloc *alloc;
    struct place *places;
    uint64_t *seen;
    size_t n_seen;        /* bits set */
    struct eq_arena arena;
    size_t budget;
    struct eq_memo_stats stats;
};

enum eq_status eq_memo_new(struct eq_memo **out, size_t budget, const struct eq_alloc *alloc)
{
    struct eq_memo *m = eq_new(alloc, sizeof *m);
    if (!m)
        return EQ_NOMEM;
    m->alloc = alloc;
    m->budget = budget;
    eq_arena_init(&m->arena, alloc);
    m->places = eq_new(alloc, PLACES * sizeof *m->places);
    m->seen = eq_new(alloc, SEEN_BITS / 8);
    if (!m->places || !m->seen) {
        eq_memo_free(m);
        return EQ_NOMEM;
    }
    *out = m;
    return EQ_OK;
}

void eq_memo_free(struct eq_memo *m)
{
    if (!m)
        return;
    eq_free(m->alloc, m->places);
    eq_free(m->alloc, m->seen);
    eq_arena_free(&m->arena);
    eq_free(m->alloc, m);
}

/* Was the hash seen before? Notes that it is seen now. */
static bool seen_before(struct eq_memo *m, uint64_t hash)
{
    uint64_t bit = hash >> 16 & (SEEN_BITS - 1);
    uint64_t mask = (uint64_t)1 << (bit & 63);
    if (m->seen[bit >> 6] & mask)
        return true;
    if (++m->n_seen > SEEN_BITS / 4) { /* too full to tell anything */
        memset(m->seen, 0, SEEN_BITS / 8);
        m->n_seen = 1;
    }
    m->seen[bit >> 6] |= mask;
    return false;
}

static bool same(const struct place *p, const struct eq_memo_key *key)
{
    return p->hash == key->hash && p->field == key->field && p->type == key->type && p->len == key->text.len && p->text &&
           memcmp(p->text, key->text.ptr, p->len) == 0;
}

bool eq_memo_find(struct eq_memo *m, uint32_t field, const struct eq_value *v, struct eq_memo_key *key,
                  const uint32_t **list, uint32_t *n, bool *worth)
{
    *worth = false;
    if (v->type == EQ_BOOL || v->len == 0 || v->len > TEXT_MAX)
        return false;
    *key = (struct eq_memo_key){eq_hash_bytes(v->s, v->len), field, v->type, eq_value_slice(v)};
    key->hash ^= (field + 1) * 0x9E3779B97F4A7C15u;
    const struct place *p = &m->places[key->hash & (PLACES - 1)];
    if (same(p, key)) {
        *list = p->list;
        *n = p->n;
        m->stats.hits++;
        return true;
    }
    m->stats.misses++;
    *worth = seen_before(m, key->hash);
    return false;
}

static void start_anew(struct eq_memo *m)
{
    memset(m->places, 0, PLACES * sizeof *m->places);
    eq_arena_reset(&m->arena);
    m->stats.resets++;
}

void eq_memo_put(struct eq_memo *m, const struct eq_memo_key *key, const uint32_t *list, uint32_t n)
{
    struct place *p = &m->places[key->hash & (PLACES - 1)];
    size_t bytes = n * sizeof *list;
    if (m->arena.used_bytes + bytes + key->text.len > m->budget)
        start_anew(m);
    uint32_t *copy = eq_arena_alloc(&m->arena, bytes ? bytes : 1);
    struct eq_slice text = eq_arena_copy(&m->arena, key->text);
    if (!copy || !text.ptr)
        return;
    if (n)
        memcpy(copy, list, bytes);
    *p = (struct place){key->hash, key->field, key->type, (uint32_t)text.len, n, text.ptr, copy};
}

struct eq_memo_stats eq_memo_stats(const struct eq_memo *m)
{
    return m->stats;
}
